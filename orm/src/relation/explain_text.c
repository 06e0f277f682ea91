#include "relation/explain.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include <orm/value.h>

enum { WIDTH = 80, LONGEST_VALUE = 48 };

/* What begins a line of its own where it stands in no parentheses. */
static const char *const clauses[] = {
    "FROM", "WHERE", "GROUP BY",  "HAVING", "ORDER BY",   "LIMIT",     "OFFSET",     "UNION",
    "FOR",  "SET",   "RETURNING", "VALUES", "INNER JOIN", "LEFT JOIN", "CROSS JOIN", "JOIN"};

/* The size of the words that begin a clause; 0: none does. */
static size_t clause_size(const char *at)
{
    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        size_t size = strlen(clauses[i]);
        if (strncasecmp(at, clauses[i], size) == 0 && (at[size] == ' ' || at[size] == '\0'))
            return size;
    }
    return 0;
}

/* The end of the piece that begins at `at` and is not to be broken: a word or something quoted. */
static const char *end_of_piece(const char *at, int *depth)
{
    while (*at != '\0' && *at != ' ' && *at != '\n') {
        if (*at == '\'' || *at == '"') {
            char quote = *at++;
            while (*at != '\0' && *at != quote)
                at++;
        } else if (*at == '(') {
            ++*depth;
        } else if (*at == ')') {
            --*depth;
        }
        at += *at != '\0';
    }
    return at;
}

void orm__explain_sql(orm__buffer *to, const char *sql)
{
    size_t column = 0;
    int depth = 0;
    for (const char *at = sql + strspn(sql, " \n"); *at != '\0'; at += strspn(at, " \n")) {
        size_t clause = depth == 0 ? clause_size(at) : 0;
        const char *end = clause > 0 ? at + clause : end_of_piece(at, &depth);
        size_t size = (size_t)(end - at);
        bool fits = column + 1 + size <= WIDTH;
        if (column > 0 && fits && clause == 0) {
            orm__buffer_char(to, ' ');
            column++;
        } else {
            orm__buffer_text(to, column == 0 ? "  " : clause > 0 ? "\n  " : "\n      ");
            column = column == 0 || clause > 0 ? 2 : 6;
        }
        orm__buffer_append(to, at, size);
        column += size;
        at = end;
    }
    orm__buffer_char(to, '\n');
}

static void add_text(orm__buffer *to, const char *text, size_t size)
{
    size_t shown = 0;
    if (size == SIZE_MAX)
        size = strlen(text);
    while (shown < size && shown < LONGEST_VALUE)
        shown++;
    while (shown < size && shown > 0 && ((unsigned char)text[shown] & 0xC0) == 0x80)
        shown--;
    orm__buffer_char(to, '\'');
    for (size_t i = 0; i < shown; i++)
        orm__buffer_char(to, iscntrl((unsigned char)text[i]) ? ' ' : text[i]);
    orm__buffer_text(to, "'");
    if (shown < size)
        orm__buffer_printf(to, "... (%zu bytes)", size);
}

static void add_moment(orm__buffer *to, const orm_value *value)
{
    char text[ORM_TEMPORAL_TEXT_SIZE];
    switch (value->kind) {
    case ORM_KIND_DATE:
        (void)orm_date_format((orm_date){(int32_t)value->as.integer}, text);
        break;
    case ORM_KIND_TIME:
        (void)orm_time_format((orm_time){value->as.integer}, text);
        break;
    case ORM_KIND_TIMESTAMP:
        (void)orm_timestamp_format((orm_timestamp){value->as.integer}, text);
        break;
    case ORM_KIND_TIMESTAMPTZ:
        (void)orm_timestamptz_format((orm_timestamptz){value->as.integer}, text);
        break;
    case ORM_KIND_INTERVAL:
        (void)orm_interval_format(value->as.interval, text);
        break;
    default:
        (void)orm_uuid_format(value->as.uuid, text);
    }
    orm__buffer_printf(to, "'%s'", text);
}

static void add_value(orm__buffer *to, const orm_value *value)
{
    switch (value->kind) {
    case ORM_KIND_BOOL:
        orm__buffer_text(to, value->as.boolean ? "true" : "false");
        break;
    case ORM_KIND_INT:
        orm__buffer_printf(to, "%" PRId64, value->as.integer);
        break;
    case ORM_KIND_DOUBLE:
        orm__buffer_printf(to, "%.17g", value->as.real);
        break;
    case ORM_KIND_TEXT:
    case ORM_KIND_NUMERIC:
    case ORM_KIND_JSON:
        add_text(to, value->as.span.data, value->as.span.size);
        break;
    case ORM_KIND_BYTES:
        orm__buffer_printf(to, "%zu bytes", value->as.span.size);
        break;
    case ORM_KIND_ARRAY:
        orm__buffer_printf(to, "a list of %zu", value->as.span.size);
        break;
    case ORM_KIND_NULL:
        orm__buffer_text(to, "NULL");
        break;
    default:
        add_moment(to, value);
    }
}

void orm__explain_values(orm__buffer *to, const orm_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        orm__buffer_printf(to, "  $%zu = ", i + 1);
        add_value(to, &values[i]);
        orm__buffer_char(to, '\n');
    }
}

/* A piece, cut where it is longer than a line; the column behind it. */
static size_t add_piece(orm__buffer *to, const char *piece, size_t size, size_t column,
                        size_t indent)
{
    while (column + size > WIDTH) {
        size_t room = WIDTH - column;
        for (int back = 0; back < 3 && room > 0 && ((unsigned char)piece[room] & 0xC0) == 0x80;
             back++)
            room--;
        orm__buffer_append(to, piece, room);
        orm__buffer_printf(to, "\n%*s", (int)indent, "");
        piece += room;
        size -= room;
        column = indent;
    }
    orm__buffer_append(to, piece, size);
    return column + size;
}

void orm__explain_line(orm__buffer *to, const char *line)
{
    size_t indent = strspn(line, " ");
    size_t column = 0;
    int depth = 0;
    /* Deep plans keep their shape as far as there is room for words. */
    size_t shown = indent > WIDTH / 2 ? WIDTH / 2 : indent;
    for (const char *at = line + indent; *at != '\0'; at += strspn(at, " \n")) {
        const char *end = end_of_piece(at, &depth);
        size_t size = (size_t)(end - at);
        if (column > 0 && column + 1 + size <= WIDTH) {
            orm__buffer_char(to, ' ');
            column++;
        } else {
            size_t before = shown + (column == 0 ? 4 : 10);
            orm__buffer_printf(to, "%s%*s", column == 0 ? "" : "\n", (int)before, "");
            column = before;
        }
        column = add_piece(to, at, size, column, shown + 10);
        at = end;
    }
    orm__buffer_char(to, '\n');
}
