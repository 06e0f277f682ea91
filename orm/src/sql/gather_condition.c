#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "model/column_value.h"
#include "sql/scope.h"

void orm__gather_refuse(orm__gathered *gathered, orm_status status, const orm__subject *subject,
                        const char *what)
{
    char type[64];
    if (gathered->status != ORM_OK)
        return;
    gathered->status =
        orm__fail(gathered->error, status, "%s.%s of type %s %s", subject->model->name,
                  subject->column->field, orm__type_text(subject->column, type), what);
    orm__fail_at(gathered->error, subject->model->name, subject->column->field);
}

static bool op_needs_order(orm_op op)
{
    return op == ORM_OP_LT || op == ORM_OP_LE || op == ORM_OP_GT || op == ORM_OP_GE ||
           op == ORM_OP_BETWEEN;
}

static bool op_is_pattern(orm_op op)
{
    return op >= ORM_OP_LIKE && op <= ORM_OP_ISUFFIX;
}

static bool op_searches(orm_op op)
{
    return op >= ORM_OP_ARRAY_CONTAINS;
}

static void refuse_null_item(orm__gathered *gathered, const orm__subject *subject, size_t index)
{
    char what[80];
    (void)snprintf(what, sizeof what,
                   "was given a list with NULL at index %zu; ask …_is_null() too", index);
    orm__gather_refuse(gathered, ORM_MISUSE, subject, what);
}

static void check(orm__gathered *gathered, const orm__subject *subject, const orm_column *column,
                  orm_value *value)
{
    if (gathered->status == ORM_OK)
        gathered->status = orm__column_check(subject->model, column, value, true, gathered->arena,
                                             gathered->error);
}

static void gather_checked(orm__gathered *gathered, const orm__subject *subject,
                           const orm_column *column, orm_value value)
{
    check(gathered, subject, column, &value);
    if (gathered->status == ORM_OK)
        orm__gather_value(gathered, value);
}

/* A list as one value over orm_value, every element checked. */
static void gather_list(orm__gathered *gathered, const orm__subject *subject, const orm_cond *cond)
{
    size_t count = cond->as.list.count;
    if (count > 0 && cond->as.list.items == NULL) {
        orm__gather_refuse(gathered, ORM_MISUSE, subject, "was given a NULL list");
        return;
    }
    /* One more than needed: an arena that holds nothing yet has no address for nothing. */
    orm_value *items = count >= SIZE_MAX / sizeof *items
                           ? NULL
                           : orm__arena_alloc(gathered->arena, (count + 1) * sizeof *items);
    if (items == NULL) {
        orm__gather_nomem(gathered);
        return;
    }
    for (size_t i = 0; i < count && gathered->status == ORM_OK; i++) {
        items[i] = orm__list_get(cond, i);
        if (items[i].kind == ORM_KIND_NULL) {
            refuse_null_item(gathered, subject, i);
            return;
        }
        check(gathered, subject, subject->column, &items[i]);
    }
    orm_value list = {.kind = ORM_KIND_ARRAY};
    list.as.span.data = items;
    list.as.span.size = count;
    if (gathered->status == ORM_OK)
        orm__gather_value(gathered, list);
}

static bool begins_anywhere(orm_op op)
{
    return op == ORM_OP_CONTAINS || op == ORM_OP_ICONTAINS || op == ORM_OP_SUFFIX ||
           op == ORM_OP_ISUFFIX;
}

static bool ends_anywhere(orm_op op)
{
    return op != ORM_OP_SUFFIX && op != ORM_OP_ISUFFIX;
}

/* The pattern of plain text that is looked for: its wildcards made literal. */
static orm_value text_pattern(orm__gathered *gathered, orm_op op, orm_value value)
{
    const char *text = value.as.span.data;
    size_t size = value.as.span.size == SIZE_MAX ? strlen(text) : value.as.span.size;
    char *pattern = size > SIZE_MAX / 4 ? NULL : orm__arena_alloc(gathered->arena, 2 * size + 3);
    if (pattern == NULL) {
        orm__gather_nomem(gathered);
        return value;
    }
    size_t length = 0;
    if (begins_anywhere(op))
        pattern[length++] = '%';
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '%' || text[i] == '_' || text[i] == '\\')
            pattern[length++] = '\\';
        pattern[length++] = text[i];
    }
    if (ends_anywhere(op))
        pattern[length++] = '%';
    pattern[length] = '\0';
    value.as.span.data = pattern;
    value.as.span.size = length;
    return value;
}

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

/* Text of any length, whatever the column's own. */
static void gather_text(orm__gathered *gathered, const orm__subject *subject, orm_value value)
{
    orm_column any_text = *subject->column;
    any_text.type = ORM_TYPE_TEXT;
    any_text.flags = 0;
    any_text.length = 0;
    gather_checked(gathered, subject, &any_text, value);
}

static void gather_pattern(orm__gathered *gathered, const orm__subject *subject,
                           const orm_cond *cond)
{
    orm_value value = cond->as.values[0];
    if (value.kind != ORM_KIND_TEXT)
        orm__gather_refuse(gathered, ORM_MISUSE, subject, "was given a NULL pattern");
    else if (cond->op != ORM_OP_LIKE && cond->op != ORM_OP_ILIKE)
        value = text_pattern(gathered, cond->op, value);
    else if (ends_in_escape(&value))
        orm__gather_refuse(gathered, ORM_INVALID, subject,
                           "was given a pattern that ends in its escape character");
    if (gathered->status == ORM_OK)
        gather_text(gathered, subject, value);
}

static const char *reference_fault(const orm__scope *scope, const orm__subject *subject,
                                   orm_col column)
{
    if (column.model == NULL || column.column >= column.model->column_count)
        return "was compared with a column that the generator did not make";
    if (orm__scope_find(scope, column) != NULL)
        return NULL;
    if (column.outer)
        return "was compared with an orm_outer column, and no row of its model is around";
    return column.model == subject->model
               ? "was compared with a column of its own model; write orm_outer of it"
               : "was compared with a column of another model; orm_outer names those of the row "
                 "around";
}

/* Whether values of two columns can stand on the two sides of a comparison. */
static bool columns_fit(const orm_column *left, const orm_column *right)
{
    if (((left->flags ^ right->flags) & ORM_COLUMN_ARRAY) != 0)
        return false;
    if (left->type == ORM_TYPE_ENUM || right->type == ORM_TYPE_ENUM)
        return left->type == right->type && strcmp(left->labels->name, right->labels->name) == 0;
    if ((left->flags & ORM_COLUMN_ARRAY) != 0)
        return left->type == right->type;
    return orm__kind_of_type((orm_type)left->type) == orm__kind_of_type((orm_type)right->type);
}

void orm__gather_fit(orm__gathered *gathered, const orm__subject *subject, const orm_column *other)
{
    if (!columns_fit(subject->column, other))
        orm__gather_refuse(gathered, ORM_INVALID, subject,
                           "was compared with a column of another type");
    else if (!orm__dialect_of(gathered->dialect)->can_equal(other))
        orm__gather_refuse(gathered, ORM_UNSUPPORTED, subject,
                           "was compared with a column that this database cannot compare");
}

static void gather_reference(orm__gathered *gathered, const orm__scope *scope,
                             const orm__subject *subject, orm_col column)
{
    const char *fault = reference_fault(scope, subject, column);
    uint32_t shape[2] = {0, column.column};
    if (fault != NULL) {
        orm__gather_refuse(gathered, ORM_MISUSE, subject, fault);
        return;
    }
    const orm__scope *found = orm__scope_find(scope, column);
    for (const orm__scope *at = scope; at != found; at = at->around)
        shape[0]++;
    orm__gather_fit(gathered, subject, &column.model->columns[column.column]);
    orm__gather_shape(gathered, shape, sizeof shape);
}

/* One element for a column of arrays. */
static void gather_element(orm__gathered *gathered, const orm__subject *subject, orm_value value)
{
    orm_column element = *subject->column;
    element.flags &= (uint16_t)~ORM_COLUMN_ARRAY;
    gather_checked(gathered, subject, &element, value);
}

static bool takes_null(orm_op op)
{
    return op == ORM_OP_DISTINCT || op == ORM_OP_NOT_DISTINCT;
}

static void gather_operand(orm__gathered *gathered, const orm__scope *scope,
                           const orm__subject *subject, const orm_cond *cond,
                           const orm_value *value)
{
    uint32_t what = value->kind == ORM_KIND_COLUMN || value->kind == ORM_KIND_ROWS ? value->kind
                                                                                   : ORM_KIND_NONE;
    orm__gather_shape(gathered, &what, sizeof what);
    if (value->kind == ORM_KIND_COLUMN)
        gather_reference(gathered, scope, subject, value->as.column);
    else if (value->kind == ORM_KIND_ROWS)
        orm__gather_subquery(gathered, scope, subject, value,
                             orm__is_mixed_text(subject->column, cond));
    else if (value->kind == ORM_KIND_NULL && !takes_null(cond->op))
        orm__gather_refuse(gathered, ORM_MISUSE, subject,
                           "was compared with NULL; ask …_is_null() or use orm_is_distinct");
    else if (cond->op == ORM_OP_JSON_HAS_KEY)
        gather_text(gathered, subject, *value);
    else if (cond->op == ORM_OP_ARRAY_HAS)
        gather_element(gathered, subject, *value);
    else
        gather_checked(gathered, subject, subject->column, *value);
}

/* Why the operator can't be asked of the column on this database, or NULL. */
static const char *unsupported(const orm__dialect *dialect, const orm_column *column, orm_op op)
{
    if (op_searches(op) && !dialect->searches)
        return "cannot be searched on this database, which keeps arrays and documents as text";
    if (op >= ORM_OP_JSON_CONTAINS && column->type != ORM_TYPE_JSONB)
        return "cannot be searched; jsonb can";
    if (!dialect->can_equal(column))
        return "cannot be compared on this database; ask …_is_null()";
    if (op_needs_order(op) && !dialect->can_order(column))
        return "has no order that both databases share; use orm_eq or orm_ne";
    return NULL;
}

void orm__gather_cond(orm__gathered *gathered, const orm__scope *scope, const orm__subject *subject,
                      const orm_cond *cond)
{
    uint32_t op = cond->op;
    orm__gather_shape(gathered, &op, sizeof op);
    const char *fault = unsupported(orm__dialect_of(gathered->dialect), subject->column, cond->op);
    if (cond->op == ORM_OP_NONE)
        orm__gather_refuse(gathered, ORM_MISUSE, subject,
                           "was given a condition that no operator made");
    else if (fault != NULL)
        orm__gather_refuse(gathered, ORM_UNSUPPORTED, subject, fault);
    else if (op_is_pattern(cond->op))
        gather_pattern(gathered, subject, cond);
    else if (cond->op == ORM_OP_IN || cond->op == ORM_OP_NOT_IN)
        gather_list(gathered, subject, cond);
    else
        for (int i = 0; i < orm__cond_operands(cond) && gathered->status == ORM_OK; i++)
            gather_operand(gathered, scope, subject, cond, &cond->as.values[i]);
}
