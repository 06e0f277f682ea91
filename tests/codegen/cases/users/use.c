/* How generated code reads to its users; compiled, never run. */
#include "shop.orm.h"

orm_status list_members(orm_session *db, const char *search, user_list *users_out);
orm_status hire(orm_session *db, const char *email, user **user_out);
orm_status walk(orm_session *db, int64_t id, size_t *count_out);

orm_status list_members(orm_session *db, const char *search, user_list *users_out)
{
    user_query query = {
        .where = user_age_is(orm_ge(18)),
        .order_by = {USER_BY_EMAIL, USER_BY_ID_DESC},
        .limit = 20,
        .with = {
            .projects = &(project_query){
                .where = project_state_is(STATE_IN_PROGRESS),
                .order_by = {PROJECT_BY_NAME},
                .limit = 3,
            },
            .tags = &tag_all,
        },
    };

    if (search)
        user_where(db, &query, user_any_of(db, user_email_is(orm_prefix(search)),
                                           user_has_tags(db, tag_tag_is(orm_eq(search)))));
    user_where(db, &query, user_all_of(db, user_active_is(true), user_role_is(USER_ROLE_MEMBER),
                                       user_not(db, user_age_is_null())));
    return user_select(db, &query, users_out);
}

orm_status hire(orm_session *db, const char *email, user **user_out)
{
    orm_status status = user_insert(db, &(user_new){
        .email = ORM_SET(email),
        .age = ORM_SET_NULL,
        .role = ORM_SET(USER_ROLE_MEMBER),
    }, user_out);

    if (status != ORM_OK)
        return status;
    status = user_update(db, *user_out, &(user_changes){.age = ORM_SET(36)});
    if (status != ORM_OK)
        return status;
    return project_delete_where(db, project_everything(), NULL);
}

orm_status walk(orm_session *db, int64_t id, size_t *count_out)
{
    user *found = NULL;
    project_list projects = {0};
    user *owner = NULL;
    int64_t rows = 0;
    bool exists = false;
    const orm_value values[] = {orm_bind(id)};
    user_list users = {0};
    orm_status status = user_find(db, id, &found);

    if (status == ORM_OK)
        status = user_load_projects(db, found, &projects);
    if (status == ORM_OK)
        status = user_projects(found, &projects);
    if (status == ORM_OK && projects.count)
        status = project_owner(projects.items[0], &owner);
    if (status == ORM_OK)
        status = user_count(db, NULL, &rows);
    if (status == ORM_OK)
        status = project_exists(db, &project_all, &exists);
    if (status == ORM_OK)
        status = user_raw(db, "SELECT * FROM users WHERE id = $1", values, 1, &users);
    if (status == ORM_OK)
        status = user_preload_projects(db, &users, NULL);
    if (status == ORM_OK)
        status = user_delete(db, found);
    *count_out = projects.count + (size_t)rows + (exists && owner);
    return status;
}

orm_status busy(orm_session *db, int64_t *count_out);

orm_status busy(orm_session *db, int64_t *count_out)
{
    const project_query own = {.where = project_owner_id_is(orm_eq(orm_outer(user_columns.id)))};
    user_query query = {
        .where = user_all_of(
            db, user_role_is_in((const enum user_role[]){USER_ROLE_ADMIN, USER_ROLE_MEMBER}, 2),
            user_age_is(orm_is_distinct((orm_opt_i32){0})),
            user_age_is(orm_between(user_columns.id, user_columns.age)),
            user_active_matches(orm_eq(user_columns.active)),
            user_count_projects(db, orm_gt(2), project_everything()),
            user_has_only_projects(db, project_name_is(orm_isuffix("x"))),
            user_id_is(orm_not_in_query(project_columns.owner_id, project_rows(&own))),
            user_age_is(orm_lt(orm_avg_of(user_columns.age, user_rows(NULL)))),
            user_id_is(orm_gt(orm_count_of(project_rows(&own)))),
            user_sql(db, "length({email}) < $1", (const orm_value[]){orm_bind(40)}, 1))};

    return user_count(db, &query, count_out);
}
