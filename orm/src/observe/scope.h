/* A scope's inside. */
#ifndef ORM_OBSERVE_SCOPE_H
#define ORM_OBSERVE_SCOPE_H

#include <pthread.h>

#include <orm/nplusone.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "exec/sink.h"
#include "map/object.h"
#include "observe/caller.h"
#include "observe/group.h"
#include "observe/trace.h"
#include "observe/witness.h"

/* A finding and how it is found again. */
typedef struct orm__record {
    orm_finding finding;
    orm_finding_fix own_fix; /* of a write that belongs to a check: without it */
    uint64_t key;            /* of its site and statement */
    bool ignored;
    bool resolved;            /* its caller was looked for */
    orm__path path;           /* that led to its call, the first time; empty: not known */
    struct orm__record *next; /* among those that belong to another finding */
} orm__record;

/* What orm_scope_ignore was told. Text is the scope's. */
typedef struct orm__ignore {
    struct orm__ignore *next;
    orm_ignore given;
    bool met;
} orm__ignore;

enum { ORM_SCOPE_OPEN = 8 };

struct orm_scope {
    orm__sink sink; /* first: exec knows no more of a scope */
    orm_allocator allocator;
    orm_scope_options options;
    atomic_uint_fast64_t sessions; /* watched by it and its parts, unless it is one itself */
    atomic_uint_fast64_t draws;
    uint64_t number; /* no session that it, or one it is a part of, watches has it */
    pthread_t maker;
    pthread_mutex_t lock; /* guards all that follows */
    orm_scope_statistics statistics;
    int64_t busy_until; /* on the monotonic clock */
    uint64_t epoch;     /* grows with every write and transaction boundary */
    orm__group_table groups;
    size_t early_count; /* made for groups, those to spare included */
    orm__value_set values;
    orm__value_set read;   /* eager loads that were read in some session */
    orm__record **records; /* owned array of arena memory, ordered for the reader */
    size_t record_count;
    size_t record_capacity;
    orm__record *parts; /* reads that belong to the writes behind them */
    orm__arena arena;   /* findings and their text */
    orm__trace trace;
    orm__known_paths paths;
    unsigned pauses;
    uint64_t newest;               /* session that sent the last statement; 0: it is over */
    uint64_t open[ORM_SCOPE_OPEN]; /* sessions that have sent something, and are not over */
    size_t open_count;
    orm__ignore *ignores;
    orm__arena lasting; /* ignores: what a clearing leaves */
    char *name;         /* owned; NULL: none */
    orm__buffer report; /* the text given out last */
};

/* Counts and judges one statement. The sink does this with the event's session. */
void orm__scope_note(orm_scope *scope, const orm_event *event, const orm__witness *witness);

#endif
