#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_new new_user(void);
user_changes change_user(void);

user_new new_user(void)
{
    return (user_new){
        .age = ORM_SET(36),
        .email = ORM_SET(36), /* expect: incompatible type */
    };
}

user_changes change_user(void)
{
    user_changes changes = {.age = ORM_SET(36)};

    changes.age = ORM_SET(36.6); /* expect: incompatible type */
    changes.age = ORM_SET("36"); /* expect: incompatible type */
    changes.id = ORM_SET(1); /* expect: no member named .id. */
    changes.created_at = ORM_SET(0); /* expect: incompatible type */
    return changes;
}
