#ifndef ORM_TOOLS_ORM_NPLUS1_C_FILE_H
#define ORM_TOOLS_ORM_NPLUS1_C_FILE_H

/* Calls in C source, found without parsing more of it than they need. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

enum { CALL_ARGUMENTS = 8 };

/* Part of the source: from start on, length bytes. */
struct part {
    size_t start;
    size_t length;
};

struct call {
    struct part name;
    struct part arguments[CALL_ARGUMENTS]; /* without white space around them */
    size_t count;
};

struct c_file {
    const char *path;
    const char *text;
    size_t length;
};

/* NULL: it can't be read. */
struct c_file *c_file_read(struct arena *arena, const char *path);

/*
 * The call of `name` that stands on that line, from 1, or, as some compilers give the last line of
 * a call, that ends there. False: there is none, or more than one.
 */
bool c_file_find_call(const struct c_file *source, int64_t line, const char *name,
                      struct call *call_out);

bool c_file_is(const struct c_file *source, struct part span, const char *text);

#endif
