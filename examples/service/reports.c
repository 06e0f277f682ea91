#include "reports.h"

#include <inttypes.h>

#include "models.json.h"
#include "page.h"
#include "problem.h"
#include "reports_service.h"

/* {"state": …, "attempts": …, "report": {…}}: the state is the job's. */
static orm_status show(orm_session *db, struct request *request, int status,
                       const blog_report *report)
{
    static const char *const states[] = {
        [REPORT_WAITING] = "waiting", [REPORT_RUNNING] = "running",
        [REPORT_DONE] = "done", [REPORT_FAILED] = "failed"};
    report_state state;
    int attempts;
    orm_status found = report_progress(db, report, &state, &attempts);
    if (found != ORM_OK)
        return found;
    reply_status(request, status);
    orm_json_begin_object(request->json);
    orm_json_put_key(request->json, "state");
    orm_json_put_text(request->json, states[state]);
    orm_json_put_key(request->json, "attempts");
    orm_json_put_int(request->json, attempts);
    orm_json_put_key(request->json, "report");
    blog_report_to_json(request->json, report);
    orm_json_end_object(request->json);
    return ORM_OK;
}

orm_status reports_list(orm_session *db, void *context)
{
    struct request *request = context;
    page_request wanted = page_read(request, NULL);
    blog_report_page page;
    orm_status status = problem_check(request);
    if (status == ORM_OK)
        status = report_page(db, wanted.limit, wanted.after, wanted.before, &page);
    if (status != ORM_OK)
        return page_check(request, &wanted, status);
    reply_status(request, 200);
    page_link(request, wanted.limit, page.next, page.previous);
    blog_report_page_to_json(request->json, &page);
    return ORM_OK;
}

orm_status reports_order(orm_session *db, void *context)
{
    struct request *request = context;
    blog_report_new values;
    blog_report *report = NULL;
    orm_status status = blog_report_new_from_json(request->input, &values);
    if (status == ORM_OK)
        status = report_order(db, &values, &report);
    if (status != ORM_OK)
        return status;
    reply_header_set(request, "Location", "/reports/%" PRId64, report->id);
    return show(db, request, 202, report);
}

orm_status reports_show(orm_session *db, void *context)
{
    struct request *request = context;
    blog_report *report = NULL;
    orm_status status = report_get(db, request->keys[0], &report);
    return status == ORM_OK ? show(db, request, 200, report) : status;
}
