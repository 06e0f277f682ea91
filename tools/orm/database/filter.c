#include "database/filter.h"

#include <fnmatch.h>
#include <string.h>

/* With the schema or without it. */
static bool matches(const struct pointers *patterns, const char *name, const char *qualified)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (fnmatch(patterns->items[i], name, 0) == 0 ||
            fnmatch(patterns->items[i], qualified, 0) == 0)
            return true;
    return false;
}

bool filter_takes(const struct table_filter *filter, struct arena *arena,
                  const struct catalog *catalog, const struct catalog_table *table)
{
    const char *schema = table->schema ? table->schema : catalog->default_schema;
    const char *qualified = arena_format(arena, "%s.%s", schema ? schema : "main", table->name);

    return strncmp(table->name, "orm_migrations", 14) != 0 &&
           (!filter->include.count || matches(&filter->include, table->name, qualified)) &&
           !matches(&filter->exclude, table->name, qualified);
}

void filter_apply(const struct table_filter *filter, struct arena *arena, struct catalog *catalog)
{
    size_t kept = 0;

    for (size_t i = 0; i < catalog->table_count; i++)
        if (filter_takes(filter, arena, catalog, &catalog->tables[i]))
            catalog->tables[kept++] = catalog->tables[i];
    catalog->table_count = kept;
}
