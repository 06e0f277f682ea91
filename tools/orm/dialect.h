#ifndef ORM_TOOLS_ORM_DIALECT_H
#define ORM_TOOLS_ORM_DIALECT_H

#include "command.h"
#include "emit/sql_ddl.h"

/* The value of --dialect, which was given. False: it is none, and it has said so. */
bool dialect_read(const struct command *command, struct arena *arena,
                  const struct arguments *arguments, enum sql_dialect *dialect_out);

#endif
