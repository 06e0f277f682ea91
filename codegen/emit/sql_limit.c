#include "emit/sql_out.h"

#include <string.h>

/*
 * SQLite compares the stored texts. They order as the values do, but for years before 1 and
 * after 9999, infinities of numerics and NaN, so those are told apart first.
 */

static bool is_text_moment(enum type_kind kind)
{
    return kind == TYPE_DATE || kind == TYPE_TIMESTAMP || kind == TYPE_TIMESTAMPTZ;
}

static const char *sqlite_numeric_check(struct sql_out *out, const char *name, const char *bound,
                                        bool is_min)
{
    if (is_min)
        return arena_format(out->arena,
                            "%s IN ('NaN', 'Infinity') OR (%s <> '-Infinity' AND "
                            "CAST(%s AS NUMERIC) >= CAST(%s AS NUMERIC))",
                            name, name, name, bound);
    return arena_format(out->arena,
                        "%s = '-Infinity' OR (%s NOT IN ('NaN', 'Infinity') AND "
                        "CAST(%s AS NUMERIC) <= CAST(%s AS NUMERIC))",
                        name, name, name, bound);
}

static const char *sqlite_moment_check(struct sql_out *out, const char *name, const char *bound,
                                       bool is_min)
{
    if (strstr(bound, "infinity") || strstr(bound, " BC"))
        return arena_format(out->arena, "%s = %s", name, bound);
    if (is_min)
        return arena_format(out->arena,
                            "instr(%s, '-') > 5 OR (%s >= %s AND %s NOT LIKE '%% BC')", name,
                            name, bound, name);
    return arena_format(out->arena, "%s LIKE '%% BC' OR (%s <= %s AND instr(%s, '-') <= 5)", name,
                        name, bound, name);
}

static const char *bound_check(struct sql_out *out, const struct column *column, const char *text,
                               bool is_min)
{
    const char *name = sql_name(out, column->db_name);
    const char *bound = sql_literal(out, column, text);
    enum type_kind kind = column->type.kind;
    bool sqlite = out->dialect == SQL_SQLITE;

    if (!bound || column->type.array)
        return NULL;
    if (sqlite && kind == TYPE_NUMERIC)
        return sqlite_numeric_check(out, name, bound, is_min);
    if (sqlite && is_text_moment(kind))
        return sqlite_moment_check(out, name, bound, is_min);
    return arena_format(out->arena, "%s %s %s", name, is_min ? ">=" : "<=", bound);
}

const char *sql_min_check(struct sql_out *out, const struct column *column)
{
    const char *min = column->limits.min;

    return min && strcmp(min, "-infinity") != 0 ? bound_check(out, column, min, true) : NULL;
}

const char *sql_max_check(struct sql_out *out, const struct column *column)
{
    const char *max = column->limits.max;

    return max && strcmp(max, "infinity") != 0 ? bound_check(out, column, max, false) : NULL;
}

const char *sql_length_check(struct sql_out *out, const struct column *column)
{
    const char *name = sql_name(out, column->db_name);
    bool trimmed = column->type.kind == TYPE_CHAR && out->dialect == SQL_SQLITE;
    const char *length = out->dialect == SQL_SQLITE          ? "length"
                         : column->type.kind == TYPE_BYTEA ? "octet_length"
                                                           : "char_length";

    if (!column->limits.has_max_length || column->type.array)
        return NULL;
    return arena_format(out->arena, trimmed ? "%s(rtrim(%s)) <= %lu" : "%s(%s) <= %lu", length,
                        name, (unsigned long)column->limits.max_length);
}
