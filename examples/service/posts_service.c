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

orm_status post_expect(orm_session *db, int64_t id)
{
    bool exists = false;
    orm_status status = blog_post_exists(db, &(blog_post_query){
        .where = blog_post_id_is(orm_eq(id)),
    }, &exists);
    return status == ORM_OK && !exists ? ORM_NOT_FOUND : status;
}

/* Those that are there already are left alone, versions and all, so they are read besides. */
static orm_status find_or_make_tags(orm_session *db, const blog_tag_new *values, size_t count,
                                    blog_tag_list *tags_out)
{
    const char **names = orm_session_alloc(db, count * sizeof *names);
    if (names == NULL)
        return ORM_NOMEM;
    for (size_t i = 0; i < count; i++)
        names[i] = values[i].name.value;
    orm_status status = blog_tag_upsert_all(db, values, count, &(blog_tag_conflict){
        .on      = {.name = true},
        .nothing = true,
    }, NULL);
    if (status != ORM_OK)
        return status;
    return blog_tag_select(db, &(blog_tag_query){
        .where = blog_tag_name_is(orm_in(names, count)),
    }, tags_out);
}

static orm_status add_tags(orm_session *db, const blog_post *post, const blog_tag_new *values,
                           size_t count)
{
    blog_tag_list tags;
    orm_status status = find_or_make_tags(db, values, count, &tags);
    if (status != ORM_OK)
        return status;
    blog_post_tag_new *links = orm_session_alloc(db, tags.count * sizeof *links);
    if (links == NULL)
        return ORM_NOMEM;
    for (size_t i = 0; i < tags.count; i++)
        links[i] = (blog_post_tag_new){.post = post, .tag = tags.items[i]};
    return blog_post_tag_insert_all(db, links, tags.count, NULL);
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
