/*
 * A program that has work done in the background, and the worker that does it.
 *
 *   worker order TITLE     asks for a report: its row and the job, in one transaction
 *   worker run             does jobs until SIGTERM or SIGINT
 *   worker drain           does what is due, and ends
 *   worker show            prints the reports, and how many jobs there are
 *
 * The database is that of ORM_DATABASE_URL.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <orm/jobs.h>

#include "models.orm.h"

static int complain(const orm_error *error)
{
    char text[2048];
    orm_error_format(error, text, sizeof text);
    fprintf(stderr, "worker: %s\n", text);
    return 1;
}

/* --- the side that has work --- */

/* Both are there, or neither is. */
static orm_status order_report(orm_session *db, void *context)
{
    const char *title = context;
    app_report *report = NULL;
    orm_status status = app_report_insert(db, &(app_report_new){
        .title = ORM_SET(title),
    }, &report);
    if (status != ORM_OK)
        return status;
    return orm_job_enqueue(db, &(orm_job_new){
        .name    = "report",
        .payload = orm_session_printf(db, "%" PRId64, report->id),
        .max_attempts = 5,
    }, NULL, NULL);
}

static orm_status show(orm_session *db, void *context)
{
    app_report_list reports;
    orm_job_counts counts;
    orm_status status = app_report_select(db, &(app_report_query){.order_by = {APP_REPORT_BY_ID}},
                                          &reports);
    if (status == ORM_OK)
        status = orm_jobs_count(db, NULL, &counts);
    if (status != ORM_OK)
        return status;
    for (size_t i = 0; i < reports.count; i++)
        fprintf(context, "%s\n%s", reports.items[i]->title,
                reports.items[i]->body != NULL ? reports.items[i]->body : "  (to come)\n");
    fprintf(context, "jobs: %" PRId64 " waiting, %" PRId64 " running, %" PRId64 " done, %" PRId64
                     " dead\n", counts.waiting, counts.running, counts.done, counts.dead);
    return ORM_OK;
}

/* --- the side that does it --- */

/*
 * Makes a report. The session's transaction also marks the job as done: if the worker dies before
 * it commits, nothing was written and another makes the report; after it, nobody makes it again.
 */
static orm_status make_report(orm_session *db, orm_job *job, void *context)
{
    (void)context;
    app_sale_by_country_list sales;
    app_report *report = NULL;
    char *body = orm_session_printf(db, "%s", "");
    orm_status status = app_report_find(db, strtoll(job->payload, NULL, 10), &report);
    if (status == ORM_NOT_FOUND)
        orm_job_give_up(job); /* it was deleted meanwhile: trying again would not help */
    if (status == ORM_OK)
        status = app_sale_select_by_country(db, &(app_sale_by_country_query){
            .order_by = {APP_SALE_BY_COUNTRY_BY_SUM_DESC},
        }, &sales);
    if (status != ORM_OK)
        return status;
    for (size_t i = 0; i < sales.count && !orm_job_is_cancelled(job); i++)
        body = orm_session_printf(db, "%s  %-10s %6" PRId64 " %12s\n", body, sales.items[i].country,
                                  sales.items[i].number, sales.items[i].sum.text);
    return app_report_update(db, report, &(app_report_changes){.body = ORM_SET(body)});
}

static void log_outcome(void *context, const orm_job_outcome *outcome)
{
    static const char *const words[] = {"", "tried again", "lost", "done", "dead"};
    fprintf(context, "job %" PRId64 " (%s) attempt %d: %s after %.1f ms%s%s\n", outcome->job->id,
            outcome->job->name, (int)outcome->job->attempts, words[outcome->state],
            (double)outcome->duration_ns / 1e6, outcome->status == ORM_OK ? "" : ": ",
            outcome->status == ORM_OK ? "" : outcome->error.message);
}

static orm_worker *running;

static void on_signal(int number)
{
    (void)number;
    orm_worker_stop(running);
}

static orm_status work(orm_engine *engine, bool forever, orm_error *error)
{
    const orm_job_kind kinds[] = {
        {.name = "report", .handler = make_report, .timeout_ms = 60000},
    };
    orm_worker_options options = {
        .kinds       = kinds,
        .kind_count  = sizeof kinds / sizeof kinds[0],
        .concurrency = 4,
        .observer    = log_outcome,
        .observer_context = stderr,
    };
    struct sigaction action = {.sa_handler = on_signal};
    int64_t count = 0;
    orm_status status = orm_worker_open(engine, &options, &running, error);
    if (status == ORM_OK) {
        (void)sigaction(SIGTERM, &action, NULL);
        (void)sigaction(SIGINT, &action, NULL);
        status = forever ? orm_worker_run(running, error)
                         : orm_worker_drain(running, &count, error);
    }
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGINT, SIG_DFL);
    orm_worker_close(running);
    return status;
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    orm_engine *engine = NULL;
    orm_error error;
    orm_status status = orm_engine_open(&(orm_engine_options){.pool_size = 5}, &engine, &error);
    if (status != ORM_OK)
        return complain(&error);
    if (strcmp(verb, "order") == 0 && argc == 3)
        status = orm_session_run(engine, NULL, order_report, argv[2], &error);
    else if (strcmp(verb, "show") == 0)
        status = orm_session_run(engine, NULL, show, stdout, &error);
    else if (strcmp(verb, "run") == 0 || strcmp(verb, "drain") == 0)
        status = work(engine, strcmp(verb, "run") == 0, &error);
    else
        fprintf(stderr, "usage: worker order TITLE | run | drain | show\n");
    (void)orm_engine_close(engine, NULL);
    return status == ORM_OK ? 0 : complain(&error);
}
