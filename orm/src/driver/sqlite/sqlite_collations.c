#include <string.h>

#include <orm/value.h>

#include "driver/sqlite/sqlite_link.h"
#include "driver/sqlite/sqlite_names.h"
#include "model/interval.h"
#include "model/numeric.h"

static int compare_bytes(const char *left, size_t left_size, const char *right, size_t right_size)
{
    size_t shorter = left_size < right_size ? left_size : right_size;
    int order = shorter == 0 ? 0 : memcmp(left, right, shorter);
    if (order != 0) return order;
    return left_size < right_size ? -1 : left_size > right_size;
}

static int compare_numerics(void *context, int left_size, const void *left, int right_size,
                            const void *right)
{
    (void)context;
    return orm__numeric_compare(left, (size_t)left_size, right, (size_t)right_size);
}

/* SQLite's texts have no NUL at their end; no interval is longer than the buffer. */
static bool read_interval(const char *text, size_t size, orm_interval *value_out)
{
    char copy[ORM_TEMPORAL_TEXT_SIZE];
    if (size >= sizeof copy || memchr(text, '\0', size) != NULL) return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return orm_interval_parse(copy, value_out) == ORM_OK;
}

/* Texts that are no intervals stand after all that are, by their bytes. */
static int compare_intervals(void *context, int left_size, const void *left, int right_size,
                             const void *right)
{
    (void)context;
    orm_interval a;
    orm_interval b;
    bool left_valid = left_size > 0 && read_interval(left, (size_t)left_size, &a);
    bool right_valid = right_size > 0 && read_interval(right, (size_t)right_size, &b);
    if (left_valid && right_valid) return orm__interval_compare(a, b);
    if (left_valid != right_valid) return left_valid ? -1 : 1;
    return compare_bytes(left, (size_t)left_size, right, (size_t)right_size);
}

int orm__sqlite_add_collations(orm__link *link)
{
    int code = sqlite3_create_collation_v2(link->handle, ORM_SQLITE_COLLATION_NUMERIC, SQLITE_UTF8,
                                           NULL, compare_numerics, NULL);
    if (code != SQLITE_OK) return code;
    return sqlite3_create_collation_v2(link->handle, ORM_SQLITE_COLLATION_INTERVAL, SQLITE_UTF8,
                                       NULL, compare_intervals, NULL);
}
