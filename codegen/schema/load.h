#ifndef ORM_CODEGEN_SCHEMA_LOAD_H
#define ORM_CODEGEN_SCHEMA_LOAD_H

#include "base/diagnostics.h"
#include "schema/schema.h"

/*
 * Reads the YAML and SQL (*.sql) files and what they include, checks everything and resolves it.
 * Returns true with
 * an owned schema for schema_free(), or false with at least one error in diags; *schema_out is
 * then NULL. All faults of all files are reported. Relative includes are relative to the
 * including file. Either way diagnostics_file() lists every file that was opened.
 */
bool schema_load(const char *const *paths, size_t count, struct schema **schema_out,
                 struct diagnostics *diags);

/*
 * The same, but named statements need not say the types of their parameters and columns: they are
 * to be found out.
 */
bool schema_load_draft(const char *const *paths, size_t count, struct schema **schema_out,
                       struct diagnostics *diags);

/* Frees all of it; NULL is allowed. */
void schema_free(struct schema *schema);

#endif
