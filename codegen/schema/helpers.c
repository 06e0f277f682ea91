#include <string.h>
#include <strings.h>

#include "base/suggest.h"
#include "naming/names.h"
#include "schema/build.h"
#include "types/sql_text.h"

bool build_check_name(struct builder *b, struct document *document, yaml_node_t *node,
                      const char *key, const char *name, const char *noun, const char *other_key)
{
    const char *fault = name_fault(name);
    const char *repaired = fault ? name_repaired(b->arena, name) : NULL;
    const char *fix = "";

    if (!fault)
        return true;
    if (repaired && other_key)
        fix = arena_format(b->arena, "; write 'name: %s' and '%s: %s'", repaired, other_key, name);
    else if (repaired)
        fix = arena_format(b->arena, "; did you mean '%s'?", repaired);
    diagnostics_error(b->diags, document_value_span(document, node, key),
                      "'%s' can't be the name of %s: %s%s", name, noun, fault, fix);
    return false;
}

const char *build_database_name(struct builder *b, struct document *document, yaml_node_t *node,
                                const char *key, const char *text, const char *fallback)
{
    const char *fault = text ? name_database_fault(text) : NULL;

    if (!text)
        return fallback;
    if (fault)
        diagnostics_error(b->diags, document_value_span(document, node, key),
                          "'%s' can't be a name in the database: %s", text, fault);
    return arena_text(b->arena, text);
}

const char *build_sql(struct builder *b, struct document *document, yaml_node_t *node,
                      const char *key, const char *text)
{
    const char *fault = text ? sql_text_fault(text) : NULL;
    size_t start;
    size_t length;

    if (!text)
        return NULL;
    if (fault) {
        diagnostics_error(b->diags, document_value_span(document, node, key),
                          "this SQL can't stand in a statement: %s", fault);
        return NULL;
    }
    start = strspn(text, " \t\n");
    length = strlen(text);
    while (length > start && strchr(" \t\n", text[length - 1]))
        length--;
    return arena_copy(b->arena, text + start, length - start);
}

struct column *build_find_column(struct model_build *mb, const char *name)
{
    return map_get(&mb->column_names, name);
}

void build_unknown_column(struct builder *b, const struct model_build *owner, struct span at,
                          const char *name)
{
    struct suggestion near = suggest_for(name);

    if (document_is_faulty(owner->document, owner->node))
        return;
    for (size_t i = 0; i < owner->model->column_count; i++)
        suggest_offer(&near, owner->model->columns[i].name);
    diagnostics_error(b->diags, at, "model '%s' has no column '%s'%s", owner->model->name, name,
                      suggest_text(b->arena, &near));
}

void build_unknown_ordered(struct builder *b, struct model_build *owner, struct span at,
                           const char *text)
{
    const char *name = text + (text[0] == '-');
    size_t length = strcspn(name, " \t");
    const char *word = name + length + strspn(name + length, " \t");
    bool descending = strcasecmp(word, "desc") == 0;
    const char *column = arena_copy(b->arena, name, length);

    if ((descending || strcasecmp(word, "asc") == 0) && build_find_column(owner, column))
        diagnostics_error(b->diags, at, "model '%s' has no column '%s'; did you mean '%s%s'?",
                          owner->model->name, name, descending ? "-" : "", column);
    else
        build_unknown_column(b, owner, at, name);
}

bool build_key(struct builder *b, struct model_build *owner, struct document *document,
               yaml_node_t *node, const char *key, char **names, size_t count, struct key *key_out)
{
    bool ok = true;

    key_out->columns = arena_array(b->arena, count, sizeof *key_out->columns);
    key_out->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct column *column = build_find_column(owner, names[i]);
        struct span at = document_item_span(document, node, key, i);

        if (!column) {
            build_unknown_column(b, owner, at, names[i]);
            ok = false;
            continue;
        }
        for (size_t k = 0; k < key_out->count; k++) {
            if (key_out->columns[k] != column)
                continue;
            diagnostics_error(b->diags, at, "column '%s' is named twice in '%s'", names[i], key);
            return false;
        }
        key_out->columns[key_out->count++] = column;
    }
    if (count > BUILD_KEY_COLUMNS_MAX && strcmp(key, "columns") != 0) {
        diagnostics_error(b->diags, document_item_span(document, node, key, BUILD_KEY_COLUMNS_MAX),
                          "'%s' has more than %d columns", key, BUILD_KEY_COLUMNS_MAX);
        return false;
    }
    return ok;
}

bool build_key_equal(const struct key *a, const struct key *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->columns[i] != b->columns[i])
            return false;
    return true;
}

const char *build_key_text(struct builder *b, const struct key *key)
{
    struct text text = {0};

    text_add_string(b->arena, &text, "(");
    for (size_t i = 0; i < key->count; i++) {
        text_add_string(b->arena, &text, i ? ", " : "");
        text_add_string(b->arena, &text, key->columns[i]->name);
    }
    text_add_string(b->arena, &text, ")");
    return text.text;
}

static bool same_columns(const struct key *a, const struct key *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        size_t k = 0;

        while (k < b->count && b->columns[k] != a->columns[i])
            k++;
        if (k == b->count)
            return false;
    }
    return true;
}

/* Whether an index of all rows keeps the columns apart. */
static bool index_is_key(const struct index *index, const struct key *key)
{
    size_t found = 0;

    if (!index->unique || index->where || index->part_count != key->count)
        return false;
    for (size_t i = 0; i < index->part_count; i++)
        for (size_t k = 0; k < key->count; k++)
            found += index->parts[i].column && index->parts[i].column == key->columns[k];
    return found == key->count;
}

bool build_key_is_unique(const struct model *model, const struct key *key)
{
    if (same_columns(&model->primary_key, key))
        return true;
    for (size_t i = 0; i < model->unique_count; i++)
        if (same_columns(&model->uniques[i].key, key))
            return true;
    for (size_t i = 0; i < model->index_count; i++)
        if (index_is_key(&model->indexes[i], key))
            return true;
    return false;
}

const char *build_qualified(struct builder *b, const char *schema, const char *name)
{
    return arena_format(b->arena, "%s\n%s", schema ? schema : "", name);
}

const char *build_constraint_name(struct builder *b, struct model_build *mb, yaml_node_t *node,
                                  const char *given, const struct key *key, const char *ending)
{
    const char **parts = arena_array(b->arena, key->count + 2, sizeof *parts);
    size_t count = 0;
    const char *base;
    const char *name;
    struct model_build *taken;
    bool of_schema = strcmp(ending, "key") == 0 || strcmp(ending, "idx") == 0;
    const char *scope = mb->model->db_schema;

    /* What makes an index shares the tables' name space; the rest is named within its table. */
    if (!of_schema)
        scope = build_qualified(b, scope, mb->model->table);
    parts[count++] = mb->model->table;
    for (size_t i = 0; i < key->count; i++)
        parts[count++] = key->columns[i]->db_name;
    parts[count++] = ending;
    base = name_constraint(b->arena, parts, count);
    name = given ? build_database_name(b, mb->document, node, "name", given, NULL) : base;
    for (unsigned number = 2;; number++) {
        const char *const numbered[] = {base, arena_format(b->arena, "%u", number)};

        taken = map_add(b->arena, &b->constraints, build_qualified(b, scope, name), mb);
        if (!taken || given)
            break;
        name = name_constraint(b->arena, numbered, 2);
    }
    if (taken)
        diagnostics_error(b->diags, document_value_span(mb->document, node, "name"),
                          "the name '%s' is already given to an index or constraint of '%s'", given,
                          taken->model->table);
    return name;
}

struct place build_place(const struct span *span)
{
    return (struct place){.file = span->source->path, .line = span->line, .column = span->column};
}

struct model_build *build_find_model(struct builder *b, const struct model *model)
{
    return b->models.items[model->index];
}
