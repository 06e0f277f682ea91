/* The one way to fail: status, message and detail are set together. */
#ifndef ORM_BASE_FAIL_H
#define ORM_BASE_FAIL_H

#include <orm/export.h>
#include <orm/status.h>

/* Sets `error` (may be NULL) to a fresh failure with a formatted message; returns `status`. */
orm_status orm__fail(orm_error *error, orm_status status, const char *format, ...) ORM_PRINTF(3, 4);

/* Adds the place in the model to a failure; either may be NULL. */
void orm__fail_at(orm_error *error, const char *model, const char *column);

/* Adds the statement and the call that sent it, where not known yet. */
void orm__fail_in(orm_error *error, const char *statement, orm_site site);

/* Copies `text` (NULL is "") into a fixed field, cut at a UTF-8 boundary. */
void orm__copy_text(char *field, size_t size, const char *text);

#endif
