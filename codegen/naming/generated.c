#include "naming/generated.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "naming/names.h"

const struct generated_name generated_names[] = {
    {"type", NAME_OF_ROW, "{model}", NAME_BOTH},
    {"list", NAME_OF_ROW, "{model}_list", NAME_BOTH},
    {"pred", NAME_OF_ROW, "{model}_pred", NAME_BOTH},
    {"query", NAME_OF_ROW, "{model}_query", NAME_BOTH},
    {"order", NAME_OF_ROW, "{model}_order", NAME_TAG},
    {"columns", NAME_OF_ROW, "{model}_columns", NAME_BOTH},
    {"descriptor", NAME_OF_ROW, "{model}_model", NAME_ORDINARY},
    {"shape", NAME_OF_ROW, "{model}_shape", NAME_ORDINARY},
    {"all", NAME_OF_ROW, "{model}_all", NAME_ORDINARY},
    {"by_none", NAME_OF_ROW, "{MODEL}_ORDER_NONE", NAME_ORDINARY},
    {"everything", NAME_OF_ROW, "{model}_everything", NAME_ORDINARY},
    {"not", NAME_OF_ROW, "{model}_not", NAME_ORDINARY},
    {"all_of", NAME_OF_ROW, "{model}_all_of", NAME_ORDINARY},
    {"all_of_n", NAME_OF_ROW, "{model}_all_of_n", NAME_ORDINARY},
    {"any_of", NAME_OF_ROW, "{model}_any_of", NAME_ORDINARY},
    {"any_of_n", NAME_OF_ROW, "{model}_any_of_n", NAME_ORDINARY},
    {"add_having", NAME_OF_ROW, "{model}_having", NAME_ORDINARY},
    {"select", NAME_OF_ROW, "{owner}_select_{row}", NAME_ORDINARY},
    {"select_at", NAME_OF_ROW, "{owner}_select_{row}_at", NAME_ORDINARY},
    {"count", NAME_OF_ROW, "{owner}_count_{row}", NAME_ORDINARY},
    {"count_at", NAME_OF_ROW, "{owner}_count_{row}_at", NAME_ORDINARY},
    {"type", NAME_OF_MODEL, "{model}", NAME_BOTH},
    {"list", NAME_OF_MODEL, "{model}_list", NAME_BOTH},
    {"pred", NAME_OF_MODEL, "{model}_pred", NAME_BOTH},
    {"query", NAME_OF_MODEL, "{model}_query", NAME_BOTH},
    {"order", NAME_OF_MODEL, "{model}_order", NAME_TAG},
    {"new", NAME_OF_MODEL, "{model}_new", NAME_BOTH},
    {"changes", NAME_OF_MODEL, "{model}_changes", NAME_BOTH},
    {"descriptor", NAME_OF_MODEL, "{model}_model", NAME_ORDINARY},
    {"all", NAME_OF_MODEL, "{model}_all", NAME_ORDINARY},
    {"by_none", NAME_OF_MODEL, "{MODEL}_ORDER_NONE", NAME_ORDINARY},
    {"everything", NAME_OF_MODEL, "{model}_everything", NAME_ORDINARY},
    {"not", NAME_OF_MODEL, "{model}_not", NAME_ORDINARY},
    {"all_of", NAME_OF_MODEL, "{model}_all_of", NAME_ORDINARY},
    {"all_of_n", NAME_OF_MODEL, "{model}_all_of_n", NAME_ORDINARY},
    {"any_of", NAME_OF_MODEL, "{model}_any_of", NAME_ORDINARY},
    {"any_of_n", NAME_OF_MODEL, "{model}_any_of_n", NAME_ORDINARY},
    {"sql", NAME_OF_MODEL, "{model}_sql", NAME_ORDINARY},
    {"add_where", NAME_OF_MODEL, "{model}_where", NAME_ORDINARY},
    {"find", NAME_OF_MODEL, "{model}_find", NAME_ORDINARY},
    {"find_at", NAME_OF_MODEL, "{model}_find_at", NAME_ORDINARY},
    {"refresh", NAME_OF_MODEL, "{model}_refresh", NAME_ORDINARY},
    {"refresh_at", NAME_OF_MODEL, "{model}_refresh_at", NAME_ORDINARY},
    {"select", NAME_OF_MODEL, "{model}_select", NAME_ORDINARY},
    {"select_at", NAME_OF_MODEL, "{model}_select_at", NAME_ORDINARY},
    {"stored", NAME_OF_MODEL, "{model}_stored_", NAME_TAG},
    {"page", NAME_OF_MODEL, "{model}_page", NAME_BOTH},
    {"select_page", NAME_OF_MODEL, "{model}_select_page", NAME_ORDINARY},
    {"select_page_at", NAME_OF_MODEL, "{model}_select_page_at", NAME_ORDINARY},
    {"count", NAME_OF_MODEL, "{model}_count", NAME_ORDINARY},
    {"count_at", NAME_OF_MODEL, "{model}_count_at", NAME_ORDINARY},
    {"exists", NAME_OF_MODEL, "{model}_exists", NAME_ORDINARY},
    {"exists_at", NAME_OF_MODEL, "{model}_exists_at", NAME_ORDINARY},
    {"batch_find", NAME_OF_MODEL, "{model}_batch_find", NAME_ORDINARY},
    {"batch_find_at", NAME_OF_MODEL, "{model}_batch_find_at", NAME_ORDINARY},
    {"batch_select", NAME_OF_MODEL, "{model}_batch_select", NAME_ORDINARY},
    {"batch_select_at", NAME_OF_MODEL, "{model}_batch_select_at", NAME_ORDINARY},
    {"batch_count", NAME_OF_MODEL, "{model}_batch_count", NAME_ORDINARY},
    {"batch_count_at", NAME_OF_MODEL, "{model}_batch_count_at", NAME_ORDINARY},
    {"batch_exists", NAME_OF_MODEL, "{model}_batch_exists", NAME_ORDINARY},
    {"batch_exists_at", NAME_OF_MODEL, "{model}_batch_exists_at", NAME_ORDINARY},
    {"insert", NAME_OF_MODEL, "{model}_insert", NAME_ORDINARY},
    {"insert_at", NAME_OF_MODEL, "{model}_insert_at", NAME_ORDINARY},
    {"update", NAME_OF_MODEL, "{model}_update", NAME_ORDINARY},
    {"update_at", NAME_OF_MODEL, "{model}_update_at", NAME_ORDINARY},
    {"delete", NAME_OF_MODEL, "{model}_delete", NAME_ORDINARY},
    {"delete_at", NAME_OF_MODEL, "{model}_delete_at", NAME_ORDINARY},
    {"delete_where", NAME_OF_MODEL, "{model}_delete_where", NAME_ORDINARY},
    {"delete_where_at", NAME_OF_MODEL, "{model}_delete_where_at", NAME_ORDINARY},
    {"raw", NAME_OF_MODEL, "{model}_raw", NAME_ORDINARY},
    {"raw_at", NAME_OF_MODEL, "{model}_raw_at", NAME_ORDINARY},
    {"raw_with", NAME_OF_MODEL, "{model}_raw_with", NAME_ORDINARY},
    {"raw_with_at", NAME_OF_MODEL, "{model}_raw_with_at", NAME_ORDINARY},
    {"explain", NAME_OF_MODEL, "{model}_explain", NAME_ORDINARY},
    {"explain_at", NAME_OF_MODEL, "{model}_explain_at", NAME_ORDINARY},
    {NULL, NAME_OF_MODEL, "{model}_with", NAME_BOTH},
    {"columns", NAME_OF_MODEL, "{model}_columns", NAME_BOTH},
    {"rows_of", NAME_OF_MODEL, "{model}_rows", NAME_ORDINARY},
    {NULL, NAME_OF_MODEL, "{model}_row", NAME_BOTH},
    {"each", NAME_OF_MODEL, "{model}_each", NAME_ORDINARY},
    {"each_at", NAME_OF_MODEL, "{model}_each_at", NAME_ORDINARY},
    {"each_callback", NAME_OF_MODEL, "{model}_each_callback", NAME_ORDINARY},
    {"each_call", NAME_OF_MODEL, "{model}_each_call", NAME_ORDINARY},
    {"insert_all", NAME_OF_MODEL, "{model}_insert_all", NAME_ORDINARY},
    {"insert_all_at", NAME_OF_MODEL, "{model}_insert_all_at", NAME_ORDINARY},
    {"conflict", NAME_OF_MODEL, "{model}_conflict", NAME_BOTH},
    {"upsert", NAME_OF_MODEL, "{model}_upsert", NAME_ORDINARY},
    {"upsert_at", NAME_OF_MODEL, "{model}_upsert_at", NAME_ORDINARY},
    {"upsert_all", NAME_OF_MODEL, "{model}_upsert_all", NAME_ORDINARY},
    {"upsert_all_at", NAME_OF_MODEL, "{model}_upsert_all_at", NAME_ORDINARY},
    {"bulk_load", NAME_OF_MODEL, "{model}_bulk_load", NAME_ORDINARY},
    {"bulk_load_at", NAME_OF_MODEL, "{model}_bulk_load_at", NAME_ORDINARY},
    {"add", NAME_OF_MODEL, "{model}_add", NAME_ORDINARY},
    {"add_at", NAME_OF_MODEL, "{model}_add_at", NAME_ORDINARY},
    {"change", NAME_OF_MODEL, "{model}_change", NAME_ORDINARY},
    {"change_at", NAME_OF_MODEL, "{model}_change_at", NAME_ORDINARY},
    {"remove", NAME_OF_MODEL, "{model}_remove", NAME_ORDINARY},
    {"remove_at", NAME_OF_MODEL, "{model}_remove_at", NAME_ORDINARY},
    {"update_where", NAME_OF_MODEL, "{model}_update_where", NAME_ORDINARY},
    {"update_where_at", NAME_OF_MODEL, "{model}_update_where_at", NAME_ORDINARY},
    {"make_one", NAME_OF_MODEL, "{model}_make_one", NAME_ORDINARY},
    {"make_one_at", NAME_OF_MODEL, "{model}_make_one_at", NAME_ORDINARY},
    {"make_many", NAME_OF_MODEL, "{model}_make_many", NAME_ORDINARY},
    {"make_many_at", NAME_OF_MODEL, "{model}_make_many_at", NAME_ORDINARY},
    {"factory", NAME_OF_MODEL, "{model}_make_factory", NAME_ORDINARY},
    {"json_schema", NAME_OF_MODEL, "{model}_json_schema", NAME_ORDINARY},
    {"to_json", NAME_OF_MODEL, "{model}_to_json", NAME_ORDINARY},
    {"list_to_json", NAME_OF_MODEL, "{model}_list_to_json", NAME_ORDINARY},
    {"page_to_json", NAME_OF_MODEL, "{model}_page_to_json", NAME_ORDINARY},
    {"new_from_json", NAME_OF_MODEL, "{model}_new_from_json", NAME_ORDINARY},
    {"new_list_from_json", NAME_OF_MODEL, "{model}_new_list_from_json", NAME_ORDINARY},
    {"changes_from_json", NAME_OF_MODEL, "{model}_changes_from_json", NAME_ORDINARY},
    {"is", NAME_OF_COLUMN, "{model}_{column}_is", NAME_ORDINARY},
    {"is_in", NAME_OF_COLUMN, "{model}_{column}_is_in", NAME_ORDINARY},
    {"matches", NAME_OF_COLUMN, "{model}_{column}_matches", NAME_ORDINARY},
    {"is_null", NAME_OF_COLUMN, "{model}_{column}_is_null", NAME_ORDINARY},
    {"by", NAME_OF_COLUMN, "{MODEL}_BY_{COLUMN}", NAME_ORDINARY},
    {"by_desc", NAME_OF_COLUMN, "{MODEL}_BY_{COLUMN}_DESC", NAME_ORDINARY},
    {"get_column", NAME_OF_DEFERRED, "{model}_{column}", NAME_ORDINARY},
    {"load_column", NAME_OF_DEFERRED, "{model}_load_{column}", NAME_ORDINARY},
    {"load_column_at", NAME_OF_DEFERRED, "{model}_load_{column}_at", NAME_ORDINARY},
    {"by_relation", NAME_OF_RELATION, "{MODEL}_BY_{RELATION}", NAME_ORDINARY},
    {"has", NAME_OF_RELATION, "{model}_has_{relation}", NAME_ORDINARY},
    {"has_no", NAME_OF_RELATION, "{model}_has_no_{relation}", NAME_ORDINARY},
    {"has_only", NAME_OF_RELATION, "{model}_has_only_{relation}", NAME_ORDINARY},
    {"count_related", NAME_OF_RELATION, "{model}_count_{relation}", NAME_ORDINARY},
    {"get", NAME_OF_RELATION, "{model}_{relation}", NAME_ORDINARY},
    {"load", NAME_OF_RELATION, "{model}_load_{relation}", NAME_ORDINARY},
    {"load_at", NAME_OF_RELATION, "{model}_load_{relation}_at", NAME_ORDINARY},
    {"batch_load", NAME_OF_RELATION, "{model}_batch_load_{relation}", NAME_ORDINARY},
    {"batch_load_at", NAME_OF_RELATION, "{model}_batch_load_{relation}_at", NAME_ORDINARY},
    {"walk", NAME_OF_RELATION, "{model}_walk_{relation}", NAME_ORDINARY},
    {"walk_at", NAME_OF_RELATION, "{model}_walk_{relation}_at", NAME_ORDINARY},
    {"walk_all", NAME_OF_RELATION, "{model}_walk_all_{relation}", NAME_ORDINARY},
    {"walk_all_at", NAME_OF_RELATION, "{model}_walk_all_{relation}_at", NAME_ORDINARY},
    {"preload", NAME_OF_RELATION, "{model}_preload_{relation}", NAME_ORDINARY},
    {"preload_at", NAME_OF_RELATION, "{model}_preload_{relation}_at", NAME_ORDINARY},
    {"get_count", NAME_OF_RELATION, "{model}_{relation}_count", NAME_ORDINARY},
    {"preload_count", NAME_OF_RELATION, "{model}_preload_{relation}_count", NAME_ORDINARY},
    {"preload_count_at", NAME_OF_RELATION, "{model}_preload_{relation}_count_at", NAME_ORDINARY},
    {"get_link", NAME_OF_RELATION, "{model}_{relation}_link", NAME_ORDINARY},
};
const size_t generated_names_count = sizeof generated_names / sizeof *generated_names;

bool name_is_made(const struct generated_name *name, const struct relation *relation)
{
    if (!relation || !name->key)
        return true;
    if (strcmp(name->key, "get_link") == 0)
        return relation->link && !relation->link->link_only;
    if (strncmp(name->key, "walk", 4) == 0)
        return relation->self_referential && relation->target->primary_key.count > 0;
    return relation->to_many || !strstr(name->key, "_count");
}

const struct statement_name statement_names[] = {
    {"call", "", NAME_ORDINARY},
    {"call_at", "_at", NAME_ORDINARY},
    {"row", "_row", NAME_BOTH},
    {"list", "_list", NAME_BOTH},
    {"descriptor", "_statement", NAME_ORDINARY},
};
const size_t statement_names_count = sizeof statement_names / sizeof *statement_names;

static bool is_word(const char *at, const char *end, const char *word)
{
    return strlen(word) == (size_t)(end - at) && memcmp(at, word, strlen(word)) == 0;
}

static const char *part_of(struct arena *arena, const char *at, const char *end,
                           const struct model *model, const struct column *column,
                           const struct relation *relation)
{
    if (is_word(at, end, "model"))
        return model->c_name;
    if (is_word(at, end, "MODEL"))
        return model->c_upper;
    if (is_word(at, end, "owner"))
        return model->row->model->c_name;
    if (is_word(at, end, "row"))
        return model->row->name;
    if (is_word(at, end, "column"))
        return column->name;
    if (is_word(at, end, "COLUMN"))
        return column->c_upper;
    if (is_word(at, end, "RELATION"))
        return name_upper(arena, relation->name);
    return relation->name;
}

const char *name_generated(struct arena *arena, const struct generated_name *name,
                           const struct model *model, const struct column *column,
                           const struct relation *relation)
{
    struct text made = {0};
    const char *at = name->pattern;

    while (*at) {
        const char *open = at + strcspn(at, "{");
        const char *close = strchr(open, '}');

        text_add(arena, &made, at, (size_t)(open - at));
        if (!close)
            break;
        text_add_string(arena, &made, part_of(arena, open + 1, close, model, column, relation));
        at = close + 1;
    }
    return made.text;
}

static bool is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Functions and tags may share a parameter's name; typedefs and objects would be hidden. */
static bool is_hidden_by(const struct model *model, const char *name)
{
    static const char *const ends[] = {"",          "_list",    "_pred",    "_query",
                                       "_new",      "_changes", "_model",   "_all",
                                       "_conflict", "_page",    "_columns", "_shape"};
    size_t length = strlen(model->c_name);

    if (strncmp(name, model->c_name, length) != 0)
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strcmp(name + length, ends[i]) == 0)
            return true;
    return false;
}

const char *name_parameter(struct arena *arena, const struct schema *schema, const char *wanted)
{
    for (size_t i = 0; i < schema->model_count; i++) {
        const struct model *model = schema->models[i];
        bool hidden = is_hidden_by(model, wanted);

        for (size_t r = 0; r < model->row_count && !hidden; r++)
            hidden = is_hidden_by(model->rows[r].shape, wanted);
        if (hidden)
            return arena_format(arena, "%s_", wanted);
    }
    return wanted;
}

const char *name_key_parameter(struct arena *arena, const struct schema *schema,
                               const struct column *column, const char *const *taken,
                               size_t taken_count)
{
    const char *name = name_parameter(arena, schema, column->c_name);

    if (is_among(taken, taken_count, name))
        return arena_format(arena, "%s_key_", column->name);
    return name;
}

const char *name_file(struct arena *arena, const char *c_name, const char *extension)
{
    return arena_format(arena, "%s.orm.%s", c_name, extension);
}

const char *name_guard(struct arena *arena, const char *c_upper)
{
    return arena_format(arena, "ORM_GENERATED_%s_H", c_upper);
}

const char *name_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* What goes into a file name and an #include without a second thought. */
static char *umbrella_stem(struct arena *arena, const char *path)
{
    const char *base = name_base(path);
    const char *dot = strrchr(base, '.');
    char *stem = arena_copy(arena, base, dot && dot != base ? (size_t)(dot - base) : strlen(base));

    for (char *at = stem; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("_-.", *at))
            *at = '_';
    return stem;
}

static bool is_header_of_row(struct arena *arena, const struct model *model, const char *file)
{
    for (size_t i = 0; i < model->row_count; i++)
        if (strcmp(name_file(arena, model->rows[i].shape->c_name, "h"), file) == 0)
            return true;
    return false;
}

static bool is_header_of(struct arena *arena, const struct schema *schema, const char *file)
{
    for (size_t i = 0; i < schema->model_count; i++)
        if (!schema->models[i]->link_only &&
            (strcmp(name_file(arena, schema->models[i]->c_name, "h"), file) == 0 ||
             is_header_of_row(arena, schema->models[i], file)))
            return true;
    for (size_t i = 0; i < schema->enum_count; i++)
        if (strcmp(name_file(arena, schema->enums[i]->c_name, "h"), file) == 0)
            return true;
    return false;
}

const char **name_umbrellas(struct arena *arena, const struct schema *schema)
{
    const char **names = arena_array(arena, schema->file_count, sizeof *names);

    for (size_t i = 0; i < schema->file_count; i++) {
        const char *stem = umbrella_stem(arena, schema->files[i].path);

        names[i] = name_file(arena, stem, "h");
        while (is_header_of(arena, schema, names[i]) || is_among(names, i, names[i])) {
            stem = arena_format(arena, "%s_models", stem);
            names[i] = name_file(arena, stem, "h");
        }
    }
    return names;
}

const char **name_statement_files(struct arena *arena, const struct schema *schema)
{
    const char **names = arena_array(arena, schema->statement_file_count, sizeof *names);
    const char **umbrellas = name_umbrellas(arena, schema);

    for (size_t i = 0; i < schema->statement_file_count; i++) {
        const char *stem = umbrella_stem(arena, schema->statement_files[i].path);
        const char *header = name_file(arena, stem, "h");

        names[i] = arena_format(arena, "%s.orm", stem);
        while (is_header_of(arena, schema, header) ||
               is_among(umbrellas, schema->file_count, header) || is_among(names, i, names[i])) {
            stem = arena_format(arena, "%s_queries", stem);
            names[i] = arena_format(arena, "%s.orm", stem);
            header = name_file(arena, stem, "h");
        }
    }
    return names;
}
