#include "stats/stats.h"

#include <stdlib.h>
#include <string.h>

#include "introspect/draft.h"
#include "progress.h"

/* What a partitioned table's parts have counts as its own. */
#define PARTS(oid) "(SELECT " oid " AS oid UNION SELECT relid FROM pg_partition_tree(" oid ")) p"

static const char tables_of_postgresql[] =
    "SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname END, c.relname, "
    "x.rows, x.bytes, x.index_bytes, x.seq_scan, x.idx_scan "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, LATERAL ("
    "SELECT sum(CASE WHEN l.relkind = 'p' THEN 0 WHEN l.reltuples >= 0 THEN l.reltuples "
    "ELSE nullif(s.n_live_tup, 0) END)::bigint AS rows, sum(pg_table_size(l.oid))::bigint AS "
    "bytes, "
    "sum(pg_indexes_size(l.oid))::bigint AS index_bytes, sum(s.seq_scan)::bigint AS seq_scan, "
    "sum(coalesce(s.idx_scan, 0))::bigint AS idx_scan FROM " PARTS(
        "c.oid") " JOIN pg_class l ON l.oid = p.oid LEFT JOIN pg_stat_all_tables s ON s.relid = "
                 "l.oid) x "
                 "WHERE c.relkind IN ('r', 'm', 'p') AND NOT c.relispartition AND " CATALOG_WANTED;

static const char indexes_of_postgresql[] =
    "SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname END, c.relname, "
    "d.relname, x.bytes, x.scans FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
    "JOIN pg_class d ON d.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace, "
    "LATERAL (SELECT sum(pg_relation_size(p.oid))::bigint AS bytes, sum(s.idx_scan)::bigint AS "
    "scans "
    "FROM " PARTS(
        "d.oid") " LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = p.oid) x "
                 "WHERE c.relkind IN ('r', 'm', 'p') AND NOT c.relispartition AND " CATALOG_WANTED;

static const char since_of_postgresql[] =
    "SELECT to_char(stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM "
    "pg_stat_database WHERE datname = current_database() AND $1::text IS NULL";

static int64_t number(const char *cell)
{
    return cell ? strtoll(cell, NULL, 10) : -1;
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static struct table_stats *table_of(const struct stats *stats, const char *schema, const char *name)
{
    for (size_t i = 0; i < stats->table_count; i++)
        if (is_same(stats->tables[i].table->schema, schema) &&
            strcmp(stats->tables[i].table->name, name) == 0)
            return &stats->tables[i];
    return NULL;
}

static struct index_stats *index_of(struct table_stats *table, const char *name)
{
    for (size_t i = 0; i < table->index_count; i++)
        if (is_same(table->indexes[i].name, name))
            return &table->indexes[i];
    return NULL;
}

static bool measure_postgresql(struct stats *stats)
{
    const char *none = NULL;
    struct cells cells;

    if (!connection_rows(stats->connection, tables_of_postgresql, &none, 1, &cells))
        return false;
    for (size_t i = 0; i < cells.rows; i++) {
        const char *const *row = cells.items + i * cells.columns;
        struct table_stats *table = table_of(stats, row[0], row[1]);

        if (!table)
            continue;
        table->rows = number(row[2]);
        table->bytes = number(row[3]);
        table->index_bytes = number(row[4]);
        table->sequential_scans = number(row[5]);
        table->index_scans = number(row[6]);
    }
    if (!connection_rows(stats->connection, indexes_of_postgresql, &none, 1, &cells))
        return false;
    for (size_t i = 0; i < cells.rows; i++) {
        const char *const *row = cells.items + i * cells.columns;
        struct table_stats *table = table_of(stats, row[0], row[1]);
        struct index_stats *index = table ? index_of(table, row[2]) : NULL;

        if (index) {
            index->bytes = number(row[3]);
            index->scans = number(row[4]);
        }
    }
    if (!connection_rows(stats->connection, since_of_postgresql, &none, 1, &cells))
        return false;
    stats->since = cells.rows ? cells.items[0] : NULL;
    return true;
}

/* SQLite. */

/* Whether the query can be asked at all: what it reads is not in every SQLite or database. */
static bool can_ask(const struct stats *stats, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(stats->connection->sqlite, sql, -1, &statement, NULL);

    sqlite3_finalize(statement);
    return code == SQLITE_OK;
}

/* The pages of a table, and of everything that is its index. */
static bool measure_pages(struct stats *stats)
{
    static const char sql[] = "SELECT m.tbl_name, m.name, d.pgsize FROM dbstat d "
                              "JOIN sqlite_schema m ON m.name = d.name WHERE d.aggregate = TRUE";
    struct cells cells;

    if (!can_ask(stats, sql))
        return true;
    if (!connection_rows(stats->connection, sql, NULL, 0, &cells))
        return false;
    for (size_t i = 0; i < cells.rows; i++) {
        const char *const *row = cells.items + i * cells.columns;
        struct table_stats *table = table_of(stats, NULL, row[0]);
        struct index_stats *index = table ? index_of(table, row[1]) : NULL;

        if (!table)
            continue;
        if (index)
            index->bytes = number(row[2]);
        table->index_bytes = table->index_bytes < 0 ? 0 : table->index_bytes;
        if (strcmp(row[0], row[1]) == 0)
            table->bytes = number(row[2]);
        else
            table->index_bytes += number(row[2]);
    }
    return true;
}

/* What ANALYZE noted, else the largest row id. */
static bool estimate_rows(struct stats *stats)
{
    static const char noted[] =
        "SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl";
    struct cells cells = {0};

    if (can_ask(stats, noted) && !connection_rows(stats->connection, noted, NULL, 0, &cells))
        return false;
    for (size_t i = 0; i < cells.rows; i++) {
        struct table_stats *table = table_of(stats, NULL, cells.items[i * cells.columns]);

        if (table)
            table->rows = number(cells.items[i * cells.columns + 1]);
    }
    for (size_t i = 0; i < stats->table_count; i++) {
        struct table_stats *table = &stats->tables[i];
        const char *sql = arena_format(stats->arena, "SELECT coalesce(max(rowid), 0) FROM %s",
                                       draft_quoted(stats->arena, table->table->name));

        if (table->rows >= 0 || table->table->without_rowid ||
            catalog_column_find(table->table, "rowid"))
            continue;
        if (!connection_rows(stats->connection, sql, NULL, 0, &cells))
            return false;
        table->rows = number(cells.items[0]);
    }
    return true;
}

static bool measure_sqlite(struct stats *stats)
{
    return measure_pages(stats) && (stats->exact || estimate_rows(stats));
}

static bool count_rows(struct stats *stats)
{
    struct progress progress = progress_begin("counting rows", stats->table_count);
    bool ok = true;

    for (size_t i = 0; ok && i < stats->table_count; i++) {
        struct table_stats *table = &stats->tables[i];
        const char *name = draft_table_name(stats->arena, table->table->schema, table->table->name);
        struct cells cells;

        progress_step(&progress, table->table->name);
        ok = connection_rows(stats->connection,
                             arena_format(stats->arena, "SELECT count(*) FROM %s", name), NULL, 0,
                             &cells);
        if (!ok)
            break;
        table->rows = number(cells.items[0]);
        table->exact = true;
    }
    progress_end(&progress);
    return ok;
}

/* The indexes of a table, keys first. */

static struct index_stats *add_index(struct table_stats *table, const char *name, bool unique)
{
    struct index_stats *index = &table->indexes[table->index_count++];

    *index = (struct index_stats){.name = name, .unique = unique, .bytes = -1, .scans = -1};
    return index;
}

static void add_key(struct table_stats *table, const struct catalog_key *key, bool primary)
{
    struct index_stats *index = add_index(table, key->name, true);

    index->key = key;
    index->primary = primary;
    index->columns = key->columns;
}

static struct catalog_names part_names(struct arena *arena, const struct catalog_index *index)
{
    struct catalog_names names = {.items =
                                      arena_array(arena, index->part_count, sizeof *names.items),
                                  .count = index->part_count};

    for (size_t i = 0; i < index->part_count; i++) {
        const struct catalog_index_part *part = &index->parts[i];

        names.items[i] = arena_format(arena, "%s%s%s%s", part->column ? part->column : "(",
                                      part->column ? "" : part->expression, part->column ? "" : ")",
                                      part->descending ? " DESC" : "");
    }
    return names;
}

static void list_indexes(struct stats *stats, struct table_stats *table)
{
    const struct catalog_table *from = table->table;

    table->indexes = arena_array(stats->arena, 1 + from->unique_count + from->index_count,
                                 sizeof *table->indexes);
    if (from->primary_key)
        add_key(table, from->primary_key, true);
    for (size_t i = 0; i < from->unique_count; i++)
        add_key(table, &from->uniques[i], false);
    for (size_t i = 0; i < from->index_count; i++) {
        struct index_stats *index =
            add_index(table, from->indexes[i].name, from->indexes[i].unique);

        index->index = &from->indexes[i];
        index->columns = part_names(stats->arena, &from->indexes[i]);
    }
}

static bool is_measured(const struct catalog_table *table)
{
    return table->kind == CATALOG_TABLE || table->kind == CATALOG_PARTITIONED ||
           table->kind == CATALOG_MATERIALIZED_VIEW;
}

static void list_tables(struct stats *stats)
{
    const struct catalog *catalog = &stats->catalog;

    stats->tables = arena_array(stats->arena, catalog->table_count, sizeof *stats->tables);
    for (size_t i = 0; i < catalog->table_count; i++) {
        struct table_stats *table = &stats->tables[stats->table_count];

        if (!is_measured(&catalog->tables[i]))
            continue;
        *table = (struct table_stats){.table = &catalog->tables[i],
                                      .rows = -1,
                                      .bytes = -1,
                                      .index_bytes = -1,
                                      .sequential_scans = -1,
                                      .index_scans = -1};
        list_indexes(stats, table);
        stats->table_count++;
    }
}

static int compare_sizes(const void *a, const void *b)
{
    const struct table_stats *left = a;
    const struct table_stats *right = b;
    int64_t less = left->bytes + left->index_bytes;
    int64_t more = right->bytes + right->index_bytes;
    const char *schemas[2] = {left->table->schema ? left->table->schema : "",
                              right->table->schema ? right->table->schema : ""};

    if (less != more)
        return less < more ? 1 : -1;
    if (left->rows != right->rows)
        return left->rows < right->rows ? 1 : -1;
    return strcmp(schemas[0], schemas[1]) != 0 ? strcmp(schemas[0], schemas[1])
                                               : strcmp(left->table->name, right->table->name);
}

bool stats_measure(struct stats *stats)
{
    bool ok;

    list_tables(stats);
    ok = stats->connection->pg ? measure_postgresql(stats) : measure_sqlite(stats);
    ok = ok && (!stats->exact || count_rows(stats));
    if (ok && stats->table_count)
        qsort(stats->tables, stats->table_count, sizeof *stats->tables, compare_sizes);
    return ok;
}
