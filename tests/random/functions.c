/* The generated functions of every model of random.yaml, found by number. */
#include <string.h>

#include "conditions.h"

/* How a column's condition is given, by its type. */
#define IS_BOOL(call)        call(pred->values[0].number != 0)
#define IS_ENUM(call)        call((enum r_grade)pred->values[0].number)
#define IS_SMALLINT(call)    call(rt_condition_int(asker, pred))
#define IS_INTEGER(call)     call(rt_condition_int(asker, pred))
#define IS_BIGINT(call)      call(rt_condition_int(asker, pred))
#define IS_REAL(call)        call(rt_condition_double(asker, pred))
#define IS_DOUBLE(call)      call(rt_condition_double(asker, pred))
#define IS_NUMERIC(call)     call(rt_condition_numeric(asker, pred))
#define IS_TEXT(call)        call(rt_condition_text(asker, pred))
#define IS_CHAR(call)        call(rt_condition_text(asker, pred))
#define IS_BYTES(call)       call(rt_condition_bytes(asker, pred))
#define IS_UUID(call)        call(rt_condition_uuid(asker, pred))
#define IS_DATE(call)        call(rt_condition_date(asker, pred))
#define IS_TIME(call)        call(rt_condition_time(asker, pred))
#define IS_TIMESTAMP(call)   call(rt_condition_timestamp(asker, pred))
#define IS_TIMESTAMPTZ(call) call(rt_condition_timestamptz(asker, pred))
#define IS_INTERVAL(call)    call(rt_condition_interval(asker, pred))

#define LEAF(model, MODEL, name, NAME, type, nullable, size)                                       \
    case RT_##MODEL##_##NAME:                                                                      \
        return IS_##type(r_##model##_##name##_is).pred;

#define NULL_0(model, MODEL, name, NAME)
#define NULL_1(model, MODEL, name, NAME)                                                           \
    case RT_##MODEL##_##NAME:                                                                      \
        return r_##model##_##name##_is_null().pred;
#define IS_NULL(model, MODEL, name, NAME, type, nullable, size)                                    \
    NULL_##nullable(model, MODEL, name, NAME)

#define ORDER(model, MODEL, name, NAME, type, nullable, size)                                      \
    {R_##MODEL##_BY_##NAME, R_##MODEL##_BY_##NAME##_DESC},

/* Relations are counted as they come. */
#define HAS(model, name, target_model, kind)                                                       \
    if (relation == at++)                                                                          \
        return r_##model##_has_##name(asker->db, (r_##target_model##_pred){target}).pred;

#define WITH(model, name, target_model, kind)                                                      \
    if (asked->with[at++] != NULL)                                                                 \
        made->with.name = rt_make_query(asker, asked->with[at - 1]);

#define RELATED_MANY(model, name, target_model)                                                    \
    {                                                                                              \
        r_##target_model##_list many;                                                              \
        status = r_##model##_##name(row, &many);                                                   \
        if (status == ORM_OK)                                                                      \
            *list_out = (orm_list){many.count, (void **)many.items, many.partial};                 \
        return status;                                                                             \
    }
#define RELATED_ONE(model, name, target_model)                                                     \
    {                                                                                              \
        r_##target_model *one = NULL;                                                              \
        status = r_##model##_##name(row, &one);                                                    \
        *list_out = (orm_list){one != NULL, (void **)list_out->items, false};                      \
        if (one != NULL)                                                                           \
            list_out->items[0] = one;                                                              \
        return status;                                                                             \
    }
#define RELATED(model, name, target_model, kind)                                                   \
    if (relation == at++)                                                                          \
    RELATED_##kind(model, name, target_model)

#define PRELOAD(model, name, target_model, kind)                                                   \
    if (relation == at++)                                                                          \
        return r_##model##_preload_##name(asker->db, &list, query);

#define MODEL(model, MODEL, COLUMNS, RELATIONS)                                                    \
    static orm_pred model##_leaf(rt_asker *asker, const rt_pred *pred)                             \
    {                                                                                              \
        switch (pred->target) {                                                                    \
            COLUMNS(LEAF)                                                                          \
        default:                                                                                   \
            return r_##model##_everything().pred;                                                  \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static orm_pred model##_is_null(int column)                                                    \
    {                                                                                              \
        switch (column) {                                                                          \
            COLUMNS(IS_NULL)                                                                       \
        default:                                                                                   \
            return r_##model##_everything().pred;                                                  \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static orm_pred model##_everything(void)                                                       \
    {                                                                                              \
        return r_##model##_everything().pred;                                                      \
    }                                                                                              \
                                                                                                   \
    static orm_pred model##_has(rt_asker *asker, int relation, orm_pred target)                    \
    {                                                                                              \
        int at = 0;                                                                                \
        RELATIONS(HAS)                                                                             \
        return target;                                                                             \
    }                                                                                              \
                                                                                                   \
    static orm_pred model##_negate(rt_asker *asker, orm_pred pred)                                 \
    {                                                                                              \
        return r_##model##_not(asker->db, (r_##model##_pred){pred}).pred;                          \
    }                                                                                              \
                                                                                                   \
    static orm_pred model##_group(rt_asker *asker, bool all, const orm_pred *items, int count)     \
    {                                                                                              \
        r_##model##_pred preds[RT_ITEMS_MAX];                                                      \
        for (int i = 0; i < count; i++)                                                            \
            preds[i].pred = items[i];                                                              \
        return all ? r_##model##_all_of_n(asker->db, (size_t)count, preds).pred                    \
                   : r_##model##_any_of_n(asker->db, (size_t)count, preds).pred;                   \
    }                                                                                              \
                                                                                                   \
    static const void *model##_query(rt_asker *asker, const rt_query *asked)                       \
    {                                                                                              \
        static const enum r_##model##_order orders[][2] = {COLUMNS(ORDER)};                        \
        r_##model##_query *made = rt_asker_new(asker, sizeof *made);                               \
        int at = 0;                                                                                \
        *made = r_##model##_all;                                                                   \
        if (asked->where != NULL)                                                                  \
            made->where.pred = rt_make_pred(asker, asked->where);                                  \
        for (int i = 0; i < asked->order_count; i++)                                               \
            made->order_by[i] = orders[asked->order[i].column][asked->order[i].descending];        \
        made->limit = asked->limit == RT_NO_LIMIT ? 0 : orm_limit(asked->limit);                   \
        made->offset = asked->offset;                                                              \
        made->load = asked->join ? ORM_LOAD_JOIN : ORM_LOAD_SELECTIN;                              \
        made->depth = (uint32_t)asked->depth;                                                      \
        made->refresh = asked->refresh;                                                            \
        RELATIONS(WITH)                                                                            \
        return made;                                                                               \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_select(rt_asker *asker, const void *query, orm_list *list_out)       \
    {                                                                                              \
        r_##model##_list list;                                                                     \
        orm_status status = r_##model##_select(asker->db, query, &list);                           \
        *list_out = (orm_list){list.count, (void **)list.items, list.partial};                     \
        return status;                                                                             \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_count(rt_asker *asker, const void *query, int64_t *count_out)        \
    {                                                                                              \
        return r_##model##_count(asker->db, query, count_out);                                     \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_exists(rt_asker *asker, const void *query, bool *exists_out)         \
    {                                                                                              \
        return r_##model##_exists(asker->db, query, exists_out);                                   \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_related(const void *row, int relation, orm_list *list_out)           \
    {                                                                                              \
        orm_status status = ORM_MISUSE;                                                            \
        int at = 0;                                                                                \
        RELATIONS(RELATED)                                                                         \
        return status;                                                                             \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_preload(rt_asker *asker, const orm_list *rows, int relation,         \
                                      const void *query)                                           \
    {                                                                                              \
        r_##model##_list list = {rows->count, (r_##model **)rows->items, rows->partial};           \
        int at = 0;                                                                                \
        RELATIONS(PRELOAD)                                                                         \
        return ORM_MISUSE;                                                                         \
    }                                                                                              \
                                                                                                   \
    static const rt_functions model##_functions = {                                                \
        &r_##model##_model, model##_leaf,    model##_is_null, model##_everything, model##_has,     \
        model##_negate,     model##_group,   model##_query,   model##_select,     model##_count,   \
        model##_exists,     model##_related, model##_preload};

MODEL(place, PLACE, RT_PLACE_COLUMNS, RT_PLACE_RELATIONS)
MODEL(person, PERSON, RT_PERSON_COLUMNS, RT_PERSON_RELATIONS)
MODEL(project, PROJECT, RT_PROJECT_COLUMNS, RT_PROJECT_RELATIONS)
MODEL(task, TASK, RT_TASK_COLUMNS, RT_TASK_RELATIONS)
MODEL(skill, SKILL, RT_SKILL_COLUMNS, RT_SKILL_RELATIONS)
MODEL(rating, RATING, RT_RATING_COLUMNS, RT_RATING_RELATIONS)
MODEL(label, LABEL, RT_LABEL_COLUMNS, RT_LABEL_RELATIONS)
MODEL(profile, PROFILE, RT_PROFILE_COLUMNS, RT_PROFILE_RELATIONS)

const rt_functions *const rt_functions_of[RT_MODELS] = {
    [RT_PLACE] = &place_functions,     [RT_PERSON] = &person_functions,
    [RT_PROJECT] = &project_functions, [RT_TASK] = &task_functions,
    [RT_SKILL] = &skill_functions,     [RT_RATING] = &rating_functions,
    [RT_LABEL] = &label_functions,     [RT_PROFILE] = &profile_functions,
};
