/*
 * Relations that travel in the flight of the query's own rows. Their statements pick the parents
 * themselves; what they say of a key is taken only if one of the parents that came has it, and a
 * parent they do not mention is loaded as if nothing had travelled.
 */
#include "base/fail.h"
#include "relation/loader.h"

static bool can_travel(const orm__loader *loader, const orm__view *view)
{
    return loader->session->engine->driver->dialect == ORM_DIALECT_POSTGRESQL &&
           view->load == ORM_LOAD_TOGETHER && view->lock == ORM_LOCK_NONE;
}

/* Whether a condition holds SQL of the user's, which may do what must not be done twice. */
static bool holds_sql(const orm_pred *pred)
{
    bool group = false;
    switch (pred == NULL ? ORM_PRED_NONE : pred->kind) {
    case ORM_PRED_SQL:
        return true;
    case ORM_PRED_ALL_OF:
    case ORM_PRED_ANY_OF:
    case ORM_PRED_NOT:
    case ORM_PRED_HAS:
    case ORM_PRED_HAS_ONLY:
    case ORM_PRED_COUNT:
        group = true;
        break;
    default:
        break;
    }
    for (size_t i = 0; group && i < pred->as.children.count; i++)
        if (holds_sql(&pred->as.children.items[i]))
            return true;
    return false;
}

static orm_status prepare(orm__loader *loader, orm__task *task, const orm__query *above)
{
    orm_session *session = loader->session;
    orm_status status = orm__task_fill(loader, task);
    task->query.by_ordinal = true;
    task->query.above = above;
    if (status == ORM_OK)
        status = orm__task_statement(loader, task);
    if (status != ORM_OK)
        return status;
    task->loader = loader;
    task->result = orm__session_result(session, loader->site, task->relation->target);
    task->scratch = orm__arena_zero(&session->arena, task->owner->size);
    if (task->result == NULL || task->scratch == NULL)
        return orm__session_nomem(session);
    task->result->relation = task->relation;
    return orm__tables_init(&task->tables, session, loader->site, &task->query, task->statement,
                            task->result, false, task->view.refresh, &loader->assigned);
}

static orm_status add_below(orm__loader *loader, const orm__view *view, const orm__query *query,
                            orm__task *above, const orm__row_list *rows)
{
    orm_status status = ORM_OK;
    if (holds_sql(view->where))
        return ORM_OK;
    for (uint16_t i = 0; view->with != NULL && i < view->model->relation_count; i++) {
        const void *generated = orm__view_with(view, i);
        orm__view child;
        if (generated == NULL)
            continue;
        orm__view_read(&child, view->model->relations[i].target, generated);
        if (!can_travel(loader, &child))
            continue;
        orm__task *task = orm__task_new(loader, view->model, i, generated,
                                        above == NULL ? NULL : above->path, false);
        if (task == NULL)
            return orm__session_nomem(loader->session);
        *loader->together_end = task;
        loader->together_end = &task->next;
        loader->together_count++;
        task->above = above;
        task->parent_rows = rows;
        status = prepare(loader, task, query);
        if (status == ORM_OK)
            status = add_below(loader, &task->view, &task->query, task, &task->children);
        if (status != ORM_OK)
            return status;
    }
    return status;
}

orm_status orm__together_add(orm__loader *loader, const orm__view *view, const orm__query *query,
                             const orm__row_list *rows)
{
    if (view->lists_apart || view->lock != ORM_LOCK_NONE || orm__query_walks(query))
        return ORM_OK;
    loader->call = ++loader->session->loading_calls;
    orm_status status = add_below(loader, view, query, NULL, rows);
    if (loader->together == NULL)
        loader->call = 0;
    return status;
}

/* The parents have come: which of their keys are wanted. */
static orm_status start(orm__task *task, orm_error *error)
{
    orm__loader *loader = task->loader;
    orm__arena *arena = &loader->session->arena;
    task->parents = orm__row_list_keep(task->parent_rows, arena);
    if (task->parents == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    task->parent_count = task->parent_rows->count;
    task->about->origin_rows = task->parent_count;
    orm_status status = orm__task_collect(loader, task);
    if (status == ORM_OK)
        task->seen = orm__arena_zero(arena, (task->keys.count + 1) * sizeof *task->seen);
    return status == ORM_OK && task->seen != NULL ? ORM_OK
                                                  : orm__fail(error, ORM_NOMEM, "out of memory");
}

/* The key of the present row's parent, when it is another than that of the row before. */
static orm_status read_parent(orm__task *task, orm__rows *rows, orm_error *error)
{
    uint16_t count = task->relation->own_count;
    const orm__field *fields = task->statement->fields + task->statement->field_count - count;
    orm_value key[ORM__KEY_MAX];
    int64_t position = 0;
    orm_status status = task->driver->read_int(rows, task->tables.ordinal, &position, error);
    if (status != ORM_OK || position == task->position)
        return status;
    task->position = position;
    task->present = ORM__NO_PARENT;
    status = task->driver->read(rows, fields, count, task->scratch, &task->loader->session->arena,
                                error);
    if (status != ORM_OK || !orm__keyset_read(&task->keys, task->scratch, key))
        return status;
    uint32_t found = orm__keyset_find(&task->keys, key);
    /* Of parents with one key, the first to come brings the children of them all. */
    if (found == ORM__NO_PARENT || task->seen[found] != 0)
        return ORM_OK;
    task->present = found;
    task->seen[found] = position;
    return ORM_OK;
}

static orm_status take(orm__call *call, orm__rows *rows, orm_error *error)
{
    orm__task *task = call->context;
    uint16_t rank = (uint16_t)(task->tables.ordinal + 1);
    bool more = false;
    orm_status status = start(task, error);
    if (status == ORM_OK)
        status = task->driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        status = read_parent(task, rows, error);
        if (status == ORM_OK && task->present != ORM__NO_PARENT &&
            !task->driver->is_null(rows, rank))
            status = orm__task_take(task, rows, task->present, error);
        if (status == ORM_OK)
            status = task->driver->next(rows, &more, error);
    }
    return status;
}

void orm__together_fill(orm__loader *loader, orm__call *calls, orm__about *abouts)
{
    size_t at = 0;
    for (orm__task *task = loader->together; task != NULL; task = task->next, at++) {
        calls[at] = (orm__call){.statement = task->statement,
                                .values = task->values,
                                .value_count = task->value_count,
                                .consume = take,
                                .context = task};
        abouts[at] = (orm__about){.kind = ORM_EVENT_RELATION,
                                  .model = task->relation->target,
                                  .relation = task->relation,
                                  .owner = task->owner,
                                  .path = task->path,
                                  .origin = loader->site};
        task->about = &abouts[at];
    }
}

orm_status orm__together_finish(orm__loader *loader)
{
    orm_status status = ORM_OK;
    for (orm__task *task = loader->together; task != NULL && status == ORM_OK; task = task->next) {
        for (size_t k = 0; k < task->keys.count; k++)
            if (task->seen[k] == 0)
                task->keys.first[k] = ORM__NO_PARENT;
        status = orm__task_distribute(loader, task);
    }
    return status;
}
