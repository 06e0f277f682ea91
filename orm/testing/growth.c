#include "growth.h"

#include <stdio.h>
#include <string.h>

struct fixture {
    struct growth_run *run;
    orm_maker *maker;
};

static void free_text(struct growth_text *text)
{
    if (text->text != NULL)
        (void)orm__maker_resize(text->allocator, text->text, text->room, 0);
    text->text = NULL;
}

static orm_status refuse(orm_error *error, orm_status status, const char *message)
{
    memset(error, 0, sizeof *error);
    error->status = status;
    (void)snprintf(error->message, sizeof error->message, "%s", message);
    return status;
}

static struct growth_shape *shape_of(struct growth_run *run, const orm_event *event)
{
    for (size_t i = 0; i < run->shape_count; i++) {
        struct growth_shape *shape = &run->shapes[i];
        if (shape->fingerprint == event->fingerprint && shape->site.line == event->site.line &&
            shape->site.counter == event->site.counter && shape->relation == event->relation &&
            (shape->site.file == event->site.file ||
             strcmp(shape->site.file ? shape->site.file : "",
                    event->site.file ? event->site.file : "") == 0))
            return shape;
    }
    if (run->shape_count == run->shape_room) {
        size_t room = run->shape_room * 2 + 16;
        void *larger =
            orm__maker_resize(&run->allocator, run->shapes, run->shape_room * sizeof *run->shapes,
                              room * sizeof *run->shapes);
        if (larger == NULL)
            return NULL;
        run->shapes = larger;
        run->shape_room = room;
    }
    struct growth_shape *shape = &run->shapes[run->shape_count++];
    *shape = (struct growth_shape){.fingerprint = event->fingerprint,
                                   .site = event->site,
                                   .kind = event->kind,
                                   .model = event->model,
                                   .owner = event->owner,
                                   .relation = event->relation};
    (void)snprintf(shape->sql, sizeof shape->sql, "%s", event->sql);
    for (char *at = shape->sql; *at != '\0'; at++)
        if (*at == '\n' || *at == '\t' || *at == '\r')
            *at = ' ';
    return shape;
}

static void take_event(void *context, const orm_event *event)
{
    struct growth_run *run = context;
    if (event->kind == ORM_EVENT_CONTROL)
        return;
    (void)pthread_mutex_lock(&run->mutex);
    struct growth_shape *shape = shape_of(run, event);
    run->statements[run->which]++;
    run->nomem = run->nomem || shape == NULL;
    if (shape != NULL)
        shape->counts[run->which]++;
    (void)pthread_mutex_unlock(&run->mutex);
}

static orm_status make_fixture(orm_session *db, void *context)
{
    struct fixture *fixture = context;
    struct growth_run *run = fixture->run;
    const orm_growth_options *options = run->options;
    orm_graph_options graph = options->graph;
    orm_growth_rows rows = {.root_count = 0};
    orm_status status = ORM_OK;
    graph.rows = run->rows[run->which];
    for (size_t i = 0; i < ORM_GROWTH_ROOTS && options->roots[i] != NULL && status == ORM_OK; i++)
        status = orm_make_graph(db, fixture->maker, options->roots[i], &graph,
                                &rows.roots[rows.root_count++]);
    if (status == ORM_OK && options->arrange != NULL)
        status = options->arrange(db, &rows, options->context);
    return status;
}

static orm_status arrange(struct growth_run *run, orm_engine *engine, orm_error *error)
{
    const orm_growth_options *options = run->options;
    struct fixture fixture = {.run = run};
    orm_maker_options maker = {.seed = options->seed, .allocator = run->allocator};
    orm_status status = orm_maker_open(&maker, &fixture.maker, error);
    if (status == ORM_OK && options->prepare != NULL)
        status = orm_session_run(engine, NULL, options->prepare, options->context, error);
    if (status == ORM_OK)
        status = orm_session_run(engine, NULL, make_fixture, &fixture, error);
    orm_maker_close(fixture.maker);
    if (status == ORM_BUSY || status == ORM_TIMEOUT) {
        char message[ORM_ERROR_MESSAGE_SIZE];
        (void)snprintf(message, sizeof message,
                       "%.300s; does another engine, such as that of a watched test, write to this "
                       "database?",
                       error->message);
        return refuse(error, status, message);
    }
    return status;
}

static orm_status run_tested(struct growth_run *run, orm_engine *engine, orm_error *error)
{
    const orm_growth_options *options = run->options;
    orm_subscription *subscription = NULL;
    char message[ORM_ERROR_MESSAGE_SIZE];
    orm_status status = orm_engine_subscribe(engine, take_event, run, false, &subscription);
    if (status != ORM_OK)
        return refuse(error, status, "out of memory");
    error->message[0] = '\0';
    if (options->request != NULL)
        status = options->request(engine, options->context);
    else
        status = orm_session_run(engine, NULL, options->handler, options->context, error);
    orm_engine_unsubscribe(engine, subscription);
    if (status == ORM_OK)
        return run->nomem ? refuse(error, ORM_NOMEM, "out of memory") : ORM_OK;
    (void)snprintf(message, sizeof message,
                   "with %zu rows in each relation what is tested "
                   "failed: %s: %.300s",
                   run->rows[run->which], orm_status_name(status), error->message);
    return refuse(error, status, message);
}

static orm_status judge(struct growth_run *run, orm_scope *scope, orm_error *error)
{
    orm_report_options options = {.format = ORM_REPORT_TEXT};
    const char *text = NULL;
    if (run->which == 0)
        return ORM_OK;
    for (size_t i = 0; i < orm_scope_finding_count(scope); i++) {
        orm_finding_kind kind = orm_scope_finding(scope, i)->kind;
        run->findings += kind != ORM_FINDING_UNUSED && kind != ORM_FINDING_LATENT;
    }
    if (orm_scope_report(scope, &options, &text) != ORM_OK)
        return refuse(error, ORM_NOMEM, "out of memory");
    orm__growth_add(&run->report, "%s", text);
    return run->report.nomem ? refuse(error, ORM_NOMEM, "out of memory") : ORM_OK;
}

/* One of the two runs, on an engine of its own. */
static orm_status run_once(struct growth_run *run, size_t which, orm_error *error)
{
    orm_scope_options watching = {.allocator = run->allocator, .name = "growth"};
    orm_engine_options options = run->options->engine;
    orm_engine *engine = NULL;
    orm_scope *scope = NULL;
    orm_error closing = {0};
    run->which = which;
    orm_status status = orm_scope_open(&watching, &scope, error);
    if (status != ORM_OK)
        return status;
    options.sandbox = true;
    options.scope = scope;
    status = orm_engine_open(&options, &engine, error);
    orm_scope_pause(scope);
    if (status == ORM_OK)
        status = arrange(run, engine, error);
    orm_scope_resume(scope);
    if (status == ORM_OK)
        status = run_tested(run, engine, error);
    if (orm_engine_close(engine, &closing) != ORM_OK) {
        /* A session was left open: engine and scope stay for it. */
        if (status == ORM_OK)
            *error = closing;
        return status == ORM_OK ? closing.status : status;
    }
    if (status == ORM_OK)
        status = judge(run, scope, error);
    orm_scope_close(scope);
    return status;
}

static orm_status run_both(struct growth_run *run, orm_growth *growth, orm_error *error)
{
    struct growth_text text = {.allocator = &run->allocator};
    orm_status status = run_once(run, 0, error);
    if (status == ORM_OK)
        status = run_once(run, 1, error);
    if (status != ORM_OK)
        return status;
    int64_t rows = (int64_t)(run->rows[1] - run->rows[0]);
    bool grows = run->statements[1] - run->statements[0] > run->options->allowed * rows;
    orm__growth_describe(run, grows, &text);
    if (text.nomem) {
        free_text(&text);
        return refuse(error, ORM_NOMEM, "out of memory");
    }
    *growth = (orm_growth){.few_statements = run->statements[0],
                           .many_statements = run->statements[1],
                           .grows = grows,
                           .findings = run->findings,
                           .text = text.text,
                           .text_size = text.room,
                           .allocator = run->allocator};
    return ORM_OK;
}

orm_status orm_growth_run(const orm_growth_options *options, orm_growth *growth_out,
                          orm_error *error)
{
    orm_error own;
    orm_error *told = error != NULL ? error : &own;
    struct growth_run run = {.options = options, .allocator = options->engine.allocator};
    memset(growth_out, 0, sizeof *growth_out);
    memset(told, 0, sizeof *told);
    run.report.allocator = &run.allocator;
    run.rows[0] = options->few > 0 ? options->few : 2;
    run.rows[1] = options->many > 0 ? options->many : 3;
    if ((options->roots[0] == NULL && options->arrange == NULL) ||
        (options->handler == NULL) == (options->request == NULL) || run.rows[0] >= run.rows[1])
        return refuse(told, ORM_INVALID,
                      "a growth test needs roots (or .arrange), either a "
                      ".handler or a .request, and .few below .many");
    if (pthread_mutex_init(&run.mutex, NULL) != 0)
        return refuse(told, ORM_RESOURCE, "no mutex");
    orm_status status = run_both(&run, growth_out, told);
    (void)pthread_mutex_destroy(&run.mutex);
    free_text(&run.report);
    if (run.shapes != NULL)
        (void)orm__maker_resize(&run.allocator, run.shapes, run.shape_room * sizeof *run.shapes, 0);
    return status;
}

void orm_growth_dispose(orm_growth *growth)
{
    if (growth->text != NULL)
        (void)orm__maker_resize(&growth->allocator, growth->text, growth->text_size, 0);
    growth->text = NULL;
}
