/* What can be done with users, by whatever means it is asked for. */
#ifndef SERVICE_USERS_SERVICE_H
#define SERVICE_USERS_SERVICE_H

#include "models.orm.h"

/* The newest first. */
orm_status user_page(orm_session *db, int64_t limit, const char *after, const char *before,
                     blog_user_page *page_out);
orm_status user_get(orm_session *db, int64_t id, blog_user **user_out);
/* ORM_UNIQUE: somebody has the address. */
orm_status user_register(orm_session *db, const blog_user_new *values, blog_user **user_out);
/* ORM_STALE: another was faster. */
orm_status user_edit(orm_session *db, blog_user *user, const blog_user_changes *changes);
/* ORM_FOREIGN_KEY: there are posts or comments. */
orm_status user_leave(orm_session *db, blog_user *user);

#endif
