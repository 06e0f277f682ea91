#ifndef ORM_CODEGEN_SCHEMA_SQL_SCAN_H
#define ORM_CODEGEN_SCHEMA_SQL_SCAN_H

/*
 * Cuts a file of SQL into the tokens that named statements are told apart by. What the two
 * databases would cut differently is a fault.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/diagnostics.h"

enum sql_token_kind {
    SQL_TOKEN_END,
    SQL_TOKEN_BLANK,
    SQL_TOKEN_NOTE,      /* a comment of one line; its text without the two dashes */
    SQL_TOKEN_COMMENT,   /* of several lines */
    SQL_TOKEN_PARAMETER, /* its name, without the colon */
    SQL_TOKEN_SEMICOLON,
    SQL_TOKEN_TEXT, /* all else: goes to the database as it is */
    SQL_TOKEN_FAULT /* `fault` says what is wrong; nothing can be read behind it */
};

struct sql_token {
    enum sql_token_kind kind;
    const char *text; /* in the source */
    size_t length;
    struct span at;
    bool opens_line; /* only blanks stand before it on its line */
    const char *fault;
};

struct sql_scan {
    const struct source *source;
    size_t at;
    unsigned line; /* from 1, as columns */
    unsigned column;
    bool opens_line;
};

struct sql_scan sql_scan_of(const struct source *source);
struct sql_token sql_scan_next(struct sql_scan *scan);

/* Where byte `offset` of the source is. */
struct span sql_span_at(const struct source *source, size_t offset);

#endif
