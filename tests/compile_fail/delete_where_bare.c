#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

orm_status everything_by_mistake(orm_session *db);

orm_status everything_by_mistake(orm_session *db)
{
    orm_status status = user_delete_where(db, user_everything(), NULL);

    status = user_delete_where(db, 0, NULL); /* expect: incompatible type */
    status = user_delete_where(db, NULL, NULL); /* expect: incompatible type */
    return status;
}
