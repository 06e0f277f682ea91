/* Comments behind statements that say where they come from, in the form of sqlcommenter. */
#ifndef ORM_SQL_COMMENT_H
#define ORM_SQL_COMMENT_H

#include <orm/site.h>

#include "base/buffer.h"

/* What a comment says; NULL and line 0 are left out. */
typedef struct orm__comment {
    orm_site site;
    const char *route;
    const char *traceparent;
} orm__comment;

/*
 * Appends the comment, with a blank before it; nothing when there is nothing to say. Values are
 * URL-encoded, so that none can end the comment, and cut to 512 bytes.
 */
void orm__comment_append(orm__buffer *text, const orm__comment *comment);

/* Whether a statement may hold a comment, and is left alone then. */
bool orm__comment_is_in(const char *sql);

#endif
