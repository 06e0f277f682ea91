#ifndef ORM_TOOLS_ORM_MIGRATE_TARGET_H
#define ORM_TOOLS_ORM_MIGRATE_TARGET_H

/* The database that migrations are applied to: statements, transactions, and the lock that keeps
 * two deployers apart. */

#include "database/connection.h"
#include "emit/sql_ddl.h"

struct target {
    struct connection connection;
    enum sql_dialect dialect;
    int lock_file; /* SQLite: the database's file, locked; -1: none */
    bool locked;
    bool in_transaction;
    long lock_ms; /* how long a statement waits for locks of others; 0: without end */
    /* Of the last statement that failed. */
    const char *fault;
    char state[6]; /* SQLSTATE; "" on SQLite */
};

/* A SQLite file that is not there yet is made. False: it has said why. */
bool target_open(struct arena *arena, const char *url, bool make, struct target *target_out);
void target_close(struct target *target);

/* From here on statements give up when others hold a lock for longer. "5s", "500ms", "2min", "0";
 * NULL: what the server says, or 5 seconds. False: it has said why. */
bool target_set_lock_timeout(struct target *target, const char *duration);
/* Sets that anew, or for what keeps nobody waiting while it waits itself, none. */
bool target_use_lock_timeout(struct target *target, bool use);
/* Milliseconds of such a duration, -1: it is none. */
long target_duration(const char *text);

/* One statement; false: see `fault`. */
bool target_run(struct target *target, const char *sql);
/* False: it has said why. */
bool target_begin(struct target *target);
bool target_commit(struct target *target);
void target_rollback(struct target *target);

/* Waits, and says so, while another deployer holds it. Gone with the connection. */
bool target_lock(struct target *target);
/* Whether somebody holds it now. */
bool target_is_locked(struct target *target);

#endif
