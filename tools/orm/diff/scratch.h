#ifndef ORM_TOOLS_ORM_DIFF_SCRATCH_H
#define ORM_TOOLS_ORM_DIFF_SCRATCH_H

/* An empty database to load a schema into and read it back: on SQLite in memory, on PostgreSQL a
 * database of its own that is dropped whatever happens to this process. */

#include "migrate/target.h"

struct scratch {
    struct target target;
    struct connection server; /* PostgreSQL: where the database was made */
    const char *name;
    int janitor; /* PostgreSQL: its process, and the pipe that it watches; else -1 */
    int janitor_end;
};

/* `dev_url`: of PostgreSQL, any database of the server. False: it has said why and what to do. */
bool scratch_open(struct arena *arena, enum sql_dialect dialect, const char *dev_url,
                  struct scratch *scratch_out);
void scratch_close(struct scratch *scratch);
/* Whether it was opened. */
bool scratch_is_open(const struct scratch *scratch);

/* The URL is one of PostgreSQL. */
bool url_is_postgresql(const char *url);
/* The word is a URL of a database. */
bool url_is(const char *word);

#endif
