/* The live results of a session, for those who watch it. */
#ifndef ORM_SESSION_RESULTS_H
#define ORM_SESSION_RESULTS_H

#include "map/object.h"

/* The newest result of a session, followed by older ones through `next`; NULL when there is none.
 * session. */
const orm__result *orm__session_results(const orm_session *session);

/* A relation that was loaded because a query named it, or for a list: for people who watch whether
 * it was read. Lives as long as the session. */
typedef struct orm__eager {
    struct orm__eager *next; /* the one before it */
    orm_site site;           /* of the query, or the preload */
    const orm_model *owner;
    const orm_relation *relation;
    const char *path;      /* of relations from the query's rows: "albums.tracks" */
    const orm__load *load; /* tells whether it was read */
    size_t parents;
    size_t rows;
} orm__eager;

/* The newest first; NULL when there is none, or the session was given up and had no time to read.
 * session. */
const orm__eager *orm__session_eagers(const orm_session *session);

/* A number no other call on the session has had: what one call sends belongs together. */
uint64_t orm__session_call(const orm_session *session);

/* A number no other session of the process's engine has had. */
uint64_t orm__session_number(const orm_session *session);

#endif
