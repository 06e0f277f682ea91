#include "session/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/allocator.h"
#include "base/fail.h"
#include "model/column_value.h"
#include "session/batch.h"
#include "session/write.h"

static orm__queue *queue_of(orm_session *db)
{
    const orm_allocator *allocator = &db->engine->allocator;
    if (db->queue != NULL)
        return db->queue;
    orm__queue *queue = orm__alloc_zero(allocator, sizeof *queue);
    if (queue == NULL)
        return NULL;
    orm__arena_init(&queue->arena, allocator, &db->engine->block_cache);
    queue->end = &queue->first;
    db->queue = queue;
    return queue;
}

static void free_queue(orm_session *db)
{
    if (db->queue == NULL)
        return;
    orm__arena_dispose(&db->queue->arena);
    orm__free(&db->engine->allocator, db->queue, sizeof *db->queue);
    db->queue = NULL;
}

bool orm__queue_holds(const orm_session *db, const orm_model *model)
{
    if (db->queue == NULL || db->queue->count == 0)
        return false;
    for (const orm__queued *at = db->queue->first; at != NULL; at = at->next)
        if (!at->dropped && !at->missed && (model == NULL || at->model == model))
            return true;
    return false;
}

/* Rows that are removed may take others along, and links are rows of a table of their own. */
static bool may_alter(const orm__queued *queued, const orm_relation *relation,
                      const orm_object *object)
{
    if (queued->dropped || queued->missed)
        return false;
    if (queued->kind == ORM__QUEUED_REMOVE || relation->link != NULL ||
        strcmp(queued->model->table, relation->target->table) == 0)
        return true;
    if (object->queued != &queued->line)
        return false;
    for (size_t i = 0; i < queued->line.count; i++)
        for (uint16_t k = 0; k < relation->own_count; k++)
            if (queued->line.columns[i] == relation->own_columns[k])
                return true;
    return queued->reference_count > 0;
}

bool orm__queue_alters(const orm_session *db, const orm_relation *relation,
                       const orm_object *object)
{
    if (db->queue == NULL || db->queue->count == 0)
        return false;
    for (const orm__queued *at = db->queue->first; at != NULL; at = at->next)
        if (may_alter(at, relation, object))
            return true;
    return false;
}

void orm__queue_clear(orm_session *db)
{
    for (orm__queued *at = db->queue == NULL ? NULL : db->queue->first; at != NULL; at = at->next) {
        orm_object *object = orm__object_of(at->model, at->line.row);
        if (at->kind == ORM__QUEUED_ADD && !at->done)
            object->detached = true;
        if (object->queued == &at->line)
            object->queued = NULL;
    }
    free_queue(db);
}

void orm__queue_sweep(orm_session *db)
{
    orm__queue *queue = db->queue;
    orm__queued **link = &queue->first;
    queue->count = 0;
    while (*link != NULL) {
        orm__queued *at = *link;
        if (!at->done && !at->dropped) {
            queue->count += !at->missed;
            link = &at->next;
            continue;
        }
        orm_object *object = orm__object_of(at->model, at->line.row);
        if (object->queued == &at->line)
            object->queued = NULL;
        *link = at->next;
    }
    queue->end = link;
    if (queue->first == NULL)
        free_queue(db);
}

/* Starts a call that only queues. */
static orm_status start(orm_session *db, orm_site site, const orm_model *model)
{
    if (db->failed)
        return orm__session_enter(db, site);
    db->error.status = ORM_OK;
    if (db->read_only)
        return orm__fail(&db->error, ORM_READ_ONLY, "the session is read only");
    if (model->view)
        return orm__fail(&db->error, ORM_MISUSE, "%s is a view", model->name);
    if (queue_of(db) == NULL)
        return orm__session_nomem(db);
    orm__gathered_reset(&db->gathered, &db->queue->arena, &db->error);
    return ORM_OK;
}

typedef struct cell {
    uint16_t column;
    orm_value value;
} cell;

static int by_column(const void *left, const void *right)
{
    return (int)((const cell *)left)->column - (int)((const cell *)right)->column;
}

/* Values of the line that were not given anew, and those given, by column; all copied. */
static orm_status merge(orm_session *db, orm__line *line, const orm__given *given)
{
    orm__arena *arena = &db->queue->arena;
    size_t room = line->count + given->count;
    cell *cells = orm__arena_alloc(arena, (room + 1) * sizeof *cells);
    uint16_t *columns = orm__arena_alloc(arena, (room + 1) * sizeof *columns);
    /* Behind the values come those the row is found by. */
    orm_value *values = orm__arena_alloc(arena, (room + ORM__MAP_KEY_MAX + 1) * sizeof *values);
    size_t count = 0;
    if (cells == NULL || columns == NULL || values == NULL)
        return orm__session_nomem(db);
    for (size_t i = 0; i < given->count; i++) {
        cells[count] = (cell){given->columns[i], db->gathered.values[i]};
        if (orm__value_keep(&cells[count++].value, arena) != ORM_OK)
            return orm__session_nomem(db);
    }
    for (size_t i = 0; i < line->count; i++) {
        bool again = false;
        for (size_t k = 0; k < given->count; k++)
            again = again || given->columns[k] == line->columns[i];
        if (!again)
            cells[count++] = (cell){line->columns[i], line->values[i]};
    }
    qsort(cells, count, sizeof *cells, by_column);
    for (size_t i = 0; i < count; i++) {
        columns[i] = cells[i].column;
        values[i] = cells[i].value;
    }
    line->columns = columns;
    line->values = values;
    line->count = count;
    return ORM_OK;
}

/* Whether a relation's columns are written anew, so that it no longer gives them. */
static bool is_replaced(const orm_relation *relation, const orm__given *given)
{
    for (uint16_t i = 0; i < relation->own_count; i++)
        for (size_t k = 0; k < given->count; k++)
            if (given->columns[k] == relation->own_columns[i])
                return true;
    return false;
}

static orm_status merge_references(orm_session *db, orm__queued *queued, const orm__given *given)
{
    size_t room = queued->reference_count + given->reference_count;
    orm__reference *references =
        orm__arena_alloc(&db->queue->arena, (room + 1) * sizeof *references);
    size_t count = 0;
    if (references == NULL)
        return orm__session_nomem(db);
    for (size_t i = 0; i < queued->reference_count; i++)
        if (!is_replaced(queued->references[i].relation, given))
            references[count++] = queued->references[i];
    for (size_t i = 0; i < given->reference_count; i++)
        references[count++] = given->references[i];
    queued->references = references;
    queued->reference_count = count;
    return ORM_OK;
}

/* Brings what waits for a row to what was given besides; nothing alters when memory runs out. */
static orm_status alter(orm_session *db, orm__queued *queued, const orm__given *given)
{
    orm__queued altered = *queued;
    orm_status status = merge(db, &altered.line, given);
    if (status == ORM_OK)
        status = merge_references(db, &altered, given);
    if (status == ORM_OK)
        *queued = altered;
    return status;
}

static orm__queued *append(orm_session *db, orm_site site, const orm_model *model,
                           orm__queued_kind kind, void *row)
{
    orm__queued *queued = orm__arena_zero(&db->queue->arena, sizeof *queued);
    if (queued == NULL) {
        (void)orm__session_nomem(db);
        return NULL;
    }
    queued->model = model;
    queued->site = site;
    queued->kind = kind;
    queued->line.row = row;
    queued->line.adds = kind == ORM__QUEUED_ADD;
    return queued;
}

/* The entry counts from here on. */
static void enlist(orm_session *db, orm__queued *queued)
{
    *db->queue->end = queued;
    db->queue->end = &queued->next;
    db->queue->count++;
    orm__object_of(queued->model, queued->line.row)->queued = &queued->line;
}

static void *new_object(orm_session *db, orm_site site, const orm_model *model)
{
    orm__mapper mapper;
    orm__result *result = orm__session_result(db, site, model);
    void *row = NULL;
    if (result != NULL && orm__mapper_init(&mapper, db, db->engine->driver, &db->arena, &db->map,
                                           model, NULL, result, false, false))
        row = orm__mapper_new(&mapper);
    if (row == NULL)
        (void)orm__session_nomem(db);
    return row;
}

static orm_status add(orm_site site, orm_session *db, const orm_model *model, const void *values,
                      void **row_out)
{
    orm__given given;
    orm__given_init(&given, model);
    orm_status status = start(db, site, model);
    if (status == ORM_OK)
        status = orm__given_new(db, &given, values);
    if (status != ORM_OK)
        return status;
    void *row = new_object(db, site, model);
    orm__queued *queued = row == NULL ? NULL : append(db, site, model, ORM__QUEUED_ADD, row);
    if (queued == NULL)
        return db->error.status;
    status = alter(db, queued, &given);
    if (status != ORM_OK)
        return status;
    enlist(db, queued);
    *row_out = row;
    return ORM_OK;
}

orm_status orm_gen_add(orm_site site, orm_session *db, const orm_model *model, const void *values,
                       void *row_out)
{
    void *row = NULL;
    if (row_out != NULL)
        *(void **)row_out = NULL;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_status status = add(site, db, model, values, &row);
    if (row_out != NULL)
        *(void **)row_out = row;
    return orm__session_leave(db, orm__write_end(db, site, status));
}

static orm_status change(orm_site site, orm_session *db, const orm_model *model, void *row,
                         const void *changes)
{
    orm__given given;
    orm__given_init(&given, model);
    orm_status status = start(db, site, model);
    if (status == ORM_OK)
        status = orm__session_check_row(db, model, row);
    if (status == ORM_OK)
        status = orm__given_changes(db, &given, changes);
    if (status != ORM_OK || given.count == 0)
        return status;
    orm_object *object = orm__object_of(model, row);
    orm__queued *queued = (orm__queued *)(void *)object->queued;
    if (queued != NULL && queued->kind == ORM__QUEUED_REMOVE)
        return orm__fail(&db->error, ORM_MISUSE, "the row of %s is to be removed", model->name);
    if (queued != NULL)
        return alter(db, queued, &given);
    queued = append(db, site, model, ORM__QUEUED_CHANGE, row);
    if (queued == NULL)
        return db->error.status;
    status = alter(db, queued, &given);
    if (status == ORM_OK)
        enlist(db, queued);
    return status;
}

orm_status orm_gen_change(orm_site site, orm_session *db, const orm_model *model, void *row,
                          const void *changes)
{
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db, orm__write_end(db, site, change(site, db, model, row, changes)));
}

static orm_status remove_row(orm_site site, orm_session *db, const orm_model *model, void *row)
{
    orm__given none;
    orm__given_init(&none, model);
    orm_status status = start(db, site, model);
    if (status == ORM_OK)
        status = orm__session_check_row(db, model, row);
    if (status != ORM_OK)
        return status;
    orm_object *object = orm__object_of(model, row);
    orm__queued *queued = (orm__queued *)(void *)object->queued;
    if (queued != NULL && queued->kind == ORM__QUEUED_REMOVE)
        return ORM_OK;
    if (queued != NULL && queued->kind == ORM__QUEUED_ADD) {
        queued->dropped = true;
        db->queue->count--;
        object->queued = NULL;
        object->detached = true;
        return ORM_OK;
    }
    orm__queued *removal = append(db, site, model, ORM__QUEUED_REMOVE, row);
    if (removal == NULL)
        return db->error.status;
    status = alter(db, removal, &none);
    if (status != ORM_OK)
        return status;
    if (queued != NULL) {
        queued->dropped = true;
        db->queue->count -= !queued->missed;
    }
    enlist(db, removal);
    return ORM_OK;
}

orm_status orm_gen_remove(orm_site site, orm_session *db, const orm_model *model, void *row)
{
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db, orm__write_end(db, site, remove_row(site, db, model, row)));
}
