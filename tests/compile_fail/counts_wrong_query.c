#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_query other_queries(const user_query *users, const project_query *projects);

user_query other_queries(const user_query *users, const project_query *projects)
{
    user_query query = {.limit = 3, .counts = {.projects = projects}, .union_with = users};
    query.counts.projects = users; /* expect: incompatible pointer type */
    query.counts.tasks = NULL;     /* expect: no member named */
    query.union_with = projects;   /* expect: incompatible pointer type */
    query.lock = "update";      /* expect: (integer from pointer|pointer to integer|incompatible) */
    query.undefer.email = true; /* expect: no member named */
    return query;
}

project_query order_of_another_relation(void);

project_query order_of_another_relation(void)
{
    project_query query = {.order_by = {PROJECT_BY_OWNER(USER_BY_AGE_DESC)}};
    query.order_by[1] = PROJECT_BY_OWNER(USER_BY_AGE) | ORM_NULLS_LAST;
    query.order_by[2] = PROJECT_BY_OWNER(user_columns.age); /* expect-clang: . */
    query.order_by[2] = PROJECT_BY_OWNER(TAG_BY_ID);        /* expect: . */
    return query;
}
