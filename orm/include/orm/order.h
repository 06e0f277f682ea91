/* What generated order constants are made of: `USER_BY_NAME`, `PROJECT_BY_OWNER(USER_BY_NAME)`. */
#ifndef ORM_ORDER_H
#define ORM_ORDER_H

/*
 * Where NULLs stand, as part of an order: `USER_BY_AGE | ORM_NULLS_LAST`. Without it they are last
 * in an ascending order and first in a descending one, on both databases.
 */
typedef enum orm_nulls { ORM_NULLS_FIRST = 1 << 28, ORM_NULLS_LAST = 1 << 29 } orm_nulls;

/*
 * An order's parts: 2 * column + 1, + 1 when descending, in the lowest 12 bits; above them, 8 bits
 * each, the relations that lead to the column's model, by index from 1; above these where NULLs
 * stand, and a mark that relations were nested deeper than two.
 */
enum {
    ORM_ORDER_COLUMN = 0xfff,
    ORM_ORDER_RELATION_BITS = 8,
    ORM_ORDER_FIRST_RELATION = 12,
    ORM_ORDER_SECOND_RELATION = 20,
    ORM_ORDER_TOO_DEEP = 1 << 30
};

/*
 * The order `item` of a relation's target as an order of the model the relation starts from; what
 * generated macros such as PROJECT_BY_OWNER stand for. `relation` counts from 1. An item of another
 * model draws the compiler's warning about enums.
 */
#ifdef __cplusplus
extern "C++" {
template <class Order> constexpr Order operator|(Order order, orm_nulls nulls)
{
    return static_cast<Order>(static_cast<int>(order) | static_cast<int>(nulls));
}
template <class Owner, class Target> constexpr Owner orm_order_through(int relation, Target item)
{
    return static_cast<Owner>(
        (static_cast<int>(item) & (ORM_ORDER_COLUMN | ORM_NULLS_FIRST | ORM_NULLS_LAST)) |
        (static_cast<int>(item) & 0xff000) << ORM_ORDER_RELATION_BITS |
        relation << ORM_ORDER_FIRST_RELATION |
        ((static_cast<int>(item) & 0x4ff00000) != 0 ? ORM_ORDER_TOO_DEEP : 0));
}
}
#define ORM_ORDER_THROUGH(owner, target, relation, item)                                           \
    orm_order_through<owner, target>(relation, item)
#else
#define ORM_ORDER_THROUGH(owner, target, relation, item)                                           \
    ((owner)(((item) & (ORM_ORDER_COLUMN | ORM_NULLS_FIRST | ORM_NULLS_LAST)) |                    \
             ((item)&0xff000) << ORM_ORDER_RELATION_BITS |                                         \
             (relation) << ORM_ORDER_FIRST_RELATION |                                              \
             (((item)&0x4ff00000) != 0 ? ORM_ORDER_TOO_DEEP : 0) |                                 \
             0 * (int)sizeof((target[]){item})))
#endif

#endif
