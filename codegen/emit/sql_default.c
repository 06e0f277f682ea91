#include "emit/sql_out.h"

#include <ctype.h>
#include <string.h>

/* SQLite's clock counts milliseconds; zeros at the end go, as in every stored timestamp. */
#define SQLITE_STAMP "rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.')"
#define SQLITE_CLOCK "rtrim(rtrim(strftime('%H:%M:%f', 'now'), '0'), '.')"
#define SQLITE_UUID                                                                         \
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || "                     \
    "substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + (random() & 3), 1) || "     \
    "substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"

static const char *sqlite_now(enum type_kind kind)
{
    switch (kind) {
    case TYPE_DATE:
        return "(date('now'))";
    case TYPE_TIME:
        return "(" SQLITE_CLOCK ")";
    case TYPE_TIMESTAMP:
        return "(" SQLITE_STAMP ")";
    default:
        return "(" SQLITE_STAMP " || '+00:00')";
    }
}

/* Lower-case, without blanks and an empty pair of parentheses. */
static const char *bare_call(struct sql_out *out, const char *text)
{
    struct text bare = { 0 };

    text_add_string(out->arena, &bare, "");
    for (; *text; text++) {
        char lower = (char)tolower((unsigned char)*text);

        if (!isspace((unsigned char)lower))
            text_add(out->arena, &bare, &lower, 1);
    }
    if (bare.length > 2 && strcmp(bare.text + bare.length - 2, "()") == 0)
        bare.text[bare.length - 2] = '\0';
    return bare.text;
}

static bool is_one_of(const char *text, const char *const *list)
{
    while (*list && strcmp(*list, text) != 0)
        list++;
    return *list != NULL;
}

/* What PostgreSQL's common functions are in SQLite; anything else is for the team to judge. */
static const char *sqlite_expression(struct sql_out *out, const struct column *column,
                                     const char *text)
{
    static const char *const nows[] = { "now", "current_timestamp", "transaction_timestamp",
                                        "statement_timestamp", "clock_timestamp", NULL };
    static const char *const uuids[] = { "gen_random_uuid", "uuid_generate_v4", NULL };
    const char *call = bare_call(out, text);
    enum type_kind kind = column->type.kind;

    /* a type of the database's own words has defaults in those words */
    if (column->sql_type)
        return arena_format(out->arena, "(%s)", text);
    if (is_one_of(call, nows))
        return sqlite_now(kind);
    if (strcmp(call, "localtimestamp") == 0)
        return sqlite_now(kind == TYPE_TIMESTAMPTZ ? kind : TYPE_TIMESTAMP);
    if (strcmp(call, "current_date") == 0)
        return sqlite_now(TYPE_DATE);
    if (strcmp(call, "current_time") == 0 || strcmp(call, "localtime") == 0)
        return sqlite_now(TYPE_TIME);
    if (is_one_of(call, uuids))
        return "(" SQLITE_UUID ")";
    return arena_format(out->arena, "(%s)", text);
}

static const char *expression(struct sql_out *out, const struct column *column, const char *text)
{
    return out->dialect == SQL_SQLITE ? sqlite_expression(out, column, text)
                                      : arena_format(out->arena, "(%s)", text);
}

/* A timestamp without a zone means UTC on both databases, whatever zone the session is in. */
static const char *now(struct sql_out *out, const struct column *column)
{
    if (out->dialect == SQL_SQLITE)
        return sqlite_now(column->type.kind);
    return column->type.kind == TYPE_TIMESTAMP ? "(now() AT TIME ZONE 'UTC')" : "(now())";
}

const char *sql_default(struct sql_out *out, const struct column *column)
{
    const struct default_value *value = &column->default_value;

    switch (value->kind) {
    case DEFAULT_LITERAL:
        return sql_literal(out, column, value->text);
    case DEFAULT_SQL:
        return expression(out, column, value->text);
    case DEFAULT_EMPTY_ARRAY:
        return out->dialect == SQL_SQLITE ? "'[]'" : "'{}'";
    default:
        return column->created || column->updated ? now(out, column) : NULL;
    }
}
