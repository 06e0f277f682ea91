#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_pred enumerator_of_another_enum(void);
user_pred condition_for_an_enum(void);

user_pred enumerator_of_another_enum(void)
{
    user_pred pred = user_everything();
    pred = user_role_is(STATE_DONE); /* expect: implicit conversion.*enum user_role */
    return pred;
}

user_pred condition_for_an_enum(void)
{
    user_pred pred = user_everything();
    pred = user_role_is(orm_eq(1)); /* expect: incompatible type */
    return pred;
}
