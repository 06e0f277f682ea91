#include "map/mapper.h"

#include <string.h>

#include "base/fail.h"
#include "map/related.h"
#include "model/deferred.h"

bool orm__mapper_init(orm__mapper *mapper, orm_session *session, const orm__driver *driver,
                      orm__arena *arena, orm__identity_map *map, const orm_model *model,
                      const orm__field *fields, orm__result *result, bool distinct_rows,
                      bool refresh)
{
    size_t slots = model->relation_count * sizeof(orm__slot);
    *mapper = (orm__mapper){
        .session = session,
        .driver = driver,
        .arena = arena,
        .map = map,
        .model = model,
        .fields = fields,
        .field_count = orm__deferred_read_count(model, NULL),
        .result = result,
        .refresh = refresh,
        .object_size =
            (sizeof(orm_object) + slots + ORM_ARENA_ALIGN - 1) & ~(size_t)(ORM_ARENA_ALIGN - 1),
    };
    if (model->key_count == 0)
        return true;
    mapper->identity = orm__identity_of(map, model);
    if (mapper->identity == NULL)
        return false;
    mapper->distinct = distinct_rows && orm__identity_is_empty(mapper->identity);
    return true;
}

void orm__mapper_undefer(orm__mapper *mapper, const bool *undefer)
{
    mapper->undefer = undefer;
    mapper->field_count = orm__deferred_read_count(mapper->model, undefer);
}

const orm__field *orm__mapper_field(const orm__mapper *mapper, uint16_t column)
{
    const orm__field *field = &mapper->fields[0];
    if (mapper->model->deferred_count == 0)
        return &mapper->fields[column];
    while (field->column != &mapper->model->columns[column])
        field++;
    return field;
}

static void *new_row(orm__mapper *mapper)
{
    size_t size = mapper->object_size + mapper->model->size;
    orm_object *object = orm__arena_alloc(mapper->arena, size);
    if (object == NULL)
        return NULL;
    memset(object, 0, size);
    object->model = mapper->model;
    object->session = mapper->session;
    object->result = mapper->result;
    object->depth = mapper->map->depth;
    object->stream = mapper->map->stream;
    object->epoch = mapper->map->epoch;
    object->row = (char *)object + mapper->object_size;
    *(orm_object **)(void *)((char *)object->row + mapper->model->object_offset) = object;
    return object->row;
}

/* Brings the fields of a known object to the row just read. */
static void overwrite(const orm__mapper *mapper, void *known, const void *row)
{
    const orm_model *model = mapper->model;
    orm_object *object = orm__object_of(model, known);
    object->epoch = mapper->map->epoch;
    for (uint16_t i = 0; i < model->relation_count; i++)
        if (!orm__relation_same_key(model, &model->relations[i], known, row)) {
            object->slots[i] = (orm__slot){NULL, NULL};
            if (object->counts != NULL)
                object->counts[i] = (orm__slot){NULL, NULL};
        }
    memcpy(known, row, model->size);
    *(orm_object **)(void *)((char *)known + model->object_offset) = object;
}

/* The object the session already has for a row just read; NULL: it has none. */
static void *known_row(const orm__mapper *mapper, const void *row, bool *ok_out)
{
    orm_value key[ORM__MAP_KEY_MAX];
    orm__row_key(mapper->model, row, key);
    return orm__identity_find(mapper->map, mapper->identity, key, ok_out);
}

/* A row that is known: its fields are refreshed if that is asked for or they are expired. */
static orm_status take_known(const orm__mapper *mapper, orm__rows *rows, void *known, void *row,
                             orm__arena_mark mark, orm_error *error)
{
    const orm_object *object = orm__object_of(mapper->model, known);
    orm_status status = ORM_OK;
    bool current = !mapper->refresh && object->epoch == mapper->map->epoch;
    if (current && orm__deferred_has(mapper->model, known, mapper->undefer)) {
        orm__arena_release(mapper->arena, mark);
        return ORM_OK;
    }
    /* The object's text points into what was just read, if that lasts as long. */
    orm__arena *arena = orm__mapper_arena(mapper, object);
    if (arena != mapper->arena)
        status = mapper->driver->read(rows, mapper->fields, mapper->field_count, row, arena, error);
    if (status == ORM_OK && current)
        orm__deferred_fill(mapper->model, known, row, mapper->undefer);
    else if (status == ORM_OK)
        overwrite(mapper, known, row);
    return status;
}

/*
 * A row that came in another list before belongs to the newest list of several rows: people loop
 * over that. The rows of relations stay where they were first, unless they were alone there.
 */
static void move(orm__mapper *mapper, orm_object *object)
{
    const orm__result *old = object->result;
    bool lasts = object->stream == mapper->map->stream && object->depth == mapper->map->depth;
    if (old == mapper->result || mapper->result == NULL || !lasts)
        return; /* an older object must not lead into memory that is released before it */
    if (old == NULL || old->count < 2 || (mapper->several && mapper->result->relation == NULL))
        object->result = mapper->result;
    else if (mapper->result->relation == NULL && mapper->alone == NULL)
        mapper->alone = object;
}

/* Whether the result has several rows shows with the second. */
static void note_row(orm__mapper *mapper, orm_object *known)
{
    if (!mapper->lists)
        return;
    if (known != NULL)
        move(mapper, known);
    if (mapper->several)
        return;
    mapper->several = mapper->begun;
    mapper->begun = true;
    if (mapper->several && mapper->alone != NULL)
        move(mapper, mapper->alone);
    if (mapper->several && known != NULL)
        move(mapper, known);
}

orm_status orm__mapper_take(orm__mapper *mapper, orm__rows *rows, void **row_out, orm_error *error)
{
    *row_out = NULL;
    orm__arena_mark mark = {0};
    if (!mapper->distinct)
        mark = orm__arena_get_mark(mapper->arena);
    void *row = new_row(mapper);
    if (row == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    orm_status status =
        mapper->driver->read(rows, mapper->fields, mapper->field_count, row, mapper->arena, error);
    if (status != ORM_OK)
        return status;
    if (mapper->undefer != NULL)
        orm__deferred_mark(mapper->model, row, mapper->undefer);
    *row_out = row;
    if (mapper->distinct || mapper->identity == NULL)
        return ORM_OK;
    bool ok = true;
    void *known = known_row(mapper, row, &ok);
    note_row(mapper, known == NULL ? NULL : orm__object_of(mapper->model, known));
    if (known != NULL) {
        *row_out = known;
        return take_known(mapper, rows, known, row, mark, error);
    }
    if (!ok || !orm__identity_add(mapper->map, mapper->identity, row))
        return orm__fail(error, ORM_NOMEM, "out of memory");
    return ORM_OK;
}

void *orm__mapper_new(orm__mapper *mapper)
{
    return new_row(mapper);
}

bool orm__row_list_grow(orm__row_list *list)
{
    size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
    void **items = orm__arena_enlarge(list->arena, list->items, list->count * sizeof *items,
                                      capacity * sizeof *items);
    if (items == NULL)
        return false;
    list->items = items;
    list->capacity = capacity;
    return true;
}

void orm__row_list_dispose(orm__row_list *list)
{
    orm__arena_return(list->arena, list->items);
    list->items = NULL;
    list->count = 0;
    list->capacity = 0;
}

void **orm__row_list_keep(const orm__row_list *list, orm__arena *arena)
{
    void **items = orm__arena_alloc(arena, (list->count + 1) * sizeof *items);
    if (items != NULL && list->count > 0)
        memcpy(items, list->items, list->count * sizeof *items);
    return items;
}
