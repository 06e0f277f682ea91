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

struct sieve {
    const struct table_filter *filter;
    struct arena *arena;
    struct catalog *catalog;
    size_t kept; /* the first tables of the catalog; those behind them are left out */
};

static bool is_of_schema(const struct sieve *sieve, const char *schema)
{
    const struct pointers *schemas = &sieve->filter->schemas;
    const char *name = schema ? schema : sieve->catalog->default_schema;

    for (size_t i = 0; name && i < schemas->count; i++)
        if (strcmp(schemas->items[i], name) == 0)
            return true;
    return !schemas->count;
}

static bool uses(const struct catalog_table *table, const char *schema, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct catalog_column *column = &table->columns[i];

        if (column->type_name && strcmp(column->type_name, name) == 0 &&
            (schema && column->type_schema ? strcmp(schema, column->type_schema) == 0
                                           : schema == column->type_schema))
            return true;
    }
    return false;
}

/* A type stays with the tables that use it. */
static bool takes_type(const struct sieve *sieve, const char *schema, const char *name)
{
    bool only_left_out = false;

    for (size_t i = 0; i < sieve->catalog->table_count; i++) {
        if (!uses(&sieve->catalog->tables[i], schema, name))
            continue;
        if (i < sieve->kept)
            return true;
        only_left_out = true;
    }
    return !only_left_out && !sieve->filter->include.count && is_of_schema(sieve, schema);
}

static void keep_tables(struct sieve *sieve)
{
    struct catalog *catalog = sieve->catalog;
    struct catalog_table *tables = arena_array(sieve->arena, catalog->table_count, sizeof *tables);
    size_t left_out = catalog->table_count;

    for (size_t i = 0; i < catalog->table_count; i++) {
        const struct catalog_table *table = &catalog->tables[i];

        if (filter_takes(sieve->filter, sieve->arena, catalog, table) &&
            is_of_schema(sieve, table->schema))
            tables[sieve->kept++] = *table;
        else
            tables[--left_out] = *table;
    }
    catalog->tables = tables;
}

/* Of lists of what has a schema and a name. */
#define KEEP_TYPES(sieve, list, number)                                                            \
    do {                                                                                           \
        size_t kept = 0;                                                                           \
        for (size_t i = 0; i < (number); i++)                                                      \
            if (takes_type(sieve, (list)[i].schema, (list)[i].name))                               \
                (list)[kept++] = (list)[i];                                                        \
        (number) = kept;                                                                           \
    } while (0)

#define KEEP_OTHERS(sieve, list, number)                                                           \
    do {                                                                                           \
        size_t kept = 0;                                                                           \
        for (size_t i = 0; i < (number); i++)                                                      \
            if (!(sieve)->filter->include.count && is_of_schema(sieve, (list)[i].schema))          \
                (list)[kept++] = (list)[i];                                                        \
        (number) = kept;                                                                           \
    } while (0)

static void keep_schemas(struct sieve *sieve)
{
    struct catalog_names *schemas = &sieve->catalog->schemas;
    size_t kept = 0;

    for (size_t i = 0; i < schemas->count; i++)
        if (!sieve->filter->include.count && is_of_schema(sieve, schemas->items[i]))
            schemas->items[kept++] = schemas->items[i];
    schemas->count = kept;
}

/* What goes with a table that stays, and without a list of tables what goes with none. */
static void keep_statements(struct sieve *sieve)
{
    struct catalog *catalog = sieve->catalog;
    size_t kept = 0;

    for (size_t i = 0; i < catalog->other_count; i++) {
        const struct catalog_other *other = catalog->others[i];
        bool stays = !other->table && !sieve->filter->include.count;

        for (size_t k = 0; other->table && k < sieve->kept; k++)
            stays = stays || (strcmp(catalog->tables[k].name, other->table) == 0 &&
                              (catalog->tables[k].schema == other->table_schema ||
                               (catalog->tables[k].schema && other->table_schema &&
                                strcmp(catalog->tables[k].schema, other->table_schema) == 0)));
        if (stays)
            catalog->others[kept++] = catalog->others[i];
    }
    catalog->other_count = kept;
}

void filter_apply(const struct table_filter *filter, struct arena *arena, struct catalog *catalog)
{
    struct sieve sieve = {.filter = filter, .arena = arena, .catalog = catalog};

    keep_tables(&sieve);
    KEEP_TYPES(&sieve, catalog->enums, catalog->enum_count);
    KEEP_TYPES(&sieve, catalog->domains, catalog->domain_count);
    KEEP_TYPES(&sieve, catalog->types, catalog->type_count);
    KEEP_OTHERS(&sieve, catalog->sequences, catalog->sequence_count);
    keep_statements(&sieve);
    KEEP_OTHERS(&sieve, catalog->extensions, catalog->extension_count);
    keep_schemas(&sieve);
    catalog->table_count = sieve.kept;
}
