#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

user_query predicate_of_another_model(void);
void added_later(orm_session *db);

user_query predicate_of_another_model(void)
{
    return (user_query){
        .limit = 3,
        .where = project_done_is(true), /* expect: incompatible type */
    };
}

void added_later(orm_session *db)
{
    user_query query = user_all;

    user_where(db, &query, user_active_is(true));
    user_where(db, &query, project_done_is(true)); /* expect: incompatible type */
}
