/* What the environment says. */
#ifndef SERVICE_CONFIG_H
#define SERVICE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum service_mode { MODE_THREADS, MODE_LOOP } service_mode;

/* Text is that of the environment. */
typedef struct service_config {
    const char *database_url;
    const char *address;
    const char *cursor_key; /* NULL: pages' cursors last as long as the process */
    service_mode mode;
    bool development;
    int64_t port;
    int64_t pool;
    int64_t jobs;
    int64_t connections;
    int64_t max_head;
    int64_t max_body;
    int64_t idle_ms;
    int64_t request_ms;
    int64_t slow_ms;
    int64_t linger_ms;
    int64_t stop_ms;
} service_config;

/*
 * Reads the environment. Everything that is wrong with it gets a line on `complaints`, which names
 * the variable and what it takes; false when anything is.
 */
bool config_read(service_config *config, FILE *complaints);

#endif
