/* Pages of lists: ?limit=20&after=CURSOR in, a Link header out. */
#ifndef SERVICE_PAGE_H
#define SERVICE_PAGE_H

#include "request.h"

typedef struct page_request {
    int64_t limit;
    const char *after; /* or NULL */
    const char *before;
} page_request;

/*
 * Reads limit, after and before. What is wrong, and every parameter that is none of these nor of
 * `filters` (ended by NULL, or NULL: there are none), is added to the problems.
 */
page_request page_read(struct request *request, const char *const *filters);

/* Of what the selection of a page returned: a cursor that is none of this list is told by name. */
orm_status page_check(struct request *request, const page_request *page, orm_status status);

/* Links to the pages around, by the same filters; NULL where there is none. */
void page_link(struct request *request, int64_t limit, const char *next, const char *previous);

#endif
