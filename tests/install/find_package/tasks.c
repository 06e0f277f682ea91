/* A user's program with tasks: two of them write and read side by side on one thread. */
#include <stdio.h>

#include <uv.h>

#include <orm/engine.h>
#include <orm/raw.h>
#include <orm/session.h>
#include <orm/uv.h>

#include "note.orm.h"

typedef struct server {
    orm_uv *uv;
    orm_engine *engine;
} server;

static orm_status keep_a_note(orm_session *db, void *context)
{
    (void)context;
    return note_insert(db, &(note_new){.title = ORM_SET("remember")}, NULL);
}

static orm_status write_a_note(void *context)
{
    const server *it = context;
    return orm_session_run(it->engine, NULL, keep_a_note, NULL, NULL);
}

static orm_status make_table(orm_session *db, void *context)
{
    (void)context;
    return orm_raw(db, "create table notes (id integer primary key, title text not null)", NULL, 0,
                   NULL, NULL, NULL);
}

static orm_status count_notes(orm_session *db, void *context)
{
    return note_count(db, NULL, context);
}

static orm_status serve(void *context)
{
    server *it = context;
    int64_t count = 0;
    orm_task *tasks[2] = {NULL, NULL};
    orm_status status = orm_session_run(it->engine, NULL, make_table, NULL, NULL);
    for (int i = 0; i < 2 && status == ORM_OK; i++)
        status = orm_task_start(it->uv, NULL, write_a_note, it, &tasks[i]);
    orm_status written = orm_task_all(tasks, 2, NULL);
    if (status == ORM_OK)
        status = written;
    if (status == ORM_OK)
        status = orm_session_run(it->engine, NULL, count_notes, &count, NULL);
    return status == ORM_OK && count != 2 ? ORM_CORRUPT : status;
}

int main(void)
{
    server it = {NULL, NULL};
    orm_task *task = NULL;
    orm_error error = {.status = ORM_OK};
    orm_status status = orm_uv_open(uv_default_loop(), NULL, &it.uv, &error);
    if (status == ORM_OK)
        status = orm_engine_open(
            &(orm_engine_options){.url = "sqlite::memory:", .runtime = orm_uv_runtime(it.uv)},
            &it.engine, &error);
    if (status == ORM_OK)
        status = orm_task_start(it.uv, NULL, serve, &it, &task);
    if (status == ORM_OK)
        status = orm_task_await(task);
    if (status != ORM_OK)
        fprintf(stderr, "%s %s\n", orm_status_name(status), error.message);
    (void)orm_engine_close(it.engine, NULL);
    (void)orm_uv_close(it.uv, NULL);
    (void)uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    return status == ORM_OK && uv_loop_close(uv_default_loop()) == 0 ? 0 : 1;
}
