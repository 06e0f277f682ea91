#include <string.h>

#include "base/fail.h"
#include "session/batch.h"
#include "session/write.h"

/*
 * The columns of a <model>_conflict: a flag per column for the key, one per column for what is
 * taken over, and one for nothing.
 */
static bool read_conflict(const orm_model *model, const bool *flags, orm__arena *arena,
                          orm__upsert *upsert)
{
    bool chosen = false;
    *upsert = (orm__upsert){.on = orm__arena_alloc(arena, model->column_count * sizeof(uint16_t))};
    if (upsert->on == NULL)
        return false;
    for (uint16_t i = 0; flags != NULL && i < model->column_count; i++) {
        if (flags[i])
            upsert->on[upsert->on_count++] = i;
        chosen = chosen || flags[model->column_count + i];
    }
    if (chosen)
        upsert->update = flags + model->column_count;
    upsert->nothing = flags != NULL && flags[2 * (size_t)model->column_count];
    if (upsert->on_count == 0) {
        memcpy(upsert->on, model->key, model->key_count * sizeof *model->key);
        upsert->on_count = model->key_count;
    }
    return true;
}

static orm_status upsert_all(orm_site site, orm_session *db, const orm_model *model,
                             const void *values, size_t count, const void *conflict, orm_list *list)
{
    orm__upsert upsert;
    if (!read_conflict(model, conflict, &db->arena, &upsert))
        return orm__session_nomem(db);
    return orm__insert_all(site, db, model, values, count, &upsert, list);
}

orm_status orm_gen_upsert(orm_site site, orm_session *db, const orm_model *model,
                          const void *values, const void *conflict, void *row_out)
{
    orm_list list = {0};
    if (row_out != NULL)
        *(void **)row_out = NULL;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = upsert_all(site, db, model, values, 1, conflict, &list);
    if (row_out != NULL && status == ORM_OK && list.count > 0)
        *(void **)row_out = list.items[0];
    return orm__session_leave(db, orm__write_end(db, site, status));
}

orm_status orm_gen_upsert_all(orm_site site, orm_session *db, const orm_model *model,
                              const void *values, size_t count, const void *conflict,
                              void *list_out)
{
    orm_list list = {0};
    if (list_out != NULL)
        memcpy(list_out, &list, sizeof list);
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = upsert_all(site, db, model, values, count, conflict, &list);
    if (list_out != NULL && status == ORM_OK)
        memcpy(list_out, &list, sizeof list);
    return orm__session_leave(db, orm__write_end(db, site, status));
}
