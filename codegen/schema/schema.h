#ifndef ORM_CODEGEN_SCHEMA_SCHEMA_H
#define ORM_CODEGEN_SCHEMA_SCHEMA_H

/* The resolved schema for its readers: what it holds, and how to find things in it. */

#include "types/schema_types.h"

/* NULL when there is none. */
const struct column *model_find_column(const struct model *model, const char *name);
const struct relation *model_find_relation(const struct model *model, const char *name);
const struct model *schema_find_model(const struct schema *schema, const char *name);

#endif
