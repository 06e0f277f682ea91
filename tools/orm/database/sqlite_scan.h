#ifndef ORM_TOOLS_ORM_DATABASE_SQLITE_SCAN_H
#define ORM_TOOLS_ORM_DATABASE_SQLITE_SCAN_H

/* The words of a statement as SQLite keeps it in sqlite_schema. */

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

enum scan_kind {
    SCAN_END,
    SCAN_WORD, /* a bare name or keyword */
    SCAN_NAME, /* "a", `a` or [a] */
    SCAN_STRING,
    SCAN_NUMBER,
    SCAN_OTHER /* one character */
};

struct scan {
    struct arena *arena;
    const char *text;
    /* The word it stands at. */
    enum scan_kind kind;
    size_t start;
    size_t end;
};

/* At the first word. */
struct scan scan_begin(struct arena *arena, const char *text);
void scan_next(struct scan *scan);

bool scan_is(const struct scan *scan, const char *word);
bool scan_is_character(const struct scan *scan, char character);
/* Goes on when it stands at the word. */
bool scan_take(struct scan *scan, const char *word);
/* Without quotes. */
const char *scan_name(const struct scan *scan);
/* From an opening parenthesis to behind the one that closes it; what is between them, as
 * scan_slice() gives it. */
const char *scan_parenthesis(struct scan *scan);
/* A stretch of the text without comments, all names quoted in one way. */
const char *scan_slice(struct arena *arena, const char *text, size_t start, size_t end);

#endif
