/* What there is once per process. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>

#include <orm/orm.h>
#include <orm/requests.h>

#include "config.h"

struct service {
    const service_config *config;
    orm_engine *engine;     /* of all requests */
    orm_requests *requests; /* their log, and in development their page */
    struct worker *worker;  /* that does jobs; NULL: there is none here */
    atomic_bool draining;   /* was told to end */
};

/* The engine of the requests and their log; `runtime` is NULL for threads. */
orm_status service_open(struct service *service, const orm_runtime *runtime, orm_error *error);

/* After the last request, opened or not. False when something could not be closed; it is logged. */
bool service_close(struct service *service);

/* Writes an error to the log, and returns 1. */
int service_complain(const char *what, const orm_error *error);

/* The monotonic clock, in milliseconds. */
int64_t now_ms(void);

/* The two ways to serve: each runs until SIGTERM or SIGINT has come and what was accepted is
 * answered. 0, or 1 when it could not start. `listening` is the open socket, which they close. */
int serve_by_threads(struct service *service, int listening);
int serve_by_loop(struct service *service, int listening);

#endif
