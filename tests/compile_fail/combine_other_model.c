#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_pred all_of(orm_session *db);
user_pred not(orm_session *db);
user_pred has(orm_session *db);

user_pred all_of(orm_session *db)
{
    user_pred pred = user_everything();
    pred = user_all_of(db, pred, project_everything()); /* expect: incompatible type */
    return user_not(db, pred);
}

user_pred not(orm_session *db)
{
    user_pred pred = user_not(db, user_everything());
    pred = user_not(db, project_everything()); /* expect: incompatible type */
    return pred;
}

user_pred has(orm_session *db)
{
    user_pred pred = user_not(db, user_everything());
    pred = user_has_projects(db, user_active_is(true)); /* expect: incompatible type */
    return pred;
}
