/* What the process does in the background: jobs, on threads and connections of their own, so that
 * no request waits for one, whichever way requests are served. */
#ifndef SERVICE_WORKER_H
#define SERVICE_WORKER_H

#include <stdbool.h>

#include "config.h"

struct worker;

/* Begins to take jobs, SERVICE_JOBS at a time; 0: none, `*worker_out` is then NULL. False with a
 * complaint when it can't. */
bool worker_start(const service_config *config, struct worker **worker_out);

/* Takes no more jobs from now on. Any thread; NULL is allowed, as below. */
void worker_stop(struct worker *worker);

/* Stops, and waits for jobs that run: those that take longer than SERVICE_STOP_MS are given back,
 * to be done later. False when something could not be closed. */
bool worker_end(struct worker *worker);

#endif
