// The same from C++17.
#include "shop.orm.h"

orm_status list_members(orm_session *db, const char *search, user_list *users_out)
{
    project_query projects = {};
    projects.where = project_state_is(STATE_IN_PROGRESS);
    projects.order_by[0] = PROJECT_BY_NAME | ORM_NULLS_LAST;
    projects.order_by[1] = PROJECT_BY_OWNER(USER_BY_EMAIL_DESC) | ORM_NULLS_FIRST;
    projects.limit = 3;

    user_query query = user_all;
    query.where = user_age_is(orm_ge(18));
    query.order_by[0] = USER_BY_EMAIL;
    query.with.projects = &projects;
    query.with.tags = &tag_all;
    if (search)
        user_where(db, &query, user_any_of(db, user_email_is(orm_prefix(search)),
                                           user_has_tags(db, tag_tag_is(orm_eq(search)))));
    return user_select(db, &query, users_out);
}

orm_status hire(orm_session *db, const char *email, user **user_out)
{
    user_new values = {};
    values.email = ORM_SET(email);
    values.age = ORM_SET_NULL;
    values.role = ORM_SET(USER_ROLE_MEMBER);
    orm_status status = user_insert(db, &values, user_out);
    if (status != ORM_OK)
        return status;

    user_changes changes = {};
    changes.age = ORM_SET(36);
    return user_update(db, *user_out, &changes);
}

orm_status ages(orm_session *db, orm_opt_i64 *total_out, orm_opt_double *mean_out)
{
    orm_status status = orm_sum(db, user_rows(NULL), user_columns.age, total_out);
    if (status != ORM_OK)
        return status;
    return orm_avg(db, user_rows(NULL), user_columns.age, mean_out);
}

orm_status busy(orm_session *db, int64_t *count_out)
{
    const enum user_role roles[] = {USER_ROLE_ADMIN, USER_ROLE_MEMBER};
    const orm_value longest[] = {orm_bind(40)};
    project_query own = {};
    own.where = project_owner_id_is(orm_eq(orm_outer(user_columns.id)));

    user_query query = user_all;
    user_where(db, &query, user_role_is_in(roles, 2));
    user_where(db, &query, user_age_is(orm_is_distinct(orm_opt_i32{})));
    user_where(db, &query, user_age_is(orm_between(user_columns.id, user_columns.age)));
    user_where(db, &query, user_active_matches(orm_eq(user_columns.active)));
    user_where(db, &query, user_count_projects(db, orm_gt(2), project_everything()));
    user_where(db, &query, user_has_only_projects(db, project_name_is(orm_isuffix("x"))));
    user_where(db, &query, user_id_is(orm_not_in_query(project_columns.owner_id,
                                                       project_rows(&own))));
    user_where(db, &query, user_age_is(orm_lt(orm_avg_of(user_columns.age, user_rows(nullptr)))));
    user_where(db, &query, user_id_is(orm_gt(orm_count_of(project_rows(&own)))));
    user_where(db, &query, user_sql(db, "length({email}) < $1", longest, 1));
    return user_count(db, &query, count_out);
}
