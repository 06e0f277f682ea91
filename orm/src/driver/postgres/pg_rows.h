/* The rows of one result while they are read. */
#ifndef ORM_DRIVER_POSTGRES_ROWS_H
#define ORM_DRIVER_POSTGRES_ROWS_H

#include <libpq-fe.h>

#include "driver/driver.h"

struct orm__rows {
    const PGresult *result; /* borrowed */
    const orm__statement *statement;
    const orm_allocator *allocator; /* borrowed */
    int row; /* -1 before the first */
    int count;
    int64_t bytes; /* of the values read */
    /* What read() was last given besides the statement's own fields, found to fit. */
    const orm__field *checked;
    size_t checked_count;
};

/*
 * ORM_SCHEMA when a field can't take what the result has at its place; names model, column and both
 * types.
 */
orm_status orm__pg_check_fields(const PGresult *result, const orm__field *fields, size_t count,
                                orm_error *error);

/*
 * Decodes the binary form of one value, not NULL, into a member of `type` (in its nullable form or
 * bare). ORM_SCHEMA, ORM_RANGE, ORM_NOMEM; ORM_NOT_FOUND for an unknown enum label.
 */
orm_status orm__pg_decode(const orm_column *column, bool nullable, const unsigned char *data,
                          size_t size, void *member, orm__arena *arena);

/* The same for an array; ORM_UNSUPPORTED for one of several dimensions. */
orm_status orm__pg_decode_array(const orm_column *column, const unsigned char *data, size_t size,
                                void *member, orm__arena *arena);

orm_status orm__pg_rows_next(orm__rows *rows, bool *more_out, orm_error *error);
orm_status orm__pg_rows_read(orm__rows *rows, const orm__field *fields, size_t count, void *object,
                             orm__arena *arena, orm_error *error);
orm_status orm__pg_rows_read_int(orm__rows *rows, uint16_t position, int64_t *value_out,
                                 orm_error *error);
bool orm__pg_rows_is_null(orm__rows *rows, uint16_t position);

/* pg_raw.c */
size_t orm__pg_rows_column_count(orm__rows *rows);
const char *orm__pg_rows_column_name(orm__rows *rows, uint16_t position);
orm_status orm__pg_rows_raw_int(orm__rows *rows, uint16_t position, orm_opt_i64 *value_out);
orm_status orm__pg_rows_raw_double(orm__rows *rows, uint16_t position, orm_opt_double *value_out);
orm_status orm__pg_rows_raw_text(orm__rows *rows, uint16_t position, orm__arena *arena,
                                 const char **value_out);

/* An integer of 2, 4 or 8 bytes; false for another size. */
bool orm__pg_integer(const unsigned char *data, size_t size, int64_t *value_out);

#endif
