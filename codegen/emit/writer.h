#ifndef ORM_CODEGEN_EMIT_WRITER_H
#define ORM_CODEGEN_EMIT_WRITER_H

/*
 * Writes C text from templates. `$name$` in a template stands for a value given by writer_set();
 * `$$` is a dollar sign. Lines are indented by the current depth and prototypes and calls that
 * grow too long are broken behind a comma. Nothing reaches the disk here.
 *
 * A writer is sticky: after a fault it ignores everything, and writer_fault() tells at the end.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

enum { WRITER_VALUES = 256, WRITER_COLUMNS = 100 };

struct writer_value {
    const char *name;
    const char *text;
};

struct writer {
    struct arena *arena;
    struct text out;
    struct text line;  /* the line being built, without its indentation */
    bool in_directive; /* the last line was one and ended in a backslash */
    unsigned depth;
    struct writer_value values[WRITER_VALUES];
    size_t value_count;
    const char *fault; /* NULL: none */
};

void writer_init(struct writer *writer, struct arena *arena);

/* Gives `$name$` a value, or another one. Both strings are borrowed while the writer is used. */
void writer_set(struct writer *writer, const char *name, const char *text);
void writer_set_number(struct writer *writer, const char *name, size_t number);

/* Adds a template of any number of lines. */
void writer_add(struct writer *writer, const char *format);

/* Lines that begin after this are four columns further right, or back again. */
void writer_indent(struct writer *writer);
void writer_dedent(struct writer *writer);

/* NULL, or what went wrong first: a placeholder without a value, too many values. */
const char *writer_fault(const struct writer *writer);

/* The whole text, in the writer's arena; an unfinished line gets its end. */
const char *writer_text(struct writer *writer, size_t *length_out);

#endif
