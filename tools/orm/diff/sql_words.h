#ifndef ORM_TOOLS_ORM_DIFF_SQL_WORDS_H
#define ORM_TOOLS_ORM_DIFF_SQL_WORDS_H

/* Pieces of SQL: names, and expressions as the databases print them. */

#include <string.h>

#include "database/catalog.h"
#include "emit/sql_ddl.h"

/* "name", quotes inside doubled. */
const char *words_quoted(struct arena *arena, const char *name);
/* 'text' */
const char *words_string(struct arena *arena, const char *text);
/* "schema"."name", without the schema when it is NULL. */
const char *words_qualified(struct arena *arena, const char *schema, const char *name);
/* schema.name for people. */
const char *words_shown(struct arena *arena, const char *schema, const char *name);
/* "a", "b" */
const char *words_list(struct arena *arena, const struct catalog_names *names);

/* Whether both say the same: blanks, and quotes that a name does not need, do not count. Either may
 * be NULL. */
bool words_same(enum sql_dialect dialect, const char *a, const char *b);

/* Whether the name stands in the text as a word of its own. */
bool words_mention(enum sql_dialect dialect, const char *text, const char *name);

/* Names and what they become. */
struct word_pair {
    const char *old;
    const char *new;
};
/* The text with its names replaced; NULL for NULL. */
const char *words_replaced(struct arena *arena, enum sql_dialect dialect, const char *text,
                           const struct word_pair *pairs, size_t count);

static inline bool words_equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

#endif
