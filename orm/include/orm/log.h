/* A log of statements: one line each, readable or JSON. */
#ifndef ORM_LOG_H
#define ORM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <orm/engine.h>
#include <orm/export.h>
#include <orm/memory.h>
#include <orm/status.h>

ORM_BEGIN_DECLS

typedef struct orm_log orm_log;

typedef enum orm_log_format {
    ORM_LOG_LINES,
    ORM_LOG_JSON /* one object per line */
} orm_log_format;

/* Gets one whole line, which ends in a newline and a NUL; from the thread that sent the statement.
 */
typedef void orm_log_writer(void *context, const char *line, size_t size);

/* All-zero means the defaults given in brackets. */
typedef struct orm_log_options {
    orm_log_format format;
    FILE *stream;           /* borrowed while the log is open: each line is one fwrite [stderr] */
    orm_log_writer *writer; /* instead of `stream` */
    void *writer_context;   /* borrowed while the log is open */
    int64_t slow_ns;        /* only statements that took at least this long, and failures [all] */
    bool no_control;        /* leave out BEGIN, COMMIT and ROLLBACK */
    /*
     * Print values, literals and error messages, which may hold secrets. [Values are left out,
     * literals appear as '…' and a failure is named by its status, SQLSTATE and constraint.]
     */
    bool values;
    size_t max_sql;          /* bytes of a statement that are printed [512] */
    orm_allocator allocator; /* [the C library's heap] */
} orm_log_options;

/*
 * Starts logging the statements of every session of the engine. `options` may be NULL. `*log_out`
 * is owned: orm_log_close, before the engine closes; NULL on failure. `error` may be NULL.
 * ORM_NOMEM.
 */
ORM_API ORM_MUST_USE orm_status orm_log_open(orm_engine *engine, const orm_log_options *options,
                                             orm_log **log_out, orm_error *error);
/* Returns when nothing is being written any more. NULL is allowed. */
ORM_API void orm_log_close(orm_log *log);

ORM_END_DECLS

#endif
