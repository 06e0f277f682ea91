#define _POSIX_C_SOURCE 200809L

#include "yaml/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

#define FILE_LIMIT ((size_t)16 * 1024 * 1024)

static struct span whole_file(const struct source *source)
{
    return (struct span){.source = source, .line = 1, .column = 1, .width = 1};
}

/* Reads at most one byte more than the limit, so that too much can be told. */
static char *read_all(FILE *file, size_t *length_out)
{
    size_t capacity = 64 * 1024;
    char *text = malloc(capacity);
    size_t length = 0;

    while (text && length <= FILE_LIMIT) {
        size_t got = fread(text + length, 1, capacity - length, file);
        char *grown;

        length += got;
        if (length < capacity)
            break;
        grown = realloc(text, capacity * 2);
        if (!grown)
            free(text);
        text = grown;
        capacity *= 2;
    }
    *length_out = length;
    return text;
}

/* Without waiting for somebody to write into a named pipe: with no writer it is empty. */
static FILE *open_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    FILE *file = fd >= 0 && fcntl(fd, F_SETFL, O_RDONLY) == 0 ? fdopen(fd, "rb") : NULL;

    if (fd >= 0 && !file)
        close(fd);
    return file;
}

static void report_unreadable(struct diagnostics *diags, const char *path, struct span wanted_at,
                              const char *why)
{
    if (!wanted_at.source)
        wanted_at.source = diagnostics_add_source(diags, path, NULL, 0);
    diagnostics_error(diags, wanted_at, "cannot read '%s': %s", path, why);
}

static bool skip_bom(const char *text, size_t length)
{
    return length >= 3 && memcmp(text, UTF8_MARK, 3) == 0;
}

const struct source *source_take(struct diagnostics *diags, FILE *file, const char *path,
                                 struct span wanted_at)
{
    struct source *source = NULL;
    size_t length = 0;
    char *text = read_all(file, &length);
    bool ok = false;
    size_t bom;

    if (!text || ferror(file)) {
        report_unreadable(diags, path, wanted_at, strerror(errno ? errno : ENOMEM));
        goto out;
    }
    ok = length <= FILE_LIMIT;
    bom = skip_bom(text, length) ? 3 : 0;
    source = diagnostics_add_source(diags, path, ok ? text + bom : NULL, length - bom);
    source->marked = bom != 0;
    if (!ok)
        diagnostics_error(diags, whole_file(source), "the file is larger than %zu MiB",
                          FILE_LIMIT / 1024 / 1024);
out:
    free(text);
    return ok ? source : NULL;
}

const struct source *source_read(struct diagnostics *diags, const char *path, struct span wanted_at)
{
    struct stat about;
    FILE *file = open_file(path);
    const struct source *source = NULL;

    if (!file || fstat(fileno(file), &about) != 0)
        report_unreadable(diags, path, wanted_at, strerror(errno));
    else if (S_ISDIR(about.st_mode))
        report_unreadable(diags, path, wanted_at, "it is a directory");
    else
        source = source_take(diags, file, path, wanted_at);
    if (file)
        fclose(file);
    return source;
}

static bool build_tree(struct document *document)
{
    yaml_parser_t parser;
    size_t nodes;

    if (!yaml_parser_initialize(&parser))
        return false;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)document->source->text,
                                 document->source->length);
    document->has_tree = yaml_parser_load(&parser, &document->tree) != 0;
    yaml_parser_delete(&parser);
    if (!document->has_tree) {
        diagnostics_error(document->diags, whole_file(document->source), "out of memory");
        return false;
    }
    nodes = (size_t)(document->tree.nodes.top - document->tree.nodes.start) + 1;
    document->faulty = arena_array(document->arena, nodes, sizeof *document->faulty);
    document->gone = arena_array(document->arena, nodes, sizeof *document->gone);
    return true;
}

struct document *document_parse(struct arena *arena, struct diagnostics *diags,
                                const struct source *source)
{
    struct document *document = arena_alloc(arena, sizeof *document);

    document->arena = arena;
    document->diags = diags;
    document->source = source;
    if (!source || !document_scan(document) || !build_tree(document))
        return document;
    document_check(document);
    document_load(document);
    return document;
}

struct document *document_read(struct arena *arena, struct diagnostics *diags, const char *path,
                               struct span wanted_at)
{
    return document_parse(arena, diags, source_read(diags, path, wanted_at));
}

yaml_node_t *document_root(struct document *document)
{
    return document->has_tree ? yaml_document_get_root_node(&document->tree) : NULL;
}

static bool is_key(const yaml_node_t *node, const char *key)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length == strlen(key) &&
           memcmp(node->data.scalar.value, key, node->data.scalar.length) == 0;
}

yaml_node_t *document_get(struct document *document, const yaml_node_t *mapping, const char *key)
{
    if (!mapping || mapping->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++)
        if (is_key(yaml_document_get_node(&document->tree, pair->key), key))
            return yaml_document_get_node(&document->tree, pair->value);
    return NULL;
}

yaml_node_t *document_item(struct document *document, const yaml_node_t *list, size_t index)
{
    if (!list || list->type != YAML_SEQUENCE_NODE ||
        index >= (size_t)(list->data.sequence.items.top - list->data.sequence.items.start))
        return NULL;
    return yaml_document_get_node(&document->tree, list->data.sequence.items.start[index]);
}

struct span document_span(const struct document *document, const yaml_node_t *node)
{
    struct span span = whole_file(document->source);
    size_t width;

    if (!node)
        return span;
    width = node->end_mark.line == node->start_mark.line && node->type == YAML_SCALAR_NODE
                ? node->end_mark.column - node->start_mark.column
                : 1;
    span.line = (unsigned)node->start_mark.line + 1;
    span.column = (unsigned)node->start_mark.column + 1;
    span.width = (unsigned)width;
    return span;
}

struct span document_value_span(struct document *document, const yaml_node_t *mapping,
                                const char *key)
{
    yaml_node_t *value = document_get(document, mapping, key);
    yaml_node_t *name = value ? value : document_get(document, mapping, "name");

    return document_span(document, name ? name : mapping);
}

struct span document_item_span(struct document *document, const yaml_node_t *mapping,
                               const char *key, size_t index)
{
    yaml_node_t *list = document_get(document, mapping, key);
    yaml_node_t *item = document_item(document, list, index);

    return item ? document_span(document, item) : document_value_span(document, mapping, key);
}

bool document_is_faulty(const struct document *document, const yaml_node_t *node)
{
    return !node || document->faulty[node - document->tree.nodes.start];
}

bool document_is_null(const yaml_node_t *node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

    if (!node || node->type != YAML_SCALAR_NODE ||
        node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        if (is_key(node, nulls[i]))
            return true;
    return false;
}
