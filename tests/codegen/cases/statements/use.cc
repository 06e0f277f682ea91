#include "shop.orm.h"
#include "shop_queries.orm.h"

orm_status use_it(orm_session *db, int64_t *total_out);

orm_status use_it(orm_session *db, int64_t *total_out)
{
    const orm_opt_i64 ids[] = {{1, true}};
    const orm_array_i64 values = {ids, 1, true};
    const orm_opt_timestamptz never = {};
    const orm_opt_double ratio = {1, true};
    sq_busy_list list;
    sq_count_all_row *row = nullptr;
    shop_user *user = nullptr;
    orm_status status = sq_busy(db, 3, "a", nullptr, "b", values,
                                SHOP_ROLE_ADMIN, never,
                                ratio, 2.5, true, &list);

    if (status == ORM_OK)
        status = sq_count_all(db, &row);
    if (status == ORM_OK)
        *total_out = row->new_ + (int64_t)list.count;
    if (status == ORM_OK)
        status = sq_purge(db, nullptr);
    if (status == ORM_OK)
        status = shop_user_of_role(db, SHOP_ROLE_MEMBER, SHOP_USER_STATE_UNSET, &user);
    return status;
}
