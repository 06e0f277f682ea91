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
