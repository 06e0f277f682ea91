/* One task, done in two ways: add up the playing time of every artist's albums. */
#ifndef CATALOG_H
#define CATALOG_H

#include <stdint.h>

#include "chinook.orm.h"

/* What both ways must agree on. */
typedef struct catalog {
    int64_t artists;
    int64_t albums;
    int64_t tracks;
    int64_t milliseconds;
} catalog;

/* Handlers for orm_session_run; the context is a catalog, all zero. */
orm_status catalog_naive(orm_session *db, void *context);
orm_status catalog_eager(orm_session *db, void *context);

/* Counts one album, which holds these tracks. */
void catalog_add(catalog *sum, const chinook_track_list *tracks);

#endif
