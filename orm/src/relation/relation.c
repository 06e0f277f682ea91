#include "base/fail.h"
#include "relation/loader.h"

static const orm__slot *slot_of(const orm_model *model, uint16_t relation, const orm_object *object)
{
    if (object == NULL || object->model != model) return NULL;
    const orm__slot *slot = &object->slots[relation];
    if (slot->load == NULL) return NULL;
    atomic_store_explicit(&slot->load->was_read, true, memory_order_relaxed);
    return slot;
}

orm_status orm_gen_to_many(const orm_model *model, uint16_t relation, const orm_object *object, void *list_out)
{
    const orm__slot *slot = slot_of(model, relation, object);
    orm_list *list = list_out;
    *list = (orm_list){0};
    if (slot == NULL) return ORM_NOT_LOADED;
    *list = *(const orm_list *)slot->value;
    return ORM_OK;
}

orm_status orm_gen_to_one(const orm_model *model, uint16_t relation, const orm_object *object, void *row_out)
{
    const orm__slot *slot = slot_of(model, relation, object);
    *(void **)row_out = slot == NULL ? NULL : slot->value;
    return slot == NULL ? ORM_NOT_LOADED : ORM_OK;
}

static bool is_to_many(const orm_relation *relation)
{
    return relation->kind == ORM_HAS_MANY || relation->kind == ORM_MANY_TO_MANY;
}

static orm_status read_relation(const orm_model *model, uint16_t relation, const void *row, void *out)
{
    const orm_object *object = orm__object_of(model, row);
    if (is_to_many(&model->relations[relation])) return orm_gen_to_many(model, relation, object, out);
    return orm_gen_to_one(model, relation, object, out);
}

/* Loads one relation for rows in hand. */
static orm_status load_rows(orm_site site, orm_session *db, const orm_model *model, uint16_t relation,
                            void *const *rows, size_t count, const void *query, bool row_by_row)
{
    orm_status status = ORM_OK;
    orm__loader loader;
    db->error.status = db->failed ? db->error.status : ORM_OK;
    for (size_t i = 0; i < count && status == ORM_OK; i++) status = orm__session_check_row(db, model, rows[i]);
    orm__loader_init(&loader, db, site);
    if (status == ORM_OK) status = orm__loader_add(&loader, model, relation, query, rows, count, NULL, row_by_row);
    if (status == ORM_OK) status = orm__loader_run(&loader);
    if (status != ORM_OK) orm__fail_in(&db->error, "", site);
    orm__loader_dispose(&loader);
    return status;
}

orm_status orm_gen_load(orm_site site, orm_session *db, const orm_model *model, uint16_t relation, void *row, void *out)
{
    if (is_to_many(&model->relations[relation])) *(orm_list *)out = (orm_list){0};
    else *(void **)out = NULL;
    void **rows = orm__arena_alloc(&db->arena, sizeof *rows);
    if (rows == NULL) return orm__session_nomem(db);
    rows[0] = row;
    orm_status status = load_rows(site, db, model, relation, rows, 1, NULL, true);
    return status == ORM_OK ? read_relation(model, relation, row, out) : status;
}

orm_status orm_gen_preload(orm_site site, orm_session *db, const orm_model *model, uint16_t relation,
                           void *const *rows, size_t count, const void *query)
{
    return load_rows(site, db, model, relation, rows, count, query, false);
}
