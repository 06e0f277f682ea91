#include "installed.h"

#include "statements_queries.orm.h"

orm_status wrong_arguments(orm_session *db, st_top_customers_list *list, orm_opt_i64 *other);

orm_status wrong_arguments(orm_session *db, st_top_customers_list *list, orm_opt_i64 *other)
{
    const char *land = "Germany";
    orm_status status = st_top_customers(db, 3, land, list);
    status = st_top_customers(db, "3", land, list);     /* expect: integer */
    status = st_top_customers(db, 3, 4, list);          /* expect: integer */
    status = st_top_customers(db, 3, land, other);      /* expect: incompatible */
    status = st_top_customers(db, 3, list);             /* expect-clang: too few arguments */
    status = st_top_customers(db, 3, land, list, list); /* expect-clang: too many arguments */
    return list->items[0]->last_name == NULL || other->has ? ORM_OK : status;
}
