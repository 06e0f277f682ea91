#ifndef ORM_TOOLS_ORM_MIGRATE_SCRIPT_H
#define ORM_TOOLS_ORM_MIGRATE_SCRIPT_H

/* A file of SQL, cut into its statements as the database would cut them. */

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "emit/sql_ddl.h"

struct script_statement {
    const char *text; /* without ';' and what stands before its first word */
    unsigned line;    /* from 1 */
};

/* What "-- orm: ..." lines say of the file as a whole. */
struct script {
    struct script_statement *statements;
    size_t count;
    bool no_transaction;  /* "no transaction" */
    bool no_foreign_keys; /* "foreign keys off": SQLite's are checked at the end instead */
    const char *dialect;  /* "postgresql" of "dialect postgresql"; NULL: it does not say */
    const char *fault;    /* what is wrong with it; NULL: nothing */
    unsigned fault_line;
};

/* `length` bytes, not terminated. Everything in the arena. */
struct script script_read(struct arena *arena, enum sql_dialect dialect, const char *text,
                          size_t length);

/* The next token of SQL. */
enum script_kind {
    SCRIPT_END,
    SCRIPT_BLANK, /* also comments */
    SCRIPT_WORD,  /* also numbers */
    SCRIPT_QUOTED_NAME,
    SCRIPT_STRING,
    SCRIPT_MARK, /* any other character */
    SCRIPT_OPEN  /* a quote or comment that never ends */
};
struct script_token {
    enum script_kind kind;
    const char *text;
    size_t length;
};
struct script_token script_token(enum sql_dialect dialect, const char *text, const char *end);

/* Whether the token is this word, in any case. */
bool script_is(const struct script_token *token, const char *word);

/* The statement's first two words in capitals, "CREATE INDEX", for messages. */
const char *script_words(struct arena *arena, const char *statement);

#endif
