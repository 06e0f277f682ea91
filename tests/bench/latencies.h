/* Latencies of many requests and what is said about them. */
#ifndef TESTS_BENCH_LATENCIES_H
#define TESTS_BENCH_LATENCIES_H

#include <stddef.h>
#include <stdint.h>

/* Filled by one thread at a time. */
typedef struct bench_latencies {
    size_t count;
    size_t room;
    int64_t *ns;
} bench_latencies;

/* Nanoseconds on the monotonic clock. */
int64_t bench_now(void);
/* CPU time of the process. */
int64_t bench_cpu(void);

/* Without memory it ends the program. */
void bench_latencies_add(bench_latencies *to, int64_t ns);
void bench_latencies_join(bench_latencies *to, const bench_latencies *from);
/* Milliseconds below which `percent` of them are; sorts. 0: there are none. */
double bench_latencies_ms(bench_latencies *of, double percent);
void bench_latencies_free(bench_latencies *of);

#endif
