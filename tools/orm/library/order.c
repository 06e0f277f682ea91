#include "library/order.h"

#include <string.h>

#include <orm/value.h>

#include "model/interval.h"
#include "model/numeric.h"

int library_compare_numerics(void *context, int left_size, const void *left, int right_size,
                             const void *right)
{
    (void)context;
    return orm__numeric_compare(left, (size_t)left_size, right, (size_t)right_size);
}

/* SQLite's texts have no NUL at their end; no interval is longer than the buffer. */
static bool read_interval(const char *text, size_t size, orm_interval *value_out)
{
    char copy[ORM_TEMPORAL_TEXT_SIZE];

    if (!size || size >= sizeof copy || memchr(text, '\0', size) != NULL)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return orm_interval_parse(copy, value_out) == ORM_OK;
}

/* Texts that are no intervals stand after all that are, by their bytes. */
int library_compare_intervals(void *context, int left_size, const void *left, int right_size,
                              const void *right)
{
    int size = left_size < right_size ? left_size : right_size;
    orm_interval a;
    orm_interval b;
    bool left_valid = read_interval(left, (size_t)left_size, &a);
    bool right_valid = read_interval(right, (size_t)right_size, &b);
    int order;

    (void)context;
    if (left_valid && right_valid)
        return orm__interval_compare(a, b);
    if (left_valid != right_valid)
        return left_valid ? -1 : 1;
    order = size ? memcmp(left, right, (size_t)size) : 0;
    return order ? order : left_size - right_size;
}
