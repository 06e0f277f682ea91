#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_pred text_for_a_number(void);
user_pred number_for_text(void);
user_pred float_for_an_integer(void);
user_pred integer_for_a_moment(void);

user_pred text_for_a_number(void)
{
    user_pred pred = user_everything();
    pred = user_age_is(orm_gt("18")); /* expect: incompatible type */
    return pred;
}

user_pred number_for_text(void)
{
    user_pred pred = user_everything();
    pred = user_email_is(orm_eq(18)); /* expect: incompatible type */
    return pred;
}

user_pred float_for_an_integer(void)
{
    user_pred pred = user_everything();
    pred = user_age_is(orm_ge(18.5)); /* expect: incompatible type */
    return pred;
}

user_pred integer_for_a_moment(void)
{
    user_pred pred = user_everything();
    pred = user_created_at_is(orm_lt(INT64_C(0))); /* expect: incompatible type */
    return pred;
}
