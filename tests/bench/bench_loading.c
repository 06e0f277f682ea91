/*
 * Times find, list and graph against hand-written C on the same database. Each run is a process of
 * its own; the two sides take turns, and the table shows medians of the ratios of neighbouring
 * runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <orm/orm.h>

#include "bench/side.h"

enum { RUNS = 9 };

typedef struct figures {
    double wall;
    double cpu;
    double memory; /* KiB */
    uint64_t checksum;
} figures;

static const char *const names[] = {"find", "list", "graph"};
static const int rounds_of[] = {60, 60, 6};

static bench_function *function_of(const bench_side *side, int bench)
{
    bench_function *functions[] = {side->find, side->list, side->graph};
    return functions[bench];
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void run_child(bench_function *function, const char *url, int rounds, int out)
{
    uint64_t checksum = 0;
    bool ok = function(url, rounds, &checksum);
    ok = ok && write(out, &checksum, sizeof checksum) == (ssize_t)sizeof checksum;
    _exit(ok ? 0 : 1);
}

static bool run_once(bench_function *function, const char *url, int rounds, figures *out)
{
    int pipes[2];
    struct rusage usage;
    int status = 0;
    if (pipe(pipes) != 0)
        return false;
    double started = now();
    pid_t child = fork();
    if (child == 0)
        run_child(function, url, rounds, pipes[1]);
    bool ok = child > 0 && wait4(child, &status, 0, &usage) == child && WIFEXITED(status) &&
              WEXITSTATUS(status) == 0;
    out->wall = now() - started;
    out->cpu = ok ? seconds(usage.ru_utime) + seconds(usage.ru_stime) : 0;
    out->memory = ok ? (double)usage.ru_maxrss : 0;
    ok =
        ok && read(pipes[0], &out->checksum, sizeof out->checksum) == (ssize_t)sizeof out->checksum;
    (void)close(pipes[0]);
    (void)close(pipes[1]);
    return ok;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

static bool run_bench(int bench, const bench_side *hand, const char *url)
{
    figures ours;
    figures theirs;
    double wall[RUNS];
    double cpu[RUNS];
    double memory[RUNS];
    double cpu_ours[RUNS];
    for (int run = -1; run < RUNS; run++) {
        bool ok = run_once(function_of(&bench_side_orm, bench), url, rounds_of[bench], &ours) &&
                  run_once(function_of(hand, bench), url, rounds_of[bench], &theirs);
        if (!ok || ours.checksum != theirs.checksum) {
            (void)printf("%-6s %s\n", names[bench], ok ? "the checksums differ" : "a side failed");
            return false;
        }
        if (run < 0)
            continue;
        wall[run] = ours.wall / theirs.wall;
        cpu[run] = ours.cpu / theirs.cpu;
        memory[run] = ours.memory / theirs.memory;
        cpu_ours[run] = ours.cpu / rounds_of[bench];
    }
    (void)printf("%-6s %10.2f %10.2f %10.2f %13.3f ms\n", names[bench], median(wall, RUNS),
                 median(cpu, RUNS), median(memory, RUNS), median(cpu_ours, RUNS) * 1e3);
    return true;
}

static void fill_text(int table, const char *moment, const char *truth, const char *source,
                      char *sql, size_t size)
{
    if (table == 0)
        (void)snprintf(sql, size,
                       "INSERT INTO bench_users SELECT i, 'User number ' || i, 'user' || i || "
                       "'@example.com', %s, %s FROM %s",
                       truth, moment, source);
    else if (table == 1)
        (void)snprintf(
            sql, size,
            "INSERT INTO bench_projects SELECT i, (i - 1) / 10 + 1, 'Project ' || i, %s FROM %s",
            moment, source);
    else
        (void)snprintf(
            sql, size,
            "INSERT INTO bench_tasks SELECT i, (i - 1) / 10 + 1, 'Task number ' || i, %s, "
            "CASE WHEN i %% 3 = 0 THEN NULL ELSE i %% 5 END, %s FROM %s",
            truth, moment, source);
}

/* Fills the tables by the database's own means. */
static orm_status populate(orm_session *db, void *context)
{
    bool sqlite = *(const bool *)context;
    const char *source =
        sqlite ? "(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < $1) "
                 "SELECT i FROM s) AS s"
               : "(SELECT generate_series(1, $1) AS i) AS s";
    const char *moment =
        sqlite ? "strftime('%Y-%m-%d %H:%M:%S', 1700000000 + i, 'unixepoch') || '+00:00'"
               : "to_timestamp(1700000000 + i)";
    const char *truth = sqlite ? "i % 2" : "i % 2 = 1";
    for (int i = 0, count = BENCH_USERS; i < 3; i++, count *= 10) {
        char sql[1024];
        fill_text(i, moment, truth, source, sql, sizeof sql);
        orm_value value = orm_bind_int(count);
        orm_status status = orm_raw(db, sql, &value, 1, NULL, NULL, NULL);
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}

static int fill(const char *url, bool sqlite)
{
    orm_error error;
    orm_engine *engine = NULL;
    orm_status status = orm_engine_open(&(orm_engine_options){.url = url}, &engine, &error);
    if (status == ORM_OK)
        status = orm_session_run(engine, NULL, populate, &sqlite, &error);
    if (status != ORM_OK)
        (void)fprintf(stderr, "%s\n", error.message);
    if (orm_engine_close(engine, NULL) != ORM_OK)
        return 1;
    return status == ORM_OK ? 0 : 1;
}

/* One side alone, for a profiler: bench_loading URL orm|hand find|list|graph ROUNDS. */
static int run_alone(const char *url, const bench_side *hand, char **words)
{
    uint64_t checksum = 0;
    for (int bench = 0; bench < 3; bench++) {
        if (strcmp(words[1], names[bench]) != 0)
            continue;
        const bench_side *side = strcmp(words[0], "orm") == 0 ? &bench_side_orm : hand;
        if (!function_of(side, bench)(url, (int)strtol(words[2], NULL, 10), &checksum))
            return 1;
        (void)printf("%016llx\n", (unsigned long long)checksum);
        return 0;
    }
    return 2;
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3 && argc != 5) {
        (void)fprintf(stderr,
                      "usage: bench_loading URL [fill | orm|hand find|list|graph ROUNDS]\n");
        return 2;
    }
    bool sqlite = strncmp(argv[1], "sqlite:", 7) == 0;
    const bench_side *hand = sqlite ? &bench_side_sqlite : &bench_side_libpq;
    if (argc == 3)
        return fill(argv[1], sqlite);
    if (argc == 5)
        return run_alone(argv[1], hand, argv + 2);
    (void)printf("%s: this library over hand-written C, medians of %d pairs\n",
                 sqlite ? "SQLite" : "PostgreSQL", RUNS);
    (void)printf("%-6s %10s %10s %10s %16s\n", "", "wall", "CPU", "memory", "CPU a round");
    bool ok = true;
    for (int bench = 0; bench < 3; bench++)
        ok = run_bench(bench, hand, argv[1]) && ok;
    return ok ? 0 : 1;
}
