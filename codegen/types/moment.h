#ifndef ORM_CODEGEN_TYPES_MOMENT_H
#define ORM_CODEGEN_TYPES_MOMENT_H

#include "types/schema_types.h"

struct arena;

/* Dates, times, timestamps and intervals; NULL when text is none, else normalised. */
const char *moment_read(struct arena *arena, enum type_kind kind, const char *text);

/* Order of two of the same kind, as far as their text shows it: 0 when in doubt. */
int moment_compare(const char *a, const char *b);

#endif
