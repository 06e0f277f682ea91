/* How the rows of one call are made. */
#ifndef ORM_TESTING_PLAN_H
#define ORM_TESTING_PLAN_H

#include "check.h"

struct plan {
    orm_site site;
    orm_session *db;
    orm_maker *maker;
    const orm_factory *factory;
    const orm_model *model;
    struct made *made;
    char *rows; /* <model>_new, `count` of them */
    size_t count;
    size_t at;              /* the row that is being made up */
    struct domain *domains; /* per column, as the next ones */
    uint64_t *strides;      /* the index of a value changes with every so many rows */
    bool *invented;
    bool *alone;           /* a unique key by itself */
    bool *of_parent;       /* set to the key of a parent that was made */
    struct check **checks; /* NULL: not understood */
};

static inline void *plan_row(const struct plan *plan, size_t index)
{
    return plan->rows + index * plan->model->new_size;
}

/* The column's value is left to the database or the library. */
static inline bool plan_is_filled_in(const orm_column *column)
{
    return (column->flags & (ORM_COLUMN_IDENTITY | ORM_COLUMN_COMPUTED | ORM_COLUMN_DEFAULT |
                             ORM_COLUMN_VERSION | ORM_COLUMN_CREATED | ORM_COLUMN_UPDATED)) != 0 ||
           column->new_offset == ORM_NO_OFFSET;
}

/* Domains, strides and checks. ORM_NOMEM. */
orm_status orm__plan_start(struct plan *plan);

/* Makes the rows that foreign keys need and sets their keys. */
orm_status orm__plan_parents(struct plan *plan);

/* Makes up what is not there yet, so that the checks hold. */
orm_status orm__plan_values(struct plan *plan);

#endif
