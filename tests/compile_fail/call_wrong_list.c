#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

orm_status wrong_lists(orm_session *db, user *row, user_list *users, project_list *projects);

orm_status wrong_lists(orm_session *db, user *row, user_list *users, project_list *projects)
{
    const char *sql = "select 1";
    user_page page;
    const project_query filter = {.limit = 1};
    orm_status status = user_select_page(db, &user_all, &page);
    status = user_select_page(db, &user_all, users); /* expect: incompatible */
    status = user_raw_with(db, sql, NULL, 0, &user_all, users);
    status = user_raw_with(db, sql, NULL, 0, &filter, users); /* expect: incompatible */
    status = user_raw(db, sql, NULL, 0, projects);            /* expect: incompatible */
    status = user_preload_projects(db, users, &filter);
    status = user_preload_projects(db, users, &user_all);  /* expect: incompatible */
    status = user_preload_projects(db, projects, &filter); /* expect: incompatible */
    status = user_preload_projects_count(db, users, &filter);
    status = user_preload_projects_count(db, users, &user_all); /* expect: incompatible */
    status = user_load_projects(db, row, projects);
    status = user_load_projects(db, row, users);         /* expect: incompatible */
    status = user_load_projects(db, projects, projects); /* expect: incompatible */
    return status;
}
