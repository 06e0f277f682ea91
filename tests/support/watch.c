/* The suite is watched as its users' tests are. */
#include <orm/cmocka.h>

#include "support/database.h"

void test_ignore(test_database *database, const orm_ignore *ignored)
{
    orm_error error;
    for (; ignored->reason != NULL; ignored++)
        if (orm_scope_ignore(database->scope, ignored, &error) != ORM_OK)
            fail_msg("%s", error.message);
}

void test_unwatch(test_database *database)
{
    orm_scope *scope = database->scope;
    database->scope = NULL;
    database->unwatched = true;
    database->options.scope = NULL;
    test_reopen(database);
    orm_scope_close(scope);
}

void test_watch_start(test_database *database)
{
    if (database->scope != NULL)
        orm_scope_clear(database->scope);
}

int test_watch_end(test_database *database)
{
    if (database->scope == NULL ||
        orm_cmocka_count(database->scope, ~(1U << ORM_FINDING_LATENT)) == 0)
        return 0;
    print_error("the test asks what it need not: mend it, or say why (test_ignore)\n");
    orm_cmocka_print(database->scope);
    orm_scope_clear(database->scope);
    return -1;
}
