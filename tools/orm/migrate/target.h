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
    /* Of the last statement that failed. */
    const char *fault;
    char state[6]; /* SQLSTATE; "" on SQLite */
};

/* A SQLite file that is not there yet is made. False: it has said why. */
bool target_open(struct arena *arena, const char *url, bool make, struct target *target_out);
void target_close(struct target *target);

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
