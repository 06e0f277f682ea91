#include "sql/predicate_text.h"

#include <stdio.h>

#include "sql/scope.h"

bool orm__pred_is_given(const orm_pred *pred)
{
    return pred != NULL && pred->kind != ORM_PRED_NONE && pred->kind != ORM_PRED_EVERYTHING;
}

enum { SHALLOW = 8, SIDE_BY_SIDE = 64 };

/* A row of conditions between the same word. */
typedef struct operands {
    orm__text *text;
    const orm__scope *scope;
    orm_pred_kind kind;
    size_t count;
    size_t written;
} operands;

size_t orm__pred_first(const orm_pred *pred)
{
    size_t first = 0;
    if (pred->depth <= SHALLOW)
        return 0;
    for (size_t i = 1; i < pred->as.children.count; i++)
        if (pred->as.children.items[i].depth > pred->as.children.items[first].depth)
            first = i;
    return first;
}

const orm_pred *orm__pred_child(const orm_pred *pred, size_t first, size_t index)
{
    if (index == 0)
        index = first;
    else if (index <= first)
        index--;
    return &pred->as.children.items[index];
}

void orm__text_equal(orm__text *text, const char *left_alias, const char *left,
                     const char *right_alias, const char *right, const orm_column *type)
{
    orm__text_column(text, left_alias, left);
    orm__text_add(text, text->dialect->collation(type));
    orm__text_add(text, " = ");
    orm__text_column(text, right_alias, right);
}

/* From the owner's row `alias` to rows of the target called `target`, through the link if there is
 * one. */
static void write_related(orm__text *text, const char *alias, const char *target,
                          const orm_model *owner, const orm_relation *relation)
{
    const orm_link *link = relation->link;
    orm__text_table(text, relation->target->schema, relation->target->table);
    orm__text_add(text, " AS ");
    orm__text_add(text, target);
    char through[16] = "";
    if (link != NULL) {
        (void)snprintf(through, sizeof through, "l%u", text->subqueries);
        orm__text_add(text, ", ");
        orm__text_table(text, link->schema, link->table);
        orm__text_add(text, " AS ");
        orm__text_add(text, through);
    }
    orm__text_add(text, " WHERE ");
    for (uint16_t i = 0; i < relation->own_count; i++) {
        const orm_column *own = &owner->columns[relation->own_columns[i]];
        if (i > 0)
            orm__text_add(text, " AND ");
        if (link != NULL)
            orm__text_equal(text, through, link->own_columns[i], alias, own->name, own);
        else
            orm__text_equal(text, target,
                            relation->target->columns[relation->target_columns[i]].name, alias,
                            own->name, own);
    }
    for (uint16_t i = 0; link != NULL && i < link->target_count; i++) {
        const orm_column *column = &relation->target->columns[relation->target_columns[i]];
        orm__text_add(text, " AND ");
        orm__text_equal(text, target, column->name, through, link->target_columns[i], column);
    }
}

/* `select` FROM the related rows for which the inner condition holds, or does not surely hold. */
static void write_rows(orm__text *text, const orm__scope *scope, const orm_pred *pred,
                       const char *select, bool others)
{
    const orm_relation *relation = &pred->model->relations[pred->target];
    const orm_pred *inner = &pred->as.children.items[0];
    char target[16];
    orm__scope rows = {.around = scope, .model = relation->target, .alias = target};
    text->subqueries++;
    (void)snprintf(target, sizeof target, "s%u", text->subqueries);
    orm__text_add(text, select);
    write_related(text, scope->alias, target, pred->model, relation);
    if (others) {
        orm__text_add(text, " AND (");
        orm__text_pred_in(text, &rows, inner, ORM_PRED_NONE);
        orm__text_add(text, ") IS NOT TRUE");
    } else if (orm__pred_is_given(inner)) {
        orm__text_add(text, " AND ");
        orm__text_pred_in(text, &rows, inner, ORM_PRED_ALL_OF);
    }
    orm__text_add(text, ")");
}

void orm__text_count(orm__text *text, const orm__scope *scope, const orm_pred *pred)
{
    write_rows(text, scope, pred, "(SELECT count(*) FROM ", false);
}

static bool is_group(const orm_pred *pred)
{
    return pred->kind == ORM_PRED_ALL_OF || pred->kind == ORM_PRED_ANY_OF;
}

/* Without groups of one and doubled NOT, which change nothing. */
static const orm_pred *essence(const orm_pred *pred)
{
    for (;;) {
        const orm_pred *inner = pred->as.children.items;
        if (is_group(pred) && pred->as.children.count == 1)
            pred = inner;
        else if (pred->kind == ORM_PRED_NOT && inner->kind == ORM_PRED_NOT)
            pred = inner->as.children.items;
        else
            return pred;
    }
}

/* Whether the children of `pred` can stand in a row of `kind` themselves. */
static bool continues(const orm_pred *pred, orm_pred_kind kind)
{
    return pred->kind == kind && pred->as.children.count > 0;
}

static size_t count_row(const orm_pred *pred, orm_pred_kind kind)
{
    size_t count = 0;
    pred = essence(pred);
    if (!continues(pred, kind))
        return 1;
    for (size_t i = 0; i < pred->as.children.count; i++)
        count += count_row(&pred->as.children.items[i], kind);
    return count;
}

/*
 * Conditions in a row make a tree as deep as there are of them, which databases limit; parentheses
 * around every 64, and 64 of those, keep many shallow.
 */
static void write_operand(operands *row, const orm_pred *pred)
{
    if (row->written > 0)
        orm__text_add(row->text, row->kind == ORM_PRED_ALL_OF ? " AND " : " OR ");
    for (size_t size = SIDE_BY_SIDE; size < row->count; size *= SIDE_BY_SIDE)
        if (row->written % size == 0)
            orm__text_add(row->text, "(");
    orm__text_pred_in(row->text, row->scope, pred, row->kind);
    row->written++;
    for (size_t size = SIDE_BY_SIDE; size < row->count; size *= SIDE_BY_SIDE)
        if (row->written % size == 0 || row->written == row->count)
            orm__text_add(row->text, ")");
}

static void write_row(operands *row, const orm_pred *pred)
{
    pred = essence(pred);
    if (!continues(pred, row->kind)) {
        write_operand(row, pred);
        return;
    }
    size_t first = orm__pred_first(pred);
    for (size_t i = 0; i < pred->as.children.count; i++)
        write_row(row, orm__pred_child(pred, first, i));
}

/* AND binds tighter than OR, NOT tighter than both. */
static void write_group(orm__text *text, const orm__scope *scope, const orm_pred *pred,
                        orm_pred_kind around)
{
    bool apart =
        around == ORM_PRED_NOT || (around == ORM_PRED_ALL_OF && pred->kind == ORM_PRED_ANY_OF);
    operands row = {.text = text, .scope = scope, .kind = pred->kind};
    row.count = count_row(pred, pred->kind);
    if (pred->as.children.count == 0) {
        orm__text_add(text, pred->kind == ORM_PRED_ALL_OF ? "TRUE" : "FALSE");
        return;
    }
    if (apart)
        orm__text_add(text, "(");
    write_row(&row, pred);
    if (apart)
        orm__text_add(text, ")");
}

static void write_leaf(orm__text *text, const orm__scope *scope, const orm_pred *pred)
{
    orm__subject subject = {.model = pred->model, .column = &pred->model->columns[pred->target]};
    orm__text_cond(text, scope, &subject, &pred->as.cond);
}

static void write_count(orm__text *text, const orm__scope *scope, const orm_pred *pred)
{
    static const orm_column number = {.type = ORM_TYPE_BIGINT};
    orm__subject subject = {.model = pred->model, .column = &number, .counted = pred};
    orm__text_cond(text, scope, &subject, &pred->as.children.items[1].as.cond);
}

void orm__text_pred_in(orm__text *text, const orm__scope *scope, const orm_pred *pred,
                       orm_pred_kind around)
{
    pred = essence(pred);
    switch (pred->kind) {
    case ORM_PRED_LEAF:
        write_leaf(text, scope, pred);
        break;
    case ORM_PRED_NULL:
        orm__text_column(text, scope->alias, pred->model->columns[pred->target].name);
        orm__text_add(text, " IS NULL");
        break;
    case ORM_PRED_ALL_OF:
    case ORM_PRED_ANY_OF:
        write_group(text, scope, pred, around);
        break;
    case ORM_PRED_NOT:
        orm__text_add(text, "NOT ");
        orm__text_pred_in(text, scope, pred->as.children.items, ORM_PRED_NOT);
        break;
    case ORM_PRED_HAS:
        write_rows(text, scope, pred, "EXISTS (SELECT 1 FROM ", false);
        break;
    case ORM_PRED_HAS_ONLY:
        write_rows(text, scope, pred, "NOT EXISTS (SELECT 1 FROM ", true);
        break;
    case ORM_PRED_COUNT:
        write_count(text, scope, pred);
        break;
    case ORM_PRED_SQL:
        orm__text_fragment(text, scope, pred);
        break;
    default:
        orm__text_add(text, "TRUE");
        break;
    }
}

void orm__text_pred(orm__text *text, const char *alias, const orm_pred *pred)
{
    orm__scope scope = {.around = text->around, .model = pred->model, .alias = alias};
    orm__text_pred_in(text, &scope, pred, ORM_PRED_ALL_OF);
}
