#include "reports_service.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <orm/json.h>

orm_status report_page(orm_session *db, int64_t limit, const char *after, const char *before,
                       blog_report_page *page_out)
{
    return blog_report_select_page(db, &(blog_report_query){
        .order_by = {BLOG_REPORT_BY_ID_DESC},
        .limit    = limit,
        .after    = after,
        .before   = before,
    }, page_out);
}

orm_status report_get(orm_session *db, int64_t id, blog_report **report_out)
{
    return blog_report_find(db, id, report_out);
}

orm_status report_progress(orm_session *db, const blog_report *report, report_state *state_out,
                           int *attempts_out)
{
    static const report_state states[] = {
        [ORM_JOB_WAITING] = REPORT_WAITING, [ORM_JOB_RUNNING] = REPORT_RUNNING,
        [ORM_JOB_DONE] = REPORT_DONE, [ORM_JOB_DEAD] = REPORT_FAILED};
    const orm_job *job = NULL;
    *state_out = report->finished_at.has ? REPORT_DONE : REPORT_FAILED;
    *attempts_out = 0;
    orm_status status = orm_job_find(db, report->job_id.value, &job);
    if (status == ORM_NOT_FOUND) /* jobs that are done are removed after a while */
        return ORM_OK;
    if (status == ORM_OK) {
        *state_out = states[job->state];
        *attempts_out = job->attempts;
    }
    return status;
}

orm_status report_order(orm_session *db, const blog_report_new *values, blog_report **report_out)
{
    int64_t job = 0;
    orm_status status = blog_report_insert(db, values, report_out);
    if (status == ORM_OK)
        status = orm_job_enqueue(db, &(orm_job_new){
            .name    = REPORT_JOB,
            .payload = orm_session_printf(db, "%" PRId64, (*report_out)->id),
            .max_attempts = 5,
        }, &job, NULL);
    if (status != ORM_OK)
        return status;
    return blog_report_update(db, *report_out, &(blog_report_changes){.job_id = ORM_SET(job)});
}

/* --- making one --- */

enum { BEST = 10, USERS_AT_ONCE = 500 };

/* What a report tells. */
struct activity {
    int64_t users, posts, comments;
    int64_t last; /* key of the last user seen */
    size_t best_count;
    blog_user_activity best[BEST]; /* the most active first; names are in `names` */
    char names[BEST][4 * 80 + 1];
};

static int64_t measure(const blog_user_activity *user)
{
    return user->posts + user->comments;
}

/* Keeps the best in order: those of equal measure as they came. */
static void rank(struct activity *activity, const blog_user_activity *user)
{
    size_t place = activity->best_count;
    while (place > 0 && measure(&activity->best[place - 1]) < measure(user))
        place--;
    if (place == BEST)
        return;
    size_t moved = (activity->best_count < BEST ? activity->best_count : BEST - 1) - place;
    memmove(&activity->best[place + 1], &activity->best[place], moved * sizeof *activity->best);
    memmove(&activity->names[place + 1], &activity->names[place], moved * sizeof *activity->names);
    activity->best[place] = *user;
    snprintf(activity->names[place], sizeof activity->names[place], "%s", user->name);
    if (activity->best_count < BEST)
        activity->best_count++;
}

static orm_status add_users(orm_session *db, struct activity *activity, size_t *count_out)
{
    blog_user_activity_list users;
    orm_status status = blog_user_select_activity(db, &(blog_user_activity_query){
        .where    = blog_user_id_is(orm_gt(activity->last)),
        .order_by = {BLOG_USER_ACTIVITY_BY_ID},
        .limit    = USERS_AT_ONCE,
    }, &users);
    if (status != ORM_OK)
        return status;
    for (size_t i = 0; i < users.count; i++) {
        activity->posts += users.items[i].posts;
        activity->comments += users.items[i].comments;
        activity->last = users.items[i].id;
        rank(activity, &users.items[i]);
    }
    activity->users += (int64_t)users.count;
    *count_out = users.count;
    return ORM_OK;
}

/*
 * Part by part, each a transaction of its own whose memory is given back: however many users there
 * are, nobody waits long for what this holds.
 */
static orm_status collect(orm_session *db, orm_job *job, struct activity *activity)
{
    size_t count = USERS_AT_ONCE;
    orm_status status = ORM_OK;
    while (status == ORM_OK && count == USERS_AT_ONCE) {
        orm_mark mark;
        if (orm_job_is_cancelled(job))
            return ORM_CANCELLED;
        status = orm_session_mark(db, &mark);
        if (status == ORM_OK)
            status = add_users(db, activity, &count);
        if (status == ORM_OK)
            status = orm_session_commit(db);
        if (status == ORM_OK)
            status = orm_session_release(db, mark);
    }
    return status;
}

static void put_int(orm_json_writer *json, const char *key, int64_t value)
{
    orm_json_put_key(json, key);
    orm_json_put_int(json, value);
}

static orm_status write_result(const struct activity *activity, orm_json_writer *json,
                               orm_json *result_out)
{
    orm_json_begin_object(json);
    put_int(json, "users", activity->users);
    put_int(json, "posts", activity->posts);
    put_int(json, "comments", activity->comments);
    orm_json_put_key(json, "most_active");
    orm_json_begin_array(json);
    for (size_t i = 0; i < activity->best_count; i++) {
        orm_json_begin_object(json);
        put_int(json, "id", activity->best[i].id);
        orm_json_put_key(json, "name");
        orm_json_put_text(json, activity->names[i]);
        put_int(json, "posts", activity->best[i].posts);
        put_int(json, "comments", activity->best[i].comments);
        orm_json_end_object(json);
    }
    orm_json_end_array(json);
    orm_json_end_object(json);
    return orm_json_finish(json, &result_out->text, NULL);
}

static orm_timestamptz moment(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (orm_timestamptz){(int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000};
}

static orm_status fill(orm_session *db, orm_job *job, blog_report *report,
                       struct activity *activity, orm_json_writer *json)
{
    orm_json result = {0};
    orm_status status = collect(db, job, activity);
    if (status == ORM_OK)
        status = write_result(activity, json, &result);
    if (status != ORM_OK)
        return status;
    return blog_report_update(db, report, &(blog_report_changes){
        .result      = ORM_SET(result),
        .finished_at = ORM_SET(moment()),
    });
}

/* The last transaction, which writes the result, is the one that marks the job as done. */
orm_status report_make(orm_session *db, orm_job *job, void *context)
{
    blog_report *report = NULL;
    orm_json_writer *json = NULL;
    struct activity *activity = calloc(1, sizeof *activity);
    orm_status status = blog_report_find(db, strtoll(job->payload, NULL, 10), &report);
    (void)context;
    if (status == ORM_NOT_FOUND)
        orm_job_give_up(job); /* it would not come back */
    if (status == ORM_OK && activity == NULL)
        status = ORM_NOMEM;
    if (status == ORM_OK)
        status = orm_json_writer_open(NULL, &json);
    if (status == ORM_OK)
        status = fill(db, job, report, activity, json);
    orm_json_writer_close(json);
    free(activity);
    return status;
}
