#ifndef ORM_CODEGEN_TYPES_PATTERN_H
#define ORM_CODEGEN_TYPES_PATTERN_H

struct arena;

/* NULL, or why text is no POSIX extended regular expression that may be compiled. */
const char *pattern_fault(struct arena *arena, const char *text);

#endif
