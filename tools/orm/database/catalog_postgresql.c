#include <stdlib.h>
#include <string.h>

#include "database/catalog.h"

/* Tables, views and their columns. pg_catalog's columns are those of PostgreSQL 12 and later. */

static const char tables_sql[] =
    "SELECT c.oid, NULLIF(n.nspname, current_schema()), c.relname, c.relkind, "
    "c.relpersistence = 'u', obj_description(c.oid, 'pg_class'), "
    "CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, "
    "CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid, true) END, "
    "CASE WHEN c.relkind IN ('v', 'm') THEN "
    "(SELECT string_agg(DISTINCT CASE WHEN x.nspname = current_schema() THEN v.relname ELSE "
    "concat(x.nspname, '.', v.relname) END, E'\\x1f') FROM pg_rewrite r "
    "JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid "
    "AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid "
    "JOIN pg_class v ON v.oid = d.refobjid AND v.relkind IN ('v', 'm') "
    "JOIN pg_namespace x ON x.oid = v.relnamespace WHERE r.ev_class = c.oid) END "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition "
    "AND c.relpersistence <> 't' AND " CATALOG_WANTED
    " AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass "
    "AND e.objid = c.oid AND e.deptype = 'e') "
    "ORDER BY 2 NULLS FIRST, c.relname COLLATE \"C\"";

/* What CREATE SEQUENCE would not do by itself, of pg_sequence q whose numbers are of the type
 * named by a pg_type s. */
#define SEQUENCE_OPTIONS                                                                           \
    "concat_ws(' ', "                                                                              \
    "CASE WHEN q.seqincrement <> 1 THEN 'INCREMENT BY ' || q.seqincrement END, "                   \
    "CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE CASE q.seqtypid "              \
    "WHEN 21 THEN -32768 WHEN 23 THEN -2147483648 ELSE -9223372036854775808 END END "              \
    "THEN 'MINVALUE ' || q.seqmin END, "                                                           \
    "CASE WHEN q.seqmax <> CASE WHEN q.seqincrement < 0 THEN -1 ELSE CASE q.seqtypid "             \
    "WHEN 21 THEN 32767 WHEN 23 THEN 2147483647 ELSE 9223372036854775807 END END "                 \
    "THEN 'MAXVALUE ' || q.seqmax END, "                                                           \
    "CASE WHEN q.seqstart <> CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END "        \
    "THEN 'START WITH ' || q.seqstart END, "                                                       \
    "CASE WHEN q.seqcache <> 1 THEN 'CACHE ' || q.seqcache END, "                                  \
    "CASE WHEN q.seqcycle THEN 'CYCLE' END)"

static const char columns_sql[] =
    "SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), e.typtype, "
    "NULLIF(tn.nspname, current_schema()), e.typname, "
    "(SELECT x.extname FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid "
    "WHERE d.classid = 'pg_type'::regclass AND d.objid = e.oid AND d.deptype = 'e' LIMIT 1), "
    "tn.nspname = 'pg_catalog', "
    "CASE WHEN e.oid = t.oid THEN 0 ELSE 1 END, "
    "CASE WHEN a.attcollation <> t.typcollation THEN concat("
    "(SELECT quote_ident(ln.nspname) || '.' FROM pg_namespace ln WHERE ln.oid = l.collnamespace "
    "AND NOT pg_collation_is_visible(l.oid)), quote_ident(l.collname)) END, "
    "a.attnotnull, a.attidentity, a.attgenerated, "
    "pg_get_expr(f.adbin, f.adrelid, true), s.name, s.options, "
    "col_description(a.attrelid, a.attnum) "
    "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid "
    "JOIN pg_type e ON e.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 AND t.typtype = 'b' "
    "THEN t.typelem ELSE t.oid END JOIN pg_namespace tn ON tn.oid = e.typnamespace "
    "LEFT JOIN pg_collation l ON l.oid = a.attcollation "
    "LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum "
    "LEFT JOIN LATERAL (SELECT d.objid::regclass::text AS name, " SEQUENCE_OPTIONS " AS options "
    "FROM pg_depend d JOIN pg_sequence q ON q.seqrelid = d.objid "
    "WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid "
    "AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass "
    "AND d.deptype IN ('a', 'i') AND (a.atthasdef OR a.attidentity <> '') "
    "ORDER BY d.objid LIMIT 1) s ON true "
    "WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition AND a.attnum > 0 "
    "AND NOT a.attisdropped AND " CATALOG_WANTED " ORDER BY a.attrelid, a.attnum";

static const char partitions_sql[] =
    "WITH RECURSIVE tree AS (SELECT i.inhrelid AS oid, i.inhparent AS root, "
    "NULL::oid AS parent, 1 AS depth FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent "
    "JOIN pg_namespace n ON n.oid = p.relnamespace "
    "WHERE p.relkind = 'p' AND NOT p.relispartition AND " CATALOG_WANTED
    " UNION ALL SELECT i.inhrelid, tree.root, i.inhparent, tree.depth + 1 FROM tree "
    "JOIN pg_inherits i ON i.inhparent = tree.oid) "
    "SELECT tree.root, NULLIF(n.nspname, current_schema()), c.relname, "
    "(SELECT NULLIF(pn.nspname, current_schema()) FROM pg_class p JOIN pg_namespace pn ON pn.oid = "
    "p.relnamespace WHERE p.oid = tree.parent), "
    "(SELECT p.relname FROM pg_class p WHERE p.oid = tree.parent), "
    "pg_get_expr(c.relpartbound, c.oid, true), "
    "CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END FROM tree "
    "JOIN pg_class c ON c.oid = tree.oid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "ORDER BY tree.root, tree.depth, 2 NULLS FIRST, c.relname COLLATE \"C\"";

static const char triggers_sql[] =
    "SELECT t.tgrelid, t.tgname, pg_get_triggerdef(t.oid, true) FROM pg_trigger t "
    "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE NOT t.tgisinternal AND NOT c.relispartition AND " CATALOG_WANTED
    " ORDER BY t.tgrelid, t.tgname COLLATE \"C\"";

static enum catalog_table_kind table_kind(char relkind)
{
    switch (relkind) {
    case 'p':
        return CATALOG_PARTITIONED;
    case 'f':
        return CATALOG_FOREIGN;
    case 'v':
        return CATALOG_VIEW;
    case 'm':
        return CATALOG_MATERIALIZED_VIEW;
    default:
        return CATALOG_TABLE;
    }
}

/* A view's SELECT without the ';' behind it. */
static const char *select_of(struct arena *arena, const char *text)
{
    size_t size = strlen(text);

    while (size && strchr("; \n", text[size - 1]))
        size--;
    return catalog_expression(arena, arena_copy(arena, text, size));
}

static bool read_tables(struct connection *connection, const char *const *values,
                        struct catalog *catalog, struct map *tables)
{
    struct arena *arena = connection->arena;
    struct cells cells;

    if (!connection_rows(connection, tables_sql, values, 1, &cells))
        return false;
    catalog->tables = arena_array(arena, cells.rows, sizeof *catalog->tables);
    catalog->table_count = cells.rows;
    for (size_t i = 0; i < cells.rows; i++) {
        const char **row = cells.items + i * cells.columns;
        struct catalog_table *table = &catalog->tables[i];

        table->schema = row[1];
        table->name = row[2];
        table->kind = table_kind(row[3][0]);
        table->unlogged = catalog_is_true(row[4]);
        table->comment = row[5];
        table->partition_key = row[6];
        table->definition = row[7] ? select_of(arena, row[7]) : NULL;
        table->inputs = catalog_names_split(arena, row[8]);
        map_add(arena, tables, row[0], table);
    }
    return true;
}

static enum catalog_type_kind type_kind(char typtype)
{
    static const char letters[] = "bedcr";
    const char *at = strchr(letters, typtype);

    return at && *at ? (enum catalog_type_kind)(at - letters) : CATALOG_OTHER;
}

static const char *quoted(struct arena *arena, const char *text)
{
    struct text made = {0};

    text_add_string(arena, &made, "'");
    for (; *text; text++)
        text_add(arena, &made, *text == '\'' ? "''" : text, *text == '\'' ? 2 : 1);
    text_add_string(arena, &made, "'");
    return made.text;
}

/* 'nextval(...)' of the column's own sequence. */
static bool is_serial(struct arena *arena, const char *value, const char *sequence)
{
    return value && sequence &&
           strcmp(value, arena_format(arena, "nextval(%s::regclass)", quoted(arena, sequence))) ==
               0;
}

static bool is_builtin(const struct catalog_column *column, const char *const *names)
{
    bool found = false;

    for (; *names; names++)
        found = found || strcmp(column->type_name, *names) == 0;
    return found && column->type_builtin && !column->dimensions;
}

/* "100.0" of a binary number is "100". */
static const char *without_zeros(struct arena *arena, const char *number)
{
    size_t length = strlen(number);

    if (!strchr(number, '.'))
        return number;
    while (number[length - 1] == '0')
        length--;
    length -= number[length - 1] == '.';
    return length ? arena_copy(arena, number, length) : "0";
}

/* Whether a text has one cast, to a type of texts without a length. */
static bool is_text(const char *value)
{
    static const char *const casts[] = {"'::text", "'::character varying"};
    size_t length = strlen(value);

    for (size_t i = 0; i < sizeof casts / sizeof *casts; i++)
        if (*value == '\'' && length > strlen(casts[i]) &&
            strcmp(value + length - strlen(casts[i]), casts[i]) == 0)
            return true;
    return false;
}

/* PostgreSQL keeps 7 and '7'::numeric apart, which are one default of a number, and 'a'::text
 * and 'a'::character varying, which are one default of a text. */
static void even_out(struct arena *arena, struct catalog_column *column)
{
    static const char *const numbers[] = {"int2",   "int4",   "int8", "numeric",
                                          "float4", "float8", NULL};
    static const char *const texts[] = {"text", "varchar", NULL};
    bool binary = strncmp(column->type_name, "float", 5) == 0;
    const char *value = column->default_literal;

    if (!value)
        return;
    if (is_builtin(column, numbers) && strspn(value, "-0123456789.") == strlen(value)) {
        column->default_literal = binary ? without_zeros(arena, value) : value;
        column->default_sql = column->default_literal;
    } else if (is_builtin(column, texts) &&
               (is_text(column->default_sql) || strcmp(column->default_sql, value) == 0)) {
        column->default_sql =
            arena_format(arena, "%s::%s", quoted(arena, value),
                         *column->type_name == 't' ? "text" : "character varying");
    }
}

static void set_value(struct arena *arena, struct catalog_column *column, const char *value,
                      char identity, char generated)
{
    column->generated = identity == 'a'                             ? CATALOG_IDENTITY_ALWAYS
                        : identity == 'd'                           ? CATALOG_IDENTITY_BY_DEFAULT
                        : generated == 's'                          ? CATALOG_STORED
                        : generated == 'v'                          ? CATALOG_VIRTUAL
                        : is_serial(arena, value, column->sequence) ? CATALOG_SERIAL
                                                                    : CATALOG_PLAIN;
    if (!value || column->generated == CATALOG_SERIAL)
        return;
    if (column->generated == CATALOG_PLAIN) {
        column->default_sql = catalog_expression(arena, value);
        column->default_literal = catalog_literal(arena, value);
        even_out(arena, column);
    } else {
        column->expression = catalog_unwrapped(arena, catalog_expression(arena, value));
    }
}

static void set_column(struct arena *arena, struct catalog_column *column, const char **row)
{
    column->name = row[1];
    column->type = row[2];
    column->type_kind = type_kind(row[3][0]);
    column->type_schema = row[4];
    column->type_name = row[5];
    column->type_extension = row[6];
    column->type_builtin = catalog_is_true(row[7]);
    column->dimensions = (unsigned)strtoul(row[8], NULL, 10);
    column->collation = row[9];
    column->not_null = catalog_is_true(row[10]);
    column->sequence = row[14];
    column->sequence_options = row[15] ? row[15] : "";
    column->comment = row[16];
    set_value(arena, column, row[13], row[11][0], row[12][0]);
}

static bool read_columns(struct connection *connection, const char *const *values,
                         const struct map *tables)
{
    struct cells cells;

    if (!connection_rows(connection, columns_sql, values, 1, &cells))
        return false;
    for (size_t from = 0, end; from < cells.rows; from = end) {
        struct catalog_table *table = map_get(tables, cells.items[from * cells.columns]);

        end = catalog_run(&cells, from);
        if (!table)
            continue;
        table->column_count = end - from;
        table->columns = arena_array(connection->arena, end - from, sizeof *table->columns);
        for (size_t i = from; i < end; i++)
            set_column(connection->arena, &table->columns[i - from],
                       cells.items + i * cells.columns);
    }
    return true;
}

static bool read_partitions(struct connection *connection, const char *const *values,
                            const struct map *tables)
{
    struct cells cells;

    if (!connection_rows(connection, partitions_sql, values, 1, &cells))
        return false;
    for (size_t from = 0, end; from < cells.rows; from = end) {
        struct catalog_table *table = map_get(tables, cells.items[from * cells.columns]);

        end = catalog_run(&cells, from);
        if (!table)
            continue;
        table->partition_count = end - from;
        table->partitions = arena_array(connection->arena, end - from, sizeof *table->partitions);
        for (size_t i = from; i < end; i++) {
            const char **row = cells.items + i * cells.columns;

            table->partitions[i - from] = (struct catalog_partition){.schema = row[1],
                                                                     .name = row[2],
                                                                     .parent_schema = row[3],
                                                                     .parent = row[4],
                                                                     .bounds = row[5],
                                                                     .partition_key = row[6]};
        }
    }
    return true;
}

static bool read_triggers(struct connection *connection, const char *const *values,
                          const struct map *tables)
{
    struct cells cells;

    if (!connection_rows(connection, triggers_sql, values, 1, &cells))
        return false;
    for (size_t from = 0, end; from < cells.rows; from = end) {
        struct catalog_table *table = map_get(tables, cells.items[from * cells.columns]);

        end = catalog_run(&cells, from);
        if (!table)
            continue;
        table->trigger_count = end - from;
        table->triggers = arena_array(connection->arena, end - from, sizeof *table->triggers);
        for (size_t i = from; i < end; i++)
            table->triggers[i - from] =
                (struct catalog_trigger){.name = cells.items[i * cells.columns + 1],
                                         .definition = cells.items[i * cells.columns + 2]};
    }
    return true;
}

static bool read_server(struct connection *connection, struct catalog *catalog)
{
    struct cells cells;

    catalog->dialect = CATALOG_POSTGRESQL;
    catalog->version = PQserverVersion(connection->pg);
    if (!connection_rows(connection, "SELECT current_schema()", NULL, 0, &cells))
        return false;
    catalog->default_schema = cells.items[0];
    if (!catalog->default_schema)
        report_error("the search_path names no schema that exists; set one, for example with "
                     "?options=-csearch_path%%3Dpublic in the URL");
    return catalog->default_schema != NULL;
}

/* A schema that is not there is a mistyped one, not an empty one. */
static bool check_schemas(struct connection *connection, const char *const *values,
                          struct catalog *catalog)
{
    struct cells cells;

    if (values[0] &&
        (!connection_rows(connection,
                          "SELECT w FROM unnest(string_to_array($1, E'\\x1f')) AS w WHERE NOT "
                          "EXISTS (SELECT 1 FROM pg_namespace n WHERE n.nspname = w)",
                          values, 1, &cells) ||
         cells.rows)) {
        if (cells.rows)
            report_error("the database has no schema '%s'", cells.items[0]);
        return false;
    }
    if (!connection_rows(connection,
                         "SELECT string_agg(n.nspname, E'\\x1f' ORDER BY n.nspname COLLATE \"C\") "
                         "FROM pg_namespace n WHERE n.nspname <> current_schema() AND NOT EXISTS "
                         "(SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass "
                         "AND e.objid = n.oid AND e.deptype = 'e') AND " CATALOG_WANTED,
                         values, 1, &cells))
        return false;
    catalog->schemas = catalog_names_split(connection->arena, cells.items[0]);
    return true;
}

static bool read_all(struct connection *connection, const char *const *values,
                     struct catalog *catalog)
{
    struct map tables = {0};

    return read_server(connection, catalog) && check_schemas(connection, values, catalog) &&
           read_tables(connection, values, catalog, &tables) &&
           read_columns(connection, values, &tables) &&
           read_partitions(connection, values, &tables) &&
           read_triggers(connection, values, &tables) &&
           catalog_read_postgresql_keys(connection, values, &tables) &&
           catalog_read_postgresql_indexes(connection, values, &tables) &&
           catalog_read_postgresql_types(connection, values, catalog) &&
           catalog_read_postgresql_others(connection, values, catalog);
}

bool catalog_read_postgresql(struct connection *connection, const char *const *schemas,
                             size_t count, struct catalog *catalog)
{
    struct text joined = {0};
    const char *values[1] = {NULL};
    bool begins = PQtransactionStatus(connection->pg) == PQTRANS_IDLE;
    struct cells cells;
    bool ok = true;

    for (size_t i = 0; i < count; i++) {
        text_add_string(connection->arena, &joined, i ? "\x1f" : "");
        text_add_string(connection->arena, &joined, schemas[i]);
    }
    values[0] = joined.text;
    if (begins)
        ok = connection_rows(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, 0,
                             &cells);
    ok = ok && read_all(connection, values, catalog);
    if (begins)
        ok = connection_rows(connection, "COMMIT", NULL, 0, &cells) && ok;
    return ok;
}
