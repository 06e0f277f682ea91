/* The rows of another query within a condition. */
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "sql/compile.h"
#include "sql/scope.h"
#include "sql/view.h"

enum { NESTING_MAX = 16 };

static orm_aggregate_kind aggregate_of(orm_pick pick)
{
    switch (pick) {
    case ORM_PICK_MAX:
        return ORM_AGGREGATE_MAX;
    case ORM_PICK_MIN:
        return ORM_AGGREGATE_MIN;
    case ORM_PICK_SUM:
        return ORM_AGGREGATE_SUM;
    case ORM_PICK_AVG:
        return ORM_AGGREGATE_AVG;
    default:
        return ORM_AGGREGATE_NONE;
    }
}

static orm__purpose purpose_of(orm_pick pick)
{
    switch (pick) {
    case ORM_PICK_COUNT:
        return ORM__PURPOSE_COUNT;
    case ORM_PICK_ALL:
        return ORM__PURPOSE_EVERY_VALUE;
    case ORM_PICK_VALUE:
        return ORM__PURPOSE_FIRST_VALUE;
    default:
        return ORM__PURPOSE_AGGREGATE;
    }
}

static void take_first(orm__query *query)
{
    if (!query->limited || query->limit > 1)
        query->limit = 1;
    query->limited = true;
}

/* An order says nothing where neither the first row nor some rows are asked for. */
static orm_status fill(const orm_value *value, bool stripped, orm__query *query, orm_error *error)
{
    orm_pick pick = (orm_pick)value->item;
    orm__view view;
    memset(query, 0, sizeof *query);
    query->purpose = purpose_of(pick);
    query->model = value->as.rows.model;
    query->aggregate = aggregate_of(pick);
    query->aggregate_column = value->element;
    query->stripped = stripped;
    orm__view_read(&view, query->model, value->as.rows.query);
    view.with = NULL;
    orm_status status = orm__view_fill(&view, NULL, query, error);
    if (status == ORM_OK && pick == ORM_PICK_VALUE)
        take_first(query);
    if (!query->limited && !query->skipping) {
        query->order_count = 0;
        query->order_path_count = 0;
    }
    return status;
}

/* Whether the values picked are those of the column. */
static bool keeps_type(orm_pick pick)
{
    return pick == ORM_PICK_ALL || pick == ORM_PICK_VALUE || pick == ORM_PICK_MAX ||
           pick == ORM_PICK_MIN;
}

void orm__gather_subquery(orm__gathered *gathered, const orm__scope *scope,
                          const orm__subject *subject, const orm_value *value, bool stripped)
{
    const orm__scope *around = gathered->around;
    const orm_model *model = value->as.rows.model;
    orm__query query;
    if (model == NULL || value->element >= model->column_count) {
        orm__gather_refuse(gathered, ORM_MISUSE, subject,
                           "was compared with a column that is none of the query's model");
        return;
    }
    if (keeps_type((orm_pick)value->item))
        orm__gather_fit(gathered, subject, &model->columns[value->element]);
    if (gathered->nesting == NESTING_MAX)
        orm__gather_refuse(gathered, ORM_INVALID, subject,
                           "was compared with queries that nest more than 16 levels");
    if (gathered->status == ORM_OK)
        gathered->status = fill(value, stripped, &query, gathered->error);
    if (gathered->status != ORM_OK)
        return;
    gathered->around = scope;
    gathered->nesting++;
    (void)orm__gather_query(gathered, &query, NULL, 0);
    gathered->nesting--;
    gathered->around = around;
}

void orm__text_subquery(orm__text *text, const orm__scope *scope, const orm_value *value,
                        bool stripped)
{
    const char *own = text->own;
    const orm__scope *around = text->around;
    char alias[16];
    uint16_t column_count = text->out->column_count;
    bool all = value->item == ORM_PICK_ALL;
    bool strip = stripped && !all && orm__operand_column(value)->type == ORM_TYPE_CHAR;
    orm__query query;
    (void)fill(value, stripped && all, &query, NULL);
    text->subqueries++;
    (void)snprintf(alias, sizeof alias, "s%u", text->subqueries);
    text->own = alias;
    text->around = scope;
    orm__text_add(text, strip ? text->dialect->strip_before : "");
    orm__text_add(text, "(");
    orm__text_query(text, &query);
    orm__text_add(text, ")");
    orm__text_add(text, strip ? text->dialect->strip_behind : "");
    text->own = own;
    text->around = around;
    text->out->column_count = column_count;
}
