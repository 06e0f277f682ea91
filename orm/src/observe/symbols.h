/* Names and places of code in this process, read from what its files say of it. */
#ifndef ORM_OBSERVE_SYMBOLS_H
#define ORM_OBSERVE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* One function that an address is in. */
typedef struct orm__symbol {
    const char *function; /* the arena's */
    const char *file;     /* the arena's; NULL: there is no debug information */
    int line;
    size_t offset; /* within the function; 0 when it was inlined */
} orm__symbol;

typedef struct orm__symbols orm__symbols;

/*
 * What finds symbols until it is closed; NULL when memory ran out. Debug information and names of
 * functions that are not exported are found where libdw is installed.
 */
orm__symbols *orm__symbols_open(orm__arena *arena);
/* NULL is allowed. */
void orm__symbols_close(orm__symbols *symbols);

/* The functions that the call which returns to `address` stands in: the one it was inlined from
 * first, up to `most`. 0: not known. */
size_t orm__symbols_at(orm__symbols *symbols, uintptr_t address, orm__symbol *found, size_t most);

#endif
