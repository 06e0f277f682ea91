/*
 * Thousands of queries made at random, each compared with what memory says. ORM_TEST_RANDOM_SECONDS
 * says for how long, ORM_TEST_RANDOM_SEED from which seed on; ORM_RANDOM_BREAK names something to
 * be wrong in memory, after which the test has to fail.
 */
#include <stdio.h>
#include <time.h>

#include "evaluate.h"
#include "run.h"

enum { SECONDS = 3, SESSIONS_PER_SEED = 40, MINUTE = 60 };

static long long setting(const char *name, long long otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoll(text, NULL, 10) : otherwise;
}

static void break_what_is_asked_for(void)
{
    const char *name = getenv("ORM_RANDOM_BREAK");
    if (name == NULL)
        return;
    for (int i = 1; i < RT_BREAKS_END; i++)
        if (strcmp(rt_break_names[i], name) == 0) {
            rt_break_set((rt_break)i);
            return;
        }
    fail_msg("ORM_RANDOM_BREAK: there is no %s", name);
}

static void report(const rt_run *run, long long first, long long last, time_t since)
{
    printf("%s: seeds %lld to %lld: %lld queries, 0 differences, %lld s\n",
           run->database->postgresql ? "postgresql" : "sqlite", first, last, run->asked,
           (long long)(time(NULL) - since));
    (void)fflush(stdout);
}

static void queries_give_what_memory_gives(void **state)
{
    test_database database;
    rt_run run = {.database = &database};
    long long first = setting("ORM_TEST_RANDOM_SEED", 1);
    long long seed = first;
    time_t start = time(NULL);
    time_t end = start + (time_t)setting("ORM_TEST_RANDOM_SECONDS", SECONDS);
    time_t told = start;
    (void)state;
    break_what_is_asked_for();
    rt_run_open(&database);
    for (;; seed++) {
        bool good = true;
        rt_run_start(&run, (uint64_t)seed);
        for (int i = 0; i < SESSIONS_PER_SEED && good; i++)
            good = rt_run_session(&run);
        rt_run_end(&run);
        if (!good) {
            test_close(&database);
            fail_msg("seed %lld, after %lld queries from seed %lld on", seed, run.asked, first);
        }
        if (time(NULL) >= end)
            break;
        if (time(NULL) >= told + MINUTE) {
            told = time(NULL);
            report(&run, first, seed, start);
        }
    }
    report(&run, first, seed, start);
    test_close(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(queries_give_what_memory_gives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
