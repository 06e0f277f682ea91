#include "stats/stats.h"

#include <string.h>

#include "introspect/draft.h"
#include "yaml/canonical.h"

const char *stats_kind_word(enum stats_kind kind)
{
    static const char *const words[] = {
        [STATS_MISSING_INDEX] = "missing-index",
        [STATS_UNUSED_INDEX] = "unused-index",
        [STATS_DUPLICATE_INDEX] = "duplicate-index",
        [STATS_NO_KEY] = "missing-primary-key",
    };

    return words[kind];
}

static bool is_among(const char *name, const struct catalog_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

static const char *column_of(const struct index_stats *index, size_t part)
{
    return index->index ? index->index->parts[part].column : index->columns.items[part];
}

/* Its first columns are these, in any order. */
static bool covers(const struct index_stats *index, const struct catalog_names *columns)
{
    const struct catalog_index *own = index->index;

    if (own && (own->where || !own->valid ||
                (strcmp(own->method, "btree") != 0 &&
                 !(strcmp(own->method, "hash") == 0 && columns->count == 1))))
        return false;
    if (index->columns.count < columns->count)
        return false;
    for (size_t i = 0; i < columns->count; i++)
        if (!column_of(index, i) || !is_among(column_of(index, i), columns))
            return false;
    return true;
}

static bool is_covered(const struct table_stats *table, const struct catalog_names *columns,
                       const struct index_stats *but)
{
    for (size_t i = 0; i < table->index_count; i++)
        if (&table->indexes[i] != but && covers(&table->indexes[i], columns))
            return true;
    return false;
}

static struct stats_finding *add(struct stats *stats, enum stats_kind kind,
                                 const struct table_stats *table, const char *message)
{
    struct stats_finding *finding = arena_alloc(stats->arena, sizeof *finding);

    finding->kind = kind;
    finding->table = table;
    finding->message = message;
    pointers_add(stats->arena, &stats->findings, finding);
    return finding;
}

static const char *shown(struct arena *arena, const struct catalog_names *names)
{
    struct text made = {0};

    text_add_string(arena, &made, "");
    for (size_t i = 0; i < names->count; i++) {
        text_add_string(arena, &made, i ? ", " : "");
        text_add_string(arena, &made, names->items[i]);
    }
    return made.text;
}

static const char *table_name(struct arena *arena, const char *schema, const char *name)
{
    return schema ? arena_format(arena, "%s.%s", schema, name) : name;
}

static const char *yaml_index(struct arena *arena, const struct catalog_names *columns)
{
    struct text made = {0};

    text_add_string(arena, &made, "indexes: [{ columns: [");
    for (size_t i = 0; i < columns->count; i++) {
        text_add_string(arena, &made, i ? ", " : "");
        text_add_string(arena, &made, canonical_text(arena, columns->items[i]));
    }
    text_add_string(arena, &made, "] }]");
    return made.text;
}

/* CONCURRENTLY would keep nobody waiting, but indexes of partitioned tables can't be made so. */
static const char *create_index(const struct stats *stats, const struct catalog_table *table,
                                const struct catalog_names *columns)
{
    struct arena *arena = stats->arena;
    struct text name = {0};

    if (stats->connection->pg)
        return arena_format(arena, "CREATE INDEX %sON %s (%s);",
                            table->kind == CATALOG_PARTITIONED ? "" : "CONCURRENTLY ",
                            draft_table_name(arena, table->schema, table->name),
                            draft_quoted_list(arena, *columns));
    text_add_string(arena, &name, table->name);
    for (size_t i = 0; i < columns->count; i++) {
        text_add_string(arena, &name, "_");
        text_add_string(arena, &name, columns->items[i]);
    }
    text_add_string(arena, &name, "_idx");
    return arena_format(arena, "CREATE INDEX %s ON %s (%s);", draft_quoted(arena, name.text),
                        draft_table_name(arena, table->schema, table->name),
                        draft_quoted_list(arena, *columns));
}

static void find_missing(struct stats *stats, const struct table_stats *table)
{
    struct arena *arena = stats->arena;

    for (size_t i = 0; i < table->table->foreign_key_count; i++) {
        const struct catalog_foreign_key *key = &table->table->foreign_keys[i];
        struct stats_finding *finding;

        if (is_covered(table, &key->columns, NULL))
            continue;
        finding = add(stats, STATS_MISSING_INDEX, table,
                      arena_format(arena, "no index covers (%s), which refers to %s",
                                   shown(arena, &key->columns),
                                   table_name(arena, key->target_schema, key->target_table)));
        finding->columns = key->columns;
        finding->yaml = yaml_index(arena, &key->columns);
        finding->sql = create_index(stats, table->table, &key->columns);
    }
}

/* Without it a foreign key would be without an index. */
static bool is_needed(const struct table_stats *table, const struct index_stats *index)
{
    for (size_t i = 0; i < table->table->foreign_key_count; i++) {
        const struct catalog_names *columns = &table->table->foreign_keys[i].columns;

        if (covers(index, columns) && !is_covered(table, columns, index))
            return true;
    }
    return false;
}

static const char *drop_index(const struct stats *stats, const struct table_stats *table,
                              const struct index_stats *index)
{
    bool waits = !stats->connection->pg || table->table->kind == CATALOG_PARTITIONED;

    return arena_format(stats->arena, "DROP INDEX %s%s;", waits ? "" : "CONCURRENTLY ",
                        draft_table_name(stats->arena, table->table->schema, index->name));
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_plain_part(const struct catalog_index_part *part)
{
    return part->column && !part->collation && !part->opclass && !part->descending &&
           !part->nulls_first;
}

static bool is_same_part(const struct index_stats *a, const struct index_stats *b, size_t at)
{
    const struct catalog_index_part *left = a->index ? &a->index->parts[at] : NULL;
    const struct catalog_index_part *right = b->index ? &b->index->parts[at] : NULL;

    if (!left || !right)
        return (!left || is_plain_part(left)) && (!right || is_plain_part(right)) &&
               strcmp(column_of(a, at), column_of(b, at)) == 0;
    return is_same_text(left->column, right->column) &&
           is_same_text(left->expression, right->expression) &&
           is_same_text(left->collation, right->collation) &&
           is_same_text(left->opclass, right->opclass) && left->descending == right->descending &&
           left->nulls_first == right->nulls_first;
}

static const char *method_of(const struct index_stats *index)
{
    return index->index ? index->index->method : "btree";
}

/* Columns that only lie beside: what it has, the other must have, among them or before them. */
static bool has_included(const struct index_stats *index, const struct index_stats *other)
{
    const struct catalog_names none = {0};
    const struct catalog_names *own = index->index ? &index->index->include : &none;
    const struct catalog_names *theirs = other->index ? &other->index->include : &none;

    for (size_t i = 0; i < own->count; i++)
        if (!is_among(own->items[i], theirs) && !is_among(own->items[i], &other->columns))
            return false;
    return true;
}

/* Whether `other` finds everything that `index` finds: its parts begin with the same ones. */
static bool does_its_work(const struct index_stats *other, const struct index_stats *index)
{
    if (!index->index || other->columns.count < index->columns.count ||
        (other->index && !other->index->valid) || strcmp(method_of(index), method_of(other)) != 0 ||
        !is_same_text(index->index->where, other->index ? other->index->where : NULL) ||
        (other->columns.count > index->columns.count && strcmp(method_of(index), "btree") != 0))
        return false;
    for (size_t i = 0; i < index->columns.count; i++)
        if (!is_same_part(index, other, i))
            return false;
    /* a unique one also keeps values apart */
    return has_included(index, other) &&
           (!index->unique || (other->unique && other->columns.count == index->columns.count));
}

static const struct index_stats *double_of(const struct table_stats *table, size_t at)
{
    const struct index_stats *index = &table->indexes[at];

    for (size_t i = 0; i < table->index_count; i++)
        /* of two that do each other's work the later one is too many */
        if (i != at && does_its_work(&table->indexes[i], index) &&
            (i < at || !does_its_work(index, &table->indexes[i])))
            return &table->indexes[i];
    return NULL;
}

static const char *index_name(const struct index_stats *index)
{
    return index->name ? index->name : index->primary ? "the primary key" : "a unique constraint";
}

static void find_useless(struct stats *stats, const struct table_stats *table, size_t at)
{
    struct arena *arena = stats->arena;
    const struct index_stats *index = &table->indexes[at];
    const struct index_stats *other = double_of(table, at);
    struct stats_finding *finding = NULL;

    if (other)
        finding = add(stats, STATS_DUPLICATE_INDEX, table,
                      arena_format(arena, "%s (%s) is %s %s (%s)", index->name,
                                   shown(arena, &index->columns),
                                   other->columns.count > index->columns.count ? "the beginning of"
                                                                               : "the same as",
                                   index_name(other), shown(arena, &other->columns)));
    else if (index->index && !index->unique && index->scans == 0 && !is_needed(table, index))
        finding = add(stats, STATS_UNUSED_INDEX, table,
                      arena_format(arena, "%s (%s) was never read", index->name,
                                   shown(arena, &index->columns)));
    if (!finding)
        return;
    finding->index = index;
    finding->other = other;
    finding->columns = index->columns;
    finding->sql = drop_index(stats, table, index);
}

void stats_find(struct stats *stats)
{
    for (size_t i = 0; i < stats->table_count; i++) {
        const struct table_stats *table = &stats->tables[i];

        find_missing(stats, table);
        for (size_t k = 0; k < table->index_count; k++)
            find_useless(stats, table, k);
        if (!table->table->primary_key && table->table->kind != CATALOG_MATERIALIZED_VIEW)
            add(stats, STATS_NO_KEY, table, "it has no primary key");
    }
}
