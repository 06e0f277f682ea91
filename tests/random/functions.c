/* The generated functions of every model of random.yaml, found by number. */
#include <stdio.h>
#include <string.h>

#include "aggregates.h"
#include "conditions.h"
#include "members.h"

const enum r_grade *rt_grades_in(rt_asker *asker, const rt_pred *pred)
{
    enum r_grade *grades = rt_asker_new(asker, RT_VALUES_MAX * sizeof *grades);
    for (int i = 0; i < pred->value_count; i++)
        grades[i] = (enum r_grade)pred->values[i].number;
    return grades;
}

const int rt_nulls_of[] = {0, ORM_NULLS_FIRST, ORM_NULLS_LAST};

#define THROUGH_MANY(MODEL, NAME, target_model) return 0;
#define THROUGH_ONE(MODEL, NAME, target_model)                                                     \
    {                                                                                              \
        enum r_##target_model##_order inner =                                                      \
            (enum r_##target_model##_order)target_model##_order(item, step + 1);                   \
        return (int)R_##MODEL##_BY_##NAME(inner);                                                  \
    }
#define THROUGH(model, MODEL, name, NAME, target_model, kind)                                      \
    if (item->path[step] == at++)                                                                  \
    THROUGH_##kind(MODEL, NAME, target_model)

/* Relations are counted as they come. */
#define HAS_MANY(model, name, such)                                                                \
    if (pred->kind == RT_HAS_ONLY)                                                                 \
        return r_##model##_has_only_##name(asker->db, such).pred;                                  \
    if (pred->kind == RT_HAS_COUNT)                                                                \
        return r_##model##_count_##name(asker->db, rt_condition_int(asker, pred), such).pred;
#define HAS_ONE(model, name, such)
#define HAS(model, MODEL, name, NAME, target_model, kind_of)                                       \
    if (pred->target == at++) {                                                                    \
        r_##target_model##_pred such = {target};                                                   \
        HAS_##kind_of(model, name, such) return pred->kind == RT_HAS_NO                            \
            ? r_##model##_has_no_##name(asker->db, such).pred                                      \
            : r_##model##_has_##name(asker->db, such).pred;                                        \
    }

#define WITH(model, MODEL, name, NAME, target_model, kind)                                         \
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
#define RELATED(model, MODEL, name, NAME, target_model, kind)                                      \
    if (relation == at++)                                                                          \
    RELATED_##kind(model, name, target_model)

#define PRELOAD(model, MODEL, name, NAME, target_model, kind)                                      \
    if (relation == at++)                                                                          \
        return r_##model##_preload_##name(asker->db, &list, query);

#define LOAD_MANY(model, name, target_model)                                                       \
    {                                                                                              \
        r_##target_model##_list many;                                                              \
        status = r_##model##_load_##name(asker->db, row, &many);                                   \
        if (status == ORM_OK)                                                                      \
            *list_out = (orm_list){many.count, (void **)many.items, many.partial};                 \
        return status;                                                                             \
    }
#define LOAD_ONE(model, name, target_model)                                                        \
    {                                                                                              \
        r_##target_model *one = NULL;                                                              \
        status = r_##model##_load_##name(asker->db, row, &one);                                    \
        list_out->count = one != NULL;                                                             \
        return status;                                                                             \
    }
#define LOAD(model, MODEL, name, NAME, target_model, kind)                                         \
    if (relation == at++)                                                                          \
    LOAD_##kind(model, name, target_model)

#define COUNTS_ONE(name)
#define COUNTS_MANY(name)                                                                          \
    if (asked->counts[at - 1] != NULL)                                                             \
        made->counts.name = rt_make_query(asker, asked->counts[at - 1]);
#define COUNTS(model, MODEL, name, NAME, target_model, kind)                                       \
    at++;                                                                                          \
    COUNTS_##kind(name)

#define COUNT_ONE(model, name)  return ORM_MISUSE;
#define COUNT_MANY(model, name) return r_##model##_##name##_count(row, count_out);
#define COUNT_RELATED(model, MODEL, name, NAME, target_model, kind)                                \
    if (relation == at++)                                                                          \
    COUNT_##kind(model, name)
#define COUNT_ALL_ONE(model, name) return ORM_MISUSE;
#define COUNT_ALL_MANY(model, name)                                                                \
    return r_##model##_preload_##name##_count(asker->db, &list, query);
#define PRELOAD_COUNT(model, MODEL, name, NAME, target_model, kind)                                \
    if (relation == at++)                                                                          \
    COUNT_ALL_##kind(model, name)

/* What can be aggregated, by type. */
#define AGGREGATE_BOOL(column)      ORM_MISUSE
#define AGGREGATE_ENUM(column)      ORM_MISUSE
#define AGGREGATE_UUID(column)      ORM_MISUSE
#define AGGREGATE_BYTES(column)     ORM_MISUSE
#define AGGREGATE_SMALLINT(column)  rt_aggregate_int(asker, purpose, rows, column, value_out)
#define AGGREGATE_INTEGER(column)   rt_aggregate_int(asker, purpose, rows, column, value_out)
#define AGGREGATE_BIGINT(column)    rt_aggregate_int(asker, purpose, rows, column, value_out)
#define AGGREGATE_REAL(column)      rt_aggregate_double(asker, purpose, rows, column, value_out)
#define AGGREGATE_DOUBLE(column)    rt_aggregate_double(asker, purpose, rows, column, value_out)
#define AGGREGATE_NUMERIC(column)   rt_aggregate_numeric(asker, purpose, rows, column, value_out)
#define AGGREGATE_TEXT(column)      rt_aggregate_text(asker, purpose, rows, column, value_out)
#define AGGREGATE_CHAR(column)      rt_aggregate_text(asker, purpose, rows, column, value_out)
#define AGGREGATE_DATE(column)      rt_aggregate_date(asker, purpose, rows, column, value_out)
#define AGGREGATE_TIME(column)      rt_aggregate_time(asker, purpose, rows, column, value_out)
#define AGGREGATE_TIMESTAMP(column) rt_aggregate_timestamp(asker, purpose, rows, column, value_out)
#define AGGREGATE_TIMESTAMPTZ(column)                                                              \
    rt_aggregate_timestamptz(asker, purpose, rows, column, value_out)
#define AGGREGATE_INTERVAL(column) rt_aggregate_interval(asker, purpose, rows, column, value_out)
#define AGGREGATE(model, MODEL, name, NAME, type, nullable, size)                                  \
    case RT_##MODEL##_##NAME:                                                                      \
        return AGGREGATE_##type(r_##model##_columns.name);

/* Links that are models have rows of their own. */
static orm_status link_of(const void *row, int relation, const void *target, void **link_out,
                          int model)
{
    r_rating *rating = NULL;
    orm_status status = model == RT_PERSON && rt_models[model].relations[relation].link == RT_RATING
                            ? r_person_skills_link(row, target, &rating)
                        : model == RT_SKILL ? r_skill_people_link(row, target, &rating)
                                            : ORM_MISUSE;
    *link_out = rating;
    return status;
}

/* A relation leads to models that come later, too. */
static int place_order(const rt_order_item *item, int step);
static int person_order(const rt_order_item *item, int step);
static int project_order(const rt_order_item *item, int step);
static int task_order(const rt_order_item *item, int step);
static int skill_order(const rt_order_item *item, int step);
static int rating_order(const rt_order_item *item, int step);
static int label_order(const rt_order_item *item, int step);
static int profile_order(const rt_order_item *item, int step);

#define UNDEFER_NOTHING
#define UNDEFER_SEEN made->undefer.seen = asked->undefer;
#define UNDEFER_BIO  made->undefer.bio = asked->undefer;

/* Deferred columns, of which only two models have one. */
static orm_status deferred_of(int model, const void *row, rt_value *value_out)
{
    orm_opt_timestamp seen = {0};
    const char *bio = NULL;
    orm_status status = model == RT_PERSON ? r_person_seen(row, &seen) : r_profile_bio(row, &bio);
    *value_out = (rt_value){.null = !seen.has && bio == NULL};
    if (seen.has)
        value_out->number = seen.value.micros;
    if (bio != NULL) {
        value_out->size = (uint8_t)strlen(bio);
        (void)snprintf(value_out->text, sizeof value_out->text, "%s", bio);
    }
    return status;
}

#define MODEL(model, MODEL, COLUMNS, RELATIONS, UNDEFER)                                           \
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
    static orm_pred model##_has(rt_asker *asker, const rt_pred *pred, orm_pred target)             \
    {                                                                                              \
        int at = 0;                                                                                \
        RELATIONS(HAS)                                                                             \
        return target;                                                                             \
    }                                                                                              \
                                                                                                   \
    static orm_pred model##_sql(rt_asker *asker, const char *text, const orm_value *values,        \
                                size_t count)                                                      \
    {                                                                                              \
        return r_##model##_sql(asker->db, text, values, count).pred;                               \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_deferred(const void *row, int column, rt_value *value_out)           \
    {                                                                                              \
        (void)column;                                                                              \
        return deferred_of(RT_##MODEL, row, value_out);                                            \
    }                                                                                              \
                                                                                                   \
    static orm_col model##_column(int column)                                                      \
    {                                                                                              \
        switch (column) {                                                                          \
            COLUMNS(COLUMN)                                                                        \
        default:                                                                                   \
            return (orm_col){0};                                                                   \
        }                                                                                          \
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
    static int model##_order(const rt_order_item *item, int step)                                  \
    {                                                                                              \
        static const enum r_##model##_order orders[][2] = {COLUMNS(ORDER)};                        \
        int at = 0;                                                                                \
        if (step == item->path_count)                                                              \
            return (int)orders[item->column][item->descending];                                    \
        RELATIONS(THROUGH)                                                                         \
        return 0;                                                                                  \
    }                                                                                              \
                                                                                                   \
    static const void *model##_query(rt_asker *asker, const rt_query *asked)                       \
    {                                                                                              \
        r_##model##_query *made = rt_asker_new(asker, sizeof *made);                               \
        int at = 0;                                                                                \
        *made = r_##model##_all;                                                                   \
        if (asked->where != NULL)                                                                  \
            made->where.pred = rt_make_pred(asker, asked->where);                                  \
        for (int i = 0; i < asked->order_count; i++)                                               \
            made->order_by[i] = (enum r_##model##_order)(model##_order(&asked->order[i], 0) |      \
                                                         rt_nulls_of[asked->order[i].nulls]);      \
        made->limit = asked->limit == RT_NO_LIMIT ? 0 : orm_limit(asked->limit);                   \
        made->offset = asked->offset;                                                              \
        made->load = asked->join       ? ORM_LOAD_JOIN                                             \
                     : asked->together ? ORM_LOAD_TOGETHER                                         \
                                       : ORM_LOAD_SELECTIN;                                        \
        made->depth = (uint32_t)asked->depth;                                                      \
        if (asked->union_with != NULL)                                                             \
            made->union_with = rt_make_query(asker, asked->union_with);                            \
        if (asked->folded)                                                                         \
            made->collation = "NOCASE";                                                            \
        if (asker->writable)                                                                       \
            made->lock = (orm_lock)asked->lock;                                                    \
        UNDEFER                                                                                    \
        made->refresh = asked->refresh;                                                            \
        RELATIONS(WITH)                                                                            \
        at = 0;                                                                                    \
        RELATIONS(COUNTS)                                                                          \
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
    static orm_status model##_load(rt_asker *asker, void *row, int relation, orm_list *list_out)   \
    {                                                                                              \
        orm_status status = ORM_MISUSE;                                                            \
        int at = 0;                                                                                \
        RELATIONS(LOAD)                                                                            \
        return status;                                                                             \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_raw(rt_asker *asker, const char *sql, orm_list *list_out)            \
    {                                                                                              \
        r_##model##_list list;                                                                     \
        orm_status status = r_##model##_raw(asker->db, sql, NULL, 0, &list);                       \
        *list_out = (orm_list){list.count, (void **)list.items, list.partial};                     \
        return status;                                                                             \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_page(rt_asker *asker, const void *query, const char *after,          \
                                   const char *before, orm_page *page_out)                         \
    {                                                                                              \
        r_##model##_query asked = *(const r_##model##_query *)query;                               \
        r_##model##_page page;                                                                     \
        asked.after = after;                                                                       \
        asked.before = before;                                                                     \
        orm_status status = r_##model##_select_page(asker->db, &asked, &page);                     \
        *page_out =                                                                                \
            (orm_page){page.count, (void **)page.items, page.partial, page.next, page.previous};   \
        return status;                                                                             \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_take(orm_session *db, r_##model *row, void *context)                 \
    {                                                                                              \
        (void)db;                                                                                  \
        return rt_asker_take(context, row);                                                        \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_each(rt_asker *asker, const void *query, size_t batch)               \
    {                                                                                              \
        return r_##model##_each(asker->db, query, &(orm_each){.batch = batch}, model##_take,       \
                                asker);                                                            \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_count_related(const void *row, int relation, int64_t *count_out)     \
    {                                                                                              \
        int at = 0;                                                                                \
        (void)row;                                                                                 \
        *count_out = -1;                                                                           \
        RELATIONS(COUNT_RELATED)                                                                   \
        return ORM_MISUSE;                                                                         \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_preload_count(rt_asker *asker, const orm_list *rows, int relation,   \
                                            const void *query)                                     \
    {                                                                                              \
        r_##model##_list list = {rows->count, (r_##model **)rows->items, rows->partial};           \
        int at = 0;                                                                                \
        (void)asker, (void)list, (void)query;                                                      \
        RELATIONS(PRELOAD_COUNT)                                                                   \
        return ORM_MISUSE;                                                                         \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_link(const void *row, int relation, const void *target,              \
                                   void **link_out)                                                \
    {                                                                                              \
        return link_of(row, relation, target, link_out, RT_##MODEL);                               \
    }                                                                                              \
                                                                                                   \
    static orm_rows model##_rows(const void *query)                                                \
    {                                                                                              \
        return r_##model##_rows(query);                                                            \
    }                                                                                              \
                                                                                                   \
    static orm_status model##_aggregate(rt_asker *asker, rt_purpose purpose, int column,           \
                                        orm_rows rows, rt_value *value_out)                        \
    {                                                                                              \
        switch (column) {                                                                          \
            COLUMNS(AGGREGATE)                                                                     \
        default:                                                                                   \
            return ORM_MISUSE;                                                                     \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static const rt_functions model##_functions = {.descriptor = &r_##model##_model,               \
                                                   .leaf = model##_leaf,                           \
                                                   .is_null = model##_is_null,                     \
                                                   .everything = model##_everything,               \
                                                   .has = model##_has,                             \
                                                   .sql = model##_sql,                             \
                                                   .column = model##_column,                       \
                                                   .deferred = model##_deferred,                   \
                                                   .negate = model##_negate,                       \
                                                   .group = model##_group,                         \
                                                   .query = model##_query,                         \
                                                   .order = model##_order,                         \
                                                   .select = model##_select,                       \
                                                   .count = model##_count,                         \
                                                   .exists = model##_exists,                       \
                                                   .related = model##_related,                     \
                                                   .preload = model##_preload,                     \
                                                   .count_related = model##_count_related,         \
                                                   .preload_count = model##_preload_count,         \
                                                   .link = model##_link,                           \
                                                   .rows = model##_rows,                           \
                                                   .aggregate = model##_aggregate,                 \
                                                   .each = model##_each,                           \
                                                   .page = model##_page,                           \
                                                   .load = model##_load,                           \
                                                   .raw = model##_raw};

MODEL(place, PLACE, RT_PLACE_COLUMNS, RT_PLACE_RELATIONS, UNDEFER_NOTHING)
MODEL(person, PERSON, RT_PERSON_COLUMNS, RT_PERSON_RELATIONS, UNDEFER_SEEN)
MODEL(project, PROJECT, RT_PROJECT_COLUMNS, RT_PROJECT_RELATIONS, UNDEFER_NOTHING)
MODEL(task, TASK, RT_TASK_COLUMNS, RT_TASK_RELATIONS, UNDEFER_NOTHING)
MODEL(skill, SKILL, RT_SKILL_COLUMNS, RT_SKILL_RELATIONS, UNDEFER_NOTHING)
MODEL(rating, RATING, RT_RATING_COLUMNS, RT_RATING_RELATIONS, UNDEFER_NOTHING)
MODEL(label, LABEL, RT_LABEL_COLUMNS, RT_LABEL_RELATIONS, UNDEFER_NOTHING)
MODEL(profile, PROFILE, RT_PROFILE_COLUMNS, RT_PROFILE_RELATIONS, UNDEFER_BIO)

const rt_functions *const rt_functions_of[RT_EVERY_TABLE] = {
    [RT_ACTIVITY] = &rt_activity_functions,
    [RT_PAIR] = &rt_pair_functions,
    [RT_PAIR_INNER] = &rt_pair_inner_functions,
    [RT_CARD] = &rt_card_functions,
    [RT_BY_OWNER] = &rt_by_owner_functions,
    [RT_PLACE] = &place_functions,
    [RT_PERSON] = &person_functions,
    [RT_PROJECT] = &project_functions,
    [RT_TASK] = &task_functions,
    [RT_SKILL] = &skill_functions,
    [RT_RATING] = &rating_functions,
    [RT_LABEL] = &label_functions,
    [RT_PROFILE] = &profile_functions,
};
