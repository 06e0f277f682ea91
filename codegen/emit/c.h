#ifndef ORM_CODEGEN_EMIT_C_H
#define ORM_CODEGEN_EMIT_C_H

/* The C that stands for a schema. models/GENERATED.md describes it for its users. */

#include <stdbool.h>

#include "emit/output.h"
#include "schema/schema.h"

/*
 * Appends every file: a header and a source per model and per result struct, a header per shared
 * enum and one per YAML file that includes its models. `version` is that of the generator, for
 * the banners. The texts live in the schema's arena. False, with a message in *fault_out, only
 * for a fault of ours.
 */
bool emit_c(const struct schema *schema, const char *version, struct outputs *outputs,
            const char **fault_out);

/*
 * The same for the files of test programs that make rows (orm/testing.h): a header and a source per
 * model that is written, and a header per YAML file that includes them.
 */
bool emit_factories(const struct schema *schema, const char *version, struct outputs *outputs,
                    const char **fault_out);

/*
 * The same for the files that write and read JSON (orm/json.h): a header and a source per model,
 * and a header per YAML file that includes them.
 */
bool emit_json(const struct schema *schema, const char *version, struct outputs *outputs,
               const char **fault_out);

/* The two files of one model, which is not link-only. */
bool emit_c_model(const struct schema *schema, const struct model *model, const char *version,
                  struct output *header, struct output *source, const char **fault_out);

#endif
