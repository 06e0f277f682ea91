#include "tags_service.h"

orm_status tag_page(orm_session *db, const char *prefix, int64_t limit, const char *after,
                    const char *before, blog_tag_page *page_out)
{
    blog_tag_query query = {
        .order_by = {BLOG_TAG_BY_NAME},
        .limit    = limit,
        .after    = after,
        .before   = before,
    };
    if (prefix != NULL)
        blog_tag_where(db, &query, blog_tag_name_is(orm_prefix(prefix)));
    return blog_tag_select_page(db, &query, page_out);
}

orm_status tag_get(orm_session *db, int64_t id, blog_tag **tag_out)
{
    return blog_tag_find(db, id, tag_out);
}

orm_status tag_make(orm_session *db, const blog_tag_new *values, blog_tag **tag_out)
{
    return blog_tag_insert(db, values, tag_out);
}

orm_status tag_edit(orm_session *db, blog_tag *tag, const blog_tag_changes *changes)
{
    return blog_tag_update(db, tag, changes);
}

orm_status tag_remove(orm_session *db, blog_tag *tag)
{
    return blog_tag_delete(db, tag);
}

orm_status tag_attach(orm_session *db, int64_t tag_id, int64_t post_id)
{
    return blog_post_tag_upsert(db, &(blog_post_tag_new){
        .post_id = ORM_SET(post_id),
        .tag_id  = ORM_SET(tag_id),
    }, &(blog_post_tag_conflict){.nothing = true}, NULL);
}

orm_status tag_detach(orm_session *db, int64_t tag_id, int64_t post_id)
{
    int64_t count = 0;
    orm_status status = blog_post_tag_delete_where(db, blog_post_tag_all_of(db,
        blog_post_tag_post_id_is(orm_eq(post_id)), blog_post_tag_tag_id_is(orm_eq(tag_id))),
        &count);
    return status == ORM_OK && count == 0 ? ORM_NOT_FOUND : status;
}
