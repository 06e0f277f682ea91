#include <stdio.h>

#include "models.orm.h"

/* A unit of work: committed when it returns ORM_OK, rolled back otherwise. */
static orm_status add_user(orm_session *db, void *context)
{
    char **words = context; /* a name, then titles of projects */
    app_user *user = NULL;
    orm_status status = app_user_insert(db, &(app_user_new){
        .name = ORM_SET(words[0]),
        .age  = ORM_SET(36),
    }, &user);
    for (words++; status == ORM_OK && *words != NULL; words++)
        status = app_project_insert(db, &(app_project_new){
            .user_id = ORM_SET(user->id),
            .title   = ORM_SET(*words),
        }, NULL);
    return status;
}

static orm_status print_users(orm_session *db, void *context)
{
    app_user_list users;
    orm_status status = app_user_select(db, &(app_user_query){
        .where    = app_user_age_is(orm_gt(18)),
        .order_by = { APP_USER_BY_NAME },
        .with     = { .projects = &(app_project_query){
            .order_by = { APP_PROJECT_BY_ID_DESC },
            .limit    = 3 } },  /* per user */
    }, &users);                 /* two statements, however many users there are */
    for (size_t i = 0; status == ORM_OK && i < users.count; i++) {
        app_project_list projects;
        status = app_user_projects(users.items[i], &projects); /* reads memory */
        fprintf(context, "%s\n", users.items[i]->name);
        for (size_t k = 0; status == ORM_OK && k < projects.count; k++)
            fprintf(context, "  %s\n", projects.items[k]->title);
    }
    return status;
}

int main(int argc, char **argv)
{
    orm_engine *engine = NULL;
    orm_engine_options options = { .pool_size = 4 }; /* no .url: that of ORM_DATABASE_URL */
    orm_error error;
    orm_status status = orm_engine_open(&options, &engine, &error);
    if (status == ORM_OK && argc > 1)
        status = orm_session_run(engine, NULL, add_user, argv + 1, &error);
    if (status == ORM_OK)
        status = orm_session_run(engine, NULL, print_users, stdout, &error);
    if (status != ORM_OK) {
        char text[2048];
        orm_error_format(&error, text, sizeof text);
        fprintf(stderr, "quickstart: %s\n", text);
    }
    (void)orm_engine_close(engine, NULL);
    return status == ORM_OK ? 0 : 1;
}
