/*
 * Rows of one model written together: one statement for each set of columns, whatever the number of
 * rows. A batch lives for one call.
 */
#ifndef ORM_SESSION_BATCH_H
#define ORM_SESSION_BATCH_H

#include "session/given.h"
#include "session/lists.h"

/* What to do about rows that are there already. */
typedef struct orm__upsert {
    uint16_t *on; /* columns of the key that may be taken */
    size_t on_count;
    const bool *update; /* one per column: which take the new values; NULL: all that are given */
    bool nothing;       /* leave such a row alone */
} orm__upsert;

typedef struct orm__batch {
    orm_session *db;
    orm_site site;
    const orm_model *model;
    orm__purpose purpose; /* INSERT_MANY, UPDATE_MANY, DELETE_MANY */
    orm__arena arena;     /* for as long as the batch */
    orm__line **lines;
    size_t count;
    const orm__upsert *upsert; /* INSERT_MANY; may be NULL */
    orm__lists lists;
    orm__result *result; /* of the rows that come back; the caller's to fill. After a run */
    bool silent;         /* INSERT_MANY: rows are written and make no objects */
    int64_t affected;    /* rows of a silent batch */
    bool unversioned;    /* UPDATE_MANY: neither asks for the version nor counts it on */
    bool judged;         /* UPDATE_MANY, DELETE_MANY: fails on the server when it misses a row */
    struct orm__column_set *sets; /* once prepared: lines of the same columns */
    size_t set_count;
} orm__batch;

void orm__batch_init(orm__batch *batch, orm_session *db, orm_site site, const orm_model *model,
                     orm__purpose purpose);
void orm__batch_dispose(orm__batch *batch);

/* Keeps what was gathered as a line. NULL: out of memory. */
orm__line *orm__batch_keep(orm__arena *arena, const orm__given *set, const orm__gathered *gathered);

/*
 * Sends the batch in one flight and fills in `row` and `hit` of every line; relations of known
 * objects follow. After a failure the transaction can only be rolled back.
 */
orm_status orm__batch_run(orm__batch *batch);

/*
 * The parts of a run, for batches that share a flight: statements, which stay on the connection
 * until the next flight is started, and what a rollback takes back; the number of calls; the calls
 * and what they are about, filled in; and, whatever became of the flight, what follows for memory.
 */
orm_status orm__batch_prepare(orm__batch *batch);
size_t orm__batch_size(const orm__batch *batch);
orm_status orm__batch_fill(orm__batch *batch, orm__call *calls, orm__about *abouts);
orm_status orm__batch_settle(orm__batch *batch, orm_status status);

/* After a judged call of a batch failed with this message: the first line that was missed, NULL if
 * that is not told, and how many were. */
orm__line *orm__batch_missed(const orm__call *call, const char *message, size_t *count_out);

/*
 * The same for a silent batch of rows to insert, by the database's own way for many where it has
 * one and it will do: one statement for each set of columns. What the database refuses is told with
 * its row, counted from `first`, where that is known.
 */
orm_status orm__batch_load(orm__batch *batch, size_t first);

/* Copies lines of one set of columns (copy.c); `*copied_out` false: they can't be, and nothing was
 * sent. */
orm_status orm__batch_copy(orm__batch *batch, orm__line *const *lines, size_t count, size_t first,
                           bool *copied_out);

/* Says in the session's error which row it is about; returns `status`. */
orm_status orm__batch_name_row(orm_session *db, size_t index, orm_status status);

/*
 * Makes the batch's lines of an array of `count` <model>_new, every value checked. A failure says
 * which row it was, counted from `first`, if the rows are `numbered`.
 */
orm_status orm__batch_gather(orm__batch *batch, const void *values, size_t first, bool numbered);

/* insert_all, and with `upsert` (may be NULL) upsert_all: enters the call itself. */
orm_status orm__insert_all(orm_site site, orm_session *db, const orm_model *model,
                           const void *values, size_t count, const orm__upsert *upsert,
                           orm_list *list);

#endif
