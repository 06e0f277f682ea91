/* Deferred columns: those that rows can do without. */

#include "schema/build.h"

static bool is_in_key(const struct key *key, const struct column *column)
{
    for (size_t i = 0; i < key->count; i++)
        if (key->columns[i] == column)
            return true;
    return false;
}

/* The relation that needs the column to find its rows, or NULL. */
static const struct relation *relation_of(const struct builder *b, const struct column *column)
{
    for (size_t m = 0; m < b->models.count; m++) {
        const struct model *model = ((const struct model_build *)b->models.items[m])->model;

        for (size_t i = 0; i < model->relation_count; i++) {
            const struct relation *relation = &model->relations[i];

            if (is_in_key(&relation->own_key, column) || is_in_key(&relation->target_key, column) ||
                is_in_key(&relation->link_own_key, column) ||
                is_in_key(&relation->link_target_key, column))
                return relation;
        }
    }
    return NULL;
}

static void check_column(struct builder *b, struct model_build *mb, size_t index)
{
    const struct column *column = &mb->model->columns[index];
    const struct relation *relation = relation_of(b, column);
    struct span at = document_value_span(mb->document, mb->columns[index].node, "deferred");

    if (column->primary_key || is_in_key(&mb->model->primary_key, column))
        diagnostics_error(b->diags, at, "'%s' is part of the primary key; it can't be deferred",
                          column->name);
    else if (column->version)
        diagnostics_error(b->diags, at, "'%s' is the version; it can't be deferred", column->name);
    else if (relation)
        diagnostics_error(b->diags, at,
                          "'%s' is a column of relation '%s' of model '%s'; it can't be deferred",
                          column->name, relation->name, relation->model->name);
}

void build_deferred(struct builder *b)
{
    for (size_t i = 0; i < b->models.count; i++) {
        struct model_build *mb = b->models.items[i];
        size_t deferred = 0;

        for (size_t c = 0; c < mb->model->column_count; c++) {
            if (!mb->model->columns[c].deferred)
                continue;
            deferred++;
            check_column(b, mb, c);
        }
        if (deferred && deferred == mb->model->column_count)
            diagnostics_error(
                b->diags, document_value_span(mb->document, mb->columns[0].node, "deferred"),
                "all columns of model '%s' are deferred; one must not be", mb->model->name);
    }
}
