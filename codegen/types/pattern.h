#ifndef ORM_CODEGEN_TYPES_PATTERN_H
#define ORM_CODEGEN_TYPES_PATTERN_H

#include <stdbool.h>

struct arena;

/* NULL, or why text is no POSIX extended regular expression that may be compiled. */
const char *pattern_fault(struct arena *arena, const char *text);
/* Whether the pattern, in which there is no fault, is found in text. */
bool pattern_matches(const char *pattern, const char *text);

#endif
