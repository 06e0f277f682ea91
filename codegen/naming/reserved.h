#ifndef ORM_CODEGEN_NAMING_RESERVED_H
#define ORM_CODEGEN_NAMING_RESERVED_H

/*
 * Names that are taken before we emit anything. The tables are what glibc's C11 and common
 * POSIX headers declare, less names that begin with an underscore or hold two in a row, which
 * no generated name does.
 */

#include <stdbool.h>
#include <stddef.h>

extern const char *const reserved_keywords[]; /* of C11 to C23 and C++11 to C++20 */
extern const size_t reserved_keywords_count;
extern const char *const reserved_macros[]; /* lower-case ones: they would replace a field */
extern const size_t reserved_macros_count;
extern const char *const reserved_system[]; /* functions, types, tags and objects */
extern const size_t reserved_system_count;
extern const char *const reserved_constants[]; /* upper-case macros and enumerators */
extern const size_t reserved_constants_count;

/* What already owns a C name: "a keyword of C or C++", "a name of the C or POSIX headers",
 * "the library's own name space"; NULL when it is free. */
const char *reserved_owner(const char *name);

/* Whether a struct member can't have this name. */
bool reserved_as_member(const char *name);

#endif
