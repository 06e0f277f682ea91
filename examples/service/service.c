#include "service.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static orm_status open_engine(struct service *service, const orm_runtime *runtime, orm_error *error)
{
    const service_config *config = service->config;
    return orm_engine_open(&(orm_engine_options){
        .url             = config->database_url,
        .runtime         = runtime,
        .pool_size       = (int)config->pool,
        .max_overflow    = ORM_POOL_NO_OVERFLOW,
        .pool_timeout_ms = (int)config->request_ms,
        .cursor_key      = config->cursor_key,
        .cursor_key_size = config->cursor_key != NULL ? strlen(config->cursor_key) : 0,
    }, &service->engine, error);
}

static orm_status open_requests(struct service *service, orm_error *error)
{
    const service_config *config = service->config;
    return orm_requests_open(&(orm_requests_options){
        .development  = config->development,
        .slow_ns      = config->slow_ms * 1000000,
        .root         = SERVICE_SOURCES,
        .engines      = &service->engine,
        .engine_count = 1,
    }, &service->requests, error);
}

orm_status service_open(struct service *service, const orm_runtime *runtime, orm_error *error)
{
    orm_status status = open_engine(service, runtime, error);
    return status == ORM_OK ? open_requests(service, error) : status;
}

bool service_close(struct service *service)
{
    orm_error error;
    orm_requests_close(service->requests);
    orm_status status = orm_engine_close(service->engine, &error);
    if (status != ORM_OK)
        (void)service_complain("closing", &error);
    return status == ORM_OK;
}

int service_complain(const char *what, const orm_error *error)
{
    char text[2048];
    orm_error_format(error, text, sizeof text);
    fprintf(stderr, "service: %s: %s\n", what, text);
    return 1;
}

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
