#ifndef ORM_CODEGEN_EMIT_C_TYPES_H
#define ORM_CODEGEN_EMIT_C_TYPES_H

/* How a column looks in C. All results are static or live in the given arena. */

#include <stdbool.h>

#include "schema/schema.h"

struct arena;

/* The row struct's field: `orm_opt_i32`, `enum shop_role`, `const char *` (with its space). */
const char *c_field_type(struct arena *arena, const struct column *column);
/* A key column as an argument: the bare type. */
const char *c_key_type(struct arena *arena, const struct column *column);
/* The member of <model>_new and <model>_changes: `orm_set_text`. */
const char *c_set_type(struct arena *arena, const struct column *column);
/* What `<model>_<column>_is` takes: `orm_cond_int`, `bool`, `enum shop_role`. */
const char *c_condition_type(struct arena *arena, const struct column *column);
/* The member of <model>_columns: `orm_col_int`. */
const char *c_column_type(struct arena *arena, const struct column *column);
/* The function that makes an orm_value of it: `orm_bind_int`. */
const char *c_bind_function(const struct column *column);
/* The orm_type enumerator. */
const char *c_type_constant(const struct column *column);

/* The two kinds of columns whose predicate takes a plain value. */
bool c_takes_bool(const struct column *column);
bool c_takes_enum(const struct column *column);
/* Whether rows can be ordered by it. */
bool c_can_order(const struct column *column);

#endif
