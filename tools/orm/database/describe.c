#define _GNU_SOURCE /* strcasestr */

#include "database/describe.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "types/types.h"

/* PostgreSQL's names for the types of columns. */
static const struct {
    const char *name;
    enum type_kind kind;
    Oid oid;
    Oid array;
} known[] = {
    {"bool", TYPE_BOOLEAN, 16, 1000},
    {"int2", TYPE_SMALLINT, 21, 1005},
    {"int4", TYPE_INTEGER, 23, 1007},
    {"int8", TYPE_BIGINT, 20, 1016},
    {"float4", TYPE_REAL, 700, 1021},
    {"float8", TYPE_DOUBLE, 701, 1022},
    {"numeric", TYPE_NUMERIC, 1700, 1231},
    {"text", TYPE_TEXT, 25, 1009},
    {"varchar", TYPE_VARCHAR, 1043, 1015},
    {"bpchar", TYPE_CHAR, 1042, 1014},
    {"bytea", TYPE_BYTEA, 17, 1001},
    {"uuid", TYPE_UUID, 2950, 2951},
    {"date", TYPE_DATE, 1082, 1182},
    {"time", TYPE_TIME, 1083, 1183},
    {"timestamp", TYPE_TIMESTAMP, 1114, 1115},
    {"timestamptz", TYPE_TIMESTAMPTZ, 1184, 1185},
    {"interval", TYPE_INTERVAL, 1186, 1187},
    {"json", TYPE_JSON, 114, 199},
    {"jsonb", TYPE_JSONB, 3802, 3807},
};

enum { KNOWN = sizeof known / sizeof *known };

Oid describe_parameter(const struct column *param)
{
    for (size_t i = 0; param->type.text && i < KNOWN; i++)
        if (known[i].kind == param->type.kind)
            return param->type.array ? known[i].array : known[i].oid;
    return 0;
}

static bool has_word(const char *sql, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = sql; *at; at++) {
        bool starts = at == sql || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');

        if (starts && strncasecmp(at, word, length) == 0 && !isalnum((unsigned char)at[length]) &&
            at[length] != '_')
            return true;
    }
    return false;
}

/* Whether a column that is NOT NULL may be missing from a row all the same. */
static bool can_leave_out(const char *sql)
{
    static const char *const words[] = {"left",   "right", "full",     "union",
                                        "rollup", "cube",  "grouping", "sets"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has_word(sql, words[i]))
            return true;
    return false;
}

static const struct column *model_column(const struct schema *schema, const char *db_schema,
                                         const char *table, const char *name)
{
    for (size_t i = 0; i < schema->model_count; i++) {
        const struct model *model = schema->models[i];
        bool other = model->db_schema && db_schema && strcmp(model->db_schema, db_schema) != 0;

        if (model->link_only || other || strcmp(model->table, table) != 0)
            continue;
        for (size_t k = 0; k < model->column_count; k++)
            if (strcmp(model->columns[k].db_name, name) == 0)
                return &model->columns[k];
    }
    return NULL;
}

static const struct enum_type *enum_named(const struct schema *schema, const char *db_name)
{
    for (size_t i = 0; i < schema->enum_count; i++)
        if (strcmp(schema->enums[i]->db_name, db_name) == 0)
            return schema->enums[i];
    return NULL;
}

static void set_type(struct connection *connection, const struct schema *schema, Oid oid,
                     int modifier, struct described *to)
{
    struct arena *arena = connection->arena;
    const char *const values[] = {arena_format(arena, "%u", oid),
                                  arena_format(arena, "%d", modifier)};
    struct cells cells;
    const struct enum_type *type;
    const char *parameters;

    if (!oid ||
        !connection_rows(connection,
                         "SELECT format_type(t.oid, $2::integer), e.oid <> t.oid, e.typname, "
                         "e.typtype, e.oid >= 16384 FROM pg_type t JOIN pg_type e ON e.oid = CASE "
                         "WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid "
                         "END WHERE t.oid = $1::oid",
                         values, 2, &cells) ||
        cells.rows != 1)
        return;
    to->db_type = cells.items[0];
    to->array = cells.items[1][0] == 't';
    to->element = cells.items[2];
    to->user_type = cells.items[4][0] == 't';
    parameters = strchr(to->db_type, '(');
    type = cells.items[3][0] == 'e' ? enum_named(schema, to->element) : NULL;
    to->type = type ? type->name : to->user_type ? "text" : NULL;
    for (size_t i = 0; i < KNOWN; i++) {
        bool limited = known[i].kind == TYPE_NUMERIC || known[i].kind == TYPE_VARCHAR ||
                       known[i].kind == TYPE_CHAR;

        if (strcmp(to->element, known[i].name) != 0)
            continue;
        to->type = type_info(known[i].kind)->name;
        if (limited && parameters)
            to->type = arena_format(arena, "%s%.*s", to->type, (int)strcspn(parameters, ")") + 1,
                                    parameters);
    }
    if (!to->type && (strcmp(to->element, "name") == 0 || strcmp(to->element, "xml") == 0 ||
                      strcmp(to->element, "char") == 0))
        to->type = "text";
    if (to->type && to->array)
        to->type = arena_format(arena, "%s[]", to->type);
}

/* Which column of which table it is, and whether that can be NULL. */
static void set_origin(struct connection *connection, const struct schema *schema, Oid table,
                       int number, bool leaves_out, struct described *to)
{
    const char *const values[] = {arena_format(connection->arena, "%u", table),
                                  arena_format(connection->arena, "%d", number)};
    struct cells cells;

    if (!table || number <= 0 ||
        !connection_rows(connection,
                         "SELECT n.nspname, c.relname, a.attname, a.attnotnull, c.relkind FROM "
                         "pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace "
                         "n ON n.oid = c.relnamespace WHERE a.attrelid = $1::oid AND a.attnum = "
                         "$2::integer",
                         values, 2, &cells) ||
        cells.rows != 1)
        return;
    to->column = model_column(schema, cells.items[0], cells.items[1], cells.items[2]);
    if (!strchr("rp", cells.items[4][0]))
        return;
    if (cells.items[3][0] != 't')
        to->nulls = NULLS_POSSIBLE;
    else if (!leaves_out)
        to->nulls = NULLS_NEVER;
}

/* Characters of a text, from 1, to bytes. */
static size_t byte_of(const char *text, const char *position)
{
    long number = position ? strtol(position, NULL, 10) : 0;
    size_t at = 0;
    uint32_t code;

    if (number < 1)
        return SIZE_MAX;
    for (; --number && text[at];) {
        size_t size = utf8_decode(text + at, strlen(text + at), &code);

        at += size ? size : 1;
    }
    return at;
}

static void describe_result(struct connection *connection, const struct schema *schema,
                            const struct statement *statement, const PGresult *result,
                            struct description *to)
{
    bool leaves_out = can_leave_out(statement->sql);

    to->param_count = (size_t)PQnparams(result);
    to->params = arena_array(connection->arena, to->param_count, sizeof *to->params);
    for (size_t i = 0; i < to->param_count; i++)
        set_type(connection, schema, PQparamtype(result, (int)i), -1, &to->params[i]);
    to->column_count = (size_t)PQnfields(result);
    to->columns = arena_array(connection->arena, to->column_count, sizeof *to->columns);
    for (size_t i = 0; i < to->column_count; i++) {
        struct described *column = &to->columns[i];
        int at = (int)i;

        column->name = arena_text(connection->arena, PQfname(result, at));
        set_type(connection, schema, PQftype(result, at), PQfmod(result, at), column);
        set_origin(connection, schema, PQftable(result, at), PQftablecol(result, at), leaves_out,
                   column);
    }
}

static void describe_on_postgresql(struct connection *connection, const struct schema *schema,
                                   const struct statement *statement, struct description *to)
{
    struct arena *arena = connection->arena;
    Oid *types = arena_array(arena, statement->param_count, sizeof *types);
    PGresult *result;

    for (size_t i = 0; i < statement->param_count; i++)
        types[i] = describe_parameter(&statement->params[i]);
    result = PQprepare(connection->pg, "", statement->sql, (int)statement->param_count, types);
    if (PQresultStatus(result) == PGRES_COMMAND_OK) {
        PQclear(result);
        result = PQdescribePrepared(connection->pg, "");
    }
    if (PQresultStatus(result) == PGRES_COMMAND_OK) {
        describe_result(connection, schema, statement, result, to);
    } else {
        const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

        to->fault = arena_text(arena, message ? message : PQerrorMessage(connection->pg));
        to->fault_at =
            byte_of(statement->sql, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION));
    }
    PQclear(result);
}

/* The annotation for what SQLite declares: what `orm schema` writes, or the words' affinity. */
static const char *type_of_declared(const char *declared)
{
    if (strcasestr(declared, "int"))
        return "bigint";
    if (strcasestr(declared, "char") || strcasestr(declared, "clob") ||
        strcasestr(declared, "text"))
        return "text";
    if (strcasestr(declared, "blob"))
        return "bytea";
    if (strcasestr(declared, "real") || strcasestr(declared, "floa") ||
        strcasestr(declared, "doub"))
        return "double";
    return NULL;
}

static void describe_column(struct connection *connection, const struct schema *schema,
                            sqlite3_stmt *prepared, int at, bool leaves_out, struct described *to)
{
    const char *table = sqlite3_column_table_name(prepared, at);
    const char *name = sqlite3_column_origin_name(prepared, at);
    const char *declared = sqlite3_column_decltype(prepared, at);
    int not_null = 0;
    int key = 0;

    to->name = arena_text(connection->arena, sqlite3_column_name(prepared, at));
    if (declared) {
        to->db_type = arena_text(connection->arena, declared);
        to->type = type_of_declared(to->db_type);
    }
    if (!table || !name ||
        sqlite3_table_column_metadata(connection->sqlite,
                                      sqlite3_column_database_name(prepared, at), table, name, NULL,
                                      NULL, &not_null, &key, NULL) != SQLITE_OK)
        return;
    to->column = model_column(schema, NULL, table, name);
    if (!not_null && !key)
        to->nulls = NULLS_POSSIBLE;
    else if (!leaves_out)
        to->nulls = NULLS_NEVER;
}

static void describe_on_sqlite(struct connection *connection, const struct schema *schema,
                               const struct statement *statement, struct description *to)
{
    struct arena *arena = connection->arena;
    sqlite3_stmt *prepared = NULL;
    bool leaves_out = can_leave_out(statement->sql);

    if (sqlite3_prepare_v2(connection->sqlite, statement->sql, -1, &prepared, NULL) != SQLITE_OK) {
        int at = sqlite3_error_offset(connection->sqlite);

        to->fault = arena_text(arena, sqlite3_errmsg(connection->sqlite));
        to->fault_at = at < 0 ? SIZE_MAX : (size_t)at;
        return;
    }
    to->param_count = statement->param_count;
    to->params = arena_array(arena, to->param_count, sizeof *to->params);
    to->column_count = (size_t)sqlite3_column_count(prepared);
    to->columns = arena_array(arena, to->column_count, sizeof *to->columns);
    for (size_t i = 0; i < to->column_count; i++)
        describe_column(connection, schema, prepared, (int)i, leaves_out, &to->columns[i]);
    sqlite3_finalize(prepared);
}

struct description describe(struct connection *connection, const struct schema *schema,
                            const struct statement *statement)
{
    struct description made = {.fault_at = SIZE_MAX};

    if (connection->pg)
        describe_on_postgresql(connection, schema, statement, &made);
    else
        describe_on_sqlite(connection, schema, statement, &made);
    for (size_t i = 0; i < made.column_count; i++)
        if (made.columns[i].column && made.columns[i].type)
            made.columns[i].type = made.columns[i].column->type.text;
    return made;
}

static bool is_text(const char *name)
{
    static const char *const names[] = {"text", "varchar", "bpchar", "name", "char", "json", "xml"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static int integer_width(const char *name)
{
    return strncmp(name, "int", 3) == 0 && strlen(name) == 4 ? name[3] - '0' : 0;
}

static bool fits_postgresql(const struct described *found, enum type_kind wanted)
{
    bool text = found->user_type || is_text(found->element);
    int width = integer_width(found->element);

    switch (wanted) {
    case TYPE_SMALLINT:
        return width == 2;
    case TYPE_INTEGER:
        return width == 2 || width == 4;
    case TYPE_BIGINT:
        return width != 0;
    case TYPE_DOUBLE:
        return strncmp(found->element, "float", 5) == 0;
    case TYPE_TEXT:
    case TYPE_VARCHAR:
    case TYPE_CHAR:
    case TYPE_ENUM:
        return text;
    case TYPE_JSON:
    case TYPE_JSONB:
        return text || strcmp(found->element, "jsonb") == 0;
    default:
        break;
    }
    for (size_t i = 0; i < KNOWN; i++)
        if (known[i].kind == wanted)
            return strcmp(known[i].name, found->element) == 0;
    return false;
}

static bool fits_sqlite(const struct described *found, const struct column_type *wanted)
{
    const char *stored = type_of_declared(found->db_type);
    bool number = wanted->kind <= TYPE_DOUBLE;

    if (!stored)
        return true;
    if (strcmp(stored, "bytea") == 0)
        return wanted->kind == TYPE_BYTEA && !wanted->array;
    if (strcmp(stored, "text") == 0)
        return wanted->array || (!number && wanted->kind != TYPE_BYTEA);
    return !wanted->array && (number || wanted->kind == TYPE_NUMERIC || wanted->kind == TYPE_TEXT ||
                              wanted->kind == TYPE_VARCHAR || wanted->kind == TYPE_CHAR);
}

bool describe_fits(const struct connection *connection, const struct described *found,
                   const struct column *wanted)
{
    if (!found->db_type)
        return true;
    if (!connection->pg)
        return fits_sqlite(found, &wanted->type);
    return found->array == wanted->type.array && fits_postgresql(found, wanted->type.kind);
}
