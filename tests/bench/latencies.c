#include "bench/latencies.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t bench_now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t bench_cpu(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void bench_latencies_add(bench_latencies *to, int64_t ns)
{
    if (to->count == to->room) {
        to->room = to->room == 0 ? 4096 : to->room * 2;
        to->ns = realloc(to->ns, to->room * sizeof *to->ns);
        if (to->ns == NULL) {
            (void)fputs("out of memory\n", stderr);
            exit(1);
        }
    }
    to->ns[to->count++] = ns;
}

void bench_latencies_join(bench_latencies *to, const bench_latencies *from)
{
    for (size_t i = 0; i < from->count; i++)
        bench_latencies_add(to, from->ns[i]);
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

double bench_latencies_ms(bench_latencies *of, double percent)
{
    if (of->count == 0)
        return 0;
    qsort(of->ns, of->count, sizeof *of->ns, compare);
    size_t at = (size_t)((double)of->count * percent / 100);
    return (double)of->ns[at < of->count ? at : of->count - 1] / 1e6;
}

void bench_latencies_free(bench_latencies *of)
{
    free(of->ns);
    *of = (bench_latencies){0};
}
