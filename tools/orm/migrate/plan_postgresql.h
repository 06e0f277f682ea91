#ifndef ORM_TOOLS_ORM_MIGRATE_PLAN_POSTGRESQL_H
#define ORM_TOOLS_ORM_MIGRATE_PLAN_POSTGRESQL_H

#include "migrate/plan.h"

/* A plan for PostgreSQL in the making: what must go before columns change, and come back. */
struct work {
    struct plan *plan;
    struct arena *arena;
    const struct changes *changes;
    struct pointers retyped; /* catalog_column of the old side whose type is replaced */
    struct pointers remade;  /* catalog_enum of the new side, made anew */
    struct pointers drops;   /* struct part, of the old side */
    struct pointers adds;    /* struct part, of the new side */
};

/* A constraint, an index, a trigger or a view. */
struct part {
    enum object_kind kind;
    const struct catalog_table *table;
    const void *source;
};

/* plan_postgresql_parts.c: finds what has to be dropped and made again around the changes. */
void parts_find(struct work *work);
/* Views, triggers and foreign keys go before tables, the rest behind them. */
void parts_drop_readers(struct work *work);
void parts_drop(struct work *work);
void parts_rename(struct work *work);
void parts_add(struct work *work);
const char *part_name(const struct part *part);

/* plan_postgresql_columns.c */
void columns_change(struct work *work);
bool column_is_remade(const struct work *work, const struct catalog_column *column);
/* The old column's values are computed anew: it is dropped and added. */
bool column_is_replaced(const struct change *change);
/* It is computed from one whose type is replaced, and so is it. */
bool column_reads_retyped(const struct work *work, const struct catalog_table *table,
                          const struct catalog_column *column);

/* plan_postgresql_types.c */
void types_judge(struct work *work);
void types_add(struct work *work);
void types_drop(struct work *work);

/* plan_postgresql_others.c: those of stages, before what they need. */
void others_drop(struct work *work, enum catalog_stage first, enum catalog_stage last);
void others_add(struct work *work, enum catalog_stage stage);

/* Whether the table was there before. */
bool table_is_old(const struct work *work, const struct catalog_table *table);
const char *table_text(const struct work *work, const struct catalog_table *table);
bool is_listed(const struct pointers *list, const void *item);

#endif
