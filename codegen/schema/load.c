#define _XOPEN_SOURCE 700

#include "schema/load.h"

#include <stdlib.h>
#include <string.h>

#include "naming/names.h"
#include "naming/symbols.h"
#include "schema/build.h"

/* Reading all files and running the stages. */

#define FILE_COUNT_LIMIT 10000

struct reading {
    struct builder *b;
    struct map seen;         /* struct open_file by canonical path */
    struct pointers waiting; /* struct open_file, in the order of reading */
};

struct open_file {
    const char *path;
    struct document *document;
    const struct open_file *by; /* that included it; NULL: named by the caller */
    struct span by_at;
};

static const char *canonical(struct arena *arena, const char *path)
{
    char *real = realpath(path, NULL);
    const char *copy = arena_text(arena, real ? real : path);

    free(real);
    return copy;
}

/* NULL when the file was read before. */
static struct open_file *open_once(struct reading *reading, const char *path,
                                   const struct open_file *by, struct span by_at,
                                   struct open_file **before_out)
{
    struct arena *arena = reading->b->arena;
    struct open_file *file = arena_alloc(arena, sizeof *file);

    file->path = arena_text(arena, path);
    file->by = by;
    file->by_at = by_at;
    *before_out = map_add(arena, &reading->seen, canonical(arena, path), file);
    if (*before_out)
        return NULL;
    file->document = document_read(arena, reading->b->diags, path, by_at);
    pointers_add(arena, &reading->b->documents, file->document);
    pointers_add(arena, &reading->waiting, file);
    return file;
}

static bool includes(const struct open_file *outer, const struct open_file *inner)
{
    for (; inner; inner = inner->by)
        if (inner == outer)
            return true;
    return false;
}

static const char *beside(struct arena *arena, const char *path, const char *include)
{
    const char *slash = strrchr(path, '/');

    if (include[0] == '/' || !slash)
        return include;
    return arena_format(arena, "%.*s/%s", (int)(slash - path), path, include);
}

static void report_cycle(struct reading *reading, const struct open_file *file,
                         const struct open_file *outer, struct span at)
{
    diagnostics_error(reading->b->diags, at, "'%s' includes itself%s", outer->path,
                      file == outer ? "" : " through other files");
    for (; file && file != outer; file = file->by)
        diagnostics_note(reading->b->diags, file->by_at, "'%s' is included here", file->path);
}

static void read_includes(struct reading *reading, const struct open_file *file)
{
    struct document *document = file->document;
    yaml_node_t *root = document_root(document);
    unsigned count = document->parsed ? document->parsed->include_count : 0;

    for (unsigned i = 0; i < count; i++) {
        struct span at = document_item_span(document, root, "include", i);
        const char *path = beside(reading->b->arena, file->path, document->parsed->include[i]);
        struct open_file *before = NULL;

        if (!*document->parsed->include[i]) {
            diagnostics_error(reading->b->diags, at, "an include needs the path of a file");
            continue;
        }
        if (reading->waiting.count >= FILE_COUNT_LIMIT) {
            diagnostics_error(reading->b->diags, at, "more than %d files", FILE_COUNT_LIMIT);
            return;
        }
        for (unsigned k = 0; k < i; k++)
            if (strcmp(document->parsed->include[k], document->parsed->include[i]) == 0)
                diagnostics_error(reading->b->diags, at, "'%s' is included twice", path);
        open_once(reading, path, file, at, &before);
        if (before && includes(before, file))
            report_cycle(reading, file, before, at);
    }
}

static bool is_sql(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot && strcmp(dot, ".sql") == 0;
}

/* A file of named statements, each read once. */
static void open_statements(struct reading *reading, const char *path, const char *prefix,
                            const char *listed_by, struct span at)
{
    struct builder *b = reading->b;
    struct statement_file_build *file = arena_alloc(b->arena, sizeof *file);

    *file = (struct statement_file_build){.prefix = prefix, .listed_by = listed_by};
    if (map_add(b->arena, &reading->seen, canonical(b->arena, path), file))
        return;
    file->source = source_read(b->diags, path, at);
    if (file->source)
        pointers_add(b->arena, &b->statement_files, file);
}

static void read_listed(struct reading *reading, const struct open_file *file)
{
    struct document *document = file->document;
    const struct parsed_file *parsed = document->parsed;
    struct arena *arena = reading->b->arena;
    const char *prefix = parsed && parsed->prefix ? arena_text(arena, parsed->prefix) : "";

    for (unsigned i = 0; parsed && i < parsed->queries_count; i++) {
        struct span at = document_item_span(document, document_root(document), "queries", i);

        if (is_sql(parsed->queries[i]))
            open_statements(reading, beside(arena, file->path, parsed->queries[i]), prefix,
                            file->path, at);
        else
            diagnostics_error(reading->b->diags, at,
                              "'%s' can't hold named statements: its name must end in .sql",
                              parsed->queries[i]);
    }
}

/* What the YAML files named by the caller agree on, for the SQL files beside them; else "". */
static const char *common_prefix(const struct reading *reading)
{
    const char *prefix = NULL;

    for (size_t i = 0; i < reading->waiting.count; i++) {
        const struct open_file *file = reading->waiting.items[i];
        const struct parsed_file *parsed = file->document->parsed;
        const char *own = parsed && parsed->prefix ? parsed->prefix : "";

        if (!file->by && prefix && strcmp(prefix, own) != 0)
            return "";
        if (!file->by)
            prefix = own;
    }
    return prefix ? arena_text(reading->b->arena, prefix) : "";
}

static void check_header(struct builder *b, struct document *document)
{
    yaml_node_t *root = document_root(document);
    char *prefix = document->parsed->prefix;
    size_t length = prefix ? strlen(prefix) : 0;

    if (document->parsed->version && *document->parsed->version != 1)
        diagnostics_error(b->diags, document_value_span(document, root, "version"),
                          "version %u of the format is not known; this tool reads version 1",
                          (unsigned)*document->parsed->version);
    /* shop and shop_ mean the same: names are joined by one underscore anyway. */
    if (length > 1 && prefix[length - 1] == '_' && prefix[length - 2] != '_')
        prefix[length - 1] = '\0';
    if (prefix && *prefix)
        build_check_name(b, document, root, "prefix", prefix, "the prefix", NULL);
}

static void read_files(struct reading *reading, const char *const *paths, size_t count)
{
    struct builder *b = reading->b;
    const struct span nowhere = {0};
    struct open_file *before;

    for (size_t i = 0; i < count; i++)
        if (!is_sql(paths[i]))
            open_once(reading, paths[i], NULL, nowhere, &before);
    for (size_t i = 0; i < reading->waiting.count; i++)
        read_includes(reading, reading->waiting.items[i]);
    for (size_t i = 0; i < b->documents.count; i++)
        if (((struct document *)b->documents.items[i])->parsed)
            check_header(b, b->documents.items[i]);
    for (size_t i = 0; i < reading->waiting.count; i++)
        read_listed(reading, reading->waiting.items[i]);
    for (size_t i = 0; i < count; i++)
        if (is_sql(paths[i]))
            open_statements(reading, paths[i], common_prefix(reading), NULL, nowhere);
}

static void list_files(struct builder *b, const struct reading *reading)
{
    struct schema *schema = b->schema;

    schema->files = arena_array(b->arena, reading->waiting.count, sizeof *schema->files);
    for (size_t i = 0; i < reading->waiting.count; i++) {
        const struct open_file *file = reading->waiting.items[i];
        const struct parsed_file *parsed = file->document->parsed;

        schema->files[schema->file_count++] = (struct schema_file){
            .path = file->path,
            .version = 1,
            .prefix = parsed && parsed->prefix ? arena_text(b->arena, parsed->prefix) : "",
            .included = file->by != NULL,
        };
    }
}

static void list_results(struct builder *b)
{
    struct schema *schema = b->schema;

    schema->models = arena_array(b->arena, b->models.count, sizeof *schema->models);
    for (size_t i = 0; i < b->models.count; i++)
        schema->models[schema->model_count++] =
            ((const struct model_build *)b->models.items[i])->model;
    schema->enums = (struct enum_type **)b->enums.items;
    schema->enum_count = b->enums.count;
}

static void add_statement(struct builder *b, struct document *document, const char *list,
                          size_t index, const struct parsed_statement *parsed,
                          struct schema_statement **to)
{
    yaml_node_t *nodes = document_get(document, document_root(document), list);
    size_t length = strlen(parsed->sql);
    const char *sql;

    /* A statement of its own: it may hold anything, and ends where its text does. */
    while (length && strchr("; \t\r\n", parsed->sql[length - 1]))
        length--;
    sql = arena_copy(b->arena, parsed->sql, length);
    if (!length)
        diagnostics_error(
            b->diags,
            document_value_span(document, document_item(document, nodes, index), "sql"),
            "there is no statement here");
    else
        *(*to)++ = (struct schema_statement){.sql = sql, .dialect = parsed->dialect - 1};
}

/* What stands before and after the tables, of all files in turn. */
static void list_statements(struct builder *b)
{
    struct schema *schema = b->schema;
    size_t before = 0;
    size_t after = 0;
    struct schema_statement *next_before;
    struct schema_statement *next_after;

    for (size_t i = 0; i < b->documents.count; i++) {
        const struct parsed_file *parsed = ((struct document *)b->documents.items[i])->parsed;

        before += parsed ? parsed->before_count : 0;
        after += parsed ? parsed->after_count : 0;
    }
    schema->before = next_before = arena_array(b->arena, before, sizeof *schema->before);
    schema->after = next_after = arena_array(b->arena, after, sizeof *schema->after);
    for (size_t i = 0; i < b->documents.count; i++) {
        struct document *document = b->documents.items[i];
        const struct parsed_file *parsed = document->parsed;

        for (size_t k = 0; parsed && k < parsed->before_count; k++)
            add_statement(b, document, "before", k, &parsed->before[k], &next_before);
        for (size_t k = 0; parsed && k < parsed->after_count; k++)
            add_statement(b, document, "after", k, &parsed->after[k], &next_after);
    }
    schema->before_count = (size_t)(next_before - schema->before);
    schema->after_count = (size_t)(next_after - schema->after);
}

static void check_anything(struct builder *b)
{
    struct document *first = b->documents.count ? b->documents.items[0] : NULL;

    if (!first && !b->statement_files.count)
        diagnostics_error(b->diags, (struct span){0}, "no files are given");
    else if (first && !b->models.count && !b->statement_files.count &&
             !diagnostics_error_count(b->diags))
        diagnostics_error(b->diags, document_value_span(first, document_root(first), "models"),
                          "there are no models");
}

static void run_stages(struct builder *b, const struct reading *reading)
{
    list_files(b, reading);
    build_enums(b);
    build_models(b);
    build_columns(b);
    build_keys(b);
    build_relations(b);
    build_inverses(b);
    build_foreign_keys(b);
    build_order(b);
    build_rows(b);
    build_deferred(b);
    list_results(b);
    list_statements(b);
    build_statements(b);
    check_anything(b);
    symbols_check(b->schema, b->arena, b->diags);
}

static bool load(const char *const *paths, size_t count, bool draft, struct schema **schema_out,
                 struct diagnostics *diags)
{
    struct builder b = {.arena = arena_new(), .diags = diags, .draft = draft};
    struct reading reading = {.b = &b};
    size_t before = diagnostics_error_count(diags);
    bool ok;

    b.schema = arena_alloc(b.arena, sizeof *b.schema);
    b.schema->arena = b.arena;
    read_files(&reading, paths, count);
    run_stages(&b, &reading);
    for (size_t i = 0; i < b.documents.count; i++)
        document_close(b.documents.items[i]);
    ok = diagnostics_error_count(diags) == before;
    *schema_out = ok ? b.schema : NULL;
    if (!ok)
        arena_free(b.arena);
    return ok;
}

bool schema_load(const char *const *paths, size_t count, struct schema **schema_out,
                 struct diagnostics *diags)
{
    return load(paths, count, false, schema_out, diags);
}

bool schema_load_draft(const char *const *paths, size_t count, struct schema **schema_out,
                       struct diagnostics *diags)
{
    return load(paths, count, true, schema_out, diags);
}

void schema_free(struct schema *schema)
{
    if (schema)
        arena_free(schema->arena);
}

const struct column *model_find_column(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->column_count; i++)
        if (strcmp(model->columns[i].name, name) == 0)
            return &model->columns[i];
    return NULL;
}

const struct relation *model_find_relation(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->relation_count; i++)
        if (strcmp(model->relations[i].name, name) == 0)
            return &model->relations[i];
    return NULL;
}

const struct model *schema_find_model(const struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->model_count; i++)
        if (strcmp(schema->models[i]->name, name) == 0)
            return schema->models[i];
    return NULL;
}
