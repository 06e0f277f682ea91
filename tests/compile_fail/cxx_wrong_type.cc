#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

void wrong_types(orm_session *db, user_query *query)
{
    user_pred pred = user_age_is(orm_gt(18));
    user_new values = {};

    pred = user_age_is(orm_gt("18")); /* expect-gcc: could not convert */ /* expect-clang: no matching function */
    pred = user_age_is(orm_gt(1.5)); /* expect-gcc: could not convert */ /* expect-clang: no matching function */
    pred = user_age_is(18); /* expect-gcc: could not convert */ /* expect-clang: no matching function */
    pred = project_done_is(true); /* expect-gcc: no match for .operator= */ /* expect-clang: no viable overloaded '=' */
    pred = user_role_is(STATE_DONE); /* expect-gcc: cannot convert */ /* expect-clang: no matching function */
    query->order_by[0] = PROJECT_BY_NAME; /* expect-gcc: cannot convert */ /* expect-clang: incompatible type */
    values.email = ORM_SET(36); /* expect-gcc: no match for .operator= */ /* expect-clang: no viable overloaded '=' */
    user_where(db, query, pred);
    (void)values;
}
