/* Reading the tables of one result: the query's own rows and those joined to them. */
#ifndef ORM_RELATION_TABLES_H
#define ORM_RELATION_TABLES_H

#include "relation/assign.h"
#include "relation/spread.h"
#include "session/session.h"

/* One result's mappers: table 0 is the query's own, table i is its join i - 1. */
typedef struct orm__tables {
    orm_session *session;
    const orm__query *query;
    orm__mapper mappers[ORM__JOIN_MAX + 1];
    orm__load *loads[ORM__JOIN_MAX + 1]; /* of the joined relations; [0] is unused */
    orm__row_list joined[ORM__JOIN_MAX +
                         1]; /* rows of each join, for the relations below it; [0] is unused */
    orm__mapper link;        /* of a many_to_many's link, when the statement has its columns */
    orm__spread *spread;     /* NULL: no relation to many is joined */
    uint16_t ordinal;        /* result column behind all tables */
    orm__assigned *assigned;
} orm__tables;

/*
 * `distinct`: the statement gives each row of table 0 once, and no other result read at the same
 * time holds its model. ORM_NOMEM.
 */
orm_status orm__tables_init(orm__tables *tables, orm_session *session, orm_site site,
                            const orm__query *query, const orm__statement *statement,
                            orm__result *result, bool distinct, bool refresh,
                            orm__assigned *assigned);
void orm__tables_dispose(orm__tables *tables);

/*
 * Takes the present row: the object of table 0, with its joined relations assigned. NULL when the
 * row is one more of an object that came before.
 */
orm_status orm__tables_take(orm__tables *tables, orm__rows *rows, void **row_out, orm_error *error);

/* After the last row: assigns the lists that were joined. ORM_NOMEM. */
orm_status orm__tables_finish(orm__tables *tables);

#endif
