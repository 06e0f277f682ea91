#include "relation/walk.h"

#include <string.h>

#include "base/fail.h"
#include "model/column_value.h"
#include "session/queue.h"

void orm__walk_keys(const orm__walking *walking, orm_value *lists)
{
    memset(lists, 0, walking->model->key_count * sizeof *lists);
    for (uint16_t i = 0; i < walking->model->key_count; i++) {
        lists[i].kind = ORM_KIND_ARRAY;
        lists[i].as.span.data = walking->keys.sorted[i];
        lists[i].as.span.size = walking->keys.count;
    }
}

/* Whether a column of a known row holds something else in the database. */
static orm_status compare(orm__walking *walking, const orm__mapper *mapper, orm__rows *rows,
                          const void *row, uint16_t index, orm_error *error)
{
    const orm_column *column = &walking->model->columns[index];
    memset(walking->stored, 0, walking->model->size);
    orm_status status = mapper->driver->read(rows, &mapper->fields[index], 1, walking->stored,
                                             mapper->arena, error);
    if (status != ORM_OK)
        return status;
    orm_value stored = orm__column_get(column, walking->stored);
    orm_value known = orm__column_get(column, row);
    walking->moved = walking->moved || !orm__value_same(&stored, &known);
    return ORM_OK;
}

orm_status orm__walk_note(orm__walking *walking, const orm__mapper *mapper, orm__rows *rows,
                          const void *row, orm_error *error)
{
    const orm_relation *relation = walking->walk.relation;
    orm_status status = ORM_OK;
    if (walking->moved || relation->link != NULL ||
        orm__object_of(walking->model, row)->result == mapper->result)
        return ORM_OK;
    for (uint16_t i = 0; i < relation->own_count && status == ORM_OK; i++)
        status = compare(walking, mapper, rows, row, relation->own_columns[i], error);
    for (uint16_t i = 0; i < relation->own_count && status == ORM_OK; i++)
        status = compare(walking, mapper, rows, row, relation->target_columns[i], error);
    return status;
}

static orm_status check_rows(orm__walking *walking)
{
    orm_session *db = walking->session;
    const orm_model *model = walking->model;
    orm_status status = ORM_OK;
    bool added = false;
    if (model->key_count == 0 || walking->walk.relation->target != model)
        return orm__fail(&db->error, ORM_MISUSE, "%s.%s can't be walked", model->name,
                         walking->walk.relation->name);
    for (size_t i = 0; i < walking->from->count && status == ORM_OK; i++) {
        status = orm__session_check_any(db, model, walking->from->items[i]);
        walking->streamed =
            walking->streamed ||
            (status == ORM_OK && orm__object_of(model, walking->from->items[i])->stream != 0);
        added = added || (status == ORM_OK &&
                          orm__object_is_added(orm__object_of(model, walking->from->items[i])));
    }
    return status == ORM_OK && added ? orm__queue_flush(db, walking->site) : status;
}

/* The keys of the first rows, each once. */
static orm_status read_keys(orm__walking *walking, const orm_relation *by_key)
{
    orm_session *db = walking->session;
    const orm_list *from = walking->from;
    orm_value key[ORM__KEY_MAX];
    if (!orm__keyset_init(&walking->keys, &db->arena, walking->model, by_key, from->count))
        return orm__session_nomem(db);
    for (size_t i = 0; i < from->count; i++)
        if (orm__keyset_read(&walking->keys, from->items[i], key))
            orm__keyset_add(&walking->keys, key, (uint32_t)i);
    return orm__keyset_sort(&walking->keys, &db->error);
}

static orm_status walk(orm__walking *walking, orm__view *view, orm_list *list)
{
    const orm_model *model = walking->model;
    const orm_relation by_key = {.target = model,
                                 .own_columns = model->key,
                                 .target_columns = model->key,
                                 .own_count = model->key_count};
    orm_session *db = walking->session;
    orm_status status = check_rows(walking);
    if (status != ORM_OK || walking->from->count == 0)
        return status;
    /* A key has as many columns as keysets and the map take. */
    status = read_keys(walking, &by_key);
    walking->stored = orm__arena_zero(&db->arena, model->size);
    if (status == ORM_OK && walking->stored == NULL)
        status = orm__session_nomem(db);
    walking->complete = !walking->streamed && !orm__view_is_partial(view);
    walking->drop_start = walking->complete && !walking->walk.include_start;
    walking->walk.include_start = walking->walk.include_start || walking->complete;
    return status == ORM_OK ? orm__select_walk(walking, view, list) : status;
}

orm_status orm_gen_walk(orm_site site, orm_session *db, const orm_model *model, uint16_t relation,
                        const void *rows, const orm_walk *options, const void *query,
                        void *list_out)
{
    static const orm_walk none;
    orm_list *list = list_out;
    *list = (orm_list){0};
    if (!orm__session_take(db))
        return ORM_MISUSE;
    if (options == NULL)
        options = &none;
    orm__view view;
    orm__walking walking = {
        .session = db,
        .site = site,
        .model = model,
        .relation = relation,
        .walk = {&model->relations[relation], options->max_depth, options->include_start,
                 options->prune},
        .from = rows,
    };
    orm__view_read(&view, model, query);
    view.lists_apart = true;
    orm_status status = rows == NULL
                            ? orm__fail(&db->error, ORM_MISUSE, "the rows to walk from are NULL")
                            : walk(&walking, &view, list);
    if (status != ORM_OK)
        orm__fail_in(&db->error, "", site);
    return orm__session_leave(db, status);
}

orm_status orm_gen_walk_row(orm_site site, orm_session *db, const orm_model *model,
                            uint16_t relation, void *row, const orm_walk *options,
                            const void *query, void *list_out)
{
    void *rows[] = {row};
    const orm_list from = {.count = 1, .items = rows};
    return orm_gen_walk(site, db, model, relation, &from, options, query, list_out);
}
