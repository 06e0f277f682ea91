/* The SQLite driver as the rest of the library sees it. */
#include "driver/sqlite/sqlite_link.h"

const orm__driver orm__driver_sqlite = {
    .name = "sqlite",
    .dialect = ORM_DIALECT_SQLITE,
    .control =
        {
            [ORM__CONTROL_BEGIN] =
                "BEGIN IMMEDIATE", /* a deferred one that reads, then writes, may be refused */
            [ORM__CONTROL_BEGIN_READ_ONLY] = "BEGIN",
            [ORM__CONTROL_COMMIT] = "COMMIT",
            [ORM__CONTROL_ROLLBACK] = "ROLLBACK",
        },
    .accepts = orm__sqlite_accepts,
    .setup = orm__sqlite_setup,
    .teardown = orm__sqlite_teardown,
    .open = orm__sqlite_open,
    .close = orm__sqlite_close,
    .ping = orm__sqlite_ping,
    .transaction = orm__sqlite_transaction,
    .run = orm__sqlite_run,
    .let_go = orm__sqlite_let_go,
    .forget = orm__sqlite_forget,
    .next = orm__sqlite_next,
    .read = orm__sqlite_read,
    .read_int = orm__sqlite_read_int,
    .is_null = orm__sqlite_is_null,
    .column_count = orm__sqlite_column_count,
    .column_name = orm__sqlite_column_name,
    .raw_int = orm__sqlite_raw_int,
    .raw_double = orm__sqlite_raw_double,
    .raw_text = orm__sqlite_raw_text,
};
