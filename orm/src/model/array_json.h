/*
 * Arrays as JSON text, which is how SQLite stores them. Numbers and booleans are JSON's own, as far
 * as they survive it; all else is a string in our text form: NaN, Infinity and -Infinity, numeric,
 * bytes as "\x" and hex digits, uuid, dates and times, enum labels, and json documents as their
 * text (so that the document `null` differs from NULL).
 */
#ifndef ORM_MODEL_ARRAY_JSON_H
#define ORM_MODEL_ARRAY_JSON_H

#include <stddef.h>

#include <orm/condition.h>
#include <orm/model.h>
#include <orm/status.h>

#include "base/arena.h"

/*
 * An array value of `column` (ORM_KIND_ARRAY, checked by orm__column_check) as compact JSON text in
 * `arena`, with a NUL after its `*size_out` bytes. ORM_INVALID names model and column for an
 * element that is not fit; ORM_NOMEM.
 */
orm_status orm__array_to_json(const orm_model *model, const orm_column *column,
                              const orm_value *value, orm__arena *arena, const char **text_out,
                              size_t *size_out, orm_error *error);

/*
 * JSON text to the items of the column's orm_array_<type>, in `arena`; `*items_out` is not NULL for
 * an empty array. ORM_RANGE: a number outside the element type; ORM_SCHEMA: anything else that is
 * not such an array, nested arrays and objects included; both name model and column. ORM_NOMEM.
 */
orm_status orm__array_from_json(const orm_model *model, const orm_column *column, const char *text,
                                size_t size, orm__arena *arena, const void **items_out,
                                size_t *count_out, orm_error *error);

#endif
