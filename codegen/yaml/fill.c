#include "yaml/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The last step of reading: libcyaml fills the structs. Where the check cut something out, it
 * is given the text of the tree that is left.
 */

struct log {
    char first[200];
};

#if defined(__GNUC__)
__attribute__((format(printf, 3, 0)))
#endif
static void
keep_first(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    struct log *log = context;

    if (level >= CYAML_LOG_ERROR && !log->first[0])
        vsnprintf(log->first, sizeof log->first, format, arguments);
}

static cyaml_config_t config_for(struct log *log)
{
    return (cyaml_config_t){
        .log_fn = keep_first,
        .log_ctx = log,
        .mem_fn = cyaml_mem,
        .log_level = CYAML_LOG_ERROR,
        .flags = CYAML_CFG_NO_ALIAS,
    };
}

static void cut_mapping(const struct document *document, yaml_node_t *mapping)
{
    yaml_node_pair_t *kept = mapping->data.mapping.pairs.start;

    for (yaml_node_pair_t *pair = kept; pair < mapping->data.mapping.pairs.top; pair++)
        if (!document->gone[pair->key])
            *kept++ = *pair;
    mapping->data.mapping.pairs.top = kept;
}

static void cut_list(const struct document *document, yaml_node_t *list)
{
    yaml_node_item_t *kept = list->data.sequence.items.start;

    for (yaml_node_item_t *item = kept; item < list->data.sequence.items.top; item++)
        if (!document->gone[*item])
            *kept++ = *item;
    list->data.sequence.items.top = kept;
}

/* False when the root itself had to go. */
static bool apply_cuts(const struct document *document, yaml_document_t *tree)
{
    if (document->gone[1])
        return false;
    if (!document->has_cuts)
        return true;
    for (yaml_node_t *node = tree->nodes.start; node < tree->nodes.top; node++) {
        if (node->type == YAML_MAPPING_NODE)
            cut_mapping(document, node);
        else if (node->type == YAML_SEQUENCE_NODE)
            cut_list(document, node);
    }
    return true;
}

struct output {
    struct arena *arena;
    struct text text;
};

static int keep_output(void *context, unsigned char *bytes, size_t size)
{
    struct output *output = context;

    text_add(output->arena, &output->text, (const char *)bytes, size);
    return 1;
}

/* Writes the tree of the same text once more: the emitter destroys what it writes. */
static bool emit_rest(const struct document *document, struct output *output)
{
    yaml_parser_t parser = {0};
    yaml_emitter_t emitter = {0};
    yaml_document_t tree;
    bool ok = false;

    if (!yaml_parser_initialize(&parser) || !yaml_emitter_initialize(&emitter))
        goto out;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)document->source->text,
                                 document->source->length);
    if (!yaml_parser_load(&parser, &tree))
        goto out;
    apply_cuts(document, &tree);
    yaml_emitter_set_output(&emitter, keep_output, output);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    ok = yaml_emitter_dump(&emitter, &tree) && yaml_emitter_flush(&emitter);
out:
    yaml_emitter_delete(&emitter);
    yaml_parser_delete(&parser);
    return ok;
}

bool document_load(struct document *document)
{
    struct log log = {{0}};
    cyaml_config_t config = config_for(&log);
    struct output rest = {.arena = document->arena};
    const char *text = document->source->text;
    size_t length = document->source->length;
    cyaml_err_t error;

    if (!apply_cuts(document, &document->tree))
        return false;
    if (document->has_cuts) {
        if (!emit_rest(document, &rest))
            return false;
        text = rest.text.text;
        length = rest.text.length;
    }
    error = cyaml_load_data((const uint8_t *)text, length, &config, &parsed_file_schema,
                            (cyaml_data_t **)&document->parsed, NULL);
    if (error == CYAML_OK && document->parsed)
        return true;
    diagnostics_error(document->diags, document_span(document, NULL), "%s",
                      log.first[0] ? log.first : cyaml_strerror(error));
    return false;
}

void document_close(struct document *document)
{
    struct log log = {{0}};
    cyaml_config_t config = config_for(&log);

    if (!document)
        return;
    if (document->parsed)
        cyaml_free(&config, &parsed_file_schema, document->parsed, 0);
    document->parsed = NULL;
    if (document->has_tree)
        yaml_document_delete(&document->tree);
    document->has_tree = false;
}
