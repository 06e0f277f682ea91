/* Whatever is made wrong in the evaluation in memory is noticed: no part of it is there in vain. */
#include <stdio.h>

#include "evaluate.h"
#include "run.h"

enum { SEEDS = 200, SESSIONS_PER_SEED = 20 };

/* How many queries it takes; -1: it was not noticed. */
static long long queries_until_noticed(test_database *database, rt_break what)
{
    rt_run run = {.database = database, .quiet = true, .focus = rt_break_focus(what)};
    bool good = true;
    for (uint64_t seed = 1; seed <= SEEDS && good; seed++) {
        rt_break_set(RT_BREAK_NOTHING);
        rt_run_start(&run, seed);
        rt_break_set(what);
        for (int i = 0; i < SESSIONS_PER_SEED && good; i++)
            good = rt_run_session(&run);
        rt_break_set(RT_BREAK_NOTHING);
        rt_run_end(&run);
    }
    return good ? -1 : run.asked;
}

static void every_break_is_noticed(void **state)
{
    test_database database;
    bool all = true;
    (void)state;
    rt_run_open(&database);
    for (int i = 1; i < RT_BREAKS_END; i++) {
        long long queries = queries_until_noticed(&database, (rt_break)i);
        printf("%-20s %lld queries\n", rt_break_names[i], queries);
        all = all && queries >= 0;
    }
    test_close(&database);
    assert_true(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_break_is_noticed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
