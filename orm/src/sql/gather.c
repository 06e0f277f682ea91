#include "sql/query.h"

#include <string.h>

#include "base/allocator.h"
#include "base/fail.h"
#include "model/column_value.h"
#include "model/utf8.h"
#include "sql/distinct_text.h"
#include "sql/order_text.h"
#include "sql/position.h"
#include "sql/rows_text.h"
#include "sql/scope.h"
#include "sql/union_text.h"
#include "sql/view.h"
#include "sql/walk.h"

enum { SHAPE_LIMIT = 1024 * 1024 };

void orm__gathered_init(orm__gathered *gathered, const orm_allocator *allocator,
                        orm_dialect_name dialect)
{
    memset(gathered, 0, sizeof *gathered);
    orm__buffer_init(&gathered->shape, allocator, SHAPE_LIMIT);
    gathered->dialect = dialect;
}

void orm__gathered_dispose(orm__gathered *gathered)
{
    orm__free(gathered->shape.allocator, gathered->values,
              gathered->value_capacity * sizeof(orm_value));
    gathered->values = NULL;
    orm__buffer_dispose(&gathered->shape);
}

void orm__gathered_reset(orm__gathered *gathered, orm__arena *arena, orm_error *error)
{
    orm__buffer_clear(&gathered->shape);
    gathered->value_count = 0;
    gathered->arena = arena;
    gathered->error = error;
    gathered->status = ORM_OK;
    gathered->around = NULL;
    gathered->nesting = 0;
}

void orm__gather_nomem(orm__gathered *gathered)
{
    if (gathered->status == ORM_OK)
        gathered->status = orm__fail(gathered->error, ORM_NOMEM, "out of memory");
}

/* A shape that was cut short would find another query's statement. */
void orm__gather_shape(orm__gathered *gathered, const void *data, size_t size)
{
    orm__buffer_append(&gathered->shape, data, size);
    if (gathered->shape.failed)
        orm__gather_nomem(gathered);
}

static void shape_u16(orm__gathered *gathered, uint16_t value)
{
    orm__gather_shape(gathered, &value, sizeof value);
}

void orm__gather_value(orm__gathered *gathered, orm_value value)
{
    if (gathered->value_count == gathered->value_capacity) {
        size_t capacity = gathered->value_capacity == 0 ? 16 : gathered->value_capacity * 2;
        orm_value *values =
            orm__resize(gathered->shape.allocator, gathered->values,
                        gathered->value_capacity * sizeof *values, capacity * sizeof *values);
        if (values == NULL) {
            orm__gather_nomem(gathered);
            return;
        }
        gathered->values = values;
        gathered->value_capacity = capacity;
    }
    gathered->values[gathered->value_count++] = value;
}

static orm_status check_bound(const orm__gathered *gathered, size_t index, orm_value *value)
{
    bool text = value->kind == ORM_KIND_TEXT || value->kind == ORM_KIND_NUMERIC ||
                value->kind == ORM_KIND_JSON;
    if (value->kind == ORM_KIND_NONE || value->kind >= ORM_KIND_ARRAY)
        return orm__fail(gathered->error, ORM_INVALID, "value $%zu is none that orm_bind made",
                         index + 1);
    if (value->kind == ORM_KIND_UINT_TOO_BIG)
        return orm__fail(gathered->error, ORM_RANGE, "value $%zu is above the largest bigint",
                         index + 1);
    if (text && value->as.span.size == SIZE_MAX)
        value->as.span.size = strlen(value->as.span.data);
    if (text && orm__utf8_check(value->as.span.data, value->as.span.size) != ORM__UTF8_OK)
        return orm__fail(gathered->error, ORM_INVALID,
                         "value $%zu is not UTF-8 text, or holds a NUL", index + 1);
    if (value->kind == ORM_KIND_NUMERIC && !orm_numeric_is_valid(value->as.span.data))
        return orm__fail(gathered->error, ORM_INVALID, "value $%zu is not a number", index + 1);
    return ORM_OK;
}

/* Text with its length, and without what no database takes. */
void orm__gather_bound(orm__gathered *gathered, size_t index, orm_value value)
{
    if (gathered->status != ORM_OK)
        return;
    gathered->status = check_bound(gathered, index, &value);
    orm__gather_shape(gathered, &value.kind, sizeof value.kind);
    if (gathered->status == ORM_OK)
        orm__gather_value(gathered, value);
}

void orm__gather_column(orm__gathered *gathered, const orm_model *model, uint16_t column,
                        orm_value value, bool compare)
{
    if (gathered->status != ORM_OK)
        return;
    gathered->status = orm__column_check(model, &model->columns[column], &value, compare,
                                         gathered->arena, gathered->error);
    if (gathered->status == ORM_OK)
        orm__gather_value(gathered, value);
}

static void gather_where(orm__gathered *gathered, const orm_model *model, const orm_pred *where)
{
    orm__scope scope = {.around = gathered->around, .model = model};
    orm__gather_given(gathered, &scope, where);
}

void orm__gather_limits(orm__gathered *gathered, const orm__query *query)
{
    shape_u16(gathered, (uint16_t)((query->limited ? 1 : 0) | (query->skipping ? 2 : 0)));
    if ((query->limited && query->limit < 0) || (query->skipping && query->offset < 0)) {
        if (gathered->status == ORM_OK)
            gathered->status = orm__fail(gathered->error, ORM_INVALID,
                                         "limit and offset of a query of %s must not be negative",
                                         query->model->name);
        return;
    }
    /* The two are added where they hold per parent. */
    int64_t most = INT64_MAX - (query->skipping ? query->offset : 0);
    if (query->limited)
        orm__gather_value(gathered, orm_bind_int(query->limit < most ? query->limit : most));
    if (query->skipping)
        orm__gather_value(gathered, orm_bind_int(query->offset));
}

static void gather_undefer(orm__gathered *gathered, const orm_model *model, const bool *undefer)
{
    if (model->deferred_count == 0)
        return;
    shape_u16(gathered, undefer != NULL);
    if (undefer != NULL)
        orm__gather_shape(gathered, undefer, model->deferred_count * sizeof *undefer);
}

static void gather_joins(orm__gathered *gathered, const orm__query *query)
{
    for (uint16_t i = 0; i < query->join_count; i++) {
        const orm__join *join = &query->joins[i];
        shape_u16(gathered, join->parent);
        orm__gather_shape(gathered, &join->relation, sizeof join->relation);
        gather_undefer(gathered, join->relation->target, join->undefer);
        gather_where(gathered, join->relation->target, join->where);
        if (join->many) {
            orm__query order;
            (void)orm__view_join_order(join, &order);
            orm__gather_order(gathered, &order);
        }
    }
}

/* The queries that a relation's keys are picked by, the outermost first. */
static void gather_above(orm__gathered *gathered, const orm__query *above)
{
    if (above->above != NULL)
        gather_above(gathered, above->above);
    orm__gather_shape(gathered, &above->model, sizeof above->model);
    orm__gather_shape(gathered, &above->relation, sizeof above->relation);
    shape_u16(gathered, above->distinct);
    gather_where(gathered, above->model, above->where);
    orm__gather_union(gathered, above);
    orm__gather_order(gathered, above);
    orm__gather_limits(gathered, above);
}

orm_status orm__gather_query(orm__gathered *gathered, const orm__query *query,
                             const orm_value *keys, size_t key_count)
{
    uint16_t head[3] = {(uint16_t)query->purpose, query->join_count,
                        (uint16_t)(query->by_ordinal | query->counting << 1 | query->spreads << 2 |
                                   orm__query_walks(query) << 3 | (query->above != NULL) << 4 |
                                   query->distinct << 5)};
    orm__gather_shape(gathered, head, sizeof head);
    orm__gather_shape(gathered, &query->model, sizeof query->model);
    orm__gather_shape(gathered, &query->relation, sizeof query->relation);
    if (query->distinct)
        orm__gather_distinct(gathered, query->model, true);
    if (query->purpose >= ORM__PURPOSE_AGGREGATE) {
        shape_u16(gathered, (uint16_t)(query->aggregate | (unsigned)query->stripped << 8));
        shape_u16(gathered, query->aggregate_column);
    }
    if (query->purpose == ORM__PURPOSE_ROWS || query->purpose == ORM__PURPOSE_COUNT_ROWS)
        orm__gather_rows(gathered, query->rows);
    for (size_t i = 0; i < key_count; i++)
        orm__gather_value(gathered, keys[i]);
    if (orm__query_walks(query))
        orm__gather_walk(gathered, query);
    if (query->above != NULL)
        gather_above(gathered, query->above);
    /* Joins come last where the rows are picked before anything is joined. */
    if (!query->spreads)
        gather_joins(gathered, query);
    gather_where(gathered, query->model, query->where);
    orm__gather_union(gathered, query);
    orm__gather_order(gathered, query);
    if (query->purpose == ORM__PURPOSE_SELECT || query->purpose == ORM__PURPOSE_RELATED) {
        gather_undefer(gathered, query->model, query->undefer);
        uint16_t lock[2] = {(uint16_t)query->lock, (uint16_t)query->lock_wait};
        orm__gather_shape(gathered, lock, sizeof lock);
    }
    if (query->purpose == ORM__PURPOSE_SELECT)
        orm__gather_position(gathered, query);
    orm__gather_limits(gathered, query);
    if (query->spreads)
        gather_joins(gathered, query);
    return gathered->status;
}

void orm__gather_where(orm__gathered *gathered, const orm_model *model, const orm_pred *where)
{
    gather_where(gathered, model, where);
}
