/* What can be done with posts, by whatever means it is asked for. */
#ifndef SERVICE_POSTS_SERVICE_H
#define SERVICE_POSTS_SERVICE_H

#include "models.orm.h"

/* Comments that come with a post; the others are a list of their own. */
enum { POST_COMMENTS = 50 };

/* Which posts; all-zero: all of them. */
typedef struct post_filter {
    orm_opt_i64 author_id;
    enum blog_post_state state;
    const char *tag;   /* has a tag of that name */
    const char *title; /* contains it, in any case */
} post_filter;

/* The newest first, with their authors and tags: three statements, however many there are. */
orm_status post_page(orm_session *db, const post_filter *filter, int64_t limit, const char *after,
                     const char *before, blog_post_page *page_out);
/* With its author, its tags, and its first comments with theirs. */
orm_status post_read(orm_session *db, int64_t id, blog_post **post_out);
/* The row alone. */
orm_status post_get(orm_session *db, int64_t id, blog_post **post_out);
/* ORM_NOT_FOUND: there is no such post. */
orm_status post_expect(orm_session *db, int64_t id);
/*
 * A new post, and its tags: those that are not there yet are made. No name may be given twice.
 * ORM_FOREIGN_KEY: there is no such author.
 */
orm_status post_write(orm_session *db, const blog_post_new *values, const blog_tag_new *tags,
                      size_t tag_count, blog_post **post_out);
/* ORM_STALE: another was faster. */
orm_status post_edit(orm_session *db, blog_post *post, const blog_post_changes *changes);
/* With its comments. */
orm_status post_remove(orm_session *db, blog_post *post);

#endif
