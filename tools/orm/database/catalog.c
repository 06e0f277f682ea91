#include "database/catalog.h"

#include <string.h>

static bool is_same_schema(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

const struct catalog_table *catalog_table_find(const struct catalog *catalog, const char *schema,
                                               const char *name)
{
    for (size_t i = 0; i < catalog->table_count; i++)
        if (strcmp(catalog->tables[i].name, name) == 0 &&
            is_same_schema(catalog->tables[i].schema, schema))
            return &catalog->tables[i];
    return NULL;
}

const struct catalog_column *catalog_column_find(const struct catalog_table *table,
                                                 const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}

bool catalog_is_true(const char *cell)
{
    return cell && (*cell == 't' || *cell == '1');
}

struct catalog_names catalog_names_split(struct arena *arena, const char *joined)
{
    struct catalog_names names = {0};
    size_t at = 0;

    if (!joined || !*joined)
        return names;
    names.count = 1;
    for (const char *c = joined; *c; c++)
        names.count += *c == '\x1f';
    names.items = arena_array(arena, names.count, sizeof *names.items);
    for (size_t i = 0; i < names.count; i++) {
        size_t size = strcspn(joined + at, "\x1f");

        names.items[i] = arena_copy(arena, joined + at, size);
        at += size + 1;
    }
    return names;
}

size_t catalog_run(const struct cells *cells, size_t from)
{
    size_t end = from + 1;

    while (end < cells->rows &&
           strcmp(cells->items[end * cells->columns], cells->items[from * cells->columns]) == 0)
        end++;
    return end;
}

bool catalog_read(struct connection *connection, const char *const *schemas, size_t count,
                  struct catalog *catalog_out)
{
    *catalog_out = (struct catalog){0};
    if (connection->pg)
        return catalog_read_postgresql(connection, schemas, count, catalog_out);
    if (count) {
        report_error("SQLite has no schemas; leave --schema out");
        return false;
    }
    return catalog_read_sqlite(connection, catalog_out);
}
