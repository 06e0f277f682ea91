/* Writing what waits: additions by their foreign keys, then changes, then removals. */
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "model/column_value.h"
#include "session/crew.h"
#include "session/order.h"
#include "session/queue.h"
#include "session/write.h"

/* A foreign key that had to wait until the row it leads to was inserted, or is let go before that
 * row is removed. */
typedef struct late {
    orm__line line; /* first: objects point to it */
    orm__line *was; /* what the object pointed to before */
    struct late *next;
    const orm_model *model;
    orm__reference reference; /* its row is NULL: the key becomes NULL */
    bool done;
} late;

typedef struct flush {
    orm_session *db;
    orm_site site;
    orm__arena arena;
    orm__queued **all; /* what is tried, in the order in which it was queued */
    size_t count;
    const orm_model **models; /* in the order of insertion */
    size_t model_count;
    orm__crew crew;
    late *lates;
    late **lates_end;
    const orm__queued *missed; /* the first row that was gone or newer */
    size_t missed_count;
} flush;

static void note_missed(flush *f, orm__queued *queued);

/* An inserted row knows the rows it was given to refer to. */
static void keep_references(const orm__queued *queued, orm__load *load)
{
    orm_object *object = orm__object_of(queued->model, queued->line.row);
    for (size_t i = 0; i < queued->reference_count; i++) {
        const orm__reference *reference = &queued->references[i];
        if (!orm__object_is_added(orm__object_of(reference->relation->target, reference->row)))
            object->slots[reference->relation - queued->model->relations] =
                (orm__slot){reference->row, load};
    }
}

/* What was written of one batch. Rows that were inserted have their keys from here on. */
static void note_written(flush *f, const orm__batch *batch, orm__load *load)
{
    for (size_t i = 0; i < batch->count; i++) {
        orm__line *line = batch->lines[i];
        orm__queued *queued = (orm__queued *)(void *)line;
        if (line->late) {
            late *sent = (late *)(void *)line;
            orm__object_of(batch->model, line->row)->queued = sent->was;
        } else if (batch->purpose == ORM__PURPOSE_INSERT_MANY) {
            queued->done = true;
            line->adds = false;
            keep_references(queued, load);
        } else {
            queued->done = line->hit || f->crew.committed;
            if (!queued->done)
                note_missed(f, queued);
        }
    }
}

/* Sends what is aboard. */
static orm_status depart(flush *f, bool commit)
{
    orm_status status = orm__crew_send(&f->crew, commit);
    for (orm__member *at = f->crew.first; at != NULL; at = at->next) {
        bool keys = at->batch.lines[0]->late;
        if (status == ORM_OK || keys)
            note_written(f, &at->batch, at->load);
    }
    if (f->crew.missed != NULL)
        note_missed(f, (orm__queued *)(void *)f->crew.missed);
    if (f->crew.missed_count > 0)
        f->missed_count = f->crew.missed_count;
    orm__crew_dispose(&f->crew);
    return status;
}

static orm__line **new_lines(flush *f)
{
    return orm__arena_alloc(&f->arena, (f->count + 1) * sizeof(orm__line *));
}

static orm_status board(flush *f, const orm_model *model, orm__purpose purpose, orm__line **lines,
                        size_t count, orm__load *load)
{
    return count == 0 ? ORM_OK : orm__crew_add(&f->crew, model, purpose, lines, count, load);
}

static size_t model_index(const flush *f, const orm_model *model)
{
    size_t i = 0;
    while (i < f->model_count && f->models[i] != model)
        i++;
    return i;
}

static orm_status plan(flush *f, bool again)
{
    orm__queue *queue = f->db->queue;
    size_t room = 0;
    for (const orm__queued *at = queue->first; at != NULL; at = at->next)
        room++;
    f->all = orm__arena_alloc(&f->arena, (room + 1) * sizeof *f->all);
    f->models = orm__arena_alloc(&f->arena, (room + 1) * sizeof *f->models);
    if (f->all == NULL || f->models == NULL)
        return orm__session_nomem(f->db);
    for (orm__queued *at = queue->first; at != NULL; at = at->next) {
        if (at->dropped || at->done || (at->missed && !again))
            continue;
        f->all[f->count++] = at;
        if (f->model_count > 0 && f->models[f->model_count - 1] == at->model)
            continue;
        if (model_index(f, at->model) == f->model_count)
            f->models[f->model_count++] = at->model;
    }
    return orm__models_order(f->models, f->model_count, &f->arena) ? ORM_OK
                                                                   : orm__session_nomem(f->db);
}

static void set_value(orm__line *line, uint16_t column, orm_value value)
{
    for (size_t i = 0; i < line->count; i++)
        if (line->columns[i] == column)
            line->values[i] = value;
}

/* The keys of the rows a line refers to, as they are by now. */
static orm_status fill_references(flush *f, orm__queued *queued)
{
    for (size_t i = 0; i < queued->reference_count; i++) {
        const orm__reference *reference = &queued->references[i];
        const orm_relation *relation = reference->relation;
        orm_status status = orm__session_check_row(f->db, relation->target, reference->row);
        for (uint16_t k = 0; k < relation->own_count && status == ORM_OK; k++) {
            uint16_t column = relation->own_columns[k];
            orm_value value = orm__reference_value(reference, k);
            if (value.kind != ORM_KIND_NULL)
                status = orm__column_check(queued->model, &queued->model->columns[column], &value,
                                           false, &f->arena, &f->db->error);
            if (status == ORM_OK)
                set_value(&queued->line, column, value);
        }
        if (status != ORM_OK) {
            f->db->error.site = queued->site;
            return status;
        }
    }
    return ORM_OK;
}

static late *add_late(flush *f, const orm_model *model, void *row, const orm_relation *relation,
                      void *target)
{
    late *added = orm__arena_zero(&f->arena, sizeof *added);
    orm_value *values =
        orm__arena_alloc(&f->arena, (relation->own_count + ORM__MAP_KEY_MAX + 1u) * sizeof *values);
    if (added == NULL || values == NULL)
        return NULL;
    added->model = model;
    added->reference = (orm__reference){relation, target};
    added->line.row = row;
    added->line.late = true;
    added->line.columns = relation->own_columns;
    added->line.values = values;
    added->line.count = relation->own_count;
    *f->lates_end = added;
    f->lates_end = &added->next;
    return added;
}

/* Puts off a key whose row is inserted later: NULL for now. */
static orm_status put_off(flush *f, orm__queued *queued, const orm__reference *reference)
{
    if (!orm__relation_is_nullable(queued->model, reference->relation)) {
        (void)orm__fail(&f->db->error, ORM_INVALID,
                        "%s.%s refers to a row that can only be inserted later: the rows refer to "
                        "each other, and no key on the way may be NULL",
                        queued->model->name, reference->relation->name);
        orm__fail_at(&f->db->error, queued->model->name, reference->relation->name);
        f->db->error.site = queued->site;
        return ORM_INVALID;
    }
    return add_late(f, queued->model, queued->line.row, reference->relation, reference->row) != NULL
               ? ORM_OK
               : orm__session_nomem(f->db);
}

typedef enum readiness { READY, WAITS, BLOCKED } readiness;

/* Whether rows that an addition refers to still lack a key: of its own model, or of a later one. */
static readiness readiness_of(const orm__queued *queued)
{
    readiness most = READY;
    for (size_t i = 0; i < queued->reference_count; i++) {
        const orm_model *target = queued->references[i].relation->target;
        if (!orm__object_is_added(orm__object_of(target, queued->references[i].row)))
            continue;
        if (target == queued->model)
            return WAITS;
        most = BLOCKED;
    }
    return most;
}

static orm_status put_off_all(flush *f, orm__queued *queued, bool own_too)
{
    orm_status status = ORM_OK;
    for (size_t i = 0; i < queued->reference_count && status == ORM_OK; i++) {
        const orm__reference *reference = &queued->references[i];
        const orm_model *target = reference->relation->target;
        if (orm__object_is_added(orm__object_of(target, reference->row)) &&
            (own_too || target != queued->model))
            status = put_off(f, queued, reference);
    }
    return status;
}

/* Additions of a model that are ready go together; `force` for those in a cycle of their own. */
static orm_status insert_level(flush *f, const orm_model *model, orm__queued **left, size_t *count,
                               bool force)
{
    orm_status status = ORM_OK;
    orm__line **lines = new_lines(f);
    size_t ready = 0;
    size_t kept = 0;
    if (lines == NULL)
        return orm__session_nomem(f->db);
    for (size_t i = 0; i < *count && status == ORM_OK; i++) {
        orm__queued *queued = left[i];
        readiness state = readiness_of(queued);
        if (state == WAITS && !force) {
            left[kept++] = queued;
            continue;
        }
        if (state != READY)
            status = put_off_all(f, queued, force);
        if (status == ORM_OK)
            status = fill_references(f, queued);
        lines[ready++] = &queued->line;
    }
    if (status != ORM_OK)
        return status;
    orm__load *load = orm__arena_zero(&f->db->arena, sizeof *load);
    if (load == NULL)
        return orm__session_nomem(f->db);
    load->site = f->site;
    load->epoch = f->db->map.epoch;
    *count = kept;
    return board(f, model, ORM__PURPOSE_INSERT_MANY, lines, ready, load);
}

/* Whether a row refers to one that has no key before what is aboard is written. */
static bool needs_keys(const flush *f, const orm__queued *queued)
{
    for (size_t i = 0; i < queued->reference_count && f->crew.inserts; i++) {
        const orm__reference *reference = &queued->references[i];
        if (orm__object_is_added(orm__object_of(reference->relation->target, reference->row)))
            return true;
    }
    return false;
}

static bool any_ready(orm__queued *const *left, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (readiness_of(left[i]) != WAITS)
            return true;
    return false;
}

static orm_status insert_model(flush *f, const orm_model *model)
{
    orm__queued **left = orm__arena_alloc(&f->arena, (f->count + 1) * sizeof *left);
    size_t count = 0;
    if (left == NULL)
        return orm__session_nomem(f->db);
    for (size_t i = 0; i < f->count; i++)
        if (f->all[i]->model == model && f->all[i]->kind == ORM__QUEUED_ADD)
            left[count++] = f->all[i];
    bool needed = false;
    for (size_t i = 0; i < count && !needed; i++)
        needed = needs_keys(f, left[i]);
    orm_status status = needed ? depart(f, false) : ORM_OK;
    while (count > 0 && status == ORM_OK) {
        status = insert_level(f, model, left, &count, !any_ready(left, count));
        /* The rest refers to rows of this level. */
        if (status == ORM_OK && count > 0)
            status = depart(f, false);
    }
    return status;
}

/* The values a row is found by, behind those that are written. */
static void add_match(const orm_model *model, orm__line *line, bool versioned)
{
    int version = orm__model_version(model);
    orm_value *values = line->values + line->count;
    for (uint16_t i = 0; i < model->key_count; i++)
        values[i] = orm__column_get(&model->columns[model->key[i]], line->row);
    if (versioned && version >= 0)
        values[model->key_count] = orm__column_get(&model->columns[version], line->row);
}

/* Late keys of the model of `first`; two of one row go one after the other. */
static orm_status board_late(flush *f, late *first)
{
    size_t room = 0;
    size_t count = 0;
    for (const late *at = first; at != NULL; at = at->next)
        room++;
    orm__line **lines = orm__arena_alloc(&f->arena, room * sizeof(orm__line *));
    if (lines == NULL)
        return orm__session_nomem(f->db);
    for (late *at = first; at != NULL; at = at->next) {
        orm_object *object = orm__object_of(at->model, at->line.row);
        if (at->done || at->model != first->model ||
            (object->queued != NULL && object->queued->late))
            continue;
        at->was = object->queued;
        object->queued = &at->line;
        at->done = true;
        for (uint16_t k = 0; k < at->line.count; k++)
            at->line.values[k] = at->reference.row == NULL
                                     ? (orm_value){.kind = ORM_KIND_NULL}
                                     : orm__reference_value(&at->reference, k);
        add_match(at->model, &at->line, false);
        lines[count++] = &at->line;
    }
    orm_status status = board(f, first->model, ORM__PURPOSE_UPDATE_MANY, lines, count, NULL);
    /* Not aboard: the objects point to what they pointed to. */
    for (size_t i = 0; i < count && status != ORM_OK; i++)
        orm__object_of(first->model, lines[i]->row)->queued = ((late *)(void *)lines[i])->was;
    return status;
}

/* Writes keys that were put off, or lets those of rows to be removed go. They need the keys of what
 * is aboard, and stand in the way of what comes next. */
static orm_status update_late(flush *f)
{
    orm_status status = f->lates != NULL ? depart(f, false) : ORM_OK;
    for (late *first = f->lates; first != NULL && status == ORM_OK; first = first->next) {
        if (first->done)
            continue;
        status = board_late(f, first);
        if (status == ORM_OK)
            status = depart(f, false);
    }
    f->lates = NULL;
    f->lates_end = &f->lates;
    return status;
}

/* A row that was gone, or whose version had moved on. */
static void note_missed(flush *f, orm__queued *queued)
{
    queued->missed = true;
    if (f->missed == NULL)
        f->missed = queued;
    f->missed_count++;
}

static orm_status write_known(flush *f, const orm_model *model, orm__queued_kind kind)
{
    size_t count = 0;
    orm_status status = ORM_OK;
    orm__line **lines = new_lines(f);
    if (lines == NULL)
        return orm__session_nomem(f->db);
    for (size_t i = 0; i < f->count && status == ORM_OK; i++) {
        orm__queued *queued = f->all[i];
        if (queued->model != model || queued->kind != kind)
            continue;
        if (needs_keys(f, queued))
            status = depart(f, false);
        if (status == ORM_OK)
            status = fill_references(f, queued);
        queued->line.hit = false;
        add_match(model, &queued->line, true);
        lines[count++] = &queued->line;
    }
    if (status != ORM_OK)
        return status;
    return board(f, model,
                 kind == ORM__QUEUED_CHANGE ? ORM__PURPOSE_UPDATE_MANY : ORM__PURPOSE_DELETE_MANY,
                 lines, count, NULL);
}

/* Rows to be removed let go of rows that are removed before them: only in a cycle. */
static orm_status let_go(flush *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const orm__queued *queued = f->all[i];
        const orm_model *model = queued->model;
        for (uint16_t r = 0; queued->kind == ORM__QUEUED_REMOVE && r < model->relation_count; r++) {
            const orm_relation *relation = &model->relations[r];
            size_t target = model_index(f, relation->target);
            if (relation->kind != ORM_BELONGS_TO || target == f->model_count ||
                target <= model_index(f, model) || !orm__relation_is_nullable(model, relation))
                continue;
            if (add_late(f, model, queued->line.row, relation, NULL) == NULL)
                return orm__session_nomem(f->db);
        }
    }
    return update_late(f);
}

static orm_status write_all(flush *f)
{
    orm_status status = ORM_OK;
    for (size_t m = 0; m < f->model_count && status == ORM_OK; m++)
        status = insert_model(f, f->models[m]);
    if (status == ORM_OK)
        status = update_late(f);
    for (size_t m = 0; m < f->model_count && status == ORM_OK; m++)
        status = write_known(f, f->models[m], ORM__QUEUED_CHANGE);
    if (status == ORM_OK)
        status = let_go(f);
    for (size_t m = f->model_count; m > 0 && status == ORM_OK; m--)
        status = write_known(f, f->models[m - 1], ORM__QUEUED_REMOVE);
    return status == ORM_OK ? depart(f, f->crew.commits) : status;
}

/* A key as text: "7", "r, 12". */
static void write_key(const orm_model *model, const void *row, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (uint16_t i = 0; i < model->key_count && length + 1 < size; i++) {
        orm_value value = orm__column_get(&model->columns[model->key[i]], row);
        const char *comma = i == 0 ? "" : ", ";
        char uuid[ORM_UUID_TEXT_SIZE];
        int written;
        if (value.kind == ORM_KIND_TEXT || value.kind == ORM_KIND_NUMERIC)
            written = snprintf(text + length, size - length, "%s%.60s", comma,
                               (const char *)value.as.span.data);
        else if (value.kind == ORM_KIND_UUID && orm_uuid_format(value.as.uuid, uuid) > 0)
            written = snprintf(text + length, size - length, "%s%s", comma, uuid);
        else
            written = snprintf(text + length, size - length, "%s%lld", comma,
                               (long long)value.as.integer);
        length += written > 0 ? (size_t)written : 0;
    }
}

static orm_status fail_missed(flush *f)
{
    const orm__queued *queued = f->missed;
    const orm_model *model = queued->model;
    bool versioned = orm__model_version(model) >= 0;
    char key[200];
    char more[64] = "";
    write_key(model, queued->line.row, key, sizeof key);
    if (f->missed_count > 1)
        (void)snprintf(more, sizeof more, "; so are %zu more rows", f->missed_count - 1);
    (void)orm__fail(
        &f->db->error, versioned ? ORM_STALE : ORM_NOT_FOUND,
        "the row of %s with key %s to %s %s%s", model->name, key,
        queued->kind == ORM__QUEUED_CHANGE ? "update" : "delete",
        versioned ? "was changed or deleted since it was read" : "does not exist any more", more);
    orm__fail_at(&f->db->error, model->name, NULL);
    f->db->error.site = queued->site;
    return f->db->error.status;
}

/* What failed with some of it sent is good for a rollback only; so is what waits aboard. */
static orm_status end(flush *f, orm_status status)
{
    orm_session *db = f->db;
    if (status == ORM_OK) {
        orm__queue_sweep(db);
        return f->missed != NULL ? fail_missed(f) : ORM_OK;
    }
    if (f->crew.sent && db->begun)
        db->failed = true;
    if ((status == ORM_STALE || status == ORM_NOT_FOUND) && f->missed != NULL)
        return fail_missed(f);
    return status;
}

static orm_status flush_all(orm_session *db, orm_site site, bool again, bool *committed)
{
    flush f = {.db = db, .site = site};
    f.lates_end = &f.lates;
    orm_status status = orm__session_enter(db, site);
    if (status != ORM_OK)
        return status;
    orm__arena_init(&f.arena, &db->engine->allocator, &db->engine->block_cache);
    orm__crew_init(&f.crew, db, site, &f.arena, committed != NULL);
    status = plan(&f, again);
    if (status == ORM_OK)
        status = write_all(&f);
    status = end(&f, status);
    if (committed != NULL)
        *committed = f.crew.committed;
    orm__crew_dispose(&f.crew);
    orm__arena_dispose(&f.arena);
    return status;
}

orm_status orm__queue_flush(orm_session *db, orm_site site)
{
    if (db->queue == NULL || db->queue->first == NULL)
        return ORM_OK;
    return orm__write_end(db, site, flush_all(db, site, true, NULL));
}

orm_status orm__queue_commit(orm_session *db, orm_site site, bool *committed_out)
{
    *committed_out = false;
    if (db->queue == NULL || db->queue->first == NULL)
        return ORM_OK;
    return orm__write_end(db, site, flush_all(db, site, true, committed_out));
}

orm_status orm__queue_before(orm_session *db, orm_site site, const orm_model *model)
{
    if (db->keeps_queue || !orm__queue_holds(db, model))
        return ORM_OK;
    return orm__write_end(db, site, flush_all(db, site, false, NULL));
}

orm_status orm_session_flush_at(orm_site site, orm_session *db)
{
    if (!orm__session_take(db))
        return ORM_MISUSE;
    if (db->failed)
        return orm__session_leave(db, orm__session_enter(db, site));
    db->flushing = true;
    orm_status status = orm__queue_flush(db, site);
    db->flushing = false;
    return orm__session_leave(db, status);
}
