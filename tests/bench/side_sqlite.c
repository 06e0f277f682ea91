#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <orm/value.h>

#include "bench/rows.h"
#include "bench/side.h"

/* Keys as json_each reads them: "[1,2,3]". */
static char *key_list(pool *memory, const int64_t *keys, size_t count)
{
    char *text = pool_alloc(memory, count * 21 + 3);
    char *at = text;
    *at++ = '[';
    for (size_t i = 0; i < count; i++)
        at += snprintf(at, 22, "%s%lld", i == 0 ? "" : ",", (long long)keys[i]);
    *at++ = ']';
    *at = '\0';
    return text;
}

static int64_t read_moment(sqlite3_stmt *statement, int column)
{
    orm_timestamptz moment = {0};
    if (orm_timestamptz_parse((const char *)sqlite3_column_text(statement, column), &moment) !=
        ORM_OK)
        abort();
    return moment.micros;
}

static const char *read_text(pool *memory, sqlite3_stmt *statement, int column)
{
    const void *text = sqlite3_column_text(statement, column);
    return pool_text(memory, text, (size_t)sqlite3_column_bytes(statement, column));
}

static void read_task(pool *memory, sqlite3_stmt *statement, plain_task *task)
{
    task->id = sqlite3_column_int64(statement, 0);
    task->project_id = sqlite3_column_int64(statement, 1);
    task->title = read_text(memory, statement, 2);
    task->done = sqlite3_column_int(statement, 3) != 0;
    task->has_priority = sqlite3_column_type(statement, 4) != SQLITE_NULL;
    task->priority = task->has_priority ? sqlite3_column_int(statement, 4) : 0;
    task->due_at = read_moment(statement, 5);
}

static void read_project(pool *memory, sqlite3_stmt *statement, plain_project *project)
{
    project->id = sqlite3_column_int64(statement, 0);
    project->owner_id = sqlite3_column_int64(statement, 1);
    project->name = read_text(memory, statement, 2);
    project->created_at = read_moment(statement, 3);
}

static void read_user(pool *memory, sqlite3_stmt *statement, plain_user *user)
{
    user->id = sqlite3_column_int64(statement, 0);
    user->name = read_text(memory, statement, 1);
    user->email = read_text(memory, statement, 2);
    user->active = sqlite3_column_int(statement, 3) != 0;
    user->created_at = read_moment(statement, 4);
}

static sqlite3 *open_database(const char *url)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(url + strlen("sqlite:"), &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        abort();
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        (void)fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        abort();
    }
    return statement;
}

static void step_once(sqlite3_stmt *statement)
{
    (void)sqlite3_step(statement);
    (void)sqlite3_reset(statement);
}

static bool find(const char *url, int rounds, uint64_t *checksum_out)
{
    pool memory = {0};
    uint64_t sum = 1;
    sqlite3 *db = open_database(url);
    sqlite3_stmt *begin = prepare(db, "BEGIN");
    sqlite3_stmt *commit = prepare(db, "COMMIT");
    sqlite3_stmt *statement = prepare(
        db, "SELECT id, project_id, title, done, priority, due_at FROM bench_tasks WHERE id = ?1");
    for (int round = 0; round < rounds; round++) {
        step_once(begin);
        for (int i = 0; i < 1000; i++) {
            plain_task *task = pool_alloc(&memory, sizeof *task);
            (void)sqlite3_bind_int64(statement, 1, bench_key(round * 1000 + i));
            if (sqlite3_step(statement) != SQLITE_ROW)
                return false;
            read_task(&memory, statement, task);
            (void)sqlite3_reset(statement);
            sum = fold_task(sum, task);
        }
        step_once(commit);
        pool_reset(&memory);
    }
    (void)sqlite3_finalize(statement);
    (void)sqlite3_finalize(begin);
    (void)sqlite3_finalize(commit);
    (void)sqlite3_close(db);
    pool_free(&memory);
    *checksum_out = sum;
    return true;
}

static bool list(const char *url, int rounds, uint64_t *checksum_out)
{
    pool memory = {0};
    uint64_t sum = 1;
    sqlite3 *db = open_database(url);
    sqlite3_stmt *statement =
        prepare(db, "SELECT id, owner_id, name, created_at FROM bench_projects ORDER BY id");
    for (int round = 0; round < rounds; round++) {
        size_t count = 0;
        size_t capacity = 64;
        plain_project **rows = malloc(capacity * sizeof *rows);
        while (rows != NULL && sqlite3_step(statement) == SQLITE_ROW) {
            if (count == capacity)
                rows = realloc(rows, (capacity *= 2) * sizeof *rows);
            if (rows == NULL)
                abort();
            rows[count] = pool_alloc(&memory, sizeof **rows);
            read_project(&memory, statement, rows[count++]);
        }
        (void)sqlite3_reset(statement);
        for (size_t i = 0; i < count; i++)
            sum = fold_project(sum, rows[i]);
        free(rows);
        pool_reset(&memory);
    }
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    pool_free(&memory);
    *checksum_out = sum;
    return true;
}

enum { ALL_PROJECTS = BENCH_USERS * BENCH_PROJECTS, ALL_TASKS = ALL_PROJECTS * BENCH_TASKS };

static void load_graph(pool *memory, sqlite3_stmt *users_sql, sqlite3_stmt *projects_sql,
                       sqlite3_stmt *tasks_sql, plain_user **users)
{
    key_index index;
    int64_t *keys = pool_alloc(memory, ALL_PROJECTS * sizeof *keys);
    uint32_t *parents = pool_alloc(memory, ALL_TASKS * sizeof *parents);
    void **children = pool_alloc(memory, ALL_TASKS * sizeof *children);
    void **items;
    uint32_t *start;
    size_t count = 0;
    key_index_init(&index, memory, BENCH_USERS);
    for (; sqlite3_step(users_sql) == SQLITE_ROW; count++) {
        users[count] = pool_alloc(memory, sizeof **users);
        read_user(memory, users_sql, users[count]);
        keys[count] = users[count]->id;
        key_index_add(&index, keys[count], (uint32_t)count);
    }
    (void)sqlite3_reset(users_sql);
    (void)sqlite3_bind_text(projects_sql, 1, key_list(memory, keys, count), -1, SQLITE_STATIC);
    count = 0;
    for (; sqlite3_step(projects_sql) == SQLITE_ROW; count++) {
        plain_project *project = pool_alloc(memory, sizeof *project);
        read_project(memory, projects_sql, project);
        children[count] = project;
        parents[count] = key_index_find(&index, project->owner_id);
    }
    (void)sqlite3_reset(projects_sql);
    group_children(memory, children, parents, count, BENCH_USERS, &items, &start);
    for (size_t i = 0; i < BENCH_USERS; i++) {
        users[i]->projects = (plain_project **)(void *)(items + start[i]);
        users[i]->project_count = start[i + 1] - start[i];
    }
    plain_project **projects = (plain_project **)(void *)items;
    key_index_init(&index, memory, count);
    for (size_t i = 0; i < count; i++) {
        keys[i] = projects[i]->id;
        key_index_add(&index, keys[i], (uint32_t)i);
    }
    size_t project_count = count;
    (void)sqlite3_bind_text(tasks_sql, 1, key_list(memory, keys, count), -1, SQLITE_STATIC);
    count = 0;
    for (; sqlite3_step(tasks_sql) == SQLITE_ROW; count++) {
        plain_task *task = pool_alloc(memory, sizeof *task);
        read_task(memory, tasks_sql, task);
        children[count] = task;
        parents[count] = key_index_find(&index, task->project_id);
    }
    (void)sqlite3_reset(tasks_sql);
    group_children(memory, children, parents, count, project_count, &items, &start);
    for (size_t i = 0; i < project_count; i++) {
        projects[i]->tasks = (plain_task **)(void *)(items + start[i]);
        projects[i]->task_count = start[i + 1] - start[i];
    }
}

static bool graph(const char *url, int rounds, uint64_t *checksum_out)
{
    pool memory = {0};
    uint64_t sum = 1;
    sqlite3 *db = open_database(url);
    sqlite3_stmt *users =
        prepare(db, "SELECT id, name, email, active, created_at FROM bench_users ORDER BY id");
    sqlite3_stmt *projects =
        prepare(db, "SELECT id, owner_id, name, created_at FROM bench_projects "
                    "WHERE owner_id IN (SELECT value FROM json_each(?1)) ORDER BY id");
    sqlite3_stmt *tasks =
        prepare(db, "SELECT id, project_id, title, done, priority, due_at FROM bench_tasks "
                    "WHERE project_id IN (SELECT value FROM json_each(?1)) ORDER BY id");
    for (int round = 0; round < rounds; round++) {
        plain_user **rows = pool_alloc(&memory, BENCH_USERS * sizeof *rows);
        load_graph(&memory, users, projects, tasks, rows);
        sum = fold_graph(sum, rows, BENCH_USERS);
        pool_reset(&memory);
    }
    (void)sqlite3_finalize(users);
    (void)sqlite3_finalize(projects);
    (void)sqlite3_finalize(tasks);
    (void)sqlite3_close(db);
    pool_free(&memory);
    *checksum_out = sum;
    return true;
}

const bench_side bench_side_sqlite = {find, list, graph};
