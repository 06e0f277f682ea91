/*
 * Queries that do not depend on one another, sent together: one round trip for all of them on
 * PostgreSQL, and one more for each level of relations, whatever the number of queries. On SQLite
 * they run one after another, with the same outcome.
 *
 *     orm_batch *batch = NULL;
 *     TRY(orm_batch_open(db, &batch));
 *     TRY(user_batch_find(batch, id, &user));
 *     TRY(project_batch_select(batch, &(project_query){.limit = 10}, &projects));
 *     TRY(user_batch_count(batch, NULL, &count));
 *     TRY(orm_batch_run(batch));
 *
 * What is added is copied; outs are borrowed until the run, empty before it and filled by it. A
 * find that has no row is no failure of the batch: its out is NULL, its status ORM_NOT_FOUND. When
 * a query fails, those behind it are not run, and the transaction has failed as after any other.
 * Many rows of one table by their keys are one query with orm_in; asking for them one by one in a
 * batch costs one round trip, too, but a statement for each, and the detector goes on saying so.
 */
#ifndef ORM_BATCH_H
#define ORM_BATCH_H

#include <orm/raw.h>
#include <orm/session.h>

ORM_BEGIN_DECLS

/* Queries that wait to be sent. session. It is run once. */
typedef struct orm_batch orm_batch;

/* An empty batch. ORM_NOMEM. */
ORM_API ORM_MUST_USE orm_status orm_batch_open(orm_session *db, orm_batch **batch_out);

/*
 * Adds a hand-written statement, as orm_raw. The callback, its context and `affected_out` (the last
 * three may be NULL) are borrowed until the run; the callback can't use the session.
 */
#define orm_batch_raw(...) orm_batch_raw_at(ORM_SITE, __VA_ARGS__)
ORM_API ORM_MUST_USE orm_status orm_batch_raw_at(orm_site site, orm_batch *batch, const char *sql,
                                                 const orm_value *values, size_t value_count,
                                                 orm_row_callback *callback, void *context,
                                                 int64_t *affected_out);

/*
 * Sends everything and fills in the outs. What is queued is written first. The first failure by
 * position, but for ORM_NOT_FOUND; ORM_MISUSE when it was run before.
 */
#define orm_batch_run(batch) orm_batch_run_at(ORM_SITE, batch)
ORM_API ORM_MUST_USE orm_status orm_batch_run_at(orm_site site, orm_batch *batch);

/*
 * What became of a query, by the order in which it was added, from 0: after the run its status, and
 * if that is not ORM_OK what there is to say (session, else NULL). ORM_FAILED_TRANSACTION: not run,
 * because an earlier one failed. ORM_MISUSE: there is no such query, or it was not run yet.
 */
ORM_API orm_status orm_batch_status(const orm_batch *batch, size_t index);
ORM_API const orm_error *orm_batch_error(const orm_batch *batch, size_t index);

ORM_END_DECLS

#endif
