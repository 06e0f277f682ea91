/* The same in C++17. */
#include <cstdio>
#include <cstring>

#include <orm/engine.h>
#include <orm/raw.h>
#include <orm/session.h>

#include "note.orm.h"

static orm_status keep_a_note(orm_session *db, void *context)
{
    const char *title = static_cast<const char *>(context);
    const char *table = "create table notes (id integer primary key, title text not null)";
    note *written = nullptr;
    note_list found{};

    orm_status status = orm_raw(db, table, nullptr, 0, nullptr, nullptr, nullptr);
    if (status != ORM_OK)
        return status;
    note_new values{};
    values.title = ORM_SET(title);
    status = note_insert(db, &values, &written);
    if (status != ORM_OK)
        return status;
    note_query query{};
    query.where = note_title_is(orm_eq(title));
    status = note_select(db, &query, &found);
    if (status != ORM_OK)
        return status;
    if (found.count != 1 || found.items[0] != written || std::strcmp(written->title, title) != 0)
        return orm_session_fail(db, ORM_CORRUPT, "the note is not what was written");
    return ORM_OK;
}

int main()
{
    orm_engine *engine = nullptr;
    orm_error error{};
    char title[] = "remember";
    orm_engine_options options{};
    options.url = "sqlite::memory:";

    orm_status status = orm_engine_open(&options, &engine, &error);
    if (status == ORM_OK)
        status = orm_session_run(engine, nullptr, keep_a_note, title, &error);
    if (status != ORM_OK)
        std::fprintf(stderr, "%s\n", error.message);
    if (engine != nullptr && orm_engine_close(engine, nullptr) != ORM_OK)
        status = ORM_MISUSE;
    return status == ORM_OK ? 0 : 1;
}
