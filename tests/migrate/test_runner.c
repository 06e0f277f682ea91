/* `orm migrate up|down|status|baseline`: files written by hand, failing, killed, two at once. */
#include <time.h>

#include "migrate/folder_fixture.h"

static void write_plain(void)
{
    write_file("migrations/20260101000000_first.up.sql",
               "CREATE TABLE plain_a (id integer PRIMARY KEY);\n"
               "INSERT INTO plain_a VALUES (1); -- ; is no end here\n"
               "CREATE TABLE plain_b (t text DEFAULT ';''');\n");
    write_file("migrations/20260101000000_first.down.sql",
               "DROP TABLE plain_b;\nDROP TABLE plain_a;\n");
    write_file("migrations/20260102000000_second.up.sql",
               "CREATE TABLE plain_c (id integer PRIMARY KEY);\n");
    write_file("migrations/20260102000000_second.down.sql", "DROP TABLE plain_c;\n");
}

static void migrations_go_up_and_down(void **state)
{
    (void)state;
    write_plain();
    assert_int_equal(migrate("status"), 3);
    assert_said("20260101000000  first                     pending");
    assert_migrates("up 1");
    assert_said("applied 20260101000000_first");
    assert_int_equal(table_count("plain%%"), 2);
    assert_int_equal(migrate("status"), 3);
    assert_said("first                     applied 2");
    assert_said("second                    pending");
    assert_migrates("up");
    assert_migrates("up");
    assert_said("nothing to apply");
    assert_migrates("status");
    assert_migrates("down");
    assert_said("reverted 20260102000000_second");
    assert_int_equal(table_count("plain%%"), 2);
    assert_migrates("up");
    assert_migrates("down --to 0");
    assert_int_equal(table_count("plain%%"), 0);
    assert_migrates("up --to 20260101000000");
    assert_int_equal(table_count("plain%%"), 2);
}

static void words_are_checked(void **state)
{
    (void)state;
    write_plain();
    assert_int_equal(migrate("upp"), 2);
    assert_said("did you mean 'up'?");
    assert_int_equal(migrate("up many"), 2);
    assert_int_equal(migrate("up --two"), 2);
    assert_int_equal(migrate("up --to 20990101000000"), 1);
    assert_said("there is no migration of version 20990101000000");
    assert_int_equal(migrate("up --dir nowhere"), 1);
    assert_int_equal(run("migrate --help"), 0);
    assert_said("orm migrate up");
}

static void what_fails_leaves_the_database_as_it_was(void **state)
{
    (void)state;
    write_plain();
    write_file("migrations/20260103000000_third.up.sql",
               "CREATE TABLE plain_d (id integer);\n\nINSERT INTO plain_none VALUES (1);\n");
    assert_int_equal(migrate("up"), 1);
    assert_said("migrations/20260103000000_third.up.sql:3: INSERT INTO: ");
    assert_said("nothing of this migration was done, the database is as it was");
    assert_int_equal(table_count("plain%%"), 3);
    assert_int_equal(migrate("status"), 3);
    assert_said("third                     pending");
}

static void files_that_changed_are_refused(void **state)
{
    (void)state;
    write_plain();
    assert_migrates("up");
    write_file("migrations/20260102000000_second.up.sql", "CREATE TABLE other (id integer);\n");
    assert_int_equal(migrate("up"), 1);
    assert_said("20260102000000_second.up.sql was changed after it was applied");
    assert_int_equal(migrate("status"), 3);
    assert_said("applied, but its file was changed since");
}

static void files_are_judged_before_anything_runs(void **state)
{
    (void)state;
    write_plain();
    write_file("migrations/20260103000000_third.up.sql", "CREATE TABLE d (i integer);\nCOMMIT;\n");
    assert_int_equal(migrate("up"), 1);
    assert_said("20260103000000_third.up.sql:2: COMMIT can't stand in a migration");
    assert_int_equal(table_count("%%"), 0);
    write_file("migrations/20260103000000_third.up.sql", "SELECT 'open;\n");
    assert_int_equal(migrate("up"), 1);
    assert_said("this ' is not closed");
    write_file("migrations/20260103000000_third.up.sql",
               database.postgresql ? "-- orm: dialect sqlite\n" : "-- orm: dialect postgresql\n");
    assert_int_equal(migrate("up"), 1);
    assert_said("is written for");
    assert_int_equal(table_count("%%"), 0);
}

/* Semicolons inside bodies, quotes and comments end nothing. */
static void bodies_are_one_statement(void **state)
{
    (void)state;
    write_file("migrations/20260101000000_bodies.up.sql",
               database.postgresql
                   ? "CREATE TABLE log (n integer); /* a; /* b; */ c; */\n"
                     "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $body$\n"
                     "BEGIN INSERT INTO log VALUES (1); RETURN NEW; END; $body$;\n"
                     "CREATE FUNCTION one() RETURNS integer LANGUAGE sql\n"
                     "BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;\n"
                     "CREATE TRIGGER noted BEFORE INSERT ON log FOR EACH ROW\n"
                     "WHEN (new.n = 5) EXECUTE FUNCTION note();\n"
                     "INSERT INTO log VALUES (length(E'\\';')), (one());\n"
                   : "CREATE TABLE log (n integer, \"a;b\" text, [c;d] text);\n"
                     "CREATE TRIGGER noted AFTER INSERT ON log WHEN new.n = 1 BEGIN\n"
                     "INSERT INTO log (n) VALUES (CASE WHEN 1 THEN 2 END); SELECT 1; END;\n"
                     "INSERT INTO log (n) VALUES (1);\n");
    assert_migrates("up");
    assert_int_equal(test_number(&database, "select count(*) from log"), 2);
    assert_int_equal(test_number(&database, "select sum(n) from log"), 3);
}

/* Nothing of a command that has ended runs any more: its lock is free. */
static void wait_for_its_end(void)
{
    struct timespec nap = {.tv_nsec = 5000000};
    while (database.postgresql &&
           test_number(&database, "select count(*) from pg_stat_activity where datname = "
                                  "current_database() and application_name = 'orm'") > 0)
        (void)nanosleep(&nap, NULL);
}

/* A file without a transaction stands where its failure left it, and goes on there. */
static void a_counted_file_goes_on_where_it_failed(void **state)
{
    (void)state;
    write_file(
        "migrations/20260101000000_counted.up.sql",
        "-- orm: no transaction\nCREATE TABLE s1 (n integer);\nCREATE TABLE s2 (n integer);\n"
        "INSERT INTO s3 VALUES (1);\nCREATE TABLE s4 (n integer);\n");
    assert_int_equal(migrate("up"), 1);
    assert_said("2 of 4 steps are done");
    wait_for_its_end();
    assert_int_equal(migrate("status"), 3);
    assert_said("half applied: 2 of 4 steps done; 'up' goes on");
    write_file("migrations/20260101000000_counted.up.sql",
               "-- orm: no transaction\nCREATE TABLE s1 (n text);\nCREATE TABLE s2 (n integer);\n"
               "CREATE TABLE s3 (n integer);\nCREATE TABLE s4 (n integer);\n");
    assert_int_equal(migrate("up"), 1);
    assert_said("its first 2 statements are done already");
    write_file(
        "migrations/20260101000000_counted.up.sql",
        "-- orm: no transaction\nCREATE TABLE s1 (n integer);\nCREATE TABLE s2 (n integer);\n"
        "CREATE TABLE s3 (n integer);\nCREATE TABLE s4 (n integer);\n");
    assert_migrates("up");
    assert_said("going on with 20260101000000_counted: 2 of 4 steps were done");
    assert_migrates("status");
    assert_int_equal(table_count("s_"), 4);
}

static void a_baseline_runs_nothing(void **state)
{
    (void)state;
    write_plain();
    test_execute(&database, "create table plain_a (id integer)");
    assert_migrates("baseline --force --to 20260101000000");
    assert_said("1 migration marked as applied");
    assert_int_equal(table_count("plain%%"), 1);
    assert_migrates("up");
    assert_int_equal(table_count("plain%%"), 2);
}

/* Its status; -1: it was killed. */
static int killed_at(int point, const char *verb)
{
    char line[4096];
    (void)snprintf(line, sizeof line,
                   "cd '%s' && ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 "
                   "LD_PRELOAD='%s' ORM_TEST_KILL_AT=%d '%s' migrate %s --url '%s' "
                   ">/dev/null 2>&1",
                   folder, ORM_TEST_KILL_LIBRARY, point, ORM_TEST_COMMAND, verb, database.url);
    int status = system(line);
    wait_for_its_end();
    if (WIFEXITED(status) && WEXITSTATUS(status) < 128)
        return WEXITSTATUS(status);
    return -1;
}

static void assert_plain_truth(void)
{
    long long first = strstr(output, "first                     applied 2") != NULL ? 2 : 0;
    long long second = strstr(output, "second                    applied 2") != NULL;
    assert_int_equal(table_count("plain%%"), first + second);
}

static void killed_in_transactions_all_is_true(void **state)
{
    (void)state;
    int point = 1;
    for (int status = -1; status < 0; point++) {
        (void)start_empty(NULL);
        write_plain();
        status = killed_at(point, "up");
        if (status >= 0)
            assert_int_equal(status, 0);
        (void)migrate("status");
        assert_plain_truth();
        assert_migrates("up");
        assert_int_equal(table_count("plain%%"), 3);
    }
    assert_true(point > 15);
}

static void write_counted(void)
{
    write_file("migrations/20260101000000_base.up.sql", "CREATE TABLE base (n integer);\n");
    write_file("migrations/20260101000001_counted.up.sql",
               database.postgresql ? "-- orm: no transaction\nCREATE TABLE s1 (n integer);\n"
                                     "CREATE INDEX CONCURRENTLY base_idx ON base (n);\n"
                                     "CREATE TABLE s2 (n integer);\n"
                                   : "-- orm: no transaction\nCREATE TABLE s1 (n integer);\n"
                                     "VACUUM;\nCREATE TABLE s2 (n integer);\n");
    write_file("migrations/20260101000001_counted.down.sql",
               database.postgresql
                   ? "-- orm: no transaction\nDROP TABLE s2;\n"
                     "DROP INDEX CONCURRENTLY base_idx;\nDROP TABLE s1;\n"
                   : "-- orm: no transaction\nDROP TABLE s2;\nVACUUM;\nDROP TABLE s1;\n");
}

/* Which steps are done is seen in the tables; `up` leaves all of them. */
static void assert_counted_truth(void)
{
    long long done = -1;
    const char *half = strstr(output, "steps done");

    if (half != NULL)
        done = strtoll(half - strlen("1 of 3 "), NULL, 10);
    else if (strstr(output, "counted                   applied 2") != NULL)
        done = 3;
    else if (strstr(output, "counted                   pending") != NULL)
        done = 0;
    if (strstr(output, "half reverted") != NULL)
        done = 3 - done;
    long long tables = table_count("s_");
    assert_int_equal(tables, done == 0 ? 0 : done == 3 ? 2 : 1);
}

static void kill_everywhere(const char *verb, bool from_above)
{
    int point = 1;
    for (int status = -1; status < 0; point++) {
        (void)start_empty(NULL);
        write_counted();
        if (from_above)
            assert_migrates("up");
        status = killed_at(point, verb);
        if (status >= 0)
            assert_int_equal(status, 0);
        (void)migrate("status");
        assert_counted_truth();
        assert_migrates("up");
        assert_int_equal(table_count("s_"), 2);
        if (database.postgresql)
            assert_int_equal(test_number(&database,
                                         "select count(*) from pg_index where indisvalid "
                                         "and indexrelid = 'base_idx'::regclass"),
                             1);
    }
    assert_true(point > 20);
}

static void killed_between_steps_all_is_true(void **state)
{
    (void)state;
    kill_everywhere("up", false);
}

static void killed_on_the_way_down_all_is_true(void **state)
{
    (void)state;
    kill_everywhere("down", true);
}

/* The first holds the lock until the second has said that it waits. */
static void two_deployers_take_turns(void **state)
{
    (void)state;
    char line[4096];
    write_plain();
    test_execute(&database, "create table gate (n integer)");
    write_file("migrations/20260100000000_slow.up.sql",
               database.postgresql
                   ? "LOCK TABLE gate IN ACCESS EXCLUSIVE MODE;\nINSERT INTO gate VALUES (1);\n"
                   : "INSERT INTO gate VALUES (1);\n");
    /* A writer stands in the way of the first until the second waits for the first. */
    test_execute(&database, database.postgresql ? "begin; lock table gate in access exclusive mode"
                                                : "begin immediate");
    (void)snprintf(line, sizeof line,
                   "cd '%s' && for i in 1 2; do (ORM_DATABASE_URL='%s' '%s' migrate up "
                   "--lock-timeout 60min >out$i 2>&1; echo $? >code$i) & done",
                   folder, database.url, ORM_TEST_COMMAND);
    assert_int_equal(system(line), 0);
    (void)snprintf(line, sizeof line,
                   "cd '%s' && until grep -q 'waiting: another' out1 out2; do sleep 0.02; done",
                   folder);
    assert_int_equal(system(line), 0);
    test_execute(&database, "commit");
    (void)snprintf(line, sizeof line,
                   "cd '%s' && until test -s code1 && test -s code2; do sleep 0.02; done; "
                   "cat code1 code2 | tr -d '\\n'; cat out1 out2; rm -f out? code?",
                   folder);
    FILE *said = popen(line, "r");
    assert_non_null(said);
    output[fread(output, 1, sizeof output - 1, said)] = '\0';
    assert_int_equal(pclose(said), 0);
    assert_memory_equal(output, "00", 2);
    assert_said("nothing to apply");
    assert_int_equal(test_number(&database, "select count(*) from gate"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        folder_test(migrations_go_up_and_down),
        folder_test(words_are_checked),
        folder_test(what_fails_leaves_the_database_as_it_was),
        folder_test(files_that_changed_are_refused),
        folder_test(files_are_judged_before_anything_runs),
        folder_test(bodies_are_one_statement),
        folder_test(a_counted_file_goes_on_where_it_failed),
        folder_test(a_baseline_runs_nothing),
        folder_test(killed_in_transactions_all_is_true),
        folder_test(killed_between_steps_all_is_true),
        folder_test(killed_on_the_way_down_all_is_true),
        folder_test(two_deployers_take_turns),
    };
    return cmocka_run_group_tests(tests, open_both, remove_folder);
}
