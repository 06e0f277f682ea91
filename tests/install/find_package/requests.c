/* A service's log of requests, without the service. */
#include <string.h>

#include <orm/raw.h>
#include <orm/requests.h>

static orm_status find_user(orm_session *db, void *context)
{
    (void)context;
    return orm_raw(db, "select 1", NULL, 0, NULL, NULL, NULL);
}

/* What an HTTP library calls for GET /users/{id}; returns the status of the answer. */
static int serve(orm_requests *requests, orm_engine *engine, const char *target)
{
    orm_request *request = NULL;
    const char *timing = NULL;
    orm_error error;
    orm_status status = orm_request_begin(requests, &(orm_request_start){
        .method = "GET",
        .route  = "/users/{id}",
        .target = target,
    }, &request);
    orm_session_options options = {.read_only = true};
    orm_request_watch(request, &options);
    status = orm_session_run(engine, &options, find_user, NULL, &error);
    int http_status = status == ORM_OK ? 200 : 500;
    if (orm_request_server_timing(request, &timing) == ORM_OK && timing != NULL)
        (void)timing; /* a header: Server-Timing */
    orm_request_end(request, http_status);
    return http_status;
}

static void count_lines(void *context, const char *line, size_t size)
{
    int *lines = context;
    *lines += size > 0 && strstr(line, "\"route\":\"/users/{id}\"") != NULL;
}

int main(void)
{
    orm_engine *engine = NULL;
    orm_requests *requests = NULL;
    orm_requests_text page = {.data = NULL};
    int lines = 0;
    const orm_requests_options options = {
        .development = true, .writer = count_lines, .writer_context = &lines};
    orm_status status =
        orm_engine_open(&(orm_engine_options){.url = "sqlite::memory:"}, &engine, NULL);
    if (status == ORM_OK)
        status = orm_requests_open(&options, &requests, NULL);
    if (status == ORM_OK && serve(requests, engine, "/users/5") != 200)
        status = ORM_MISUSE;
    if (status == ORM_OK)
        status = orm_requests_page(requests, &page);
    if (status == ORM_OK && (lines != 1 || strstr(page.data, "/users/{id}") == NULL))
        status = ORM_MISUSE;
    if (requests != NULL)
        orm_requests_text_dispose(requests, &page);
    orm_requests_close(requests);
    (void)orm_engine_close(engine, NULL);
    return status == ORM_OK ? 0 : 1;
}
