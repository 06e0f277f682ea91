/* `orm lint` and `orm explain` on the database under test. */
#include "support/command.h"

static const char models[] =
    "models:\n"
    "  - name: user\n"
    "    table: users\n"
    "    columns:\n"
    "      - { name: id, type: integer, primary_key: true }\n"
    "      - { name: team, type: integer }\n"
    "      - { name: number, type: integer }\n"
    "    uniques:\n"
    "      - { columns: [team, number] }\n"
    "  - name: task\n"
    "    table: tasks\n"
    "    columns:\n"
    "      - { name: id, type: integer, primary_key: true }\n"
    "      - { name: owner_id, type: integer }\n"
    "      - { name: maker_id, type: integer }\n"
    "      - { name: team, type: integer }\n"
    "      - { name: number, type: integer }\n"
    "      - { name: tester_id, type: integer }\n"
    "    relations:\n"
    "      - { name: owner, kind: belongs_to, model: user }\n"
    "      - { name: maker, kind: belongs_to, model: user }\n"
    "      - { name: tester, kind: belongs_to, model: user }\n"
    "      - { name: of, kind: belongs_to, model: user, foreign_key: [team, number],\n"
    "          references: [team, number] }\n"
    "    indexes:\n"
    "      - { columns: [owner_id], where: owner_id > 0 }\n"
    "      - { columns: [number, team, id] }\n"
    "      - { columns: [id, maker_id] }\n"
    "      - { columns: [tester_id] }\n"
    "  - name: profile\n"
    "    table: profiles\n"
    "    columns:\n"
    "      - { name: user_id, type: integer, primary_key: true }\n"
    "    relations:\n"
    "      - { name: user, kind: belongs_to, model: user }\n";

static int open_database(void **state)
{
    (void)state;
    char line[1024];
    test_open(&database, NULL, NULL);
    open_folder();
    write_file("shop.yaml", models);
    (void)snprintf(line, sizeof line, "schema --dialect %s shop.yaml",
                   database.postgresql ? "postgresql" : "sqlite");
    assert_int_equal(run(line), 0);
    test_execute(&database, "%s", output);
    return 0;
}

static int with_url(const char *command, const char *words)
{
    char line[2048];
    (void)snprintf(line, sizeof line, "%s --url '%s' %s", command, database.url, words);
    return run(line);
}

static void assert_not_said(const char *text)
{
    if (strstr(output, text) != NULL)
        fail_msg("\"%s\" is in:\n%s", text, output);
}

static void models_are_linted(void **state)
{
    (void)state;
    assert_int_equal(run("lint shop.yaml"), 3);
    assert_said("shop.yaml:20:17: error: no index of model 'task' covers (owner_id), which refers "
                "to 'user'; write 'indexes: [{ columns: [owner_id] }]'");
    assert_said("shop.yaml:21:17: error: no index of model 'task' covers (maker_id)");
    assert_not_said("number");
    assert_not_said("tester_id");
    assert_not_said("profile");
}

static void a_database_is_linted(void **state)
{
    (void)state;
    assert_int_equal(with_url("lint", ""), 3);
    if (database.postgresql)
        assert_said("no index of the table tasks covers (owner_id), which refers to users; write "
                    "CREATE INDEX ON tasks (owner_id)");
    else
        assert_said("no index of the table \"tasks\" covers (\"owner_id\"), which refers to "
                    "\"users\"; write CREATE INDEX ON \"tasks\" (\"owner_id\")");
    assert_said("maker_id");
    assert_not_said("number");
    assert_not_said("tester_id");
    assert_not_said("profile");
    test_execute(&database, "create index a on tasks (owner_id)");
    test_execute(&database, "create index b on tasks (maker_id, id)");
    assert_int_equal(with_url("lint", ""), 0);
    assert_said("every foreign key is covered");
    assert_int_equal(with_url("lint", "shop.yaml"), 3);
    assert_int_equal(run("lint --nothing"), 2);
    assert_int_equal(run("lint absent.yaml"), 1);
    test_execute(&database, "drop index a");
    test_execute(&database, "drop index b");
}

static void statements_are_explained(void **state)
{
    (void)state;
    write_file("work.sql", "-- name: of_user :many\n-- param: user integer nullable\n"
                           "-- returns: task\n"
                           "SELECT *\n  FROM tasks\n WHERE :user IS NULL OR tester_id = :user;\n"
                           "-- name: rest :exec\nDELETE FROM tasks WHERE id = :id\n");
    test_execute(&database, "analyze");
    assert_int_equal(with_url("explain", "\"SELECT * FROM tasks WHERE id = :id AND team < :team\""),
                     0);
    assert_said("  SELECT * FROM tasks WHERE id = $1 AND team < $2\nplan:\n  ");
    assert_said("tasks");
    assert_int_equal(with_url("explain", "shop.yaml work.sql:of_user"), 0);
    assert_said("of_user\n  SELECT *\n    FROM tasks\n");
    assert_not_said("DELETE");
    assert_int_equal(with_url("explain", "shop.yaml work.sql user=1"), 0);
    assert_said("\nrest\n  DELETE FROM tasks WHERE id = $1\nplan:\n  ");
    assert_int_equal(with_url("explain", "shop.yaml work.sql:nobody"), 1);
    assert_said("work.sql: there is no statement 'nobody'");
    assert_int_equal(with_url("explain", "\"SELECT nothing FROM tasks\""), 1);
    assert_said("nothing");
    assert_int_equal(with_url("explain", "\"SELECT 'open\""), 1);
    assert_said("SQL:1:8: error: this ' is not closed");
    assert_int_equal(with_url("explain", ""), 2);
}

static void what_is_not_asked_for_is_refused(void **state)
{
    (void)state;
    assert_int_equal(with_url("explain", "\"SELECT 1; DELETE FROM tasks\""), 1);
    assert_said("SQL:1:11: error: a second statement begins here");
    assert_int_equal(with_url("explain", "\"SELECT 1; -- no more\""), 0);
    assert_int_equal(with_url("explain", "\"DELETE FROM tasks WHERE id = :id\" idd=secret"), 2);
    assert_said("'idd' is no parameter of what is explained");
    assert_not_said("secret");
    assert_int_equal(with_url("explain", "shop.yaml work.sql:rest user=1"), 2);
    assert_int_equal(with_url("explain", "\"SELECT 1\" \"SELECT 2\""), 2);
    write_file("lists.yaml", "queries: [work.sql]\ninclude: [shop.yaml]\nmodels: []\n");
    assert_int_equal(with_url("explain", "lists.yaml ./work.sql:rest"), 0);
}

/* One finding for a key that partitions repeat; what an index only carries covers nothing. */
static void partitions_and_carried_columns_are_understood(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    test_execute(&database, "create table parts (id integer primary key) partition by range (id)");
    test_execute(&database, "create table part_a partition of parts for values from (0) to (9)");
    test_execute(&database,
                 "create table owned (id integer references parts, n integer, m integer, "
                 "foreign key (n, m) references users (team, number)) "
                 "partition by range (n)");
    test_execute(&database, "create table owned_a partition of owned for values from (0) to (9)");
    test_execute(&database, "create index on owned (n) include (m)");
    assert_int_equal(with_url("lint", ""), 3);
    assert_said("no index of the table owned covers (id), which refers to parts;");
    assert_said("no index of the table owned covers (n, m), which refers to users;");
    assert_not_said("part_a");
    assert_not_said("owned_a");
    test_execute(&database, "drop table owned, parts");
}

static void what_is_analyzed_is_taken_back(void **state)
{
    (void)state;
    test_execute(&database, "insert into users values (1, 1, 1)");
    test_execute(&database, "insert into tasks values (1, 1, 1, 1, 1, 1)");
    assert_int_equal(with_url("explain", "--analyze shop.yaml work.sql:rest"), 2);
    assert_said("give every parameter a value");
    assert_int_equal(with_url("explain", "--analyze shop.yaml work.sql:rest id=1"),
                     database.postgresql ? 0 : 2);
    if (database.postgresql)
        assert_said("actual time");
    assert_int_equal(test_number(&database, "select count(*) from tasks"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(models_are_linted),
        suite_test(a_database_is_linted),
        suite_test(statements_are_explained),
        suite_test(what_is_not_asked_for_is_refused),
        suite_test(partitions_and_carried_columns_are_understood),
        suite_test(what_is_analyzed_is_taken_back),
    };
    return cmocka_run_group_tests(tests, open_database, remove_folder);
}
