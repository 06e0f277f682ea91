/*
 * Kinds of work, told by what asks for a connection, and how long each holds one. While quick work
 * is about, the pool keeps some connections that long work can't take. With the pool's mutex held.
 */
#ifndef ORM_EXEC_KINDS_H
#define ORM_EXEC_KINDS_H

#include <stdbool.h>
#include <stdint.h>

/* Kinds remembered; those that are over make room, the least recent first. */
enum { ORM__KINDS = 128 };

/* For so long after its last use a kind counts as being about. */
#define ORM__KINDS_ABOUT_NS INT64_C(1000000000)

typedef enum orm__pace {
    ORM__PACE_QUICK,
    ORM__PACE_NEW, /* not known yet */
    ORM__PACE_LONG
} orm__pace;

struct orm__waiter;

typedef struct orm__kind {
    uint64_t key;
    struct orm__kind *chain; /* of the same bucket */
    struct orm__kind *newer; /* of the busy, or of the resting by their last use */
    struct orm__kind *older;
    struct orm__waiter *first_waiter;
    struct orm__waiter *last_waiter;
    int waiting;
    int held;
    int64_t seen;    /* monotonic ns: its last use */
    int64_t average; /* ns a connection is held */
    uint8_t uses;    /* 2: two or more */
    bool exempt;     /* never held back */
} orm__kind;

typedef struct orm__kind_list {
    orm__kind *newest;
    orm__kind *oldest;
} orm__kind_list;

typedef struct orm__kinds {
    orm__kind all[ORM__KINDS];
    orm__kind *buckets[ORM__KINDS];
    int made;
    orm__kind_list busy; /* wait or hold */
    orm__kind_list resting;
    orm__kind other;  /* for those that find no room, and where nothing is kept apart */
    bool alike;       /* all work is of one kind */
    int64_t bound;    /* ns: who holds a connection for longer is long */
    int64_t reviewed; /* monotonic ns: when the bound was last found */
    int64_t moved;    /* monotonic ns: when work that is not quick last began or ended */
} orm__kinds;

/* What is about now. */
typedef struct orm__survey {
    bool quick;
    bool fresh; /* work that is not known yet */
    int held_new;
    int held_long;
    int waiting_long;
    int64_t longest; /* average of the kinds that hold or wait, ns */
} orm__survey;

/* `alike`: everything is one kind. */
void orm__kinds_init(orm__kinds *kinds, bool alike);

/* The kind of this key; one that was not met before is new. */
orm__kind *orm__kinds_find(orm__kinds *kinds, uint64_t key, bool exempt);

orm__pace orm__kinds_pace(const orm__kinds *kinds, const orm__kind *kind);

/* It asks for a connection. */
void orm__kinds_ask(orm__kinds *kinds, orm__kind *kind, int64_t now);
/* Got one. */
void orm__kinds_start(orm__kinds *kinds, orm__kind *kind, int64_t now);
/* Does not ask any longer, without having got one. */
void orm__kinds_leave(orm__kinds *kinds, orm__kind *kind);
/* Has given back one that it held for `held_ns`; negative: that it never used. */
void orm__kinds_end(orm__kinds *kinds, orm__kind *kind, int64_t held_ns, int64_t now);

orm__survey orm__kinds_survey(const orm__kinds *kinds, int64_t now);

#endif
