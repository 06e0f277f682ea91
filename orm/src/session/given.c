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

static void *relation_row(const orm_relation *relation, const void *values, bool insert)
{
    uint32_t offset = insert ? relation->new_offset : relation->changes_offset;
    return offset == 0 ? NULL : *(void *const *)(const void *)((const char *)values + offset);
}

bool orm__given_waits(const orm_model *model, const void *values, bool insert)
{
    for (uint16_t r = 0; r < model->relation_count; r++) {
        const orm_relation *relation = &model->relations[r];
        const void *row = relation_row(relation, values, insert);
        const orm_object *object = row == NULL ? NULL : orm__object_of(relation->target, row);
        if (object != NULL && orm__object_is_added(object))
            return true;
    }
    return false;
}

/* The rows given in place of keys. */
static orm_status find_references(orm_session *db, orm__given *set, const void *values, bool insert)
{
    const orm_model *model = set->model;
    set->reference_count = 0;
    for (uint16_t r = 0; r < model->relation_count; r++) {
        const orm_relation *relation = &model->relations[r];
        void *row = relation_row(relation, values, insert);
        if (row == NULL)
            continue;
        orm_status status = orm__session_check_row(db, relation->target, row);
        if (status != ORM_OK)
            return status;
        if (set->reference_count == ORM__REFERENCES_MAX)
            return orm__fail(&db->error, ORM_UNSUPPORTED, "more than %d relations of %s are given",
                             ORM__REFERENCES_MAX, model->name);
        set->references[set->reference_count++] = (orm__reference){relation, row};
    }
    return ORM_OK;
}

orm_value orm__reference_value(const orm__reference *reference, uint16_t own)
{
    const orm_model *target = reference->relation->target;
    if (orm__object_is_added(orm__object_of(target, reference->row)))
        return (orm_value){.kind = ORM_KIND_NULL};
    return orm__column_get(&target->columns[reference->relation->target_columns[own]],
                           reference->row);
}

/* The reference that gives a column its value, or NULL. */
static const orm__reference *reference_of(const orm__given *set, uint16_t column, uint16_t *own_out)
{
    for (size_t i = 0; i < set->reference_count; i++)
        for (uint16_t k = 0; k < set->references[i].relation->own_count; k++)
            if (set->references[i].relation->own_columns[k] == column) {
                *own_out = k;
                return &set->references[i];
            }
    return NULL;
}

/* A column whose value is the key of a row; `state` says whether it was set besides. */
static orm_status give_reference(orm_session *db, orm__given *set, uint16_t column, int state,
                                 const orm__reference *reference, uint16_t own)
{
    if (state != ORM_UNSET)
        return refuse(db, ORM_INVALID, set->model, &set->model->columns[column],
                      "was given twice: by itself and by a row it refers to");
    const orm_object *target = orm__object_of(reference->relation->target, reference->row);
    if (!orm__object_is_added(target))
        return give(db, set, column, orm__reference_value(reference, own));
    set->columns[set->count++] = column;
    orm__gather_shape(&db->gathered, &column, sizeof column);
    orm__gather_value(&db->gathered, (orm_value){.kind = ORM_KIND_NULL});
    return db->gathered.status;
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
    uint16_t own = 0;
    const orm__reference *reference = reference_of(set, i, &own);
    if (reference != NULL)
        return give_reference(db, set, i, state, reference, own);
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
    orm_status status = find_references(db, set, values, true);
    for (uint16_t i = 0; i < set->model->column_count && status == ORM_OK; i++)
        status = give_new(db, set, i, values);
    return status;
}

orm_status orm__given_changes(orm_session *db, orm__given *set, const void *values)
{
    orm_status status = find_references(db, set, values, false);
    bool any = false;
    for (uint16_t i = 0; i < set->model->column_count && status == ORM_OK; i++) {
        const orm_column *column = &set->model->columns[i];
        int state = ORM_UNSET;
        orm_value value = {.kind = ORM_KIND_NONE};
        if (column->changes_offset != ORM_NO_OFFSET && (column->flags & ORM_COLUMN_VERSION) == 0)
            value = orm__set_get(column, (const char *)values + column->changes_offset, &state);
        uint16_t own = 0;
        const orm__reference *reference = reference_of(set, i, &own);
        if (state == ORM_UNSET && reference == NULL)
            continue;
        any = true;
        status = reference != NULL ? give_reference(db, set, i, state, reference, own)
                                   : give(db, set, i, value);
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
