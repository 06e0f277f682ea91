#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_query query_of_another_model(const user_query *other);
user_query unknown_relation(void);

user_query query_of_another_model(const user_query *other)
{
    return (user_query){
        .limit = other->limit,
        .with = {.projects = other}, /* expect: incompatible pointer types? */
    };
}

user_query unknown_relation(void)
{
    return (user_query){
        .limit = 3,
        .with = {.tasks = NULL}, /* expect: (no member named|does not refer to any field) */
    };
}
