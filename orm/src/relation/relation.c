#include "base/fail.h"
#include "relation/loader.h"
#include "session/queue.h"
#include "session/stream.h"

static orm_status read_slot(const orm_model *model, uint16_t relation, const orm_object *object,
                            const orm__slot **slot_out)
{
    if (object == NULL || object->model != model)
        return ORM_MISUSE;
    *slot_out = &object->slots[relation];
    if ((*slot_out)->load == NULL)
        return ORM_NOT_LOADED;
    atomic_store_explicit(&(*slot_out)->load->was_read, true, memory_order_relaxed);
    return ORM_OK;
}

orm_status orm_gen_to_many(const orm_model *model, uint16_t relation, const orm_object *object,
                           void *list_out)
{
    const orm__slot *slot = NULL;
    orm_list *list = list_out;
    *list = (orm_list){0};
    orm_status status = read_slot(model, relation, object, &slot);
    if (status == ORM_OK)
        *list = *(const orm_list *)slot->value;
    return status;
}

orm_status orm_gen_to_one(const orm_model *model, uint16_t relation, const orm_object *object,
                          void *row_out)
{
    const orm__slot *slot = NULL;
    orm_status status = read_slot(model, relation, object, &slot);
    *(void **)row_out = status == ORM_OK ? slot->value : NULL;
    return status;
}

orm_status orm_gen_to_count(const orm_model *model, uint16_t relation, const orm_object *object,
                            int64_t *count_out)
{
    const orm__slot *slot = NULL;
    *count_out = 0;
    if (object != NULL && object->model == model && object->counts != NULL &&
        object->counts[relation].load != NULL) {
        slot = &object->counts[relation];
        atomic_store_explicit(&slot->load->was_read, true, memory_order_relaxed);
        *count_out = orm__slot_count(slot);
        return ORM_OK;
    }
    orm_status status = read_slot(model, relation, object, &slot);
    if (status == ORM_OK && slot->load->partial)
        return ORM_NOT_LOADED;
    if (status == ORM_OK)
        *count_out = (int64_t)((const orm_list *)slot->value)->count;
    return status;
}

static bool is_to_many(const orm_relation *relation)
{
    return relation->kind == ORM_HAS_MANY || relation->kind == ORM_MANY_TO_MANY;
}

static orm_status read_relation(const orm_model *model, uint16_t relation, const void *row,
                                void *out)
{
    const orm_object *object = orm__object_of(model, row);
    if (is_to_many(&model->relations[relation]))
        return orm_gen_to_many(model, relation, object, out);
    return orm_gen_to_one(model, relation, object, out);
}

orm_status orm_gen_link(const orm_model *model, uint16_t relation, const orm_object *object,
                        const void *target, void *link_out)
{
    const orm__slot *slot = NULL;
    *(void **)link_out = NULL;
    orm_status status = read_slot(model, relation, object, &slot);
    if (status != ORM_OK)
        return status;
    orm__linked_list *linked = slot->value;
    size_t count = linked->list.count;
    size_t last = atomic_load_explicit(&linked->last, memory_order_relaxed);
    for (size_t i = 0; i < count; i++) {
        size_t at = (last + i) % count;
        if (linked->list.items[at] != target)
            continue;
        atomic_store_explicit(&linked->last, at, memory_order_relaxed);
        *(void **)link_out = linked->links[at];
        return ORM_OK;
    }
    return ORM_NOT_FOUND;
}

/* Whether the row has it, and a query would not find anything else. */
static bool is_known(const orm_session *db, const orm_model *model, uint16_t relation,
                     const void *row)
{
    const orm_object *object = orm__object_of(model, row);
    const orm__load *load = object->slots[relation].load;
    return load != NULL && !load->partial && load->epoch == db->map.epoch;
}

typedef enum purpose { FOR_ROW, FOR_LIST, FOR_COUNT } purpose;

/* Loads one relation, or its count, for rows in hand. */
static orm_status load_rows(orm_site site, orm_session *db, const orm_model *model,
                            uint16_t relation, void *const *rows, size_t count, const void *query,
                            purpose what)
{
    orm_status status = ORM_OK;
    orm__loader loader;
    orm__stream *stream = NULL;
    db->error.status = db->failed ? db->error.status : ORM_OK;
    for (size_t i = 0; i < count && status == ORM_OK; i++)
        status = orm__session_check_any(db, model, rows[i]);
    if (status == ORM_OK)
        status = orm__stream_of(db, model, rows, count, &stream);
    bool settled =
        status == ORM_OK && what == FOR_ROW && is_known(db, model, relation, rows[0]) &&
        !orm__queue_alters(db, &model->relations[relation], orm__object_of(model, rows[0]));
    if (status == ORM_OK && count > 0 && !settled)
        status = orm__queue_before(db, site, NULL);
    orm__stream_enter(db, stream);
    orm__loader_init(&loader, db, site);
    loader.alone = count == 1;
    if (status == ORM_OK && what == FOR_COUNT)
        status = orm__loader_add_count(&loader, model, relation, query, rows, count, NULL);
    else if (status == ORM_OK)
        status =
            orm__loader_add(&loader, model, relation, query, rows, count, NULL, what == FOR_ROW);
    if (status == ORM_OK)
        status = orm__loader_run(&loader);
    if (status != ORM_OK)
        orm__fail_in(&db->error, "", site);
    orm__loader_dispose(&loader);
    orm__stream_leave(db, stream);
    return status;
}

/* `row`, and where its relation is still to be loaded, the others of the list it came in. */
static bool add_siblings(orm_session *db, const orm_model *model, uint16_t relation, void *row,
                         orm__row_list *rows)
{
    const orm__result *result = orm__object_of(model, row)->result;
    bool more = result != NULL && !is_known(db, model, relation, row);
    bool ok = orm__row_list_add(rows, row);
    for (size_t i = 0; more && i < result->count && ok; i++) {
        void *other = result->rows[i];
        const orm_object *object = other == NULL ? NULL : orm__object_of(model, other);
        if (other == NULL || other == row || object->model != model || object->session != db ||
            object->detached || orm__object_is_added(object))
            continue;
        ok = orm__row_list_add(rows, other);
    }
    return ok;
}

static orm_status load_row(orm_site site, orm_session *db, const orm_model *model,
                           uint16_t relation, void *row)
{
    orm__row_list list = {.arena = &db->arena};
    orm_status status = orm__session_check_any(db, model, row);
    if (status != ORM_OK) {
        orm__fail_in(&db->error, "", site);
        return status;
    }
    if (!db->loads_siblings)
        return load_rows(site, db, model, relation, &row, 1, NULL, FOR_ROW);
    if (add_siblings(db, model, relation, row, &list))
        status = load_rows(site, db, model, relation, list.items, list.count, NULL,
                           list.count > 1 ? FOR_LIST : FOR_ROW);
    else
        status = orm__session_nomem(db);
    orm__row_list_dispose(&list);
    return status;
}

orm_status orm_gen_load(orm_site site, orm_session *db, const orm_model *model, uint16_t relation,
                        void *row, void *out)
{
    if (is_to_many(&model->relations[relation]))
        *(orm_list *)out = (orm_list){0};
    else
        *(void **)out = NULL;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = load_row(site, db, model, relation, row);
    if (status == ORM_OK)
        status = read_relation(model, relation, row, out);
    return orm__session_leave(db, status);
}

static orm_status preload(orm_site site, orm_session *db, const orm_model *model, uint16_t relation,
                          const orm_list *list, const void *query, purpose what)
{
    if (!orm__session_take(db))
        return ORM_MISUSE;
    if (list == NULL) {
        (void)orm__fail(&db->error, ORM_MISUSE, "%s.%s was to be loaded for a NULL list",
                        model->name, model->relations[relation].name);
        orm__fail_in(&db->error, "", site);
        return orm__session_leave(db, ORM_MISUSE);
    }
    return orm__session_leave(
        db, load_rows(site, db, model, relation, list->items, list->count, query, what));
}

orm_status orm_gen_preload(orm_site site, orm_session *db, const orm_model *model,
                           uint16_t relation, const void *rows, const void *query)
{
    return preload(site, db, model, relation, rows, query, FOR_LIST);
}

orm_status orm_gen_preload_count(orm_site site, orm_session *db, const orm_model *model,
                                 uint16_t relation, const void *rows, const void *query)
{
    return preload(site, db, model, relation, rows, query, FOR_COUNT);
}
