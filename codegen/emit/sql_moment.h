#ifndef ORM_CODEGEN_EMIT_SQL_MOMENT_H
#define ORM_CODEGEN_EMIT_SQL_MOMENT_H

#include "schema/schema.h"

struct arena;

/* A date, time, timestamp or interval literal as the runtime spells it; timestamptz in UTC. */
const char *sql_moment(struct arena *arena, enum type_kind kind, const char *text);

#endif
