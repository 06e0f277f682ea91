#ifndef ORM_CODEGEN_YAML_CANONICAL_H
#define ORM_CODEGEN_YAML_CANONICAL_H

/* The one way to write what may be written in several: the order of keys, and quotes. */

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/memory.h"

/* Where a key stands in an entry of the list `entry` ("columns"; "file" for the file itself,
 * "through" for that mapping); behind all others when it is none of the entry's. */
size_t canonical_rank(const char *entry, const char *key);
/* The pairs of a mapping in that order; in the order of the file where ranks are the same. */
const yaml_node_pair_t **canonical_pairs(struct arena *arena, yaml_document_t *tree,
                                         const yaml_node_t *mapping, const char *entry);
/* The word by which canonical_rank knows what a key's value holds. */
const char *canonical_entry(const yaml_node_t *key);

/* The text in one line, with quotes if it needs them. */
const char *canonical_text(struct arena *arena, const char *text);
/* The same of a scalar. Quotes stay where another reader would take the text for a number, a flag
 * or a date without them. */
const char *canonical_scalar(struct arena *arena, const yaml_node_t *node);

#endif
