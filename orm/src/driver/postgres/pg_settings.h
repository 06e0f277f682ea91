/* How an engine reaches its server: the connection string with our defaults. */
#ifndef ORM_DRIVER_POSTGRES_SETTINGS_H
#define ORM_DRIVER_POSTGRES_SETTINGS_H

#include <stdatomic.h>
#include <stdbool.h>

#include <libpq-fe.h>
#include <orm/memory.h>

#include "driver/driver.h"

/* Startup options that servers and poolers refuse; connecting steps down until one is taken. */
typedef enum orm__pg_startup {
    ORM__PG_STARTUP_ALL,
    ORM__PG_STARTUP_NO_CHECK, /* client_connection_check_interval is not known there */
    ORM__PG_STARTUP_PLAIN,    /* none of ours: a pooler that knows no `options` */
    ORM__PG_STARTUP_COUNT
} orm__pg_startup;

enum { ORM__PG_KEYWORDS_MAX = 96 };

/* Shared by the engine and by connects still under way when it gave up waiting for them. */
typedef struct orm__pg_settings {
    orm_allocator allocator;
    atomic_int references;
    atomic_int startup;       /* the orm__pg_startup that worked last */
    PQconninfoOption *parsed; /* owned: holds the password */
    const char *keywords[ORM__PG_KEYWORDS_MAX]; /* NULL ends; borrowed from `parsed` or static */
    const char *values[ORM__PG_KEYWORDS_MAX];
    size_t options_at; /* where in `values` the startup options stand */
    char *options[ORM__PG_STARTUP_COUNT]; /* owned */
    bool several_hosts;
    char host_seconds[16]; /* libpq's bound on each of several hosts */
    bool remote;       /* some host is not this machine */
    bool verify_full;  /* because nothing was said about sslmode */
    char place[256];   /* "host:port, database …, user …", for messages */
    char *password;    /* owned; must not appear in messages */
} orm__pg_settings;

/* `*settings_out` is owned: orm__pg_settings_release. ORM_INVALID, ORM_NOMEM. */
orm_status orm__pg_settings_new(const orm__target *target, orm__pg_settings **settings_out,
                                orm_error *error);
orm__pg_settings *orm__pg_settings_hold(orm__pg_settings *settings);
void orm__pg_settings_release(orm__pg_settings *settings);

#endif
