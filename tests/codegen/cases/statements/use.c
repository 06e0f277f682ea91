#include "shop.orm.h"
#include "shop_queries.orm.h"

orm_status use(orm_session *db, int64_t *total_out);

orm_status use(orm_session *db, int64_t *total_out)
{
    const orm_opt_i64 ids[] = {{.value = 1, .has = true}};
    sq_busy_list list;
    sq_count_all_row *row = NULL;
    shop_user *user = NULL;
    orm_status status = sq_busy(db, 3, "a", NULL, "b", (orm_array_i64){ids, 1, true},
                                SHOP_ROLE_ADMIN, (orm_opt_timestamptz){.has = false},
                                (orm_opt_double){.value = 1, .has = true}, 2.5, true, &list);

    if (status == ORM_OK)
        status = sq_count_all(db, &row);
    if (status == ORM_OK)
        *total_out = row->new_ + (int64_t)list.count;
    if (status == ORM_OK)
        status = sq_purge(db, NULL);
    if (status == ORM_OK)
        status = shop_user_of_role(db, SHOP_ROLE_MEMBER, SHOP_USER_STATE_UNSET, &user);
    return status;
}
