#include "session/given.h"

#include "base/clock.h"
#include "base/fail.h"
#include "model/column_value.h"

static orm_status refuse(orm_session *db, orm_status status, const orm_model *model,
                         const orm_column *column, const char *what)
{
    (void)orm__fail(&db->error, status, "%s.%s %s", model->name, column->field, what);
    orm__fail_at(&db->error, model->name, column->field);
    return status;
}

static bool is_stamp(const orm_column *column, bool insert)
{
    return (column->flags &
            (insert ? ORM_COLUMN_CREATED | ORM_COLUMN_UPDATED : ORM_COLUMN_UPDATED)) != 0;
}

/* The moment for created and updated columns: one for the whole call. */
static orm_value present(orm__given *set, const orm_column *column)
{
    if (set->now == 0)
        set->now = orm__wall_clock();
    int64_t now = set->now;
    return column->type == ORM_TYPE_TIMESTAMP ? orm_bind_timestamp((orm_timestamp){now})
                                              : orm_bind_timestamptz((orm_timestamptz){now});
}

static orm_status give(orm_session *db, orm__given *set, uint16_t column, orm_value value)
{
    orm__gathered *gathered = &db->gathered;
    if (set->count == ORM__WRITE_MAX)
        return orm__fail(&db->error, ORM_UNSUPPORTED,
                         "more than %d columns of %s are written at once", ORM__WRITE_MAX,
                         set->model->name);
    set->columns[set->count++] = column;
    orm__gather_shape(gathered, &column, sizeof column);
    orm__gather_column(gathered, set->model, column, value, false);
    return gathered->status;
}

static bool is_required(const orm_column *column)
{
    return (column->flags &
            (ORM_COLUMN_NULLABLE | ORM_COLUMN_IDENTITY | ORM_COLUMN_COMPUTED | ORM_COLUMN_DEFAULT |
             ORM_COLUMN_VERSION | ORM_COLUMN_CREATED | ORM_COLUMN_UPDATED)) == 0;
}

static orm_status give_new(orm_session *db, orm__given *set, uint16_t i, const void *values)
{
    const orm_column *column = &set->model->columns[i];
    int state = ORM_UNSET;
    orm_value value = {.kind = ORM_KIND_NONE};
    if (column->new_offset != ORM_NO_OFFSET)
        value = orm__set_get(column, (const char *)values + column->new_offset, &state);
    if (state != ORM_UNSET)
        return give(db, set, i, value);
    if (is_stamp(column, true))
        return give(db, set, i, present(set, column));
    if ((column->flags & ORM_COLUMN_VERSION) != 0 && (column->flags & ORM_COLUMN_DEFAULT) == 0)
        return give(db, set, i, orm_bind_int(1));
    if (is_required(column))
        return refuse(db, ORM_INVALID, set->model, column, "is required and was not set");
    return ORM_OK;
}

orm_status orm__given_new(orm_session *db, orm__given *set, const void *values)
{
    orm_status status = ORM_OK;
    for (uint16_t i = 0; i < set->model->column_count && status == ORM_OK; i++)
        status = give_new(db, set, i, values);
    return status;
}

orm_status orm__given_changes(orm_session *db, orm__given *set, const void *values)
{
    orm_status status = ORM_OK;
    bool any = false;
    for (uint16_t i = 0; i < set->model->column_count && status == ORM_OK; i++) {
        const orm_column *column = &set->model->columns[i];
        int state = ORM_UNSET;
        orm_value value = {.kind = ORM_KIND_NONE};
        if (column->changes_offset != ORM_NO_OFFSET && (column->flags & ORM_COLUMN_VERSION) == 0)
            value = orm__set_get(column, (const char *)values + column->changes_offset, &state);
        if (state == ORM_UNSET)
            continue;
        any = true;
        status = give(db, set, i, value);
    }
    for (uint16_t i = 0; any && i < set->model->column_count && status == ORM_OK; i++) {
        const orm_column *column = &set->model->columns[i];
        int state = ORM_UNSET;
        if (!is_stamp(column, false))
            continue;
        if (column->changes_offset != ORM_NO_OFFSET)
            (void)orm__set_get(column, (const char *)values + column->changes_offset, &state);
        if (state == ORM_UNSET)
            status = give(db, set, i, present(set, column));
    }
    return status;
}
