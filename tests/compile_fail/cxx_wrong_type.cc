#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

void wrong_types(orm_session *db, user_query *query)
{
    user_pred pred = user_age_is(orm_gt(18));
    user_new values = {};
    auto names = orm_in_query(project_columns.name, project_rows(nullptr));
    auto oldest = orm_lt(orm_max_of(user_columns.age, user_rows(query)));

    pred = user_age_is(orm_gt("18")); /* expect-gcc: could not convert */ /* expect-clang: no matching function */
    pred = user_age_is(orm_gt(1.5)); /* expect-gcc: could not convert */ /* expect-clang: no matching function */
    pred = user_age_is(18); /* expect-gcc: could not convert */ /* expect-clang: no matching function */
    pred = project_done_is(true); /* expect-gcc: no match for .operator= */ /* expect-clang: no viable overloaded '=' */
    pred = user_role_is(STATE_DONE); /* expect-gcc: cannot convert */ /* expect-clang: no matching function */
    query->order_by[0] = PROJECT_BY_NAME; /* expect-gcc: cannot convert */ /* expect-clang: incompatible type */
    values.email = ORM_SET(36); /* expect-gcc: no match for .operator= */ /* expect-clang: no viable overloaded '=' */
    pred = user_age_is(orm_eq(user_columns.email)); /* expect-gcc: could not convert */ /* expect-clang: no matching function */
    pred = user_age_is(orm_eq(user_columns.id));
    pred = user_id_is(names); /* expect-gcc: could not convert */ /* expect-clang: no matching function */
    pred = user_id_is(orm_in_query(project_columns.owner_id, project_rows(nullptr)));
    pred = user_email_is(oldest); /* expect-gcc: could not convert */ /* expect-clang: no matching function */
    pred = user_age_is(oldest);
    orm_avg_of(user_columns.email, user_rows(query)); /* expect-gcc: no matching function */ /* expect-clang: no matching function */
    user_where(db, query, pred);
    (void)values;
}
