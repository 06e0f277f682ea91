#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

orm_status wrong_results(orm_session *db, orm_opt_i64 *number, orm_opt_double *real);

orm_status wrong_results(orm_session *db, orm_opt_i64 *number, orm_opt_double *real)
{
    const char *text = NULL;
    orm_status status = orm_sum(db, user_rows(NULL), user_columns.age, number);
    status = orm_avg(db, user_rows(NULL), user_columns.age, real);
    status = orm_min(db, user_rows(&user_all), user_columns.email, &text);
    status = orm_sum(db, user_rows(NULL), user_columns.age, real);       /* expect: incompatible */
    status = orm_avg(db, user_rows(NULL), user_columns.age, number);     /* expect: incompatible */
    status = orm_max(db, user_rows(NULL), user_columns.email, number);   /* expect: incompatible */
    status = orm_sum(db, &user_all, user_columns.age, number);           /* expect: incompatible */
    status = orm_sum(db, tag_rows(&user_all), user_columns.age, number); /* expect: incompatible */
    return status;
}
