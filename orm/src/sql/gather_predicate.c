#include "base/fail.h"
#include "sql/predicate_text.h"
#include "sql/scope.h"

static void shape_u16(orm__gathered *gathered, uint16_t value)
{
    orm__gather_shape(gathered, &value, sizeof value);
}

static void gather_leaf(orm__gathered *gathered, const orm__scope *scope, const orm_pred *pred)
{
    orm__subject subject = {.model = pred->model, .column = &pred->model->columns[pred->target]};
    shape_u16(gathered, pred->target);
    orm__gather_cond(gathered, scope, &subject, &pred->as.cond);
}

/* A condition on rows that `pred`'s relation leads to. */
static void gather_related(orm__gathered *gathered, const orm__scope *scope, const orm_pred *pred)
{
    orm__scope inner = {.around = scope, .model = pred->model->relations[pred->target].target};
    shape_u16(gathered, pred->target);
    orm__gather_pred(gathered, &inner, &pred->as.children.items[0]);
}

static void gather_count(orm__gathered *gathered, const orm__scope *scope, const orm_pred *pred)
{
    const orm_column number = {.field = pred->model->relations[pred->target].name,
                               .type = ORM_TYPE_BIGINT};
    orm__subject subject = {.model = pred->model, .column = &number, .counted = pred};
    gather_related(gathered, scope, pred);
    if (gathered->status == ORM_OK)
        orm__gather_cond(gathered, scope, &subject, &pred->as.children.items[1].as.cond);
}

static void gather_group(orm__gathered *gathered, const orm__scope *scope, const orm_pred *pred)
{
    size_t first = orm__pred_first(pred);
    orm__gather_shape(gathered, &pred->as.children.count, sizeof(size_t));
    for (size_t i = 0; i < pred->as.children.count && gathered->status == ORM_OK; i++)
        orm__gather_pred(gathered, scope, orm__pred_child(pred, first, i));
}

static void fail(orm__gathered *gathered, orm_status status)
{
    gathered->status = orm__fail(
        gathered->error, status, "%s",
        status == ORM_INVALID ? "the predicate nests deeper than 200 levels"
        : status == ORM_MISUSE
            ? "the predicate was combined from one that holds no condition, or of another model"
            : orm_status_text(status));
}

void orm__gather_pred(orm__gathered *gathered, const orm__scope *scope, const orm_pred *pred)
{
    if (gathered->status != ORM_OK)
        return;
    shape_u16(gathered, (uint16_t)pred->kind);
    if (pred->depth > ORM_PRED_MAX_DEPTH)
        fail(gathered, ORM_INVALID);
    else
        switch (pred->kind) {
        case ORM_PRED_LEAF:
            gather_leaf(gathered, scope, pred);
            break;
        case ORM_PRED_NULL:
            shape_u16(gathered, pred->target);
            break;
        case ORM_PRED_HAS:
        case ORM_PRED_HAS_ONLY:
            gather_related(gathered, scope, pred);
            break;
        case ORM_PRED_COUNT:
            gather_count(gathered, scope, pred);
            break;
        case ORM_PRED_ALL_OF:
        case ORM_PRED_ANY_OF:
        case ORM_PRED_NOT:
            gather_group(gathered, scope, pred);
            break;
        case ORM_PRED_SQL:
            orm__gather_fragment(gathered, pred);
            break;
        case ORM_PRED_NONE:
        case ORM_PRED_EVERYTHING:
            break;
        case ORM_PRED_FAILED:
            fail(gathered, pred->as.failure);
            break;
        default:
            gathered->status = orm__fail(gathered->error, ORM_MISUSE,
                                         "a predicate was not made by a generated function");
            break;
        }
}

void orm__gather_given(orm__gathered *gathered, const orm__scope *scope, const orm_pred *where)
{
    static const orm_pred none;
    if (where == NULL)
        where = &none;
    if (where->kind != ORM_PRED_NONE && where->model != scope->model &&
        gathered->status == ORM_OK) {
        gathered->status = orm__fail(gathered->error, ORM_MISUSE,
                                     "the predicate is not one of model %s", scope->model->name);
        return;
    }
    orm__gather_pred(gathered, scope, where);
}

static bool cond_reads_rows(const orm_cond *cond)
{
    if (cond->op == ORM_OP_IN || cond->op == ORM_OP_NOT_IN)
        return false;
    for (int i = 0; i < orm__cond_operands(cond); i++)
        if (cond->as.values[i].kind == ORM_KIND_ROWS)
            return true;
    return false;
}

bool orm__pred_reaches_out(const orm_pred *pred)
{
    if (pred == NULL)
        return false;
    switch (pred->kind) {
    case ORM_PRED_HAS:
    case ORM_PRED_HAS_ONLY:
    case ORM_PRED_COUNT:
    case ORM_PRED_SQL:
        return true;
    case ORM_PRED_LEAF:
        return cond_reads_rows(&pred->as.cond);
    case ORM_PRED_ALL_OF:
    case ORM_PRED_ANY_OF:
    case ORM_PRED_NOT:
        for (size_t i = 0; i < pred->as.children.count; i++)
            if (orm__pred_reaches_out(&pred->as.children.items[i]))
                return true;
        return false;
    default:
        return false;
    }
}
