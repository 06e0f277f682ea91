#include "sql/scope.h"

static const char *operator_text(const orm__dialect *dialect, orm_op op)
{
    switch (op) {
    case ORM_OP_NE:
        return " <> ";
    case ORM_OP_LT:
        return " < ";
    case ORM_OP_LE:
        return " <= ";
    case ORM_OP_GT:
        return " > ";
    case ORM_OP_GE:
        return " >= ";
    case ORM_OP_BETWEEN:
        return " BETWEEN ";
    case ORM_OP_DISTINCT:
        return dialect->distinct;
    case ORM_OP_NOT_DISTINCT:
        return dialect->not_distinct;
    case ORM_OP_IN_ROWS:
        return " IN ";
    case ORM_OP_NOT_IN_ROWS:
        return " NOT IN ";
    case ORM_OP_ARRAY_CONTAINS:
    case ORM_OP_JSON_CONTAINS:
        return " @> ";
    case ORM_OP_ARRAY_WITHIN:
    case ORM_OP_JSON_WITHIN:
        return " <@ ";
    case ORM_OP_ARRAY_OVERLAPS:
        return " && ";
    case ORM_OP_JSON_HAS_KEY:
        return " ? ";
    default:
        return " = ";
    }
}

void orm__text_side(orm__text *text, const char *alias, const orm_column *column, bool stripped)
{
    bool strip = stripped && column->type == ORM_TYPE_CHAR;
    if (strip)
        orm__text_add(text, text->dialect->strip_before);
    orm__text_column(text, alias, column->name);
    if (strip)
        orm__text_add(text, text->dialect->strip_behind);
}

static orm__param param_of(const orm__subject *subject)
{
    orm__param param = {.type = ORM_TYPE_BIGINT, .model = subject->model};
    return subject->counted != NULL ? param : orm__param_of(subject->model, subject->column);
}

static void write_subject(orm__text *text, const orm__scope *scope, const orm__subject *subject,
                          bool stripped)
{
    if (subject->counted != NULL) {
        orm__text_count(text, scope, subject->counted);
        return;
    }
    orm__text_side(text, scope->alias, subject->column, stripped);
    if (!stripped)
        orm__text_add(text, text->dialect->collation(subject->column));
}

static void write_list(orm__text *text, orm_op op, orm__param param)
{
    param.list = true;
    if (text->dialect->keys_are_table) {
        orm__text_add(text, op == ORM_OP_IN ? " IN (SELECT k1 FROM orm_keys("
                                            : " NOT IN (SELECT k1 FROM orm_keys(");
        orm__text_param(text, param);
        orm__text_add(text, "))");
    } else {
        orm__text_add(text, op == ORM_OP_IN ? " = ANY(" : " <> ALL(");
        orm__text_param(text, param);
        orm__text_add(text, ")");
    }
}

static bool heeds_case(orm_op op)
{
    return op == ORM_OP_LIKE || op == ORM_OP_PREFIX || op == ORM_OP_CONTAINS || op == ORM_OP_SUFFIX;
}

static void write_pattern(orm__text *text, const orm__scope *scope, const orm__subject *subject,
                          orm_op op)
{
    const char *word = heeds_case(op) ? text->dialect->like : text->dialect->ilike;
    orm__param param = param_of(subject);
    param.type = ORM_TYPE_TEXT;
    if (word != NULL) {
        orm__text_side(text, scope->alias, subject->column, false);
        orm__text_add(text, word);
        orm__text_param(text, param);
        return;
    }
    orm__text_add(text, heeds_case(op) ? "orm_like(" : "orm_ilike(");
    orm__text_param(text, param);
    orm__text_add(text, ", ");
    orm__text_side(text, scope->alias, subject->column, false);
    orm__text_add(text, ")");
}

static void write_operand(orm__text *text, const orm__scope *scope, const orm__subject *subject,
                          const orm_value *value, orm_op op, bool stripped)
{
    orm__param param = param_of(subject);
    if (value->kind == ORM_KIND_COLUMN) {
        const orm__scope *found = orm__scope_find(scope, value->as.column);
        orm__text_side(text, found->alias, orm__operand_column(value), stripped);
    } else if (value->kind == ORM_KIND_ROWS) {
        orm__text_subquery(text, scope, value, stripped);
    } else {
        if (op == ORM_OP_JSON_HAS_KEY)
            param.type = ORM_TYPE_TEXT;
        if (op == ORM_OP_ARRAY_HAS)
            param.array = false;
        orm__text_param(text, param);
    }
}

void orm__text_cond(orm__text *text, const orm__scope *scope, const orm__subject *subject,
                    const orm_cond *cond)
{
    bool stripped = orm__is_mixed_text(subject->column, cond);
    if (cond->op >= ORM_OP_LIKE && cond->op <= ORM_OP_ISUFFIX) {
        write_pattern(text, scope, subject, cond->op);
    } else if (cond->op == ORM_OP_ARRAY_HAS) {
        write_operand(text, scope, subject, &cond->as.values[0], cond->op, false);
        orm__text_add(text, " = ANY(");
        write_subject(text, scope, subject, false);
        orm__text_add(text, ")");
    } else if (cond->op == ORM_OP_IN || cond->op == ORM_OP_NOT_IN) {
        write_subject(text, scope, subject, false);
        write_list(text, cond->op, param_of(subject));
    } else {
        write_subject(text, scope, subject, stripped);
        orm__text_add(text, operator_text(text->dialect, cond->op));
        write_operand(text, scope, subject, &cond->as.values[0], cond->op, stripped);
        if (cond->op == ORM_OP_BETWEEN) {
            orm__text_add(text, " AND ");
            write_operand(text, scope, subject, &cond->as.values[1], cond->op, stripped);
        }
    }
}
