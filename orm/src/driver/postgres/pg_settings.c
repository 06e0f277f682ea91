#include "driver/postgres/pg_settings.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/fail.h"

/*
 * Session settings decoding or SQL text depend on, whatever the server's, role's or database's
 * defaults.
 */
#define PINNED                                                                                     \
    "-c DateStyle=ISO -c IntervalStyle=postgres -c bytea_output=hex -c extra_float_digits=1 "      \
    "-c standard_conforming_strings=on"
/* A server whose client has gone ends its statement, and with it its locks, within this time. */
#define CHECK_CLIENT "-c client_connection_check_interval=100"

enum { OPTIONS_MAX = 64 * 1024 };

orm__pg_settings *orm__pg_settings_hold(orm__pg_settings *settings)
{
    (void)atomic_fetch_add(&settings->references, 1);
    return settings;
}

static void free_text(const orm_allocator *allocator, char *text)
{
    if (text != NULL) orm__free(allocator, text, strlen(text) + 1);
}

void orm__pg_settings_release(orm__pg_settings *settings)
{
    if (settings == NULL || atomic_fetch_sub(&settings->references, 1) != 1) return;
    orm_allocator allocator = settings->allocator;
    if (settings->parsed != NULL) PQconninfoFree(settings->parsed);
    for (int i = 0; i < ORM__PG_STARTUP_COUNT; i++) free_text(&allocator, settings->options[i]);
    free_text(&allocator, settings->password);
    orm__free(&allocator, settings, sizeof *settings);
}

static char *copy_text(const orm_allocator *allocator, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = orm__alloc(allocator, size);
    if (copy != NULL) memcpy(copy, text, size);
    return copy;
}

static const PQconninfoOption *find_option(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword != NULL; options++)
        if (strcmp(options->keyword, keyword) == 0) return options;
    return NULL;
}

/* The value of a keyword, "" when there is none. */
static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
    const PQconninfoOption *option = find_option(options, keyword);
    return option == NULL || option->val == NULL ? "" : option->val;
}

/* Whether the connection string or the environment says anything about a keyword. */
static bool is_named(const orm__pg_settings *settings, const char *keyword)
{
    const PQconninfoOption *option = find_option(settings->parsed, keyword);
    if (option == NULL) return true; /* this libpq does not know it: don't add it */
    if (option->val != NULL && option->val[0] != '\0') return true;
    const char *environment = option->envvar == NULL ? NULL : getenv(option->envvar);
    return environment != NULL && environment[0] != '\0';
}

static void add(orm__pg_settings *settings, size_t *count, const char *keyword, const char *value)
{
    if (*count + 1 >= ORM__PG_KEYWORDS_MAX) return;
    settings->keywords[*count] = keyword;
    settings->values[*count] = value;
    (*count)++;
}

static size_t add_parsed(orm__pg_settings *settings)
{
    size_t count = 0;
    for (const PQconninfoOption *o = settings->parsed; o->keyword != NULL; o++)
        if (o->val != NULL && o->val[0] != '\0') add(settings, &count, o->keyword, o->val);
    return count;
}

/*
 * What libpq would use, service file and environment included. libpq tells only about a connection,
 * so one is begun with a setting it refuses after it has looked at all others and before it does
 * anything.
 */
static orm_status resolve(orm__pg_settings *settings, PQconninfoOption **resolved_out,
                          orm_error *error)
{
    static const char *const suspects[] = {"sslmode", "port", "service", "channel_binding",
                                           "gssencmode", "ssl_min_protocol_version"};
    size_t count = add_parsed(settings);
    add(settings, &count, "target_session_attrs", "?");
    settings->keywords[count] = NULL;
    PGconn *pg = PQconnectStartParams(settings->keywords, settings->values, 0);
    PQconninfoOption *resolved = pg == NULL ? NULL : PQconninfo(pg);
    const char *message = pg == NULL ? "" : PQerrorMessage(pg);
    orm_status status = ORM_OK;
    if (resolved == NULL) {
        status = orm__fail(error, ORM_NOMEM, "no memory for the connection's settings");
    } else if (strstr(message, "target_session_attrs") == NULL) {
        const char *suspect = "some setting";
        for (size_t i = sizeof suspects / sizeof *suspects; i-- > 0;)
            if (strstr(message, suspects[i]) != NULL) suspect = suspects[i];
        status = orm__fail(error, ORM_INVALID,
                           "the connection string is not usable: %s is wrong or unknown", suspect);
    }
    if (pg != NULL) PQfinish(pg);
    if (status == ORM_OK) *resolved_out = resolved;
    else if (resolved != NULL) PQconninfoFree(resolved);
    return status;
}

/* Whether an element of a host list is this machine. Names are not looked up. */
static bool is_local(const char *host, size_t size)
{
    char name[64];
    struct in_addr four;
    struct in6_addr six;
    if (size == 0 || host[0] == '/' || host[0] == '@') return true; /* a Unix socket */
    if (size >= sizeof name) return false;
    memcpy(name, host, size);
    name[size] = '\0';
    if (strcmp(name, "localhost") == 0) return true;
    if (inet_pton(AF_INET, name, &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, name, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static void look_at_hosts(orm__pg_settings *settings, const PQconninfoOption *resolved)
{
    const char *hosts = value_of(resolved, "hostaddr");
    if (hosts[0] == '\0') hosts = value_of(resolved, "host");
    settings->several_hosts = strchr(hosts, ',') != NULL;
    for (;;) {
        size_t size = strcspn(hosts, ",");
        if (!is_local(hosts, size)) settings->remote = true;
        if (hosts[size] == '\0') break;
        hosts += size + 1;
    }
}

/*
 * A password with '@', '/' or ':' in it that was not percent-encoded ends up in other parts of a
 * URL; nothing of them is shown then.
 */
static orm_status check_names(const PQconninfoOption *resolved, orm_error *error)
{
    const char *host = value_of(resolved, "host");
    bool socket = host[0] == '/' || host[0] == '@';
    for (const char *at = host; !socket && *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr(".-_:%,[]", *at) == NULL &&
            (unsigned char)*at < 0x80)
            return orm__fail(error, ORM_INVALID,
                             "the connection string's host is no host name; '@', ':', '/' and '%%' "
                             "in user and password must be percent-encoded");
    const char *port = value_of(resolved, "port");
    if (port[strspn(port, "0123456789, ")] != '\0')
        return orm__fail(error, ORM_INVALID,
                         "the connection string's port is no number; '@', ':', '/' and '%%' in "
                         "user and password must be percent-encoded");
    return ORM_OK;
}

static void describe(orm__pg_settings *settings, const PQconninfoOption *resolved)
{
    const char *host = value_of(resolved, "host");
    const char *address = value_of(resolved, "hostaddr");
    const char *database = value_of(resolved, "dbname");
    const char *port = value_of(resolved, "port");
    if (host[0] == '\0') host = address[0] == '\0' ? "the local socket" : address;
    if (strpbrk(database, "@/:?") != NULL) database = "(not shown)";
    (void)snprintf(settings->place, sizeof settings->place, "%s:%s, database %s, user %s", host,
                   port[0] == '\0' ? "5432" : port, database[0] == '\0' ? "default" : database,
                   value_of(resolved, "user"));
}

static orm_status compose(orm__pg_settings *settings, const char *users, int timeout_ms,
                          orm__pg_startup level, orm_error *error)
{
    orm__buffer text;
    orm__buffer_init(&text, &settings->allocator, OPTIONS_MAX);
    bool ours = level != ORM__PG_STARTUP_PLAIN;
    /* The user's word about the timeout comes later and counts. */
    if (ours && timeout_ms > 0) orm__buffer_printf(&text, "-c statement_timeout=%d ", timeout_ms);
    orm__buffer_text(&text, users);
    if (ours) orm__buffer_text(&text, " " PINNED);
    if (level == ORM__PG_STARTUP_ALL) orm__buffer_text(&text, " " CHECK_CLIENT);
    if (!text.failed) settings->options[level] = copy_text(&settings->allocator, text.data);
    orm__buffer_dispose(&text);
    if (settings->options[level] != NULL) return ORM_OK;
    return orm__fail(error, ORM_NOMEM, "no memory for the connection's settings");
}

/* So that a silent host leaves time for the next one. */
static void share_time(orm__pg_settings *settings, size_t *count, int timeout_ms)
{
    if (!settings->several_hosts || timeout_ms <= 0) return;
    int seconds = timeout_ms / 2000;
    (void)snprintf(settings->host_seconds, sizeof settings->host_seconds, "%d",
                   seconds < 2 ? 2 : seconds); /* libpq takes no less */
    add(settings, count, "connect_timeout", settings->host_seconds);
}

static void complete(orm__pg_settings *settings, const PQconninfoOption *resolved, int timeout_ms)
{
    static const struct {
        const char *keyword;
        const char *value;
    } defaults[] = {
        {"gssencmode", "disable"}, /* the Kerberos library does not survive a lack of memory */
        {"fallback_application_name", "orm"},
        {"keepalives_idle", "30"},
        {"keepalives_interval", "10"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", "30000"},
    };
    size_t count = add_parsed(settings);
    /* libpq's own default is "prefer", so only another value must come from a service file. */
    bool chosen = is_named(settings, "sslmode") ||
                  strcmp(value_of(resolved, "sslmode"), "prefer") != 0;
    settings->verify_full = settings->remote && !chosen;
    if (settings->verify_full) add(settings, &count, "sslmode", "verify-full");
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        const char *now = value_of(resolved, defaults[i].keyword);
        bool common = now[0] == '\0' || strcmp(now, "prefer") == 0 || strcmp(now, "0") == 0;
        if (common && !is_named(settings, defaults[i].keyword))
            add(settings, &count, defaults[i].keyword, defaults[i].value);
    }
    if (value_of(resolved, "connect_timeout")[0] == '\0') share_time(settings, &count, timeout_ms);
    add(settings, &count, "client_encoding", "UTF8");
    settings->options_at = count;
    add(settings, &count, "options", "");
    settings->keywords[count] = NULL;
    settings->values[count] = NULL;
}

static orm_status fill(orm__pg_settings *settings, const orm_engine_options *options,
                       orm_error *error)
{
    PQconninfoOption *resolved = NULL;
    orm_status status = resolve(settings, &resolved, error);
    if (status != ORM_OK) return status;
    status = check_names(resolved, error);
    if (status != ORM_OK) goto out;
    look_at_hosts(settings, resolved);
    describe(settings, resolved);
    for (int i = 0; i < ORM__PG_STARTUP_COUNT && status == ORM_OK; i++)
        status = compose(settings, value_of(resolved, "options"), options->statement_timeout_ms,
                         (orm__pg_startup)i, error);
    settings->password = copy_text(&settings->allocator, value_of(resolved, "password"));
    if (settings->password == NULL && status == ORM_OK)
        status = orm__fail(error, ORM_NOMEM, "no memory for the connection's settings");
    complete(settings, resolved, options->connect_timeout_ms);
out:
    PQconninfoFree(resolved);
    return status;
}

orm_status orm__pg_settings_new(const orm__target *target, orm__pg_settings **settings_out,
                                orm_error *error)
{
    orm__pg_settings *settings = orm__alloc_zero(target->allocator, sizeof *settings);
    if (settings == NULL) return orm__fail(error, ORM_NOMEM, "no memory for the connection");
    if (target->allocator != NULL) settings->allocator = *target->allocator;
    atomic_init(&settings->references, 1);
    char *message = NULL;
    settings->parsed = PQconninfoParse(target->options->url, &message);
    orm_status status = ORM_OK;
    if (settings->parsed == NULL)
        /* libpq's message quotes what it stumbled over, which may be the password. */
        status = orm__fail(error, ORM_INVALID,
                           "the connection string is neither a valid postgresql:// URL nor a "
                           "valid list of keyword=value; in a URL '@', ':', '/' and '%%' in user "
                           "and password must be percent-encoded, and keywords must be libpq's");
    if (message != NULL) PQfreemem(message);
    if (status == ORM_OK) status = fill(settings, target->options, error);
    if (status == ORM_OK) *settings_out = settings;
    else orm__pg_settings_release(settings);
    return status;
}
