/* A user's program in C: makes its table, writes a row, and finds it again. */
#include <stdio.h>
#include <string.h>

#include <orm/engine.h>
#include <orm/raw.h>
#include <orm/session.h>

#include "note.orm.h"

static orm_status keep_a_note(orm_session *db, void *context)
{
    const char *title = context;
    const char *table = "create table notes (id integer primary key, title text not null)";
    note *written = NULL;
    note_list found;

    orm_status status = orm_raw(db, table, NULL, 0, NULL, NULL, NULL);
    if (status != ORM_OK)
        return status;
    status = note_insert(db, &(note_new){.title = ORM_SET(title)}, &written);
    if (status != ORM_OK)
        return status;
    status = note_select(db, &(note_query){.where = note_title_is(orm_eq(title))}, &found);
    if (status != ORM_OK)
        return status;
    if (found.count != 1 || found.items[0] != written || strcmp(written->title, title) != 0)
        return orm_session_fail(db, ORM_CORRUPT, "the note is not what was written");
    return ORM_OK;
}

int main(void)
{
    orm_engine *engine = NULL;
    orm_error error;
    char title[] = "remember";

    orm_status status =
        orm_engine_open(&(orm_engine_options){.url = "sqlite::memory:"}, &engine, &error);
    if (status == ORM_OK)
        status = orm_session_run(engine, NULL, keep_a_note, title, &error);
    if (status != ORM_OK)
        fprintf(stderr, "%s\n", error.message);
    if (engine != NULL && orm_engine_close(engine, NULL) != ORM_OK)
        status = ORM_MISUSE;
    return status == ORM_OK ? 0 : 1;
}
