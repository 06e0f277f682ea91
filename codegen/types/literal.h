#ifndef ORM_CODEGEN_TYPES_LITERAL_H
#define ORM_CODEGEN_TYPES_LITERAL_H

#include <stdbool.h>

#include "types/schema_types.h"

struct arena;

/*
 * Reads a literal as a value of the type (of the element, when an array). NULL when it is
 * none and *why_out tells ("is not an integer"); else its normalised form as struct
 * default_value describes it.
 */
const char *literal_read(struct arena *arena, const struct column_type *type, const char *text,
                         const char **why_out);

/* Order of two normalised literals of a type with bounds: negative, 0, positive. */
int literal_compare(const struct column_type *type, const char *a, const char *b);

/* Whether text is one JSON value; when it will be decoded, as jsonb is, of real characters only. */
bool json_is_valid(const char *text, bool decoded);

#endif
