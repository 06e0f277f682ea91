#include <string.h>

#include "database/catalog.h"

/* Indexes of PostgreSQL tables, a row for each of their parts. Those of constraints come with
 * the constraint. */

static const char indexes_sql[] =
    "SELECT i.indrelid, x.relname, m.amname, i.indisunique, "
    "to_jsonb(i) ->> 'indnullsnotdistinct', i.indisvalid, "
    "pg_get_expr(i.indpred, i.indrelid, true), array_to_string(x.reloptions, ', '), "
    "pg_get_indexdef(i.indexrelid), obj_description(i.indexrelid, 'pg_class'), "
    "p.n > i.indnkeyatts, a.attname, pg_get_indexdef(i.indexrelid, p.n, true), "
    /* options have the lowest bit for DESC, the next for NULLS FIRST */
    "i.indoption[p.n - 1] & 1, (i.indoption[p.n - 1] >> 1) & 1, "
    "CASE WHEN NOT o.opcdefault OR w.attoptions IS NOT NULL THEN concat("
    "(SELECT quote_ident(on_.nspname) || '.' FROM pg_namespace on_ WHERE on_.oid = "
    "o.opcnamespace AND NOT pg_opclass_is_visible(o.oid)), quote_ident(o.opcname), "
    "'(' || array_to_string(w.attoptions, ', ') || ')') END, "
    "CASE WHEN l.oid <> a.attcollation OR (a.attnum IS NULL AND l.oid <> w.atttypid AND "
    "l.collname <> 'default' AND pg_get_indexdef(i.indexrelid) LIKE '% COLLATE %') "
    "THEN concat((SELECT quote_ident(ln.nspname) || '.' FROM pg_namespace ln WHERE ln.oid = "
    "l.collnamespace AND NOT pg_collation_is_visible(l.oid)), quote_ident(l.collname)) END "
    "FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam "
    "JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "CROSS JOIN LATERAL generate_series(1, i.indnatts) AS p(n) "
    "LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p.n - 1] "
    "AND a.attnum <> 0 "
    "LEFT JOIN pg_attribute w ON w.attrelid = i.indexrelid AND w.attnum = p.n "
    "LEFT JOIN pg_opclass o ON o.oid = i.indclass[p.n - 1] AND p.n <= i.indnkeyatts "
    "LEFT JOIN pg_collation l ON l.oid = i.indcollation[p.n - 1] AND p.n <= i.indnkeyatts "
    "WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass "
    "AND d.objid = i.indexrelid AND d.refclassid = 'pg_constraint'::regclass "
    "AND d.deptype IN ('i', 'P', 'S')) AND " CATALOG_WANTED
    " ORDER BY i.indrelid, x.relname COLLATE \"C\", p.n";

enum {
    NAME = 1,
    METHOD,
    UNIQUE,
    NULLS,
    VALID,
    WHERE,
    OPTIONS,
    DEFINITION,
    COMMENT,
    INCLUDED,
    COLUMN,
    EXPRESSION,
    DESCENDING,
    NULLS_FIRST,
    OPCLASS,
    COLLATION
};

static void set_part(struct arena *arena, struct catalog_index_part *part, const char **row)
{
    bool descending = catalog_is_true(row[DESCENDING]);

    part->column = row[COLUMN];
    part->expression =
        row[COLUMN] ? NULL : catalog_unwrapped(arena, catalog_expression(arena, row[EXPRESSION]));
    part->collation = row[COLLATION];
    part->opclass = row[OPCLASS];
    part->descending = descending;
    part->nulls_first = catalog_is_true(row[NULLS_FIRST]) != descending;
}

static void set_index(struct arena *arena, struct catalog_index *index, const struct cells *cells,
                      size_t from, size_t end)
{
    const char **first = cells->items + from * cells->columns;
    const char **included = arena_array(arena, end - from, sizeof *included);

    *index = (struct catalog_index){
        .name = first[NAME],
        .method = first[METHOD],
        .unique = catalog_is_true(first[UNIQUE]),
        .nulls_not_distinct = catalog_is_true(first[NULLS]),
        .valid = catalog_is_true(first[VALID]),
        .parts = arena_array(arena, end - from, sizeof *index->parts),
        .include = {.items = included},
        .options = first[OPTIONS],
        .definition = first[DEFINITION],
        .comment = first[COMMENT],
    };
    if (first[WHERE])
        index->where = catalog_unwrapped(arena, catalog_expression(arena, first[WHERE]));
    for (size_t i = from; i < end; i++) {
        const char **row = cells->items + i * cells->columns;

        if (catalog_is_true(row[INCLUDED]))
            included[index->include.count++] = row[COLUMN];
        else
            set_part(arena, &index->parts[index->part_count++], row);
    }
}

static size_t index_end(const struct cells *cells, size_t from, size_t end)
{
    const char *name = cells->items[from * cells->columns + NAME];

    while (++from < end && strcmp(cells->items[from * cells->columns + NAME], name) == 0)
        ;
    return from;
}

bool catalog_read_postgresql_indexes(struct connection *connection, const char *const *values,
                                     const struct map *tables)
{
    struct cells cells;

    if (!connection_rows(connection, indexes_sql, values, 1, &cells))
        return false;
    for (size_t from = 0, end; from < cells.rows; from = end) {
        struct catalog_table *table = map_get(tables, cells.items[from * cells.columns]);

        end = catalog_run(&cells, from);
        if (!table)
            continue;
        table->indexes = arena_array(connection->arena, end - from, sizeof *table->indexes);
        for (size_t i = from, next; i < end; i = next) {
            next = index_end(&cells, i, end);
            set_index(connection->arena, &table->indexes[table->index_count++], &cells, i, next);
        }
    }
    return true;
}
