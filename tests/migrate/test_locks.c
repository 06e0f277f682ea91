/* `orm migrate` beside others: how long it waits for them, what it says; and what it is told to
 * fill and to compare. */
#include "migrate/folder_fixture.h"

static void write_gate(void)
{
    write_file("migrations/20260101000000_gate.up.sql",
               "CREATE TABLE before_gate (id integer PRIMARY KEY);\n"
               "ALTER TABLE gate ADD COLUMN wide integer;\n");
    write_file("migrations/20260101000000_gate.down.sql",
               "DROP TABLE before_gate;\nALTER TABLE gate DROP COLUMN wide;\n");
    test_execute(&database, "create table gate (n integer)");
}

/* The test's own connection holds the lock until it is told to let go. */
static void hold_gate(void)
{
    test_execute(&database, database.postgresql ? "begin; lock table gate in access share mode"
                                                : "begin immediate");
}

static void a_lock_is_not_waited_for_without_end(void **state)
{
    (void)state;
    write_gate();
    hold_gate();
    assert_int_equal(migrate("up --lock-timeout 200ms"), 1);
    if (database.postgresql) {
        assert_said("20260101000000_gate.up.sql:2: ALTER TABLE: canceling statement due to lock "
                    "timeout");
        assert_said("others held a lock on it for 0.2 s");
        assert_said("wait longer: --lock-timeout");
    } else {
        assert_said("database is locked");
    }
    test_execute(&database, "commit");
    assert_int_equal(table_count("before%%"), 0);
    assert_migrates("up --lock-timeout 200ms");
    assert_int_equal(table_count("before%%"), 1);
    assert_migrates("down --lock-timeout 0");
}

/* Without a word about it, PostgreSQL's statements give up after 5 seconds, or what the server has.
 */
static void there_is_a_usual_time(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    test_execute(&database, "create table said (t text)");
    write_file("migrations/20260101000000_say.up.sql",
               "INSERT INTO said SELECT setting FROM pg_settings WHERE name = 'lock_timeout';\n"
               "SET lock_timeout = '7min';\n");
    write_file("migrations/20260102000000_again.up.sql",
               "INSERT INTO said SELECT setting FROM pg_settings WHERE name = 'lock_timeout';\n");
    assert_migrates("up");
    assert_int_equal(test_number(&database, "select count(*) from said where t = '5000'"), 2);
    write_file("migrations/20260103000000_own.up.sql",
               "INSERT INTO said SELECT setting FROM pg_settings WHERE name = 'lock_timeout';\n");
    char line[4096];
    (void)snprintf(line, sizeof line, "PGOPTIONS='-c lock_timeout=1234' '%s' migrate up --url '%s'",
                   ORM_TEST_COMMAND, database.url);
    assert_int_equal(shell(line), 0);
    assert_int_equal(test_number(&database, "select count(*) from said where t = '1234'"), 1);
}

/* On a terminal, of several steps; taken away at the end. */
static void steps_are_shown_on_a_terminal(void **state)
{
    (void)state;
    write_gate();
    char line[4096];
    (void)snprintf(line, sizeof line,
                   "TERM=xterm NO_COLOR=1 script -qec \"'%s' migrate up --url '%s'\" /dev/null "
                   "</dev/null",
                   ORM_TEST_COMMAND, database.url);
    if (shell("command -v script >/dev/null") != 0)
        skip();
    assert_int_equal(shell(line), 0);
    assert_said("\r\033[K[1/2] applying: gate: CREATE TABLE\r");
    assert_said("\r\033[Kapplied 20260101000000_gate");
    assert_migrates("down");
    assert_null(strchr(output, '\033'));
}

static void times_are_checked(void **state)
{
    (void)state;
    write_gate();
    static const char *const wrong[] = {"x", "5h", "-1s", "s", "1.5s", "99999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char words[64];
        (void)snprintf(words, sizeof words, "up --lock-timeout=%s", wrong[i]);
        assert_int_equal(migrate(words), 2);
        assert_said("is no duration");
    }
}

static const char people[] = "models:\n"
                             "  - { name: person, table: people, columns: [{ name: id, type: "
                             "bigint, primary_key: true }] }\n";
static const char more_people[] = "models:\n"
                                  "  - name: person\n"
                                  "    table: people\n"
                                  "    columns:\n"
                                  "      - { name: id, type: bigint, primary_key: true }\n"
                                  "      - { name: phone, type: text }\n";

static int new_migration(const char *words)
{
    char line[4096];
    (void)snprintf(line, sizeof line, "migrate new %s --dialect %s --dev-url '%s'", words,
                   database.postgresql ? "postgresql" : "sqlite", database.url);
    return run(line);
}

static void what_is_filled_must_be_there(void **state)
{
    (void)state;
    write_file("a.yaml", people);
    write_file("b.yaml", more_people);
    assert_int_equal(new_migration("init a.yaml"), 0);
    assert_int_equal(new_migration("phone b.yaml --fill \"people.phon='x'\""), 1);
    assert_said("--fill people.phon='x': the models have no column people.phon; did you mean "
                "'people.phone'?");
    assert_int_equal(new_migration("phone b.yaml --fill people.phone"), 1);
    assert_said("write TABLE.COLUMN=EXPRESSION");
    assert_int_equal(new_migration("phone b.yaml --fill \"people.phone='x'\""), 0);
}

static int diff(const char *words)
{
    char line[4096];
    (void)snprintf(line, sizeof line, "diff '%s' a.yaml %s", database.url, words);
    return run(line);
}

static void only_some_tables_are_compared(void **state)
{
    (void)state;
    write_file("a.yaml", people);
    write_file("migrations/20260101000000_a.up.sql", "CREATE TABLE audit_log (n integer);\n"
                                                     "CREATE TABLE orders (n integer);\n");
    assert_migrates("up");
    if (database.postgresql) {
        test_execute(&database, "create type mood as enum ('sad', 'happy')");
        test_execute(&database, "alter table audit_log add column mood mood");
    }
    assert_int_equal(diff(""), 3);
    assert_said("+ table people");
    assert_said("- table audit_log");
    assert_null(strstr(output, "orm_migrations"));
    assert_int_equal(diff("--exclude 'audit*' --exclude orders"), 3);
    assert_null(strstr(output, "audit_log"));
    assert_null(strstr(output, "mood"));
    assert_int_equal(diff("--include 'audit*'"), 3);
    assert_null(strstr(output, "people"));
    if (database.postgresql)
        assert_said("mood");
    assert_int_equal(diff("--include 'nothing*'"), 0);
    assert_int_equal(diff("--schema nowhere"), database.postgresql ? 0 : 1);
    assert_int_equal(diff("--schema public --exclude 'a*' --exclude orders"),
                     database.postgresql ? 3 : 1);
}

/* SQLite keeps numbers as text, and 1.0 is 1: a unique key of them is ordered as the library does.
 */
static void keys_of_numbers_are_ordered_as_numbers(void **state)
{
    (void)state;
    if (database.postgresql)
        skip();
    write_file("migrations/20260101000000_price.up.sql",
               "CREATE TABLE prices (amount text COLLATE ORM_NUMERIC NOT NULL UNIQUE, length text "
               "COLLATE ORM_INTERVAL);\n"
               "INSERT INTO prices VALUES ('9', 'P1D'), ('10', 'PT24H');\n");
    assert_migrates("up");
    write_file("migrations/20260102000000_same.up.sql",
               "INSERT INTO prices VALUES ('10.00', 'P1M');\n");
    assert_int_equal(migrate("up"), 1);
    assert_said("UNIQUE constraint failed: prices.amount");
    write_file("migrations/20260102000000_same.up.sql",
               "DELETE FROM prices WHERE amount < '10';\n"
               "CREATE UNIQUE INDEX prices_length ON prices (length);\n"
               "INSERT INTO prices VALUES ('9.5', 'P1D');\n");
    assert_int_equal(migrate("up"), 1);
    assert_said("UNIQUE constraint failed: prices.length");
    assert_int_equal(table_count("prices%%"), 1);
}

static const char *models_with(const char *values)
{
    static char text[1024];
    (void)snprintf(
        text, sizeof text,
        "enums:\n"
        "  - { name: state, %s }\n"
        "models:\n"
        "  - name: task\n"
        "    columns:\n"
        "      - { name: id, type: bigint, primary_key: true }\n"
        "      - { name: state, type: state, default: %s }\n"
        "      - { name: other, type: state, nullable: true, check: \"other <> '%s'\" }\n",
        values, strstr(values, "started") ? "started" : "begun",
        strstr(values, "was") ? "over" : "done");
    return text;
}

/* `renamed` gives labels other texts, in the rows, defaults and checks, and `down` the old ones. */
static void labels_get_other_texts(void **state)
{
    (void)state;
    write_file("a.yaml", models_with("values: [begun, stuck, done]"));
    write_file("b.yaml", models_with("values: [started, stuck, over], renamed: [{ value: started, "
                                     "was: begun }, { value: over, was: done }]"));
    assert_int_equal(new_migration("init a.yaml"), 0);
    assert_migrates("up");
    test_execute(&database, "insert into task (id, state, other) values (1, 'begun', 'stuck'), "
                            "(2, 'done', 'begun'), (3, 'stuck', null)");
    char line[4096];
    (void)snprintf(line, sizeof line, "diff '%s' b.yaml", database.url);
    assert_int_equal(run(line), 3);
    assert_said("> label started of ");
    assert_said(", was begun");
    assert_int_equal(new_migration("renamed b.yaml"), 0);
    assert_migrates("up");
    assert_int_equal(run(line), 0);
    assert_int_equal(test_number(&database, "select count(*) from task where (id = 1 and state = "
                                            "'started' and other = 'stuck') or (id = 2 and state "
                                            "= 'over' and other = 'started') or (id = 3 and "
                                            "state = 'stuck' and other is null)"),
                     3);
    test_execute(&database, "insert into task (id) values (4)");
    assert_int_equal(
        test_number(&database, "select count(*) from task where id = 4 and state = 'started'"), 1);
    assert_int_equal(new_migration("again b.yaml"), 0);
    assert_said("nothing to do");
    assert_migrates("down");
    assert_int_equal(test_number(&database, "select count(*) from task where state in ('begun', "
                                            "'done', 'stuck')"),
                     4);
    (void)snprintf(line, sizeof line, "diff '%s' a.yaml", database.url);
    assert_int_equal(run(line), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        folder_test(a_lock_is_not_waited_for_without_end),
        folder_test(there_is_a_usual_time),
        folder_test(steps_are_shown_on_a_terminal),
        folder_test(times_are_checked),
        folder_test(what_is_filled_must_be_there),
        folder_test(labels_get_other_texts),
        folder_test(only_some_tables_are_compared),
        folder_test(keys_of_numbers_are_ordered_as_numbers),
    };
    return cmocka_run_group_tests(tests, open_both, remove_folder);
}
