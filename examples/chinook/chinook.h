/* What the commands share. */
#ifndef CHINOOK_H
#define CHINOOK_H

#include <stdbool.h>

#include <orm/engine.h>
#include <orm/session.h>

/* The program's exit codes. */
enum { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* What the command line says. Text that was not given is NULL. */
typedef struct options {
    const char *url;
    const char *data;
} options;

/* The commands: each returns an exit code. */
int demo_command(const options *given);
int graph_command(const options *given);
int load_command(const options *given);

/* Opens the engine of `url` or, when that is NULL, of ORM_DATABASE_URL. Says what went wrong. */
bool database_open(const char *url, orm_engine **engine_out);
/* Creates the tables and loads the rows, all or nothing. Says what went wrong. */
bool database_fill(orm_engine *engine, const char *data_path);
void database_close(orm_engine *engine);

/* Prints a failure to standard error. */
void error_print(const orm_error *error);

#endif
