/* What is known of a session while it sends a statement. */
#ifndef ORM_OBSERVE_WITNESS_H
#define ORM_OBSERVE_WITNESS_H

#include "session/results.h"

typedef struct orm__witness {
    uint64_t session;           /* its number */
    const orm__result *results; /* its lists, newest first */
    uint64_t family;            /* of sessions of tasks that one task started; 0: none */
    uint64_t call;              /* of the session, that sends it */
    const orm_session *owner;   /* of what is left of older ones; NULL: there is none */
    const void *frame;          /* of the call into the scope */
} orm__witness;

#endif
