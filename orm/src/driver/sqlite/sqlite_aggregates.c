/* Aggregates that SQLite lacks: exact sums and averages, and sums of intervals. */
#include <string.h>

#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"
#include "driver/sqlite/sqlite_names.h"
#include "model/decimal_sum.h"
#include "model/json_number.h"

/* Tells SQLite of a failure by way of the connection, which knows the status. */
static void fail(sqlite3_context *context, orm_status status, const char *what)
{
    orm__link *link = sqlite3_user_data(context);
    if (link->pending.status == ORM_OK)
        (void)orm__fail(&link->pending, status, "%s", what);
    sqlite3_result_error(context, link->pending.message, -1);
}

static void fail_add(sqlite3_context *context, orm_status status)
{
    fail(context, status == ORM_INVALID ? ORM_SCHEMA : status,
         status == ORM_NOMEM   ? "out of memory"
         : status == ORM_RANGE ? "a number to be added is beyond every numeric"
                               : "what is to be added is not a number");
}

static orm_status add_real(orm__decimal_sum *sum, double real)
{
    char text[ORM__JSON_NUMBER_SIZE];
    if (real - real != 0)
        return orm__decimal_sum_add(sum, real > 0 ? "Infinity" : "-Infinity", SIZE_MAX);
    size_t size = orm__json_number_format(real, false, text);
    return orm__decimal_sum_add(sum, text, size);
}

static void add_number(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    orm__link *link = sqlite3_user_data(context);
    int type = sqlite3_value_type(values[0]);
    if (type == SQLITE_NULL)
        return;
    orm__decimal_sum *sum = sqlite3_aggregate_context(context, sizeof *sum);
    if (sum == NULL) {
        fail_add(context, ORM_NOMEM);
        return;
    }
    orm_status status = ORM_INVALID;
    sum->allocator = link->allocator;
    if (type == SQLITE_INTEGER)
        status = orm__decimal_sum_add_integer(sum, sqlite3_value_int64(values[0]));
    else if (type == SQLITE_FLOAT)
        status = add_real(sum, sqlite3_value_double(values[0]));
    else if (type == SQLITE_TEXT && sqlite3_value_text(values[0]) != NULL)
        status = orm__decimal_sum_add(sum, (const char *)sqlite3_value_text(values[0]),
                                      (size_t)sqlite3_value_bytes(values[0]));
    if (status != ORM_OK)
        fail_add(context, status);
}

typedef orm_status make_text(const orm__decimal_sum *sum, orm__arena *arena, const char **text_out);
typedef void give_text(sqlite3_context *context, const char *text);

static void give_numeric(sqlite3_context *context, const char *text)
{
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void give_integer(sqlite3_context *context, const char *text)
{
    uint64_t number = 0;
    bool negative = *text == '-';
    for (const char *at = text + negative; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (number > ((uint64_t)INT64_MAX + negative - digit) / 10) {
            fail(context, ORM_RANGE, "the sum of integers does not fit 64 bits");
            return;
        }
        number = number * 10 + digit;
    }
    sqlite3_result_int64(context, negative ? (int64_t)(0 - number) : (int64_t)number);
}

static void give_double(sqlite3_context *context, const char *text)
{
    double value = 0;
    if (orm__json_number_read(text, strlen(text), false, &value))
        sqlite3_result_double(context, value);
    else
        fail(context, ORM_RANGE, "the average does not fit a double");
}

/* No number at all gives NULL. Also called for an aggregate that is given up, to free it. */
static void finish_number(sqlite3_context *context, make_text *make, give_text *give)
{
    orm__link *link = sqlite3_user_data(context);
    orm__decimal_sum *sum = sqlite3_aggregate_context(context, 0);
    if (sum == NULL || sum->count == 0) {
        if (sum != NULL)
            orm__decimal_sum_dispose(sum);
        return;
    }
    const char *text = NULL;
    orm__arena arena;
    orm__arena_init(&arena, link->allocator, NULL);
    if (make(sum, &arena, &text) == ORM_OK)
        give(context, text);
    else
        fail_add(context, ORM_NOMEM);
    orm__arena_dispose(&arena);
    orm__decimal_sum_dispose(sum);
}

static void sum_integer(sqlite3_context *context)
{
    finish_number(context, orm__decimal_sum_text, give_integer);
}

static void average_integer(sqlite3_context *context)
{
    finish_number(context, orm__decimal_sum_average, give_double);
}

static void sum_numeric(sqlite3_context *context)
{
    finish_number(context, orm__decimal_sum_text, give_numeric);
}

static void average_numeric(sqlite3_context *context)
{
    finish_number(context, orm__decimal_sum_average, give_numeric);
}

typedef struct interval_sum {
    orm_interval value;
    bool any;
} interval_sum;

static bool add_parts(orm_interval *sum, orm_interval value)
{
    return !__builtin_add_overflow(sum->micros, value.micros, &sum->micros) &&
           !__builtin_add_overflow(sum->days, value.days, &sum->days) &&
           !__builtin_add_overflow(sum->months, value.months, &sum->months);
}

static void add_interval(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    orm_interval value;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    interval_sum *sum = sqlite3_aggregate_context(context, sizeof *sum);
    const char *text = (const char *)sqlite3_value_text(values[0]);
    if (sum == NULL || text == NULL) {
        fail_add(context, ORM_NOMEM);
        return;
    }
    if (strlen(text) != (size_t)sqlite3_value_bytes(values[0]) ||
        orm_interval_parse(text, &value) != ORM_OK) {
        fail(context, ORM_SCHEMA, "what is to be added is not an interval");
        return;
    }
    sum->any = true;
    if (!add_parts(&sum->value, value))
        fail(context, ORM_RANGE, "the sum of intervals does not fit");
}

static void sum_interval(sqlite3_context *context)
{
    const interval_sum *sum = sqlite3_aggregate_context(context, 0);
    char text[ORM_TEMPORAL_TEXT_SIZE];
    if (sum == NULL || !sum->any)
        return;
    size_t size = orm_interval_format(sum->value, text);
    sqlite3_result_text(context, text, (int)size, SQLITE_TRANSIENT);
}

int orm__sqlite_add_aggregates(orm__link *link)
{
    static const struct {
        const char *name;
        void (*step)(sqlite3_context *, int, sqlite3_value **);
        void (*finish)(sqlite3_context *);
    } aggregates[] = {
        {ORM_SQLITE_SUM_INTEGER, add_number, sum_integer},
        {ORM_SQLITE_AVG_INTEGER, add_number, average_integer},
        {ORM_SQLITE_SUM_NUMERIC, add_number, sum_numeric},
        {ORM_SQLITE_AVG_NUMERIC, add_number, average_numeric},
        {ORM_SQLITE_SUM_INTERVAL, add_interval, sum_interval},
    };
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && code == SQLITE_OK; i++)
        code = sqlite3_create_function_v2(link->handle, aggregates[i].name, 1, flags, link, NULL,
                                          aggregates[i].step, aggregates[i].finish, NULL);
    return code;
}
