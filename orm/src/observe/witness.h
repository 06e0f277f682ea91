/* What is known of a session while it sends a statement. */
#ifndef ORM_OBSERVE_WITNESS_H
#define ORM_OBSERVE_WITNESS_H

#include "session/results.h"

/* Of a family's number: it is that of one scope's workers, who share keys and no transaction, so
 * that they can't write together. */
#define ORM_FAMILY_WORKERS (UINT64_C(1) << 62)

typedef struct orm__witness {
    uint64_t session;           /* its number */
    const orm__result *results; /* its lists, newest first */
    uint64_t family;            /* of sessions that are judged together, too; 0: none */
    uint64_t call;              /* of the session, that sends it */
    const orm_session *owner;   /* of what is left of older ones; NULL: there is none */
    const void *frame;          /* of the call into the scope */
    /* Of a family: what is known of the session that sends it. Its lists are not searched: they are
     * those of one member. NULL: it is a session's. */
    const struct orm__witness *member;
} orm__witness;

#endif
