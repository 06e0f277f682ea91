#ifndef ORM_CODEGEN_EMIT_SQL_DDL_H
#define ORM_CODEGEN_EMIT_SQL_DDL_H

/*
 * The statements that create a schema's tables, in an order in which they can run.
 *
 * SQLite knows no schemas: `schema` is ignored there, and two tables that fall together are an
 * error. How each column type is stored there:
 *
 *   boolean                          INTEGER, 0 or 1
 *   smallint, integer, bigint        INTEGER; ranges are not checked by the database
 *   real, double                     REAL; NaN can't be stored
 *   text, varchar, uuid              TEXT
 *   char                             TEXT COLLATE RTRIM
 *   numeric                          TEXT, padded to the scale
 *   date, time, timestamp, interval  TEXT, as the runtime spells them
 *   timestamptz                      TEXT, in UTC with +00:00
 *   bytea                            BLOB
 *   enum                             TEXT, one of the labels
 *   json, jsonb                      TEXT, valid JSON
 *   arrays                           TEXT, a JSON array
 */

#include <stdbool.h>

#include "base/diagnostics.h"
#include "schema/schema.h"

enum sql_dialect { SQL_POSTGRESQL, SQL_SQLITE, SQL_DIALECT_COUNT };

/* "postgresql", "sqlite": as on the command line. Static. */
const char *sql_dialect_name(enum sql_dialect dialect);

/*
 * The whole script, in the schema's arena; the same input gives the same bytes. `version` is the
 * generator's. NULL when the database can't hold the schema: every fault is in diags.
 */
const char *sql_ddl(const struct schema *schema, enum sql_dialect dialect, const char *version,
                    struct diagnostics *diags);

#endif
