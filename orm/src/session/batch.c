#include "session/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "model/array.h"
#include "model/column_value.h"
#include "model/deferred.h"
#include "session/cascade.h"
#include "session/related.h"
#include "session/write.h"
#include "sql/dialect.h"

enum {
    ROWS_AT_ONCE = 20000,              /* more are cut into executions of the same statement */
    STEPS_AT_ONCE = 200 * 1000 * 1000, /* rows times elements: what slicing arrays may cost */
};

/* Lines of one set of columns. */
typedef struct orm__column_set {
    orm__line **lines;
    size_t count;
    size_t capacity;
    orm__statement *statement;
    bool alone; /* one row by the statement for one row */
} column_set;

/* One execution of a set's statement. */
typedef struct piece {
    orm__batch *batch;
    const column_set *set;
    orm__line **lines;
    size_t count;
    orm__mapper mapper;
} piece;

void orm__batch_init(orm__batch *batch, orm_session *db, orm_site site, const orm_model *model,
                     orm__purpose purpose)
{
    *batch = (orm__batch){.db = db, .site = site, .model = model, .purpose = purpose};
    orm__arena_init(&batch->arena, &db->engine->allocator, &db->engine->block_cache);
    batch->lists.session = db;
    batch->lists.arena = &batch->arena;
}

void orm__batch_dispose(orm__batch *batch)
{
    orm__arena_dispose(&batch->arena);
}

orm__line *orm__batch_keep(orm__arena *arena, const orm__given *given,
                           const orm__gathered *gathered)
{
    orm__line *line = orm__arena_zero(arena, sizeof *line);
    uint16_t *columns = orm__arena_alloc(arena, (given->count + 1) * sizeof *columns);
    orm_value *values = orm__arena_alloc(arena, (gathered->value_count + 1) * sizeof *values);
    if (line == NULL || columns == NULL || values == NULL)
        return NULL;
    memcpy(columns, given->columns, given->count * sizeof *columns);
    if (gathered->value_count > 0)
        memcpy(values, gathered->values, gathered->value_count * sizeof *values);
    line->columns = columns;
    line->values = values;
    line->count = given->count;
    return line;
}

static const orm__dialect *dialect_of(const orm__batch *batch)
{
    return orm__dialect_of(batch->db->engine->driver->dialect);
}

static bool same_columns(const orm__line *left, const orm__line *right)
{
    return left->count == right->count &&
           memcmp(left->columns, right->columns, left->count * sizeof *left->columns) == 0;
}

static bool add_line(orm__arena *arena, column_set *set, orm__line *line)
{
    if (set->count == set->capacity) {
        size_t capacity = set->capacity == 0 ? 16 : set->capacity * 2;
        orm__line **lines = orm__arena_alloc(arena, capacity * sizeof *lines);
        if (lines == NULL)
            return false;
        if (set->count > 0)
            memcpy(lines, set->lines, set->count * sizeof *lines);
        set->lines = lines;
        set->capacity = capacity;
    }
    set->lines[set->count++] = line;
    return true;
}

/* Lines of the same columns, in the order in which each set is met first. NULL: out of memory. */
static column_set *find_sets(orm__batch *batch, size_t *count_out)
{
    column_set *sets = orm__arena_zero(&batch->arena, batch->count * sizeof *sets);
    bool alone = batch->purpose == ORM__PURPOSE_INSERT_MANY && batch->upsert == NULL &&
                 !orm__can_insert_bare(dialect_of(batch), batch->model);
    size_t count = 0;
    size_t at = 0;
    for (size_t i = 0; sets != NULL && i < batch->count; i++) {
        orm__line *line = batch->lines[i];
        bool bare = alone && line->count == 0;
        if (bare || at >= count || !same_columns(sets[at].lines[0], line))
            for (at = 0; at < count && (bare || !same_columns(sets[at].lines[0], line)); at++)
                ;
        if (at == count)
            sets[count++].alone = bare;
        if (!add_line(&batch->arena, &sets[at], line))
            return NULL;
    }
    *count_out = count;
    return sets;
}

static bool is_versioned(const orm__batch *batch)
{
    return !batch->unversioned && orm__model_version(batch->model) >= 0;
}

/* The columns an upsert takes from the new row: not its key, version or moment of creation. */
static size_t updated_columns(const orm__batch *batch, const orm__line *line, uint16_t *columns)
{
    const orm__upsert *upsert = batch->upsert;
    size_t count = 0;
    for (size_t i = 0; i < line->count && !upsert->nothing; i++) {
        uint16_t column = line->columns[i];
        uint16_t flags = batch->model->columns[column].flags;
        bool key = (flags & ORM_COLUMN_PRIMARY_KEY) != 0;
        for (size_t k = 0; k < upsert->on_count; k++)
            key = key || upsert->on[k] == column;
        bool wanted = upsert->update != NULL
                          ? upsert->update[column] || (flags & ORM_COLUMN_UPDATED) != 0
                          : !key && (flags & ORM_COLUMN_CREATED) == 0;
        if (wanted && (flags & ORM_COLUMN_VERSION) == 0)
            columns[count++] = column;
    }
    /* A row with nothing to take is written all the same, so that it comes back. */
    for (size_t k = 0; count == 0 && !upsert->nothing && k < upsert->on_count; k++)
        columns[count++] = upsert->on[k];
    return count;
}

static orm_status compile(const orm__batch *batch, const column_set *set, orm__compiled *compiled)
{
    const orm__dialect *dialect = dialect_of(batch);
    const orm__line *line = set->lines[0];
    uint16_t updated[ORM__WRITE_MAX];
    orm__conflict conflict = {.update = updated};
    if (set->alone)
        return orm__compile_insert(dialect, batch->model, line->columns, line->count, compiled);
    switch (batch->purpose) {
    case ORM__PURPOSE_UPDATE_MANY:
        return orm__compile_update_many(dialect, batch->model, line->columns, line->count,
                                        is_versioned(batch), batch->judged, compiled);
    case ORM__PURPOSE_DELETE_MANY:
        return orm__compile_delete_many(dialect, batch->model, batch->judged, compiled);
    default:
        break;
    }
    if (batch->upsert != NULL) {
        conflict.on = batch->upsert->on;
        conflict.on_count = batch->upsert->on_count;
        conflict.update_count = updated_columns(batch, line, updated);
    }
    return orm__compile_insert_many(dialect, batch->model, line->columns, line->count,
                                    batch->upsert == NULL ? NULL : &conflict, batch->silent,
                                    compiled);
}

/* What the text depends on. */
static void gather_shape(const orm__batch *batch, const column_set *set)
{
    orm_session *db = batch->db;
    const orm__line *line = set->lines[0];
    const orm__upsert *upsert = batch->upsert;
    struct {
        const orm_model *model;
        uint64_t purpose;
        uint64_t variant;
        uint64_t count;
    } head = {batch->model, set->alone ? ORM__PURPOSE_INSERT : batch->purpose,
              (is_versioned(batch) ? 1u : 0u) + (batch->silent ? 2u : 0u) +
                  (batch->judged ? 4u : 0u),
              line->count};
    orm__gathered_reset(&db->gathered, &batch->db->arena, &db->error);
    orm__gather_shape(&db->gathered, &head, set->alone ? 2 * sizeof(uint64_t) : sizeof head);
    orm__gather_shape(&db->gathered, line->columns, line->count * sizeof *line->columns);
    if (upsert == NULL)
        return;
    struct {
        uint64_t on_count;
        uint64_t nothing;
        uint64_t chosen;
    } tail = {upsert->on_count, upsert->nothing, upsert->update != NULL};
    orm__gather_shape(&db->gathered, &tail, sizeof tail);
    orm__gather_shape(&db->gathered, upsert->on, upsert->on_count * sizeof *upsert->on);
    if (upsert->update != NULL)
        orm__gather_shape(&db->gathered, upsert->update, batch->model->column_count * sizeof(bool));
}

static orm_status find_statement(const orm__batch *batch, column_set *set)
{
    orm_session *db = batch->db;
    gather_shape(batch, set);
    if (db->gathered.status != ORM_OK)
        return db->gathered.status;
    set->statement = orm__session_lookup(db);
    if (set->statement != NULL)
        return ORM_OK;
    orm__compiled compiled;
    orm__compiled_init(&compiled, &db->engine->allocator);
    orm_status status = compile(batch, set, &compiled);
    status = status == ORM_OK ? orm__session_keep(db, &compiled, &set->statement)
                              : orm__session_nomem(db);
    orm__compiled_dispose(&compiled);
    return status;
}

/* How many elements the arrays of a line have. */
static size_t elements_of(const orm__batch *batch, const orm__line *line)
{
    size_t elements = 0;
    for (size_t i = 0; i < line->count; i++)
        if (line->values[i].kind == ORM_KIND_ARRAY &&
            orm__is_sliced(dialect_of(batch), &batch->model->columns[line->columns[i]]))
            elements += line->values[i].as.span.size;
    return elements;
}

/* How many lines of a set from `first` on go into one execution. */
static size_t piece_size(const orm__batch *batch, const column_set *set, size_t first)
{
    size_t elements = 0;
    size_t count = 0;
    while (first + count < set->count && count < ROWS_AT_ONCE) {
        elements += elements_of(batch, set->lines[first + count]);
        if (count > 0 && elements > STEPS_AT_ONCE / (count + 1))
            break;
        count++;
    }
    return count;
}

static size_t count_pieces(const orm__batch *batch, const column_set *sets, size_t set_count)
{
    size_t pieces = 0;
    for (size_t s = 0; s < set_count; s++)
        for (size_t at = 0; at < sets[s].count; at += piece_size(batch, &sets[s], at))
            pieces++;
    return pieces;
}

static orm_value *new_list(orm__arena *arena, size_t count, orm_value *list)
{
    orm_value *items = orm__arena_alloc(arena, (count + 1) * sizeof *items);
    *list = (orm_value){.kind = ORM_KIND_ARRAY};
    list->as.span.data = items;
    list->as.span.size = count;
    return items;
}

/* All elements of one column's arrays as one list. */
static bool flatten(const piece *part, size_t at, orm_value *list)
{
    const orm__batch *batch = part->batch;
    const orm_column *column = &batch->model->columns[part->lines[0]->columns[at]];
    size_t total = 0;
    size_t next = 0;
    for (size_t i = 0; i < part->count; i++)
        if (part->lines[i]->values[at].kind == ORM_KIND_ARRAY)
            total += part->lines[i]->values[at].as.span.size;
    orm_value *items = new_list(&part->batch->arena, total, list);
    for (size_t i = 0; items != NULL && i < part->count; i++) {
        const orm_value *array = &part->lines[i]->values[at];
        for (size_t k = 0; array->kind == ORM_KIND_ARRAY && k < array->as.span.size; k++)
            items[next++] = orm__array_item((orm_type)column->type, array->as.span.data, k);
    }
    return items != NULL;
}

/* Where each row's elements begin, from 1, and end; NULL for a NULL array. */
static bool add_bounds(const piece *part, size_t at, orm_value *lists)
{
    orm_value *from = new_list(&part->batch->arena, part->count, &lists[0]);
    orm_value *to = new_list(&part->batch->arena, part->count, &lists[1]);
    int64_t next = 1;
    for (size_t i = 0; from != NULL && to != NULL && i < part->count; i++) {
        const orm_value *array = &part->lines[i]->values[at];
        from[i] = to[i] = (orm_value){.kind = ORM_KIND_NULL};
        if (array->kind != ORM_KIND_ARRAY)
            continue;
        from[i] = orm_bind_int(next);
        next += (int64_t)array->as.span.size;
        to[i] = orm_bind_int(next - 1);
    }
    return from != NULL && to != NULL;
}

static bool add_list(const piece *part, size_t at, orm_value *list)
{
    orm_value *items = new_list(&part->batch->arena, part->count, list);
    for (size_t i = 0; items != NULL && i < part->count; i++)
        items[i] = part->lines[i]->values[at];
    return items != NULL;
}

/* Columns a row is found by. */
static size_t match_count(const orm__batch *batch)
{
    if (batch->purpose == ORM__PURPOSE_INSERT_MANY)
        return 0;
    return batch->model->key_count + (is_versioned(batch) ? 1u : 0u);
}

/* The values of one execution in the order of its parameters. NULL: out of memory. */
static orm_value *make_lists(const piece *part, size_t *count_out)
{
    const orm__batch *batch = part->batch;
    const orm__line *line = part->lines[0];
    size_t width = line->count + match_count(batch);
    size_t next = 0;
    bool ok = true;
    orm_value *lists = orm__arena_alloc(&part->batch->arena, (3 * width + 2) * sizeof *lists);
    for (size_t i = 0; lists != NULL && ok && i < line->count; i++)
        if (orm__is_sliced(dialect_of(batch), &batch->model->columns[line->columns[i]]))
            ok = flatten(part, i, &lists[next++]);
    for (size_t i = 0; lists != NULL && ok && i < width; i++) {
        bool sliced = i < line->count &&
                      orm__is_sliced(dialect_of(batch), &batch->model->columns[line->columns[i]]);
        ok = sliced ? add_bounds(part, i, &lists[next]) : add_list(part, i, &lists[next]);
        next += sliced ? 2 : 1;
    }
    if (lists != NULL && ok && width == 0) {
        orm_value *items = new_list(&part->batch->arena, part->count, &lists[next++]);
        for (size_t i = 0; items != NULL && i < part->count; i++)
            items[i] = orm_bind_int((int64_t)i);
        ok = items != NULL;
    }
    if (lists != NULL && ok && batch->judged)
        lists[next++] = orm_bind_int((int64_t)part->count);
    *count_out = part->set->alone ? 0 : next;
    return ok ? lists : NULL;
}

/* Reads the present row over an object that is known. */
static orm_status overwrite(const piece *part, orm__rows *rows, const orm__line *line, void *row,
                            orm_error *error)
{
    const orm__mapper *mapper = &part->mapper;
    orm_object *object = orm__object_of(mapper->model, row);
    orm_status status = mapper->driver->read(rows, mapper->fields, mapper->field_count, row,
                                             orm__mapper_arena(mapper, object), error);
    orm__deferred_forget(mapper->model, row, line->columns, line->count);
    object->epoch = mapper->map->epoch;
    *(orm_object **)(void *)((char *)row + mapper->model->object_offset) = object;
    return status;
}

/* An inserted row: into the object that waits for it, or a new one. */
static orm_status take_inserted(piece *part, orm__rows *rows, orm__line *line, orm_error *error)
{
    orm_session *db = part->batch->db;
    void *row = line->row;
    orm_status status;
    if (row == NULL) {
        status = orm__mapper_take(&part->mapper, rows, &row, error);
        if (status != ORM_OK)
            return status;
        bool known = orm__object_of(part->mapper.model, row)->result != part->mapper.result;
        line->row = row;
        line->hit = true;
        if (!known)
            return ORM_OK;
        /* An upsert's row that the session had, or one deleted behind its back. */
        if (!orm__session_undoable(db, part->mapper.model, row, ORM__UNDO_UPDATE))
            return orm__fail(error, ORM_NOMEM, "out of memory");
        line->before = db->undo->before;
        return overwrite(part, rows, line, row, error);
    }
    status = overwrite(part, rows, line, row, error);
    if (status == ORM_OK && part->mapper.identity != NULL &&
        !orm__identity_add(&db->map, part->mapper.identity, row))
        status = orm__fail(error, ORM_NOMEM, "out of memory");
    line->hit = status == ORM_OK;
    return status;
}

/* A changed or deleted row is told by its key. */
static orm_status take_known(piece *part, orm__rows *rows, orm_error *error)
{
    void *row = NULL;
    orm_status status = orm__mapper_take(&part->mapper, rows, &row, error);
    orm__line *line = status == ORM_OK ? orm__object_of(part->mapper.model, row)->queued : NULL;
    if (line == NULL)
        return status;
    line->hit = true;
    line->gone = part->batch->purpose == ORM__PURPOSE_DELETE_MANY;
    if (!line->gone)
        status = overwrite(part, rows, line, row, error);
    if (status == ORM_OK)
        return ORM_OK;
    /* Nothing of half a row is to be seen. */
    line->hit = false;
    if (line->before != NULL)
        memcpy(row, line->before, part->mapper.model->size);
    return status;
}

orm__line *orm__batch_missed(const orm__call *call, const char *message, size_t *count_out)
{
    const piece *part = call->context;
    const char *mark = strstr(message, ORM__MISSED_MARK);
    char *end = NULL;
    *count_out = 1;
    if (mark == NULL)
        return NULL;
    long long missed = strtoll(mark + sizeof ORM__MISSED_MARK - 1, &end, 10);
    unsigned long long first = *end == ':' ? strtoull(end + 1, NULL, 10) : 0;
    if (missed > 0)
        *count_out = (size_t)missed;
    return first > 0 && first <= part->count ? part->lines[first - 1] : NULL;
}

static orm_status take_piece(orm__call *call, orm__rows *rows, orm_error *error)
{
    piece *part = call->context;
    const orm__batch *batch = part->batch;
    const orm__driver *driver = part->mapper.driver;
    bool insert = batch->purpose == ORM__PURPOSE_INSERT_MANY;
    bool loose = batch->upsert != NULL && batch->upsert->nothing;
    size_t at = 0;
    bool more = false;
    orm_status status = driver->next(rows, &more, error);
    while (status == ORM_OK && more && !(insert && at == part->count)) {
        status = insert ? take_inserted(part, rows, part->lines[at], error)
                        : take_known(part, rows, error);
        at++;
        if (status == ORM_OK)
            status = driver->next(rows, &more, error);
    }
    if (status == ORM_OK && insert && !loose && (more || at < part->count))
        return orm__fail(error, ORM_DATABASE,
                         "the database did not return the %zu rows inserted into %s (a trigger or "
                         "rule?)",
                         part->count, batch->model->table);
    return status;
}

/* What a miss means that the server judges. */
static orm_status judged_as(const orm__batch *batch)
{
    if (!batch->judged)
        return ORM_OK;
    return is_versioned(batch) ? ORM_STALE : ORM_NOT_FOUND;
}

static orm_status fill_calls(orm__batch *batch, const column_set *sets, size_t set_count,
                             orm__call *calls, orm__about *abouts, piece *parts)
{
    orm_session *db = batch->db;
    static const orm_event_kind kinds[] = {ORM_EVENT_INSERT, ORM_EVENT_UPDATE, ORM_EVENT_DELETE};
    orm__result *result = orm__session_result(db, batch->site, batch->model);
    size_t next = 0;
    batch->result = result;
    for (size_t s = 0; result != NULL && s < set_count; s++)
        for (size_t at = 0; at < sets[s].count; at += parts[next++].count) {
            piece *part = &parts[next];
            *part = (piece){.batch = batch, .set = &sets[s], .lines = sets[s].lines + at};
            part->count = piece_size(batch, &sets[s], at);
            size_t value_count = 0;
            orm_value *values = make_lists(part, &value_count);
            if (values == NULL ||
                !orm__mapper_init(&part->mapper, db, db->engine->driver, &db->arena, &db->map,
                                  batch->model, sets[s].statement->fields, result, false, false))
                return orm__session_nomem(db);
            calls[next] = (orm__call){.statement = sets[s].statement,
                                      .values = values,
                                      .value_count = value_count,
                                      .consume = batch->silent ? NULL : take_piece,
                                      .context = part,
                                      .judged = judged_as(batch)};
            abouts[next] = (orm__about){.kind = kinds[batch->purpose - ORM__PURPOSE_INSERT_MANY],
                                        .model = batch->model};
        }
    return result != NULL ? ORM_OK : orm__session_nomem(db);
}

static orm_status fill(orm__batch *batch, const column_set *sets, size_t set_count, size_t total,
                       orm__call *calls, orm__about *abouts)
{
    piece *parts = orm__arena_alloc(&batch->arena, total * sizeof *parts);
    if (parts == NULL)
        return orm__session_nomem(batch->db);
    return fill_calls(batch, sets, set_count, calls, abouts, parts);
}

size_t orm__batch_size(const orm__batch *batch)
{
    return count_pieces(batch, batch->sets, batch->set_count);
}

orm_status orm__batch_fill(orm__batch *batch, orm__call *calls, orm__about *abouts)
{
    return fill(batch, batch->sets, batch->set_count, orm__batch_size(batch), calls, abouts);
}

static orm_status send(orm__batch *batch, const column_set *sets, size_t set_count)
{
    orm_session *db = batch->db;
    size_t total = count_pieces(batch, sets, set_count);
    orm__call *calls = orm__arena_alloc(&batch->arena, (total + 1) * sizeof *calls);
    orm__about *abouts = orm__arena_alloc(&batch->arena, total * sizeof *abouts);
    if (calls == NULL || abouts == NULL)
        return orm__session_nomem(db);
    orm_status status = fill(batch, sets, set_count, total, calls + 1, abouts);
    if (status == ORM_OK)
        status = orm__session_send(db, batch->site, calls, abouts, total);
    for (size_t i = 1; i <= total && status == ORM_OK; i++)
        batch->affected += calls[i].affected;
    return status;
}

/* A row that came into being: a rollback takes it back, and lists that should hold it do not. */
static orm_status settle_inserted(orm__batch *batch, orm__line *line)
{
    orm_session *db = batch->db;
    if (orm__session_undoable(db, batch->model, line->row, ORM__UNDO_INSERT)) {
        orm__lists_note(&batch->lists, batch->model, line->row, line->row, true);
        return ORM_OK;
    }
    orm__identity *identity = orm__identity_of(&db->map, batch->model);
    if (identity != NULL)
        orm__identity_remove(&db->map, identity, line->row);
    orm__object_of(batch->model, line->row)->detached = true;
    return orm__session_nomem(db);
}

static orm_status settle_deleted(orm__batch *batch, orm__line *line)
{
    orm_session *db = batch->db;
    orm__identity *identity = orm__identity_of(&db->map, batch->model);
    if (identity == NULL || !orm__session_undoable(db, batch->model, line->row, ORM__UNDO_DELETE))
        return orm__session_nomem(db);
    orm__identity_remove(&db->map, identity, line->row);
    orm__object_of(batch->model, line->row)->detached = true;
    orm__lists_note(&batch->lists, batch->model, line->row, line->row, false);
    return ORM_OK;
}

static orm_status settle_line(orm__batch *batch, orm__line *line)
{
    if (!line->hit)
        return ORM_OK;
    if (batch->purpose == ORM__PURPOSE_DELETE_MANY)
        return settle_deleted(batch, line);
    if (line->before != NULL)
        orm__lists_note_moved(&batch->lists, batch->model, line->row, line->before);
    return batch->purpose == ORM__PURPOSE_UPDATE_MANY || line->before != NULL
               ? ORM_OK
               : settle_inserted(batch, line);
}

/* Objects are remembered before anything is written over them. */
static orm_status remember(orm__batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        orm__line *line = batch->lines[i];
        if (line->row == NULL || batch->purpose == ORM__PURPOSE_DELETE_MANY)
            continue;
        if (!orm__session_undoable(batch->db, batch->model, line->row, ORM__UNDO_UPDATE))
            return orm__session_nomem(batch->db);
        if (batch->purpose == ORM__PURPOSE_UPDATE_MANY)
            line->before = batch->db->undo->before;
    }
    return ORM_OK;
}

orm_status orm__batch_prepare(orm__batch *batch)
{
    batch->sets = find_sets(batch, &batch->set_count);
    orm_status status = batch->sets != NULL ? ORM_OK : orm__session_nomem(batch->db);
    for (size_t s = 0; s < batch->set_count && status == ORM_OK; s++)
        status = find_statement(batch, &batch->sets[s]);
    return status == ORM_OK ? remember(batch) : status;
}

orm_status orm__batch_settle(orm__batch *batch, orm_status status)
{
    orm_session *db = batch->db;
    if (status == ORM_OK && batch->purpose == ORM__PURPOSE_DELETE_MANY &&
        !orm__cascade(&batch->lists, batch->model))
        status = orm__session_nomem(db);
    for (size_t i = 0; i < batch->count; i++) {
        orm_status settled = settle_line(batch, batch->lines[i]);
        status = status == ORM_OK ? settled : status;
    }
    orm__lists_apply(&batch->lists);
    if (status == ORM_OK && batch->purpose == ORM__PURPOSE_DELETE_MANY)
        orm__related_doubt(db, batch->model, false);
    /* Part of the rows may be written: only all or nothing is right. */
    if (status != ORM_OK && db->begun)
        db->failed = true;
    return status;
}

orm_status orm__batch_run(orm__batch *batch)
{
    if (batch->count == 0)
        return ORM_OK;
    orm_status status = orm__batch_prepare(batch);
    if (status != ORM_OK)
        return status;
    status = send(batch, batch->sets, batch->set_count);
    return orm__batch_settle(batch, status);
}

static orm_status load_set(orm__batch *batch, column_set *set, size_t first)
{
    bool copied = false;
    orm_status status = orm__batch_copy(batch, set->lines, set->count, first, &copied);
    if (status != ORM_OK || copied)
        return status;
    status = find_statement(batch, set);
    return status == ORM_OK ? send(batch, set, 1) : status;
}

orm_status orm__batch_load(orm__batch *batch, size_t first)
{
    orm_session *db = batch->db;
    size_t set_count = 0;
    if (db->engine->driver->copy == NULL || batch->count == 0)
        return orm__batch_run(batch);
    column_set *sets = find_sets(batch, &set_count);
    orm_status status = sets != NULL ? ORM_OK : orm__session_nomem(db);
    for (size_t s = 0; s < set_count && status == ORM_OK; s++)
        status = load_set(batch, &sets[s], first);
    if (status != ORM_OK && db->begun)
        db->failed = true;
    return status;
}
