#ifndef ORM_CODEGEN_EMIT_C_TEXT_H
#define ORM_CODEGEN_EMIT_C_TEXT_H

/* Makes any text safe inside C: nothing a YAML file says can end a comment or a literal. */

struct arena;

/*
 * For a comment of one line: what would end or open a comment, begin a trigraph, break the line
 * or be invisible is taken apart or replaced, and very long text is cut.
 */
const char *c_comment_text(struct arena *arena, const char *text);

/* A string literal with its quotes, for any bytes; `NULL` without quotes for NULL. */
const char *c_string(struct arena *arena, const char *text);

#endif
