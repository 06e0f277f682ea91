/* What can be done with comments, by whatever means it is asked for. */
#ifndef SERVICE_COMMENTS_SERVICE_H
#define SERVICE_COMMENTS_SERVICE_H

#include "models.orm.h"

/* Which comments; all-zero: all of them, the newest first. */
typedef struct comment_filter {
    orm_opt_i64 author_id;
    orm_opt_i64 post_id;
    bool oldest_first; /* as one reads them */
} comment_filter;

/* With their authors: two statements, however many there are. */
orm_status comment_page(orm_session *db, const comment_filter *filter, int64_t limit,
                        const char *after, const char *before, blog_comment_page *page_out);
/* The row alone. */
orm_status comment_get(orm_session *db, int64_t id, blog_comment **comment_out);
/* With its author. */
orm_status comment_read(orm_session *db, int64_t id, blog_comment **comment_out);
/* ORM_FOREIGN_KEY: there is no such author. */
orm_status comment_write(orm_session *db, const blog_comment_new *values,
                         blog_comment **comment_out);
/* ORM_STALE: another was faster. */
orm_status comment_edit(orm_session *db, blog_comment *comment,
                        const blog_comment_changes *changes);
orm_status comment_remove(orm_session *db, blog_comment *comment);

#endif
