#include "session/stream.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/site.h"
#include "session/digest.h"
#include "sql/compile.h"
#include "sql/dialect.h"
#include "sql/fingerprint.h"

enum { STREAMS_MAX = 200 };

static void swap(orm__stream *stream)
{
    orm_session *session = stream->session;
    orm__arena arena = session->arena;
    orm__identity_map map = session->map;
    session->arena = stream->arena;
    session->map = stream->map;
    stream->arena = arena;
    stream->map = map;
}

void orm__stream_enter(orm_session *session, orm__stream *stream)
{
    if (stream == NULL)
        return;
    swap(stream);
    session->inside = stream;
}

void orm__stream_leave(orm_session *session, orm__stream *stream)
{
    if (stream == NULL)
        return;
    session->inside = NULL;
    swap(stream);
}

orm_status orm__stream_begin(orm__stream *stream, orm_session *session, orm_site site,
                             const orm_model *model)
{
    const orm_allocator *allocator = &session->engine->allocator;
    unsigned number = session->stream == NULL ? 1 : session->stream->number + 1U;
    memset(stream, 0, sizeof *stream);
    orm__compiled_init(&stream->compiled, allocator);
    if (number > STREAMS_MAX)
        return orm__fail(&session->error, ORM_MISUSE, "%d streams of rows are open", STREAMS_MAX);
    stream->outer = session->stream;
    stream->session = session;
    stream->site = site;
    stream->model = model;
    stream->number = (uint8_t)number;
    stream->cursor = number + session->cursors_left;
    orm__arena_init(&stream->frame, allocator, &session->engine->block_cache);
    orm__arena_init(&stream->arena, allocator, &session->engine->block_cache);
    orm__identity_map_init(&stream->map, allocator);
    stream->map.lasting = &stream->frame;
    stream->map.stream = stream->number;
    stream->savepoint = session->savepoints;
    stream->savepoint_count = session->savepoint_count;
    stream->mark_count = session->mark_count;
    session->stream = stream;
    return ORM_OK;
}

static bool has_cursors(const orm__stream *stream)
{
    return stream->session->engine->driver->let_go == NULL;
}

/* `text` NULL: out of memory. */
static orm_status set_text(orm__stream *stream, orm__statement *statement, const char *text)
{
    if (text == NULL)
        return orm__session_nomem(stream->session);
    *statement = (orm__statement){.sql = text,
                                  .sql_size = strlen(text),
                                  .column_count = UINT16_MAX,
                                  .once = true,
                                  .fingerprint = orm__fingerprint(text, strlen(text))};
    return ORM_OK;
}

static orm_status write_select(orm__stream *stream, const orm__query *query)
{
    orm__compiled *compiled = &stream->compiled;
    orm_dialect_name dialect = stream->session->engine->driver->dialect;
    if (has_cursors(stream))
        orm__buffer_printf(&compiled->sql, "DECLARE orm_each_%u NO SCROLL CURSOR FOR ",
                           (unsigned)stream->cursor);
    if (orm__compile_query(orm__dialect_of(dialect), query, compiled) != ORM_OK)
        return orm__session_nomem(stream->session);
    stream->select = (orm__statement){
        .sql = compiled->sql.data,
        .sql_size = compiled->sql.size,
        .fingerprint = orm__fingerprint(compiled->sql.data, compiled->sql.size),
        .params = compiled->params,
        .param_count = (uint16_t)compiled->param_count,
        .once = true,
    };
    orm__statement *gives = has_cursors(stream) ? &stream->fetch : &stream->select;
    gives->fields = compiled->fields;
    gives->field_count = (uint16_t)compiled->field_count;
    gives->column_count = compiled->column_count;
    return ORM_OK;
}

orm_status orm__stream_prepare(orm__stream *stream, const orm__query *query, int64_t batch)
{
    orm_session *session = stream->session;
    const orm__gathered *gathered = &session->gathered;
    size_t size = gathered->value_count * sizeof *stream->values;
    stream->value_count = gathered->value_count;
    stream->values = orm__arena_alloc(&stream->frame, size);
    if (stream->values == NULL)
        return orm__session_nomem(session);
    if (size > 0)
        memcpy(stream->values, gathered->values, size);
    orm_status status =
        set_text(stream, &stream->fetch,
                 orm__arena_printf(&stream->frame, "FETCH FORWARD %" PRId64 " FROM orm_each_%u",
                                   batch, (unsigned)stream->cursor));
    if (status == ORM_OK)
        status = set_text(
            stream, &stream->close,
            orm__arena_printf(&stream->frame, "CLOSE orm_each_%u", (unsigned)stream->cursor));
    return status == ORM_OK ? write_select(stream, query) : status;
}

orm_status orm__stream_fetch(orm__stream *stream, orm__consume *consume, void *context)
{
    static const orm__about going_on = {.kind = ORM_EVENT_CONTROL};
    orm__about abouts[2] = {{.kind = ORM_EVENT_SELECT, .model = stream->model, .streamed = true},
                            going_on};
    bool cursors = has_cursors(stream);
    orm__call calls[3];
    size_t count = 0;
    stream->fetched = 0;
    if (!stream->declared || !cursors)
        calls[++count] = (orm__call){.statement = &stream->select,
                                     .values = stream->values,
                                     .value_count = stream->value_count};
    if (cursors)
        calls[++count] = (orm__call){.statement = &stream->fetch};
    else
        calls[count].held = &stream->held;
    calls[count].consume = consume;
    calls[count].context = context;
    orm_status status = orm__session_send(stream->session, stream->site, calls,
                                          stream->declared ? &going_on : abouts, count);
    stream->declared = stream->declared || calls[1].status == ORM_OK;
    return status;
}

/* Frees what the driver has of the cursor. */
static void let_go(orm__stream *stream)
{
    const orm__connection *connection = stream->session->connection;
    const orm__driver *driver = stream->session->engine->driver;
    if (connection == NULL || connection->link == NULL)
        return;
    if (stream->held != NULL)
        driver->let_go(connection->link, stream->held);
    stream->held = NULL;
    if (stream->select.handle != NULL)
        driver->forget(connection->link, &stream->select);
}

void orm__stream_cut_all(orm_session *session)
{
    for (orm__stream *stream = session->stream; stream != NULL; stream = stream->outer) {
        let_go(stream);
        stream->declared = false;
        stream->cut = true;
    }
}

static orm_status close_cursor(orm__stream *stream, orm_error *error)
{
    orm_session *session = stream->session;
    if (!has_cursors(stream) || !stream->declared || !session->begun)
        return ORM_OK;
    if (session->failed) {
        /* Going back to a savepoint that the callback left open would bring the cursor back. */
        session->cursors_left += session->savepoints != stream->savepoint;
        return ORM_OK;
    }
    orm__call call = {.statement = &stream->close};
    return orm__session_control(session, stream->site, &call, 1,
                                orm__deadline_in(session->timeout_ms), error);
}

static bool is_of(const orm__stream *stream, const orm__result *result)
{
    const orm__stream_result *at = stream->results;
    while (at != NULL && at->result != result)
        at = at->next;
    return at != NULL;
}

/* The session's list of results must not lead into the stream's memory any more. */
static void unlink_results(orm__stream *stream)
{
    orm_session *session = stream->session;
    size_t left = 0;
    for (const orm__stream_result *at = stream->results; at != NULL; at = at->next)
        left++;
    for (orm__mark *mark = session->marks; mark != NULL; mark = mark->outer)
        while (mark->results != NULL && is_of(stream, mark->results))
            mark->results = mark->results->next;
    for (orm__result **at = &session->results; *at != NULL && left > 0;) {
        orm__result *result = *at;
        if (is_of(stream, result)) {
            *at = result->next;
            if (session->sink != NULL)
                orm__digest_spare(session, result);
            left--;
        } else {
            at = &(*at)->next;
        }
    }
}

void orm__stream_clear(orm__stream *stream)
{
    orm__eager_end_batch(stream->session, stream);
    for (orm__stream_result *at = stream->results; at != NULL; at = at->next) {
        at->busy = false;
        orm__digest_take(stream->session, at->result);
    }
    orm__identity_map_dispose(&stream->map);
    orm__arena_dispose(&stream->arena);
}

orm_status orm__stream_end(orm__stream *stream, orm_status status)
{
    orm_session *session = stream->session;
    if (session == NULL)
        return status;
    orm_error error = {.status = ORM_OK};
    orm_status closed = close_cursor(stream, &error);
    if (closed != ORM_OK) {
        session->cursors_left++;
        session->failed = orm__connection_state(session->connection) != ORM__TRANSACTION_ACTIVE;
        if (status == ORM_OK)
            session->error = error;
    }
    let_go(stream);
    orm__stream_clear(stream);
    unlink_results(stream);
    orm__compiled_dispose(&stream->compiled);
    orm__arena_dispose(&stream->frame);
    session->stream = stream->outer;
    return status == ORM_OK ? closed : status;
}

orm__result *orm__stream_result_for(orm__stream *stream, orm_site site, const orm_model *model)
{
    orm_session *session = stream->session;
    orm__stream_result *at = stream->results;
    while (at != NULL && (at->busy || at->result->model != model))
        at = at->next;
    if (at == NULL) {
        at = orm__arena_zero(&stream->frame, sizeof *at);
        orm__result *result =
            at == NULL ? NULL : orm__session_new_result(session, &stream->frame);
        if (result == NULL)
            return NULL;
        result->of_stream = true;
        result->next = session->results;
        session->results = result;
        at->result = result;
        at->next = stream->results;
        stream->results = at;
    }
    at->busy = true;
    if (!orm__same_site(at->result->site, site))
        at->result->number = ++session->result_count;
    at->result->model = model;
    at->result->site = site;
    at->result->relation = NULL;
    return at->result;
}

orm_status orm__stream_of(orm_session *session, const orm_model *model, void *const *rows,
                          size_t count, orm__stream **stream_out)
{
    uint8_t number = count == 0 ? 0 : orm__object_of(model, rows[0])->stream;
    orm__stream *stream = session->stream;
    for (size_t i = 1; i < count; i++)
        if (orm__object_of(model, rows[i])->stream != number)
            return orm__fail(&session->error, ORM_MISUSE,
                             "rows of %s from a stream and others can't be loaded for together",
                             model->name);
    while (number != 0 && stream != NULL && stream->number != number)
        stream = stream->outer;
    *stream_out = number == 0 ? NULL : stream;
    return ORM_OK;
}

orm_status orm__stream_refuse(orm_session *session, orm_site site, const char *what)
{
    if (session->stream == NULL)
        return ORM_OK;
    (void)orm__fail(&session->error, ORM_MISUSE,
                    "%s while a stream of its rows is being given; end the stream first", what);
    orm__fail_in(&session->error, "", site);
    return ORM_MISUSE;
}
