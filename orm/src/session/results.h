/* The live results of a session, for those who watch it. */
#ifndef ORM_SESSION_RESULTS_H
#define ORM_SESSION_RESULTS_H

#include "map/object.h"

/* The newest result of a session, followed by older ones through `next`; NULL when there is none.
 * session. */
const orm__result *orm__session_results(const orm_session *session);

/* A number no other session of the process's engine has had. */
uint64_t orm__session_number(const orm_session *session);

#endif
