#ifndef ORM_CODEGEN_TYPES_TYPES_H
#define ORM_CODEGEN_TYPES_TYPES_H

#include <stdbool.h>

#include "types/schema_types.h"

struct arena;

/* What the rules need to know of a type; one row per type_kind. */
struct type_info {
    const char *name; /* as in the YAML */
    bool integer;
    bool text;              /* takes max_length and pattern */
    bool bounded;           /* takes min and max */
    bool comparable;        /* has equality in every database, so it may be in a key */
    const char *parameters; /* what stands in parentheses, for messages; NULL: nothing */
};

const struct type_info *type_info(enum type_kind kind);

enum type_parse_result {
    TYPE_PARSED,
    TYPE_UNKNOWN, /* may be the name of an enum */
    TYPE_WRONG    /* *why_out tells */
};

/* Reads "numeric(12,2)" and its like, enum(name) excepted; *type_out.text is normalised. */
enum type_parse_result type_parse(struct arena *arena, const char *text,
                                  struct column_type *type_out, const char **why_out);

/* The name in enum(name), or NULL; what other databases and languages call a type, or NULL. */
const char *type_enum_name(struct arena *arena, const char *text);
const char *type_usual_name(const char *text);

/* The same values, so that one may refer to the other; lengths do not matter. */
bool type_equal(const struct column_type *a, const struct column_type *b);

#endif
