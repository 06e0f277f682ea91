/*
 * JSON of generated models: rows out, checked values in. A library of its own: orm::json in CMake,
 * orm-json in pkg-config; it reads with jansson. `orm generate --json` writes the functions:
 *
 *     orm_json_input *body = NULL;
 *     status = orm_json_open(text, size, NULL, &body, &error);    malformed: ORM_INVALID
 *     status = user_new_from_json(body, &values);                 orm_json_faults says why not
 *     status = user_insert(db, &values, &row);
 *     user_to_json(writer, row);
 *
 * How values are written, and read:
 *
 *     boolean                       true, false
 *     smallint, integer, bigint     a number, all 64 bits exact
 *     real, double                  a number; "NaN", "Infinity" and "-Infinity" as strings
 *     numeric                       a string, "12.50"; read also from a number, digit for digit
 *     text, varchar, char, raw      a string
 *     bytea                         a string, base64
 *     uuid                          a string
 *     date, time                    a string, "2024-02-29", "10:30:00.25"
 *     timestamp, timestamptz        a string of RFC 3339, "2024-02-29T10:30:00Z"; timestamp has no
 *                                   zone; "infinity" and "-infinity"
 *     interval                      a string of ISO 8601, "P1DT2H30M"
 *     json, jsonb                   the document itself
 *     enum                          a string, the label
 *     arrays                        an array; a NULL element is null
 *     NULL                          null (of a json column that is not nullable: the document null)
 *
 * Members are called as in the YAML. What a model says of a column's `json` leaves it out.
 */
#ifndef ORM_JSON_H
#define ORM_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/export.h>
#include <orm/memory.h>
#include <orm/model.h>
#include <orm/status.h>
#include <orm/value.h>

ORM_BEGIN_DECLS

/* Who sees a column in JSON. */
typedef enum orm_json_access {
    ORM_JSON_READ_WRITE,
    ORM_JSON_READ_ONLY,  /* written, and refused where it is given */
    ORM_JSON_WRITE_ONLY, /* read, never written: a password */
    ORM_JSON_HIDDEN      /* neither */
} orm_json_access;

/* What a model says of one column beside its orm_column; a NULL text: nothing. */
typedef struct orm_json_column {
    const char *name; /* of the member */
    const char *min;  /* literals as the YAML reference describes them */
    const char *max;
    const char *pattern;
    uint32_t max_length; /* 0: none */
    uint8_t access;      /* orm_json_access */
} orm_json_column;

/* One relation: its member, and JSON of its target; NULL: it has none, and is left out. */
typedef struct orm_json_relation {
    const char *name;
    const struct orm_json_schema *target;
} orm_json_relation;

/* JSON of a model: constant data, written by `orm generate --json`. */
typedef struct orm_json_schema {
    const orm_model *model;
    const orm_json_column *columns;     /* as many as the model has */
    const orm_json_relation *relations; /* the same */
} orm_json_schema;

/* ---- Out ---- */

/*
 * JSON text being written. Appending can't fail visibly; orm_json_finish tells whether anything
 * did. Used by one thread at a time.
 */
typedef struct orm_json_writer orm_json_writer;

/* All-zero means the defaults given in brackets. */
typedef struct orm_json_writer_options {
    size_t max_size;         /* bytes; more is ORM_RANGE [64 MiB] */
    orm_allocator allocator; /* [the C library's heap] */
} orm_json_writer_options;

/* `options` may be NULL. `*writer_out` is owned: orm_json_writer_close; NULL on failure. ORM_NOMEM.
 */
ORM_MUST_USE orm_status orm_json_writer_open(const orm_json_writer_options *options,
                                             orm_json_writer **writer_out);
/* NULL is allowed. */
void orm_json_writer_close(orm_json_writer *writer);

/*
 * `*text_out` is the whole text with a NUL behind its `*size_out` bytes (may be NULL), borrowed
 * until the writer is used again. ORM_NOMEM, ORM_RANGE (too long, or nested deeper than 100),
 * ORM_INVALID (text that is not UTF-8), ORM_MISUSE (objects and arrays that were not ended, values
 * without a key).
 */
ORM_MUST_USE orm_status orm_json_finish(orm_json_writer *writer, const char **text_out,
                                        size_t *size_out);
/* Forgets what was written, and what failed. */
void orm_json_reset(orm_json_writer *writer);

void orm_json_begin_object(orm_json_writer *writer);
void orm_json_end_object(orm_json_writer *writer);
void orm_json_begin_array(orm_json_writer *writer);
void orm_json_end_array(orm_json_writer *writer);
/* The key of the next value of an object. */
void orm_json_put_key(orm_json_writer *writer, const char *key);
/* NULL writes null. */
void orm_json_put_text(orm_json_writer *writer, const char *text);
void orm_json_put_int(orm_json_writer *writer, int64_t value);
void orm_json_put_double(orm_json_writer *writer, double value);
void orm_json_put_bool(orm_json_writer *writer, bool value);
void orm_json_put_null(orm_json_writer *writer);
/* A document that is JSON already; NULL writes null. Blanks around it are kept. */
void orm_json_put_json(orm_json_writer *writer, orm_json value);

/*
 * What <model>_to_json and its kin call. row: an object of the row's columns and of its relations
 * as far as they are loaded, nested; NULL writes null. Left out are relations and deferred columns
 * that are not loaded, the inverse of the relation that led to a row, and relations to rows
 * around it. rows: an array of a generated list. page: {"items": […], "next": …, "previous": …}.
 */
void orm_json_put_row(orm_json_writer *writer, const orm_json_schema *schema, const void *row);
void orm_json_put_rows(orm_json_writer *writer, const orm_json_schema *schema, const void *list);
void orm_json_put_page(orm_json_writer *writer, const orm_json_schema *schema, const void *page);

/* ---- In ---- */

/* A JSON document, or a part of it, that values are taken from. Used by one thread at a time. */
typedef struct orm_json_input orm_json_input;

/* All-zero means the defaults given in brackets. */
typedef struct orm_json_options {
    int max_depth;           /* of nested objects and arrays, up to 100 [32] */
    orm_allocator allocator; /* [the C library's heap]; jansson keeps its own */
} orm_json_options;

/*
 * Reads `size` bytes of UTF-8, which must be one object or array. `options` and `error` may be
 * NULL. `*input_out` is owned: orm_json_close; NULL on failure. ORM_INVALID, the message telling
 * line and column: what is no JSON, an object that has a key twice, a number beyond what a double
 * can tell the size of, too deep nesting. ORM_NOMEM.
 */
ORM_MUST_USE orm_status orm_json_open(const char *text, size_t size,
                                      const orm_json_options *options, orm_json_input **input_out,
                                      orm_error *error);
/* Frees it with all that was taken from it. NULL is allowed. */
void orm_json_close(orm_json_input *input);

/* One thing that is wrong with what was given. borrowed: until orm_json_close. */
typedef struct orm_json_fault {
    const char *field;   /* "email", "lines[2].quantity"; "" is the document itself */
    const char *code;    /* static: unknown, missing, null, type, format, length, range, pattern,
                            label, read_only, or what orm_json_refuse was given */
    const char *message; /* "must be at most 120 characters long" */
} orm_json_fault;

enum { ORM_JSON_MAX_FAULTS = 100 };

/* All faults found so far, in order; those beyond ORM_JSON_MAX_FAULTS are not kept. */
const orm_json_fault *orm_json_faults(const orm_json_input *input, size_t *count_out);
/* The same as an array of objects. */
void orm_json_put_faults(orm_json_writer *writer, const orm_json_input *input);

/*
 * Adds a fault of the caller's own; `field` is a member's name, "" for the input itself. `code` is
 * static. ORM_INVALID, or ORM_NOMEM.
 */
ORM_PRINTF(4, 5)
orm_status orm_json_refuse(orm_json_input *input, const char *field, const char *code,
                           const char *format, ...);

/*
 * Takes a member out of an object, to be read by itself: the lines of an invoice. `*part_out` is
 * borrowed, its faults are those of `input`; NULL when there is no such member, or it is null.
 * ORM_INVALID when the input is no object, ORM_NOMEM.
 */
ORM_MUST_USE orm_status orm_json_take(orm_json_input *input, const char *name,
                                      orm_json_input **part_out);

/*
 * The caller gives this column itself: from now on it is not asked for in `input`, and refused.
 * `name` is static. ORM_NOMEM.
 */
ORM_MUST_USE orm_status orm_json_provide(orm_json_input *input, const char *name);

/*
 * What <model>_new_from_json and its kin call. Everything is checked: that every member is a
 * column, every column that needs a value has one, and each value its type, length, range, pattern.
 * ORM_INVALID when anything is wrong, orm_json_faults then tells all of it; what a database knows
 * alone (unique, foreign keys, checks) it says later. Values are zeroed on failure and point into
 * the input.
 *
 * new: `values_out` is the model's <model>_new. Columns that the database or the library fills in
 * can't be given (identities, generated, version, moments of creation and change). changes: the
 * model's <model>_changes; what is not given stays; nor can key columns be given. new_list: an
 * array of objects; `*values_out` is an array of <model>_new.
 */
ORM_MUST_USE orm_status orm_json_take_new(orm_json_input *input, const orm_json_schema *schema,
                                          void *values_out);
ORM_MUST_USE orm_status orm_json_take_new_list(orm_json_input *input, const orm_json_schema *schema,
                                               void *values_out, size_t *count_out);
ORM_MUST_USE orm_status orm_json_take_changes(orm_json_input *input, const orm_json_schema *schema,
                                              void *changes_out);

ORM_END_DECLS

#endif
