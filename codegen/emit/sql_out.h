#ifndef ORM_CODEGEN_EMIT_SQL_OUT_H
#define ORM_CODEGEN_EMIT_SQL_OUT_H

/* What the files of the SQL emitter share. */

#include "emit/sql_ddl.h"
#include "base/memory.h"

struct sql_out {
    const struct schema *schema;
    enum sql_dialect dialect;
    struct arena *arena; /* of the text and of everything in between */
    struct text text;
    struct diagnostics *diags;
};

/* Appends to the script. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void sql_add(struct sql_out *out, const char *format, ...);

/* A fault of the models that only this database minds. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void sql_fault(struct sql_out *out, struct place place, const char *format, ...);

/* "name", with quotes inside doubled. */
const char *sql_name(struct sql_out *out, const char *name);
/* The table as statements name it, with its schema where there are schemas. */
const char *sql_table_name(struct sql_out *out, const struct model *model);
const char *sql_enum_name(struct sql_out *out, const struct enum_type *type);
/* ("a", "b") without the parentheses. */
const char *sql_key(struct sql_out *out, struct key key);
/* 'text', which holds whatever the server's settings are. */
const char *sql_string(struct sql_out *out, const char *text);
/* Text that can't leave a -- comment: one line, nothing that terminals act on. */
const char *sql_comment(struct sql_out *out, const char *text);

/* Names of constraints the resolved schema has none for. */
const char *sql_primary_key_name(struct sql_out *out, const struct model *model);
const char *sql_check_name(struct sql_out *out, const struct column *column, const char *what);

/* sql_type.c: the type's name in column definitions. */
const char *sql_type(struct sql_out *out, const struct column *column);
/* The condition that keeps the type's values, NULL when the type itself does. */
const char *sql_type_check(struct sql_out *out, const struct column *column);

/* sql_literal.c: a value of a column, in the form in which the database stores it; NULL and a
 * fault when it can't. */
const char *sql_literal(struct sql_out *out, const struct column *column, const char *text);

/* sql_default.c: the expression after DEFAULT, NULL when there is none. */
const char *sql_default(struct sql_out *out, const struct column *column);

/* sql_expression.c: a check, condition or generated value of the model's columns. */
const char *sql_expression(struct sql_out *out, const struct model *model, const char *text);

/* sql_limit.c: conditions of min, max and max_length; NULL when there is nothing to check. */
const char *sql_min_check(struct sql_out *out, const struct column *column);
const char *sql_max_check(struct sql_out *out, const struct column *column);
const char *sql_length_check(struct sql_out *out, const struct column *column);

/* sql_table.c */
void sql_create_table(struct sql_out *out, const struct model *model);
void sql_add_late_keys(struct sql_out *out, const struct model *model);

/* sql_clash.c: names that this database can't tell apart or keeps for itself. */
void sql_check_names(struct sql_out *out);

#endif
