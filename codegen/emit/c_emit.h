#ifndef ORM_CODEGEN_EMIT_C_EMIT_H
#define ORM_CODEGEN_EMIT_C_EMIT_H

/* What the parts of the C emitter share. */

#include <stdbool.h>
#include <stddef.h>

#include "emit/output.h"
#include "emit/writer.h"
#include "schema/schema.h"

enum { ORM_CODEGEN_ABI_WRITTEN = 2 };

/* One file being written. The writer knows the names of the model and of all parameters. */
struct c_emit {
    struct writer writer;
    struct arena *arena;
    const struct schema *schema;
    const struct model *model; /* NULL in files that are not about one model */
};

void c_emit_init(struct c_emit *emit, const struct schema *schema, const struct model *model,
                 const char *version);

/* Appends what was written as a file. False, with a message in *fault_out, for a fault of ours. */
bool c_emit_finish(struct c_emit *emit, const char *name, struct outputs *outputs,
                   const char **fault_out);

/* "shop.make.h" for models/shop.yaml and the ending "make.h": the header of the file's models with
 * another ending. `index` is that of the file in the schema. */
const char *c_umbrella_file(struct arena *arena, const struct schema *schema, size_t index,
                            const char *ending);

/* Make the names of a column, or of a relation and its target, known to the templates. */
void c_emit_column(struct c_emit *emit, const struct column *column);
void c_emit_relation(struct c_emit *emit, const struct relation *relation);
/* The names of another model, under keys that begin with to_. */
void c_emit_target(struct c_emit *emit, const struct model *target);
/* Sets $key_arguments$ and $key_binds$ for a model with a key. */
void c_emit_key(struct c_emit *emit);

/* The models that relations lead to, each once, without the model itself. */
const struct model **c_emit_targets(struct c_emit *emit, size_t *count_out);

/* The models that link many_to_many relations, each once, without those above and the model. */
const struct model **c_emit_links(struct c_emit *emit, size_t *count_out);
/* Whether a relation is through a link that has a model. */
bool c_has_link(const struct relation *relation);

size_t c_deferred_count(const struct model *model);

/* Which of the writing functions a model has. */
bool c_has_find(const struct model *model);
bool c_has_insert(const struct model *model);
bool c_has_update(const struct model *model);
bool c_has_delete(const struct model *model);
/* Whether queries have .counts. */
bool c_has_counts(const struct model *model);
/* Whether a column is in <model>_new and in <model>_changes. */
bool c_is_insertable(const struct column *column);
bool c_is_changeable(const struct column *column);
/* Whether a relation's row can stand there for its key. */
bool c_is_insertable_relation(const struct relation *relation);
bool c_is_changeable_relation(const struct relation *relation);

/* Parts of a column's description: its ORM_COLUMN_ flags; length, scale and labels of its type. */
const char *c_column_flags(struct arena *arena, const struct column *column);
void c_write_type_limits(struct c_emit *emit, const struct column_type *type);

/* The two files of named statements, `stem` being their name without what is behind its dot. */
void c_write_statements_header(struct c_emit *emit, const struct statement_file *file,
                               const char *stem);
void c_write_statements_source(struct c_emit *emit, const struct statement_file *file,
                               const char *stem);

void c_write_enum(struct c_emit *emit, const struct enum_type *enumeration);
void c_write_header(struct c_emit *emit);
void c_write_functions_declared(struct c_emit *emit);
void c_write_source(struct c_emit *emit);
void c_write_functions_defined(struct c_emit *emit);

/* A result struct: the model is its shape. */
void c_write_row_header(struct c_emit *emit);
void c_write_row_source(struct c_emit *emit);
void c_write_row_functions_declared(struct c_emit *emit);
void c_write_row_functions_defined(struct c_emit *emit);

/* Parts of the header and the source that models and result structs share. */
void c_write_order(struct c_emit *emit);
void c_write_references_declared(struct c_emit *emit);
void c_write_references_defined(struct c_emit *emit);
void c_write_columns(struct c_emit *emit);

#endif
