/* Failures as application/problem+json (RFC 9457). */
#ifndef SERVICE_PROBLEM_H
#define SERVICE_PROBLEM_H

#include "request.h"

/*
 * Makes the answer a problem. `code` is what programs look at; the title follows from the status.
 * Returns ORM_INVALID, so that a handler can refuse by `return problem_refuse(...)`, and nothing
 * is committed.
 */
ORM_PRINTF(4, 5)
orm_status problem_refuse(struct request *request, int status, const char *code,
                          const char *format, ...);

/* The same for ORM_UNIQUE, by the member that is taken: databases tell a constraint at best. */
orm_status problem_taken(struct request *request, const char *field);

/* Makes the answer of a handler or commit that failed, unless it was refused already. */
void problem_of_failure(struct request *request, orm_status status, const orm_error *error);

/*
 * Adds to what is wrong with the parameters of the query. `code` as of orm_json_fault. The answer
 * names all of them, once the handler returns problem_check().
 */
ORM_PRINTF(4, 5)
void problem_add(struct request *request, const char *field, const char *code,
                 const char *format, ...);

/* ORM_OK, or ORM_INVALID when anything was added. */
orm_status problem_check(const struct request *request);

#endif
