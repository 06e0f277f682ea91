#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A number and what it may be. */
struct number {
    const char *name;
    size_t offset; /* of its int64_t in service_config */
    int64_t initial, min, max;
};

static const struct number numbers[] = {
    {"SERVICE_PORT", offsetof(service_config, port), 8080, 0, 65535},
    {"SERVICE_POOL", offsetof(service_config, pool), 10, 1, 1000},
    {"SERVICE_JOBS", offsetof(service_config, jobs), 2, 0, 64},
    {"SERVICE_CONNECTIONS", offsetof(service_config, connections), 1000, 1, 30000},
    {"SERVICE_MAX_HEAD", offsetof(service_config, max_head), 32768, 4096, 1048576},
    {"SERVICE_MAX_BODY", offsetof(service_config, max_body), 65536, 1, 16777216},
    {"SERVICE_IDLE_MS", offsetof(service_config, idle_ms), 15000, 100, 3600000},
    {"SERVICE_REQUEST_MS", offsetof(service_config, request_ms), 5000, 10, 600000},
    {"SERVICE_SLOW_MS", offsetof(service_config, slow_ms), 1000, 1, 3600000},
    {"SERVICE_LINGER_MS", offsetof(service_config, linger_ms), 1000, 0, 600000},
    {"SERVICE_STOP_MS", offsetof(service_config, stop_ms), 30000, 0, 3600000},
};

/* Of one variable; an empty one counts as not there. */
static const char *value_of(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && *value != '\0' ? value : NULL;
}

static bool read_number(const struct number *number, service_config *config, FILE *complaints)
{
    const char *text = value_of(number->name);
    int64_t value = number->initial;
    char *end = NULL;
    bool right = true;
    if (text != NULL) {
        errno = 0;
        value = strtoll(text, &end, 10);
        right = errno == 0 && *end == '\0' && strspn(text, "0123456789") == strlen(text) &&
                value >= number->min && value <= number->max;
    }
    if (right)
        memcpy((char *)config + number->offset, &value, sizeof value);
    else
        fprintf(complaints, "service: %s must be a number from %" PRId64 " to %" PRId64
                ", and is \"%s\"\n", number->name, number->min, number->max, text);
    return right;
}

/* One of several words: gives its place, `initial` when the variable is not there. */
static bool read_word(const char *name, const char *const *words, size_t initial, size_t *place_out,
                      FILE *complaints)
{
    const char *text = value_of(name);
    *place_out = initial;
    if (text == NULL)
        return true;
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(text, words[i]) == 0) {
            *place_out = i;
            return true;
        }
    fprintf(complaints, "service: %s must be %s or %s, and is \"%s\"\n", name, words[0], words[1],
            text);
    return false;
}

static bool read_cursor_key(service_config *config, FILE *complaints)
{
    config->cursor_key = value_of("SERVICE_CURSOR_KEY");
    if (config->cursor_key == NULL || strlen(config->cursor_key) >= 16)
        return true;
    fprintf(complaints, "service: SERVICE_CURSOR_KEY must have at least 16 bytes\n");
    return false;
}

bool config_read(service_config *config, FILE *complaints)
{
    static const char *const modes[] = {"threads", "loop", NULL};
    static const char *const answers[] = {"no", "yes", NULL};
    size_t mode = 0, development = 0;
    bool right = true;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        right = read_number(&numbers[i], config, complaints) && right;
    right = read_word("SERVICE_MODE", modes, MODE_THREADS, &mode, complaints) && right;
    right = read_word("SERVICE_DEVELOPMENT", answers, 0, &development, complaints) && right;
    right = read_cursor_key(config, complaints) && right;
    config->mode = (service_mode)mode;
    config->development = development == 1;
    config->address = value_of("SERVICE_ADDRESS");
    if (config->address == NULL)
        config->address = "127.0.0.1";
    config->database_url = value_of("ORM_DATABASE_URL");
    if (config->database_url == NULL) {
        fprintf(complaints, "service: ORM_DATABASE_URL must name the database\n");
        right = false;
    }
    return right;
}
