#include "exec/starts.h"

#include <stdlib.h>

bool orm__starts_init(orm__starts *starts)
{
    starts->count = 0;
    return pthread_mutex_init(&starts->mutex, NULL) == 0;
}

void orm__starts_dispose(orm__starts *starts)
{
    (void)pthread_mutex_destroy(&starts->mutex);
}

static orm__server_start read_start(const char *start, const char *id)
{
    char *rest = NULL;
    orm__server_start read = {.process = strtoll(start, &rest, 10)};
    read.memory = strtoll(rest, NULL, 10);
    read.lowest = strtoull(id, NULL, 10);
    return read;
}

static int compare(const orm__server_start *left, const orm__server_start *right)
{
    if (left->process != right->process)
        return left->process < right->process ? -1 : 1;
    return (left->memory > right->memory) - (left->memory < right->memory);
}

/* Where a start that was not met before goes. */
static orm__server_start *make_room(orm__starts *starts)
{
    if (starts->count < ORM__STARTS_KEPT)
        return &starts->seen[starts->count++];
    orm__server_start *oldest = starts->seen;
    for (size_t i = 1; i < starts->count; i++)
        if (compare(&starts->seen[i], oldest) < 0)
            oldest = &starts->seen[i];
    return oldest;
}

void orm__starts_note(orm__starts *starts, const char *start, const char *id)
{
    orm__server_start noted = read_start(start, id);
    size_t i = 0;
    (void)pthread_mutex_lock(&starts->mutex);
    while (i < starts->count && compare(&starts->seen[i], &noted) != 0)
        i++;
    if (i == starts->count)
        *make_room(starts) = noted;
    else if (noted.lowest < starts->seen[i].lowest)
        starts->seen[i].lowest = noted.lowest;
    (void)pthread_mutex_unlock(&starts->mutex);
}

bool orm__starts_reused(orm__starts *starts, const char *start, const char *id)
{
    orm__server_start given = read_start(start, id);
    bool reused = false;
    (void)pthread_mutex_lock(&starts->mutex);
    for (size_t i = 0; i < starts->count; i++)
        reused = reused ||
                 (compare(&starts->seen[i], &given) > 0 && starts->seen[i].lowest <= given.lowest);
    (void)pthread_mutex_unlock(&starts->mutex);
    return reused;
}
