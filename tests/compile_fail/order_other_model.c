#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_query order_of_another_model(void);

user_query order_of_another_model(void)
{
    return (user_query){
        .limit = 3,
        .order_by = {PROJECT_BY_NAME}, /* expect: implicit conversion.*enum user_order */
    };
}
