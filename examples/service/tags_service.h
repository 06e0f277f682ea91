/* What can be done with tags, by whatever means it is asked for. */
#ifndef SERVICE_TAGS_SERVICE_H
#define SERVICE_TAGS_SERVICE_H

#include "models.orm.h"

/* By name; those whose name begins with `prefix`, unless that is NULL. */
orm_status tag_page(orm_session *db, const char *prefix, int64_t limit, const char *after,
                    const char *before, blog_tag_page *page_out);
orm_status tag_get(orm_session *db, int64_t id, blog_tag **tag_out);
/* ORM_UNIQUE: there is one of that name. */
orm_status tag_make(orm_session *db, const blog_tag_new *values, blog_tag **tag_out);
/* ORM_UNIQUE; ORM_STALE: another was faster. */
orm_status tag_edit(orm_session *db, blog_tag *tag, const blog_tag_changes *changes);
/* ORM_FOREIGN_KEY: posts have it. */
orm_status tag_remove(orm_session *db, blog_tag *tag);

/* Gives a post a tag, which it may have already. ORM_FOREIGN_KEY: one of them is not there. */
orm_status tag_attach(orm_session *db, int64_t tag_id, int64_t post_id);
/* ORM_NOT_FOUND: the post does not have it. */
orm_status tag_detach(orm_session *db, int64_t tag_id, int64_t post_id);

#endif
