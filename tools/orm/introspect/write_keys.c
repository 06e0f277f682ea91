#include <string.h>

#include "introspect/draft.h"
#include "introspect/writing.h"
#include "types/types.h"

/* Indexes, uniques, checks, constraints. */

static bool is_ordinary(const struct catalog_index *index)
{
    bool expressions = false;

    for (size_t i = 0; i < index->part_count; i++) {
        const struct catalog_index_part *part = &index->parts[i];

        if (part->collation || part->opclass || part->nulls_first ||
            (part->column && expressions) || (!part->column && part->descending))
            return false;
        for (size_t k = 0; k < i; k++)
            if (part->column && index->parts[k].column &&
                strcmp(part->column, index->parts[k].column) == 0)
                return false;
        expressions = expressions || !part->column;
    }
    return true;
}

static bool has_comparable_columns(const struct draft_model *model,
                                   const struct catalog_index *index)
{
    for (size_t i = 0; i < index->part_count; i++) {
        const struct draft_column *column =
            index->parts[i].column ? draft_column_of(model, index->parts[i].column) : NULL;

        if (index->parts[i].column &&
            (!column || column->type.array || !type_info(column->type.kind)->comparable))
            return false;
    }
    return true;
}

static void add_ordinary_parts(struct writing *w, const struct draft_model *model,
                               const struct catalog_index *index)
{
    size_t columns = 0;

    while (columns < index->part_count && index->parts[columns].column)
        columns++;
    for (size_t i = 0; i < columns; i++)
        writing_add(w, "%s%s%s", i ? ", " : "columns: [", index->parts[i].descending ? "-" : "",
                    writing_column(model, index->parts[i].column));
    writing_add(w, "%s", columns ? "]" : "");
    for (size_t i = columns; i < index->part_count; i++)
        writing_add(w, "%s%s",
                    i > columns ? ", "
                    : columns   ? ", expressions: ["
                                : "expressions: [",
                    writing_scalar(w, index->parts[i].expression));
    writing_add(w, "%s", columns < index->part_count ? "]" : "");
}

static const char *part_text(struct writing *w, const struct catalog_index_part *part)
{
    return arena_format(w->arena, "%s%s%s%s%s%s%s%s%s",
                        part->column ? draft_quoted(w->arena, part->column) : "(",
                        part->column ? "" : part->expression, part->column ? "" : ")",
                        part->collation ? " COLLATE " : "", part->collation ? part->collation : "",
                        part->opclass ? " " : "", part->opclass ? part->opclass : "",
                        part->descending ? " DESC" : "",
                        !part->nulls_first ? ""
                        : part->descending ? " NULLS LAST"
                                           : " NULLS FIRST");
}

static struct catalog_names index_columns(struct writing *w, const struct catalog_index *index,
                                          bool ordinary)
{
    struct catalog_names names = {.items =
                                      arena_array(w->arena, index->part_count, sizeof(char *))};

    for (size_t i = 0; ordinary && i < index->part_count; i++)
        if (index->parts[i].column)
            names.items[names.count++] = index->parts[i].column;
    return names;
}

static void add_index(struct writing *w, const struct draft_model *model,
                      const struct catalog_index *index)
{
    bool ordinary = is_ordinary(index) && has_comparable_columns(model, index);
    const char *usual =
        draft_usual_name(w->draft, model->table, index_columns(w, index, ordinary), "idx");

    writing_own(w, NULL);
    writing_add(w, "      - { ");
    if (ordinary) {
        add_ordinary_parts(w, model, index);
    } else {
        for (size_t i = 0; i < index->part_count; i++)
            writing_add(w, "%s%s", i ? ", " : "parts: [",
                        writing_scalar(w, part_text(w, &index->parts[i])));
        writing_add(w, "]");
    }
    if (strcmp(index->method, "btree") != 0)
        writing_key(w, "using", index->method);
    if (index->include.count)
        writing_columns(w, ", ", "include", model, index->include);
    writing_flag(w, "unique", index->unique);
    writing_key(w, "where", index->where);
    if (strcmp(usual, index->name) != 0)
        writing_key(w, "name", index->name);
    writing_add(w, " }\n");
}

void writing_indexes(struct writing *w, const struct draft_model *model)
{
    bool first = true;

    for (size_t i = 0; !model->view && i < model->table->index_count; i++) {
        if (draft_is_raw_index(&model->table->indexes[i]))
            continue;
        writing_add(w, "%s", first ? "    indexes:\n" : "");
        first = false;
        add_index(w, model, &model->table->indexes[i]);
    }
}

static bool is_raw(const struct draft_model *model, const char *name)
{
    for (size_t i = 0; name && i < model->constraints.count; i++) {
        const struct draft_constraint *constraint = model->constraints.items[i];

        if (strcmp(constraint->db_name, name) == 0)
            return true;
    }
    return false;
}

void writing_uniques(struct writing *w, const struct draft_model *model)
{
    bool first = true;

    for (size_t i = 0; i < model->table->unique_count; i++) {
        const struct catalog_key *key = &model->table->uniques[i];
        const char *usual = draft_usual_name(w->draft, model->table, key->columns, "key");
        bool usual_name = !key->name || strcmp(key->name, usual) == 0;
        const struct draft_column *column = draft_column_of(model, key->columns.items[0]);

        if (is_raw(model, key->name ? key->name : usual) ||
            (key->columns.count == 1 && usual_name && column && column->unique))
            continue;
        writing_add(w, "%s", first ? "    uniques:\n" : "");
        first = false;
        writing_columns(w, "      - { ", "columns", model, key->columns);
        writing_key(w, "name", usual_name ? NULL : key->name);
        writing_add(w, " }\n");
    }
}

static bool is_at_column(const struct draft_model *model, const struct catalog_check *check)
{
    for (size_t i = 0; i < model->column_count; i++)
        if (model->columns[i].check == check->expression)
            return true;
    return false;
}

/* The usual name, or on SQLite, where nameless ones get it, that of a further one. */
static bool is_usual_check(const struct writing *w, const char *name, const char *usual)
{
    size_t length = strlen(usual);

    if (strncmp(name, usual, length) != 0)
        return false;
    name += length;
    return !*name || (w->draft->catalog->dialect == CATALOG_SQLITE && *name == '_' && name[1] &&
                      strspn(name + 1, "0123456789") == strlen(name + 1));
}

void writing_checks(struct writing *w, const struct draft_model *model)
{
    const char *usual =
        draft_usual_name(w->draft, model->table, (struct catalog_names){0}, "check");
    bool first = true;

    for (size_t i = 0; i < model->table->check_count; i++) {
        const struct catalog_check *check = &model->table->checks[i];

        if (is_at_column(model, check) || is_raw(model, check->name))
            continue;
        writing_add(w, "%s", first ? "    checks:\n" : "");
        first = false;
        writing_add(w, "      - { expression: %s", writing_scalar(w, check->expression));
        if (check->name && !is_usual_check(w, check->name, usual))
            writing_key(w, "name", check->name);
        writing_add(w, " }\n");
    }
}

void writing_constraints(struct writing *w, const struct draft_model *model)
{
    bool first = true;

    for (size_t i = 0; i < model->constraints.count; i++) {
        struct draft_constraint *constraint = model->constraints.items[i];

        if (constraint->name.dropped)
            continue;
        writing_add(w, "%s", first ? "    constraints:\n" : "");
        first = false;
        writing_own(w, &constraint->name);
        writing_add(w, "      - { name: %s", writing_scalar(w, constraint->db_name));
        writing_key(w, "definition", constraint->definition);
        writing_add(w, " }\n");
    }
}
