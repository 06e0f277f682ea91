/*
 * The server's starts as an engine's transactions met them, with the lowest id each gave out. A
 * crash makes a server forget ids and give them out again; only a later start that gave out an id,
 * or a lower one, can have done so.
 */
#ifndef ORM_EXEC_STARTS_H
#define ORM_EXEC_STARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORM__STARTS_KEPT = 32 };

typedef struct orm__server_start {
    int64_t process; /* when the server started, us */
    int64_t memory;  /* and when it last recovered from a crash */
    uint64_t lowest;
} orm__server_start;

typedef struct orm__starts {
    pthread_mutex_t mutex;
    orm__server_start seen[ORM__STARTS_KEPT]; /* the oldest makes room */
    size_t count;
} orm__starts;

/* False: no mutex. */
bool orm__starts_init(orm__starts *starts);
void orm__starts_dispose(orm__starts *starts);

/* `start` is "process memory". */
void orm__starts_note(orm__starts *starts, const char *start, const char *id);

/* Whether a start later than this one is known to have given out the id or a lower one. */
bool orm__starts_reused(orm__starts *starts, const char *start, const char *id);

#endif
