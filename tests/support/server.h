/*
 * A PostgreSQL server of the test's own, which can be restarted and stopped without harm to other
 * tests.
 */
#ifndef TESTS_SUPPORT_SERVER_H
#define TESTS_SUPPORT_SERVER_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

typedef struct test_server {
    FILE *output;
    pid_t sandbox;
    char url[512];
    char log[512];
    char folder[512];
} test_server;

/* Starts one with the sandbox's settings but for `setting`, "name=value"; may be NULL. */
void test_server_start(test_server *server, const char *setting);
/* Nothing, if none was started. */
void test_server_stop(test_server *server);
/* Runs pg_ctl, for example "restart -m fast"; its exit status. */
int test_server_control(const test_server *server, const char *action);
/* Sends "STOP" or "CONT" to all its processes. */
bool test_server_signal(const test_server *server, const char *name);

#endif
