#ifndef ORM_TOOLS_ORM_NPLUS1_RUN_H
#define ORM_TOOLS_ORM_NPLUS1_RUN_H

/* What `orm nplus1 check` reads and judges: the scopes of a test run, and their findings. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/map.h"
#include "base/memory.h"

struct source_place {
    const char *file; /* NULL: not known */
    const char *function;
    int64_t line;
};

/* One cause, merged over the scopes it was found in. Texts may be NULL unless said otherwise. */
struct finding {
    const char *kind;      /* never NULL; so with the next three */
    const char *subject;
    const char *statement;
    const char *advice;
    const char *column;
    const char *evidence;
    const char *replacement;
    const char *alternative;
    const char *in_loop;
    struct source_place site;
    struct source_place caller; /* of the site's function; without lines it has only a function */
    struct source_place origin;
    struct source_place replacement_site;
    bool within_query;
    const char *fix_call;   /* NULL: no edit is known that can be made without looking */
    const char *fix_query;
    const char *fix_member;
    const char *fix_rename;
    const char *fix_after;
    const char *fix_loop;
    const char *fix_load;
    const char *fix_read;
    const char *fix_key;
    const char *fix_condition;
    const char *fix_omit;
    const char *fix_walk;
    const char *fix_walk_all;
    const char *fix_batch;
    const char *fix_gather;
    const char *fix_order_by;
    const char *fix_element;
    const char *fix_hoist;
    const char *fix_field;
    bool fix_to_one;
    bool fix_counts;
    bool fix_maybe;
    bool fix_sum_nullable;
    const char *fix_list;
    bool fix_keep;
    bool fix_distinct;
    struct source_place check_site;
    int64_t origin_rows;
    int64_t statements; /* the most that one scope sent */
    int64_t distinct;
    int64_t matched;
    int64_t duration_ns;
    int64_t total; /* statements of all scopes */
    struct pointers scopes; /* struct scope, in the order of the logs */
    const char *key;        /* what a baseline knows it by */
    bool known;             /* the baseline holds it */
};

struct traced {
    const char *kind;
    const char *subject; /* NULL: none */
    const char *sql;
    const char *status;
    struct source_place site;
    int64_t start_ns;
    int64_t duration_ns;
    int64_t rows;
    bool row_by_row;
    const struct finding *finding; /* NULL: it belongs to none */
};

/* One record of a log. */
struct scope {
    const char *name; /* never NULL */
    const char *log;
    size_t line;
    int64_t statements;
    int64_t rows;
    int64_t duration_ns;
    int64_t errors;
    int64_t unseen; /* statements, values and findings that its bounds left out */
    int64_t trace_lost;
    struct pointers findings; /* struct finding */
    struct pointers trace;    /* struct traced */
};

struct known {
    const char *key;
    const char *kind;
    const char *subject;
    const char *file;
    const char *function;
    const char *reason; /* NULL: none was given */
    bool met;
};

struct run {
    struct arena *arena;
    struct pointers scopes;   /* struct scope */
    struct pointers findings; /* struct finding, by file, line and subject */
    struct map by_site;
    struct pointers baseline; /* struct known */
    const char *baseline_path; /* NULL: none */
    int64_t statements;
    int64_t duration_ns;
    int64_t unseen;
    size_t records;   /* of the logs, statements included */
    const char *fail; /* kinds that fail, parted by commas */
    bool new_only;
    bool color; /* of the text report */
};

/* log.c: reads one log into the run; "-" is standard input. False: it has said what is wrong. */
bool log_read(struct run *run, const char *path);
/* Sorts what was read, and tells traced statements their findings. */
void run_finish(struct run *run);

/* "findings" when some fail, "inconclusive" when none does and bounds left something out, else
 * "clean": what the exit code says. */
const char *run_verdict(const struct run *run);
/* Where the function of the finding's call was called; NULL: not known. */
const char *caller_text(const struct run *run, const struct finding *finding);

/* What bounds left out, in words. */
const char *unseen_text(const struct run *run, int64_t unseen);

/* Whether a finding is one of the kinds that fail and not in the baseline. */
bool finding_fails(const struct run *run, const struct finding *finding);
size_t run_failing(const struct run *run);
/* Whether --new-only leaves it out of reports. */
bool finding_shown(const struct run *run, const struct finding *finding);
/* "app/report.c:12", or "?". */
const char *place_text(struct arena *arena, const struct source_place *place);
/* "artist.albums is loaded row by row: 5 statements where 1 would do". */
const char *finding_title(struct arena *arena, const struct finding *finding);

/* What its site is: "call in loop". */
const char *finding_site_name(const struct finding *finding);
/* "6 of 6 values sent are team.id of the list"; NULL: the title says all. */
const char *finding_evidence(struct arena *arena, const struct finding *finding);
/* Where its alternative goes: "behind it, before the loop". */
const char *finding_alternative(const struct finding *finding);
/* What to write first; NULL: there are only words. */
const char *finding_code(const struct finding *finding);

/* baseline.c. False: it has said what is wrong. */
bool baseline_read(struct run *run, const char *path);
/* The text of a file that holds every finding of the run, with the reasons given before. */
const char *baseline_text(const struct run *run);
/* Entries that no finding matched. */
size_t baseline_stale(const struct run *run);

/*
 * fix.c: the edits of the findings that can be placed with certainty. As a patch to standard
 * output, or with `apply` in the files; below `root` (NULL: as the logs name them). What is left
 * to be done by hand is named on standard error and counted. False: it has said what is wrong.
 */
bool fix_findings(struct run *run, const char *root, bool apply, size_t *left_out);

/* Each writes one report into text; one file per format. */
typedef void report_writer(const struct run *run, struct text *to);
void report_text(const struct run *run, struct text *to);
void report_json(const struct run *run, struct text *to);
void report_sarif(const struct run *run, struct text *to);
void report_junit(const struct run *run, struct text *to);
void report_annotations(const struct run *run, struct text *to);
void report_html(const struct run *run, struct text *to);

#endif
