/* Opening a connection, on a thread where blocking harms nobody. */
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/allocator.h"
#include "base/clock.h"
#include "base/fail.h"
#include "driver/postgres/pg_errors.h"
#include "driver/postgres/pg_link.h"
#include "driver/postgres/pg_settings.h"

enum { MESSAGE_SIZE = 1024, PATIENCE_MS = 3000 };

typedef struct attempt {
    orm__pg_settings *settings; /* held */
    orm_deadline deadline;
    PGconn *pg; /* owned; NULL when it failed */
    bool late;
    char message[MESSAGE_SIZE]; /* libpq's, not fit to be shown */
} attempt;

orm_status orm__pg_setup(const orm__target *target, void **shared_out, orm_error *error)
{
    orm__pg_settings *settings = NULL;
    *shared_out = NULL;
    orm_status status = orm__pg_settings_new(target, &settings, error);
    if (status == ORM_OK) *shared_out = settings;
    return status;
}

void orm__pg_teardown(const orm__target *target, void *shared)
{
    orm__pg_settings *settings = shared;
    const orm_runtime *runtime = target->runtime;
    /* The threads of a loop are not the engine's: what they still do with its memory is waited for,
     * unless it hangs. */
    for (int i = 0; i < PATIENCE_MS && runtime->may_block != NULL && settings != NULL &&
                    atomic_load(&settings->references) > 1;
         i++)
        (void)runtime->sleep(runtime->context, 1000000);
    orm__pg_settings_release(settings);
}

/* libpq would print the server's notices. */
static void drop_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static int remaining_ms(orm_deadline deadline)
{
    if (deadline == ORM_NO_DEADLINE) return -1;
    int64_t left = (deadline - orm__now()) / 1000000;
    return left < 0 ? 0 : left > 1000000 ? 1000000 : (int)left;
}

/* Drives the connection to its end; false when the deadline came first. */
static bool finish_connect(PGconn *pg, orm_deadline deadline)
{
    PostgresPollingStatusType want = PGRES_POLLING_WRITING;
    while (PQstatus(pg) != CONNECTION_BAD &&
           (want == PGRES_POLLING_READING || want == PGRES_POLLING_WRITING)) {
        struct pollfd entry = {.fd = PQsocket(pg)};
        entry.events = want == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        int ready = poll(&entry, 1, remaining_ms(deadline));
        if (ready == 0 && deadline != ORM_NO_DEADLINE && orm__now() >= deadline) return false;
        if (ready > 0) want = PQconnectPoll(pg);
    }
    return true;
}

/*
 * One host is connected to step by step, for then errors can be had with their SQLSTATE. With
 * several, libpq must watch the time of each, or a silent first one would use it all.
 */
static PGconn *connect_with(attempt *job, const char *const *values)
{
    const char *const *keywords = job->settings->keywords;
    PGconn *pg = NULL;
    job->late = false;
    if (job->settings->several_hosts) {
        pg = PQconnectdbParams(keywords, values, 0);
    } else {
        pg = PQconnectStartParams(keywords, values, 0);
        if (pg == NULL) return NULL;
        (void)PQsetNoticeProcessor(pg, drop_notice, NULL);
        (void)PQsetErrorVerbosity(pg, PQERRORS_VERBOSE);
        job->late = !finish_connect(pg, job->deadline);
    }
    if (pg == NULL) return NULL;
    (void)PQsetNoticeProcessor(pg, drop_notice, NULL);
    (void)PQsetErrorVerbosity(pg, PQERRORS_DEFAULT);
    return pg;
}

/* Whether to try again with fewer startup options. */
static bool step_down(const char *message, int *level)
{
    if (*level == ORM__PG_STARTUP_ALL &&
        strstr(message, "client_connection_check_interval") != NULL) {
        *level = ORM__PG_STARTUP_NO_CHECK;
        return true;
    }
    if (*level != ORM__PG_STARTUP_PLAIN && strstr(message, "startup parameter") != NULL) {
        *level = ORM__PG_STARTUP_PLAIN;
        return true;
    }
    return false;
}

static void connect_work(void *argument)
{
    attempt *job = argument;
    orm__pg_settings *settings = job->settings;
    const char *values[ORM__PG_KEYWORDS_MAX];
    int level = atomic_load(&settings->startup);
    memcpy(values, settings->values, sizeof values);
    for (;;) {
        values[settings->options_at] = settings->options[level];
        job->pg = connect_with(job, values);
        if (job->pg == NULL) return;
        if (PQstatus(job->pg) == CONNECTION_OK) break;
        (void)snprintf(job->message, sizeof job->message, "%s", PQerrorMessage(job->pg));
        PQfinish(job->pg);
        job->pg = NULL;
        if (job->late || !step_down(job->message, &level)) return;
    }
    atomic_store(&settings->startup, level);
}

static void attempt_free(void *argument)
{
    attempt *job = argument;
    orm__pg_settings *settings = job->settings;
    if (job->pg != NULL) PQfinish(job->pg);
    orm_allocator allocator = settings->allocator;
    orm__free(&allocator, job, sizeof *job);
    orm__pg_settings_release(settings);
}

/* The SQLSTATE in "FATAL:  28P01: password …"; NULL when the message is not a server's. */
static const char *find_sqlstate(const char *message)
{
    for (const char *at = strstr(message, ":  "); at != NULL; at = strstr(at + 1, ":  ")) {
        const char *state = at + 3;
        size_t i = 0;
        while (i < 5 && (isdigit((unsigned char)state[i]) || isupper((unsigned char)state[i]))) i++;
        if (i == 5 && state[5] == ':') return state;
    }
    return NULL;
}

static orm_status fail_refused(const attempt *job, const char *sqlstate, orm_error *error)
{
    const char *password = job->settings->password;
    const char *text = sqlstate + 5 + strspn(sqlstate + 5, ": ");
    int length = (int)strcspn(text, "\n");
    orm_status status = orm__pg_status_of(sqlstate);
    char state[6];
    memcpy(state, sqlstate, 5);
    state[5] = '\0';
    if (status == ORM_DATABASE) status = ORM_DISCONNECTED;
    if (password[0] != '\0' && strstr(text, password) != NULL) length = 0;
    status = orm__fail(error, status, "%s refused the connection (%s)%s%.*s", job->settings->place,
                       state, length > 0 ? ": " : "", length, text);
    if (error != NULL) memcpy(error->sqlstate, state, sizeof state);
    return status;
}

typedef struct phrase {
    const char *words;
    orm_status status;
    const char *meaning;
} phrase;

/* libpq's own words, which may quote the password, and what is said instead. */
static const phrase phrases[] = {
    {"out of memory", ORM_NOMEM, "no memory"},
    {"could not translate host name", ORM_DISCONNECTED, "the host name can't be resolved"},
    {"root certificate", ORM_DISCONNECTED,
     "the server's certificate can't be verified: there is no root certificate"},
    {"certificate", ORM_DISCONNECTED, "the server's certificate was not accepted"},
    {"does not support SSL", ORM_DISCONNECTED, "the server does not offer TLS"},
    {"SSL", ORM_DISCONNECTED, "TLS could not be established"},
    {"authentication failed", ORM_AUTH, "the server refused the user or password"},
    {"no password supplied", ORM_AUTH, "the server wants a password and none is known"},
    {"pg_hba.conf", ORM_AUTH, "the server's pg_hba.conf lets nobody in from here"},
    {"does not exist", ORM_INVALID, "the database or role does not exist"},
    {"too many clients", ORM_TOO_MANY_CONNECTIONS, "the server accepts no more connections"},
    {"remaining connection slots", ORM_TOO_MANY_CONNECTIONS,
     "the server accepts no more connections"},
    {"authentication", ORM_AUTH, "the server wants a kind of authentication that is not possible"},
    {"timeout expired", ORM_TIMEOUT, "the server did not answer in time"},
    {"Connection refused", ORM_DISCONNECTED, "nobody listens there"},
    {"No such file or directory", ORM_DISCONNECTED, "there is no such socket"},
};

static bool is_about_tls(const phrase *found)
{
    return strstr(found->words, "certificate") != NULL || strstr(found->words, "SSL") != NULL;
}

static orm_status fail_attempt(const attempt *job, orm_error *error)
{
    const orm__pg_settings *settings = job->settings;
    if (job->message[0] == '\0') return orm__fail(error, ORM_NOMEM, "no memory for a connection");
    const char *sqlstate = find_sqlstate(job->message);
    if (sqlstate != NULL) return fail_refused(job, sqlstate, error);
    phrase found = {"", ORM_DISCONNECTED, "the connection could not be made"};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        if (strstr(job->message, phrases[i].words) == NULL) continue;
        found = phrases[i];
        break;
    }
    const char *advice = "";
    if (is_about_tls(&found) && settings->verify_full)
        advice = "; without sslmode a remote server must prove who it is (verify-full): give "
                 "sslrootcert=FILE, or choose another sslmode in the connection string";
    orm_status status = orm__fail(error, found.status, "%s: %s%s", settings->place, found.meaning,
                                  advice);
    if (error != NULL && is_about_tls(&found)) error->retryable = false;
    return status;
}

static orm_status fail_late(const orm__pg_settings *settings, orm_status status, orm_error *error)
{
    return orm__fail(error, status, "%s: %s", settings->place,
                     status == ORM_CANCELLED ? "connecting was cancelled"
                                             : "no connection within the time allowed");
}

orm_status orm__pg_connect(const orm__target *target, orm_deadline deadline, PGconn **pg_out,
                           orm_error *error)
{
    const orm_runtime *runtime = target->runtime;
    orm__pg_settings *settings = target->shared;
    attempt *job = orm__alloc_zero(target->allocator, sizeof *job);
    if (job == NULL) return orm__fail(error, ORM_NOMEM, "no memory for a connection");
    job->settings = orm__pg_settings_hold(settings);
    job->deadline = deadline;
    orm_status status =
        runtime->offload(runtime->context, connect_work, attempt_free, job, deadline);
    /* Given up: the job is the helper's now. */
    if (status == ORM_TIMEOUT || status == ORM_CANCELLED) return fail_late(settings, status, error);
    if (status != ORM_OK) status = orm__fail(error, status, "no thread to connect on");
    else if (job->pg != NULL) *pg_out = job->pg;
    else status = job->late ? fail_late(settings, ORM_TIMEOUT, error) : fail_attempt(job, error);
    job->pg = NULL;
    attempt_free(job);
    return status;
}
