/*
 * What slow clients do to fast ones on one pool: the 99th percentile of 20 fast clients on 10
 * connections alone, beside 40 clients with queries of 300 ms, and beside those and clients that
 * compute for 50 ms at a time through orm_offload; in threads and in tasks of one loop. Fails when
 * the fast ones take more than three times as long as alone.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include <orm/orm.h>
#include <orm/uv.h>

#include "bench/latencies.h"

enum { FAST = 20, SLOW = 40, COMPUTING = 4, CONNECTIONS = 10, COMPUTE_MS = 50, ROUNDS = 3 };

#define RATIO_ALLOWED 3.0

typedef struct bench {
    const char *url;
    orm_engine *engine;
    orm_uv *uv;
    atomic_bool over;
    int64_t pause_ns;
    int seconds;
} bench;

typedef struct client {
    bench *of;
    const char *sql; /* NULL: it computes */
    bool paced;
    bench_latencies latencies;
    orm_status status;
    pthread_t thread;
} client;

typedef struct load {
    int slow;
    int computing;
} load;

/* All ask by the same function: only the statement differs. */
static orm_status ask(orm_session *db, void *context)
{
    const client *self = context;
    return orm_raw(db, self->sql, NULL, 0, NULL, NULL, NULL);
}

static void compute(void *context)
{
    volatile uint64_t sum = 0;
    (void)context;
    for (int64_t end = bench_now() + COMPUTE_MS * INT64_C(1000000); bench_now() < end;)
        for (int i = 0; i < 10000; i++)
            sum = sum * 31 + (uint64_t)i;
}

static void nap(const client *self, int64_t ns)
{
    struct timespec time = {.tv_sec = ns / 1000000000, .tv_nsec = (long)(ns % 1000000000)};
    if (self->of->uv != NULL)
        (void)orm_sleep(ns / 1000000);
    else
        (void)nanosleep(&time, NULL);
}

static orm_status request(client *self)
{
    if (self->sql != NULL)
        return orm_session_run(self->of->engine, NULL, ask, self, NULL);
    return orm_offload(compute, self);
}

static orm_status run_client(void *context)
{
    client *self = context;
    while (self->status == ORM_OK && !atomic_load(&self->of->over)) {
        int64_t began = bench_now();
        self->status = request(self);
        bench_latencies_add(&self->latencies, bench_now() - began);
        if (self->paced && self->of->pause_ns > 0)
            nap(self, self->of->pause_ns);
    }
    return self->status;
}

static void *run_thread(void *context)
{
    (void)run_client(context);
    return NULL;
}

static void wait_out(bench *of)
{
    (void)nanosleep(&(struct timespec){.tv_sec = of->seconds}, NULL);
    atomic_store(&of->over, true);
}

static void run_threads(bench *of, client *clients, int count)
{
    for (int i = 0; i < count; i++)
        if (pthread_create(&clients[i].thread, NULL, run_thread, &clients[i]) != 0)
            abort();
    wait_out(of);
    for (int i = 0; i < count; i++)
        (void)pthread_join(clients[i].thread, NULL);
}

static orm_status end_later(void *context)
{
    bench *of = context;
    orm_status status = orm_sleep(of->seconds * 1000);
    atomic_store(&of->over, true);
    return status;
}

static void run_tasks(bench *of, uv_loop_t *loop, client *clients, int count)
{
    if (orm_task_start(of->uv, NULL, end_later, of, NULL) != ORM_OK)
        abort();
    for (int i = 0; i < count; i++)
        if (orm_task_start(of->uv, NULL, run_client, &clients[i], NULL) != ORM_OK)
            abort();
    (void)uv_run(loop, UV_RUN_DEFAULT);
}

static void open_engine(bench *of)
{
    const orm_engine_options options = {.url = of->url,
                                        .pool_size = CONNECTIONS,
                                        .max_overflow = ORM_POOL_NO_OVERFLOW,
                                        .runtime = of->uv == NULL ? NULL : orm_uv_runtime(of->uv)};
    orm_error error;
    if (orm_engine_open(&options, &of->engine, &error) == ORM_OK)
        return;
    (void)fprintf(stderr, "%s\n", error.message);
    exit(1);
}

static void close_engine(bench *of)
{
    if (orm_engine_close(of->engine, NULL) != ORM_OK)
        abort();
}

/* Adds the latencies of the fast ones to `fast`. */
static void run_load(bench *of, bool tasks, load with, bench_latencies *fast, size_t *slow)
{
    uv_loop_t loop;
    client clients[FAST + SLOW + COMPUTING];
    int count = FAST + with.slow + with.computing;
    memset(clients, 0, sizeof clients);
    for (int i = 0; i < count; i++)
        clients[i] = (client){.of = of,
                              .paced = i < FAST,
                              .sql = i < FAST               ? "select 1"
                                     : i < FAST + with.slow ? "select pg_sleep(0.3)"
                                                            : NULL};
    of->uv = NULL;
    atomic_store(&of->over, false);
    if (tasks && (uv_loop_init(&loop) != 0 || orm_uv_open(&loop, NULL, &of->uv, NULL) != ORM_OK))
        abort();
    open_engine(of);
    if (tasks)
        run_tasks(of, &loop, clients, count);
    else
        run_threads(of, clients, count);
    close_engine(of);
    if (tasks && orm_uv_close(of->uv, NULL) != ORM_OK)
        abort();
    if (tasks) {
        (void)uv_run(&loop, UV_RUN_DEFAULT);
        (void)uv_loop_close(&loop);
    }
    for (int i = 0; i < count; i++) {
        if (clients[i].status != ORM_OK)
            (void)fprintf(stderr, "a client failed: %s\n", orm_status_name(clients[i].status));
        if (i < FAST)
            bench_latencies_join(fast, &clients[i].latencies);
        else
            *slow += clients[i].sql != NULL ? clients[i].latencies.count : 0;
        bench_latencies_free(&clients[i].latencies);
    }
}

typedef struct figures {
    bench_latencies fast;
    size_t slow;
} figures;

static void print(const bench *of, const char *name, figures *at, double alone)
{
    double p99 = bench_latencies_ms(&at->fast, 99);
    double time = (double)of->seconds * ROUNDS;
    (void)printf("%-32s %9.0f /s %8.2f %8.2f %8.2f ms %6.2f %8.1f /s\n", name,
                 (double)at->fast.count / time, bench_latencies_ms(&at->fast, 50), p99,
                 bench_latencies_ms(&at->fast, 99.9), p99 / alone, (double)at->slow / time);
}

static bool compare(bench *of, bool tasks)
{
    static const load loads[] = {{0, 0}, {SLOW, 0}, {0, COMPUTING}, {SLOW, COMPUTING}};
    static const char *const names[] = {"alone", "beside slow ones", "beside computing ones",
                                        "beside both"};
    figures results[4];
    bool good = true;
    memset(results, 0, sizeof results);
    int kinds = tasks ? 4 : 2;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < kinds; i++)
            run_load(of, tasks, loads[i], &results[i].fast, &results[i].slow);
    double alone = bench_latencies_ms(&results[0].fast, 99);
    (void)printf("%-32s %12s %8s %8s %8s    %6s %11s\n", tasks ? "tasks" : "threads", "fast", "p50",
                 "p99", "p99.9", "ratio", "slow");
    for (int i = 0; i < kinds; i++) {
        print(of, names[i], &results[i], alone);
        good = good && bench_latencies_ms(&results[i].fast, 99) <= RATIO_ALLOWED * alone;
        bench_latencies_free(&results[i].fast);
    }
    return good;
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 2) {
        (void)fputs("bench_fairness URL [SECONDS [MS-BETWEEN-FAST-REQUESTS]]\n", stderr);
        return 2;
    }
    bench of = {.url = arguments[1], .seconds = 5};
    if (argument_count > 2)
        of.seconds = (int)strtol(arguments[2], NULL, 10);
    if (argument_count > 3)
        of.pause_ns = strtol(arguments[3], NULL, 10) * INT64_C(1000000);
    bool good = compare(&of, false);
    good = compare(&of, true) && good;
    return good ? 0 : 1;
}
