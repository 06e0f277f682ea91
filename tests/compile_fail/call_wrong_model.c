#include "installed.h"

#include "../codegen/cases/users/expect/shop.orm.h"

orm_status other_models(orm_session *db, project *row, project_list *list,
                        const project_changes *changes);
void dropped_status(orm_session *db, user *row);

orm_status other_models(orm_session *db, project *row, project_list *list,
                        const project_changes *changes)
{
    user *found = NULL;
    orm_status status = user_find(db, 1, &found);

    (void)row;
    (void)list;
    (void)changes;
    status = user_find(db, 1, &row); /* expect: incompatible pointer types? */
    status = user_find(db, "1", &found); /* expect: (int-conversion|pointer to integer) */
    status = user_select(db, &project_all, NULL); /* expect: incompatible pointer types? */
    status = user_select(db, NULL, list); /* expect: incompatible pointer types? */
    status = user_update(db, found, changes); /* expect: incompatible pointer types? */
    status = user_delete(db, row); /* expect: incompatible pointer types? */
    return status;
}

void dropped_status(orm_session *db, user *row)
{
    (void)row;
    (void)db;
    user_delete(db, row); /* expect-clang: ignoring return value */
}
