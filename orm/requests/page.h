/* What the parts of the page share. */
#ifndef ORM_REQUESTS_PAGE_H
#define ORM_REQUESTS_PAGE_H

#include "requests.h"

extern const char orm__requests_style[];

/* The findings of all requests that are kept, each cause once. */
void orm__requests_write_findings(const orm_requests *requests, struct text *to);
/* One request with its statements in time. */
void orm__requests_write_request(const orm_requests *requests, const struct kept *kept,
                                 struct text *to);

/* Whether the statement is of a finding. */
bool orm__requests_is_of(const orm_finding *finding, const orm_traced *traced);

/* <code>file:line</code> (function) */
void orm__requests_write_place(const orm_requests *requests, struct text *to, orm_site site);

#endif
