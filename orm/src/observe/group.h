/* Statements being watched: one group for each session, call site and shape of statement. */
#ifndef ORM_OBSERVE_GROUP_H
#define ORM_OBSERVE_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include <orm/events.h>

#include "base/value_set.h"
#include "map/object.h"
#include "observe/caller.h"

enum {
    ORM_GROUP_WAYS = 8,    /* groups in one set of the table */
    ORM_GROUP_SEEN = 4,    /* different values remembered before there is a finding */
    ORM_GROUP_CALLERS = 4, /* paths of calls remembered */
    ORM_GROUP_FIRST = 8    /* values of the first execution remembered */
};

struct orm__record;

/* One set of values that was sent. */
typedef struct orm__seen {
    uint64_t tuple; /* hash of the values that tell one row from another */
    uint64_t full;  /* hash of all values */
    uint64_t key;   /* hash of the value that varies */
    uint64_t epoch; /* of the last execution */
    int64_t rows;
    uint32_t runs; /* in that epoch with that number of rows */
} orm__seen;

typedef struct orm__caller {
    uint64_t hash;
    uint32_t distinct;
    uint32_t alone; /* and these, relations of rows that came alone */
    uint32_t steps; /* of these, from a row to the next that it leads to */
    uint32_t runs;
} orm__caller;

/* A set of values that was sent before there was a finding. */
typedef struct orm__early {
    struct orm__early *next;
    uint64_t tuple;
    uint64_t key; /* of the value that varies; relation loads: of the site of the row's list */
} orm__early;

/* Where the values come from: a column of the lists that one call made. */
typedef struct orm__link {
    const orm_model *model; /* of the lists; NULL: not known */
    const orm_relation *relation;
    orm_site site;
    const orm__result *result; /* session; one of these lists, or NULL */
    uint64_t number;           /* its own while it is that list */
    size_t rows;               /* of the list where it was found; of several, the longest */
    uint16_t column;
    bool proven;
    size_t cursor; /* the row the last value was found in */
    size_t budget; /* rows that may still be compared */
} orm__link;

typedef struct orm__group {
    uint64_t hash; /* of session, site and statement; 0: unused */
    uint64_t session;
    uint64_t last_used;
    uint64_t used_before; /* the time before the last */
    uint64_t executions;
    uint64_t call;  /* of the session, that sent it last */
    uint64_t table; /* that is read first, or written; 0: not known */
    orm_site site;
    orm_site origin;
    const orm_model *owner;       /* relation loads */
    const orm_relation *relation; /* relation loads */
    size_t origin_rows;
    uint64_t newest; /* the number of the session's newest list at the last execution */
    orm_event_kind kind;
    bool row_by_row;
    bool writes;
    bool takes; /* writes by hand to rows of a limited number */
    bool parsed;
    bool streamed; /* its rows are given one by one */
    bool plain;    /* a select of everything: its query names no condition, order or limit */
    bool gathered; /* its finding is about rows that came alone */
    bool quiet;    /* its finding was dropped */
    uint8_t first_count;
    uint8_t seen_count;
    uint8_t caller_count;
    uint8_t searches;
    bool unsearched;  /* counted as such: a search ended at its bounds */
    uint8_t source;   /* of a write: position of the value that the link is about */
    uint8_t varying;  /* position of the value that varies; UINT8_MAX: not known yet */
    uint32_t ignored; /* positions that do not tell rows apart */
    uint32_t looks;
    uint32_t counted; /* executions that may belong to a finding */
    int64_t rows;
    int64_t most_rows; /* that one execution returned */
    int64_t duration_ns;
    uint64_t text;     /* raw SQL: hash of the last text */
    uint64_t literals; /* and of the literals in it that tell rows apart */
    uint64_t first[ORM_GROUP_FIRST];
    orm__seen seen[ORM_GROUP_SEEN];
    orm__caller callers[ORM_GROUP_CALLERS];
    orm__early *early;
    uint32_t early_lost; /* not remembered */
    orm__link link;
    bool lists_tried;                  /* the next two are set, or are not to be found */
    const orm_model *list_model;       /* of the lists looped over; NULL: not known */
    const orm_relation *list_relation; /* whose rows they are, or NULL */
    uint64_t lists_counted;            /* lists up to this number are in the finding's numbers */
    struct orm__record *record;        /* the finding it belongs to */
    struct orm__record *check_of;      /* the finding of writes that this read stands before */
    uint32_t lent; /* executions that its family's group counts; their rows and time */
    int64_t lent_rows;
    int64_t lent_ns;
    uint32_t members; /* of a family: sessions that sent it */
    uint32_t gave;    /* of a family: rows that came alone, each another than the one before */
    uint64_t gave_last;
} orm__group;

/* A set-associative table that doubles up to its limit and then forgets what was used least
 * recently. */
typedef struct orm__group_table {
    const orm_allocator *allocator; /* borrowed */
    uint64_t *hashes;               /* owned; ORM_GROUP_WAYS per set */
    uint64_t *sessions;             /* owned; at the same positions, and close together */
    orm__group *groups;             /* owned; at the same positions */
    size_t capacity;                /* a power of two, or 0 */
    size_t limit;
    uint64_t clock;
    int64_t forgotten; /* groups of a session given up for others of the same session */
    orm__early *spare; /* what forgotten groups remembered; the arena's memory */
} orm__group_table;

void orm__group_table_init(orm__group_table *table, const orm_allocator *allocator, size_t limit);
void orm__group_table_dispose(orm__group_table *table);
void orm__group_table_clear(orm__group_table *table);

/*
 * The group with this hash (not 0), made all-zero but for hash and session when there was none.
 * NULL when out of memory.
 */
orm__group *orm__group_get(orm__group_table *table, uint64_t hash, uint64_t session);

/* The session's next group from position `*at` on, which is then behind it; NULL: there is none. */
orm__group *orm__group_next(const orm__group_table *table, uint64_t session, size_t *at);

/* The group with this hash, or NULL. */
orm__group *orm__group_peek(const orm__group_table *table, uint64_t hash);

/* The path among those that the group remembers; made when there is none. One that a recursion's
 * own frame was added to is the same. */
orm__caller *orm__group_caller(orm__group *group, const orm__path *path);

/* Gives back what the group remembers of the time before its finding. */
void orm__group_drop_early(orm__group_table *table, orm__group *group);

#endif
