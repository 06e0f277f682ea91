#include "posts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "models.json.h"
#include "page.h"
#include "posts_service.h"
#include "problem.h"
#include "version.h"

static orm_status show(struct request *request, int status, const blog_post *post)
{
    reply_status(request, status);
    version_tag(request, post->version);
    blog_post_to_json(request->json, post);
    return ORM_OK;
}

orm_status posts_list(orm_session *db, void *context)
{
    static const char *const filters[] = {"author_id", "state", "tag", "title", NULL};
    struct request *request = context;
    page_request wanted = page_read(request, filters);
    post_filter filter = {
        .author_id = filter_key(request, "author_id"),
        .state     = (enum blog_post_state)filter_label(request, "state", &blog_post_model),
        .tag       = filter_text(request, "tag", 40),
        .title     = filter_text(request, "title", 200),
    };
    blog_post_page page;
    orm_status status = problem_check(request);
    if (status == ORM_OK)
        status = post_page(db, &filter, wanted.limit, wanted.after, wanted.before, &page);
    if (status != ORM_OK)
        return page_check(request, &wanted, status);
    reply_status(request, 200);
    page_link(request, wanted.limit, page.next, page.previous);
    blog_post_page_to_json(request->json, &page);
    return ORM_OK;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(((const blog_tag_new *)left)->name.value,
                  ((const blog_tag_new *)right)->name.value);
}

/*
 * The tags of a new post, as in {"tags": [{"name": "sql"}]}. They are sorted, so that requests that
 * make the same ones wait for one another, and not for each other.
 */
static orm_status read_tags(struct request *request, blog_tag_new **tags_out, size_t *count_out)
{
    enum { MAX_TAGS = 20 };
    orm_json_input *part;
    orm_status status = orm_json_take(request->input, "tags", &part);
    *tags_out = NULL;
    *count_out = 0;
    if (status == ORM_OK && part != NULL)
        status = blog_tag_new_list_from_json(part, tags_out, count_out);
    if (status != ORM_OK)
        return status;
    if (*count_out > MAX_TAGS)
        return orm_json_refuse(request->input, "tags", "length", "must be at most %d", MAX_TAGS);
    if (*count_out > 0)
        qsort(*tags_out, *count_out, sizeof **tags_out, by_name);
    for (size_t i = 1; i < *count_out; i++)
        if (by_name(&(*tags_out)[i - 1], &(*tags_out)[i]) == 0)
            return orm_json_refuse(request->input, "tags", "twice", "must differ");
    return ORM_OK;
}

orm_status posts_create(orm_session *db, void *context)
{
    struct request *request = context;
    blog_post_new values;
    blog_tag_new *tags;
    blog_post *post = NULL;
    size_t tag_count;
    orm_status of_tags = read_tags(request, &tags, &tag_count);
    orm_status status = blog_post_new_from_json(request->input, &values);
    if (status == ORM_OK)
        status = of_tags;
    if (status == ORM_OK)
        status = post_write(db, &values, tags, tag_count, &post);
    if (status == ORM_FOREIGN_KEY)
        return orm_json_refuse(request->input, "author_id", "foreign_key", "refers to no user");
    if (status != ORM_OK)
        return status;
    reply_header_set(request, "Location", "/posts/%" PRId64, post->id);
    return show(request, 201, post);
}

orm_status posts_show(orm_session *db, void *context)
{
    struct request *request = context;
    blog_post *post = NULL;
    orm_status status = post_read(db, request->keys[0], &post);
    return status == ORM_OK ? show(request, 200, post) : status;
}

orm_status posts_change(orm_session *db, void *context)
{
    struct request *request = context;
    blog_post_changes changes;
    blog_post *post = NULL;
    orm_status status = post_get(db, request->keys[0], &post);
    if (status == ORM_OK)
        status = version_check(request, post->version, true);
    if (status == ORM_OK)
        status = orm_json_provide(request->input, "author_id"); /* it stays whose it is */
    if (status == ORM_OK)
        status = blog_post_changes_from_json(request->input, &changes);
    if (status == ORM_OK)
        status = post_edit(db, post, &changes);
    return status == ORM_OK ? show(request, 200, post) : status;
}

orm_status posts_delete(orm_session *db, void *context)
{
    struct request *request = context;
    blog_post *post = NULL;
    orm_status status = post_get(db, request->keys[0], &post);
    if (status == ORM_OK)
        status = version_check(request, post->version, false);
    if (status == ORM_OK)
        status = post_remove(db, post);
    if (status == ORM_OK)
        reply_status(request, 204);
    return status;
}
