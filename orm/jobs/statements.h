/* The generated statements, by the database they are written for. */
#ifndef ORM_JOBS_STATEMENTS_H
#define ORM_JOBS_STATEMENTS_H

#include <orm/jobs.h>

#include "jobs.orm.h"

static inline bool on_postgresql(const orm_session *db)
{
    return orm_engine_dialect(orm_session_engine(db)) == ORM_DIALECT_POSTGRESQL;
}

/* A statement that both files have, with results of one type. */
#define ORM__JOBS_CALL(site, db, statement, ...)                                                   \
    (on_postgresql(db) ? ormq_pg_##statement##_at((site), (db), __VA_ARGS__)                       \
                       : ormq_lite_##statement##_at((site), (db), __VA_ARGS__))

/* The row as the public header has it; text is the row's. */
void orm__job_of_row(const ormq_job *row, orm_job *job);

#endif
