/* Requests with handlers on the rows of support/graph.h, and what they leave in the log. */
#ifndef TESTS_REQUESTS_FIXTURE_H
#define TESTS_REQUESTS_FIXTURE_H

#include <orm/requests.h>

#include "graph.orm.h"
#include "support/command.h"
#include "support/graph.h"

#define SCHEMAS ORM_TEST_SOURCE_DIR "/tools/orm/schemas"
#define VALIDATE                                                                                   \
    ORM_TEST_SOURCE_DIR "/tests/support/python_with jsonschema " ORM_TEST_SOURCE_DIR               \
                        "/tests/reports/validate.py "

enum { PEOPLE = 100, TEAMS = 20 };

static inline orm_status row_by_row(orm_session *db, void *context)
{
    g_team_list teams;
    g_person_list members;
    orm_status status = g_team_select(db, &(g_team_query){.limit = 10}, &teams);
    (void)context;
    for (size_t i = 0; status == ORM_OK && i < teams.count; i++)
        status = g_team_load_members(db, teams.items[i], &members);
    return status;
}

static inline orm_status together(orm_session *db, void *context)
{
    g_team_list teams;
    g_person_list members;
    orm_status status =
        g_team_select(db, &(g_team_query){.limit = 10, .with.members = &g_person_all}, &teams);
    (void)context;
    for (size_t i = 0; status == ORM_OK && i < teams.count; i++)
        status = g_team_members(teams.items[i], &members);
    return status;
}

/* A whole request, as a service has it. */
static inline void serve(orm_requests *requests, const orm_request_start *start,
                         orm_session_handler *does, int http_status)
{
    orm_request *request = NULL;
    orm_session_options options = {.read_only = true};
    orm_error error = {.status = ORM_OK};
    assert_int_equal(orm_request_begin(requests, start, &request), ORM_OK);
    orm_request_watch(request, &options);
    if (does != NULL && orm_session_run(database.engine, &options, does, NULL, &error) != ORM_OK)
        fail_msg("%s", error.message);
    orm_request_end(request, http_status);
}

/* The lines of the log, ended by NUL. */
typedef struct log_text {
    char text[256 * 1024];
    size_t size;
    int lines;
} log_text;

static inline void write_log(void *context, const char *line, size_t size)
{
    log_text *log = context;
    assert_true(log->size + size < sizeof log->text);
    memcpy(log->text + log->size, line, size + 1);
    log->size += size;
    log->lines++;
}

#endif
