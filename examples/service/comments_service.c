#include "comments_service.h"

orm_status comment_page(orm_session *db, const comment_filter *filter, int64_t limit,
                        const char *after, const char *before, blog_comment_page *page_out)
{
    blog_comment_query query = {
        .order_by = {filter->oldest_first ? BLOG_COMMENT_BY_ID : BLOG_COMMENT_BY_ID_DESC},
        .limit    = limit,
        .after    = after,
        .before   = before,
        .with     = {.author = &blog_user_all},
    };
    if (filter->author_id.has)
        blog_comment_where(db, &query, blog_comment_author_id_is(orm_eq(filter->author_id.value)));
    if (filter->post_id.has)
        blog_comment_where(db, &query, blog_comment_post_id_is(orm_eq(filter->post_id.value)));
    return blog_comment_select_page(db, &query, page_out);
}

orm_status comment_get(orm_session *db, int64_t id, blog_comment **comment_out)
{
    return blog_comment_find(db, id, comment_out);
}

orm_status comment_read(orm_session *db, int64_t id, blog_comment **comment_out)
{
    blog_comment_list comments;
    orm_status status = blog_comment_select(db, &(blog_comment_query){
        .where = blog_comment_id_is(orm_eq(id)),
        .with  = {.author = &blog_user_all},
    }, &comments);
    if (status == ORM_OK && comments.count == 0)
        status = ORM_NOT_FOUND;
    if (status == ORM_OK)
        *comment_out = comments.items[0];
    return status;
}

orm_status comment_write(orm_session *db, const blog_comment_new *values,
                         blog_comment **comment_out)
{
    return blog_comment_insert(db, values, comment_out);
}

orm_status comment_edit(orm_session *db, blog_comment *comment,
                        const blog_comment_changes *changes)
{
    return blog_comment_update(db, comment, changes);
}

orm_status comment_remove(orm_session *db, blog_comment *comment)
{
    return blog_comment_delete(db, comment);
}
