#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

orm_col_int other_kinds(void);

orm_col_int other_kinds(void)
{
    orm_col_int column = user_columns.age;
    column = user_columns.email;    /* expect: incompatible type */
    column = user_columns.active;   /* expect: incompatible type */
    column = user_columns.role;     /* expect: incompatible type */
    column = user_columns.owner_id; /* expect: no member named */
    return column;
}

orm_rows rows_of_others(void);

orm_rows rows_of_others(void)
{
    orm_rows rows = user_rows(&user_all);
    rows = user_rows(&project_all); /* expect: incompatible pointer type */
    return rows;
}
