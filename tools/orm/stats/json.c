#include <jansson.h>

#include "stats/stats.h"

/* See tools/orm/schemas/stats.schema.json. */

static json_t *number_or_null(int64_t number)
{
    return number < 0 ? json_null() : json_integer(number);
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *names_json(const struct catalog_names *names)
{
    json_t *list = json_array();

    for (size_t i = 0; i < names->count; i++)
        json_array_append_new(list, json_string(names->items[i]));
    return list;
}

static json_t *index_json(const struct index_stats *index)
{
    return json_pack("{s:o, s:o, s:b, s:b, s:o, s:o}", "name", text_or_null(index->name), "columns",
                     names_json(&index->columns), "primary", index->primary, "unique",
                     index->unique, "bytes", number_or_null(index->bytes), "scans",
                     number_or_null(index->scans));
}

static json_t *table_json(const struct table_stats *table)
{
    json_t *indexes = json_array();

    for (size_t i = 0; i < table->index_count; i++)
        json_array_append_new(indexes, index_json(&table->indexes[i]));
    return json_pack("{s:o, s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o}", "schema",
                     text_or_null(table->table->schema), "name", table->table->name, "rows",
                     number_or_null(table->rows), "exact", table->exact, "bytes",
                     number_or_null(table->bytes), "index_bytes",
                     number_or_null(table->index_bytes), "sequential_scans",
                     number_or_null(table->sequential_scans), "index_scans",
                     number_or_null(table->index_scans), "indexes", indexes);
}

static json_t *finding_json(const struct stats_finding *finding)
{
    return json_pack(
        "{s:s, s:o, s:s, s:o, s:o, s:o, s:s, s:o, s:o}", "kind", stats_kind_word(finding->kind),
        "schema", text_or_null(finding->table->table->schema), "table", finding->table->table->name,
        "index", text_or_null(finding->index ? finding->index->name : NULL), "other",
        text_or_null(finding->other ? finding->other->name : NULL), "columns",
        names_json(&finding->columns), "message", finding->message, "yaml",
        text_or_null(finding->yaml), "sql", text_or_null(finding->sql));
}

void stats_print_json(const struct stats *stats)
{
    json_t *tables = json_array();
    json_t *findings = json_array();
    json_t *whole;

    for (size_t i = 0; i < stats->table_count; i++)
        json_array_append_new(tables, table_json(&stats->tables[i]));
    for (size_t i = 0; i < stats->findings.count; i++)
        json_array_append_new(findings, finding_json(stats->findings.items[i]));
    whole = json_pack("{s:i, s:s, s:o, s:o, s:o}", "version", 1, "database",
                      connection_kind(stats->connection), "since", text_or_null(stats->since),
                      "tables", tables, "findings", findings);
    json_dumpf(whole, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    putchar('\n');
    json_decref(whole);
}
