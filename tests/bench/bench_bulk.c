/*
 * Times loading 200,000 rows: <model>_bulk_load, <model>_insert_all in parts of 10,000, and on
 * PostgreSQL what psql does with \copy: COPY of text on a connection of its own. The sides take
 * turns; the medians are shown.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <orm/orm.h>

#include "bench.orm.h"

enum { ROWS = 200000, PART = 10000, RUNS = 5, SIDES = 3 };

typedef struct side {
    const char *name;
    bool (*load)(orm_engine *engine, const char *url, const bench_user_new *rows);
    double wall[RUNS];
    double cpu[RUNS];
} side;

static bool bulk_load(orm_engine *engine, const char *url, const bench_user_new *rows)
{
    orm_session *db = NULL;
    (void)url;
    orm_status status = orm_session_open(engine, NULL, &db, NULL);
    if (status == ORM_OK)
        status = bench_user_bulk_load(db, rows, ROWS, NULL, NULL);
    if (status == ORM_OK)
        status = orm_session_commit(db);
    if (status != ORM_OK)
        fprintf(stderr, "%s\n", orm_session_error(db)->message);
    orm_session_close(db);
    return status == ORM_OK;
}

static bool insert_all(orm_engine *engine, const char *url, const bench_user_new *rows)
{
    orm_session *db = NULL;
    (void)url;
    orm_status status = orm_session_open(engine, NULL, &db, NULL);
    for (size_t at = 0; status == ORM_OK && at < ROWS; at += PART)
        status = bench_user_insert_all(db, rows + at, PART, NULL);
    if (status == ORM_OK)
        status = orm_session_commit(db);
    orm_session_close(db);
    return status == ORM_OK;
}

static bool put_rows(PGconn *pg, const bench_user_new *rows)
{
    static char chunk[1 << 16];
    size_t size = 0;
    for (int i = 0; i < ROWS; i++) {
        size +=
            (size_t)snprintf(chunk + size, 256, "%lld\t%s\t%s\t%c\t%s\n",
                             (long long)rows[i].id.value, rows[i].name.value, rows[i].email.value,
                             rows[i].active.value ? 't' : 'f', "2024-02-03 04:05:06.789+00");
        if (size < sizeof chunk - 256 && i + 1 < ROWS)
            continue;
        if (PQputCopyData(pg, chunk, (int)size) != 1)
            return false;
        size = 0;
    }
    return true;
}

static bool copy_text(orm_engine *engine, const char *url, const bench_user_new *rows)
{
    PGconn *pg = PQconnectdb(url);
    (void)engine;
    PGresult *result =
        PQexec(pg, "copy bench_users (id, name, email, active, created_at) from stdin");
    bool ok = PQresultStatus(result) == PGRES_COPY_IN && put_rows(pg, rows) &&
              PQputCopyEnd(pg, NULL) == 1;
    PQclear(result);
    result = PQgetResult(pg);
    ok = ok && PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    PQfinish(pg);
    return ok;
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

static double cpu(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

static int compare(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static double median(double *values)
{
    qsort(values, RUNS, sizeof *values, compare);
    return values[RUNS / 2];
}

static bool empty(orm_engine *engine, const char *sql)
{
    orm_session *db = NULL;
    orm_status status = orm_session_open(engine, NULL, &db, NULL);
    if (status == ORM_OK)
        status = orm_raw(db, sql, NULL, 0, NULL, NULL, NULL);
    if (status == ORM_OK)
        status = orm_session_commit(db);
    orm_session_close(db);
    return status == ORM_OK;
}

static bench_user_new *make_rows(void)
{
    bench_user_new *rows = calloc(ROWS, sizeof *rows);
    char(*names)[48] = calloc(ROWS, sizeof *names);
    for (int i = 0; rows != NULL && names != NULL && i < ROWS; i++) {
        (void)snprintf(names[i], 24, "user number %d", i);
        (void)snprintf(names[i] + 24, 24, "user%d@example.org", i);
        rows[i] = (bench_user_new){.id = ORM_SET(i + 1),
                                   .name = ORM_SET((const char *)names[i]),
                                   .email = ORM_SET((const char *)names[i] + 24),
                                   .active = ORM_SET(i % 3 != 0),
                                   .created_at = ORM_SET(((orm_timestamptz){1706933106789000}))};
    }
    return rows;
}

static bool run(orm_engine *engine, const char *url, side *sides, int count)
{
    bench_user_new *rows = make_rows();
    bool ok = rows != NULL;
    for (int r = 0; ok && r < RUNS; r++)
        for (int s = 0; ok && s < count; s++) {
            ok = empty(engine,
                       count < SIDES ? "delete from bench_users" : "truncate bench_users cascade");
            double wall = now();
            double used = cpu();
            ok = ok && sides[s].load(engine, url, rows);
            sides[s].wall[r] = now() - wall;
            sides[s].cpu[r] = cpu() - used;
        }
    for (int s = 0; ok && s < count; s++)
        printf("%-12s %8.0f ms  %8.0f ms of this process\n", sides[s].name,
               1000 * median(sides[s].wall), 1000 * median(sides[s].cpu));
    return ok;
}

int main(int argc, char **argv)
{
    side sides[SIDES] = {{.name = "bulk_load", .load = bulk_load},
                         {.name = "insert_all", .load = insert_all},
                         {.name = "copy by hand", .load = copy_text}};
    orm_engine *engine = NULL;
    orm_error error;
    if (argc != 2) {
        fprintf(stderr, "bench_bulk URL\n");
        return 2;
    }
    orm_engine_options options = {.url = argv[1], .statement_timeout_ms = 600000};
    if (orm_engine_open(&options, &engine, &error) != ORM_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    bool sqlite = strncmp(argv[1], "sqlite:", 7) == 0;
    bool ok = run(engine, argv[1], sides, sqlite ? 2 : SIDES);
    (void)orm_engine_close(engine, NULL);
    return ok ? 0 : 1;
}
