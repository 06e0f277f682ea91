/* What generate.py writes and test_product.c runs: short user code, and what a scope must say of
 * it. */
#ifndef TESTS_NPLUSONE_PRODUCT_H
#define TESTS_NPLUSONE_PRODUCT_H

#include <orm/nplusone.h>
#include <orm/orm.h>

#define TRY(call)                                                                                  \
    do {                                                                                           \
        orm_status try_status = (call);                                                            \
        if (try_status != ORM_OK)                                                                  \
            return try_status;                                                                     \
    } while (0)

enum { PRODUCT_FINDINGS_MAX = 4, PRODUCT_ANY = -1 };

/* Ways to run a case. */
typedef enum product_mode {
    PRODUCT_PLAIN,
    PRODUCT_READ_ONLY,
    PRODUCT_RUN,       /* as a handler of orm_session_run */
    PRODUCT_SAVEPOINT, /* within a savepoint */
    PRODUCT_NESTED,    /* as a handler of orm_session_nested */
    PRODUCT_CHILD,     /* in a scope that is part of another one: both tell */
    PRODUCT_NAMED,
    PRODUCT_TIMED,
    PRODUCT_RESUMED,  /* after a pause in which the same was done by another session */
    PRODUCT_CLEARED,  /* after the scope saw the same and was cleared */
    PRODUCT_THREADS,  /* by several threads, each with a session of its own */
    PRODUCT_PAUSED,   /* nothing is looked at */
    PRODUCT_IGNORED,  /* what is found is to be ignored, by function */
    PRODUCT_SIBLINGS, /* loads are for all rows of the list */
    PRODUCT_HIGH,     /* thresholds that nothing here reaches */
    PRODUCT_PARALLEL  /* one statement each by several sessions */
} product_mode;

typedef struct product_expected {
    orm_finding_kind kind;
    orm_evidence evidence;
    const char *subject;
    const char *file; /* its last part */
    int line;
    const char *list_file; /* NULL: unknown */
    int list_line;
    int64_t statements;
    int64_t distinct;
    int64_t matched;
} product_expected;

typedef struct product_run {
    orm_engine *engine;
    orm_scope *scope;
    bool postgresql;
} product_run;

typedef orm_status product_function(orm_session *db, const product_run *run);

typedef struct product_case {
    const char *name;
    product_function *function;
    product_mode mode;
    product_expected expected[PRODUCT_FINDINGS_MAX]; /* ended by kind 0 */
} product_case;

extern const product_case *const product_groups[];
extern const size_t product_group_count;
size_t product_group_size(size_t group);
extern const char *const product_rows[]; /* statements that fill the tables; ended by NULL */

/* A number nothing has had before. */
int64_t product_next(void);
orm_uuid product_uuid(int64_t number);

#endif
