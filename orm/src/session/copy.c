#include "base/fail.h"
#include "session/batch.h"
#include "sql/dialect.h"

static const orm_value *row_values(const void *context, size_t index)
{
    orm__line *const *lines = context;
    return lines[index]->values;
}

static orm_status find_statement(const orm__batch *batch, const orm__line *line,
                                 orm__statement **statement_out)
{
    orm_session *db = batch->db;
    struct {
        const orm_model *model;
        uint64_t purpose;
        uint64_t count;
    } head = {batch->model, ORM__PURPOSE_COPY, line->count};
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    orm__gather_shape(&db->gathered, &head, sizeof head);
    orm__gather_shape(&db->gathered, line->columns, line->count * sizeof *line->columns);
    if (db->gathered.status != ORM_OK)
        return db->gathered.status;
    *statement_out = orm__session_lookup(db);
    if (*statement_out != NULL)
        return ORM_OK;
    orm__compiled compiled;
    orm__compiled_init(&compiled, &db->engine->allocator);
    orm_status status = orm__compile_copy(orm__dialect_of(db->engine->driver->dialect),
                                          batch->model, line->columns, line->count, &compiled);
    status =
        status == ORM_OK ? orm__session_keep(db, &compiled, statement_out) : orm__session_nomem(db);
    orm__compiled_dispose(&compiled);
    return status;
}

/* Which of the batch's lines is the one of that number among `lines`. */
static size_t index_of(const orm__batch *batch, const orm__line *line)
{
    size_t index = 0;
    while (batch->lines[index] != line)
        index++;
    return index;
}

orm_status orm__batch_copy(orm__batch *batch, orm__line *const *lines, size_t count, size_t first,
                           bool *copied_out)
{
    orm__copy copy = {.row = row_values, .context = lines, .count = count};
    orm__about about = {.kind = ORM_EVENT_INSERT, .model = batch->model};
    *copied_out = false;
    if (lines[0]->count == 0) /* COPY takes no rows of nothing but defaults */
        return ORM_OK;
    orm_status status = find_statement(batch, lines[0], &copy.call.statement);
    if (status == ORM_OK)
        status = orm__session_copy(batch->db, batch->site, &copy, &about);
    if (status == ORM_UNSUPPORTED && copy.unfit)
        return ORM_OK;
    batch->affected += copy.call.affected;
    *copied_out = true;
    if (status != ORM_OK && copy.failed_row < count)
        (void)orm__batch_name_row(batch->db, first + index_of(batch, lines[copy.failed_row]),
                                  status);
    return status;
}
