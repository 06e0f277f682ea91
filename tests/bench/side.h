/* The two sides of each benchmark: this library, and hand-written C on the database's own library.
 */
#ifndef ORM_BENCH_SIDE_H
#define ORM_BENCH_SIDE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    BENCH_USERS = 1000,
    BENCH_PROJECTS = 10, /* of each user */
    BENCH_TASKS = 10     /* of each project */
};

/*
 * Each runs its benchmark `rounds` times on the database at `url` and folds what it read into a
 * checksum, so that the sides can be compared. False: it failed and said why on standard error.
 *   find:  one task by key, rounds times 1,000 different keys, each 1,000 in a transaction
 *   list:  the 10,000 projects
 *   graph: the users with their projects with their tasks
 */
typedef bool bench_function(const char *url, int rounds, uint64_t *checksum_out);

typedef struct bench_side {
    bench_function *find;
    bench_function *list;
    bench_function *graph;
} bench_side;

extern const bench_side bench_side_orm;
extern const bench_side bench_side_libpq;
extern const bench_side bench_side_sqlite;

/* Key number `i` of a find benchmark: all tasks in a scattered order. */
static inline int64_t bench_key(int i)
{
    return (int64_t)((uint64_t)i * 7919 % (BENCH_USERS * BENCH_PROJECTS * BENCH_TASKS)) + 1;
}

static inline uint64_t bench_fold(uint64_t sum, uint64_t value)
{
    return (sum ^ value) * 0x100000001b3ULL;
}

/* Folds the first and last character and nothing else, so that it costs little. */
uint64_t bench_fold_text(uint64_t sum, const char *text);

#endif
