/* Opening and closing connections. */
#include <string.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"

static const char scheme[] = "sqlite:";

enum { STEPS_BETWEEN_CLOCKS = 1000 }; /* some 20 µs of SQLite's work */

bool orm__sqlite_accepts(const char *url)
{
    return strncmp(url, scheme, sizeof scheme - 1) == 0;
}

static const char *path_of(const orm__target *target)
{
    return target->options->url + sizeof scheme - 1;
}

static bool is_memory(const orm__target *target)
{
    return strcmp(path_of(target), ":memory:") == 0;
}

orm_status orm__sqlite_setup(const orm__target *target, void **shared_out, orm_error *error)
{
    const char *path = path_of(target);
    orm__sqlite_turns *turns = NULL;
    *shared_out = NULL;
    if (*path == '\0')
        return orm__fail(error, ORM_INVALID,
                         "the URL names no file: write sqlite:PATH or sqlite::memory:");
    if (path[0] == '/' && path[1] == '/')
        return orm__fail(error, ORM_INVALID, "write sqlite:PATH without slashes before the path");
    if (path[0] == ':' && !is_memory(target))
        return orm__fail(error, ORM_INVALID,
                         "unknown database \"%s\": write sqlite:PATH or sqlite::memory:", path);
    orm_status status = orm__sqlite_turns_new(target->allocator, &turns);
    *shared_out = turns;
    return status == ORM_OK ? ORM_OK : orm__fail(error, status, "cannot make the queue of writers");
}

void orm__sqlite_teardown(const orm__target *target, void *shared)
{
    (void)target;
    orm__sqlite_turns_free(shared);
}

static int watch_limits(void *context)
{
    const orm__link *link = context;
    if (orm__sqlite_is_cancelled(link)) return 1;
    return link->deadline != ORM_NO_DEADLINE && orm__now() >= link->deadline;
}

/* Runs a pragma, waiting for locks; `answer` (may be NULL) gets its first column as text. */
static orm_status pragma(orm__link *link, const char *sql, char *answer, size_t size, int *code_out,
                         orm_error *error)
{
    sqlite3_stmt *stmt = NULL;
    orm_status status = ORM_OK;
    int64_t pause = 0;
    int code;
    do {
        (void)sqlite3_finalize(stmt);
        stmt = NULL;
        code = sqlite3_prepare_v2(link->handle, sql, -1, &stmt, NULL);
        if (code == SQLITE_OK) code = sqlite3_step(stmt);
    } while (code != SQLITE_ROW && code != SQLITE_DONE &&
             orm__sqlite_nap(link, code, &pause, &status, error));
    if (answer != NULL && code == SQLITE_ROW)
        orm__copy_text(answer, size, (const char *)sqlite3_column_text(stmt, 0));
    *code_out = code;
    if (status == ORM_OK && code != SQLITE_ROW && code != SQLITE_DONE)
        status = orm__sqlite_fail_handle(link->handle, code, error);
    (void)sqlite3_finalize(stmt);
    return status;
}

/* Readers do not wait for the writer in this mode. A file that can't be written keeps the mode it
 * has. */
static orm_status use_wal(orm__link *link, orm_error *error)
{
    char mode[16] = "";
    int code = SQLITE_OK;
    orm_status status = pragma(link, "PRAGMA journal_mode=WAL", mode, sizeof mode, &code, error);
    int family = code & 0xFF;
    if (status != ORM_OK && family != SQLITE_READONLY && family != SQLITE_CANTOPEN &&
        family != SQLITE_PERM)
        return status;
    if (strcmp(mode, "wal") == 0) {
        status = pragma(link, "PRAGMA synchronous=NORMAL", NULL, 0, &code, error);
        if (status != ORM_OK) return status;
    }
    /* The first look into the file: whatever is wrong with it shows now. */
    return pragma(link, "SELECT count(*) FROM sqlite_schema", NULL, 0, &code, error);
}

static int set(sqlite3 *handle, int option, int value)
{
    return sqlite3_db_config(handle, option, value, NULL);
}

/*
 * SQLite 3.38 to 3.40 puts text into the Bloom filters of joins by its length, so keys that only
 * the collation calls equal (RTRIM, ORM_NUMERIC, ORM_INTERVAL) lose their rows. Joins do without
 * them.
 */
static void avoid_bloom_filters(sqlite3 *handle)
{
    const int bloom_filters = 0x00080000;
    (void)sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, handle, bloom_filters);
}

static int configure(orm__link *link)
{
    static const struct {
        int option;
        int value;
    } options[] = {
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        /* SQLite before 3.41 otherwise refuses the json_valid() of our own CHECKs. */
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1},
    };
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof options / sizeof options[0] && code == SQLITE_OK; i++)
        code = set(link->handle, options[i].option, options[i].value);
    if (code == SQLITE_OK) code = sqlite3_busy_timeout(link->handle, 0);
    if (code == SQLITE_OK) code = orm__sqlite_add_collations(link);
    if (code == SQLITE_OK) code = orm__sqlite_add_functions(link);
    if (code == SQLITE_OK) code = orm__sqlite_add_aggregates(link);
    if (code == SQLITE_OK) code = orm__sqlite_add_keys(link);
    avoid_bloom_filters(link->handle);
    sqlite3_progress_handler(link->handle, STEPS_BETWEEN_CLOCKS, watch_limits, link);
    return code;
}

/* Says which file, and what the system has against it. */
static void explain_open(orm__link *link, const char *path, int code, orm_error *error)
{
    if (error == NULL || (code & 0xFF) != SQLITE_CANTOPEN) return;
    int number = link->handle == NULL ? 0 : sqlite3_system_errno(link->handle);
    char reason[128] = "";
    if (number == 0 || strerror_r(number, reason, sizeof reason) != 0)
        orm__copy_text(reason, sizeof reason, "not a file that can be opened or created");
    orm_error told = *error;
    (void)orm__fail(error, told.status, "can't open the database file \"%.300s\": %s", path,
                    reason);
    error->native_code = told.native_code;
    error->retryable = told.retryable;
}

/* A file may be called "file:x"; the prefix keeps SQLite from reading that as a URI. */
static const char *plain_path(orm__link *link, const char *path)
{
    if (strncmp(path, "file:", 5) != 0) return path;
    return orm__arena_printf(&link->scratch, "./%s", path);
}

static orm_status open_handle(orm__link *link, const orm__target *target, orm_error *error)
{
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const char *path = plain_path(link, path_of(target));
    if (path == NULL) return orm__fail(error, ORM_NOMEM, "out of memory");
    int code = sqlite3_open_v2(path, &link->handle, flags, NULL);
    if (code == SQLITE_OK) code = configure(link);
    if (code != SQLITE_OK) {
        orm_status status = orm__sqlite_fail_handle(link->handle, code, error);
        explain_open(link, path, code, error);
        return status;
    }
    if (is_memory(target)) return ORM_OK;
    orm_status status = use_wal(link, error);
    if (status != ORM_OK) explain_open(link, path, sqlite3_extended_errcode(link->handle), error);
    return status;
}

static orm_status call_user(orm__link *link, const orm_engine_options *options, orm_error *error)
{
    if (options->on_connect == NULL) return ORM_OK;
    int result = options->on_connect(options->on_connect_context, link->handle);
    if (result == 0) return ORM_OK;
    (void)orm__fail(error, ORM_DATABASE, "on_connect failed with %d", result);
    if (error != NULL) error->native_code = result;
    return ORM_DATABASE;
}

static void close_here(void *argument)
{
    orm__link *link = argument;
    orm__sqlite_free_all(link);
    /* Of what on_connect may have left open SQLite itself keeps track. */
    (void)sqlite3_close_v2(link->handle);
    link->handle = NULL;
    orm__sqlite_end_turn(link);
    orm__arena_dispose(&link->scratch);
    orm__free(link->allocator, link, sizeof *link);
}

typedef struct opening {
    const orm__target *target;
    orm_deadline deadline;
    orm__link *link;
    orm_status status;
    orm_error *error;
} opening;

static orm_status open_here(const orm__target *target, orm_deadline deadline, orm__link **link_out,
                            orm_error *error)
{
    orm__link *link = orm__alloc_zero(target->allocator, sizeof *link);
    if (link == NULL) return orm__fail(error, ORM_NOMEM, "out of memory");
    link->allocator = target->allocator;
    link->runtime = target->runtime;
    link->turns = target->shared;
    link->deadline = deadline;
    orm__arena_init(&link->scratch, target->allocator, NULL);
    /* A first allocation that is never given back keeps the arena's first block for all runs. */
    orm_status status = ORM_OK;
    if (orm__arena_alloc(&link->scratch, 1) == NULL)
        status = orm__fail(error, ORM_NOMEM, "out of memory");
    if (status == ORM_OK) status = open_handle(link, target, error);
    if (status == ORM_OK) status = call_user(link, target->options, error);
    link->deadline = ORM_NO_DEADLINE;
    if (status == ORM_OK)
        *link_out = link;
    else
        close_here(link);
    return status;
}

static void open_somewhere(void *argument)
{
    opening *job = argument;
    job->status = open_here(job->target, job->deadline, &job->link, job->error);
}

orm_status orm__sqlite_open(const orm__target *target, orm_deadline deadline, orm__link **link_out,
                            orm_error *error)
{
    opening job = {.target = target, .deadline = deadline, .error = error};
    orm_status status = orm__run_blocking(target->runtime, open_somewhere, &job);
    *link_out = job.link;
    return status == ORM_OK ? job.status : orm__fail(error, status, "no thread to open it on");
}

void orm__sqlite_close(orm__link *link)
{
    /* Without a thread it is closed all the same. */
    if (link != NULL && orm__run_blocking(link->runtime, close_here, link) != ORM_OK)
        close_here(link);
}

orm_status orm__sqlite_ping(orm__link *link, orm_deadline deadline, orm_error *error)
{
    (void)deadline;
    int moved = 0;
    if (link->broken) return orm__fail(error, ORM_DISCONNECTED, "the connection is of no more use");
    int code = sqlite3_file_control(link->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (code == SQLITE_OK && moved != 0)
        return orm__fail(error, ORM_DISCONNECTED, "the database file was moved or deleted");
    return ORM_OK;
}
