#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "session/batch.h"
#include "session/queue.h"
#include "session/write.h"

orm_status orm__batch_name_row(orm_session *db, size_t index, orm_status status)
{
    char message[ORM_ERROR_MESSAGE_SIZE];
    memcpy(message, db->error.message, sizeof message);
    (void)snprintf(db->error.message, sizeof db->error.message, "row %zu: %.480s", index, message);
    return status;
}

orm_status orm__batch_gather(orm__batch *batch, const void *values, size_t first, bool numbered)
{
    orm_session *db = batch->db;
    orm__given given;
    orm__given_init(&given, batch->model);
    orm_status status = ORM_OK;
    for (size_t i = 0; i < batch->count && status == ORM_OK; i++) {
        orm__gathered_reset(&db->gathered, &batch->arena, &db->error);
        given.count = 0;
        status = orm__given_new(db, &given, (const char *)values + i * batch->model->new_size);
        if (status != ORM_OK)
            return numbered ? orm__batch_name_row(db, first + i, status) : status;
        batch->lines[i] = orm__batch_keep(&batch->arena, &given, &db->gathered);
        if (batch->lines[i] == NULL)
            status = orm__session_nomem(db);
    }
    return status;
}

/* The rows in the order in which they were given. */
static void fill_list(const orm__batch *batch, orm_list *list)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->lines[i]->hit)
            list->items[list->count++] = batch->lines[i]->row;
    if (batch->result == NULL)
        return;
    batch->result->rows = list->items;
    batch->result->count = list->count;
}

orm_status orm__insert_all(orm_site site, orm_session *db, const orm_model *model,
                           const void *values, size_t count, const orm__upsert *upsert,
                           orm_list *list)
{
    orm__batch batch;
    orm_status status = ORM_OK;
    for (size_t i = 0; i < count && status == ORM_OK; i++)
        if (orm__given_waits(model, (const char *)values + i * model->new_size, true))
            status = orm__queue_flush(db, site);
    if (status == ORM_OK)
        status = orm__write_start(db, site, model, ORM__PURPOSE_INSERT_MANY);
    if (status != ORM_OK)
        return status;
    orm__batch_init(&batch, db, site, model, ORM__PURPOSE_INSERT_MANY);
    batch.count = count;
    batch.upsert = upsert;
    if (count < SIZE_MAX / sizeof(void *)) {
        batch.lines = orm__arena_alloc(&batch.arena, (count + 1) * sizeof(orm__line *));
        list->items = orm__arena_alloc(&db->arena, (count + 1) * sizeof(void *));
    }
    if (batch.lines == NULL || list->items == NULL)
        status = orm__session_nomem(db);
    if (status == ORM_OK)
        status = orm__batch_gather(&batch, values, 0, count > 1);
    if (status == ORM_OK)
        status = orm__batch_run(&batch);
    if (status == ORM_OK)
        fill_list(&batch, list);
    orm__batch_dispose(&batch);
    return status;
}

orm_status orm_gen_insert_all(orm_site site, orm_session *db, const orm_model *model,
                              const void *values, size_t count, void *list_out)
{
    orm_list list = {0};
    if (list_out != NULL)
        memcpy(list_out, &list, sizeof list);
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = orm__insert_all(site, db, model, values, count, NULL, &list);
    if (list_out != NULL && status == ORM_OK)
        memcpy(list_out, &list, sizeof list);
    return orm__session_leave(db, orm__write_end(db, site, status));
}
