/* A relation of 100,000 parents. ctest: serial */
#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 100000 };

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_execute(&database,
                 "insert into people (\"person id\", name) with recursive n(i) as (select 1 union"
                 " all select i + 1 from n where i < %d) select i, 'p' || i from n",
                 PEOPLE);
    test_execute(
        &database,
        "insert into tasks (id, person_id, title, \"order\", done)"
        " select \"person id\" * 2, (\"person id\" * 7919) %% %d + 1, name, 1, %s from people",
        PEOPLE, test_either(&database, "0", "false"));
    return 0;
}

/* The same statement, in executions of at least 5,000 keys. */
static void one_statement_for_any_number_of_keys(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        orm_session *db = test_session(&database);
        g_person_list people;
        test_count_start(&database);
        assert_ok(db,
                  g_person_select(db, &(g_person_query){.with = {.tasks = &g_chore_all}}, &people));
        test_counts counts = test_count(&database);
        assert_in_range(counts.statements, 2, 1 + PEOPLE / 5000);
        assert_int_equal(counts.prepared, round == 0 ? 2 : 0);
        assert_int_equal(people.count, PEOPLE);
        long long sum = 0;
        for (size_t i = 0; i < people.count; i++) {
            g_chore_list tasks;
            assert_int_equal(g_person_tasks(people.items[i], &tasks), ORM_OK);
            for (size_t k = 0; k < tasks.count; k++) {
                assert_int_equal(tasks.items[k]->person_id, people.items[i]->id);
                sum += tasks.items[k]->id * (people.items[i]->id % 97);
            }
        }
        assert_int_equal(sum,
                         test_number(&database, "select sum(id * (person_id %% 97)) from tasks"));
        test_session_close(&database, db);
    }
}

static void no_execution_is_for_fewer(void **state)
{
    (void)state;
    static const int parents[] = {4999, 5000, 5001, 9999, 10000, 10001};
    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++) {
        orm_session *db = test_session(&database);
        g_person_list people;
        size_t found = 0;
        test_count_start(&database);
        assert_ok(db, g_person_select(db,
                                      &(g_person_query){.order_by = {G_PERSON_BY_ID},
                                                        .limit = parents[i],
                                                        .with = {.tasks = &g_chore_all}},
                                      &people));
        test_counts counts = test_count(&database);
        assert_in_range(counts.statements, 2, 1 + (parents[i] < 10000 ? 1 : 2));
        for (size_t k = 0; k < people.count; k++) {
            g_chore_list tasks;
            assert_int_equal(g_person_tasks(people.items[k], &tasks), ORM_OK);
            found += tasks.count;
        }
        assert_int_equal(
            found,
            test_number(&database, "select count(*) from tasks where person_id <= %d", parents[i]));
        test_session_close(&database, db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {suite_test(one_statement_for_any_number_of_keys),
                                       suite_test(no_execution_is_for_fewer)};
    return cmocka_run_group_tests(tests, open_database, close_database);
}
