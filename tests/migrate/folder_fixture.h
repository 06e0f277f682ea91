/* The database under test, emptied for each test, and a folder of migrations beside it. */
#ifndef TESTS_MIGRATE_FOLDER_FIXTURE_H
#define TESTS_MIGRATE_FOLDER_FIXTURE_H

#include "support/command.h"

/* Runs "orm migrate WORDS" on the database; its status. */
static inline int migrate(const char *words)
{
    char line[4096];
    (void)snprintf(line, sizeof line, "migrate %s --url '%s'", words, database.url);
    return run(line);
}

static inline void assert_migrates(const char *words)
{
    if (migrate(words) != 0)
        fail_msg("migrate %s:\n%s", words, output);
}

static inline int open_both(void **state)
{
    (void)state;
    test_open(&database, NULL, NULL);
    open_folder();
    return 0;
}

/* Every test begins with an empty database and an empty folder. */
static inline int start_empty(void **state)
{
    (void)state;
    char line[1024];
    (void)snprintf(line, sizeof line, "cd '%s' && rm -rf migrations *.yaml && mkdir migrations",
                   folder);
    assert_int_equal(system(line), 0);
    if (database.postgresql) {
        test_execute(&database, "drop schema public cascade");
        test_execute(&database, "create schema public");
        return 0;
    }
    char *drops = test_query(&database, "select 'drop table ' || name || ';' from sqlite_schema "
                                        "where type = 'table' and name not like 'sqlite%%'");
    for (char *bar = strchr(drops, '|'); bar != NULL; bar = strchr(bar, '|'))
        *bar = ' ';
    test_execute(&database, "pragma foreign_keys = off; %s pragma foreign_keys = on", drops);
    free(drops);
    return 0;
}

static inline long long table_count(const char *pattern)
{
    return test_number(&database,
                       database.postgresql
                           ? "select count(*) from pg_class where relkind = 'r' and "
                             "relnamespace = 'public'::regnamespace and relname like '%s'"
                           : "select count(*) from sqlite_schema where type = 'table' and "
                             "name like '%s'",
                       pattern);
}

#define folder_test(function) cmocka_unit_test_setup(function, start_empty)

#endif
