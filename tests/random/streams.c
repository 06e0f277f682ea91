/* The rows of a query one by one, each looked at while it lasts. */
#include "ask.h"

orm_status rt_asker_take(rt_asker *asker, void *row)
{
    const rt_ask *ask = asker->streamed;
    rt_rows one = {.count = 1};
    orm_list list = {.count = 1, .items = &row};
    one.rows[0] = rt_row_of(asker, ask->query->model, row);
    if (one.rows[0] < 0 || asker->taken.count == RT_ROWS_MAX ||
        !rt_asker_check_with(asker, ask, ask->query, &list, &one))
        return ORM_INVALID;
    asker->taken.rows[asker->taken.count++] = one.rows[0];
    return ORM_OK;
}

bool rt_ask_each(rt_asker *asker, const rt_ask *ask)
{
    int model = ask->query->model;
    rt_rows candidates;
    rt_answer answer;
    asker->streamed = ask;
    asker->taken.count = 0;
    orm_status status =
        rt_functions_of[model]->each(asker, rt_make_query(asker, ask->query), (size_t)ask->batch);
    if (status != ORM_OK)
        return rt_asker_failed(asker, "each", status);
    rt_all(asker->world, model, &candidates);
    rt_answer_query(asker->world, ask->query, NULL, &candidates, &answer);
    return rt_asker_is_answered(asker, model, &answer, &asker->taken);
}
