/*
 * Rows given batch by batch, and the memory they live in: a batch has an arena and an identity map
 * of its own, which stand in for the session's while it is read and its relations are loaded.
 */
#ifndef ORM_SESSION_STREAM_H
#define ORM_SESSION_STREAM_H

#include "session/session.h"

/* A result of the stream, which batch after batch reuses. */
typedef struct orm__stream_result {
    struct orm__stream_result *next;
    orm__result *result;
    bool busy;
} orm__stream_result;

typedef struct orm__stream {
    struct orm__stream *outer;
    orm_session *session;
    orm_site site;
    uint8_t number;   /* from 1, the outermost */
    uint32_t cursor;  /* part of its name */
    orm__arena frame; /* what lasts as long as the stream */
    /* A batch's; while the session is inside of the stream, the session's own. */
    orm__arena arena;
    orm__identity_map map;
    orm__stream_result *results;
    /* Of the session when it began. */
    const orm__savepoint *savepoint;
    uint64_t savepoint_count;
    uint64_t mark_count;
    /* The cursor. */
    const orm_model *model;
    orm__compiled compiled;
    orm__statement select; /* DECLARE where the database has cursors of its own */
    orm__statement fetch;
    orm__statement close;
    orm_value *values;
    size_t value_count;
    orm__held *held;
    int64_t fetched; /* rows of the last batch */
    bool declared;
    bool stopped; /* by the callback */
    bool cut;     /* the transaction was rolled back */
} orm__stream;

/* Begins a stream on top of others. ORM_MISUSE: too many. */
orm_status orm__stream_begin(orm__stream *stream, orm_session *session, orm_site site,
                             const orm_model *model);
/*
 * Compiles the cursor of a gathered query; `batch` rows are asked for at a time. The query's text
 * and conditions are borrowed until the stream ends. ORM_NOMEM.
 */
orm_status orm__stream_prepare(orm__stream *stream, const orm__query *query, int64_t batch);
/* Asks for the next batch and gives its rows to `consume`, which counts them in `fetched`. */
orm_status orm__stream_fetch(orm__stream *stream, orm__consume *consume, void *context);
/* Ends the stream and its cursor, and gives back all its memory; returns `status`, or what ending
 * the cursor failed with when `status` is ORM_OK. */
orm_status orm__stream_end(orm__stream *stream, orm_status status);

/* Between these two, what the session reads belongs to the stream's batch. NULL: to the session. */
void orm__stream_enter(orm_session *session, orm__stream *stream);
void orm__stream_leave(orm_session *session, orm__stream *stream);
/* Gives back the rows of a batch. */
void orm__stream_clear(orm__stream *stream);

/* The result for rows that are read inside of a stream. NULL: out of memory. */
orm__result *orm__stream_result_for(orm__stream *stream, orm_site site, const orm_model *model);

/* The stream that all of these attached rows are of; NULL: they are the session's own.
 * ORM_MISUSE. */
orm_status orm__stream_of(orm_session *session, const orm_model *model, void *const *rows,
                          size_t count, orm__stream **stream_out);

/* The transaction of all streams is over: their cursors are ended. */
void orm__stream_cut_all(orm_session *session);

/* ORM_MISUSE when rows are being given, with `what` in the error as what can't be done then. */
orm_status orm__stream_refuse(orm_session *session, orm_site site, const char *what);

#endif
