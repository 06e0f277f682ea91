#include "dialect.h"

#include <string.h>

#include "base/suggest.h"

bool dialect_read(const struct command *command, struct arena *arena,
                  const struct arguments *arguments, enum sql_dialect *dialect_out)
{
    struct suggestion suggestion = suggest_for(arguments->dialect);

    for (int i = 0; i < SQL_DIALECT_COUNT; i++) {
        const char *name = sql_dialect_name((enum sql_dialect)i);

        if (strcmp(name, arguments->dialect) == 0) {
            *dialect_out = (enum sql_dialect)i;
            return true;
        }
        suggest_offer(&suggestion, name);
    }
    wrong_command(command, "%s: unknown dialect '%s'; there are postgresql and sqlite%s",
                  command->name, arguments->dialect, suggest_text(arena, &suggestion));
    return false;
}
