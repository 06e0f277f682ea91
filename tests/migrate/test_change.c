/* `orm migrate new|verify|baseline` and `orm diff`: from changed models to a changed database. */
#include <unistd.h>

#include "migrate/folder_fixture.h"

#define USER_HEAD                                                                                  \
    "models:\n"                                                                                    \
    "  - name: user\n"                                                                             \
    "    table: users\n"                                                                           \
    "    columns:\n"                                                                               \
    "      - { name: id, type: bigint, primary_key: true, generated: identity }\n"

static const char first_models[] =
    USER_HEAD "      - { name: email, type: text, unique: true }\n"
              "      - { name: age, type: integer, nullable: true, min: 0 }\n"
              "      - { name: role, type: enum, values: [admin, user], default: user }\n"
              "    indexes:\n"
              "      - { columns: [age], where: \"role = 'admin'\" }\n"
              "  - name: post\n"
              "    table: posts\n"
              "    columns:\n"
              "      - { name: id, type: bigint, primary_key: true, generated: identity }\n"
              "      - { name: user_id, type: bigint }\n"
              "    relations:\n"
              "      - { name: user, kind: belongs_to, model: user, on_delete: cascade }\n";

static const char second_models[] =
    "models:\n"
    "  - name: account\n"
    "    table: accounts\n"
    "    was: users\n"
    "    columns:\n"
    "      - { name: id, type: bigint, primary_key: true, generated: identity }\n"
    "      - { name: mail, was: email, type: text, unique: true }\n"
    "      - { name: age, type: bigint, nullable: true, min: 1 }\n"
    "      - { name: role, type: enum, values: [guest, admin, user], default: guest }\n"
    "    indexes:\n"
    "      - { columns: [age], where: \"role = 'admin'\" }\n"
    "  - name: post\n"
    "    table: posts\n"
    "    columns:\n"
    "      - { name: id, type: bigint, primary_key: true, generated: identity }\n"
    "      - { name: user_id, type: bigint }\n"
    "    relations:\n"
    "      - { name: user, kind: belongs_to, model: account }\n";

static const char *dialect(void)
{
    return database.postgresql ? "postgresql" : "sqlite";
}

/* With a server for scratch databases; its status. */
static int orm(const char *words)
{
    char line[4096];
    const char *dev = database.postgresql ? "--dev-url" : "";
    (void)snprintf(line, sizeof line, "%s --dialect %s %s '%s'", words, dialect(), dev,
                   database.postgresql ? database.url : "");
    if (!database.postgresql)
        (void)snprintf(line, sizeof line, "%s --dialect %s", words, dialect());
    return run(line);
}

static void assert_orm(const char *words, int status)
{
    if (orm(words) != status)
        fail_msg("orm %s is not %d:\n%s", words, status, output);
}

/* What `orm diff` says between the database and a word. */
static void assert_diff(const char *word, int status)
{
    char line[2048];
    (void)snprintf(line, sizeof line, "diff '%s' %s", database.url, word);
    if (run(line) != status)
        fail_msg("%s is not %d:\n%s", line, status, output);
}

static void assert_not_said(const char *text)
{
    if (strstr(output, text) != NULL)
        fail_msg("\"%s\" is in:\n%s", text, output);
}

static void begin(void)
{
    write_file("a.yaml", first_models);
    write_file("b.yaml", second_models);
    assert_orm("migrate new init a.yaml", 0);
    assert_migrates("up");
    test_execute(&database, "insert into users (email, age) values ('a', 7), ('b', null)");
    test_execute(&database, "insert into posts (user_id) select id from users");
}

static void changes_are_written_applied_and_taken_back(void **state)
{
    (void)state;
    begin();
    assert_diff("a.yaml", 0);
    assert_said("no difference");
    assert_diff("b.yaml", 3);
    assert_said("> table accounts, was users");
    assert_said("> column accounts.mail, was email");
    assert_orm("migrate new change b.yaml", 0);
    assert_migrates("up");
    assert_diff("b.yaml", 0);
    assert_diff("migrations", 0);
    assert_int_equal(test_number(&database, "select count(*) from posts p join accounts a on a.id "
                                            "= p.user_id where a.role = 'user' and mail > ''"),
                     2);
    test_execute(&database, "insert into accounts (mail) values ('c')");
    assert_int_equal(test_number(&database, "select count(*) from accounts where role = 'guest'"),
                     1);
    test_execute(&database, "delete from accounts where mail = 'c'");
    assert_migrates("down");
    assert_diff("a.yaml", 0);
    assert_int_equal(
        test_number(&database, "select count(*) from posts p join users u on u.id = p.user_id"), 2);
    assert_migrates("up");
    assert_orm("migrate new again b.yaml", 0);
    assert_said("nothing to do");
    assert_orm("migrate verify b.yaml", 0);
    assert_said("2 migrations: up and down lead where they should");
    assert_orm("migrate verify a.yaml", 3);
}

static void what_destroys_is_named_and_refused(void **state)
{
    (void)state;
    begin();
    write_file("c.yaml", USER_HEAD "      - { name: email, type: text }\n"
                                   "      - { name: age, type: smallint, nullable: true }\n");
    assert_orm("migrate new less c.yaml", 1);
    assert_said("this would destroy: table posts");
    assert_said("column users.role");
    if (database.postgresql)
        assert_said("what does not fit of users.age (integer to smallint)");
    assert_said("nothing was written; say --allow-destructive");
    assert_migrates("status");
    assert_orm("migrate new less c.yaml --allow-destructive", 0);
    assert_said("destroys: table posts");
    assert_migrates("up");
    assert_diff("c.yaml", 0);
    assert_int_equal(test_number(&database, "select count(*) from users where email > ''"), 2);
    assert_migrates("down");
    assert_diff("a.yaml", 0);
}

static void rows_without_a_value_are_spoken_of(void **state)
{
    (void)state;
    begin();
    write_file("c.yaml", USER_HEAD
               "      - { name: email, type: text, unique: true }\n"
               "      - { name: age, type: integer, nullable: true, min: 0 }\n"
               "      - { name: role, type: enum, values: [admin, user], default: user }\n"
               "      - { name: phone, type: text }\n"
               "    indexes:\n"
               "      - { columns: [age], where: \"role = 'admin'\" }\n");
    assert_orm("migrate new phone c.yaml --allow-destructive", 0);
    assert_said("users.phone is NOT NULL and has no default: the migration fails on rows");
    assert_said("--fill 'users.phone=EXPRESSION'");
    assert_int_equal(migrate("up"), 1);
    assert_said("the table has rows without a value for it");
    assert_said("the database is as it was");
    assert_diff("a.yaml", 0);
    char line[700];
    (void)snprintf(line, sizeof line, "rm '%s'/migrations/*phone*", folder);
    assert_int_equal(system(line), 0);
    assert_orm("migrate new phone c.yaml --allow-destructive --fill \"users.phone='none'\"", 0);
    assert_migrates("up");
    assert_diff("c.yaml", 0);
    assert_int_equal(test_number(&database, "select count(*) from users where phone = 'none'"), 2);
}

static void what_locks_is_pointed_out(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    begin();
    write_file("c.yaml", USER_HEAD
               "      - { name: email, type: varchar, unique: true }\n"
               "      - { name: age, type: bigint, min: 0, default: 1 }\n"
               "      - { name: role, type: enum, values: [admin, user], default: user }\n"
               "    indexes:\n"
               "      - { columns: [age], where: \"role = 'admin'\" }\n"
               "      - { columns: [role] }\n");
    assert_orm("migrate new locks c.yaml --allow-destructive", 0);
    assert_said("locks: writes to users wait while the index is built");
    assert_said("locks: users is rewritten and can't even be read meanwhile");
    assert_said("locks: users can't be used while all its rows are read");
    char line[700];
    (void)snprintf(line, sizeof line, "cat '%s'/migrations/*locks.up.sql", folder);
    FILE *file = popen(line, "r");
    assert_non_null(file);
    output[fread(output, 1, sizeof output - 1, file)] = '\0';
    assert_int_equal(pclose(file), 0);
    assert_said("-- safe: CREATE INDEX CONCURRENTLY \"users_role_idx\" ON \"users\" (\"role\");");
    assert_said("CHECK (\"age\" IS NOT NULL) NOT VALID;");
    assert_migrates("up");
    assert_diff("c.yaml", 0);
}

/* Indexes, unique keys, foreign keys, checks and NOT NULL for tables with rows. */
static void nobody_waits_online(void **state)
{
    (void)state;
    write_file("c.yaml", USER_HEAD "      - { name: email, type: text, unique: true }\n"
                                   "      - { name: age, type: integer, min: 0, default: 1 }\n"
                                   "      - { name: boss_id, type: bigint, nullable: true }\n"
                                   "    relations:\n"
                                   "      - { name: boss, kind: belongs_to, model: user }\n"
                                   "    indexes:\n"
                                   "      - { columns: [age], unique: true }\n");
    write_file("d.yaml", USER_HEAD "      - { name: email, type: text }\n"
                                   "      - { name: age, type: integer, nullable: true }\n"
                                   "      - { name: boss_id, type: bigint, nullable: true }\n");
    assert_orm("migrate new init d.yaml", 0);
    assert_migrates("up");
    test_execute(&database, "insert into users (email) values ('a')");
    assert_orm("migrate new online c.yaml --online", database.postgresql ? 0 : 1);
    if (!database.postgresql) {
        assert_said("--online is for PostgreSQL");
        return;
    }
    assert_said("_online_online.up.sql");
    assert_not_said("locks:");
    assert_migrates("up");
    assert_diff("c.yaml", 0);
    assert_orm("migrate verify c.yaml", 0);
    assert_int_equal(test_number(&database, "select age from users"), 1);
    assert_migrates("down 2");
    assert_diff("d.yaml", 0);
    assert_migrates("up");
    char line[700];
    (void)snprintf(line, sizeof line, "cat '%s'/migrations/*_online_online.up.sql", folder);
    FILE *file = popen(line, "r");
    assert_non_null(file);
    output[fread(output, 1, sizeof output - 1, file)] = '\0';
    assert_int_equal(pclose(file), 0);
    assert_said("-- orm: no transaction\n");
    assert_said("CREATE UNIQUE INDEX CONCURRENTLY \"users_age_idx\" ON \"users\" (\"age\");");
    assert_said("ADD CONSTRAINT \"users_email_key\" UNIQUE USING INDEX \"users_email_key\";");
    assert_said("ALTER TABLE \"users\" VALIDATE CONSTRAINT \"users_boss_id_fkey\";");
    assert_said("ALTER TABLE \"users\" VALIDATE CONSTRAINT \"users_age_min_check\";");
}

static void a_baseline_is_compared(void **state)
{
    (void)state;
    begin();
    test_execute(&database, "drop table orm_migrations");
    test_execute(&database, "create table other (id integer)");
    assert_int_equal(migrate("baseline"), 1);
    assert_said("the database has too much: table other");
    assert_int_equal(migrate("status"), 3);
    test_execute(&database, "drop table other");
    assert_migrates("baseline");
    assert_said("1 migration marked as applied");
    assert_migrates("status");
}

static void differences_come_in_three_forms(void **state)
{
    (void)state;
    begin();
    assert_diff("b.yaml --format json", 3);
    assert_said("\"action\": \"rename\"");
    assert_said("\"subject\": \"table accounts\"");
    assert_said("\"equal\": false");
    assert_not_said("postgres:");
    assert_diff("b.yaml --format sql", 3);
    assert_said("ALTER TABLE \"users\" RENAME TO \"accounts\";");
    assert_diff("b.yaml --format yaml", 2);
    assert_diff("", 2);
    assert_int_equal(run("diff --dialect sqlite a.yaml postgresql:///none"), 1);
    assert_said("can't be compared with sqlite");
    assert_int_equal(run("diff --dialect sqlite b.yaml a.yaml"), 3);
    assert_said("> table users, was accounts");
    assert_int_equal(run("diff a.yaml b.yaml"), 1);
    assert_said("Give --dialect postgresql or --dialect sqlite");
}

/* Killed as it works in its scratch database, which somebody else then drops. */
static void no_scratch_database_is_left(void **state)
{
    (void)state;
    char line[4096];
    if (!database.postgresql)
        return;
    begin();
    (void)snprintf(line, sizeof line,
                   "cd '%s' && ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 "
                   "LD_PRELOAD='%s' ORM_TEST_KILL_AT=8 '%s' diff b.yaml '%s' >/dev/null 2>&1; "
                   "test $? -gt 128",
                   folder, ORM_TEST_KILL_LIBRARY, ORM_TEST_COMMAND, database.url);
    assert_int_equal(system(line), 0);
    /* The name holds the number of the process, which is gone; other tests have theirs. */
    const char *orphans = "select count(*) from pg_database where datname like 'orm_scratch_%' "
                          "and datname not in (select datname from pg_stat_activity where datname "
                          "is not null)";
    int left = 1200;
    while (left > 0 && test_number(&database, "%s", orphans) > 0) {
        (void)usleep(100000);
        left--;
    }
    assert_true(left > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        folder_test(changes_are_written_applied_and_taken_back),
        folder_test(what_destroys_is_named_and_refused),
        folder_test(rows_without_a_value_are_spoken_of),
        folder_test(what_locks_is_pointed_out),
        folder_test(nobody_waits_online),
        folder_test(a_baseline_is_compared),
        folder_test(differences_come_in_three_forms),
        folder_test(no_scratch_database_is_left),
    };
    return cmocka_run_group_tests(tests, open_both, remove_folder);
}
