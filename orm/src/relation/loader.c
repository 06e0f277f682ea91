#include "relation/loader.h"

#include <string.h>

#include "base/fail.h"
#include "model/column_value.h"

/* PostgreSQL decodes several results of some thousand rows for less than one giant one. The last
 * execution takes what is left, so that none is for fewer keys. */
enum { KEYS_AT_ONCE = 5000 };

void orm__loader_init(orm__loader *loader, orm_session *session, orm_site site)
{
    memset(loader, 0, sizeof *loader);
    loader->session = session;
    loader->site = site;
    loader->level_end = &loader->level;
    loader->together_end = &loader->together;
    loader->assigned.arena = &session->arena;
}

static void dispose_task(orm__task *task)
{
    orm__arena_return(task->children.arena, task->child_keys);
    task->child_keys = NULL;
    task->child_capacity = 0;
    orm__row_list_dispose(&task->children);
    orm__row_list_dispose(&task->reused);
    orm__row_list_dispose(&task->links);
    if (task->tables.query != NULL)
        orm__tables_dispose(&task->tables);
    task->tables.query = NULL;
}

void orm__loader_dispose(orm__loader *loader)
{
    for (orm__task *task = loader->level; task != NULL; task = task->next)
        dispose_task(task);
    for (orm__task *task = loader->together; task != NULL; task = task->next)
        dispose_task(task);
    orm__assigned_dispose(&loader->assigned);
}

static const char *join_path(orm_session *session, const char *parent, const char *name)
{
    if (parent == NULL || parent[0] == '\0')
        return name;
    const char *path = orm__arena_printf(&session->arena, "%s.%s", parent, name);
    return path != NULL ? path : name;
}

static orm__task *last_added(const orm__loader *loader)
{
    return (orm__task *)(void *)((char *)loader->level_end - offsetof(orm__task, next));
}

orm__task *orm__task_new(orm__loader *loader, const orm_model *owner, uint16_t index,
                         const void *generated, const char *parent_path, bool row_by_row)
{
    orm_session *session = loader->session;
    orm__task *task = orm__arena_zero(&session->arena, sizeof *task);
    if (task == NULL)
        return NULL;
    task->driver = session->engine->driver;
    task->owner = owner;
    task->relation = &owner->relations[index];
    task->relation_index = index;
    task->generated = generated;
    orm__view_read(&task->view, task->relation->target, generated);
    task->depth = task->view.depth == 0 ? 1 : task->view.depth;
    task->row_by_row = row_by_row;
    task->call = loader->call;
    task->site = loader->site;
    task->children.arena = &session->arena;
    task->reused.arena = &session->arena;
    task->links.arena = &session->arena;
    if (orm__is_watched(session->engine, session->sink))
        task->path = row_by_row ? NULL : join_path(session, parent_path, task->relation->name);
    return task;
}

orm_status orm__loader_add(orm__loader *loader, const orm_model *owner, uint16_t index,
                           const void *generated, void *const *parents, size_t count,
                           const char *parent_path, bool row_by_row)
{
    if (count == 0)
        return ORM_OK;
    orm__task *task = orm__task_new(loader, owner, index, generated, parent_path, row_by_row);
    if (task == NULL)
        return orm__session_nomem(loader->session);
    task->parents = parents;
    task->parent_count = count;
    task->alone = loader->alone && parent_path == NULL;
    *loader->level_end = task;
    loader->level_end = &task->next;
    return ORM_OK;
}

orm_status orm__loader_add_count(orm__loader *loader, const orm_model *owner, uint16_t index,
                                 const void *generated, void *const *parents, size_t count,
                                 const char *parent_path)
{
    if (count == 0)
        return ORM_OK;
    orm_status status =
        orm__loader_add(loader, owner, index, generated, parents, count, parent_path, false);
    if (status != ORM_OK)
        return status;
    orm__task *added = last_added(loader);
    added->counting = true;
    added->depth = 1;
    /* Neither order nor relations change how many rows there are. */
    memset(added->view.order_by, 0, sizeof added->view.order_by);
    added->view.with = NULL;
    added->view.counts = NULL;
    return ORM_OK;
}

static orm_status add_counts(orm__loader *loader, const orm__view *view, void *const *rows,
                             size_t count, const char *path)
{
    orm_status status = ORM_OK;
    for (uint16_t i = 0; i < view->model->relation_count && status == ORM_OK; i++) {
        const void *generated = orm__view_count(view, i);
        if (generated != NULL)
            status = orm__loader_add_count(loader, view->model, i, generated, rows, count, path);
    }
    return status;
}

orm_status orm__loader_add_with(orm__loader *loader, const orm__view *view, void *const *rows,
                                size_t count, const char *path, const orm__query *joined,
                                uint16_t table)
{
    orm_status status = add_counts(loader, view, rows, count, path);
    for (uint16_t i = 0; view->with != NULL && i < view->model->relation_count && status == ORM_OK;
         i++) {
        const void *generated = orm__view_with(view, i);
        if (generated == NULL || (joined != NULL && orm__query_joins(joined, table, i)))
            continue;
        status = orm__loader_add(loader, view->model, i, generated, rows, count, path, false);
    }
    return status;
}

/* The levels of a self relation below the one that was joined. */
static orm_status add_below_join(orm__loader *loader, const orm__tables *tables,
                                 const orm__join *join, void *const *rows, size_t count,
                                 const char *path)
{
    const orm_model *target = join->relation->target;
    if (tables->mappers[join->parent].model != target || count == 0)
        return ORM_OK;
    orm_status status = orm__loader_add(loader, target, join->relation_index, join->query, rows,
                                        count, path, false);
    if (status != ORM_OK)
        return status;
    last_added(loader)->depth--;
    return ORM_OK;
}

orm_status orm__loader_add_joined(orm__loader *loader, const orm__tables *tables, const char *path)
{
    orm_session *session = loader->session;
    orm_status status = ORM_OK;
    for (uint16_t i = 0; i < tables->query->join_count && status == ORM_OK; i++) {
        const orm__join *join = &tables->query->joins[i];
        const orm__row_list *joined = &tables->joined[i + 1];
        orm__view view;
        orm__view_read(&view, join->relation->target, join->query);
        void **rows = orm__row_list_keep(joined, &session->arena);
        if (rows == NULL)
            return orm__session_nomem(session);
        tables->mappers[i + 1].result->rows = rows;
        tables->mappers[i + 1].result->count = joined->count;
        const char *below = join_path(session, path, join->relation->name);
        orm__session_note_eager(session, tables->mappers[join->parent].model, join->relation, below,
                                false, tables->loads[i + 1],
                                tables->mappers[join->parent].result->count, joined->count);
        status = orm__loader_add_with(loader, &view, rows, joined->count, below, tables->query,
                                      (uint16_t)(i + 1));
        if (status == ORM_OK && view.depth > 1)
            status = add_below_join(loader, tables, join, rows, joined->count, below);
    }
    return status;
}

/* Room for one more child key. */
static bool add_child(orm__task *task, void *row, uint32_t key)
{
    if (task->children.count == task->child_capacity) {
        size_t capacity = task->child_capacity == 0 ? 64 : task->child_capacity * 2;
        uint32_t *keys =
            orm__arena_enlarge(task->children.arena, task->child_keys,
                               task->child_capacity * sizeof *keys, capacity * sizeof *keys);
        if (keys == NULL)
            return false;
        task->child_keys = keys;
        task->child_capacity = capacity;
    }
    task->child_keys[task->children.count] = key;
    return orm__row_list_add(&task->children, row);
}

/* What a child's own column holds; of an object that was there before, what the database says. */
static orm_status read_child(orm__task *task, orm__rows *rows, const void *row, int64_t *key_out,
                             orm_error *error)
{
    const orm__mapper *mapper = &task->tables.mappers[0];
    uint16_t index = task->relation->target_columns[0];
    const orm_column *column = &task->relation->target->columns[index];
    const char *member = (const char *)row + column->offset;
    if (!mapper->distinct)
        return mapper->driver->read_int(rows, orm__mapper_field(mapper, index)->position, key_out,
                                        error);
    *key_out = column->type == ORM_TYPE_BIGINT    ? *(const int64_t *)(const void *)member
               : column->type == ORM_TYPE_INTEGER ? *(const int32_t *)(const void *)member
                                                  : *(const int16_t *)(const void *)member;
    return ORM_OK;
}

/* The key a child belongs to; children of one parent tend to follow each other. */
static uint32_t find_key(orm__task *task, int64_t key)
{
    uint32_t last = task->last_key;
    if (last >= task->keys.count || task->keys.values[last].as.integer != key)
        task->last_key = orm__keyset_find_int(&task->keys, key);
    return task->last_key;
}

orm_status orm__piece_key(const orm__piece *part, orm__rows *rows, uint16_t ordinal,
                          uint32_t *key_out, orm_error *error)
{
    const orm__task *task = part->task;
    int64_t at = 0;
    orm_status status = task->driver->read_int(rows, ordinal, &at, error);
    if (status != ORM_OK)
        return status;
    size_t position = part->base + (size_t)at;
    if (at < 0 || position >= task->keys.count)
        return orm__fail(error, ORM_DATABASE, "a key's position is out of range");
    *key_out = task->keys.order[position];
    return ORM_OK;
}

static orm_status read_key(const orm__piece *part, orm__rows *rows, const void *row,
                           uint32_t *key_out, orm_error *error)
{
    orm__task *task = part->task;
    int64_t key = 0;
    if (task->query.by_ordinal)
        return orm__piece_key(part, rows, task->tables.ordinal, key_out, error);
    orm_status read = read_child(task, rows, row, &key, error);
    *key_out = read == ORM_OK ? find_key(task, key) : ORM__NO_PARENT;
    if (read != ORM_OK || *key_out != ORM__NO_PARENT)
        return read;
    return orm__fail(error, ORM_SCHEMA, "a row of %s came back with a key that was not asked for",
                     task->relation->target->name);
}

/*
 * A new child learns its parent while it is at hand; one that is not new is told when all have
 * come, with a way back.
 */
static void tell_parent(const orm__task *task, void *row, uint32_t key)
{
    uint32_t only = task->keys.first[key];
    if (task->inverse_load == NULL || task->keys.next[only] != ORM__NO_PARENT)
        return;
    const orm_relation *relation = task->relation;
    orm__slot *slot = &orm__object_of(relation->target, row)->slots[relation->inverse];
    if (slot->load == NULL)
        *slot = (orm__slot){task->parents[only], task->inverse_load};
}

static orm_status take_link(orm__task *task, orm__rows *rows, orm_error *error)
{
    void *row = NULL;
    orm_status status = orm__mapper_take(&task->tables.link, rows, &row, error);
    if (status == ORM_OK && !orm__row_list_add(&task->links, row))
        status = orm__fail(error, ORM_NOMEM, "out of memory");
    return status;
}

orm_status orm__task_take(orm__task *task, orm__rows *rows, uint32_t key, orm_error *error)
{
    void *row = NULL;
    bool joined = task->query.join_count > 0;
    orm_status status = joined ? orm__tables_take(&task->tables, rows, &row, error)
                               : orm__mapper_take(&task->tables.mappers[0], rows, &row, error);
    if (status == ORM_OK && !add_child(task, row, key))
        status = orm__fail(error, ORM_NOMEM, "out of memory");
    if (status == ORM_OK && orm__query_link(&task->query) != NULL)
        status = take_link(task, rows, error);
    return status;
}

static orm_status take_children(orm__call *call, orm__rows *rows, orm_error *error)
{
    const orm__piece *part = call->context;
    orm__task *task = part->task;
    bool more = false;
    orm_status status = task->driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        uint32_t key = 0;
        size_t at = task->children.count;
        status = orm__task_take(task, rows, 0, error);
        if (status == ORM_OK)
            status = read_key(part, rows, task->children.items[at], &key, error);
        if (status != ORM_OK)
            break;
        task->child_keys[at] = key;
        tell_parent(task, task->children.items[at], key);
        status = task->driver->next(rows, &more, error);
    }
    return status;
}

/* How many tasks of the level read rows of a model. */
static int readers_of(const orm__task *level, const orm_model *model)
{
    int count = 0;
    for (const orm__task *task = level; task != NULL; task = task->next) {
        count += task->relation->target == model;
        for (uint16_t i = 0; i < task->query.join_count; i++)
            count += task->query.joins[i].relation->target == model;
        count += task->relation->link != NULL && task->relation->link->model == model;
    }
    return count;
}

orm_status orm__task_fill(orm__loader *loader, orm__task *task)
{
    orm__query *query = &task->query;
    bool table = loader->session->engine->driver->dialect == ORM_DIALECT_SQLITE;
    query->purpose = ORM__PURPOSE_RELATED;
    query->model = task->relation->target;
    query->owner = task->owner;
    query->relation = task->relation;
    query->counting = task->counting;
    orm_status status = orm__view_fill(&task->view, task->relation, query, &loader->session->error);
    if (status == ORM_OK)
        status = orm__session_check_lock(loader->session, query);
    query->by_ordinal = task->counting || table || query->limited || query->skipping ||
                        !orm__relation_matches_bytes(task->owner, task->relation);
    return status;
}

orm_status orm__task_statement(orm__loader *loader, orm__task *task)
{
    orm_session *session = loader->session;
    orm_value lists[ORM__KEY_MAX];
    memset(lists, 0, sizeof lists);
    for (uint16_t i = 0; i < task->relation->own_count; i++)
        lists[i].kind = ORM_KIND_ARRAY;
    orm__gathered_reset(&session->gathered, &session->arena, &session->error);
    size_t count = task->query.above == NULL ? task->relation->own_count : 0;
    orm_status status = orm__gather_query(&session->gathered, &task->query, lists, count);
    if (status == ORM_OK)
        status = orm__session_statement(session, &task->query, &task->statement);
    if (status != ORM_OK)
        return status;
    task->value_count = session->gathered.value_count;
    task->values =
        orm__arena_alloc(&session->arena, (task->value_count + 1) * sizeof *task->values);
    if (task->values == NULL)
        return orm__session_nomem(session);
    if (task->value_count > 0)
        memcpy(task->values, session->gathered.values, task->value_count * sizeof *task->values);
    return ORM_OK;
}

bool orm__task_has_inverse(const orm__task *task)
{
    const orm_relation *relation = task->relation;
    return relation->kind != ORM_BELONGS_TO && relation->link == NULL &&
           relation->inverse != ORM_NO_RELATION &&
           relation->target->relations[relation->inverse].kind == ORM_BELONGS_TO;
}

static orm_status make_inverse_load(orm__loader *loader, orm__task *task)
{
    orm_session *session = loader->session;
    task->inverse_load = orm__arena_zero(&session->arena, sizeof *task->inverse_load);
    if (task->inverse_load == NULL)
        return orm__session_nomem(session);
    task->inverse_load->site = task->site;
    task->inverse_load->epoch = session->map.epoch;
    return ORM_OK;
}

static orm_status prepare_task(orm__loader *loader, orm__task *task)
{
    orm_session *session = loader->session;
    orm_status status = orm__keyset_sort(&task->keys, &session->error);
    if (status == ORM_OK)
        status = orm__task_statement(loader, task);
    if (status != ORM_OK)
        return status;
    if (task->counting) {
        task->numbers = orm__arena_zero(&session->arena, task->keys.count * sizeof *task->numbers);
        return task->numbers == NULL ? orm__session_nomem(session) : ORM_OK;
    }
    task->result = orm__session_result(session, task->site, task->relation->target);
    if (task->result == NULL)
        return orm__session_nomem(session);
    task->result->relation = task->relation;
    /* Keys equal for the database but not in bytes could bring one child twice. */
    bool distinct = orm__relation_matches_bytes(task->owner, task->relation) &&
                    loader->guest_count == 0 &&
                    readers_of(loader->level, task->relation->target) == 1;
    status = orm__tables_init(&task->tables, session, task->site, &task->query, task->statement,
                              task->result, distinct, task->view.refresh, &loader->assigned);
    task->tables.mappers[0].lists = true;
    if (status == ORM_OK && task->tables.mappers[0].distinct && orm__task_has_inverse(task))
        status = make_inverse_load(loader, task);
    return status;
}

static size_t pieces_of(const orm__loader *loader, const orm__task *task)
{
    if (task->keys.count == 0)
        return 0;
    if (loader->session->engine->driver->dialect != ORM_DIALECT_POSTGRESQL)
        return 1;
    return task->keys.count < KEYS_AT_ONCE ? 1 : task->keys.count / KEYS_AT_ONCE;
}

/* The calls of one task: its statement, once per piece of its keys. */
static bool fill_calls(orm__loader *loader, orm__task *task, orm__call *calls, orm__about *abouts,
                       orm__piece *parts)
{
    size_t pieces = pieces_of(loader, task);
    const orm_object *parent = orm__object_of(task->owner, task->parents[0]);
    for (size_t i = 0; i < pieces; i++) {
        size_t base = pieces == 1 ? 0 : i * KEYS_AT_ONCE;
        size_t count = pieces == 1 || i + 1 == pieces ? task->keys.count - base : KEYS_AT_ONCE;
        orm_value *values = task->values;
        if (i > 0) {
            values =
                orm__arena_alloc(&loader->session->arena, (task->value_count + 1) * sizeof *values);
            if (values == NULL)
                return false;
            memcpy(values, task->values, task->value_count * sizeof *values);
        }
        for (uint16_t k = 0; k < task->relation->own_count; k++) {
            values[k].as.span.data = task->keys.sorted[k] + base;
            values[k].as.span.size = count;
        }
        parts[i] = (orm__piece){task, base};
        calls[i] = (orm__call){.statement = task->statement,
                               .values = values,
                               .value_count = task->value_count,
                               .consume = task->counting ? orm__count_take : take_children,
                               .context = &parts[i]};
        abouts[i] = (orm__about){.kind = ORM_EVENT_RELATION,
                                 .model = task->relation->target,
                                 .relation = task->relation,
                                 .owner = task->owner,
                                 .path = task->path,
                                 .row_by_row = task->row_by_row || task->alone,
                                 .site = task->site};
        if (parent->result != NULL) {
            abouts[i].origin = parent->result->site;
            abouts[i].origin_rows = parent->result->count;
        }
    }
    return true;
}

/* The guests first: their rows may be parents of what comes next. */
static orm_status send_level(orm__loader *loader, size_t total)
{
    orm_session *session = loader->session;
    size_t at = loader->guest_count;
    orm__call *calls = orm__arena_alloc(&session->arena, (at + total + 1) * sizeof *calls);
    orm__about *abouts = orm__arena_alloc(&session->arena, (at + total) * sizeof *abouts);
    orm__piece *parts = orm__arena_alloc(&session->arena, (total + 1) * sizeof *parts);
    if (calls == NULL || abouts == NULL || parts == NULL)
        return orm__session_nomem(session);
    if (at > 0) {
        memcpy(calls + 1, loader->guests, at * sizeof *calls);
        memcpy(abouts, loader->guest_abouts, at * sizeof *abouts);
    }
    for (orm__task *task = loader->level; task != NULL; task = task->next) {
        if (!fill_calls(loader, task, calls + 1 + at, abouts + at,
                        parts + at - loader->guest_count))
            return orm__session_nomem(session);
        at += pieces_of(loader, task);
    }
    orm_status status = orm__session_send(session, loader->site, calls, abouts, at);
    if (loader->guest_count > 0)
        memcpy(loader->guests, calls + 1, loader->guest_count * sizeof *calls);
    return status;
}

static orm_status load_level(orm__loader *loader)
{
    orm_status status = ORM_OK;
    size_t total = 0;
    for (orm__task *task = loader->level; task != NULL && status == ORM_OK; task = task->next)
        status = orm__task_collect(loader, task);
    for (orm__task *task = loader->level; task != NULL; task = task->next)
        total += pieces_of(loader, task);
    if (status != ORM_OK || total + loader->guest_count == 0)
        return status;
    /* Guests have found their statements, which are kept until another flight is started. */
    if (loader->guest_count == 0)
        status = orm__session_enter(loader->session, loader->site);
    for (orm__task *task = loader->level; task != NULL && status == ORM_OK; task = task->next)
        if (task->keys.count > 0)
            status = orm__task_fill(loader, task);
    for (orm__task *task = loader->level; task != NULL && status == ORM_OK; task = task->next)
        if (task->keys.count > 0)
            status = prepare_task(loader, task);
    if (status == ORM_OK)
        status = send_level(loader, total);
    for (orm__task *task = loader->level; task != NULL && status == ORM_OK; task = task->next)
        if (task->keys.count > 0)
            status = orm__task_distribute(loader, task);
    return status;
}

/* All children of a task, new and old, in the session's memory. */
static void **all_children(orm__loader *loader, orm__task *task, size_t *count_out)
{
    for (size_t i = 0; i < task->reused.count; i++)
        if (!orm__row_list_add(&task->children, task->reused.items[i]))
            return NULL;
    *count_out = task->children.count;
    return orm__row_list_keep(&task->children, &loader->session->arena);
}

/* Of `children`, in place, those that no level has passed yet. What was passed is loaded, at least
 * as deep. */
static bool keep_new(orm__loader *loader, orm__task *task, void **children, size_t *count)
{
    orm__arena *arena = &loader->session->arena;
    size_t kept = 0;
    bool is_new = false;
    if (task->visited == NULL) {
        task->visited = orm__arena_zero(arena, sizeof *task->visited);
        if (task->visited == NULL)
            return false;
        for (size_t i = 0; i < task->parent_count; i++)
            if (!orm__visited_add(task->visited, arena, task->parents[i], &is_new))
                return false;
    }
    for (size_t i = 0; i < *count; i++) {
        if (!orm__visited_add(task->visited, arena, children[i], &is_new))
            return false;
        if (is_new)
            children[kept++] = children[i];
    }
    *count = kept;
    return true;
}

/* The next level of a self relation. */
static orm_status add_deeper(orm__loader *loader, orm__task *task, void *const *children,
                             size_t count)
{
    orm_session *session = loader->session;
    void **next = orm__arena_alloc(&session->arena, (count + 1) * sizeof *next);
    if (next == NULL)
        return orm__session_nomem(session);
    if (count > 0)
        memcpy(next, children, count * sizeof *next);
    if (!keep_new(loader, task, next, &count))
        return orm__session_nomem(session);
    if (count == 0)
        return ORM_OK;
    orm_status status = orm__loader_add(loader, task->owner, task->relation_index, task->generated,
                                        next, count, task->path, false);
    if (status != ORM_OK)
        return status;
    orm__task *added = last_added(loader);
    added->depth = task->depth - 1;
    added->visited = task->visited;
    return ORM_OK;
}

/* The relations below a finished task. */
static orm_status add_next(orm__loader *loader, orm__task *task)
{
    bool deeper = task->depth > 1 && task->relation->target == task->owner;
    /* Children that were there before came without the joins: theirs are loaded like any other
     * relation. */
    bool joins_too = task->reused.count > 0;
    if (!deeper && task->view.with == NULL && task->view.counts == NULL)
        return ORM_OK;
    size_t count = 0;
    void **children = all_children(loader, task, &count);
    if (children == NULL)
        return orm__session_nomem(loader->session);
    orm_status status =
        orm__loader_add_with(loader, &task->view, children, count, task->path,
                             joins_too || task->tables.query == NULL ? NULL : &task->query, 0);
    if (status == ORM_OK && !joins_too && task->tables.query != NULL)
        status = orm__loader_add_joined(loader, &task->tables, task->path);
    if (status == ORM_OK && deeper)
        status = add_deeper(loader, task, children, count);
    return status;
}

orm_status orm__loader_step(orm__loader *loader)
{
    orm__task *done = loader->level;
    orm_status status = load_level(loader);
    loader->guest_count = 0;
    loader->level = NULL;
    loader->level_end = &loader->level;
    for (orm__task *task = done; task != NULL; task = task->next) {
        loader->site = task->site;
        if (status == ORM_OK)
            status = add_next(loader, task);
        dispose_task(task);
    }
    return status;
}

void orm__loader_undo(orm__loader *loader)
{
    orm__assigned_undo(&loader->assigned);
    orm__fail_in(&loader->session->error, "", loader->site);
}

orm_status orm__loader_run(orm__loader *loader)
{
    orm_status status = ORM_OK;
    while (loader->level != NULL && status == ORM_OK)
        status = orm__loader_step(loader);
    if (status != ORM_OK)
        orm__loader_undo(loader);
    return status;
}
