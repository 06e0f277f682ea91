/* Which handler answers which request, and the way all of them go. */
#ifndef SERVICE_ROUTER_H
#define SERVICE_ROUTER_H

#include "request.h"

typedef struct route {
    const char *method;
    const char *path; /* "{id}" stands for a key, which goes to request->keys */
    const char *name; /* of the route in logs and the database's statistics */
    /*
     * With a session, which is committed when it returns ORM_OK; the answer is sent after that. On
     * anything else nothing is committed and the answer is a problem. It may be called again when
     * the database could not do it at the first time. `context` is the request.
     */
    orm_session_handler *handler;
    void (*plain)(struct request *request); /* instead: without a session */
    bool writes;
    bool unlogged; /* takes no line of the log */
    bool takes_body; /* JSON, in request->input */
} route;

/*
 * Finds the route, once the head of the request is read: method, target and headers. False when the
 * request is refused; the answer is then made already, and no body is wanted.
 */
bool router_find(struct request *request, const char *target, uint64_t body_size);

/* Runs the route's handler. There is an answer afterwards, whatever happened. */
void router_answer(struct request *request);

#endif
