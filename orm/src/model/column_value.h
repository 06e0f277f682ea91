/* Values on their way into columns. */
#ifndef ORM_MODEL_COLUMN_VALUE_H
#define ORM_MODEL_COLUMN_VALUE_H

#include <orm/condition.h>
#include <orm/model.h>
#include <orm/status.h>

#include "base/arena.h"

/* The kind a column's values have, arrays aside. */
orm_kind orm__kind_of_type(orm_type type);

/* The size in bytes of the member a column has in its row struct. */
size_t orm__column_size(const orm_column *column);

/* The SQL spelling of a type, as the YAML has it: "varchar(40)", "numeric(10,2)", "text[]". `text`
 * holds 64 bytes. */
const char *orm__type_text(const orm_column *column, char *text);

/*
 * Checks `*value` against `column` and brings it to the form drivers send: INT to BOOL for boolean
 * columns, an enum's number to its label as TEXT, text spans with their length, char(n) trimmed of
 * trailing blanks when `compare` (else left alone), numeric(p,s) rounded to its scale unless
 * `compare`. ORM_RANGE: a number outside the column's type, text longer than varchar(n) or char(n)
 * (in characters; excess trailing blanks are cut, as SQL says), a numeric with more digits before
 * the point than numeric(p,s) holds. What is only compared with has no such limits, integers and
 * reals aside. ORM_INVALID: NUL inside text, text that is not UTF-8, an enum number that is no
 * label, a malformed numeric, json that is no document (for jsonb also one with escapes that name
 * no character), a value of another kind. ORM_NOT_NULL: NULL for a column that is not nullable,
 * unless `compare`. The error names model and column. What only one database refuses is left to
 * its driver. New memory comes from `arena`.
 */
orm_status orm__column_check(const orm_model *model, const orm_column *column, orm_value *value,
                             bool compare, orm__arena *arena, orm_error *error);

/* The value of a row's member, without checks: for keys and comparisons. A NULL member gives
 * ORM_KIND_NULL. */
orm_value orm__column_get(const orm_column *column, const void *row);

/* Whether two values of one column are the same bytes, and a hash to match. Arrays and intervals by
 * content. */
bool orm__value_same(const orm_value *left, const orm_value *right);
uint64_t orm__value_hash(const orm_value *value);

/* Copies what a value points to into `arena`. ORM_NOMEM. */
orm_status orm__value_keep(orm_value *value, orm__arena *arena);

/* The value of member `orm_set_*` at `set` for this column; `*state_out` says whether it is set. */
orm_value orm__set_get(const orm_column *column, const void *set, int *state_out);

/* A list condition's element `index` as a value. */
orm_value orm__list_get(const orm_cond *cond, size_t index);

#endif
