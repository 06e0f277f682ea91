#include "sql/view.h"

#include <string.h>

#include "base/fail.h"

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
    return view->limit != 0 || view->offset != 0 ||
           (view->where != NULL && view->where->kind != ORM_PRED_NONE &&
            view->where->kind != ORM_PRED_EVERYTHING);
}

static orm_status check_join(const orm_model *owner, const orm_relation *relation,
                             const orm__view *view, const orm__query *query, orm_error *error)
{
    if (relation->kind != ORM_BELONGS_TO && relation->kind != ORM_HAS_ONE)
        return orm__fail(error, ORM_INVALID,
                         "%s.%s has many rows; ORM_LOAD_JOIN is for to-one relations", owner->name,
                         relation->name);
    if (view->limit != 0 || view->offset != 0 || view->order_by[0] != 0)
        return orm__fail(error, ORM_INVALID,
                         "%s.%s is joined; it can't have an order, limit or offset of its own",
                         owner->name, relation->name);
    if (query->join_count == ORM__JOIN_MAX)
        return orm__fail(error, ORM_INVALID, "a query of %s joins more than %d relations",
                         owner->name, ORM__JOIN_MAX);
    return ORM_OK;
}

/* The joins that `view`, which is table `table`, asks for, and theirs. */
static orm_status fill_joins(const orm__view *view, uint16_t table, orm__query *query,
                             orm_error *error)
{
    for (uint16_t i = 0; view->with != NULL && i < view->model->relation_count; i++) {
        const orm_relation *relation = &view->model->relations[i];
        const void *inner = orm__view_with(view, i);
        orm__view child;
        if (inner == NULL)
            continue;
        orm__view_read(&child, relation->target, inner);
        if (child.load != ORM_LOAD_JOIN)
            continue;
        orm_status status = check_join(view->model, relation, &child, query, error);
        if (status != ORM_OK)
            return status;
        query->joins[query->join_count++] = (orm__join){.parent = table,
                                                        .relation = relation,
                                                        .relation_index = i,
                                                        .where = child.where,
                                                        .query = inner};
        status = fill_joins(&child, query->join_count, query, error);
        if (status != ORM_OK)
            return status;
    }
    return ORM_OK;
}

orm_status orm__view_fill(const orm__view *view, const orm_relation *relation, orm__query *query,
                          orm_error *error)
{
    query->where = view->where;
    query->join_count = 0;
    query->paged = false;
    query->position = NULL;
    if (view->after != NULL || view->before != NULL)
        return orm__fail(error, ORM_INVALID,
                         "a query of %s has a cursor (after or before); only <model>_select_page "
                         "takes one",
                         view->model->name);
    query->limited = view->limit != 0;
    query->limit = view->limit == ORM_LIMIT_NO_ROWS ? 0 : view->limit;
    query->skipping = view->offset != 0;
    query->offset = view->offset;
    orm_status status = orm__view_order(view, relation, query, error);
    if (status == ORM_OK)
        status = fill_joins(view, 0, query, error);
    return status;
}
