#ifndef ORM_CODEGEN_NAMING_SYMBOLS_H
#define ORM_CODEGEN_NAMING_SYMBOLS_H

#include "base/diagnostics.h"
#include "types/schema_types.h"

struct arena;

/*
 * One symbol table over every C name that the emitters make of the schema (generated.h), beside
 * those of C, C++, POSIX and orm. A name that two things want is an error that names both and
 * the fix.
 */
void symbols_check(const struct schema *schema, struct arena *arena, struct diagnostics *diags);

#endif
