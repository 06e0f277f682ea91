#ifndef ORM_TOOLS_ORM_INTROSPECT_SCALAR_H
#define ORM_TOOLS_ORM_INTROSPECT_SCALAR_H

/* Texts as YAML inside { } and [ ]. */

#include <stddef.h>

struct arena;

/* The text with quotes if it needs them. */
const char *scalar_text(struct arena *arena, const char *text);
/* The text that YAML in flow style means; NULL of NULL. */
const char *scalar_value(struct arena *arena, const char *yaml);
/* ", names: [...]" when C could not tell the labels apart or has no name for one; else "". */
const char *scalar_label_names(struct arena *arena, const char *const *labels, size_t count);
/* On one line, visible characters only. */
const char *scalar_comment(struct arena *arena, const char *text);

#endif
