#include "users.h"

#include <inttypes.h>

#include "models.json.h"
#include "page.h"
#include "problem.h"
#include "users_service.h"
#include "version.h"

static orm_status show(struct request *request, int status, const blog_user *user)
{
    reply_status(request, status);
    version_tag(request, user->version);
    blog_user_to_json(request->json, user);
    return ORM_OK;
}

orm_status users_list(orm_session *db, void *context)
{
    struct request *request = context;
    page_request wanted = page_read(request, NULL);
    blog_user_page page;
    orm_status status = problem_check(request);
    if (status == ORM_OK)
        status = user_page(db, wanted.limit, wanted.after, wanted.before, &page);
    if (status != ORM_OK)
        return page_check(request, &wanted, status);
    reply_status(request, 200);
    page_link(request, wanted.limit, page.next, page.previous);
    blog_user_page_to_json(request->json, &page);
    return ORM_OK;
}

orm_status users_create(orm_session *db, void *context)
{
    struct request *request = context;
    blog_user_new values;
    blog_user *user = NULL;
    orm_status status = blog_user_new_from_json(request->input, &values);
    if (status == ORM_OK)
        status = user_register(db, &values, &user);
    if (status == ORM_UNIQUE)
        return problem_taken(request, "email");
    if (status != ORM_OK)
        return status;
    reply_header_set(request, "Location", "/users/%" PRId64, user->id);
    return show(request, 201, user);
}

orm_status users_show(orm_session *db, void *context)
{
    struct request *request = context;
    blog_user *user = NULL;
    orm_status status = user_get(db, request->keys[0], &user);
    return status == ORM_OK ? show(request, 200, user) : status;
}

orm_status users_change(orm_session *db, void *context)
{
    struct request *request = context;
    blog_user_changes changes;
    blog_user *user = NULL;
    orm_status status = user_get(db, request->keys[0], &user);
    if (status == ORM_OK)
        status = version_check(request, user->version, true);
    if (status == ORM_OK)
        status = blog_user_changes_from_json(request->input, &changes);
    if (status == ORM_OK)
        status = user_edit(db, user, &changes);
    if (status == ORM_UNIQUE)
        return problem_taken(request, "email");
    return status == ORM_OK ? show(request, 200, user) : status;
}

orm_status users_delete(orm_session *db, void *context)
{
    struct request *request = context;
    blog_user *user = NULL;
    orm_status status = user_get(db, request->keys[0], &user);
    if (status == ORM_OK)
        status = version_check(request, user->version, false);
    if (status == ORM_OK)
        status = user_leave(db, user);
    if (status == ORM_FOREIGN_KEY)
        return problem_refuse(request, 409, "in_use", "The user has written posts or comments.");
    if (status == ORM_OK)
        reply_status(request, 204);
    return status;
}
