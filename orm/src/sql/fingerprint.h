/* Statements as text: their tokens, and a hash that is equal for statements of one shape. Pure; no
 * dialect. */
#ifndef ORM_SQL_FINGERPRINT_H
#define ORM_SQL_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum orm__token_kind {
    ORM_TOKEN_END,
    ORM_TOKEN_WORD,   /* keyword or bare identifier */
    ORM_TOKEN_QUOTED, /* "x" or `x`, with its quotes */
    ORM_TOKEN_STRING, /* '…', E'…', X'…', $tag$…$tag$ */
    ORM_TOKEN_NUMBER,
    ORM_TOKEN_PLACEHOLDER, /* $1, ?, ?1, :name, @name, $name */
    ORM_TOKEN_PUNCTUATION
} orm__token_kind;

typedef struct orm__token {
    orm__token_kind kind;
    const char *text; /* borrowed from the statement */
    size_t size;
    bool spaced; /* white space or a comment stands before it */
} orm__token;

typedef struct orm__scanner {
    const char *at;
    const char *end;
} orm__scanner;

/* The next token; kind END at the end, and from then on. What is not closed reaches to the end. */
orm__token orm__scan(orm__scanner *scanner);

/* Whether a token is this word, in any case; `word` is lower case. */
bool orm__token_is(const orm__token *token, const char *word);

/*
 * A hash of the statement that does not depend on literals, on the number of a placeholder, on
 * comments, white space, the case of what is not quoted, a final semicolon, or the length of a list
 * of values after IN. Linear time.
 */
uint64_t orm__fingerprint(const char *sql, size_t size);

#endif
