#include "tags.h"

#include <inttypes.h>

#include "filter.h"
#include "models.json.h"
#include "page.h"
#include "problem.h"
#include "tags_service.h"
#include "version.h"

static orm_status show(struct request *request, int status, const blog_tag *tag)
{
    reply_status(request, status);
    version_tag(request, tag->version);
    blog_tag_to_json(request->json, tag);
    return ORM_OK;
}

orm_status tags_list(orm_session *db, void *context)
{
    static const char *const filters[] = {"prefix", NULL};
    struct request *request = context;
    page_request wanted = page_read(request, filters);
    const char *prefix = filter_text(request, "prefix", 40);
    blog_tag_page page;
    orm_status status = problem_check(request);
    if (status == ORM_OK)
        status = tag_page(db, prefix, wanted.limit, wanted.after, wanted.before, &page);
    if (status != ORM_OK)
        return page_check(request, &wanted, status);
    reply_status(request, 200);
    page_link(request, wanted.limit, page.next, page.previous);
    blog_tag_page_to_json(request->json, &page);
    return ORM_OK;
}

orm_status tags_create(orm_session *db, void *context)
{
    struct request *request = context;
    blog_tag_new values;
    blog_tag *tag = NULL;
    orm_status status = blog_tag_new_from_json(request->input, &values);
    if (status == ORM_OK)
        status = tag_make(db, &values, &tag);
    if (status == ORM_UNIQUE)
        return problem_taken(request, "name");
    if (status != ORM_OK)
        return status;
    reply_header_set(request, "Location", "/tags/%" PRId64, tag->id);
    return show(request, 201, tag);
}

orm_status tags_show(orm_session *db, void *context)
{
    struct request *request = context;
    blog_tag *tag = NULL;
    orm_status status = tag_get(db, request->keys[0], &tag);
    return status == ORM_OK ? show(request, 200, tag) : status;
}

orm_status tags_change(orm_session *db, void *context)
{
    struct request *request = context;
    blog_tag_changes changes;
    blog_tag *tag = NULL;
    orm_status status = tag_get(db, request->keys[0], &tag);
    if (status == ORM_OK)
        status = version_check(request, tag->version, true);
    if (status == ORM_OK)
        status = blog_tag_changes_from_json(request->input, &changes);
    if (status == ORM_OK)
        status = tag_edit(db, tag, &changes);
    if (status == ORM_UNIQUE)
        return problem_taken(request, "name");
    return status == ORM_OK ? show(request, 200, tag) : status;
}

orm_status tags_delete(orm_session *db, void *context)
{
    struct request *request = context;
    blog_tag *tag = NULL;
    orm_status status = tag_get(db, request->keys[0], &tag);
    if (status == ORM_OK)
        status = version_check(request, tag->version, false);
    if (status == ORM_OK)
        status = tag_remove(db, tag);
    if (status == ORM_FOREIGN_KEY)
        return problem_refuse(request, 409, "in_use", "There are posts with this tag.");
    if (status == ORM_OK)
        reply_status(request, 204);
    return status;
}

/* --- those of a post: /posts/{id}/tags/{id} --- */

orm_status tags_attach(orm_session *db, void *context)
{
    struct request *request = context;
    orm_status status = tag_attach(db, request->keys[1], request->keys[0]);
    if (status == ORM_FOREIGN_KEY)
        return ORM_NOT_FOUND;
    if (status == ORM_OK)
        reply_status(request, 204);
    return status;
}

orm_status tags_detach(orm_session *db, void *context)
{
    struct request *request = context;
    orm_status status = tag_detach(db, request->keys[1], request->keys[0]);
    if (status == ORM_OK)
        reply_status(request, 204);
    return status;
}
