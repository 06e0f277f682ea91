#ifndef ORM_TOOLS_ORM_DATABASE_CONNECTION_H
#define ORM_TOOLS_ORM_DATABASE_CONNECTION_H

/* A database that a subcommand looks at. It is asked directly: what a statement is made of is
 * nothing the library tells. */

#include <libpq-fe.h>
#include <sqlite3.h>

#include "command.h"

struct connection {
    struct arena *arena;
    PGconn *pg;
    sqlite3 *sqlite;   /* the other one is NULL */
    const char *fault; /* what the database said last when it could not answer */
};

/* `url` NULL: that of ORM_DATABASE_URL. False: it has said why. */
bool connection_open(struct arena *arena, const char *url, struct connection *connection_out);
void connection_close(struct connection *connection);

/* "postgresql" or "sqlite". */
const char *connection_kind(const struct connection *connection);

/* A result as text, row by row; a NULL cell is NULL. */
struct cells {
    const char **items;
    size_t rows;
    size_t columns;
};
/* Runs a query with text parameters ($1 …). False: it has said why. */
bool connection_rows(struct connection *connection, const char *sql, const char *const *values,
                     size_t count, struct cells *cells_out);
/* The same, but the fault is only kept. */
bool connection_try(struct connection *connection, const char *sql, const char *const *values,
                    size_t count, struct cells *cells_out);

/* What follows `orm COMMAND`. */
struct database_words {
    const char *url;
    bool write;
    bool analyze;
    bool help;
    const char **files; /* the words that are no options */
    size_t file_count;
};

enum database_option { DATABASE_WRITE = 1 << 0, DATABASE_ANALYZE = 1 << 1 };

/* `options` are those taken besides --url and --help. False: it has said what is wrong. */
bool database_words_read(const struct command *command, struct arena *arena, unsigned options,
                         int count, char **words, struct database_words *words_out);

#endif
