#include "base/fail.h"
#include "session/batch.h"
#include "session/queue.h"
#include "session/write.h"

enum { ROWS_AT_ONCE = 10000 };

static orm_status load_part(orm_site site, orm_session *db, const orm_model *model,
                            const void *values, size_t first, size_t count, int64_t *loaded)
{
    orm__batch batch;
    orm_status status = orm__write_start(db, site, model, ORM__PURPOSE_INSERT_MANY);
    if (status != ORM_OK)
        return status;
    orm__batch_init(&batch, db, site, model, ORM__PURPOSE_INSERT_MANY);
    batch.silent = true;
    batch.count = count;
    batch.lines = orm__arena_alloc(&batch.arena, (count + 1) * sizeof(orm__line *));
    status = batch.lines == NULL ? orm__session_nomem(db)
                                 : orm__batch_gather(&batch, values, first, true);
    if (status == ORM_OK)
        status = orm__batch_load(&batch, first);
    *loaded += batch.affected;
    orm__batch_dispose(&batch);
    return status;
}

static orm_status load(orm_site site, orm_session *db, const orm_model *model, const char *values,
                       size_t count, const orm_bulk_options *options, int64_t *loaded)
{
    size_t part = options->rows_at_once == 0 ? ROWS_AT_ONCE : options->rows_at_once;
    orm_status status = orm__queue_flush(db, site);
    for (size_t at = 0; at < count && status == ORM_OK;) {
        size_t rows = count - at < part ? count - at : part;
        status = load_part(site, db, model, values + at * model->new_size, at, rows, loaded);
        at += rows;
        if (status != ORM_OK || options->progress == NULL)
            continue;
        status = options->progress(options->context, at, count);
        if (status != ORM_OK && db->error.status != status)
            (void)orm__fail(&db->error, status, "the load of %s was ended after %zu of %zu rows",
                            model->name, at, count);
    }
    db->map.epoch += *loaded > 0;
    if (status != ORM_OK && db->begun)
        db->failed = true;
    return status;
}

orm_status orm_gen_bulk_load(orm_site site, orm_session *db, const orm_model *model,
                             const void *values, size_t count, const orm_bulk_options *options,
                             int64_t *count_out)
{
    static const orm_bulk_options defaults;
    int64_t loaded = 0;
    if (count_out != NULL)
        *count_out = 0;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status =
        load(site, db, model, values, count, options == NULL ? &defaults : options, &loaded);
    if (count_out != NULL && status == ORM_OK)
        *count_out = loaded;
    return orm__session_leave(db, orm__write_end(db, site, status));
}
