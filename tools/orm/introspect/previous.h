#ifndef ORM_TOOLS_ORM_INTROSPECT_PREVIOUS_H
#define ORM_TOOLS_ORM_INTROSPECT_PREVIOUS_H

/* The file that is written anew, as people left it. */

#include <yaml.h>

#include "introspect/draft.h"

/* What it says of one thing; all NULL or 0 when it says nothing. */
struct previous_entry {
    const char *name;
    const yaml_node_t *node;
    const struct model *model;
};

/* NULL with true: there is no such file. False: it can't be understood, and that was said. */
bool previous_open(struct arena *arena, const char *path, const struct previous **previous_out);
void previous_close(const struct previous *previous);

const char *previous_prefix(const struct previous *previous);
struct previous_entry previous_model(const struct previous *previous, const char *schema,
                                     const char *table);
struct previous_entry previous_column(const struct previous *previous, const struct model *model,
                                      const char *db_name);
struct previous_entry previous_enum(const struct previous *previous, const char *schema,
                                    const char *type);
struct previous_entry previous_relation(const struct previous *previous, const struct model *model,
                                        const struct draft_relation *relation);

/*
 * ", key: value" for every key of the entry that is not among the space-separated `known` ones;
 * "" when there is none.
 */
const char *previous_rest(const struct previous *previous, const yaml_node_t *node,
                          const char *known);
/* The value of a key as written, in flow style; NULL when it is absent. */
const char *previous_value(const struct previous *previous, const yaml_node_t *node,
                           const char *key);
/* Comment lines above the entry, with their ends of line, without indentation; "" for none. */
const char *previous_comments(const struct previous *previous, const yaml_node_t *node);
/* The comment behind the entry on its line, with a blank before it; "" for none. */
const char *previous_remark(const struct previous *previous, const yaml_node_t *node);
size_t previous_label_count(const struct previous *previous, const yaml_node_t *node);
/* The comment lines at the file's start. */
const char *previous_head(const struct previous *previous);

/* Relations that no foreign key gives, of a model: its entries that were not asked for. */
size_t previous_left_count(const struct previous *previous, const struct model *model);
const char *previous_left(const struct previous *previous, const struct model *model, size_t index,
                          const yaml_node_t **node_out);
/* The table it leads to, and that between. */
const struct relation *previous_left_relation(const struct previous *previous,
                                              const struct model *model, size_t index);
/* A list at the model as it stands there, lines and comments; NULL when it is absent. */
const char *previous_block(const struct previous *previous, const yaml_node_t *node,
                           const char *key);
const yaml_node_t *previous_root(const struct previous *previous);

#endif
