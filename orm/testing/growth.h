/* The statements of a growth test's two runs. */
#ifndef ORM_TESTING_GROWTH_H
#define ORM_TESTING_GROWTH_H

#include <pthread.h>

#include <orm/events.h>

#include "maker.h"

enum { GROWTH_SQL = 200 };

/* Statements of one shape from one call. */
struct growth_shape {
    uint64_t fingerprint;
    orm_site site;
    orm_event_kind kind;
    const orm_model *model;
    const orm_model *owner;
    const orm_relation *relation;
    char sql[GROWTH_SQL];
    int64_t counts[2]; /* with few rows, and with many */
};

struct growth_text {
    const orm_allocator *allocator;
    char *text;
    size_t size; /* with its NUL */
    size_t room;
    bool nomem;
};

struct growth_run {
    const orm_growth_options *options;
    orm_allocator allocator;
    size_t rows[2];
    pthread_mutex_t mutex; /* requests may have threads */
    size_t which;
    int64_t statements[2];
    struct growth_shape *shapes;
    size_t shape_count;
    size_t shape_room;
    bool nomem;
    size_t findings;
    struct growth_text report; /* of the scope, with many rows */
};

ORM_PRINTF(2, 3) void orm__growth_add(struct growth_text *text, const char *format, ...);

/* Both counts, what grew, the report. */
void orm__growth_describe(struct growth_run *run, bool grows, struct growth_text *text);

#endif
