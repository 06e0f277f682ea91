#include "migrate/online.h"

static bool is_listed(const struct pointers *list, const void *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == item)
            return true;
    return false;
}

/* Things of the models' catalog that come to tables with rows. */
static struct pointers find_late(struct arena *arena, const struct changes *changes)
{
    struct pointers late = {0};

    for (size_t i = 0; i < changes->items.count; i++) {
        const struct change *change = changes->items.items[i];
        bool comes = change->action == CHANGE_ADD || change->action == CHANGE_ALTER;
        bool part = change->kind == OBJECT_INDEX || change->kind == OBJECT_UNIQUE ||
                    change->kind == OBJECT_CHECK || change->kind == OBJECT_FOREIGN_KEY;

        if (comes && part && change->old_table && change->new)
            pointers_add(arena, &late, (void *)change->new);
        for (size_t k = 0; change->kind == OBJECT_COLUMN && k < change->property_count; k++)
            if (strcmp(change->properties[k].name, "nullable") == 0 &&
                strcmp(change->properties[k].new, "no") == 0)
                pointers_add(arena, &late, (void *)change->new);
    }
    return late;
}

static bool is_key(const struct catalog_table *table, const char *column)
{
    for (size_t i = 0; table->primary_key && i < table->primary_key->columns.count; i++)
        if (strcmp(table->primary_key->columns.items[i], column) == 0)
            return true;
    return false;
}

/* `table` is the copy of `whole`, whose parts are listed. */
static void take_half(const struct pointers *late, const struct catalog_table *whole,
                      struct catalog_table *table)
{
    size_t count = 0;

    for (size_t i = 0; i < whole->index_count; i++)
        if (!is_listed(late, &whole->indexes[i]))
            table->indexes[count++] = whole->indexes[i];
    table->index_count = count;
    count = 0;
    for (size_t i = 0; i < whole->unique_count; i++)
        if (!is_listed(late, &whole->uniques[i]))
            table->uniques[count++] = whole->uniques[i];
    table->unique_count = count;
    for (size_t i = 0; i < whole->check_count; i++)
        table->checks[i].valid = !is_listed(late, &whole->checks[i]);
    for (size_t i = 0; i < whole->foreign_key_count; i++)
        table->foreign_keys[i].valid = !is_listed(late, &whole->foreign_keys[i]);
    for (size_t i = 0; i < whole->column_count; i++)
        if (is_listed(late, &whole->columns[i]) && !is_key(whole, whole->columns[i].name) &&
            whole->columns[i].generated == CATALOG_PLAIN)
            table->columns[i].not_null = false;
}

const struct catalog *online_half(struct arena *arena, const struct catalog *before,
                                  const struct side *models)
{
    struct comparison comparison = {
        .from = before, .to = &models->catalog, .to_models = models->models};
    struct changes changes = changes_find(arena, &comparison);
    struct pointers late = find_late(arena, &changes);
    struct catalog *half = catalog_copy(arena, &models->catalog);

    for (size_t i = 0; i < half->table_count; i++)
        take_half(&late, &models->catalog.tables[i], &half->tables[i]);
    return half;
}
