/*
 * Scopes: what the sessions of one request or one test did, in numbers, and the loops that ask for
 * one row at a time.
 *
 *     orm_session_options options = {.scope = scope};
 *     status = orm_session_run(engine, &options, handler, context, &error);
 *     if (orm_scope_finding_count(scope) > 0) status = orm_scope_report(scope, NULL, &text);
 *
 * What is a finding, within one session, from one call site reached by one path of calls:
 *  - N1: a relation loaded row by row for two or more rows of a list of several rows, or for three
 *    that were fetched one by one before; a preload of a list of one is a load as well. Or a find,
 *    select, count, exists or raw statement repeated with the values of a column of such a list:
 *    two different values when relations of the models join that column and the one compared,
 *    three when the values only match. Or with three different values from nowhere known. A walk
 *    from row to row, each asked for by what the one before it says, from two steps on.
 *  - DUP: the same statement with the same values three times, with no write and no transaction
 *    boundary between, while the session holds a list of at least as many rows, or the values
 *    vary. Without either it is taken for polling.
 *  - WRITE: three or more different rows inserted, updated or deleted one at a time. Reads of the
 *    same table before each of them belong to it. Where the keys or the values are those of a list
 *    of several rows it names that list.
 *  - UNUSED: a relation, or the number of its rows, that a query, stream or preload loaded and
 *    that nothing read until its session closed, in any session of the scope that ran the same call
 *    and was not given up. Of nested relations the outermost is named; one whose rows were only
 *    passed through was read.
 *  - BUDGET: the scope did more than its .budget allows.
 *  - LATENT, only when asked for by .latent: a relation loaded row by row for the only row of a
 *    list, which with more rows would be N1.
 *
 * And across the sessions of a scope's workers: N1, a relation loaded or a statement sent with
 * three different values by one call in them, whichever session had the keys. Workers are the
 * sessions that name the scope in their options and belong to another thread than the one that made
 * it, or are opened while another session of the scope has sent something and is not closed; and
 * those of tasks that one task started, whose writes are judged together, too. Sessions that follow
 * each other on one thread, and those of a scope that is the engine's or samples, are by
 * themselves.
 *
 * What is not a finding: statements whose values differ only in LIMIT, OFFSET or range conditions
 * (paging, ties within a range too), or in enums and booleans (there are only so many) or a row's
 * version; lists of several values sent at once (batches); the only row of a list (unless the call
 * that made that list is a finding itself; and it counts in a finding of the same call); work taken
 * from a queue, where a statement with the same values gives another row each time, and what
 * follows on it; what one flush or bulk call sends; calls on one line, or one helper called from
 * different lines, once each; transaction control; what requests after each other do once each.
 *
 * To find out where values come from the detector reads the session's lists again. While a scope
 * watches, a list's entries may be put in another order or set to NULL, but not point elsewhere.
 * Of lists whose memory was given back (orm_session_release, and the batches of streams) it knows
 * the values of primary keys and of columns joined by relations, as hashes: up to 32,768 in a
 * session. So it does of what row callbacks read of hand-written SQL (orm_row_int and the like),
 * which can only match: no relation joins it.
 *
 * Memory: whatever it watches, a scope with the bounds given in brackets takes at most 8 MiB (about
 * 1 KiB for each of .max_statements, 48 bytes for each of .max_values, 8 KiB for each of
 * .max_findings; .max_trace adds 700 bytes each), and a session at most 1 MiB more than one that
 * nobody watches.
 */
#ifndef ORM_NPLUSONE_H
#define ORM_NPLUSONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <orm/events.h>
#include <orm/export.h>
#include <orm/memory.h>
#include <orm/session.h>
#include <orm/site.h>
#include <orm/status.h>

ORM_BEGIN_DECLS

/* What a scope may do at most, without control statements; 0: as much as it likes. */
typedef struct orm_scope_budget {
    int64_t statements;
    int64_t rows;        /* returned */
    int64_t bytes;       /* of results */
    int64_t duration_ns; /* in statements; needs .timed */
} orm_scope_budget;

/* How often something must happen to be a finding. 0, and 1, mean the defaults given in brackets.
 */
typedef struct orm_scope_thresholds {
    uint32_t stems;   /* N1: different values that stem from one list [2] */
    uint32_t matches; /* N1: different values that match a list, or come from nowhere known [3] */
    uint32_t writes;  /* WRITE: different rows [3] */
    uint32_t repeats; /* DUP: executions with the same values [3] */
} orm_scope_thresholds;

/* All-zero means the defaults given in brackets. */
typedef struct orm_scope_options {
    orm_allocator allocator; /* [the C library's heap] */
    bool timed;              /* measure durations: two clock readings a statement */
    bool no_detector;        /* numbers and the budget only */
    bool latent;             /* tell LATENT findings too */
    orm_scope_budget budget; /* [none] */
    orm_scope_thresholds thresholds;
    /* A scope that this one is a part of: it sees the same statements. It must outlive this one;
     * its own .timed says whether it gets durations. borrowed [none] */
    orm_scope *parent;
    /* Bounds on memory. What falls outside is counted in the statistics and the report says so. */
    size_t max_statements; /* statements watched, each by session and call site [2,048] */
    size_t max_values;     /* different values told apart in findings [65,536] */
    size_t max_findings;   /* [256] */
    const char *name;      /* of the test or request, for its record; copied [none] */
    /* Sampling, for production: of each `one_of` sessions given this scope one is watched, at a
     * place that varies; the others are as if they had none. See orm_scope_draw. [0: all] */
    uint32_t one_of;
    size_t max_trace; /* statements kept in order, for the timeline of its record [0: none] */
} orm_scope_options;

enum { ORM_EVENT_KIND_COUNT = ORM_EVENT_COLUMN + 1 };

typedef struct orm_scope_statistics {
    int64_t statements;                    /* without control statements */
    int64_t controls;                      /* BEGIN, COMMIT, ROLLBACK */
    int64_t by_kind[ORM_EVENT_KIND_COUNT]; /* indexed by orm_event_kind */
    int64_t row_by_row;                    /* relation loads for a single row */
    int64_t rows;
    int64_t affected;
    int64_t bytes;
    int64_t errors;
    int64_t duration_ns; /* 0 unless .timed */
    int64_t paused;      /* statements, controls too, that were not looked at */
    int64_t unwatched; /* statements forgotten too early: over .max_statements, or out of memory */
    int64_t untold;    /* values not told apart: over .max_values, or out of memory */
    int64_t dropped;   /* findings not kept: over .max_findings, or out of memory */
    /* Statements whose values may come from a list that was not searched, and that are no finding:
     * over the bounds of the search, or of what is known of lists whose memory was given back. */
    int64_t unsearched;
    /* For connections: in the pool's queue, and until one was made or found alive. 0 unless .timed
     */
    int64_t waited_ns;
    /* .duration_ns, but time in which several statements were under way counts once. */
    int64_t busy_ns;
} orm_scope_statistics;

typedef enum orm_finding_kind {
    ORM_FINDING_N1 = 1,
    ORM_FINDING_DUP,
    ORM_FINDING_WRITE,
    ORM_FINDING_UNUSED,
    ORM_FINDING_BUDGET,
    ORM_FINDING_LATENT
} orm_finding_kind;

/* How the values of the statements are known to come from the list at `origin`. */
typedef enum orm_evidence {
    ORM_EVIDENCE_NONE,    /* they are not */
    ORM_EVIDENCE_MATCHES, /* they are equal to a column of that list, which may be chance */
    ORM_EVIDENCE_STEMS    /* that column and the one compared are joined by relations */
} orm_evidence;

/*
 * The same as edits of the source, for `orm nplus1 fix`, which makes them where they leave the
 * program's results as they are. All NULL: there are only words. Names of functions are those of
 * the user's models. static, or borrowed like the finding's text.
 */
typedef struct orm_finding_fix {
    const char *call;   /* called at replacement_site; "_select" stands for "_select_page" and
                           "_each" too */
    const char *query;  /* the type of its query */
    const char *member; /* to be in that query, with its comma */
    const char *rename; /* to be called instead of `call`; the queue is flushed behind the loop */
    const char *after;  /* or behind it, a call: `db` and `&list` stand for those of `call` */
    const char *loop;   /* called at site */
    const char *load;   /* to be called there with a row, which asks for what is not loaded; */
    const char *read;   /* or this, which does not */
    const char *key;    /* the row's field whose value `loop` is given */
    const char *condition; /* the function that its query compares the key with; NULL: by key */
    const char *list;      /* the type of a list of what is asked for */
    const char *walk;      /* to be called before a recursion begins at a row; */
    const char *walk_all;  /* or at those of a list */
    const char *gather;    /* the condition to find the rows of all keys by, before the loop; of a
                              find one for each column of the key, with commas between */
    const char *element;   /* the C type of such keys; of a find one for each, in the same way */
    const char *order_by;  /* the orders of that, by the key first; NULL: of a find */
    const char *field;     /* the key in the rows that are found so */
    const char *batch;     /* to be called with what the loop gathers, keys of `condition` or whole
                              rows, instead of `loop` */
    const char *hoist;     /* to be called behind the loop, and not at site in each of its turns */
    const char *omit;      /* the path of relations to be left out of the query at site */
    bool maybe;            /* there may be no row of that key */
    bool counts;           /* the last relation of `omit` is only counted */
    bool to_one;           /* `load` gives a row where `loop` gave a list of one */
    bool nullable;         /* the column that is summed may be NULL */
    bool distinct;         /* no key that `loop` is given comes twice */
    bool keep;             /* the answer is to be kept for the loop's next turns */
} orm_finding_fix;

/* One cause. Text is borrowed: until the scope sees another statement, is cleared or closes. */
typedef struct orm_finding {
    orm_finding_kind kind;
    orm_evidence evidence;
    const char *subject;   /* "artist.albums", or what is asked for: "select track", "raw SQL" */
    const char *statement; /* its text on one line, literals left out, shortened */
    const char *column;    /* "artist.id": where in the list the values are; NULL: nowhere */
    orm_site site;         /* the call in the loop */
    /* Where the function of that call was called the first time, so that a helper's user is known.
     * Set by orm_scope_report. Without debug information (or without libdw) the line is 0 and
     * .function is like "show+0x2a"; .function NULL: not known. */
    orm_site caller;
    orm_site origin;       /* the call that made the list; line 0: unknown */
    int64_t origin_lists;  /* lists made by that call, in a loop of its own; 0: unknown */
    int64_t origin_rows;   /* rows of all these lists */
    orm_site other_origin; /* another call whose list was looped over; line 0: none */
    int64_t statements;    /* sent from `site` by these sessions, the first ones included; UNUSED:
                              loads; BUDGET: sent by the scope when it was exceeded, or since */
    int64_t distinct;      /* different values sent; BUDGET: what is allowed */
    int64_t matched;       /* of these, found in the list; BUDGET: what was used */
    int64_t sessions;      /* in which it happened */
    int64_t rows;          /* returned or written */
    int64_t duration_ns;   /* 0 unless .timed */
    /*
     * What to write. Code may have several lines; in it `db`, `status`, `list`, `row`, `found`,
     * `values`, `keys`, `changes`, `query`, `count` and `total` stand for the user's own variables.
     */
    const char *replacement;   /* NULL when words must do */
    orm_site replacement_site; /* the line it replaces, or goes before */
    bool within_query;         /* the replacement is a member of the query at that line */
    const char *alternative; /* instead of it: goes behind that line, of WRITE in place of the whole
                                loop; or NULL */
    const char *in_loop;     /* then instead of the call in the loop; or NULL */
    const char *advice;      /* what to do, in words */
    orm_finding_fix fix;
    orm_site check_site; /* WRITE: the read before each write that looks whether the row is there;
                            line 0: there is none */
    int64_t checks;      /* statements sent from there */
} orm_finding;

/*
 * Makes a scope. `options` may be NULL. Sessions of several threads, and of several engines, may
 * share it; it must outlive them. `*scope_out` is owned: orm_scope_close; NULL on failure. `error`
 * may be NULL. ORM_NOMEM.
 */
ORM_API ORM_MUST_USE orm_status orm_scope_open(const orm_scope_options *options,
                                               orm_scope **scope_out, orm_error *error);
/* NULL is allowed. */
ORM_API void orm_scope_close(orm_scope *scope);

/* Forgets everything seen so far: what follows is judged as in a new scope. */
ORM_API void orm_scope_clear(orm_scope *scope);

/*
 * While a scope is paused it counts what it sees as .paused and does not look at it, whatever the
 * thread. Pauses nest; a resume too many is left alone.
 */
ORM_API void orm_scope_pause(orm_scope *scope);
ORM_API void orm_scope_resume(orm_scope *scope);

/*
 * Findings that are meant to be, and are not told. What is given must all fit; at least one of
 * `relation`, `file`, `function` and `statement` is.
 */
typedef struct orm_ignore {
    orm_finding_kind kind;  /* 0: any */
    const orm_model *model; /* static; with `relation` */
    const char *relation;   /* loads of this relation of `model` */
    const char *file;       /* calls in this file: its path, or the last parts of it */
    const char *function;   /* calls in this function */
    const char *statement;  /* statements that hold this text */
    const char *reason;     /* why; required */
} orm_ignore;

/*
 * From now on, and among what was found already, leaves out the findings that fit. Text is copied.
 * `error` may be NULL. ORM_INVALID: no reason, nothing to tell findings by, or the model has no
 * such relation. ORM_NOMEM.
 */
ORM_API ORM_MUST_USE orm_status orm_scope_ignore(orm_scope *scope, const orm_ignore *ignore,
                                                 orm_error *error);

/* ORM_INVALID, naming the first, when something that was to be ignored was never found; `error` may
 * be NULL. Call it when everything was seen. */
ORM_API ORM_MUST_USE orm_status orm_scope_check_ignores(orm_scope *scope, orm_error *error);

/* Findings that were left out. */
ORM_API size_t orm_scope_ignored_count(orm_scope *scope);

ORM_API void orm_scope_get_statistics(orm_scope *scope, orm_scope_statistics *statistics_out);

/* Findings are ordered by file, line and statement, whatever the threads did. */
ORM_API size_t orm_scope_finding_count(orm_scope *scope);
/* borrowed: until the scope sees another statement, is cleared or closes. NULL past the end. */
ORM_API const orm_finding *orm_scope_finding(orm_scope *scope, size_t index);

/* One execution of a statement that .max_trace kept. Text is borrowed: until the scope is cleared
 * or closes. */
typedef struct orm_traced {
    int64_t start_ns;     /* since the scope began or was cleared */
    int64_t duration_ns;  /* 0 unless .timed */
    int64_t rows;         /* returned or written */
    const char *sql;      /* on one line, literals left out, shortened */
    const char *subject;  /* "artist.albums", "track"; NULL: none */
    uint64_t fingerprint; /* equal for statements that differ in literal values only */
    orm_site site;
    orm_event_kind kind;
    orm_status status;
    bool row_by_row; /* a relation, for a single row */
} orm_traced;

/* How many were kept, control statements included; `lost_out` (may be NULL): those beyond. */
ORM_API size_t orm_scope_traced_count(orm_scope *scope, int64_t *lost_out);
/* Copies one of them, in the order in which they ended. false past the end. */
ORM_API bool orm_scope_traced(orm_scope *scope, size_t index, orm_traced *traced_out);

/* What is to be said of everything that a scope saw. */
typedef enum orm_verdict {
    ORM_VERDICT_CLEAN,
    ORM_VERDICT_FINDINGS, /* there are some, and perhaps more: see orm_scope_is_inconclusive */
    /* No findings, but not everything was seen: .unwatched, .untold, .dropped or .unsearched of the
     * statistics is not 0. The report says which bound to raise. Never to be taken for clean. */
    ORM_VERDICT_INCONCLUSIVE
} orm_verdict;

ORM_API orm_verdict orm_scope_verdict(orm_scope *scope);
/* "clean", "findings", "inconclusive". static. */
ORM_API const char *orm_verdict_name(orm_verdict verdict);
/* Whether something was not seen, findings or not. */
ORM_API bool orm_scope_is_inconclusive(orm_scope *scope);

/* "N1", "DUP", "WRITE", "UNUSED", "BUDGET", "LATENT". static. */
ORM_API const char *orm_finding_kind_name(orm_finding_kind kind);

/*
 * JSON is one object on one line, ended by a newline. Members keep their names, types and meaning;
 * new ones may come at the end of an object.
 *  - "statistics": an object of numbers, those of orm_scope_statistics: "statements", then by kind
 *    "control", "finds", "selects", "counts", "exists", "relations", "inserts", "updates",
 *    "deletes", "raw"; "row_by_row", "rows", "affected", "bytes", "errors", "duration_ns",
 *    "paused", "unwatched", "untold", "dropped", "unsearched", "waited_ns", "busy_ns".
 *  - "findings": a list of objects, the members of orm_finding by their names: "kind" is as
 *    orm_finding_kind_name gives it, "evidence" is "none", "matches" or "stems", texts may be null,
 *    "fix" may be null and is an object otherwise, without the members that say nothing but for
 *    the first four; and a site is
 *    {"file", "line", "function"} or null when it is not known.
 *  - "scope": its name, or null.
 *  - "trace": a list of objects, one per statement in the order in which they ended, control
 *    statements included: "start_ns" (since the scope began or was cleared), "duration_ns" (0
 * unless .timed), "kind" (as in the log of statements), "subject" ("artist.albums", "track" or
 * null), "row_by_row", "rows", "status" ("OK" or what failed), "site" and "sql" (on one line,
 * literals left out, shortened). "trace_lost" counts those beyond .max_trace.
 *  - "ignored": how many findings were left out.
 *    "caller" is a site whose file may be null with line 0, or null.
 *  - "verdict": "clean", "findings" or "inconclusive".
 */
typedef enum orm_report_format {
    ORM_REPORT_TEXT, /* at most 80 columns, but for long paths and names */
    ORM_REPORT_JSON
} orm_report_format;

/* All-zero means plain text. */
typedef struct orm_report_options {
    orm_report_format format;
    bool color;       /* ANSI colours: orm_report_wants_color */
    bool no_source;   /* do not read source files to quote their lines */
    const char *root; /* where relative paths of sites start, and what others are shown without;
                         NULL: the working directory */
} orm_report_options;

/*
 * The numbers and findings as text. `options` may be NULL. `*text_out` is borrowed: until the next
 * report of this scope, its clearing or its end; NULL on failure. ORM_NOMEM.
 */
ORM_API ORM_MUST_USE orm_status orm_scope_report(orm_scope *scope,
                                                 const orm_report_options *options,
                                                 const char **text_out);

/*
 * Appends the scope's record, the line that ORM_REPORT_JSON makes with paths as `root` says (may be
 * NULL), to the file at `path`, which is made when it is not there: in one write, so that threads
 * and processes may share a file. `orm nplus1 check` reads such files. `error` may be NULL.
 * ORM_NOMEM; ORM_RESOURCE when the file can't be written.
 */
ORM_API ORM_MUST_USE orm_status orm_scope_append(orm_scope *scope, const char *path,
                                                 const char *root, orm_error *error);

typedef enum orm_summary_format {
    ORM_SUMMARY_SERVER_TIMING, /* the value of a Server-Timing header: what browsers show */
    ORM_SUMMARY_HEADER,        /* of a header of your own: "statements=2, row-by-row=0, …" */
    ORM_SUMMARY_JSON           /* a record for a log: one object on one line, ended by a newline */
} orm_summary_format;

/*
 * What a request asked of the database, in one line without any values, for a middleware that
 * closes the request's scope: durations need .timed. JSON has "scope", "statements", "row_by_row",
 * "rows", "affected", "bytes", "errors", "duration_ns", "verdict", "finding_count" and "findings",
 * the first eight with "kind", "subject", "site" and "statements". `*text_out` is borrowed: until
 * the next report or summary of this scope, its clearing or its end; NULL on failure. ORM_NOMEM.
 */
ORM_API ORM_MUST_USE orm_status orm_scope_summary(orm_scope *scope, orm_summary_format format,
                                                  const char **text_out);

/*
 * Whether the scope's .one_of falls on this request: true once in so many calls, always when it is
 * 0 or 1. For requests that are watched as a whole: those with several sessions, or with a scope of
 * their own whose .parent is this one, made when the answer is true.
 */
ORM_API bool orm_scope_draw(orm_scope *scope);

/*
 * Whether people who read `stream` (borrowed) expect colours: it is a terminal, TERM names one that
 * is not "dumb", and NO_COLOR is unset or empty.
 */
ORM_API bool orm_report_wants_color(FILE *stream);

ORM_END_DECLS

#endif
