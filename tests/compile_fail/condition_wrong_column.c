#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_pred columns_of_another_kind(void);
user_pred values_of_another_kind(void);
user_pred operators_a_kind_has_not(void);

user_pred columns_of_another_kind(void)
{
    user_pred pred = user_age_is(orm_lt(user_columns.id));
    pred = user_age_is(orm_eq(user_columns.email));            /* expect: incompatible type */
    pred = user_email_is(orm_is_distinct(user_columns.age));   /* expect: incompatible type */
    pred = user_age_is(orm_eq(user_columns.role));             /* expect: incompatible type */
    pred = user_email_is(orm_gt(orm_outer(user_columns.age))); /* expect: incompatible type */
    pred = user_age_is(user_columns.age);                      /* expect: incompatible type */
    pred = user_active_matches(orm_eq(user_columns.role));     /* expect: incompatible type */
    pred = user_age_is(orm_between(user_columns.id, 4));       /* expect: incompatible type */
    return pred;
}

user_pred values_of_another_kind(void)
{
    orm_rows all = user_rows(NULL);
    user_pred pred = user_id_is(orm_in_query(project_columns.owner_id, project_rows(NULL)));
    orm_cond_int ids = orm_in_query(project_columns.owner_id, project_rows(NULL));
    pred = user_email_is(ids);                                       /* expect: incompatible type */
    pred = user_email_is(orm_eq(orm_max_of(user_columns.age, all))); /* expect: incompatible type */
    pred = user_email_is(orm_eq(orm_count_of(all)));                 /* expect: incompatible type */
    pred = user_id_is(orm_eq(orm_count_of(&user_all)));              /* expect: incompatible type */
    pred = user_age_is(orm_is_distinct((orm_opt_bool){1, 1}));       /* expect: incompatible type */
    return pred;
}

user_pred operators_a_kind_has_not(void)
{
    orm_rows all = user_rows(NULL);
    user_pred pred = user_id_is(orm_eq(orm_count_of(all)));
    pred = user_active_matches(orm_lt(user_columns.active));           /* expect: association */
    pred = user_email_is(orm_eq(orm_sum_of(user_columns.email, all))); /* expect: association */
    pred = user_email_is(orm_array_has("x"));    /* expect: incompatible type */
    pred = user_email_is(orm_json_has_key("x")); /* expect: incompatible type */
    return pred;
}
