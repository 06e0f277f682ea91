#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/rows.h"
#include "bench/side.h"

enum { INT8_OID = 20, INT8_ARRAY_OID = 1016 };
/* Microseconds from 1970 to PostgreSQL's 2000. */
#define EPOCH INT64_C(946684800000000)

static int64_t int8_at(const PGresult *result, int row, int column)
{
    uint64_t wire;
    memcpy(&wire, PQgetvalue(result, row, column), sizeof wire);
    return (int64_t)be64toh(wire);
}

static int32_t int4_at(const PGresult *result, int row, int column)
{
    uint32_t wire;
    memcpy(&wire, PQgetvalue(result, row, column), sizeof wire);
    return (int32_t)be32toh(wire);
}

static const char *text_at(pool *memory, const PGresult *result, int row, int column)
{
    return pool_text(memory, PQgetvalue(result, row, column),
                     (size_t)PQgetlength(result, row, column));
}

static void read_task(pool *memory, const PGresult *result, int row, plain_task *task)
{
    task->id = int8_at(result, row, 0);
    task->project_id = int8_at(result, row, 1);
    task->title = text_at(memory, result, row, 2);
    task->done = PQgetvalue(result, row, 3)[0] != 0;
    task->has_priority = PQgetisnull(result, row, 4) == 0;
    task->priority = task->has_priority ? int4_at(result, row, 4) : 0;
    task->due_at = int8_at(result, row, 5) + EPOCH;
}

static void read_project(pool *memory, const PGresult *result, int row, plain_project *project)
{
    project->id = int8_at(result, row, 0);
    project->owner_id = int8_at(result, row, 1);
    project->name = text_at(memory, result, row, 2);
    project->created_at = int8_at(result, row, 3) + EPOCH;
}

static void read_user(pool *memory, const PGresult *result, int row, plain_user *user)
{
    user->id = int8_at(result, row, 0);
    user->name = text_at(memory, result, row, 1);
    user->email = text_at(memory, result, row, 2);
    user->active = PQgetvalue(result, row, 3)[0] != 0;
    user->created_at = int8_at(result, row, 4) + EPOCH;
}

static PGconn *open_database(const char *url)
{
    PGconn *connection = PQconnectdb(url);
    if (PQstatus(connection) == CONNECTION_OK)
        return connection;
    (void)fprintf(stderr, "%s", PQerrorMessage(connection));
    abort();
}

static void command(PGconn *connection, const char *sql)
{
    PQclear(PQexec(connection, sql));
}

static void prepare(PGconn *connection, const char *name, const char *sql, Oid type)
{
    PGresult *result = PQprepare(connection, name, sql, 1, &type);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        (void)fprintf(stderr, "%s", PQerrorMessage(connection));
        abort();
    }
    PQclear(result);
}

static PGresult *execute(PGconn *connection, const char *name, const void *value, int size)
{
    const char *values[1] = {value};
    int format = 1;
    PGresult *result =
        PQexecPrepared(connection, name, value != NULL ? 1 : 0, values, &size, &format, 1);
    if (PQresultStatus(result) == PGRES_TUPLES_OK)
        return result;
    (void)fprintf(stderr, "%s", PQerrorMessage(connection));
    abort();
}

static char *put_int4(char *at, int32_t value)
{
    uint32_t wire = htobe32((uint32_t)value);
    memcpy(at, &wire, sizeof wire);
    return at + sizeof wire;
}

/* A binary bigint[]. */
static const char *key_array(pool *memory, const int64_t *keys, size_t count, int *size_out)
{
    char *array = pool_alloc(memory, 20 + count * 12);
    char *at = put_int4(array, 1);
    at = put_int4(at, 0);
    at = put_int4(at, INT8_OID);
    at = put_int4(at, (int32_t)count);
    at = put_int4(at, 1);
    for (size_t i = 0; i < count; i++) {
        uint64_t wire = htobe64((uint64_t)keys[i]);
        at = put_int4(at, 8);
        memcpy(at, &wire, sizeof wire);
        at += sizeof wire;
    }
    *size_out = (int)(at - array);
    return array;
}

static bool find(const char *url, int rounds, uint64_t *checksum_out)
{
    pool memory = {0};
    uint64_t sum = 1;
    PGconn *connection = open_database(url);
    prepare(connection, "find",
            "SELECT id, project_id, title, done, priority, due_at FROM bench_tasks WHERE id = $1",
            INT8_OID);
    for (int round = 0; round < rounds; round++) {
        command(connection, "BEGIN");
        for (int i = 0; i < 1000; i++) {
            plain_task *task = pool_alloc(&memory, sizeof *task);
            uint64_t key = htobe64((uint64_t)bench_key(round * 1000 + i));
            PGresult *result = execute(connection, "find", &key, sizeof key);
            if (PQntuples(result) != 1)
                return false;
            read_task(&memory, result, 0, task);
            PQclear(result);
            sum = fold_task(sum, task);
        }
        command(connection, "COMMIT");
        pool_reset(&memory);
    }
    PQfinish(connection);
    pool_free(&memory);
    *checksum_out = sum;
    return true;
}

static bool list(const char *url, int rounds, uint64_t *checksum_out)
{
    pool memory = {0};
    uint64_t sum = 1;
    PGconn *connection = open_database(url);
    PGresult *prepared =
        PQprepare(connection, "list",
                  "SELECT id, owner_id, name, created_at FROM bench_projects ORDER BY id", 0, NULL);
    PQclear(prepared);
    for (int round = 0; round < rounds; round++) {
        PGresult *result = execute(connection, "list", NULL, 0);
        int count = PQntuples(result);
        plain_project **rows = pool_alloc(&memory, (size_t)count * sizeof *rows);
        for (int i = 0; i < count; i++) {
            rows[i] = pool_alloc(&memory, sizeof **rows);
            read_project(&memory, result, i, rows[i]);
        }
        PQclear(result);
        for (int i = 0; i < count; i++)
            sum = fold_project(sum, rows[i]);
        pool_reset(&memory);
    }
    PQfinish(connection);
    pool_free(&memory);
    *checksum_out = sum;
    return true;
}

enum {
    ALL_PROJECTS = BENCH_USERS * BENCH_PROJECTS,
    ALL_TASKS = ALL_PROJECTS * BENCH_TASKS,
    KEYS_AT_ONCE = 5000
};

static void load_users(PGconn *connection, pool *memory, plain_user **users, int64_t *keys,
                       key_index *index)
{
    PGresult *result = execute(connection, "users", NULL, 0);
    key_index_init(index, memory, BENCH_USERS);
    for (int i = 0; i < PQntuples(result); i++) {
        users[i] = pool_alloc(memory, sizeof **users);
        read_user(memory, result, i, users[i]);
        keys[i] = users[i]->id;
        key_index_add(index, keys[i], (uint32_t)i);
    }
    PQclear(result);
}

static plain_project **load_projects(PGconn *connection, pool *memory, plain_user **users,
                                     int64_t *keys, key_index *index, void **children,
                                     uint32_t *parents, size_t *count_out)
{
    void **items;
    uint32_t *start;
    int size = 0;
    const char *array = key_array(memory, keys, BENCH_USERS, &size);
    PGresult *result = execute(connection, "projects", array, size);
    int count = PQntuples(result);
    for (int i = 0; i < count; i++) {
        plain_project *project = pool_alloc(memory, sizeof *project);
        read_project(memory, result, i, project);
        children[i] = project;
        parents[i] = key_index_find(index, project->owner_id);
    }
    PQclear(result);
    group_children(memory, children, parents, (size_t)count, BENCH_USERS, &items, &start);
    for (size_t i = 0; i < BENCH_USERS; i++) {
        users[i]->projects = (plain_project **)(void *)(items + start[i]);
        users[i]->project_count = start[i + 1] - start[i];
    }
    plain_project **projects = (plain_project **)(void *)items;
    key_index_init(index, memory, (size_t)count);
    for (int i = 0; i < count; i++) {
        keys[i] = projects[i]->id;
        key_index_add(index, keys[i], (uint32_t)i);
    }
    *count_out = (size_t)count;
    return projects;
}

static void load_tasks(PGconn *connection, pool *memory, plain_project **projects,
                       size_t project_count, const int64_t *keys, const key_index *index,
                       void **children, uint32_t *parents)
{
    void **items;
    uint32_t *start;
    size_t count = 0;
    for (size_t base = 0; base < project_count; base += KEYS_AT_ONCE) {
        int size = 0;
        size_t some = project_count - base < KEYS_AT_ONCE ? project_count - base : KEYS_AT_ONCE;
        const char *array = key_array(memory, keys + base, some, &size);
        PGresult *result = execute(connection, "tasks", array, size);
        int rows = PQntuples(result);
        for (int i = 0; i < rows; i++, count++) {
            plain_task *task = pool_alloc(memory, sizeof *task);
            read_task(memory, result, i, task);
            children[count] = task;
            parents[count] = key_index_find(index, task->project_id);
        }
        PQclear(result);
    }
    group_children(memory, children, parents, count, project_count, &items, &start);
    for (size_t i = 0; i < project_count; i++) {
        projects[i]->tasks = (plain_task **)(void *)(items + start[i]);
        projects[i]->task_count = start[i + 1] - start[i];
    }
}

static void prepare_graph(PGconn *connection)
{
    PQclear(PQprepare(connection, "users",
                      "SELECT id, name, email, active, created_at FROM bench_users ORDER BY id", 0,
                      NULL));
    prepare(connection, "projects",
            "SELECT id, owner_id, name, created_at FROM bench_projects WHERE owner_id = ANY($1) "
            "ORDER BY id",
            INT8_ARRAY_OID);
    prepare(connection, "tasks",
            "SELECT id, project_id, title, done, priority, due_at FROM bench_tasks WHERE "
            "project_id = ANY($1) ORDER BY id",
            INT8_ARRAY_OID);
}

static bool graph(const char *url, int rounds, uint64_t *checksum_out)
{
    pool memory = {0};
    uint64_t sum = 1;
    PGconn *connection = open_database(url);
    prepare_graph(connection);
    for (int round = 0; round < rounds; round++) {
        key_index index;
        size_t project_count = 0;
        plain_user **users = pool_alloc(&memory, BENCH_USERS * sizeof *users);
        int64_t *keys = pool_alloc(&memory, ALL_PROJECTS * sizeof *keys);
        uint32_t *parents = pool_alloc(&memory, ALL_TASKS * sizeof *parents);
        void **children = pool_alloc(&memory, ALL_TASKS * sizeof *children);
        load_users(connection, &memory, users, keys, &index);
        plain_project **projects = load_projects(connection, &memory, users, keys, &index, children,
                                                 parents, &project_count);
        load_tasks(connection, &memory, projects, project_count, keys, &index, children, parents);
        sum = fold_graph(sum, users, BENCH_USERS);
        pool_reset(&memory);
    }
    PQfinish(connection);
    pool_free(&memory);
    *checksum_out = sum;
    return true;
}

const bench_side bench_side_libpq = {find, list, graph};
