#ifndef ORM_CODEGEN_BASE_DIAGNOSTICS_H
#define ORM_CODEGEN_BASE_DIAGNOSTICS_H

/*
 * Faults of the models, collected over a whole run and printed sorted by place:
 *
 *   shop.yaml:4:5: error: unknown word 'colums' in a model; did you mean 'columns'?
 *       colums: []
 *       ^~~~~~
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct diagnostics;

/* One file's text, kept by the diagnostics so that lines can be quoted. */
struct source {
    const char *path;
    const char *text; /* not terminated; length says where it ends */
    size_t length;
    bool marked; /* the file begins with UTF8_MARK, which is not in the text */
};

/* A stretch of a source, from 1; column and width in characters. line 0: the file as a whole. */
struct span {
    const struct source *source;
    unsigned line;
    unsigned column;
    unsigned width;
};

/* Owned; NULL only when memory is out. */
struct diagnostics *diagnostics_new(void);
void diagnostics_free(struct diagnostics *diags);

/* Keeps a copy of text under path; text may be NULL for a file that could not be read. Borrowed. */
struct source *diagnostics_add_source(struct diagnostics *diags, const char *path, const char *text,
                                      size_t length);

/* The source kept under path, NULL when there is none. Borrowed. */
const struct source *diagnostics_source(const struct diagnostics *diags, const char *path);

/* Adds an error; source may be NULL for faults of no file. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void diagnostics_error(struct diagnostics *diags, struct span at, const char *format, ...);

/* Adds a note to the last error; it is printed below it. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void diagnostics_note(struct diagnostics *diags, struct span at, const char *format, ...);

/* Errors so far. */
size_t diagnostics_error_count(const struct diagnostics *diags);

/* Every file opened, in order; for --depfile. Borrowed. */
size_t diagnostics_file_count(const struct diagnostics *diags);
const char *diagnostics_file(const struct diagnostics *diags, size_t index);

/* All faults, sorted and capped, as they are to be printed. Owned, for free(); never NULL but
 * when memory is out. The text is "" when there are none. */
char *diagnostics_text(const struct diagnostics *diags);

/* Prints that text; the stream's own error state tells about failed writes. */
void diagnostics_print(const struct diagnostics *diags, FILE *stream);

#endif
