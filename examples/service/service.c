#include "service.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

orm_status service_open(struct service *service, const orm_runtime *runtime, orm_error *error)
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
