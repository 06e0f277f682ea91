/* Rows in the binary form that COPY takes, and which tables and columns can be written so. */
#ifndef ORM_DRIVER_POSTGRES_COPY_H
#define ORM_DRIVER_POSTGRES_COPY_H

#include "base/buffer.h"
#include "driver/postgres/pg_link.h"

/* What a column's receive function reads. */
typedef enum orm__pg_wire {
    ORM__PG_WIRE_NONE,
    ORM__PG_WIRE_FIXED, /* as an orm_type sent in binary is */
    ORM__PG_WIRE_TEXT,
    ORM__PG_WIRE_JSONB,
    ORM__PG_WIRE_NUMERIC
} orm__pg_wire;

/* How one column is written. */
typedef struct orm__pg_copied {
    orm__pg_wire wire;
    orm_type type; /* FIXED: which */
    Oid element;   /* an array of these; 0: no array */
} orm__pg_copied;

/*
 * Finds out how the columns of a COPY are written, once for each statement. `*columns_out` NULL:
 * they can't be. Else a plan in the scratch memory of the link.
 */
orm_status orm__pg_copy_plan(orm__link *link, orm__copy *copy, orm_deadline deadline,
                             const orm__pg_copied **columns_out, orm_error *error);

/* Appends what stands before the first row, one row, what stands after the last. */
void orm__pg_copy_header(orm__buffer *buffer);
orm_status orm__pg_copy_row(const orm__statement *statement, const orm__pg_copied *columns,
                            const orm_value *values, orm__arena *arena, orm__buffer *buffer,
                            orm_error *error);
void orm__pg_copy_trailer(orm__buffer *buffer);

#endif
