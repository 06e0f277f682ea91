#include "users_service.h"

orm_status user_page(orm_session *db, int64_t limit, const char *after, const char *before,
                     blog_user_page *page_out)
{
    return blog_user_select_page(db, &(blog_user_query){
        .order_by = {BLOG_USER_BY_ID_DESC},
        .limit    = limit,
        .after    = after,
        .before   = before,
    }, page_out);
}

orm_status user_get(orm_session *db, int64_t id, blog_user **user_out)
{
    return blog_user_find(db, id, user_out);
}

orm_status user_register(orm_session *db, const blog_user_new *values, blog_user **user_out)
{
    return blog_user_insert(db, values, user_out);
}

orm_status user_edit(orm_session *db, blog_user *user, const blog_user_changes *changes)
{
    return blog_user_update(db, user, changes);
}

orm_status user_leave(orm_session *db, blog_user *user)
{
    return blog_user_delete(db, user);
}
