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
 * Reads limit, after and before. What is wrong, and every other parameter, is added to the
 * problems.
 */
page_request page_read(struct request *request);

/* Links to the pages around; NULL where there is none. */
void page_link(struct request *request, int64_t limit, const char *next, const char *previous);

#endif
