/* Runs the cases of generate.py in scopes: all that was expected is found, and nothing else. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "nplusone/product/product.h"
#include "support/database.h"

enum { THREADS = 3, TOLD_MAX = 40 };

static test_database database;
static atomic_llong next_number = 5000;

typedef struct tally {
    size_t cases;
    size_t empty; /* cases in which nothing is to be found */
    size_t expected;
    size_t right;
    size_t found;
    size_t told;
} tally;

int64_t product_next(void)
{
    return atomic_fetch_add(&next_number, 1);
}

orm_uuid product_uuid(int64_t number)
{
    orm_uuid uuid = {.bytes = {[6] = 0x40, [8] = 0x80}};
    for (int i = 15; i > 9; i--, number /= 100)
        uuid.bytes[i] = (uint8_t)(number / 10 % 10 * 16 + number % 10);
    return uuid;
}

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "nplusone/product/number.yaml", "nplusone/product/letter.yaml",
              "nplusone/product/uuid.yaml", "nplusone/product/pair.yaml", NULL);
    for (size_t i = 0; product_rows[i] != NULL; i++)
        test_execute(&database, "%s", product_rows[i]);
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    test_close(&database);
    return 0;
}

/* One execution of a case. */
typedef struct execution {
    const product_case *it;
    product_run run;
    orm_error error;
    orm_status status;
} execution;

static orm_status handle(orm_session *db, void *context)
{
    execution *at = context;
    return at->it->function(db, &at->run);
}

/* What was written is taken back. */
static orm_status handle_and_undo(orm_session *db, void *context)
{
    orm_status status = handle(db, context);
    if (status == ORM_OK)
        orm_session_rollback(db);
    return status;
}

static orm_status run_in_savepoint(orm_session *db, execution *at)
{
    orm_savepoint savepoint;
    orm_status status = orm_session_savepoint(db, &savepoint);
    if (status == ORM_OK)
        status = handle(db, at);
    return status == ORM_OK ? orm_savepoint_release(db, savepoint) : status;
}

static bool only_reads(product_mode mode)
{
    return mode == PRODUCT_READ_ONLY || mode == PRODUCT_THREADS || mode == PRODUCT_RESUMED ||
           mode == PRODUCT_CLEARED;
}

static orm_status run_once(execution *at)
{
    product_mode mode = at->it->mode;
    orm_session_options options = {.scope = at->run.scope,
                                   .read_only = only_reads(mode),
                                   .load_siblings = mode == PRODUCT_SIBLINGS};
    orm_session *db = NULL;
    if (mode == PRODUCT_RUN)
        return orm_session_run(at->run.engine, &options, handle_and_undo, at, &at->error);
    orm_status status = orm_session_open(at->run.engine, &options, &db, &at->error);
    if (status != ORM_OK)
        return status;
    if (mode == PRODUCT_SAVEPOINT)
        status = run_in_savepoint(db, at);
    else if (mode == PRODUCT_NESTED)
        status = orm_session_nested(db, handle, at);
    else
        status = handle(db, at);
    if (status != ORM_OK)
        at->error = *orm_session_error(db);
    orm_session_rollback(db);
    orm_session_close(db);
    return status;
}

static void *run_on_thread(void *context)
{
    execution *at = context;
    at->status = run_once(at);
    return NULL;
}

static orm_status run_on_threads(execution *at)
{
    pthread_t threads[THREADS];
    execution each[THREADS];
    orm_status status = ORM_OK;
    for (size_t i = 0; i < THREADS; i++) {
        each[i] = *at;
        assert_int_equal(pthread_create(&threads[i], NULL, run_on_thread, &each[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        if (each[i].status == ORM_OK)
            continue;
        status = each[i].status;
        at->error = each[i].error;
    }
    return status;
}

static void ignore(orm_scope *scope)
{
    orm_ignore entry = {.statement = "n_", .reason = "made to be ignored"};
    assert_int_equal(orm_scope_ignore(scope, &entry, NULL), ORM_OK);
}

static orm_status run(execution *at)
{
    orm_scope *scope = at->run.scope;
    product_mode mode = at->it->mode;
    orm_status status = ORM_OK;
    if (mode == PRODUCT_RESUMED || mode == PRODUCT_PAUSED)
        orm_scope_pause(scope);
    if (mode == PRODUCT_RESUMED || mode == PRODUCT_CLEARED)
        status = run_once(at);
    if (mode == PRODUCT_RESUMED)
        orm_scope_resume(scope);
    if (mode == PRODUCT_CLEARED)
        orm_scope_clear(scope);
    if (mode == PRODUCT_IGNORED)
        ignore(scope);
    if (status != ORM_OK)
        return status;
    return mode == PRODUCT_THREADS ? run_on_threads(at) : run_once(at);
}

static bool is_in(const orm_site *site, const char *file, int line)
{
    if (file == NULL)
        return site->line == 0;
    size_t size = site->file == NULL ? 0 : strlen(site->file);
    size_t last = strlen(file);
    return site->line == line && size >= last && strcmp(site->file + size - last, file) == 0;
}

static bool is_right(const product_expected *wanted, const orm_finding *found)
{
    return wanted->kind == found->kind && wanted->evidence == found->evidence &&
           strcmp(wanted->subject, found->subject) == 0 &&
           is_in(&found->site, wanted->file, wanted->line) &&
           is_in(&found->origin, wanted->list_file, wanted->list_line) &&
           wanted->statements == found->statements && wanted->distinct == found->distinct &&
           wanted->matched == found->matched;
}

static void tell(const char *what, orm_finding_kind kind, orm_evidence evidence,
                 const char *subject, const char *file, int line, const char *list, int list_line,
                 int64_t statements, int64_t distinct, int64_t matched)
{
    static const char *const words[] = {"none", "matches", "stems"};
    const char *slash = file == NULL ? NULL : strrchr(file, '/');
    const char *list_slash = list == NULL ? NULL : strrchr(list, '/');
    (void)fprintf(
        stderr, "  %s %s %s, %s, at %s:%d of %s:%d, %lld sent, %lld values, %lld matched\n", what,
        orm_finding_kind_name(kind), subject, words[evidence], slash ? slash + 1 : file, line,
        list_slash ? list_slash + 1
        : list     ? list
                   : "-",
        list_line, (long long)statements, (long long)distinct, (long long)matched);
}

static void tell_expected(const product_expected *it)
{
    tell("expected", it->kind, it->evidence, it->subject, it->file, it->line, it->list_file,
         it->list_line, it->statements, it->distinct, it->matched);
}

static void tell_found(const orm_finding *it)
{
    tell("found   ", it->kind, it->evidence, it->subject, it->site.file, it->site.line,
         it->origin.file, it->origin.line, it->statements, it->distinct, it->matched);
}

static void compare(const product_case *it, orm_scope *scope, tally *counts)
{
    bool taken[PRODUCT_FINDINGS_MAX] = {false};
    size_t wanted = 0;
    size_t right = 0;
    size_t found = orm_scope_finding_count(scope);
    while (wanted < PRODUCT_FINDINGS_MAX && it->expected[wanted].kind != 0)
        wanted++;
    for (size_t i = 0; i < found; i++)
        for (size_t k = 0; k < wanted; k++) {
            if (taken[k] || !is_right(&it->expected[k], orm_scope_finding(scope, i)))
                continue;
            taken[k] = true;
            right++;
            break;
        }
    counts->cases++;
    counts->empty += wanted == 0;
    counts->expected += wanted;
    counts->found += found;
    counts->right += right;
    if ((right == wanted && right == found) || counts->told++ >= TOLD_MAX)
        return;
    (void)fprintf(stderr, "%s\n", it->name);
    for (size_t k = 0; k < wanted; k++)
        tell_expected(&it->expected[k]);
    for (size_t i = 0; i < found; i++)
        tell_found(orm_scope_finding(scope, i));
}

/* The record of a scope, for those who mend what it found. */
static void write_record(orm_scope *scope)
{
    const char *record = getenv("ORM_TEST_PRODUCT_RECORD");
    if (record != NULL)
        assert_int_equal(orm_scope_append(scope, record, getenv("ORM_TEST_PRODUCT_ROOT"), NULL),
                         ORM_OK);
}

static void check(const product_case *it, tally *counts)
{
    orm_scope *parent = NULL;
    bool records = getenv("ORM_TEST_PRODUCT_RECORD") != NULL;
    orm_scope_options options = {.name = it->mode == PRODUCT_NAMED || records ? it->name : NULL,
                                 .timed = it->mode == PRODUCT_TIMED};
    execution at = {.it = it, .run = {.engine = database.engine}};
    if (it->mode == PRODUCT_HIGH)
        options.thresholds = (orm_scope_thresholds){1000, 1000, 1000, 1000};
    if (it->mode == PRODUCT_CHILD)
        assert_int_equal(orm_scope_open(NULL, &parent, NULL), ORM_OK);
    options.parent = parent;
    assert_int_equal(orm_scope_open(&options, &at.run.scope, NULL), ORM_OK);
    if (run(&at) != ORM_OK)
        fail_msg("%s: %s", it->name, at.error.message);
    if (it->mode == PRODUCT_IGNORED)
        assert_int_equal(orm_scope_ignored_count(at.run.scope), 1);
    compare(it, at.run.scope, counts);
    write_record(at.run.scope);
    if (parent != NULL)
        compare(it, parent, counts);
    orm_scope_close(at.run.scope);
    orm_scope_close(parent);
}

static double share(size_t part, size_t whole)
{
    return whole == 0 ? 1.0 : (double)part / (double)whole;
}

/* Of the cases whose records are wanted only the plain ones are run. */
static bool is_wanted(const product_case *it)
{
    const char *only = getenv("ORM_TEST_PRODUCT");
    if (getenv("ORM_TEST_PRODUCT_RECORD") != NULL && it->mode != PRODUCT_PLAIN)
        return false;
    return only == NULL || strstr(it->name, only) != NULL;
}

/* ORM_TEST_PRODUCT: only cases whose name holds this text. */
static void finds_all_and_nothing_else(void **state)
{
    const char *only = getenv("ORM_TEST_PRODUCT");
    tally counts = {0};
    (void)state;
    for (size_t g = 0; g < product_group_count; g++)
        for (size_t i = 0; i < product_group_size(g); i++)
            if (is_wanted(&product_groups[g][i]))
                check(&product_groups[g][i], &counts);
    (void)printf("%zu cases, %zu of them with nothing to find; %zu findings expected, %zu found\n"
                 "precision %.4f, recall %.4f\n",
                 counts.cases, counts.empty, counts.expected, counts.found,
                 share(counts.right, counts.found), share(counts.right, counts.expected));
    if (getenv("ORM_TEST_PRODUCT_RECORD") != NULL)
        return; /* of cases that may have been mended */
    assert_int_equal(counts.right, counts.found);
    assert_int_equal(counts.right, counts.expected);
    if (only == NULL) {
        assert_true(counts.cases - counts.empty >= 400);
        assert_true(counts.empty >= counts.cases - counts.empty);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_all_and_nothing_else)};
    return cmocka_run_group_tests(tests, open_database, close_database);
}
