/* Worlds put into the database under test, and questions about them. */
#ifndef TESTS_RANDOM_RUN_H
#define TESTS_RANDOM_RUN_H

#include "query.h"
#include "support/database.h"

typedef struct rt_run {
    test_database *database;
    rt_world world;
    rt_random random;
    rt_focus focus;
    long long asked;
    bool quiet; /* a difference is only counted, not looked into */
} rt_run;

/* An empty database with the tables of random.yaml; test_close. */
void rt_run_open(test_database *database);
/* Fills the database from a seed, from which the questions to come follow too. */
void rt_run_start(rt_run *run, uint64_t seed);
void rt_run_end(rt_run *run);
/* A session that is asked a few questions. False: an answer differs; printed, made small. */
bool rt_run_session(rt_run *run);

#endif
