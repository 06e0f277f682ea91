/* Hand-written statements: what raw SQL, named statements and rows with relations share. */
#ifndef ORM_SESSION_RAW_H
#define ORM_SESSION_RAW_H

#include <orm/raw.h>

#include "session/raw_noted.h"
#include "session/session.h"

/* How one column of a raw result is read as one type; one per pair that a callback asks for. */
typedef struct orm__row_access {
    struct orm__row_access *next;
    orm_column column;
    orm__field field;
} orm__row_access;

/* The row a callback gets. */
struct orm_row {
    const orm__driver *driver;
    orm__rows *rows;
    orm__arena *arena;
    orm_error *error;           /* of the last read that failed */
    orm__row_access **accesses; /* session */
    orm__raw_noted *noted;
};

/* What takes the rows of a raw statement: the context of orm__raw_call_back. */
typedef struct orm__raw_target {
    orm_session *session;
    orm_row_callback *callback; /* may be NULL */
    void *context;
    orm_site site;
} orm__raw_target;

orm_status orm__raw_call_back(orm__call *call, orm__rows *rows, orm_error *error);

/* Gathers the values and gives the statement, within a call. */
orm_status orm__raw_gather(orm_session *db, const char *sql, const orm_value *values, size_t count,
                           orm__statement **statement_out);

/* Starts a call and gives its statement; the values are gathered. */
orm_status orm__raw_prepare(orm_session *db, orm_site site, const char *sql,
                            const orm_value *values, size_t count, orm__statement **statement_out);

/* Keeps a statement under the gathered shape, or finds it there. `params` (may be NULL: each by its
 * value's kind) are copied. */
orm_status orm__raw_keep(orm_session *db, const char *sql, const orm__param *params, size_t count,
                         orm__statement **statement_out);

/*
 * Sends a prepared statement with the gathered values and takes its rows as objects of `model`, or
 * as structs when `model` is a shape. `refresh`: known objects are brought to what was read.
 * `list` is session.
 */
orm_status orm__raw_objects(orm_session *db, orm_site site, orm__statement *statement,
                            const orm_model *model, bool refresh, orm_list *list);
orm_status orm__raw_structs(orm_session *db, orm_site site, orm__statement *statement,
                            const orm_shape *shape, orm_list *list);

#endif
