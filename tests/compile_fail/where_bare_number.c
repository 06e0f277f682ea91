#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_query bare_number(void);
user_query bare_condition(void);

user_query bare_number(void)
{
    return (user_query){
        .limit = 3,
        .where = 18, /* expect: (pointer from integer|integer to pointer) */
    };
}

user_query bare_condition(void)
{
    return (user_query){
        .limit = 3,
        .where = orm_gt(18), /* expect: incompatible type */
    };
}
