/* What can be done with reports, by whatever means it is asked for, and the job that makes them. */
#ifndef SERVICE_REPORTS_SERVICE_H
#define SERVICE_REPORTS_SERVICE_H

#include <orm/jobs.h>

#include "models.orm.h"

#define REPORT_JOB "report"

typedef enum report_state {
    REPORT_WAITING,
    REPORT_RUNNING,
    REPORT_DONE,
    REPORT_FAILED
} report_state;

/* The newest first. */
orm_status report_page(orm_session *db, int64_t limit, const char *after, const char *before,
                       blog_report_page *page_out);
orm_status report_get(orm_session *db, int64_t id, blog_report **report_out);
/* How far it is, and the attempts begun so far. */
orm_status report_progress(orm_session *db, const blog_report *report, report_state *state_out,
                           int *attempts_out);
/* The row and the job that is to fill it: both are there once the session commits, or neither. */
orm_status report_order(orm_session *db, const blog_report_new *values, blog_report **report_out);

/* Makes the report that the job's payload names. */
orm_job_handler report_make;

#endif
