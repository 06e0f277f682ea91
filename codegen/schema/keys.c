#include <string.h>

#include "schema/build.h"
#include "types/types.h"

/* Primary keys, uniques, indexes and checks. */

/* Reports what can't be compared; a key of it would be no key. */
static bool check_comparable(struct builder *b, struct model_build *mb, const struct key *key,
                             struct span at, const char *what)
{
    bool ok = true;

    for (size_t i = 0; i < key->count; i++) {
        const struct column *column = key->columns[i];

        if (mb->columns[column->index].broken ||
            (type_info(column->type.kind)->comparable && !column->type.array))
            continue;
        diagnostics_error(b->diags, at, "column '%s' is %s, which can't be part of %s",
                          column->name, column->type.text, what);
        ok = false;
    }
    return ok;
}

static void collect_flagged(struct builder *b, struct model_build *mb, struct key *key)
{
    struct model *model = mb->model;

    key->columns = arena_array(b->arena, model->column_count, sizeof *key->columns);
    for (size_t i = 0; i < model->column_count; i++)
        if (mb->columns[i].parsed->primary_key)
            key->columns[key->count++] = &model->columns[i];
}

static void finish_primary_key(struct builder *b, struct model_build *mb, struct span listed_at)
{
    struct key *key = &mb->model->primary_key;

    for (size_t i = 0; i < key->count; i++) {
        struct column *column = &mb->model->columns[key->columns[i]->index];
        struct column_build *cb = &mb->columns[column->index];

        column->primary_key = true;
        column->unique = column->unique || key->count == 1;
        if (column->nullable)
            diagnostics_error(b->diags, document_value_span(mb->document, cb->node, "nullable"),
                              "column '%s' is part of the primary key and can't be nullable",
                              column->name);
    }
    check_comparable(b, mb, key, listed_at, "a primary key");
}

static void build_primary_key(struct builder *b, struct model_build *mb)
{
    struct key *key = &mb->model->primary_key;
    struct span at = document_value_span(mb->document, mb->node, "primary_key");
    struct key flagged = {0};

    collect_flagged(b, mb, &flagged);
    if (mb->parsed->primary_key_count) {
        mb->broken_key = !build_key(b, mb, mb->document, mb->node, "primary_key",
                                    mb->parsed->primary_key, mb->parsed->primary_key_count, key);
        if (flagged.count)
            diagnostics_error(b->diags, at,
                              "the primary key of '%s' is given both here and by "
                              "'primary_key: true' of column '%s'; keep one",
                              mb->model->name, flagged.columns[0]->name);
    } else {
        *key = flagged;
        if (key->count)
            at =
                document_value_span(mb->document, mb->columns[key->columns[0]->index].node, "type");
        if (key->count > BUILD_KEY_COLUMNS_MAX)
            diagnostics_error(b->diags, at, "the primary key of '%s' has more than %d columns",
                              mb->model->name, BUILD_KEY_COLUMNS_MAX);
    }
    if (key->count && mb->model->keyless)
        diagnostics_error(b->diags, at, "model '%s' is keyless and has a primary key; keep one",
                          mb->model->name);
    if (!key->count && !mb->model->view && !mb->model->keyless) {
        bool told = !mb->model->column_count || mb->broken_key ||
                    document_is_faulty(mb->document, mb->node);

        mb->broken_key = true;
        if (!told)
            diagnostics_error(b->diags, at,
                              "model '%s' has no primary key; mark a column with "
                              "'primary_key: true', list several under 'primary_key', or write "
                              "'keyless: true' for a table that is only read",
                              mb->model->name);
    }
    finish_primary_key(b, mb, at);
}

static void add_unique(struct builder *b, struct model_build *mb, yaml_node_t *node, struct key key,
                       const char *given, struct span at)
{
    struct model *model = mb->model;
    struct unique *made = &model->uniques[model->unique_count];

    if (build_key_is_unique(model, &key)) {
        diagnostics_error(b->diags, at, "%s of model '%s' is already unique",
                          build_key_text(b, &key), model->name);
        return;
    }
    check_comparable(b, mb, &key, at, "a unique constraint");
    made->key = key;
    made->db_name = build_constraint_name(b, mb, node, given, &key, "key");
    made->place = build_place(&at);
    if (key.count == 1)
        model->columns[key.columns[0]->index].unique = true;
    model->unique_count++;
}

/* unique: true on the only primary key column says the same twice, harmlessly. */
static void add_column_unique(struct builder *b, struct model_build *mb, size_t index)
{
    struct column_build *cb = &mb->columns[index];
    struct key key = {0};

    if (!cb->parsed->unique)
        return;
    key.columns = arena_array(b->arena, 1, sizeof *key.columns);
    key.columns[key.count++] = &mb->model->columns[index];
    if (build_key_equal(&key, &mb->model->primary_key))
        return;
    add_unique(b, mb, NULL, key, NULL, document_value_span(mb->document, cb->node, "unique"));
}

static void build_uniques(struct builder *b, struct model_build *mb)
{
    yaml_node_t *list = document_get(mb->document, mb->node, "uniques");
    size_t room = mb->model->column_count + mb->parsed->uniques_count;

    mb->model->uniques = arena_array(b->arena, room, sizeof *mb->model->uniques);
    for (size_t i = 0; i < mb->model->column_count; i++)
        add_column_unique(b, mb, i);
    for (size_t i = 0; i < mb->parsed->uniques_count; i++) {
        const struct parsed_unique *parsed = &mb->parsed->uniques[i];
        yaml_node_t *node = document_item(mb->document, list, i);
        struct key key = {0};

        if (build_key(b, mb, mb->document, node, "columns", parsed->columns, parsed->columns_count,
                      &key))
            add_unique(b, mb, node, key, parsed->name,
                       document_value_span(mb->document, node, "columns"));
    }
}

static void add_index_column(struct builder *b, struct model_build *mb, yaml_node_t *node,
                             struct index *index, size_t at, const char *text)
{
    bool descending = text[0] == '-';
    char *name = arena_text(b->arena, text + descending);
    struct key key = {0};
    struct span span = document_item_span(mb->document, node, "columns", at);

    for (size_t i = 0; i < index->part_count; i++)
        if (index->parts[i].column && strcmp(index->parts[i].column->name, name) == 0) {
            diagnostics_error(b->diags, span, "column '%s' is named twice in this index", name);
            return;
        }
    key.columns = arena_array(b->arena, 1, sizeof *key.columns);
    key.columns[0] = build_find_column(mb, name);
    if (!key.columns[0]) {
        build_unknown_ordered(b, mb, span, text);
        return;
    }
    key.count = 1;
    check_comparable(b, mb, &key, span, "an index");
    index->parts[index->part_count++] =
        (struct index_part){.column = key.columns[0], .descending = descending};
}

static void add_index_expression(struct builder *b, struct model_build *mb, yaml_node_t *node,
                                 struct index *index, const char *key, size_t at,
                                 const char *text)
{
    yaml_node_t *list = document_get(mb->document, node, key);
    const char *sql = build_sql(b, mb->document, document_item(mb->document, list, at), key, text);

    if (sql)
        index->parts[index->part_count++] =
            (struct index_part){.expression = sql, .verbatim = strcmp(key, "parts") == 0};
}

/* The index's columns as a key, for its name. */
static struct key index_key(struct builder *b, const struct index *index)
{
    struct key key = {0};

    key.columns = arena_array(b->arena, index->part_count, sizeof *key.columns);
    for (size_t i = 0; i < index->part_count; i++)
        if (index->parts[i].column)
            key.columns[key.count++] = index->parts[i].column;
    return key;
}

static void build_index(struct builder *b, struct model_build *mb, yaml_node_t *node,
                        const struct parsed_index *parsed, struct index *index)
{
    size_t count = parsed->columns_count + parsed->expressions_count + parsed->parts_count;
    struct span at = document_span(mb->document, node);
    struct key key;

    index->place = build_place(&at);
    index->unique = parsed->unique;
    index->where = build_sql(b, mb->document, node, "where", parsed->where);
    index->parts = arena_array(b->arena, count, sizeof *index->parts);
    if (!count && !document_is_faulty(mb->document, node))
        diagnostics_error(b->diags, at, "an index needs 'columns', 'expressions' or 'parts'");
    if (parsed->parts_count && count > parsed->parts_count)
        diagnostics_error(b->diags, at,
                          "an index has either 'parts' or 'columns' and 'expressions'");
    index->method = build_sql(b, mb->document, node, "using", parsed->method);
    if (parsed->include_count)
        build_key(b, mb, mb->document, node, "include", parsed->include, parsed->include_count,
                  &index->include);
    for (size_t i = 0; i < parsed->columns_count; i++)
        add_index_column(b, mb, node, index, i, parsed->columns[i]);
    for (size_t i = 0; i < parsed->expressions_count; i++)
        add_index_expression(b, mb, node, index, "expressions", i, parsed->expressions[i]);
    for (size_t i = 0; i < parsed->parts_count; i++)
        add_index_expression(b, mb, node, index, "parts", i, parsed->parts[i]);
    key = index_key(b, index);
    index->db_name = build_constraint_name(b, mb, node, parsed->name, &key, "idx");
}

static void build_indexes(struct builder *b, struct model_build *mb)
{
    yaml_node_t *list = document_get(mb->document, mb->node, "indexes");
    size_t count = mb->parsed->indexes_count;

    mb->model->index_count = count;
    mb->model->indexes = arena_array(b->arena, count, sizeof *mb->model->indexes);
    for (size_t i = 0; i < count; i++)
        build_index(b, mb, document_item(mb->document, list, i), &mb->parsed->indexes[i],
                    &mb->model->indexes[i]);
    if (count && mb->model->view)
        diagnostics_error(b->diags, document_value_span(mb->document, mb->node, "indexes"),
                          "a view can't have indexes");
}

static void add_check(struct builder *b, struct model_build *mb, yaml_node_t *node,
                      const char *given, const char *expression, const struct column *column,
                      struct span at)
{
    struct check *check = &mb->model->checks[mb->model->check_count];
    struct key key = {.columns = &column, .count = column ? 1 : 0};

    if (!expression)
        return;
    check->expression = expression;
    check->column = column;
    check->place = build_place(&at);
    check->db_name = build_constraint_name(b, mb, node, given, &key, "check");
    mb->model->check_count++;
}

static void build_checks(struct builder *b, struct model_build *mb)
{
    yaml_node_t *list = document_get(mb->document, mb->node, "checks");
    struct model *model = mb->model;

    model->checks = arena_array(b->arena, model->column_count + mb->parsed->checks_count,
                                sizeof *model->checks);
    for (size_t i = 0; i < model->column_count; i++)
        add_check(b, mb, NULL, NULL, model->columns[i].check, &model->columns[i],
                  document_value_span(mb->document, mb->columns[i].node, "check"));
    for (size_t i = 0; i < mb->parsed->checks_count; i++) {
        const struct parsed_check *parsed = &mb->parsed->checks[i];
        yaml_node_t *node = document_item(mb->document, list, i);

        add_check(b, mb, node, parsed->name,
                  build_sql(b, mb->document, node, "expression", parsed->expression), NULL,
                  document_span(mb->document, node));
    }
}

/* Constraints in SQL's own words. */
static void build_raw_constraints(struct builder *b, struct model_build *mb)
{
    yaml_node_t *list = document_get(mb->document, mb->node, "constraints");
    struct model *model = mb->model;
    const struct key nothing = {0};

    model->constraints =
        arena_array(b->arena, mb->parsed->constraints_count, sizeof *model->constraints);
    for (size_t i = 0; i < mb->parsed->constraints_count; i++) {
        const struct parsed_constraint *parsed = &mb->parsed->constraints[i];
        yaml_node_t *node = document_item(mb->document, list, i);
        struct span at = document_span(mb->document, node);

        model->constraints[model->constraint_count++] = (struct raw_constraint){
            .db_name =
                build_constraint_name(b, mb, node, parsed->name, &nothing, "constraint"),
            .definition = build_sql(b, mb->document, node, "definition", parsed->definition),
            .place = build_place(&at),
        };
    }
}

void build_keys(struct builder *b)
{
    for (size_t i = 0; i < b->models.count; i++) {
        struct model_build *mb = b->models.items[i];

        build_primary_key(b, mb);
        build_uniques(b, mb);
        build_indexes(b, mb);
        build_checks(b, mb);
        build_raw_constraints(b, mb);
    }
}
