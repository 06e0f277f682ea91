#include "posts_service.h"

static void filter_rows(orm_session *db, blog_post_query *query, const post_filter *filter)
{
    if (filter->author_id.has)
        blog_post_where(db, query, blog_post_author_id_is(orm_eq(filter->author_id.value)));
    if (filter->state != BLOG_POST_STATE_UNSET)
        blog_post_where(db, query, blog_post_state_is(filter->state));
    if (filter->tag != NULL)
        blog_post_where(db, query,
                        blog_post_has_tags(db, blog_tag_name_is(orm_eq(filter->tag))));
    if (filter->title != NULL)
        blog_post_where(db, query, blog_post_title_is(orm_icontains(filter->title)));
}

orm_status post_page(orm_session *db, const post_filter *filter, int64_t limit, const char *after,
                     const char *before, blog_post_page *page_out)
{
    blog_post_query query = {
        .order_by = {BLOG_POST_BY_ID_DESC},
        .limit    = limit,
        .after    = after,
        .before   = before,
        .with     = {.author = &blog_user_all, .tags = &blog_tag_all},
    };
    filter_rows(db, &query, filter);
    return blog_post_select_page(db, &query, page_out);
}

orm_status post_read(orm_session *db, int64_t id, blog_post **post_out)
{
    blog_post_list posts;
    orm_status status = blog_post_select(db, &(blog_post_query){
        .where = blog_post_id_is(orm_eq(id)),
        .with = {
            .author   = &blog_user_all,
            .tags     = &blog_tag_all,
            .comments = &(blog_comment_query){
                .limit = POST_COMMENTS,
                .with  = {.author = &blog_user_all},
            },
        },
    }, &posts);
    if (status == ORM_OK && posts.count == 0)
        status = ORM_NOT_FOUND;
    if (status == ORM_OK)
        *post_out = posts.items[0];
    return status;
}

orm_status post_get(orm_session *db, int64_t id, blog_post **post_out)
{
    return blog_post_find(db, id, post_out);
}

/* One statement for the tags, and one for what links them. */
static orm_status add_tags(orm_session *db, const blog_post *post, const blog_tag_new *values,
                           size_t count)
{
    blog_tag_list tags;
    blog_post_tag_new *links = orm_session_alloc(db, count * sizeof *links);
    if (links == NULL)
        return ORM_NOMEM;
    /* The name is taken over as it is, so that tags that were there come back too. */
    orm_status status = blog_tag_upsert_all(db, values, count, &(blog_tag_conflict){
        .on     = {.name = true},
        .update = {.name = true},
    }, &tags);
    if (status != ORM_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        links[i] = (blog_post_tag_new){.post = post, .tag = tags.items[i]};
    return blog_post_tag_insert_all(db, links, count, NULL);
}

orm_status post_write(orm_session *db, const blog_post_new *values, const blog_tag_new *tags,
                      size_t tag_count, blog_post **post_out)
{
    blog_tag_list loaded;
    orm_status status = blog_post_insert(db, values, post_out);
    if (status != ORM_OK || tag_count == 0)
        return status;
    status = add_tags(db, *post_out, tags, tag_count);
    return status == ORM_OK ? blog_post_load_tags(db, *post_out, &loaded) : status;
}

orm_status post_edit(orm_session *db, blog_post *post, const blog_post_changes *changes)
{
    return blog_post_update(db, post, changes);
}

orm_status post_remove(orm_session *db, blog_post *post)
{
    return blog_post_delete(db, post);
}
