/* Rows for the models of models/graph.yaml, made by SQL. */
#ifndef TESTS_SUPPORT_GRAPH_H
#define TESTS_SUPPORT_GRAPH_H

#include "support/database.h"

/*
 * People 1 to `people` and what hangs on them: 20 teams, 12 regions, 15 skills, 6 labels; keys that
 * are NULL, half NULL, shared and unique; person i has i % 4 tasks, task i has i % 3 steps.
 */
void test_graph_fill(test_database *database, int people);

#endif
