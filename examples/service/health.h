/* For those who watch over the process. */
#ifndef SERVICE_HEALTH_H
#define SERVICE_HEALTH_H

#include "request.h"

/* GET /healthz: the process answers. Asks nobody. */
void health_show(struct request *request);

/*
 * GET /readyz: it can do its work; 503 when the database can't be reached, or it was told to end.
 */
orm_status readiness_show(orm_session *db, void *context);

#endif
