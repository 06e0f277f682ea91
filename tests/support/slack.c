#include "support/slack.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "support/testing.h"

enum { PROMISED_MS = 100, NAP_MS = 5, TURNS = 6 };

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED_MS 1000
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED_MS 1000
#endif
#ifndef SANITIZED_MS
#define SANITIZED_MS 0
#endif

static _Atomic int longest_halt;

static int64_t milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void *watch(void *context)
{
    const struct timespec nap = {.tv_nsec = NAP_MS * 1000000L};
    for (;;) {
        int64_t before = milliseconds();
        (void)nanosleep(&nap, NULL);
        int halt = (int)(milliseconds() - before) - NAP_MS;
        if (halt > atomic_load(&longest_halt))
            atomic_store(&longest_halt, halt);
    }
    return context;
}

static void start_watching(void)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, watch, NULL), 0);
    assert_int_equal(pthread_detach(thread), 0);
}

void test_slack_watch(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    assert_int_equal(pthread_once(&once, start_watching), 0);
}

int test_slack_ms(void)
{
    return PROMISED_MS + SANITIZED_MS + TURNS * atomic_load(&longest_halt);
}
