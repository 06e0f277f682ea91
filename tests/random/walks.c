/* Rows reached along relations of a model to itself. */
#include "ask.h"

/* One step of the generated names: from all rows, or from the only one. */
#define WALK(model, name)                                                                          \
    {                                                                                              \
        r_##model##_list list = {from->count, (r_##model **)from->items, false};                   \
        r_##model##_list found;                                                                    \
        orm_status status =                                                                        \
            from->count == 1                                                                       \
                ? r_##model##_walk_##name(asker->db, list.items[0], &options, query, &found)       \
                : r_##model##_walk_all_##name(asker->db, &list, &options, query, &found);          \
        *list_out = (orm_list){found.count, (void **)found.items, found.partial};                  \
        return status;                                                                             \
    }

static orm_status walk(rt_asker *asker, const rt_ask *ask, const orm_list *from, const void *query,
                       orm_list *list_out)
{
    orm_walk options = {.max_depth = (uint32_t)ask->max_depth,
                        .include_start = ask->include_start,
                        .prune = ask->prune};
    if (ask->query->model == RT_PLACE)
        WALK(place, partners)
    switch (ask->relation) {
    case 0:
        WALK(person, boss)
    case 1:
        WALK(person, reports)
    case 2:
        WALK(person, rival)
    default:
        WALK(person, rivals)
    }
}

bool rt_ask_walk(rt_asker *asker, const rt_ask *ask)
{
    int model = ask->query->model;
    int steps[RT_ROWS_MAX];
    orm_list from = {0};
    orm_list list = {0};
    rt_rows candidates;
    rt_rows start = {.count = 0};
    rt_answer answer;
    orm_status status =
        rt_functions_of[model]->select(asker, rt_make_query(asker, ask->base), &from);
    if (status != ORM_OK)
        return rt_asker_failed(asker, "start of a walk", status);
    rt_all(asker->world, model, &candidates);
    rt_answer_query(asker->world, ask->base, NULL, &candidates, &answer);
    for (int i = 0; i < answer.count; i++)
        start.rows[start.count++] = answer.rows.rows[answer.from + i];
    if (!rt_asker_is_right(asker, model, &answer, &from))
        return false;
    status = walk(asker, ask, &from, rt_make_query(asker, ask->query), &list);
    if (status != ORM_OK)
        return rt_asker_failed(asker, "walk", status);
    rt_walk(asker->world, ask, &start, steps, &answer);
    return rt_asker_check(asker, ask, &answer, &list);
}
