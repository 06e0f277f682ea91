/* A compiled statement: what the SQL compiler makes, connections keep and drivers run. */
#ifndef ORM_MODEL_STATEMENT_H
#define ORM_MODEL_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/model.h>

/* One parameter of a statement, as the compiler of the statement knows it. */
typedef struct orm__param {
    uint8_t type; /* orm_type the value is sent as; ORM_TYPE_NONE (raw SQL): by the value's kind */
    bool declared; /* hand-written SQL says the type: it is sent even where text would do without */
    bool array;   /* the value is an array of that type (ORM_KIND_ARRAY) */
    bool list;    /* a list of values: as.span.data is a const orm_value[as.span.size], kind
                     ORM_KIND_ARRAY */
    const orm_model *model;   /* for errors; may be NULL */
    const orm_column *column; /* for errors, and for enum names, lengths and scales; may be NULL */
} orm__param;

/* One result column and the member of the row struct it is decoded into. */
typedef struct orm__field {
    const orm_model *model;
    const orm_column *column;
    uint32_t offset;   /* in the row struct */
    uint16_t position; /* in the result, from 0 */
    uint8_t plain;     /* the column's orm_type when it is neither nullable nor an array, else 0 */
} orm__field;

typedef enum orm__control {
    ORM__CONTROL_NONE,
    ORM__CONTROL_BEGIN,
    ORM__CONTROL_BEGIN_READ_ONLY,
    ORM__CONTROL_COMMIT,
    ORM__CONTROL_ROLLBACK,
    ORM__CONTROL_COUNT
} orm__control;

/*
 * Stands in the message of a statement that made itself fail because it missed rows it was to hit;
 * then how many, a colon, and the positions from 1 of the first of them.
 */
#define ORM__MISSED_MARK "orm:missed "
enum { ORM__MISSED_TOLD = 20 };

/*
 * A compiled statement as one connection knows it. Made by exec, which owns it; the driver keeps
 * its prepared form in `handle` and frees that in `forget`.
 */
typedef struct orm__statement {
    const char *sql; /* NUL-terminated */
    size_t sql_size;
    uint64_t fingerprint;
    const orm__param *params;
    const orm__field *fields; /* what the result is decoded into; checked against the result when it
                                 is prepared */
    uint16_t param_count;
    uint16_t field_count;
    uint16_t column_count; /* of the result, ordinals included; UINT16_MAX: not known (raw SQL) */
    orm__control control;
    bool once;       /* not worth preparing (control statements on PostgreSQL) */
    uint64_t number; /* unique on the connection, for a name on the server */
    void *handle;    /* the driver's; NULL until prepared */
} orm__statement;

#endif
