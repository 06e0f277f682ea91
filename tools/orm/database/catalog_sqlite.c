#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "database/catalog.h"

/* SQLite's tables, by its pragmas; catalog_sqlite_text.c adds what those do not tell. */

static const char tables_sql[] =
    "SELECT m.name, m.type, m.sql, l.type, l.wr, l.strict FROM sqlite_schema m "
    "LEFT JOIN (SELECT * FROM pragma_table_list WHERE schema = 'main') l ON l.name = m.name "
    "WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
    "AND coalesce(l.type, '') <> 'shadow' ORDER BY m.name";

static const char columns_sql[] =
    "SELECT m.name, x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden "
    "FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) x WHERE m.type = 'table' "
    "AND m.rootpage > 0 AND x.hidden <> 1 ORDER BY m.name, x.cid";

/* Of a view or a virtual table. */
static const char view_columns_sql[] =
    "SELECT ?1, x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden "
    "FROM pragma_table_xinfo(?1) x WHERE x.hidden <> 1 ORDER BY x.cid";

static const char foreign_keys_sql[] =
    /* the last one written has the number 0 */
    "SELECT m.name, f.id, f.\"table\", f.\"from\", f.\"to\", f.on_update, f.on_delete, f.match "
    "FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' "
    "AND m.rootpage > 0 ORDER BY m.name, f.id DESC, f.seq";

static const char indexes_sql[] =
    "SELECT m.name, i.name, i.\"unique\", i.origin, x.cid, x.name, x.\"desc\", x.coll, s.sql "
    "FROM sqlite_schema m JOIN pragma_index_list(m.name) i JOIN pragma_index_xinfo(i.name) x "
    "LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name "
    "WHERE m.type = 'table' AND m.rootpage > 0 AND i.origin = 'c' AND x.key ORDER BY m.name, "
    "i.name, x.seqno";

static const char triggers_sql[] =
    "SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY tbl_name, name";

static enum catalog_table_kind table_kind(const char *type)
{
    if (type && strcmp(type, "view") == 0)
        return CATALOG_VIEW;
    return type && strcmp(type, "virtual") == 0 ? CATALOG_VIRTUAL_TABLE : CATALOG_TABLE;
}

static bool read_tables(struct connection *connection, struct catalog *catalog, struct map *tables)
{
    struct cells cells;

    if (!connection_rows(connection, tables_sql, NULL, 0, &cells))
        return false;
    catalog->tables = arena_array(connection->arena, cells.rows, sizeof *catalog->tables);
    catalog->table_count = cells.rows;
    for (size_t i = 0; i < cells.rows; i++) {
        const char **row = cells.items + i * cells.columns;
        struct catalog_table *table = &catalog->tables[i];

        table->name = row[0];
        table->sql = row[2] ? row[2] : "";
        table->kind = table_kind(row[3] ? row[3] : row[1]);
        table->without_rowid = catalog_is_true(row[4]);
        table->strict = catalog_is_true(row[5]);
        map_add(connection->arena, tables, row[0], table);
    }
    return true;
}

/* 'text', which SQLite also takes "text" for where no column can be meant. */
static const char *quoted_text(struct arena *arena, const char *text)
{
    struct text made = {0};

    text_add_string(arena, &made, "'");
    for (; *text; text++)
        text_add(arena, &made, *text == '\'' ? "''" : text, *text == '\'' ? 2 : 1);
    text_add_string(arena, &made, "'");
    return made.text;
}

static bool holds_text(const char *type)
{
    static const char *const words[] = {"CHAR", "CLOB", "TEXT"};
    bool found = false;

    for (; *type; type++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            found = found || strncasecmp(type, words[i], strlen(words[i])) == 0;
    return found;
}

static void set_default(struct arena *arena, struct catalog_column *column, const char *value)
{
    const char *sql = catalog_unwrapped(arena, catalog_expression(arena, value));

    column->default_sql = sql;
    column->default_literal = catalog_literal(arena, value);
    if (*sql == '"' && column->default_literal)
        column->default_sql = quoted_text(arena, column->default_literal);
    else if (*sql != '\'' && holds_text(column->type))
        column->default_literal = NULL; /* true is '1' there */
}

static void set_column(struct arena *arena, struct catalog_column *column, const char **row)
{
    column->name = row[1];
    column->type = row[2] ? row[2] : "";
    column->type_name = column->type;
    column->sequence_options = "";
    column->not_null = catalog_is_true(row[3]) || strcmp(row[5], "0") != 0;
    if (row[6][0] == '2' || row[6][0] == '3') {
        column->generated = row[6][0] == '2' ? CATALOG_VIRTUAL : CATALOG_STORED;
        column->expression = ""; /* the text tells */
    } else if (row[4] && strcasecmp(row[4], "null") != 0) {
        set_default(arena, column, row[4]);
    }
}

/* The columns of the primary key, in its order. */
static void set_primary_key(struct arena *arena, struct catalog_table *table,
                            const struct cells *cells, size_t from)
{
    struct catalog_key *key = arena_alloc(arena, sizeof *key);

    key->columns.items = arena_array(arena, table->column_count, sizeof(char *));
    for (size_t i = 0; i < table->column_count; i++) {
        size_t place = strtoul(cells->items[(from + i) * cells->columns + 5], NULL, 10);

        if (!place)
            continue;
        key->columns.items[place - 1] = table->columns[i].name;
        key->columns.count++;
    }
    table->primary_key = key->columns.count ? key : NULL;
}

static void add_columns(struct arena *arena, struct catalog_table *table, const struct cells *cells,
                        size_t from, size_t end)
{
    table->column_count = end - from;
    table->columns = arena_array(arena, end - from, sizeof *table->columns);
    for (size_t i = from; i < end; i++)
        set_column(arena, &table->columns[i - from], cells->items + i * cells->columns);
    set_primary_key(arena, table, cells, from);
}

static bool read_columns(struct connection *connection, struct catalog *catalog,
                         const struct map *tables)
{
    struct cells cells;

    if (!connection_rows(connection, columns_sql, NULL, 0, &cells))
        return false;
    for (size_t from = 0, end; from < cells.rows; from = end) {
        struct catalog_table *table = map_get(tables, cells.items[from * cells.columns]);

        end = catalog_run(&cells, from);
        if (table)
            add_columns(connection->arena, table, &cells, from, end);
    }
    /* one by one: a view may name what is gone, a virtual table a module that is not here */
    for (size_t i = 0; i < catalog->table_count; i++) {
        struct catalog_table *table = &catalog->tables[i];

        if (table->kind != CATALOG_VIEW && table->kind != CATALOG_VIRTUAL_TABLE)
            continue;
        if (connection_try(connection, view_columns_sql, &table->name, 1, &cells))
            add_columns(connection->arena, table, &cells, 0, cells.rows);
        else
            table->fault = connection->fault;
    }
    return true;
}

static size_t group_end(const struct cells *cells, size_t from, size_t end, size_t cell)
{
    const char *name = cells->items[from * cells->columns + cell];

    while (++from < end && strcmp(cells->items[from * cells->columns + cell], name) == 0)
        ;
    return from;
}

static void add_foreign_key(struct arena *arena, struct catalog_foreign_key *key,
                            const struct catalog_table *target, const struct cells *cells,
                            size_t from, size_t end)
{
    const char **first = cells->items + from * cells->columns;

    key->target_table = target ? target->name : first[2]; /* case does not count there */
    key->on_update = first[5];
    key->on_delete = first[6];
    key->valid = true;
    key->columns.items = arena_array(arena, end - from, sizeof(char *));
    key->target_columns.items = arena_array(arena, end - from, sizeof(char *));
    for (size_t i = from; i < end; i++) {
        const char **row = cells->items + i * cells->columns;
        const char *to = row[4];

        if (!to && target && target->primary_key && i - from < target->primary_key->columns.count)
            to = target->primary_key->columns.items[i - from];
        key->columns.items[key->columns.count++] = row[3];
        key->target_columns.items[key->target_columns.count++] = to ? to : "rowid";
    }
}

static const struct catalog_table *table_of_any_case(const struct catalog *catalog,
                                                     const char *name)
{
    const struct catalog_table *table = catalog_table_find(catalog, NULL, name);

    for (size_t i = 0; !table && i < catalog->table_count; i++)
        if (strcasecmp(catalog->tables[i].name, name) == 0)
            table = &catalog->tables[i];
    return table;
}

/* As they are spelled where they are columns. */
static void respell(struct catalog_names *names, const struct catalog_table *table)
{
    for (size_t i = 0; table && i < names->count; i++)
        for (size_t k = 0; k < table->column_count; k++)
            if (strcasecmp(names->items[i], table->columns[k].name) == 0)
                names->items[i] = table->columns[k].name;
}

static bool read_foreign_keys(struct connection *connection, const struct catalog *catalog,
                              const struct map *tables)
{
    struct arena *arena = connection->arena;
    struct cells cells;

    if (!connection_rows(connection, foreign_keys_sql, NULL, 0, &cells))
        return false;
    for (size_t from = 0, end; from < cells.rows; from = end) {
        struct catalog_table *table = map_get(tables, cells.items[from * cells.columns]);

        end = catalog_run(&cells, from);
        if (!table)
            continue;
        table->foreign_keys = arena_array(arena, end - from, sizeof *table->foreign_keys);
        for (size_t i = from, next; i < end; i = next) {
            struct catalog_foreign_key *key = &table->foreign_keys[table->foreign_key_count++];
            const struct catalog_table *target =
                table_of_any_case(catalog, cells.items[i * cells.columns + 2]);

            next = group_end(&cells, i, end, 1);
            add_foreign_key(arena, key, target, &cells, i, next);
            respell(&key->columns, table);
            respell(&key->target_columns, target);
        }
    }
    return true;
}

/* The text's ends of the n-th expression of "CREATE INDEX ... ON t (a, f(b) DESC) WHERE c". */
static const char *index_list(const char *sql)
{
    bool seen_on = false;

    for (size_t at = 0; sql[at];) {
        size_t end = at + 1;

        if (strchr("'\"`", sql[at])) {
            for (char quote = sql[at]; sql[end] && sql[end] != quote;)
                end++;
            end += sql[end] != '\0';
        } else if (sql[at] == '[') {
            end += strcspn(sql + end, "]") + 1;
        } else if (at && strchr(" \t\n\"]`", sql[at - 1]) && strncasecmp(sql + at, "on", 2) == 0 &&
                   strchr(" \t\n\"[`", sql[at + 2])) {
            seen_on = true;
        } else if (sql[at] == '(' && seen_on) {
            return sql + at;
        }
        at = end;
    }
    return NULL;
}

/* Behind the parenthesis that closes the one here, or the next comma at this depth. */
static size_t part_end(const char *text)
{
    size_t depth = 0;
    size_t at = 0;

    for (; text[at]; at++) {
        if (strchr("'\"`", text[at])) {
            char quote = text[at];

            while (text[at + 1] && text[++at] != quote)
                ;
        } else if (text[at] == '(') {
            depth++;
        } else if (!depth && (text[at] == ')' || text[at] == ',')) {
            return at;
        } else if (text[at] == ')') {
            depth--;
        }
    }
    return at;
}

/* Without the words behind an expression: COLLATE name, ASC, DESC. */
static const char *without_order(struct arena *arena, const char *part)
{
    static const char *const words[] = {" asc", " desc"};
    size_t size = strlen(part);

    for (size_t i = 0; i < 2; i++) {
        size_t word = strlen(words[i]);

        if (size > word && strcasecmp(part + size - word, words[i]) == 0)
            size -= word;
    }
    return catalog_unwrapped(arena, catalog_expression(arena, arena_copy(arena, part, size)));
}

static const char *index_expression(struct arena *arena, const char *sql, size_t number)
{
    const char *at = index_list(sql);

    if (!at)
        return "";
    for (at++; number; number--)
        at += part_end(at) + 1;
    return without_order(arena, catalog_expression(arena, arena_copy(arena, at, part_end(at))));
}

static const char *index_where(struct arena *arena, const char *sql)
{
    const char *at = index_list(sql);

    if (!at)
        return NULL;
    for (at++; at[part_end(at)] == ',';)
        at += part_end(at) + 1;
    at += part_end(at);
    at += *at != '\0';
    at += strspn(at, " \t\r\n");
    return strncasecmp(at, "where", 5) == 0
               ? catalog_unwrapped(arena, catalog_expression(arena, at + 5))
               : NULL;
}

static const char *usual_collation(const struct catalog_table *table, const char *name)
{
    const struct catalog_column *column = name ? catalog_column_find(table, name) : NULL;

    return column && column->collation ? column->collation : "BINARY";
}

static void add_index(struct arena *arena, struct catalog_table *table, const struct cells *cells,
                      size_t from, size_t end)
{
    const char **first = cells->items + from * cells->columns;
    struct catalog_index *index = &table->indexes[table->index_count++];
    const char *sql = first[8] ? first[8] : "";

    *index = (struct catalog_index){
        .name = first[1],
        .method = "btree",
        .unique = catalog_is_true(first[2]),
        .valid = true,
        .parts = arena_array(arena, end - from, sizeof *index->parts),
        .where = index_where(arena, sql),
        .definition = sql,
    };
    for (size_t i = from; i < end; i++) {
        const char **row = cells->items + i * cells->columns;
        struct catalog_index_part *part = &index->parts[index->part_count++];

        part->column = row[4][0] == '-' ? NULL : row[5];
        part->expression = part->column ? NULL : index_expression(arena, sql, i - from);
        part->descending = catalog_is_true(row[6]);
        if (part->column && strcasecmp(row[7], usual_collation(table, part->column)) != 0)
            part->collation = row[7];
    }
}

static bool read_indexes(struct connection *connection, const struct map *tables)
{
    struct arena *arena = connection->arena;
    struct cells cells;

    if (!connection_rows(connection, indexes_sql, NULL, 0, &cells))
        return false;
    for (size_t from = 0, end; from < cells.rows; from = end) {
        struct catalog_table *table = map_get(tables, cells.items[from * cells.columns]);

        end = catalog_run(&cells, from);
        if (!table)
            continue;
        table->indexes = arena_array(arena, end - from, sizeof *table->indexes);
        for (size_t i = from, next; i < end; i = next) {
            next = group_end(&cells, i, end, 1);
            add_index(arena, table, &cells, i, next);
        }
    }
    return true;
}

static bool read_triggers(struct connection *connection, const struct map *tables)
{
    struct cells cells;

    if (!connection_rows(connection, triggers_sql, NULL, 0, &cells))
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

static bool read_texts(struct connection *connection, struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->table_count; i++)
        if (catalog->tables[i].kind != CATALOG_VIRTUAL_TABLE &&
            !catalog_read_sqlite_text(connection->arena, &catalog->tables[i]))
            return false;
    return true;
}

static bool read_all(struct connection *connection, struct catalog *catalog)
{
    struct map tables = {0};

    return read_tables(connection, catalog, &tables) &&
           read_columns(connection, catalog, &tables) &&
           read_foreign_keys(connection, catalog, &tables) && read_texts(connection, catalog) &&
           read_indexes(connection, &tables) && read_triggers(connection, &tables);
}

bool catalog_read_sqlite(struct connection *connection, struct catalog *catalog)
{
    bool begins = sqlite3_get_autocommit(connection->sqlite) != 0;
    struct cells cells;
    bool ok = !begins || connection_rows(connection, "BEGIN", NULL, 0, &cells);

    catalog->dialect = CATALOG_SQLITE;
    catalog->version = sqlite3_libversion_number();
    ok = ok && read_all(connection, catalog);
    if (begins)
        ok = connection_rows(connection, "COMMIT", NULL, 0, &cells) && ok;
    return ok;
}
