#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

orm_status no_such_aggregates(orm_session *db, orm_opt_i64 *number);

orm_status no_such_aggregates(orm_session *db, orm_opt_i64 *number)
{
    orm_status status = orm_max(db, user_rows(NULL), user_columns.age, number);
    status = orm_sum(db, user_rows(NULL), user_columns.email, number);  /* expect: orm_col_text */
    status = orm_max(db, user_rows(NULL), user_columns.active, number); /* expect: orm_col_bool */
    status = orm_min(db, user_rows(NULL), user_columns.role, number);   /* expect: orm_col_enum */
    return status;
}
