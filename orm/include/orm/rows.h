/* Descriptors of result structs: constant data that the generator writes of a model's `rows`. */
#ifndef ORM_ROWS_H
#define ORM_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <orm/aggregate.h>
#include <orm/export.h>
#include <orm/model.h>
#include <orm/session.h>
#include <orm/site.h>
#include <orm/status.h>

ORM_BEGIN_DECLS

#define ORM_NO_COLUMN UINT16_MAX

/* A table that rows come from besides table 0, which is the model's own. */
typedef struct orm_row_table {
    uint16_t parent;   /* number of the table it starts from, a lower one */
    uint16_t relation; /* index among the relations of that table's model */
    bool inner;        /* else a LEFT JOIN */
    uint32_t on;       /* orm_pred in the query; ORM_NO_OFFSET: it takes no condition */
} orm_row_table;

/* What a field holds. */
typedef struct orm_row_source {
    const uint16_t *path; /* relations from the table to the rows that are aggregated for each row
                             of it; NULL: none */
    uint16_t path_count;
    uint16_t table;
    uint16_t column;   /* of the table's model, or of the path's last; ORM_NO_COLUMN: rows */
    uint8_t aggregate; /* orm_aggregate_kind */
    uint32_t of;       /* of a value: orm_pred in the query on the rows it is made of; else
                          ORM_NO_OFFSET */
} orm_row_source;

/* A member that points to a whole row. */
typedef struct orm_row_object {
    uint16_t table;
    uint32_t offset; /* in the struct */
} orm_row_object;

typedef struct orm_row_shape {
    const orm_model *row;          /* the struct's fields, as a model of no table */
    const orm_model *model;        /* of table 0 */
    const orm_row_table *tables;   /* number 1 is tables[0] */
    const orm_row_source *sources; /* one per field */
    const orm_row_object *objects;
    uint16_t table_count;
    uint16_t object_count;
    bool grouped;   /* by the fields that are no aggregates; one row for all when there are none */
    uint32_t where; /* orm_pred on table 0, in the query */
    uint32_t distinct; /* bool */
} orm_row_shape;

enum { ORM_ROW_TABLE_MAX = 32 };

/*
 * What generated functions call: the rows of a query (the generated <row>_query, or NULL for all)
 * into a generated list, whose `items` are structs one after the other, or their number.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_select_rows(orm_site site, orm_session *db,
                                                    const orm_row_shape *shape, const void *query,
                                                    void *list_out);
ORM_API ORM_MUST_USE orm_status orm_gen_count_rows(orm_site site, orm_session *db,
                                                   const orm_row_shape *shape, const void *query,
                                                   int64_t *count_out);

ORM_END_DECLS

#endif
