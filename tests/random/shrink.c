/* Making a query smaller, one step at a time, to see whether it still shows what it showed. */
#include <string.h>

#include "query.h"

/* Counts steps down; the one that finds 0 left is taken. */
typedef struct shrinker {
    int left;
    rt_change *change;
    bool done;
    bool keep_order; /* an answer without it would be open */
    bool keep_limit; /* the size of a page */
} shrinker;

static bool is_turn(shrinker *s)
{
    if (s->done || s->left-- > 0)
        return false;
    s->done = true;
    return true;
}

static bool turn_query(shrinker *s, rt_query *query)
{
    if (!is_turn(s))
        return false;
    s->change->query = query;
    s->change->query_before = *query;
    return true;
}

static bool turn_pred(shrinker *s, rt_pred *pred)
{
    if (!is_turn(s))
        return false;
    s->change->pred = pred;
    s->change->pred_before = *pred;
    return true;
}

static void shrink_pred(shrinker *s, rt_pred *pred);

/* A query within a condition keeps its order, without which its answer is open. */
static void shrink_rows(shrinker *s, rt_query *query)
{
    if (query->where != NULL && turn_query(s, query))
        query->where = NULL;
    if (query->limit != RT_NO_LIMIT && turn_query(s, query))
        query->limit = RT_NO_LIMIT;
    if (query->offset > 0 && turn_query(s, query))
        query->offset = 0;
    if (query->where != NULL && !s->done)
        shrink_pred(s, query->where);
}

static void shrink_pred(shrinker *s, rt_pred *pred)
{
    bool group = pred->kind == RT_ALL || pred->kind == RT_ANY;
    for (int i = 0; group && i < pred->item_count; i++) {
        if (turn_pred(s, pred))
            *pred = *s->change->pred_before.items[i];
        else if (pred->item_count > 1 && turn_pred(s, pred))
            pred->items[i] = pred->items[--pred->item_count];
    }
    if (pred->kind == RT_NOT && turn_pred(s, pred))
        *pred = *s->change->pred_before.items[0];
    if (pred->rows != NULL && !s->done)
        shrink_rows(s, pred->rows);
    if (pred->kind >= RT_HAS && pred->kind <= RT_HAS_COUNT &&
        pred->items[0]->kind != RT_EVERYTHING && turn_pred(s, pred->items[0]))
        pred->items[0]->kind = RT_EVERYTHING;
    if (pred->kind == RT_LEAF && (pred->op == RT_IN || pred->op == RT_NOT_IN))
        for (int i = 0; i < pred->value_count; i++)
            if (turn_pred(s, pred))
                pred->values[i] = pred->values[--pred->value_count];
    if (s->done || pred->kind == RT_EVERYTHING)
        return;
    for (int i = 0; i < pred->item_count && !s->done; i++)
        shrink_pred(s, pred->items[i]);
}

static void shrink_query(shrinker *s, rt_query *query)
{
    for (int i = 0; i < RT_RELATIONS_MAX; i++)
        if (query->with[i] != NULL && turn_query(s, query))
            query->with[i] = NULL;
    for (int i = 0; i < RT_RELATIONS_MAX; i++)
        if (query->counts[i] != NULL && turn_query(s, query))
            query->counts[i] = NULL;
    if (query->union_with != NULL && turn_query(s, query))
        query->union_with = NULL;
    if (query->union_with != NULL && turn_query(s, query))
        query->union_with = query->union_with->union_with;
    if (query->union_with != NULL && !s->done)
        shrink_rows(s, query->union_with);
    if (query->where != NULL && turn_query(s, query))
        query->where = NULL;
    if (query->limit != RT_NO_LIMIT && !s->keep_limit && turn_query(s, query))
        query->limit = RT_NO_LIMIT;
    if (query->offset > 0 && turn_query(s, query))
        query->offset = 0;
    if (query->join && turn_query(s, query))
        query->join = false;
    if (query->together && turn_query(s, query))
        query->together = false;
    if (query->depth > 0 && turn_query(s, query))
        query->depth = 0;
    if (query->refresh && turn_query(s, query))
        query->refresh = false;
    if (query->undefer && turn_query(s, query))
        query->undefer = false;
    if (query->folded && turn_query(s, query))
        query->folded = false;
    if (query->lock && turn_query(s, query))
        query->lock = 0;
    if (query->order_count > 0 && !s->keep_order && turn_query(s, query))
        query->order_count--;
    if (query->order_count > 1 && !s->keep_order && turn_query(s, query))
        query->order[0] = query->order[--query->order_count];
    for (int i = 0; i < query->order_count; i++)
        if (query->order[i].nulls != RT_NULLS_DEFAULT && turn_query(s, query))
            query->order[i].nulls = RT_NULLS_DEFAULT;
    if (query->where != NULL && !s->done)
        shrink_pred(s, query->where);
    for (int i = 0; i < RT_RELATIONS_MAX && !s->done; i++) {
        if (query->with[i] != NULL)
            shrink_query(s, query->with[i]);
        if (query->counts[i] != NULL && !s->done)
            shrink_query(s, query->counts[i]);
    }
}

bool rt_shrink(rt_ask *ask, int step, rt_change *change)
{
    memset(change, 0, sizeof *change);
    shrinker s = {step, change, false, ask->purpose >= RT_SUM, ask->purpose == RT_PAGES};
    shrink_query(&s, ask->query);
    if (ask->base != NULL && !s.done)
        shrink_query(&s, ask->base);
    for (int i = 0; i < 2 && !s.done; i++)
        if (ask->on[i] != NULL)
            shrink_query(&s, ask->on[i]);
    return s.done;
}

void rt_grow_back(const rt_change *change)
{
    if (change->query != NULL)
        *change->query = change->query_before;
    if (change->pred != NULL)
        *change->pred = change->pred_before;
}
