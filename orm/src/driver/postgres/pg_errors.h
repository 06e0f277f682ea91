/* From SQLSTATE to statuses. */
#ifndef ORM_DRIVER_POSTGRES_ERRORS_H
#define ORM_DRIVER_POSTGRES_ERRORS_H

#include <libpq-fe.h>
#include <orm/status.h>

#include "driver/driver.h"

/* The status of a SQLSTATE; ORM_DATABASE for what is not known. NULL is ORM_DATABASE. */
orm_status orm__pg_status_of(const char *sqlstate);

/*
 * Sets `error` from a failed result: message and detail of the server, constraint, and model and
 * column where the statement knows the table by a model. Returns the status.
 */
orm_status orm__pg_fail(const PGresult *result, const orm__statement *statement, orm_error *error);

/* Whether the failure means that the statement must be prepared again. */
bool orm__pg_is_stale_plan(const PGresult *result);

#endif
