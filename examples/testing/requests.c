#include "requests.h"

orm_status count_projects(orm_session *db, void *context)
{
    size_t *total = context;
    app_user_list users;
    orm_status status = app_user_select(db, &(app_user_query){
        .where = app_user_age_is(orm_ge(18)),
        .with.projects = &app_project_all,
    }, &users);
    for (size_t i = 0; status == ORM_OK && i < users.count; i++) {
        app_project_list projects;
        status = app_user_projects(users.items[i], &projects);
        *total += projects.count;
    }
    return status;
}

orm_status rename_user(orm_session *db, void *context)
{
    const rename_request *request = context;
    app_user_list users;
    orm_status status = app_user_select(db, &(app_user_query){
        .where = app_user_name_is(orm_eq(request->from)), .limit = 1 }, &users);
    if (status != ORM_OK) return status;
    if (users.count == 0) return ORM_NOT_FOUND;
    return app_user_update(db, users.items[0], &(app_user_changes){
        .name = ORM_SET(request->to) });
}
