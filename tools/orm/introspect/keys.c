#include <string.h>

#include "introspect/draft.h"
#include "naming/names.h"
#include "types/types.h"

bool draft_same_columns(struct catalog_names a, struct catalog_names b)
{
    if (a.count != b.count)
        return false;
    for (size_t i = 0; i < a.count; i++) {
        size_t k = 0;

        while (k < b.count && strcmp(a.items[i], b.items[k]) != 0)
            k++;
        if (k == b.count)
            return false;
    }
    return true;
}

bool draft_is_raw_index(const struct catalog_index *index)
{
    return index->nulls_not_distinct || index->options;
}

static bool is_index_key(const struct catalog_index *index, struct catalog_names columns)
{
    const char *items[8];

    if (!index->unique || index->where || draft_is_raw_index(index) ||
        index->part_count != columns.count || index->part_count > 8)
        return false;
    for (size_t i = 0; i < index->part_count; i++) {
        const struct catalog_index_part *part = &index->parts[i];

        if (!part->column || part->collation || part->opclass || part->nulls_first)
            return false;
        items[i] = part->column;
    }
    return draft_same_columns((struct catalog_names){items, index->part_count}, columns);
}

/* A constraint that the YAML can say whole. */
static bool is_plain(const struct catalog_key *key)
{
    return !key->include.count && !key->nulls_not_distinct && !key->deferrable && !key->conflict;
}

bool draft_is_unique(const struct catalog_table *table, struct catalog_names columns)
{
    if (table->primary_key && draft_same_columns(table->primary_key->columns, columns))
        return true;
    for (size_t i = 0; i < table->unique_count; i++)
        if (is_plain(&table->uniques[i]) && draft_same_columns(table->uniques[i].columns, columns))
            return true;
    for (size_t i = 0; i < table->index_count; i++)
        if (is_index_key(&table->indexes[i], columns))
            return true;
    return false;
}

const char *draft_usual_name(const struct draft *draft, const struct catalog_table *table,
                             struct catalog_names columns, const char *ending)
{
    const char **parts = arena_array(draft->arena, columns.count + 2, sizeof *parts);
    size_t count = 0;

    parts[count++] = table->name;
    for (size_t i = 0; i < columns.count; i++)
        parts[count++] = columns.items[i];
    parts[count++] = ending;
    return name_constraint(draft->arena, parts, count);
}

void draft_add_constraint(struct draft *draft, struct draft_model *model, const char *db_name,
                          const char *definition)
{
    struct draft_constraint *made = arena_alloc(draft->arena, sizeof *made);

    made->db_name = db_name;
    made->definition = definition;
    pointers_add(draft->arena, &model->constraints, made);
}

static bool can_be_key(const struct draft_model *model, struct catalog_names columns)
{
    for (size_t i = 0; i < columns.count; i++) {
        const struct draft_column *column = draft_column_of(model, columns.items[i]);

        if (!column || column->type.array || !type_info(column->type.kind)->comparable)
            return false;
    }
    return columns.count <= 8;
}

static void set_primary_key(struct draft *draft, struct draft_model *model)
{
    const struct catalog_key *key = model->table->primary_key;
    size_t last = 0;

    if (!key || !can_be_key(model, key->columns)) {
        model->keyless = !model->view;
        if (key)
            draft_add_constraint(draft, model, key->name ? key->name : "primary_key",
                                 key->definition
                                     ? key->definition
                                     : arena_format(draft->arena, "PRIMARY KEY (%s)",
                                                    draft_quoted_list(draft->arena, key->columns)));
        return;
    }
    for (size_t i = 0; i < key->columns.count; i++) {
        size_t place = (size_t)(draft_column_of(model, key->columns.items[i]) - model->columns);

        model->key_listed = model->key_listed || (i && place < last);
        last = place;
    }
    for (size_t i = 0; i < key->columns.count && !model->key_listed; i++)
        draft_column_of(model, key->columns.items[i])->primary_key = true;
    if (key->deferrable || key->include.count)
        draft_add_note(draft, "the primary key of %s is '%s'; the models say its columns only",
                       model->table->name, key->definition);
}

static const char *unique_definition(struct draft *draft, const struct catalog_key *key)
{
    return key->definition ? key->definition
                           : arena_format(draft->arena, "UNIQUE (%s)%s%s",
                                          draft_quoted_list(draft->arena, key->columns),
                                          key->conflict ? " ON CONFLICT " : "",
                                          key->conflict ? key->conflict : "");
}

/* Whether an earlier one is over the same columns: the models take one only. */
static bool is_repeated(const struct catalog_table *table, size_t index)
{
    const struct catalog_key *key = &table->uniques[index];

    if (table->primary_key && draft_same_columns(table->primary_key->columns, key->columns))
        return true;
    for (size_t i = 0; i < index; i++)
        if (is_plain(&table->uniques[i]) &&
            draft_same_columns(table->uniques[i].columns, key->columns))
            return true;
    return false;
}

/* Those of one column with the usual name are flags; the others are written at the model. */
static void set_uniques(struct draft *draft, struct draft_model *model)
{
    const struct catalog_table *table = model->table;

    for (size_t i = 0; i < table->unique_count; i++) {
        const struct catalog_key *key = &table->uniques[i];
        const char *usual = draft_usual_name(draft, table, key->columns, "key");

        if (!is_plain(key) || is_repeated(table, i) || !can_be_key(model, key->columns))
            draft_add_constraint(draft, model, key->name ? key->name : usual,
                                 unique_definition(draft, key));
        else if (key->columns.count == 1 && (!key->name || strcmp(key->name, usual) == 0))
            draft_column_of(model, key->columns.items[0])->unique = true;
    }
}

static void set_checks(struct draft *draft, struct draft_model *model)
{
    const struct catalog_table *table = model->table;

    for (size_t i = 0; i < table->check_count; i++) {
        const struct catalog_check *check = &table->checks[i];

        if (check->no_inherit || !check->valid) {
            draft_add_constraint(draft, model, check->name, check->definition);
            continue;
        }
        for (size_t k = 0; k < model->column_count; k++) {
            struct draft_column *column = &model->columns[k];
            const char *names[1] = {column->from->name};
            const char *usual =
                draft_usual_name(draft, table, (struct catalog_names){names, 1}, "check");

            if (!column->check &&
                (check->name ? strcmp(check->name, usual) == 0
                             : check->column && strcmp(check->column, names[0]) == 0)) {
                column->check = check->expression;
                break;
            }
        }
    }
}

void draft_set_keys(struct draft *draft)
{
    for (size_t m = 0; m < draft->model_count; m++) {
        struct draft_model *model = draft->models[m];

        set_primary_key(draft, model);
        set_uniques(draft, model);
        set_checks(draft, model);
        for (size_t i = 0; i < model->table->exclusion_count; i++)
            draft_add_constraint(draft, model, model->table->exclusions[i].name,
                                 model->table->exclusions[i].definition);
    }
}
