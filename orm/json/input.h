/* What those who read JSON share. */
#ifndef ORM_JSON_INPUT_H
#define ORM_JSON_INPUT_H

#include <jansson.h>

#include <orm/json.h>

#include "memory.h"

/* The spelling of one number of the document. jansson keeps numbers as doubles. */
struct number {
    const json_t *value;
    const char *text;
};

/* A name that an input need not or may not have. */
struct name {
    const struct name *next;
    const char *text;
};

struct document {
    struct memory memory;
    json_t *root;
    struct number *numbers; /* sorted by `value` */
    size_t number_count;
    orm_json_fault faults[ORM_JSON_MAX_FAULTS];
    size_t fault_count;
};

/* Where in the document something stands; the innermost step first. */
struct where {
    const struct where *outer;
    const char *name; /* of a member; NULL: an element */
    size_t index;
};

struct orm_json_input {
    struct document *document;
    json_t *value;
    const struct where *where; /* NULL: the document itself */
    const struct name *taken;
    const struct name *provided;
};

/* Notes a fault. Always ORM_INVALID, or ORM_NOMEM. */
ORM_PRINTF(4, 5)
orm_status orm__json_fault(struct document *document, const struct where *where, const char *code,
                           const char *format, ...);
/* The spelling of a number. */
const char *orm__json_number_text(const struct document *document, const json_t *value);
bool orm__json_is_named(const struct name *list, const char *name);

/*
 * How deep objects and arrays nest outside of strings, in any bytes; `*offset_out` is where
 * `max_depth` is exceeded.
 */
bool orm__json_is_too_deep(const char *text, size_t size, int max_depth, size_t *offset_out);
/* Of a text that is JSON: the next number at or behind `*at`, which is moved behind it. */
bool orm__json_next_number(const char **at, const char *end, const char **start_out,
                           size_t *size_out);

/* A value of any type, in its widest form. */
struct scalar {
    bool is_null;
    union {
        int64_t integer; /* boolean, integers, an enum's number, microseconds */
        double real;
        const char *text; /* text, numeric, json */
        orm_bytes bytes;
        orm_uuid uuid;
        orm_date date;
        orm_interval interval;
    } as;
};

/* One value for a column, or an element of an array one. ORM_INVALID: a fault was noted. */
orm_status orm__json_read(struct document *document, const struct where *where,
                          const orm_column *column, const orm_json_column *json, json_t *value,
                          struct scalar *scalar_out);
/* Whether it is within the column's min, max, length and pattern. ORM_INVALID, ORM_NOMEM. */
orm_status orm__json_check_limits(struct document *document, const struct where *where,
                                  const orm_column *column, const orm_json_column *json,
                                  const struct scalar *scalar);
/* Writes it to the member of <model>_new or <model>_changes at `set`, or to an array's item. */
void orm__json_set(const orm_column *column, const struct scalar *scalar, void *set);
void orm__json_put_item(const orm_column *column, const struct scalar *scalar, void *item);

#endif
