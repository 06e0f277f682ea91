#include <orm/log.h>

#include <pthread.h>

#include <orm/events.h>

#include "base/allocator.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/fail.h"
#include "observe/log_line.h"

enum { LINE_MAX_SIZE = 1024 * 1024 };

struct orm_log {
    orm_log_options options;
    orm_allocator allocator;
    orm_engine *engine;             /* borrowed */
    orm_subscription *subscription; /* owned */
    pthread_mutex_t lock;           /* guards `line`, and keeps lines whole */
    orm__buffer line;
};

static void write_line(orm_log *log)
{
    const orm_log_options *options = &log->options;
    /* A log must not fail the work it describes: a line that can't be made or written is left out.
     */
    if (log->line.failed)
        return;
    if (options->writer != NULL)
        options->writer(options->writer_context, log->line.data, log->line.size);
    else
        (void)fwrite(log->line.data, 1, log->line.size, options->stream);
}

static void receive(void *context, const orm_event *event)
{
    orm_log *log = context;
    if (!orm__log_wants(&log->options, event))
        return;
    (void)pthread_mutex_lock(&log->lock);
    orm__buffer_clear(&log->line);
    orm__log_line(&log->options, event, orm__wall_clock(), &log->line);
    write_line(log);
    (void)pthread_mutex_unlock(&log->lock);
}

orm_status orm_log_open(orm_engine *engine, const orm_log_options *options, orm_log **log_out,
                        orm_error *error)
{
    orm_log_options set = {.format = ORM_LOG_LINES};
    *log_out = NULL;
    if (options != NULL)
        set = *options;
    if (set.stream == NULL)
        set.stream = stderr;
    orm_log *log = orm__alloc_zero(&set.allocator, sizeof *log);
    if (log == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory for a log");
    log->options = set;
    log->allocator = set.allocator;
    log->engine = engine;
    orm__buffer_init(&log->line, &log->allocator, LINE_MAX_SIZE);
    bool locked = pthread_mutex_init(&log->lock, NULL) == 0;
    if (!locked || orm_engine_subscribe(engine, receive, log, true, &log->subscription) != ORM_OK) {
        if (locked)
            (void)pthread_mutex_destroy(&log->lock);
        orm__free(&set.allocator, log, sizeof *log);
        return orm__fail(error, ORM_NOMEM, "out of memory for a log");
    }
    *log_out = log;
    return ORM_OK;
}

void orm_log_close(orm_log *log)
{
    if (log == NULL)
        return;
    orm_engine_unsubscribe(log->engine, log->subscription);
    (void)pthread_mutex_destroy(&log->lock);
    orm_allocator allocator = log->allocator;
    orm__buffer_dispose(&log->line);
    orm__free(&allocator, log, sizeof *log);
}
