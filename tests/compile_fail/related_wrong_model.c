#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_pred conditions_of_another_model(orm_session *db);

user_pred conditions_of_another_model(orm_session *db)
{
    const enum state state = STATE_DONE;
    project_pred any = project_everything();
    user_pred pred = user_has_no_projects(db, project_everything());
    pred = user_has_no_projects(db, user_everything());           /* expect: incompatible type */
    pred = user_has_only_projects(db, tag_everything());          /* expect: incompatible type */
    pred = user_count_projects(db, orm_gt(1), user_everything()); /* expect: incompatible type */
    pred = user_count_projects(db, orm_eq("1"), any);             /* expect: incompatible type */
    pred = user_count_projects(db, 1, any);                       /* expect: incompatible type */
    pred = project_sql(db, "1 = 1", NULL, 0);                     /* expect: incompatible type */
    pred = user_role_is_in(&state, 1); /* expect: incompatible pointer type */
    return pred;
}
