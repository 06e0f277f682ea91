#include "sql/union_text.h"

#include <string.h>

#include "base/fail.h"
#include "sql/compile.h"
#include "sql/order_text.h"
#include "sql/predicate_text.h"

enum { UNION_MAX = 32 }; /* queries in a row */

static orm_status refuse(const orm__view *view, const char *why, orm_error *error)
{
    return orm__fail(error, ORM_INVALID, "a union of queries of %s %s", view->model->name, why);
}

static orm_status check_inner(const orm__view *inner, const orm__query *query, orm_error *error)
{
    orm__query order;
    for (uint16_t i = 0; i < inner->model->relation_count; i++)
        if (orm__view_with(inner, i) != NULL || orm__view_count(inner, i) != NULL)
            return refuse(inner, "loads relations (with, counts) in its first query only", error);
    if (inner->lock != ORM_LOCK_NONE || inner->lock_wait != ORM_LOCK_WAIT)
        return refuse(inner, "locks rows by its first query only", error);
    if (inner->after != NULL || inner->before != NULL)
        return refuse(inner, "takes a cursor in its first query only", error);
    if (query->purpose == ORM__PURPOSE_RELATED && (inner->limit != 0 || inner->offset != 0))
        return refuse(inner,
                      "that a relation is loaded by can have a limit or offset in its first "
                      "query only",
                      error);
    return orm__view_order(inner, NULL, &order, error);
}

orm_status orm__view_union(const orm__view *view, orm__query *query, orm_error *error)
{
    const void *next = view->union_with;
    query->union_with = next;
    if (next == NULL)
        return ORM_OK;
    if (view->model->key_count == 0)
        return refuse(view, "needs a primary key to tell rows apart", error);
    if (query->purpose == ORM__PURPOSE_SELECT && query->walk != NULL)
        return refuse(view, "can't be walked", error);
    orm_status status = ORM_OK;
    for (int count = 1; next != NULL && status == ORM_OK; count++) {
        orm__view inner;
        orm__view_read(&inner, view->model, next);
        if (count == UNION_MAX)
            return refuse(view, "is of more than 32 queries", error);
        status = check_inner(&inner, query, error);
        next = inner.union_with;
    }
    return status;
}

/* A query of the chain; its order matters only where it is cut. */
static void fill_inner(const orm__query *outer, orm__query *inner)
{
    orm__view view;
    orm__view_read(&view, outer->model, outer->union_with);
    memset(inner, 0, sizeof *inner);
    inner->purpose = ORM__PURPOSE_SELECT;
    inner->model = outer->model;
    inner->where = view.where;
    inner->union_with = view.union_with;
    orm__view_limits(&view, inner);
    if (inner->limited || inner->skipping)
        (void)orm__view_order(&view, NULL, inner, NULL);
}

void orm__gather_union(orm__gathered *gathered, const orm__query *query)
{
    uint16_t given = query->union_with != NULL;
    orm__gather_shape(gathered, &given, sizeof given);
    if (!given)
        return;
    orm__query inner;
    fill_inner(query, &inner);
    orm__gather_where(gathered, inner.model, inner.where);
    orm__gather_union(gathered, &inner);
    orm__gather_order(gathered, &inner);
    orm__gather_limits(gathered, &inner);
}

static void write_keys(orm__text *text, const orm_model *model)
{
    for (uint16_t i = 0; i < model->key_count; i++) {
        orm__text_add(text, i == 0 ? "" : ", ");
        orm__text_column(text, orm__text_own(text), model->columns[model->key[i]].name);
    }
}

static void write_selected(orm__text *text, const orm_model *model)
{
    orm__text_add(text, "SELECT ");
    write_keys(text, model);
    orm__text_add(text, " FROM ");
    orm__text_table(text, model->schema, model->table);
    orm__text_add(text, " AS ");
    orm__text_add(text, orm__text_own(text));
}

/* The keys of a query's rows; within parentheses its tables have names of their own. */
static void write_inner(orm__text *text, const orm__query *inner)
{
    bool cut = inner->limited || inner->skipping;
    orm__text_add(text, cut ? "SELECT * FROM (" : "");
    write_selected(text, inner->model);
    orm__text_order_joins(text, inner);
    orm__write_where(text, inner, " WHERE ");
    orm__write_order(text, inner);
    orm__write_limits(text, inner);
    orm__text_add(text, cut ? ") AS q" : "");
}

void orm__write_union(orm__text *text, const orm__query *query, const char *word)
{
    const orm_model *model = query->model;
    orm__query inner;
    fill_inner(query, &inner);
    orm__text_add(text, word);
    orm__text_add(text, model->key_count > 1 ? "(" : "");
    write_keys(text, model);
    orm__text_add(text, model->key_count > 1 ? ") IN (" : " IN (");
    write_selected(text, model);
    if (orm__pred_is_given(query->where)) {
        orm__text_add(text, " WHERE ");
        orm__text_pred(text, orm__text_own(text), query->where);
    }
    orm__text_add(text, " UNION ");
    write_inner(text, &inner);
    orm__text_add(text, ")");
}
