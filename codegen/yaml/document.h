#ifndef ORM_CODEGEN_YAML_DOCUMENT_H
#define ORM_CODEGEN_YAML_DOCUMENT_H

/*
 * One YAML file: its text, libyaml's tree with a place for every node, and what libcyaml made
 * of it. The tree and the parsed structs have the same shape: entry i of a list is item i of
 * its node.
 *
 * Faulty parts are reported and cut out of both, so that the meaning of the rest can still be
 * checked. Whoever finds something missing asks document_is_faulty() before complaining.
 */

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/diagnostics.h"
#include "base/memory.h"
#include "yaml/parsed.h"

struct document {
    struct arena *arena;
    struct diagnostics *diags;
    const struct source *source;
    yaml_document_t tree;
    bool has_tree;
    bool *faulty;     /* by node id: something was cut out of it or below it */
    bool lost_models; /* an entry of `models` was cut out */
    bool lost_enums;
    bool *gone; /* by node id: it is to be cut out, a key with its value */
    bool has_cuts;
    struct parsed_file *parsed; /* NULL when too little is left */
};

/*
 * Reads and checks one file; faults go to diags, that the file can't be read with the place
 * `wanted_at`. Always returns a document, owned by the caller; its parsed may be NULL.
 */
struct document *document_read(struct arena *arena, struct diagnostics *diags, const char *path,
                               struct span wanted_at);
/* The same of a text that was read before. */
struct document *document_parse(struct arena *arena, struct diagnostics *diags,
                                const struct source *source);
void document_close(struct document *document);

/*
 * The text of any file, kept by the diagnostics; NULL with the fault reported, that it can't be
 * read with the place `wanted_at`.
 */
const struct source *source_read(struct diagnostics *diags, const char *path,
                                 struct span wanted_at);
/* The same of what `file` still holds, under the name `path`. */
const struct source *source_take(struct diagnostics *diags, FILE *file, const char *path,
                                 struct span wanted_at);

/* NULL when there is no such node. */
yaml_node_t *document_root(struct document *document);
yaml_node_t *document_get(struct document *document, const yaml_node_t *mapping, const char *key);
yaml_node_t *document_item(struct document *document, const yaml_node_t *list, size_t index);

/* Where a node was written; a NULL node stands for the whole file. */
struct span document_span(const struct document *document, const yaml_node_t *node);
/* Of the value of key, or when it is absent of the mapping's name or start. */
struct span document_value_span(struct document *document, const yaml_node_t *mapping,
                                const char *key);
/* Of item index in the list under key. */
struct span document_item_span(struct document *document, const yaml_node_t *mapping,
                               const char *key, size_t index);

bool document_is_faulty(const struct document *document, const yaml_node_t *node);

/* A plain null, ~ or nothing at all. */
bool document_is_null(const yaml_node_t *node);

/* The node on one line in flow style, in its canonical form; `entry` is the list that it is an
 * entry of, see canonical.h. */
const char *document_inline_text(struct document *document, const yaml_node_t *node,
                                 const char *entry);
/* The same, safe inside a C comment, and not all of it when it is long. */
const char *document_flow_text(struct document *document, const yaml_node_t *node,
                               const char *entry);

/* Stages of document_read, each in its own file. */
bool document_scan(struct document *document);
void document_check(struct document *document);
bool document_load(struct document *document);

/* What libyaml says about a fault of the syntax, in words that say what to do. */
const char *document_syntax_text(const char *problem);
/* The same for what it was reading then; NULL when that helps nobody. */
const char *document_context_text(const char *context);

#endif
