/* Sessions watched by a scope, on the rows of support/graph.h. */
#ifndef TESTS_INTEGRATION_NPLUSONE_FIXTURE_H
#define TESTS_INTEGRATION_NPLUSONE_FIXTURE_H

#include <orm/cmocka.h>

#include "graph.orm.h"
#include "support/graph.h"

enum { PEOPLE = 100, TEAMS = 20 };

static test_database database;
static orm_scope *scope;

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_graph_fill(&database, PEOPLE);
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    test_close(&database);
    return 0;
}

static int open_scope(void **state)
{
    (void)state;
    test_count_start(&database);
    return orm_scope_open(NULL, &scope, NULL) == ORM_OK ? 0 : -1;
}

static int close_scope(void **state)
{
    (void)state;
    test_close_sessions(&database);
    orm_scope_close(scope);
    return 0;
}

static orm_session *session(void)
{
    return test_session_with(&database, &(orm_session_options){.scope = scope});
}

/* Ends the session; the scope counted what the database did. */
static void end(orm_session *db)
{
    orm_scope_statistics statistics;
    test_session_close(&database, db);
    orm_scope_get_statistics(scope, &statistics);
    assert_statements(&database, statistics.statements);
}

#endif
