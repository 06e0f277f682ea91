/* One page of an ordered result: between positions, with cursors for the pages around it. */
#ifndef ORM_RELATION_PAGE_H
#define ORM_RELATION_PAGE_H

#include "relation/tables.h"
#include "session/cursor.h"
#include "sql/view.h"

typedef struct orm__page {
    const char *cursor; /* borrowed from the query; NULL: none */
    size_t size;
    bool backward; /* the cursor is where the page ends; rows come in reverse */
    bool more;     /* there are rows behind the last one that came */
    orm__position position;
    orm__position edges[2]; /* of the first and the last row that came */
    orm__query query;       /* as it was sent */
    /* How the values of its orders are read. */
    orm_column columns[ORM__ORDER_MAX];
    orm__field fields[ORM__ORDER_MAX];
} orm__page;

/* Takes limit and cursor out of `view`, so that it can be filled. ORM_INVALID. */
orm_status orm__page_open(orm__page *page, orm__view *view, orm_error *error);
/* Gives a filled query the page's order, position and limit. */
orm_status orm__page_fill(orm__page *page, orm_session *session, orm__query *query);
/* Before the first row. */
void orm__page_start(orm__page *page, const orm__tables *tables);
/* The present row is number `count` of the result, from 1. */
orm_status orm__page_note(orm__page *page, const orm__tables *tables, size_t count, orm__rows *rows,
                          orm_error *error);
/* The rows in their order, and the cursors. */
orm_status orm__page_finish(orm__page *page, orm_session *session, orm_page *out);

#endif
