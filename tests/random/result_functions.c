/* The generated functions of every result struct of random.yaml. */
#include <string.h>

#include "members.h"

#define NO_JOINS
#define JOINS                                                                                      \
    if (ask->on[0]->where != NULL)                                                                 \
        made->on.projects.pred = rt_make_pred(asker, ask->on[0]->where);                           \
    if (ask->on[1]->where != NULL)                                                                 \
        made->on.projects_tasks.pred = rt_make_pred(asker, ask->on[1]->where);

#define RESULT(of, row, model, COLUMNS, MORE, objects_of)                                          \
    static orm_pred row##_leaf(rt_asker *asker, const rt_pred *pred)                               \
    {                                                                                              \
        switch (pred->target) {                                                                    \
            COLUMNS(LEAF)                                                                          \
        default:                                                                                   \
            return r_##model##_everything().pred;                                                  \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static orm_pred row##_is_null(int column)                                                      \
    {                                                                                              \
        switch (column) {                                                                          \
            COLUMNS(IS_NULL)                                                                       \
        default:                                                                                   \
            return r_##model##_everything().pred;                                                  \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static orm_pred row##_everything(void)                                                         \
    {                                                                                              \
        return r_##model##_everything().pred;                                                      \
    }                                                                                              \
                                                                                                   \
    static orm_pred row##_negate(rt_asker *asker, orm_pred pred)                                   \
    {                                                                                              \
        return r_##model##_not(asker->db, (r_##model##_pred){pred}).pred;                          \
    }                                                                                              \
                                                                                                   \
    static orm_pred row##_group(rt_asker *asker, bool all, const orm_pred *items, int count)       \
    {                                                                                              \
        r_##model##_pred preds[RT_ITEMS_MAX];                                                      \
        for (int i = 0; i < count; i++)                                                            \
            preds[i].pred = items[i];                                                              \
        return all ? r_##model##_all_of_n(asker->db, (size_t)count, preds).pred                    \
                   : r_##model##_any_of_n(asker->db, (size_t)count, preds).pred;                   \
    }                                                                                              \
                                                                                                   \
    static const r_##model##_query *row##_query(rt_asker *asker, const rt_ask *ask)                \
    {                                                                                              \
        static const enum r_##model##_order orders[][2] = {COLUMNS(ORDER)};                        \
        const rt_query *asked = ask->query;                                                        \
        r_##model##_query *made = rt_asker_new(asker, sizeof *made);                               \
        *made = r_##model##_all;                                                                   \
        if (ask->base->where != NULL)                                                              \
            made->where.pred = rt_make_pred(asker, ask->base->where);                              \
        if (asked->where != NULL)                                                                  \
            made->having.pred = rt_make_pred(asker, asked->where);                                 \
        for (int i = 0; i < asked->order_count; i++)                                               \
            made->order_by[i] = (enum r_##model##_order)(                                          \
                (int)orders[asked->order[i].column][asked->order[i].descending] |                  \
                rt_nulls_of[asked->order[i].nulls]);                                               \
        made->limit = asked->limit == RT_NO_LIMIT ? 0 : orm_limit(asked->limit);                   \
        made->offset = asked->offset;                                                              \
        made->distinct = ask->distinct;                                                            \
        MORE return made;                                                                          \
    }                                                                                              \
                                                                                                   \
    static orm_status row##_results(rt_asker *asker, const rt_ask *ask, const char **items_out,    \
                                    size_t *count_out)                                             \
    {                                                                                              \
        r_##model##_list list;                                                                     \
        orm_status status = r_##of##_select_##row(asker->db, row##_query(asker, ask), &list);      \
        *items_out = (const char *)list.items;                                                     \
        *count_out = list.count;                                                                   \
        return status;                                                                             \
    }                                                                                              \
                                                                                                   \
    static orm_status row##_count(rt_asker *asker, const rt_ask *ask, int64_t *count_out)          \
    {                                                                                              \
        return r_##of##_count_##row(asker->db, row##_query(asker, ask), count_out);                \
    }                                                                                              \
                                                                                                   \
    const rt_functions rt_##row##_functions = {.descriptor = &r_##model##_model,                   \
                                               .leaf = row##_leaf,                                 \
                                               .is_null = row##_is_null,                           \
                                               .everything = row##_everything,                     \
                                               .negate = row##_negate,                             \
                                               .group = row##_group,                               \
                                               .results = row##_results,                           \
                                               .results_count = row##_count,                       \
                                               .result_size = sizeof(r_##model),                   \
                                               .objects = objects_of};

static void pair_objects(const void *result, void *objects_out[2])
{
    const r_person_pair *pair = result;
    objects_out[0] = pair->person;
    objects_out[1] = pair->project;
}

static void pair_inner_objects(const void *result, void *objects_out[2])
{
    const r_person_pair_inner *pair = result;
    objects_out[0] = pair->person;
    objects_out[1] = pair->project;
}

RESULT(person, activity, person_activity, RT_ACTIVITY_COLUMNS, NO_JOINS, NULL)
RESULT(person, pair, person_pair, RT_PAIR_COLUMNS, JOINS, pair_objects)
RESULT(person, pair_inner, person_pair_inner, RT_PAIR_INNER_COLUMNS, JOINS, pair_inner_objects)
RESULT(project, card, project_card, RT_CARD_COLUMNS, NO_JOINS, NULL)
RESULT(project, by_owner, project_by_owner, RT_BY_OWNER_COLUMNS, NO_JOINS, NULL)
