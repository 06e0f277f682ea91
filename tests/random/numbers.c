/* Questions whose answer is one value. */
#include <math.h>

#include "ask.h"

static void strip(rt_value *value)
{
    while (value->size > 0 && value->text[value->size - 1] == ' ')
        value->text[--value->size] = '\0';
}

/* Averages come with more digits than a double has. */
static bool is_near(double left, double right)
{
    if (isnan(left) || isnan(right) || isinf(left) || isinf(right))
        return (isnan(left) && isnan(right)) || left == right;
    return fabs(left - right) <= 1e-14 * fmax(fabs(left), fabs(right));
}

static double average_of(const rt_value *value)
{
    static const double specials[] = {0, NAN, INFINITY, -INFINITY};
    return value->special == RT_FINITE ? value->real : specials[value->special];
}

static bool is_same(rt_purpose purpose, rt_type type, const rt_value *given, const rt_value *wanted)
{
    if (given->null || wanted->null)
        return given->null && wanted->null;
    if (purpose == RT_AVG)
        return is_near(given->real, average_of(wanted));
    /* Of equal values any may be the smallest. */
    return purpose == RT_SUM ? rt_identical(type, given, wanted)
                             : rt_compare(type, given, wanted) == 0;
}

static void print(rt_asker *asker, const rt_ask *ask, rt_type type, const rt_value *value)
{
    if (ask->purpose == RT_AVG && !value->null)
        rt_add(&asker->why, "%.17g", average_of(value));
    else
        rt_print_value(&asker->why, type, value);
}

static bool ask_aggregate(rt_asker *asker, const rt_ask *ask, const rt_answer *answer)
{
    const rt_functions *functions = rt_functions_of[ask->query->model];
    rt_type type = rt_models[ask->query->model].columns[ask->column].type;
    rt_value given = {0};
    rt_value wanted;
    orm_status status =
        functions->aggregate(asker, ask->purpose, ask->column,
                             functions->rows(rt_make_query(asker, ask->query)), &given);
    bool fits = rt_aggregate(asker->world, ask->purpose, ask->query->model, ask->column,
                             answer->rows.rows + answer->from, answer->count, &wanted);
    if (!fits && status == ORM_RANGE) {
        orm_session_rollback(asker->db);
        return true;
    }
    if (status != ORM_OK)
        return rt_asker_failed(asker, "aggregate", status);
    if (type == RT_CHAR)
        strip(&given);
    if (fits && is_same(ask->purpose, type, &given, &wanted))
        return true;
    print(asker, ask, type, &given);
    rt_add(&asker->why, fits ? " instead of " : " although it does not fit\n");
    if (fits) {
        print(asker, ask, type, &wanted);
        rt_add(&asker->why, "\n");
    }
    return false;
}

bool rt_ask_number(rt_asker *asker, const rt_ask *ask)
{
    const rt_functions *functions = rt_functions_of[ask->query->model];
    int64_t given = 0;
    bool exists = false;
    rt_rows candidates;
    rt_answer answer;
    rt_all(asker->world, ask->query->model, &candidates);
    rt_answer_query(asker->world, ask->query, NULL, &candidates, &answer);
    if (ask->purpose >= RT_SUM)
        return ask_aggregate(asker, ask, &answer);
    const void *query = rt_make_query(asker, ask->query);
    orm_status status = ask->purpose == RT_COUNT ? functions->count(asker, query, &given)
                                                 : functions->exists(asker, query, &exists);
    if (status != ORM_OK)
        return rt_asker_failed(asker, "count or exists", status);
    int wanted = answer.count + (ask->purpose == RT_COUNT && rt_breaks(RT_BREAK_COUNT));
    if (ask->purpose == RT_EXISTS) {
        given = exists;
        wanted = (answer.count > 0) != rt_breaks(RT_BREAK_EXISTS);
    }
    if (given != wanted)
        rt_add(&asker->why, "%lld instead of %d\n", (long long)given, wanted);
    return given == wanted;
}
