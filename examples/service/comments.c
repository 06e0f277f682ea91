#include "comments.h"

#include <inttypes.h>

#include "comments_service.h"
#include "filter.h"
#include "models.json.h"
#include "page.h"
#include "posts_service.h"
#include "problem.h"
#include "version.h"

static orm_status show(struct request *request, int status, const blog_comment *comment)
{
    reply_status(request, status);
    version_tag(request, comment->version);
    blog_comment_to_json(request->json, comment);
    return ORM_OK;
}

static orm_status show_page(orm_session *db, struct request *request, const page_request *wanted,
                            const comment_filter *filter)
{
    blog_comment_page page;
    orm_status status = comment_page(db, filter, wanted->limit, wanted->after, wanted->before,
                                     &page);
    if (status != ORM_OK)
        return page_check(request, wanted, status);
    reply_status(request, 200);
    page_link(request, wanted->limit, page.next, page.previous);
    blog_comment_page_to_json(request->json, &page);
    return ORM_OK;
}

orm_status comments_list(orm_session *db, void *context)
{
    static const char *const filters[] = {"author_id", "post_id", NULL};
    struct request *request = context;
    page_request wanted = page_read(request, filters);
    comment_filter filter = {
        .author_id = filter_key(request, "author_id"),
        .post_id   = filter_key(request, "post_id"),
    };
    orm_status status = problem_check(request);
    return status == ORM_OK ? show_page(db, request, &wanted, &filter) : status;
}

orm_status comments_of_post(orm_session *db, void *context)
{
    struct request *request = context;
    page_request wanted = page_read(request, NULL);
    comment_filter filter = {
        .post_id      = {.value = request->keys[0], .has = true},
        .oldest_first = true,
    };
    orm_status status = problem_check(request);
    if (status == ORM_OK)
        status = post_expect(db, request->keys[0]);
    return status == ORM_OK ? show_page(db, request, &wanted, &filter) : status;
}

orm_status comments_create(orm_session *db, void *context)
{
    struct request *request = context;
    blog_comment_new values;
    blog_comment *comment = NULL;
    orm_status status = post_expect(db, request->keys[0]);
    if (status == ORM_OK)
        status = orm_json_provide(request->input, "post_id"); /* the path says it */
    if (status == ORM_OK)
        status = blog_comment_new_from_json(request->input, &values);
    if (status != ORM_OK)
        return status;
    values.post_id = ORM_SET(request->keys[0]);
    status = comment_write(db, &values, &comment);
    if (status == ORM_FOREIGN_KEY)
        return orm_json_refuse(request->input, "author_id", "foreign_key", "refers to no user");
    if (status != ORM_OK)
        return status;
    reply_header_set(request, "Location", "/comments/%" PRId64, comment->id);
    return show(request, 201, comment);
}

orm_status comments_show(orm_session *db, void *context)
{
    struct request *request = context;
    blog_comment *comment = NULL;
    orm_status status = comment_read(db, request->keys[0], &comment);
    return status == ORM_OK ? show(request, 200, comment) : status;
}

orm_status comments_change(orm_session *db, void *context)
{
    struct request *request = context;
    blog_comment_changes changes;
    blog_comment *comment = NULL;
    orm_status status = comment_read(db, request->keys[0], &comment);
    if (status == ORM_OK)
        status = version_check(request, comment->version, true);
    if (status == ORM_OK)
        status = orm_json_provide(request->input, "author_id");
    if (status == ORM_OK)
        status = orm_json_provide(request->input, "post_id");
    if (status == ORM_OK)
        status = blog_comment_changes_from_json(request->input, &changes);
    if (status == ORM_OK)
        status = comment_edit(db, comment, &changes);
    return status == ORM_OK ? show(request, 200, comment) : status;
}

orm_status comments_delete(orm_session *db, void *context)
{
    struct request *request = context;
    blog_comment *comment = NULL;
    orm_status status = comment_get(db, request->keys[0], &comment);
    if (status == ORM_OK)
        status = version_check(request, comment->version, false);
    if (status == ORM_OK)
        status = comment_remove(db, comment);
    if (status == ORM_OK)
        reply_status(request, 204);
    return status;
}
