#include "sql/query.h"

#include <stdio.h>
#include <string.h>

#include "base/allocator.h"
#include "base/fail.h"
#include "model/column_value.h"
#include "sql/dialect.h"
#include "sql/order_text.h"
#include "sql/position.h"
#include "sql/predicate_text.h"
#include "sql/rows_text.h"
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
}

static void fail_memory(orm__gathered *gathered)
{
    if (gathered->status == ORM_OK)
        gathered->status = orm__fail(gathered->error, ORM_NOMEM, "out of memory");
}

/* A shape that was cut short would find another query's statement. */
void orm__gather_shape(orm__gathered *gathered, const void *data, size_t size)
{
    orm__buffer_append(&gathered->shape, data, size);
    if (gathered->shape.failed)
        fail_memory(gathered);
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
            fail_memory(gathered);
            return;
        }
        gathered->values = values;
        gathered->value_capacity = capacity;
    }
    gathered->values[gathered->value_count++] = value;
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

static void refuse(orm__gathered *gathered, orm_status status, const orm_model *model,
                   const orm_column *column, const char *what)
{
    if (gathered->status != ORM_OK)
        return;
    char type[64];
    gathered->status = orm__fail(gathered->error, status, "%s.%s of type %s %s", model->name,
                                 column->field, orm__type_text(column, type), what);
    orm__fail_at(gathered->error, model->name, column->field);
}

static bool op_needs_order(orm_op op)
{
    return op == ORM_OP_LT || op == ORM_OP_LE || op == ORM_OP_GT || op == ORM_OP_GE ||
           op == ORM_OP_BETWEEN;
}

static bool op_is_text(orm_op op)
{
    return op == ORM_OP_LIKE || op == ORM_OP_ILIKE || op == ORM_OP_PREFIX || op == ORM_OP_CONTAINS;
}

static void refuse_null_item(orm__gathered *gathered, const orm_model *model, uint16_t column,
                             size_t index)
{
    char what[80];
    (void)snprintf(what, sizeof what,
                   "was given a list with NULL at index %zu; ask …_is_null() too", index);
    refuse(gathered, ORM_MISUSE, model, &model->columns[column], what);
}

/* A list as one value over orm_value, every element checked. */
static void gather_list(orm__gathered *gathered, const orm_model *model, uint16_t column,
                        const orm_cond *cond)
{
    size_t count = cond->as.list.count;
    if (count > 0 && cond->as.list.items == NULL) {
        refuse(gathered, ORM_MISUSE, model, &model->columns[column], "was given a NULL list");
        return;
    }
    /* One more than needed: an arena that holds nothing yet has no address for nothing. */
    orm_value *items = count >= SIZE_MAX / sizeof *items
                           ? NULL
                           : orm__arena_alloc(gathered->arena, (count + 1) * sizeof *items);
    if (items == NULL) {
        fail_memory(gathered);
        return;
    }
    for (size_t i = 0; i < count && gathered->status == ORM_OK; i++) {
        items[i] = orm__list_get(cond, i);
        if (items[i].kind == ORM_KIND_NULL) {
            refuse_null_item(gathered, model, column, i);
            return;
        }
        gathered->status = orm__column_check(model, &model->columns[column], &items[i], true,
                                             gathered->arena, gathered->error);
    }
    orm_value list = {.kind = ORM_KIND_ARRAY};
    list.as.span.data = items;
    list.as.span.size = count;
    if (gathered->status == ORM_OK)
        orm__gather_value(gathered, list);
}

/* The pattern of a prefix or contains: the text with its wildcards made literal. */
static orm_value text_pattern(orm__gathered *gathered, orm_op op, orm_value value)
{
    const char *text = value.as.span.data;
    size_t size = value.as.span.size == SIZE_MAX ? strlen(text) : value.as.span.size;
    char *pattern = size > SIZE_MAX / 4 ? NULL : orm__arena_alloc(gathered->arena, 2 * size + 3);
    if (pattern == NULL) {
        fail_memory(gathered);
        return value;
    }
    size_t length = 0;
    if (op == ORM_OP_CONTAINS)
        pattern[length++] = '%';
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '%' || text[i] == '_' || text[i] == '\\')
            pattern[length++] = '\\';
        pattern[length++] = text[i];
    }
    pattern[length++] = '%';
    pattern[length] = '\0';
    value.as.span.data = pattern;
    value.as.span.size = length;
    return value;
}

/* Patterns are text of any length, whatever the column's own. */
/* PostgreSQL refuses such a pattern only when it happens to get to its end. */
static bool ends_in_escape(const orm_value *pattern)
{
    const char *text = pattern->as.span.data;
    size_t size = pattern->as.span.size == SIZE_MAX ? strlen(text) : pattern->as.span.size;
    size_t escapes = 0;
    while (escapes < size && text[size - 1 - escapes] == '\\')
        escapes++;
    return escapes % 2 == 1;
}

static void gather_pattern(orm__gathered *gathered, const orm_model *model, uint16_t column,
                           const orm_cond *cond)
{
    orm_value value = cond->as.values[0];
    if (value.kind != ORM_KIND_TEXT) {
        refuse(gathered, ORM_MISUSE, model, &model->columns[column], "was given a NULL pattern");
        return;
    }
    if (cond->op == ORM_OP_PREFIX || cond->op == ORM_OP_CONTAINS)
        value = text_pattern(gathered, cond->op, value);
    else if (ends_in_escape(&value))
        refuse(gathered, ORM_INVALID, model, &model->columns[column],
               "was given a pattern that ends in its escape character");
    orm_column any_text = model->columns[column];
    any_text.type = ORM_TYPE_TEXT;
    any_text.length = 0;
    if (gathered->status == ORM_OK)
        gathered->status =
            orm__column_check(model, &any_text, &value, true, gathered->arena, gathered->error);
    if (gathered->status == ORM_OK)
        orm__gather_value(gathered, value);
}

static void gather_leaf(orm__gathered *gathered, const orm_pred *pred)
{
    const orm_model *model = pred->model;
    const orm_column *column = &model->columns[pred->target];
    const orm__dialect *dialect = orm__dialect_of(gathered->dialect);
    const orm_cond *cond = &pred->as.cond;
    shape_u16(gathered, pred->target);
    shape_u16(gathered, (uint16_t)cond->op);
    if (cond->op == ORM_OP_NONE) {
        refuse(gathered, ORM_MISUSE, model, column, "was given a condition that no operator made");
    } else if (!dialect->can_equal(column)) {
        refuse(gathered, ORM_UNSUPPORTED, model, column,
               "cannot be compared on this database; ask …_is_null()");
    } else if (op_needs_order(cond->op) && !dialect->can_order(column)) {
        refuse(gathered, ORM_UNSUPPORTED, model, column,
               "has no order that both databases share; use orm_eq or orm_ne");
    } else if (op_is_text(cond->op)) {
        gather_pattern(gathered, model, pred->target, cond);
    } else if (cond->op == ORM_OP_IN || cond->op == ORM_OP_NOT_IN) {
        gather_list(gathered, model, pred->target, cond);
    } else {
        int count = cond->op == ORM_OP_BETWEEN ? 2 : 1;
        for (int i = 0; i < count; i++) {
            if (cond->as.values[i].kind == ORM_KIND_NULL)
                refuse(gathered, ORM_MISUSE, model, column,
                       "was compared with NULL; ask …_is_null() instead");
            orm__gather_column(gathered, model, pred->target, cond->as.values[i], true);
        }
    }
}

static void gather_pred(orm__gathered *gathered, const orm_pred *pred)
{
    if (gathered->status != ORM_OK)
        return;
    shape_u16(gathered, (uint16_t)pred->kind);
    switch (pred->kind) {
    case ORM_PRED_LEAF:
        gather_leaf(gathered, pred);
        return;
    case ORM_PRED_NULL:
        shape_u16(gathered, pred->target);
        return;
    case ORM_PRED_HAS:
        shape_u16(gathered, pred->target);
        break;
    case ORM_PRED_ALL_OF:
    case ORM_PRED_ANY_OF:
        orm__gather_shape(gathered, &pred->as.children.count, sizeof(size_t));
        break;
    case ORM_PRED_NOT:
        break;
    case ORM_PRED_NONE:
    case ORM_PRED_EVERYTHING:
        return;
    case ORM_PRED_FAILED:
        gathered->status = orm__fail(
            gathered->error, pred->as.failure, "%s",
            pred->as.failure == ORM_INVALID ? "the predicate nests deeper than 200 levels"
            : pred->as.failure == ORM_MISUSE
                ? "the predicate was combined from one that holds no condition, or of another model"
                : orm_status_text(pred->as.failure));
        return;
    default:
        gathered->status = orm__fail(gathered->error, ORM_MISUSE,
                                     "a predicate was not made by a generated function");
        return;
    }
    size_t first = orm__pred_first(pred);
    for (size_t i = 0; i < pred->as.children.count; i++)
        gather_pred(gathered, orm__pred_child(pred, first, i));
}

static void gather_where(orm__gathered *gathered, const orm_model *model, const orm_pred *where)
{
    static const orm_pred none;
    if (where == NULL)
        where = &none;
    if (where->kind != ORM_PRED_NONE && where->model != model && gathered->status == ORM_OK) {
        gathered->status = orm__fail(gathered->error, ORM_MISUSE,
                                     "the predicate is not one of model %s", model->name);
        return;
    }
    gather_pred(gathered, where);
}

static void gather_limits(orm__gathered *gathered, const orm__query *query)
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
    gather_where(gathered, above->model, above->where);
    orm__gather_order(gathered, above);
    gather_limits(gathered, above);
}

orm_status orm__gather_query(orm__gathered *gathered, const orm__query *query,
                             const orm_value *keys, size_t key_count)
{
    uint16_t head[3] = {(uint16_t)query->purpose, query->join_count,
                        (uint16_t)(query->by_ordinal | query->counting << 1 | query->spreads << 2 |
                                   orm__query_walks(query) << 3 | (query->above != NULL) << 4)};
    orm__gather_shape(gathered, head, sizeof head);
    orm__gather_shape(gathered, &query->model, sizeof query->model);
    orm__gather_shape(gathered, &query->relation, sizeof query->relation);
    if (query->purpose == ORM__PURPOSE_AGGREGATE) {
        shape_u16(gathered, (uint16_t)query->aggregate);
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
    orm__gather_order(gathered, query);
    if (query->purpose == ORM__PURPOSE_SELECT || query->purpose == ORM__PURPOSE_RELATED) {
        gather_undefer(gathered, query->model, query->undefer);
        uint16_t lock[2] = {(uint16_t)query->lock, (uint16_t)query->lock_wait};
        orm__gather_shape(gathered, lock, sizeof lock);
    }
    if (query->purpose == ORM__PURPOSE_SELECT)
        orm__gather_position(gathered, query);
    gather_limits(gathered, query);
    if (query->spreads)
        gather_joins(gathered, query);
    return gathered->status;
}

void orm__gather_where(orm__gathered *gathered, const orm_model *model, const orm_pred *where)
{
    gather_where(gathered, model, where);
}
