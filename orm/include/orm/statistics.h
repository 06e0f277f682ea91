/*
 * What statements cost, added up by their fingerprints while a program runs: for all sessions of
 * one or more engines, from any thread.
 *
 *     status = orm_statistics_open(NULL, &statistics, &error);
 *     if (status == ORM_OK) status = orm_statistics_watch(statistics, engine, &error);
 *     ...
 *     status = orm_statistics_report(statistics, ORM_REPORT_JSON, &text);
 */
#ifndef ORM_STATISTICS_H
#define ORM_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/engine.h>
#include <orm/events.h>
#include <orm/export.h>
#include <orm/memory.h>
#include <orm/nplusone.h>
#include <orm/site.h>
#include <orm/status.h>

ORM_BEGIN_DECLS

typedef struct orm_statistics orm_statistics;

/* All-zero means the defaults given in brackets. */
typedef struct orm_statistics_options {
    orm_allocator allocator; /* [the C library's heap] */
    bool control;            /* count BEGIN, COMMIT and ROLLBACK too */
    /* Fingerprints told apart, each for about 1 KiB; further ones are added up as "others". [512]
     */
    size_t max_statements;
} orm_statistics_options;

enum { ORM_STATISTICS_SITES = 4 };

/* One call that sends a statement. */
typedef struct orm_statement_site {
    orm_site site;
    int64_t count;
} orm_statement_site;

/* All executions of statements that differ in literal values only. */
typedef struct orm_statement_statistics {
    uint64_t fingerprint; /* 0: all that have no place of their own */
    orm_event_kind kind;
    const char *sql; /* on one line, literals left out, shortened; until the close or a clearing */
    int64_t count;
    int64_t errors;
    int64_t rows;
    int64_t affected;
    int64_t bytes;
    int64_t duration_ns; /* of all together */
    int64_t longest_ns;
    orm_statement_site sites[ORM_STATISTICS_SITES]; /* the first ones; line 0: no more */
    int64_t elsewhere;                              /* executions asked for by other calls */
} orm_statement_statistics;

/* `options` and `error` may be NULL. `*statistics_out` is owned: orm_statistics_close; NULL on
 * failure. ORM_NOMEM. */
ORM_API ORM_MUST_USE orm_status orm_statistics_open(const orm_statistics_options *options,
                                                    orm_statistics **statistics_out,
                                                    orm_error *error);
/* Stops watching all engines. They must be open still, and nothing may be using the statistics.
 * NULL is allowed. */
ORM_API void orm_statistics_close(orm_statistics *statistics);

/* Counts the statements of every session of the engine from now on, with their times; the engine
 * must outlive the statistics. `error` may be NULL. ORM_NOMEM. */
ORM_API ORM_MUST_USE orm_status orm_statistics_watch(orm_statistics *statistics, orm_engine *engine,
                                                     orm_error *error);

/* Forgets everything counted so far. */
ORM_API void orm_statistics_clear(orm_statistics *statistics);

/* Copies up to `most` entries, those that took most time first; returns how many there are. */
ORM_API size_t orm_statistics_get(orm_statistics *statistics, orm_statement_statistics *entries_out,
                                  size_t most);

/*
 * All entries as text, or as one JSON object on one line: "statements" is a list of objects with
 * the members of orm_statement_statistics by their names, "fingerprint" being 16 hexadecimal digits
 * and "kind" as in the log of statements; "sites" a list of {"file", "line", "function", "count"}.
 * `*text_out` is borrowed: until the next report, or the close; NULL on failure. One report at a
 * time. ORM_NOMEM.
 */
ORM_API ORM_MUST_USE orm_status orm_statistics_report(orm_statistics *statistics,
                                                      orm_report_format format,
                                                      const char **text_out);

ORM_END_DECLS

#endif
