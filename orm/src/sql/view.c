#include "sql/view.h"

#include <string.h>

#include "base/fail.h"
#include "model/deferred.h"
#include "sql/distinct_text.h"
#include "sql/lock_text.h"
#include "sql/union_text.h"

static bool is_to_many(const orm_relation *relation)
{
    return relation->kind == ORM_HAS_MANY || relation->kind == ORM_MANY_TO_MANY;
}

/* `.counts` when a query is given in it. */
static const char *given_counts(const orm_model *model, const char *base)
{
    const char *counts = base + model->query.counts;
    const void *query = NULL;
    if (model->query.counts == ORM_NO_OFFSET)
        return NULL;
    for (size_t i = 0, at = 0; i < model->relation_count && query == NULL; i++)
        if (is_to_many(&model->relations[i]))
            memcpy(&query, counts + at++ * sizeof query, sizeof query);
    return query == NULL ? NULL : counts;
}

void orm__view_read(orm__view *view, const orm_model *model, const void *query)
{
    const orm_query_layout *layout = &model->query;
    const char *base = query;
    memset(view, 0, sizeof *view);
    view->model = model;
    if (query == NULL)
        return;
    view->where = (const orm_pred *)(const void *)(base + layout->where);
    memcpy(view->order_by, base + layout->order_by, sizeof view->order_by);
    memcpy(&view->limit, base + layout->limit, sizeof view->limit);
    memcpy(&view->offset, base + layout->offset, sizeof view->offset);
    memcpy(&view->load, base + layout->load, sizeof view->load);
    memcpy(&view->depth, base + layout->depth, sizeof view->depth);
    memcpy(&view->refresh, base + layout->refresh, sizeof view->refresh);
    if (layout->undefer != ORM_NO_OFFSET)
        view->undefer =
            orm__deferred_wanted(model, (const bool *)(const void *)(base + layout->undefer));
    memcpy(&view->union_with, base + layout->union_with, sizeof view->union_with);
    memcpy(&view->distinct, base + layout->distinct, sizeof view->distinct);
    memcpy(&view->lock, base + layout->lock, sizeof view->lock);
    memcpy(&view->lock_wait, base + layout->lock_wait, sizeof view->lock_wait);
    /* What is known of a row may have changed before it was locked. */
    view->refresh = view->refresh || view->lock != ORM_LOCK_NONE;
    memcpy(&view->after, base + layout->after, sizeof view->after);
    memcpy(&view->before, base + layout->before, sizeof view->before);
    memcpy(&view->collation, base + layout->collation, sizeof view->collation);
    if (layout->with != ORM_NO_OFFSET)
        view->with = base + layout->with;
    view->counts = given_counts(model, base);
}

const void *orm__view_with(const orm__view *view, uint16_t index)
{
    const void *query = NULL;
    if (view->with != NULL)
        memcpy(&query, view->with + index * sizeof query, sizeof query);
    return query;
}

const void *orm__view_count(const orm__view *view, uint16_t index)
{
    const void *query = NULL;
    size_t before = 0;
    if (view->counts == NULL || !is_to_many(&view->model->relations[index]))
        return NULL;
    for (uint16_t i = 0; i < index; i++)
        before += is_to_many(&view->model->relations[i]);
    memcpy(&query, view->counts + before * sizeof query, sizeof query);
    return query;
}

bool orm__view_is_partial(const orm__view *view)
{
    return view->limit != 0 || view->offset != 0 || view->lock_wait == ORM_LOCK_SKIP_LOCKED ||
           (view->where != NULL && view->where->kind != ORM_PRED_NONE &&
            view->where->kind != ORM_PRED_EVERYTHING);
}

bool orm__view_join_order(const orm__join *join, orm__query *query)
{
    orm__view view;
    orm__view_read(&view, join->relation->target, join->query);
    return orm__view_order(&view, join->relation, query, NULL) == ORM_OK;
}

bool orm__query_joins(const orm__query *query, uint16_t table, uint16_t index)
{
    for (uint16_t i = 0; i < query->join_count; i++)
        if (query->joins[i].parent == table && query->joins[i].relation_index == index)
            return true;
    return false;
}

/* The table whose rows decide how often those of `table` come: it is joined to many, or table 0. */
static uint16_t spreading_table(const orm__query *query, uint16_t table)
{
    while (table > 0 && !query->joins[table - 1].many)
        table = query->joins[table - 1].parent;
    return table;
}

static uint16_t last_list(const orm__query *query)
{
    uint16_t table = query->join_count;
    while (table > 0 && !query->joins[table - 1].many)
        table--;
    return table;
}

/*
 * Whether a list can be joined to rows of `table`. Lists beside one another would multiply each
 * other's rows; a list below another needs rows that can be told apart; and what is limited per
 * parent, takes locks or is made distinct has a statement of its own.
 */
static bool can_spread(const orm__query *query, uint16_t table, const orm__join *join,
                       const orm__view *child)
{
    orm__query order;
    uint16_t above = spreading_table(query, table);
    if (query->purpose != ORM__PURPOSE_SELECT || query->lists_apart ||
        query->join_count == ORM__JOIN_MAX || child->limit != 0 || child->offset != 0 ||
        query->lock != ORM_LOCK_NONE || child->lock != ORM_LOCK_NONE || above != last_list(query) ||
        (child->distinct && child->model->view))
        return false;
    if (above > 0 && (query->joins[above - 1].relation->link != NULL ||
                      query->joins[above - 1].relation->target->key_count == 0))
        return false;
    return orm__view_join_order(join, &order) && order.order_path_count == 0;
}

static orm_status check_join(const orm_model *owner, const orm_relation *relation,
                             const orm__view *view, const orm__query *query, orm_error *error)
{
    if (view->limit != 0 || view->offset != 0 || view->order_by[0] != 0)
        return orm__fail(error, ORM_INVALID,
                         "%s.%s is joined; it can't have an order, limit or offset of its own",
                         owner->name, relation->name);
    if (view->lock != ORM_LOCK_NONE)
        return orm__fail(error, ORM_INVALID,
                         "%s.%s is joined; rows that may be absent can't be locked", owner->name,
                         relation->name);
    if (query->join_count == ORM__JOIN_MAX)
        return orm__fail(error, ORM_INVALID, "a query of %s joins more than %d relations",
                         owner->name, ORM__JOIN_MAX);
    return ORM_OK;
}

/* The joins that `view`, which is table `table`, asks for, and theirs. */
static orm_status fill_joins(const orm__view *view, uint16_t table, orm__query *query,
                             orm_error *error)
{
    orm_status status = ORM_OK;
    for (uint16_t i = 0; view->with != NULL && i < view->model->relation_count; i++) {
        const orm_relation *relation = &view->model->relations[i];
        orm__join join = {.parent = table,
                          .many = is_to_many(relation),
                          .relation = relation,
                          .relation_index = i,
                          .query = orm__view_with(view, i)};
        orm__view child;
        if (join.query == NULL)
            continue;
        orm__view_read(&child, relation->target, join.query);
        join.where = child.where;
        join.undefer = child.undefer;
        if (child.load != ORM_LOAD_JOIN || (join.many && !can_spread(query, table, &join, &child)))
            continue;
        if (!join.many)
            status = check_join(view->model, relation, &child, query, error);
        if (status != ORM_OK)
            return status;
        query->joins[query->join_count++] = join;
        query->spreads = query->spreads || join.many;
        status = fill_joins(&child, query->join_count, query, error);
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}

void orm__view_limits(const orm__view *view, orm__query *query)
{
    query->limited = view->limit != 0;
    query->limit = view->limit == ORM_LIMIT_NO_ROWS ? 0 : view->limit;
    query->skipping = view->offset != 0;
    query->offset = view->offset;
}

orm_status orm__view_fill(const orm__view *view, const orm_relation *relation, orm__query *query,
                          orm_error *error)
{
    query->where = view->where;
    query->undefer = view->undefer;
    query->join_count = 0;
    query->spreads = false;
    query->lists_apart = view->lists_apart;
    query->paged = false;
    query->position = NULL;
    if (view->after != NULL || view->before != NULL)
        return orm__fail(error, ORM_INVALID,
                         "a query of %s has a cursor (after or before); only <model>_select_page "
                         "takes one",
                         view->model->name);
    orm__view_limits(view, query);
    orm_status status = orm__view_distinct(view, query, error);
    if (status == ORM_OK)
        status = orm__view_order(view, relation, query, error);
    if (status == ORM_OK)
        status = orm__view_union(view, query, error);
    if (status == ORM_OK)
        status = orm__view_lock(view, query, error);
    if (status == ORM_OK)
        status = fill_joins(view, 0, query, error);
    return status;
}
