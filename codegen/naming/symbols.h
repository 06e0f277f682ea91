#ifndef ORM_CODEGEN_NAMING_SYMBOLS_H
#define ORM_CODEGEN_NAMING_SYMBOLS_H

#include <stddef.h>

#include "schema/diagnostics.h"
#include "schema/schema.h"

struct arena;

/*
 * One symbol table over every C name that the emitters make of the schema, beside those of C,
 * C++, POSIX and orm. A name that two things want is an error that names both and the fix.
 */
void symbols_check(const struct schema *schema, struct arena *arena, struct diagnostics *diags);

/*
 * The shapes of those names, for emitters and documentation: "%s" stands for the model, then
 * for the column or relation, in upper case where the shape is. Lists end with NULL.
 */
extern const char *const symbols_of_model[];
extern const char *const symbols_of_column[];
extern const char *const symbols_of_relation[];

#endif
