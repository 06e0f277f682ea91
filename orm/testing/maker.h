/* What the files of the testing library share. All memory of one call is the session's. */
#ifndef ORM_TESTING_MAKER_H
#define ORM_TESTING_MAKER_H

#include <orm/testing.h>

/* How many rows of a model were made, and the one that others share. */
struct made {
    const orm_factory *factory;
    uint64_t count;             /* numbers taken */
    uint64_t rows;              /* rows made */
    const orm_session *session; /* whose row `shared` is */
    const void *shared;
    struct made *next;
};

struct orm_maker {
    orm_maker_options options;
    struct made *models;
    /* Models whose rows are just being made, innermost last. */
    const orm_factory *stack[64];
    size_t depth;
};

enum { MAKER_MAX_DEPTH = 64 };

/* NULL when out of memory. */
struct made *orm__maker_model(orm_maker *maker, const orm_factory *factory);

/* An allocation of the maker's; NULL when out of memory, or for size 0. */
void *orm__maker_resize(const orm_allocator *allocator, void *pointer, size_t old_size,
                        size_t new_size);

/* Session memory, zeroed. */
void *orm__testing_alloc(orm_session *db, size_t size);
/* Text in session memory. */
ORM_PRINTF(2, 3) char *orm__testing_printf(orm_session *db, const char *format, ...);
/* Whether one of these found no memory since the plan began: the session's error is ORM_NOMEM. */
bool orm__testing_ran_out(const orm_session *db);

/* The state of a column in <model>_new; columns that can't be given have none. */
static inline orm_set_state *orm__given_state(const orm_column *column, void *values)
{
    return (orm_set_state *)(void *)((char *)values + column->new_offset);
}
static inline bool orm__is_given(const orm_column *column, const void *values)
{
    const char *at = (const char *)values + column->new_offset;
    return column->new_offset != ORM_NO_OFFSET && *(const orm_set_state *)(const void *)at != 0;
}

/* Sets `to` in `values` to what `from` is in `row`; false when that is NULL. */
bool orm__set_from_row(const orm_column *from, const void *row, const orm_column *to, void *values);
/* Whether `to` in `values` equals `from` in `row`. */
bool orm__set_equals_row(const orm_column *from, const void *row, const orm_column *to,
                         const void *values);
/* Copies one given value to another column of the same type. */
void orm__set_copy(const orm_column *from, const void *values, const orm_column *to, void *target);
/* Bytes of the orm_set_ type of a column. */
size_t orm__set_size(const orm_column *column);
/* The value a column has in `row`, for a statement of its own. */
orm_value orm__row_value(const orm_column *column, const void *row);

/* A given value, for a condition; an enum's is its number. */
orm_value orm__set_value(const orm_column *column, const void *values);

/* `count` rows, whose `values` are an array of <model>_new. */
orm_status orm__make(orm_site site, orm_session *db, orm_maker *maker, const orm_factory *factory,
                     const void *values, size_t count, void *list_out);

#endif
