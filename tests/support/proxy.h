/*
 * A proxy before the PostgreSQL server on a thread of its own: it counts what passes, and falls
 * silent, takes its time or cuts a connection at COMMIT when told to.
 */
#ifndef TESTS_SUPPORT_PROXY_H
#define TESTS_SUPPORT_PROXY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { TEST_PROXY_MAX = 64 };

/* What becomes of the next COMMIT and its connection. */
typedef enum test_cut {
    TEST_CUT_NONE,
    TEST_CUT_BEFORE, /* the server never sees it */
    TEST_CUT_DURING, /* both sides are cut as soon as it is passed on */
    TEST_CUT_AFTER   /* the server answers it, and that answer is lost */
} test_cut;

typedef struct test_proxy {
    pthread_t thread;
    int listener;
    int port;
    int server_port;
    atomic_bool silent;  /* nothing is passed on any more, nothing is closed */
    atomic_bool no_more; /* new connections are taken and left silent, too */
    atomic_bool stop;
    atomic_int cut; /* a test_cut; back to none once done */
    atomic_int delay_ms; /* of every trip, on its way to the server */
    atomic_int accepted;
    atomic_long trips; /* times that a client spoke after the server had, or first */
    atomic_long bytes;
    struct {
        int client;
        int server;
        bool mute;    /* was there when the proxy fell silent */
        bool waiting; /* the client spoke last */
    } pairs[TEST_PROXY_MAX];
    int count;
} test_proxy;

/* Before the server of ORM_TEST_POSTGRESQL_TCP_URL; writes a URL for `database` through it. */
void test_proxy_start(test_proxy *proxy, const char *database, char *url, size_t size);
void test_proxy_stop(test_proxy *proxy);

#endif
