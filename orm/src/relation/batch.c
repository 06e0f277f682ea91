/* Independent queries that travel together; their relations do level by level. */
#include <orm/batch.h>
#include <orm/gen.h>
#include <string.h>

#include "base/fail.h"
#include "model/column_value.h"
#include "relation/loader.h"
#include "session/find.h"
#include "session/number.h"
#include "session/queue.h"
#include "session/raw.h"

typedef enum entry_kind { FIND, SELECT, COUNT, EXISTS, LOAD, RAW } entry_kind;

/* A select under way. */
typedef struct selecting {
    orm__view view;
    orm__query query;
    orm__tables tables;
    orm__result *result;
    orm__row_list rows;
} selecting;

/* One query of a batch. */
typedef struct entry {
    struct entry *next;
    entry_kind kind;
    orm_site site;
    const orm_model *model;
    orm_value *values; /* FIND: the key. RAW */
    size_t value_count;
    const void *query; /* SELECT, COUNT, EXISTS; kept */
    const char *sql;   /* RAW */
    orm__raw_target target;
    uint16_t relation; /* LOAD */
    void *row;
    void *out; /* may be NULL for RAW */
    orm_status status;
    orm_error *error; /* once it is not ORM_OK */
    /* While it runs. */
    bool sent;
    size_t call; /* its place in the first flight */
    orm__found found;
    orm__number number;
    selecting *selecting;
} entry;

struct orm_batch {
    orm_session *db;
    entry *first;
    entry **end;
    size_t count;
    bool done;
};

/* Everything of a run that ends with it. */
typedef struct run {
    orm_batch *batch;
    orm_session *db;
    orm_site site;
    orm__loader loader;
    orm__call *calls;
    orm__about *abouts;
    size_t call_count;
} run;

orm_status orm_batch_open(orm_session *db, orm_batch **batch_out)
{
    *batch_out = NULL;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm_batch *batch = orm__arena_zero(&db->arena, sizeof *batch);
    if (batch == NULL)
        return orm__session_leave(db, orm__session_nomem(db));
    batch->db = db;
    batch->end = &batch->first;
    *batch_out = batch;
    return orm__session_leave(db, ORM_OK);
}

static entry *add(orm_batch *batch, orm_site site, entry_kind kind, const orm_model *model,
                  void *out)
{
    orm_session *db = batch->db;
    entry *added = orm__arena_zero(&db->arena, sizeof *added);
    if (batch->done || added == NULL) {
        (void)orm__fail(&db->error, added == NULL ? ORM_NOMEM : ORM_MISUSE, "%s",
                        added == NULL ? "out of memory" : "the batch was run already");
        orm__fail_in(&db->error, "", site);
        return NULL;
    }
    added->kind = kind;
    added->site = site;
    added->model = model;
    added->out = out;
    added->status = ORM_MISUSE;
    return added;
}

static orm_status append(orm_batch *batch, entry *added, orm_status status)
{
    orm_session *db = batch->db;
    if (status != ORM_OK) {
        orm__fail_in(&db->error, "", added->site);
        return orm__session_leave(db, status);
    }
    *batch->end = added;
    batch->end = &added->next;
    batch->count++;
    return orm__session_leave(db, ORM_OK);
}

/* Takes the session for an addition. */
static orm_status take(orm_batch *batch)
{
    if (!orm__session_take(batch->db))
        return ORM_MISUSE;
    orm_status status = orm__session_refuse_failed(batch->db);
    return status == ORM_OK ? ORM_OK : orm__session_leave(batch->db, status);
}

static orm_status keep_values(orm_batch *batch, entry *item, const orm_value *values, size_t count)
{
    orm_session *db = batch->db;
    item->values = orm__arena_alloc(&db->arena, (count + 1) * sizeof *values);
    if (item->values == NULL)
        return orm__session_nomem(db);
    for (size_t i = 0; i < count; i++) {
        item->values[i] = values[i];
        if (orm__value_keep(&item->values[i], &db->arena) != ORM_OK)
            return orm__session_nomem(db);
    }
    item->value_count = count;
    return ORM_OK;
}

static orm_status refuse(orm_batch *batch)
{
    return orm__session_leave(batch->db, batch->db->error.status);
}

orm_status orm_gen_batch_find(orm_site site, orm_batch *batch, const orm_model *model,
                              const orm_value *key, void *row_out)
{
    *(void **)row_out = NULL;
    orm_status status = take(batch);
    if (status != ORM_OK)
        return status;
    entry *added = add(batch, site, FIND, model, row_out);
    return added == NULL ? refuse(batch)
                         : append(batch, added, keep_values(batch, added, key, model->key_count));
}

static orm_status add_query(orm_site site, orm_batch *batch, entry_kind kind,
                            const orm_model *model, const void *query, void *out)
{
    orm_status status = take(batch);
    if (status != ORM_OK)
        return status;
    entry *added = add(batch, site, kind, model, out);
    if (added == NULL)
        return refuse(batch);
    status = orm__session_keep_query(batch->db, model, query, &added->query);
    return append(batch, added, status);
}

orm_status orm_gen_batch_select(orm_site site, orm_batch *batch, const orm_model *model,
                                const void *query, void *list_out)
{
    *(orm_list *)list_out = (orm_list){0};
    return add_query(site, batch, SELECT, model, query, list_out);
}

orm_status orm_gen_batch_count(orm_site site, orm_batch *batch, const orm_model *model,
                               const void *query, int64_t *count_out)
{
    *count_out = 0;
    return add_query(site, batch, COUNT, model, query, count_out);
}

orm_status orm_gen_batch_exists(orm_site site, orm_batch *batch, const orm_model *model,
                                const void *query, bool *exists_out)
{
    *exists_out = false;
    return add_query(site, batch, EXISTS, model, query, exists_out);
}

static bool is_to_many(const orm_relation *relation)
{
    return relation->kind == ORM_HAS_MANY || relation->kind == ORM_MANY_TO_MANY;
}

orm_status orm_gen_batch_load(orm_site site, orm_batch *batch, const orm_model *model,
                              uint16_t relation, void *row, void *out)
{
    if (is_to_many(&model->relations[relation]))
        *(orm_list *)out = (orm_list){0};
    else
        *(void **)out = NULL;
    orm_status status = take(batch);
    if (status != ORM_OK)
        return status;
    entry *added = add(batch, site, LOAD, model, out);
    if (added == NULL)
        return refuse(batch);
    added->relation = relation;
    added->row = row;
    return append(batch, added, orm__session_check_row(batch->db, model, row));
}

orm_status orm_batch_raw_at(orm_site site, orm_batch *batch, const char *sql,
                            const orm_value *values, size_t value_count, orm_row_callback *callback,
                            void *context, int64_t *affected_out)
{
    if (affected_out != NULL)
        *affected_out = 0;
    orm_status status = take(batch);
    if (status != ORM_OK)
        return status;
    entry *added = add(batch, site, RAW, NULL, affected_out);
    if (added == NULL)
        return refuse(batch);
    added->target = (orm__raw_target){batch->db, callback, context, site};
    if (sql == NULL)
        return append(batch, added,
                      orm__fail(&batch->db->error, ORM_INVALID, "the statement is NULL"));
    added->sql = orm__arena_copy(&batch->db->arena, sql, strlen(sql) + 1);
    status = added->sql == NULL ? orm__session_nomem(batch->db)
                                : keep_values(batch, added, values, value_count);
    return append(batch, added, status);
}

/* A query whose turn did not come, or that failed by itself: with the session's error. */
static void note_failure(const run *r, entry *item, orm_status status)
{
    item->status = status;
    item->error = orm__arena_alloc(&r->db->arena, sizeof *item->error);
    if (item->error != NULL)
        *item->error = r->db->error;
}

/* A place in the flight, with the values as they were gathered. */
static orm_status book(run *r, entry *item, orm__statement *statement, orm__consume *consume,
                       void *context, orm__about about)
{
    const orm__gathered *gathered = &r->db->gathered;
    size_t size = gathered->value_count * sizeof(orm_value);
    orm_value *values = orm__arena_alloc(&r->db->arena, size + sizeof *values);
    if (values == NULL)
        return orm__session_nomem(r->db);
    if (size > 0)
        memcpy(values, gathered->values, size);
    item->call = r->call_count;
    item->sent = true;
    about.site = item->site;
    r->abouts[r->call_count] = about;
    r->calls[r->call_count++] = (orm__call){.statement = statement,
                                            .values = values,
                                            .value_count = gathered->value_count,
                                            .consume = consume,
                                            .context = context,
                                            .status = ORM_FAILED_TRANSACTION};
    return ORM_OK;
}

static orm_status prepare_find(run *r, entry *item)
{
    orm__query query;
    orm__statement *statement = NULL;
    orm_status status =
        orm__find_gather(r->db, item->model, item->values, false, &query, &item->found.row);
    if (status != ORM_OK || item->found.row != NULL)
        return status;
    status =
        orm__find_prepare(r->db, item->site, item->model, &query, false, &item->found, &statement);
    if (status != ORM_OK)
        return status;
    orm__about about = {.kind = ORM_EVENT_FIND, .model = item->model};
    return book(r, item, statement, orm__take_found, &item->found, about);
}

static orm_status take_rows(orm__call *call, orm__rows *rows, orm_error *error)
{
    selecting *target = call->context;
    const orm__driver *driver = target->tables.mappers[0].driver;
    bool more = false;
    orm_status status = driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        void *row = NULL;
        status = target->query.join_count > 0
                     ? orm__tables_take(&target->tables, rows, &row, error)
                     : orm__mapper_take(&target->tables.mappers[0], rows, &row, error);
        if (status == ORM_OK && row != NULL && !orm__row_list_add(&target->rows, row))
            status = orm__fail(error, ORM_NOMEM, "out of memory");
        if (status == ORM_OK)
            status = driver->next(rows, &more, error);
    }
    return status;
}

/* Condition, order and limits of a query, gathered. */
static orm_status gather(run *r, const orm__view *view, orm__query *query)
{
    orm_session *db = r->db;
    orm_status status = orm__view_fill(view, NULL, query, &db->error);
    if (status == ORM_OK)
        status = orm__session_check_lock(db, query);
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    return status == ORM_OK ? orm__gather_query(&db->gathered, query, NULL, 0) : status;
}

static orm_status prepare_select(run *r, entry *item)
{
    orm_session *db = r->db;
    orm__statement *statement = NULL;
    selecting *own = orm__arena_zero(&db->arena, sizeof *own);
    if (own == NULL)
        return orm__session_nomem(db);
    item->selecting = own;
    own->rows.arena = &db->arena;
    orm__view_read(&own->view, item->model, item->query);
    own->query.purpose = ORM__PURPOSE_SELECT;
    own->query.model = item->model;
    orm_status status = gather(r, &own->view, &own->query);
    if (status == ORM_OK)
        status = orm__session_statement(db, &own->query, &statement);
    if (status != ORM_OK)
        return status;
    own->result = orm__session_result(db, item->site, item->model);
    if (own->result == NULL)
        return orm__session_nomem(db);
    /* Others of the flight may bring the same rows. */
    status = orm__tables_init(&own->tables, db, item->site, &own->query, statement, own->result,
                              false, own->view.refresh, &r->loader.assigned);
    if (status != ORM_OK)
        return status;
    own->tables.mappers[0].lists = true;
    orm__about about = {.kind = ORM_EVENT_SELECT, .model = item->model};
    return book(r, item, statement, take_rows, own, about);
}

static orm_status prepare_number(run *r, entry *item)
{
    orm_session *db = r->db;
    bool counts = item->kind == COUNT;
    orm__query *query = orm__arena_zero(&db->arena, sizeof *query);
    orm__statement *statement = NULL;
    orm__view view;
    if (query == NULL)
        return orm__session_nomem(db);
    orm__view_read(&view, item->model, item->query);
    /* Neither order nor relations change how many rows there are. */
    view.with = NULL;
    view.order_by[0] = 0;
    query->purpose = counts ? ORM__PURPOSE_COUNT : ORM__PURPOSE_EXISTS;
    query->model = item->model;
    orm_status status = gather(r, &view, query);
    if (status == ORM_OK)
        status = orm__session_statement(db, query, &statement);
    if (status != ORM_OK)
        return status;
    item->number = (orm__number){db->engine->driver, 0};
    orm__about about = {.kind = counts ? ORM_EVENT_COUNT : ORM_EVENT_EXISTS, .model = item->model};
    return book(r, item, statement, orm__take_number, &item->number, about);
}

/* The relation is one of the level that travels with the first flight. */
static orm_status prepare_load(run *r, entry *item)
{
    r->loader.site = item->site;
    orm_status status = orm__session_check_row(r->db, item->model, item->row);
    return status == ORM_OK ? orm__loader_add(&r->loader, item->model, item->relation, NULL,
                                              &item->row, 1, NULL, true)
                            : status;
}

static orm_status prepare_raw(run *r, entry *item)
{
    orm__statement *statement = NULL;
    orm_status status =
        orm__raw_gather(r->db, item->sql, item->values, item->value_count, &statement);
    orm__about about = {.kind = ORM_EVENT_RAW};
    return status == ORM_OK ? book(r, item, statement, orm__raw_call_back, &item->target, about)
                            : status;
}

static orm_status prepare(run *r, entry *item)
{
    switch (item->kind) {
    case FIND:
        return prepare_find(r, item);
    case SELECT:
        return prepare_select(r, item);
    case COUNT:
    case EXISTS:
        return prepare_number(r, item);
    case LOAD:
        return prepare_load(r, item);
    case RAW:
        break;
    }
    return prepare_raw(r, item);
}

static orm_status finish_select(run *r, entry *item)
{
    orm_session *db = r->db;
    selecting *own = item->selecting;
    orm_list *list = item->out;
    orm_status status = orm__tables_finish(&own->tables);
    if (status != ORM_OK)
        return status;
    void **rows = orm__row_list_keep(&own->rows, &db->arena);
    if (rows == NULL)
        return orm__session_nomem(db);
    own->result->rows = rows;
    own->result->count = own->rows.count;
    r->loader.site = item->site;
    if (own->view.with != NULL || own->view.counts != NULL)
        status = orm__loader_add_with(&r->loader, &own->view, rows, own->rows.count, NULL,
                                      &own->query, 0);
    if (status == ORM_OK && own->query.join_count > 0)
        status = orm__loader_add_joined(&r->loader, &own->tables, NULL);
    if (status == ORM_OK)
        *list = (orm_list){.items = rows, .count = own->rows.count};
    return status;
}

static orm_status finish_find(run *r, entry *item)
{
    if (item->sent) {
        orm_status status = orm__find_finish(r->db, &item->found);
        if (status != ORM_OK)
            return status;
    }
    *(void **)item->out = item->found.row;
    return item->found.row != NULL ? ORM_OK : orm__find_nothing(r->db, item->site, item->model);
}

static orm_status finish(run *r, entry *item)
{
    switch (item->kind) {
    case FIND:
        return finish_find(r, item);
    case SELECT:
        return finish_select(r, item);
    case COUNT:
        *(int64_t *)item->out = item->number.value;
        return ORM_OK;
    case EXISTS:
        *(bool *)item->out = item->number.value != 0;
        return ORM_OK;
    case LOAD:
        return ORM_OK;
    case RAW:
        break;
    }
    if (item->out != NULL)
        *(int64_t *)item->out = r->calls[item->call].affected;
    return ORM_OK;
}

/* Whether an item is read or completed by flights behind the first. */
static bool is_loaded_later(const entry *item)
{
    const orm__view *view = item->selecting == NULL ? NULL : &item->selecting->view;
    return item->kind == LOAD || (view != NULL && (view->with != NULL || view->counts != NULL));
}

/* After relations were loaded, or not: what those that asked for them have. */
static orm_status finish_loaded(entry *item, orm_status status)
{
    if (item->kind == SELECT && status != ORM_OK)
        *(orm_list *)item->out = (orm_list){0};
    if (item->kind != LOAD || status != ORM_OK)
        return status;
    const orm_object *object = orm__object_of(item->model, item->row);
    return is_to_many(&item->model->relations[item->relation])
               ? orm_gen_to_many(item->model, item->relation, object, item->out)
               : orm_gen_to_one(item->model, item->relation, object, item->out);
}

static void prepare_all(run *r)
{
    for (entry *at = r->batch->first; at != NULL; at = at->next) {
        r->db->error.status = ORM_OK;
        orm_status status = prepare(r, at);
        at->status = ORM_OK;
        if (status == ORM_OK)
            continue;
        orm__fail_in(&r->db->error, "", at->site);
        note_failure(r, at, status);
    }
    r->db->error.status = ORM_OK;
}

/* Whether it was none of the queries by themselves that failed in the first flight. */
static bool failed_loading(const run *r, orm_status flight)
{
    bool all = flight != ORM_OK;
    for (size_t i = 0; i < r->call_count; i++)
        all = all && r->calls[i].status == ORM_OK;
    return all;
}

/* After the first flight, in the order of the queries: those behind a failure were not run. */
static void finish_all(run *r, orm_status flight)
{
    orm_error cause = r->db->error;
    bool loading = failed_loading(r, flight);
    for (entry *at = r->batch->first; at != NULL; at = at->next) {
        if (at->status != ORM_OK)
            continue;
        orm_status status = at->sent ? r->calls[at->call].status : ORM_OK;
        if (status != ORM_OK && status != flight)
            (void)orm__fail(&r->db->error, status, "not run: another query of the batch failed");
        else if (status != ORM_OK)
            r->db->error = cause;
        else if (loading && at->kind == LOAD)
            status = flight;
        else if (flight != ORM_OK && is_loaded_later(at))
            status = orm__fail(&r->db->error, ORM_FAILED_TRANSACTION,
                               "not run: another query of the batch failed");
        else
            status = finish(r, at);
        if (status == ORM_OK)
            continue;
        orm__fail_in(&r->db->error, "", at->site);
        note_failure(r, at, status);
    }
    r->db->error = cause;
}

/* Behind the last flight. */
static void finish_later(run *r, orm_status status)
{
    for (entry *at = r->batch->first; at != NULL; at = at->next) {
        if (at->status != ORM_OK || !is_loaded_later(at))
            continue;
        orm_status own = finish_loaded(at, status);
        if (own != ORM_OK)
            note_failure(r, at, own);
    }
}

/* The first failure by position is the session's error and the batch's status. */
static orm_status conclude(const run *r, orm_status status)
{
    const entry *at = r->batch->first;
    while (at != NULL && (at->status == ORM_OK || at->status == ORM_NOT_FOUND ||
                          (status != ORM_OK && at->status == ORM_FAILED_TRANSACTION)))
        at = at->next;
    if (at == NULL)
        return status;
    if (at->error != NULL) {
        r->db->error = *at->error;
        return at->status;
    }
    (void)orm__fail(&r->db->error, at->status,
                    "a query of the batch failed, and no memory was left to keep its message");
    orm__fail_in(&r->db->error, "", at->site);
    return at->status;
}

static orm_status send_all(run *r)
{
    orm_session *db = r->db;
    prepare_all(r);
    r->loader.guests = r->calls;
    r->loader.guest_abouts = r->abouts;
    r->loader.guest_count = r->call_count;
    r->loader.site = r->site;
    orm_status status = orm__loader_step(&r->loader);
    finish_all(r, status);
    if (status == ORM_OK) {
        status = orm__loader_run(&r->loader);
        finish_later(r, status);
    } else {
        orm__loader_undo(&r->loader);
    }
    status = conclude(r, status);
    db->error.status = status;
    return status;
}

static orm_status run_batch(run *r)
{
    orm_session *db = r->db;
    orm_batch *batch = r->batch;
    if (batch->done)
        return orm__fail(&db->error, ORM_MISUSE, "the batch was run already");
    orm_status status = orm__queue_before(db, r->site, NULL);
    if (status == ORM_OK && batch->count > 0)
        status = orm__session_enter(db, r->site);
    if (status != ORM_OK)
        return status;
    batch->done = true;
    r->calls = orm__arena_alloc(&db->arena, (batch->count + 1) * sizeof *r->calls);
    r->abouts = orm__arena_alloc(&db->arena, (batch->count + 1) * sizeof *r->abouts);
    if (r->calls == NULL || r->abouts == NULL)
        return orm__session_nomem(db);
    status = send_all(r);
    for (entry *at = batch->first; at != NULL; at = at->next)
        if (at->selecting != NULL) {
            orm__row_list_dispose(&at->selecting->rows);
            if (at->selecting->tables.query != NULL)
                orm__tables_dispose(&at->selecting->tables);
        }
    return status;
}

orm_status orm_batch_run_at(orm_site site, orm_batch *batch)
{
    orm_session *db = batch->db;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    run r = {.batch = batch, .db = db, .site = site};
    orm__loader_init(&r.loader, db, site);
    orm_status status = run_batch(&r);
    if (status != ORM_OK)
        orm__fail_in(&db->error, "", site);
    orm__loader_dispose(&r.loader);
    return orm__session_leave(db, status);
}

static const entry *find_entry(const orm_batch *batch, size_t index)
{
    const entry *at = batch->first;
    for (size_t i = 0; at != NULL && i < index; i++)
        at = at->next;
    return at;
}

orm_status orm_batch_status(const orm_batch *batch, size_t index)
{
    const entry *at = find_entry(batch, index);
    return at == NULL ? ORM_MISUSE : at->status;
}

const orm_error *orm_batch_error(const orm_batch *batch, size_t index)
{
    const entry *at = find_entry(batch, index);
    return at == NULL ? NULL : at->error;
}
