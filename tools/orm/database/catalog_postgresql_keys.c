#include <string.h>

#include "database/catalog.h"

/* Constraints of PostgreSQL tables. */

#define NAMES(key, relation)                                                                       \
    "(SELECT string_agg(a.attname, E'\\x1f' ORDER BY k.n) FROM unnest(" key                        \
    ") WITH ORDINALITY AS k(num, n) JOIN pg_attribute a ON a.attrelid = " relation                 \
    " AND a.attnum = k.num)"

/* to_jsonb() makes NULL of a column that older servers lack. */
static const char keys_sql[] = "SELECT c.conrelid, c.contype, c.conname, " NAMES(
    "c.conkey",
    "c.conrelid") ", "
                  "c.condeferrable, c.condeferred, c.convalidated, c.connoinherit, "
                  "pg_get_constraintdef(c.oid), "
                  "CASE WHEN c.contype = 'c' THEN pg_get_expr(c.conbin, c.conrelid, true) END, "
                  "obj_description(c.oid, 'pg_constraint'), "
                  "CASE WHEN c.contype IN ('p', 'u') THEN " NAMES(
                      "(SELECT i.indkey::smallint[] FROM pg_index i WHERE i.indexrelid = "
                      "c.conindid)"
                      "[cardinality(c.conkey):]",
                      "c.conrelid") " END, "
                                    "CASE WHEN c.contype = 'u' THEN (SELECT to_jsonb(i) ->> "
                                    "'indnullsnotdistinct' FROM pg_index i "
                                    "WHERE i.indexrelid = c.conindid) END, "
                                    "NULLIF(fn.nspname, current_schema()), f.relname, "
                                    "CASE WHEN c.contype = 'f' THEN " NAMES(
                                        "c.confkey",
                                        "c.confrelid") " END, "
                                                       "c.confdeltype, c.confupdtype, "
                                                       "c.confmatchtype = 'f', "
                                                       "CASE WHEN c.contype = 'f' THEN (SELECT "
                                                       "string_agg(quote_ident(a.attname), ', ') "
                                                       "FROM "
                                                       "jsonb_array_elements_text(NULLIF(to_jsonb("
                                                       "c) -> 'confdelsetcols', 'null')) AS k(num) "
                                                       "JOIN pg_attribute a ON a.attrelid = "
                                                       "c.conrelid AND a.attnum = k.num::integer) "
                                                       "END "
                                                       "FROM pg_constraint c JOIN pg_class r ON "
                                                       "r.oid = c.conrelid "
                                                       "JOIN pg_namespace n ON n.oid = "
                                                       "r.relnamespace "
                                                       "LEFT JOIN pg_class f ON f.oid = "
                                                       "c.confrelid "
                                                       "LEFT JOIN pg_namespace fn ON fn.oid = "
                                                       "f.relnamespace "
                                                       "WHERE c.contype IN ('p', 'u', 'c', 'f', "
                                                       "'x') AND NOT r.relispartition "
                                                       "AND c.conparentid = 0 AND " CATALOG_WANTED
                                                       " ORDER BY c.conrelid, c.conname COLLATE "
                                                       "\"C\"";

enum {
    TYPE = 1,
    NAME,
    COLUMNS,
    DEFERRABLE,
    DEFERRED,
    VALID,
    NO_INHERIT,
    DEFINITION,
    EXPRESSION,
    COMMENT,
    INCLUDE,
    NULLS,
    TARGET_SCHEMA,
    TARGET,
    TARGET_COLUMNS,
    ON_DELETE,
    ON_UPDATE,
    FULL,
    DELETED
};

static void set_key(struct arena *arena, struct catalog_key *key, const char **row)
{
    *key = (struct catalog_key){
        .name = row[NAME],
        .columns = catalog_names_split(arena, row[COLUMNS]),
        .include = catalog_names_split(arena, row[INCLUDE]),
        .nulls_not_distinct = catalog_is_true(row[NULLS]),
        .deferrable = catalog_is_true(row[DEFERRABLE]),
        .deferred = catalog_is_true(row[DEFERRED]),
        .definition = row[DEFINITION],
        .comment = row[COMMENT],
    };
}

static void set_check(struct arena *arena, struct catalog_check *check, const char **row)
{
    *check = (struct catalog_check){
        .name = row[NAME],
        .expression = catalog_unwrapped(arena, catalog_expression(arena, row[EXPRESSION])),
        .no_inherit = catalog_is_true(row[NO_INHERIT]),
        .valid = catalog_is_true(row[VALID]),
        .definition = row[DEFINITION],
    };
}

static const char *action(struct arena *arena, char letter, const char *columns)
{
    const char *text = letter == 'r'   ? "RESTRICT"
                       : letter == 'c' ? "CASCADE"
                       : letter == 'n' ? "SET NULL"
                       : letter == 'd' ? "SET DEFAULT"
                                       : "NO ACTION";

    return columns ? arena_format(arena, "%s (%s)", text, columns) : text;
}

static void set_foreign_key(struct arena *arena, struct catalog_foreign_key *key, const char **row)
{
    *key = (struct catalog_foreign_key){
        .name = row[NAME],
        .columns = catalog_names_split(arena, row[COLUMNS]),
        .target_schema = row[TARGET_SCHEMA],
        .target_table = row[TARGET],
        .target_columns = catalog_names_split(arena, row[TARGET_COLUMNS]),
        .on_delete = action(arena, row[ON_DELETE][0], row[DELETED]),
        .on_update = action(arena, row[ON_UPDATE][0], NULL),
        .match_full = catalog_is_true(row[FULL]),
        .deferrable = catalog_is_true(row[DEFERRABLE]),
        .deferred = catalog_is_true(row[DEFERRED]),
        .valid = catalog_is_true(row[VALID]),
        .definition = row[DEFINITION],
    };
}

/* Room for as many as there may be; the counts follow. */
static void add_constraints(struct arena *arena, struct catalog_table *table,
                            const struct cells *cells, size_t from, size_t end)
{
    size_t most = end - from;

    table->uniques = arena_array(arena, most, sizeof *table->uniques);
    table->checks = arena_array(arena, most, sizeof *table->checks);
    table->foreign_keys = arena_array(arena, most, sizeof *table->foreign_keys);
    table->exclusions = arena_array(arena, most, sizeof *table->exclusions);
    for (size_t i = from; i < end; i++) {
        const char **row = cells->items + i * cells->columns;

        switch (row[TYPE][0]) {
        case 'p':
            table->primary_key = arena_alloc(arena, sizeof *table->primary_key);
            set_key(arena, table->primary_key, row);
            break;
        case 'u':
            set_key(arena, &table->uniques[table->unique_count++], row);
            break;
        case 'c':
            set_check(arena, &table->checks[table->check_count++], row);
            break;
        case 'f':
            set_foreign_key(arena, &table->foreign_keys[table->foreign_key_count++], row);
            break;
        default:
            table->exclusions[table->exclusion_count++] =
                (struct catalog_exclusion){.name = row[NAME], .definition = row[DEFINITION]};
        }
    }
}

bool catalog_read_postgresql_keys(struct connection *connection, const char *const *values,
                                  const struct map *tables)
{
    struct cells cells;

    if (!connection_rows(connection, keys_sql, values, 1, &cells))
        return false;
    for (size_t from = 0, end; from < cells.rows; from = end) {
        struct catalog_table *table = map_get(tables, cells.items[from * cells.columns]);

        end = catalog_run(&cells, from);
        if (table)
            add_constraints(connection->arena, table, &cells, from, end);
    }
    return true;
}
