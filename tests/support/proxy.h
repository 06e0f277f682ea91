/*
 * A proxy before the PostgreSQL server on a thread of its own: it counts what passes, and falls
 * silent, takes its time or cuts a connection, at COMMIT or behind answers, when told to.
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

/*
 * What becomes of the next word that all was answered (ReadyForQuery) in a transaction or behind
 * COMMIT. The answers themselves arrive.
 */
typedef enum test_end {
    TEST_END_NONE,
    TEST_END_CUT,   /* both sides are cut */
    TEST_END_FATAL, /* the server says that it was told to go, then they are cut */
    TEST_END_SILENT /* nothing is passed on any more, nothing is closed */
} test_end;

/*
 * A client's messages, parted into round trips by what they say: how bytes are cut into packets and
 * who runs when makes no difference. A client can wait for answers only behind a Sync, a Flush, a
 * simple Query or a step of connecting, so a trip ends there. A Sync in front of everything, which
 * asks whether the connection lives, ends none: its answer is held back until the client goes on.
 * A client that waits for it instead gets it late, and has made a trip.
 */
typedef struct test_wire {
    bool connected;        /* messages have a type from now on */
    bool travels;          /* a trip has begun and not ended */
    bool asks;             /* it holds more than Syncs */
    long long held;        /* since when an answer is held back, in milliseconds; or 0 */
    unsigned char head[5]; /* of a message: type and size */
    size_t have;
    size_t left; /* of its body */
} test_wire;

typedef struct test_proxy {
    pthread_t thread;
    int listener;
    int port;
    int server_port;
    atomic_bool silent;  /* nothing is passed on any more, nothing is closed */
    atomic_bool no_more; /* new connections are taken and left silent, too */
    atomic_bool stop;
    atomic_int cut;      /* a test_cut; back to none once done */
    atomic_int end;      /* a test_end; back to none once done */
    atomic_int delay_ms; /* of every trip, on its way to the server */
    atomic_int accepted;
    atomic_long trips; /* begun; see test_wire */
    atomic_long bytes;
    struct {
        int client;
        int server;
        bool mute; /* was there when the proxy fell silent */
        test_wire wire;
    } pairs[TEST_PROXY_MAX];
    int count;
} test_proxy;

/* Before the server of ORM_TEST_POSTGRESQL_TCP_URL; writes a URL for `database` through it. */
void test_proxy_start(test_proxy *proxy, const char *database, char *url, size_t size);
void test_proxy_stop(test_proxy *proxy);

#endif
