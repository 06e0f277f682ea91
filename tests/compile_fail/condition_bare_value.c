#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_pred bare_number(void);
user_pred bare_text(void);

user_pred bare_number(void)
{
    user_pred pred = user_everything();
    pred = user_age_is(18); /* expect: incompatible type */
    return pred;
}

user_pred bare_text(void)
{
    user_pred pred = user_everything();
    pred = user_email_is("a@b.c"); /* expect: incompatible type */
    return pred;
}
