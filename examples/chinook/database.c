/* Opening and closing the engine, and how a failure is shown. */
#include <stdio.h>

#include "chinook.h"

void error_print(const orm_error *error)
{
    char text[4096];
    orm_error_format(error, text, sizeof text);
    fprintf(stderr, "chinook: %s\n", text);
}

bool database_open(const char *url, orm_engine **engine_out)
{
    orm_error error;
    orm_engine_options engine_options = {.url = url};
    if (orm_engine_open(&engine_options, engine_out, &error) == ORM_OK)
        return true;
    error_print(&error);
    return false;
}

void database_close(orm_engine *engine)
{
    orm_error error;
    if (orm_engine_close(engine, &error) != ORM_OK)
        error_print(&error);
}
