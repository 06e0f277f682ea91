/* The rows of all tables, made from a seed. */
#ifndef TESTS_RANDOM_WORLD_H
#define TESTS_RANDOM_WORLD_H

#include "value.h"

enum { RT_POOL = 6, RT_ROWS_MAX = 200 };

typedef struct rt_world {
    uint64_t seed;
    bool can_fold; /* the database has a collation that ignores the case of ASCII */
    int counts[RT_EVERY_TABLE];
    rt_value *cells[RT_EVERY_TABLE]; /* owned: row by row */
    /* What the cells of a column are picked from, so that conditions meet them. */
    rt_value pools[RT_EVERY_TABLE][RT_COLUMNS_MAX][RT_POOL];
} rt_world;

void rt_world_make(rt_world *world, uint64_t seed);
void rt_world_free(rt_world *world);

const rt_value *rt_cell(const rt_world *world, int table, int row, int column);
/* The row with these values in its key's columns, or -1. */
int rt_find(const rt_world *world, int table, const rt_value *key);

/* Statements that replace what is in the tables by the world. */
void rt_world_sql(const rt_world *world, bool postgresql, rt_text *out);

#endif
