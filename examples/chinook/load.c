/* Creates the tables and loads the rows, in one transaction. */
#include <stdio.h>

#include <orm/raw.h>

#include "chinook.h"
#include "sql_file.h"

typedef struct script {
    sql_file schema;
    sql_file data;
} script;

static orm_status run_file(orm_session *db, sql_file *file)
{
    for (const char *sql = sql_file_next(file); sql != NULL; sql = sql_file_next(file)) {
        orm_status status = orm_raw(db, sql, NULL, 0, NULL, NULL, NULL);
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}

/* What it returns decides: ORM_OK commits both files, anything else leaves nothing of either. */
static orm_status load_handler(orm_session *db, void *context)
{
    script *files = context;
    orm_status status = run_file(db, &files->schema);
    if (status != ORM_OK)
        return status;
    return run_file(db, &files->data);
}

bool database_fill(orm_engine *engine, const char *data_path)
{
    const char *schema_path = orm_engine_dialect(engine) == ORM_DIALECT_SQLITE
                                  ? CHINOOK_SCHEMA_DIR "/schema.sqlite.sql"
                                  : CHINOOK_SCHEMA_DIR "/schema.postgresql.sql";
    bool filled = false;
    script files = {0};
    orm_error error;
    if (!sql_file_init(&files.schema, schema_path))
        goto out;
    if (!sql_file_init(&files.data, data_path == NULL ? CHINOOK_DATA : data_path))
        goto out;
    filled = orm_session_run(engine, NULL, load_handler, &files, &error) == ORM_OK;
    if (!filled)
        error_print(&error);
out:
    sql_file_dispose(&files.schema);
    sql_file_dispose(&files.data);
    return filled;
}

int load_command(const options *given)
{
    orm_engine *engine = NULL;
    if (!database_open(given->url, &engine))
        return EXIT_FAILED;
    bool filled = database_fill(engine, given->data);
    database_close(engine);
    if (filled)
        puts("The tables are made and the rows are in.");
    return filled ? EXIT_FINE : EXIT_FAILED;
}
