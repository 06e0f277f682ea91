#include "sql/scope.h"

const orm__scope *orm__scope_find(const orm__scope *scope, orm_col column)
{
    if (!column.outer)
        return scope->model == column.model ? scope : NULL;
    for (scope = scope->around; scope != NULL; scope = scope->around)
        if (scope->model == column.model)
            return scope;
    return NULL;
}

int orm__cond_operands(const orm_cond *cond)
{
    return cond->op == ORM_OP_BETWEEN ? 2 : 1;
}

const orm_column *orm__operand_column(const orm_value *value)
{
    const orm_model *model = NULL;
    uint16_t column = 0;
    if (value->kind == ORM_KIND_COLUMN) {
        model = value->as.column.model;
        column = value->as.column.column;
    } else if (value->kind == ORM_KIND_ROWS && value->item != ORM_PICK_COUNT) {
        model = value->as.rows.model;
        column = value->element;
    }
    return model == NULL || column >= model->column_count ? NULL : &model->columns[column];
}

static bool is_char(const orm_column *column)
{
    return column->type == ORM_TYPE_CHAR && (column->flags & ORM_COLUMN_ARRAY) == 0;
}

bool orm__is_mixed_text(const orm_column *subject, const orm_cond *cond)
{
    if (cond->op == ORM_OP_IN || cond->op == ORM_OP_NOT_IN)
        return false;
    for (int i = 0; i < orm__cond_operands(cond); i++) {
        const orm_column *other = orm__operand_column(&cond->as.values[i]);
        if (other != NULL && is_char(subject) != is_char(other))
            return true;
    }
    return false;
}
