/* What the demo measured, and showing it. */
#ifndef DEMO_H
#define DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include <orm/nplusone.h>

#include "catalog.h"

enum { DEMO_RUNS = 7 };

/* One way of doing the task. */
typedef struct way {
    orm_session_handler *handler;
    orm_scope *scope; /* what its sessions did in the watched run */
    int64_t statements;
    size_t findings;
    int64_t best_ns; /* the fastest of DEMO_RUNS unwatched runs */
    catalog result;
} way;

/* Prints it all to standard output; false when that fails. */
bool demo_print(const way *naive, const way *eager, orm_dialect_name dialect);

#endif
