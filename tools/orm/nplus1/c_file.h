#ifndef ORM_TOOLS_ORM_NPLUS1_C_FILE_H
#define ORM_TOOLS_ORM_NPLUS1_C_FILE_H

/* C source as tokens, without comments and preprocessor lines. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

enum token_kind {
    TOKEN_WORD,
    TOKEN_NUMBER,
    TOKEN_STRING, /* and characters */
    TOKEN_PUNCTUATION
};

struct token {
    enum token_kind kind;
    size_t start;
    size_t length;
    size_t match; /* of a bracket: the one that it belongs to; of others: itself */
};

/* Tokens from first to last; none when last < first. */
struct range {
    size_t first;
    size_t last;
};

enum { CALL_ARGUMENTS = 12 };

struct call {
    size_t name; /* its token; so with the next two */
    size_t open;
    size_t close;
    struct range arguments[CALL_ARGUMENTS];
    size_t count;
};

struct c_file {
    const char *path;
    const char *text;
    size_t length;
    struct token *tokens;
    size_t count;
    int64_t *lines; /* of each line now, from 1: which it was in the file as it was read; 0: none */
    size_t *starts; /* where each line begins */
    size_t line_count;
    struct pointers conditionals; /* size_t: where #if and its like stand */
    bool balanced;                /* every bracket has its other one */
};

/* NULL: it can't be read. */
struct c_file *c_file_read(struct arena *arena, const char *path);
/* Text alone, as if it were a file. */
struct c_file *c_file_of_text(struct arena *arena, const char *text);

/* The line, as the file was read, that the byte stands on; 0: it is new. */
int64_t c_file_line(const struct c_file *file, size_t at);

/* Replaces bytes of the text. Tokens are numbered anew. */
void c_file_replace(struct arena *arena, struct c_file *file, size_t start, size_t length,
                    const char *text);
/* Reads the tokens again, after replacements. */
void c_file_scan(struct arena *arena, struct c_file *file);

bool token_is(const struct c_file *file, size_t token, const char *text);
bool tokens_equal(const struct c_file *file, size_t left, size_t right);
const char *token_text(struct arena *arena, const struct c_file *file, size_t token);
/* As it is written, comments included. */
const char *range_text(struct arena *arena, const struct c_file *file, struct range range);
size_t range_start(const struct c_file *file, struct range range);
size_t range_length(const struct c_file *file, struct range range);
bool range_is_empty(struct range range);
/* Whether its tokens are those of the text. */
bool range_is(struct arena *arena, const struct c_file *file, struct range range,
              const char *text);
/* The first token of the range that is that text; false: there is none. */
bool range_find(const struct c_file *file, struct range range, const char *text, size_t *at_out);

/* Whether the call begins or ends on that line, or that of the macro around it does. */
bool c_file_call_stands(const struct c_file *file, const struct call *call, int64_t line);
/* The call whose name is that token. False: it is none, or has too many arguments. */
bool c_file_call_at(const struct c_file *file, size_t name, struct call *call_out);
/*
 * The call of `name` on that line: it begins there or, as compilers differ, ends there, or that of
 * the macro around it does. Returns how many there are.
 */
size_t c_file_find_call(const struct c_file *file, int64_t line, const char *name,
                        struct call *call_out);

#endif
