/* Parameters of a call in the form libpq sends. */
#ifndef ORM_DRIVER_POSTGRES_PARAMS_H
#define ORM_DRIVER_POSTGRES_PARAMS_H

#include <stddef.h>

#include <libpq-fe.h>

#include "base/arena.h"
#include "driver/driver.h"

/* PostgreSQL closes the connection when a message comes near 1 GiB, so it is refused before. */
#define ORM__PG_MESSAGE_MAX ((size_t)1024 * 1024 * 1024 - 64 * 1024)
enum { ORM__PG_PARAM_MAX = 65535 };

typedef struct orm__pg_params {
    int count;
    Oid *oids; /* 0: left to the server */
    const char **values;
    int *lengths;
    int *formats;
    size_t bytes;
} orm__pg_params;

/*
 * Encodes the values of a call into `arena`; text that ends in NUL is borrowed. `known` (may be
 * NULL) are the types the statement was prepared with: an integer of raw SQL is sent as int4 when
 * it fits, so that it goes with every integer type and function, but as int8 once the statement was
 * prepared so. ORM_RANGE (names model and column), ORM_INVALID, ORM_NOMEM.
 */
orm_status orm__pg_params_encode(const orm__call *call, const Oid *known, orm__arena *arena,
                                 orm__pg_params *params_out, orm_error *error);

/*
 * One value encoded for a parameter; `*data_out` NULL is SQL NULL. For arrays and lists see `array`
 * and `list`.
 */
typedef struct orm__pg_value {
    Oid oid;
    const char *data;
    size_t size;
    int format;
} orm__pg_value;

/* What is being encoded, for errors and memory. */
typedef struct orm__pg_encoder {
    const orm__param *param;
    orm__arena *arena;
    orm_error *error;
} orm__pg_encoder;

/* Fails and names the column. */
orm_status orm__pg_encode_fail(const orm__pg_encoder *encoder, orm_status status, const char *why);

/* Bytes the binary form of a value takes, SIZE_MAX when the value does not fit the type's kind. */
size_t orm__pg_binary_size(orm_type type, const orm_value *value);

/* Writes the binary form to `data`, which has that many bytes. */
orm_status orm__pg_encode_binary(const orm__pg_encoder *encoder, orm_type type,
                                 const orm_value *value, unsigned char *data);

/* The text of a value of a text-like type: borrowed, `*size_out` bytes, free of NUL. */
orm_status orm__pg_text_of(const orm__pg_encoder *encoder, orm_type type, const orm_value *value,
                           const char **text_out, size_t *size_out);

/* Encodes an array or a list (pg_array.c). */
orm_status orm__pg_encode_array(const orm__pg_encoder *encoder, const orm_value *value,
                                orm__pg_value *value_out);

#endif
