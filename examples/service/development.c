#include "development.h"

#include "problem.h"

static void answer(struct request *request, orm_status made, const char *type)
{
    if (made == ORM_NOT_FOUND) {
        (void)problem_refuse(request, 404, "not_found", "There is no such thing.");
    } else if (made != ORM_OK) {
        problem_of_failure(request, made, &(orm_error){.status = made});
    } else {
        reply_status(request, 200);
        request->reply_type = type;
        reply_header_set(request, "Cache-Control", "no-store");
    }
}

void development_page(struct request *request)
{
    answer(request, orm_requests_page(request->service->requests, &request->page),
           "text/html; charset=utf-8");
    if (request->page.data != NULL)
        reply_header_set(request, "Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'");
}

void development_requests(struct request *request)
{
    answer(request, orm_requests_json(request->service->requests, &request->page),
           "application/json");
}
