#include <string.h>

#include "base/fail.h"
#include "model/column_value.h"
#include "session/session.h"
#include "sql/scope.h"
#include "sql/view.h"

static orm_pred failed(const orm_model *model, orm_status status)
{
    orm_pred pred = {.model = model, .kind = ORM_PRED_FAILED};
    pred.as.failure = status;
    return pred;
}

static bool has_list(const orm_cond *cond)
{
    return cond->op == ORM_OP_IN || cond->op == ORM_OP_NOT_IN;
}

/* Queries of a union that are looked at; a longer one is refused when it is used. */
enum {
    UNION_KEPT = 40,
    QUERIES_DEEP = 32 /* relations below one another */
};

static const orm_pred *where_of(const orm_model *model, const void *query)
{
    return (const orm_pred *)(const void *)((const char *)query + model->query.where);
}

static const void *next_of(const orm_model *model, const void *query)
{
    const void *next = NULL;
    memcpy(&next, (const char *)query + model->query.union_with, sizeof next);
    return next;
}

static uint16_t rows_depth(const orm_rows *rows)
{
    uint16_t deepest = 0;
    const void *query = rows->model == NULL ? NULL : rows->query;
    for (int i = 0; i < UNION_KEPT && query != NULL; i++) {
        const orm_pred *where = where_of(rows->model, query);
        if (where->depth > deepest)
            deepest = where->depth;
        query = next_of(rows->model, query);
    }
    return deepest;
}

/* A condition on the rows of a query is as deep as that query's own. */
static uint16_t leaf_depth(const orm_cond *cond)
{
    uint16_t deepest = 0;
    for (int i = 0; !has_list(cond) && i < orm__cond_operands(cond); i++) {
        const orm_value *value = &cond->as.values[i];
        uint16_t depth = value->kind == ORM_KIND_ROWS ? rows_depth(&value->as.rows) : 0;
        if (depth > deepest)
            deepest = depth;
    }
    return (uint16_t)(deepest + 1);
}

orm_pred orm_gen_pred(const orm_model *model, uint16_t column, orm_cond cond)
{
    orm_pred pred = {
        .model = model, .kind = ORM_PRED_LEAF, .target = column, .depth = leaf_depth(&cond)};
    pred.as.cond = cond;
    return pred;
}

static orm_pred equal_to(const orm_model *model, uint16_t column, orm_value value)
{
    orm_cond cond = {.op = ORM_OP_EQ};
    cond.as.values[0] = value;
    return orm_gen_pred(model, column, cond);
}

orm_pred orm_gen_pred_bool(const orm_model *model, uint16_t column, bool value)
{
    return equal_to(model, column, orm_bind_int(value));
}

orm_pred orm_gen_pred_enum(const orm_model *model, uint16_t column, int value)
{
    return equal_to(model, column, orm_bind_int(value));
}

orm_pred orm_gen_pred_enum_in(const orm_model *model, uint16_t column, const int *values,
                              size_t count)
{
    return orm_gen_pred(model, column, orm_cond_in_i32(ORM_OP_IN, values, count).cond);
}

orm_pred orm_gen_pred_null(const orm_model *model, uint16_t column)
{
    orm_pred pred = {.model = model, .kind = ORM_PRED_NULL, .target = column, .depth = 1};
    return pred;
}

orm_pred orm_gen_pred_everything(const orm_model *model)
{
    orm_pred pred = {.model = model, .kind = ORM_PRED_EVERYTHING, .depth = 1};
    return pred;
}

static size_t list_item_size(orm_list_type type)
{
    switch (type) {
    case ORM_LIST_I8:
    case ORM_LIST_U8:
        return 1;
    case ORM_LIST_I16:
    case ORM_LIST_U16:
        return 2;
    case ORM_LIST_I32:
    case ORM_LIST_U32:
        return 4;
    case ORM_LIST_FLOAT:
        return sizeof(float);
    case ORM_LIST_DATE:
        return sizeof(orm_date);
    case ORM_LIST_TEXT:
        return sizeof(const char *);
    case ORM_LIST_BYTES:
        return sizeof(orm_bytes);
    case ORM_LIST_NUMERIC:
        return sizeof(orm_numeric);
    case ORM_LIST_UUID:
        return sizeof(orm_uuid);
    case ORM_LIST_INTERVAL:
        return sizeof(orm_interval);
    default:
        return 8;
    }
}

/* A list's items, and the text they point to, copied into the session. */
static orm_status keep_list(orm_session *db, orm_cond *cond)
{
    size_t count = cond->as.list.count;
    size_t size = list_item_size(cond->list_type);
    if (count == 0 || cond->as.list.items == NULL)
        return ORM_OK;
    if (count > SIZE_MAX / 32)
        return ORM_NOMEM;
    char *items = orm__arena_alloc(&db->arena, count * size);
    if (items == NULL)
        return ORM_NOMEM;
    memcpy(items, cond->as.list.items, count * size);
    bool pointers = cond->list_type == ORM_LIST_TEXT || cond->list_type == ORM_LIST_BYTES ||
                    cond->list_type == ORM_LIST_NUMERIC;
    for (size_t i = 0; pointers && i < count; i++) {
        orm_value value = orm__list_get(cond, i);
        if (value.kind == ORM_KIND_NULL || orm__value_keep(&value, &db->arena) != ORM_OK) {
            if (value.kind == ORM_KIND_NULL)
                continue;
            return ORM_NOMEM;
        }
        /* Every such item begins with the pointer to its data. */
        memcpy(items + i * size, &value.as.span.data, sizeof value.as.span.data);
    }
    cond->as.list.items = items;
    return ORM_OK;
}

static orm_status keep_deep(orm_session *db, const orm_model *model, const void *query, int depth,
                            const void **copy_out);
static orm_pred keep(orm_session *db, const orm_model *model, const orm_pred *pred);

static orm_status keep_text(orm_session *db, char *member)
{
    const char *text = NULL;
    memcpy(&text, member, sizeof text);
    if (text == NULL)
        return ORM_OK;
    text = orm__arena_copy(&db->arena, text, strlen(text) + 1);
    memcpy(member, &text, sizeof text);
    return text == NULL ? ORM_NOMEM : ORM_OK;
}

/* One query, and what it borrows for its order and conditions; a subquery loads no relations and is
 * no page. */
static orm_status keep_query(orm_session *db, const orm_model *model, const void *query,
                             char **copy_out)
{
    const orm_query_layout *layout = &model->query;
    char *copy = orm__arena_copy(&db->arena, query, layout->size);
    *copy_out = copy;
    if (copy == NULL)
        return ORM_NOMEM;
    if (layout->with != ORM_NO_OFFSET)
        memset(copy + layout->with, 0, model->relation_count * sizeof(void *));
    orm_pred *where = (orm_pred *)(void *)(copy + layout->where);
    if (where->kind != ORM_PRED_NONE)
        *where = keep(db, model, where);
    if (where->kind == ORM_PRED_FAILED)
        return where->as.failure;
    return keep_text(db, copy + layout->collation);
}

/* The queries of a union, each pointing to the next. */
static orm_status keep_rows(orm_session *db, orm_rows *rows)
{
    const void *query = rows->model == NULL ? NULL : rows->query;
    char *before = NULL;
    orm_status status = ORM_OK;
    for (int i = 0; i <= UNION_KEPT && query != NULL && status == ORM_OK; i++) {
        char *copy = NULL;
        if (i < UNION_KEPT)
            status = keep_query(db, rows->model, query, &copy);
        if (before == NULL)
            rows->query = copy;
        else
            memcpy(before + rows->model->query.union_with, &copy, sizeof copy);
        before = copy;
        query = copy == NULL ? NULL : next_of(rows->model, copy);
    }
    return status;
}

static orm_status keep_cond(orm_session *db, orm_cond *cond)
{
    orm_status status = ORM_OK;
    if (has_list(cond))
        return keep_list(db, cond);
    for (int i = 0; i < orm__cond_operands(cond) && status == ORM_OK; i++) {
        orm_value *value = &cond->as.values[i];
        if (value->kind == ORM_KIND_ROWS)
            status = keep_rows(db, &value->as.rows);
        else if (value->kind != ORM_KIND_COLUMN)
            status = orm__value_keep(value, &db->arena);
    }
    return status;
}

/* Copies what a leaf borrows, so that the predicate can outlive the expression that made it. */
static orm_pred keep(orm_session *db, const orm_model *model, const orm_pred *pred)
{
    orm_pred copy = *pred;
    if (copy.kind == ORM_PRED_FAILED)
        return copy;
    if (copy.kind == ORM_PRED_NONE || copy.model != model)
        return failed(model, ORM_MISUSE);
    if (copy.kind != ORM_PRED_LEAF)
        return copy;
    orm_status status = keep_cond(db, &copy.as.cond);
    return status == ORM_OK ? copy : failed(model, status);
}

static orm_status keep_pointers(orm_session *db, const orm__view *view, char *copy, int depth)
{
    const orm_model *model = view->model;
    orm_status status = ORM_OK;
    size_t to_many = 0;
    for (uint16_t i = 0; i < model->relation_count && status == ORM_OK; i++) {
        const orm_relation *relation = &model->relations[i];
        bool many = relation->kind == ORM_HAS_MANY || relation->kind == ORM_MANY_TO_MANY;
        const void *kept = NULL;
        status = keep_deep(db, relation->target, orm__view_with(view, i), depth + 1, &kept);
        if (view->with != NULL)
            memcpy(copy + model->query.with + i * sizeof kept, &kept, sizeof kept);
        if (status == ORM_OK && many && view->counts != NULL) {
            status = keep_deep(db, relation->target, orm__view_count(view, i), depth + 1, &kept);
            memcpy(copy + model->query.counts + to_many * sizeof kept, &kept, sizeof kept);
        }
        to_many += many;
    }
    return status;
}

static orm_status keep_deep(orm_session *db, const orm_model *model, const void *query, int depth,
                            const void **copy_out)
{
    orm_rows rows = {model, query};
    orm__view view;
    *copy_out = NULL;
    if (query == NULL)
        return ORM_OK;
    if (depth > QUERIES_DEEP)
        return orm__fail(&db->error, ORM_INVALID, "relations of %s are nested more than %d deep",
                         model->name, QUERIES_DEEP);
    orm_status status = keep_rows(db, &rows);
    if (status != ORM_OK)
        return orm__fail(&db->error, status, "the query of %s can't be kept", model->name);
    char *copy = NULL;
    memcpy(&copy, &rows.query, sizeof copy);
    orm__view_read(&view, model, query);
    if (keep_text(db, copy + model->query.after) != ORM_OK ||
        keep_text(db, copy + model->query.before) != ORM_OK)
        return orm__session_nomem(db);
    *copy_out = copy;
    return keep_pointers(db, &view, copy, depth);
}

orm_status orm__session_keep_query(orm_session *db, const orm_model *model, const void *query,
                                   const void **copy_out)
{
    return keep_deep(db, model, query, 0, copy_out);
}

/* `items` are of model `inner`; the result is of `model`. */
static orm_pred combine(orm_session *db, const orm_model *model, orm_pred_kind kind,
                        const orm_model *inner, const orm_pred *items, size_t count)
{
    if (count > UINT16_MAX)
        return failed(model, ORM_INVALID);
    orm_pred *copies = orm__arena_alloc(&db->arena, (count + 1) * sizeof *copies);
    if (copies == NULL)
        return failed(model, ORM_NOMEM);
    uint16_t depth = 0;
    for (size_t i = 0; i < count; i++) {
        copies[i] = keep(db, inner, &items[i]);
        if (copies[i].kind == ORM_PRED_FAILED)
            return failed(model, copies[i].as.failure);
        if (copies[i].depth > depth)
            depth = copies[i].depth;
    }
    if (depth >= ORM_PRED_MAX_DEPTH)
        return failed(model, ORM_INVALID);
    orm_pred pred = {.model = model, .kind = kind, .depth = (uint16_t)(depth + 1)};
    pred.as.children.items = copies;
    pred.as.children.count = count;
    return pred;
}

static orm_pred related(orm_session *db, const orm_model *model, orm_pred_kind kind,
                        uint16_t relation, const orm_pred *target)
{
    if (!orm__session_take(db))
        return failed(model, ORM_MISUSE);
    orm_pred pred = combine(db, model, kind, model->relations[relation].target, target, 1);
    pred.target = relation;
    (void)orm__session_leave(db, ORM_OK);
    return pred;
}

orm_pred orm_gen_pred_has(orm_session *db, const orm_model *model, uint16_t relation,
                          const orm_pred *target)
{
    return related(db, model, ORM_PRED_HAS, relation, target);
}

orm_pred orm_gen_pred_has_no(orm_session *db, const orm_model *model, uint16_t relation,
                             const orm_pred *target)
{
    orm_pred has = orm_gen_pred_has(db, model, relation, target);
    return orm_gen_pred_not(db, model, &has);
}

orm_pred orm_gen_pred_has_only(orm_session *db, const orm_model *model, uint16_t relation,
                               const orm_pred *target)
{
    return related(db, model, ORM_PRED_HAS_ONLY, relation, target);
}

static orm_pred count(orm_session *db, const orm_model *model, uint16_t relation, orm_cond cond,
                      const orm_pred *target)
{
    const orm_model *inner = model->relations[relation].target;
    orm_pred number = orm_gen_pred(model, 0, cond);
    orm_pred pred = combine(db, model, ORM_PRED_COUNT, inner, target, 1);
    orm_pred *both = orm__arena_alloc(&db->arena, 2 * sizeof *both);
    if (pred.kind == ORM_PRED_FAILED)
        return pred;
    number = keep(db, model, &number);
    if (both == NULL || number.kind == ORM_PRED_FAILED)
        return both == NULL ? failed(model, ORM_NOMEM) : number;
    both[0] = pred.as.children.items[0];
    both[1] = number;
    if (number.depth >= pred.depth)
        pred.depth = (uint16_t)(number.depth + 1);
    if (pred.depth > ORM_PRED_MAX_DEPTH)
        return failed(model, ORM_INVALID);
    pred.target = relation;
    pred.as.children.items = both;
    pred.as.children.count = 2;
    return pred;
}

orm_pred orm_gen_pred_count(orm_session *db, const orm_model *model, uint16_t relation,
                            orm_cond cond, const orm_pred *target)
{
    if (!orm__session_take(db))
        return failed(model, ORM_MISUSE);
    orm_pred pred = count(db, model, relation, cond, target);
    (void)orm__session_leave(db, ORM_OK);
    return pred;
}

static orm_pred fragment(orm_session *db, const orm_model *model, const char *text,
                         const orm_value *values, size_t count)
{
    if (text == NULL || count > UINT16_MAX || (values == NULL && count > 0))
        return failed(model, ORM_MISUSE);
    orm_pred pred = {.model = model, .kind = ORM_PRED_SQL, .depth = 1};
    orm_value *copies = orm__arena_alloc(&db->arena, (count + 1) * sizeof *copies);
    pred.as.fragment.text = orm__arena_copy(&db->arena, text, strlen(text) + 1);
    pred.as.fragment.values = copies;
    pred.as.fragment.count = count;
    if (copies == NULL || pred.as.fragment.text == NULL)
        return failed(model, ORM_NOMEM);
    for (size_t i = 0; i < count; i++) {
        copies[i] = values[i];
        orm_status status = orm__value_keep(&copies[i], &db->arena);
        if (status != ORM_OK)
            return failed(model, status);
    }
    return pred;
}

orm_pred orm_gen_pred_sql(orm_session *db, const orm_model *model, const char *text,
                          const orm_value *values, size_t count)
{
    if (!orm__session_take(db))
        return failed(model, ORM_MISUSE);
    orm_pred pred = fragment(db, model, text, values, count);
    (void)orm__session_leave(db, ORM_OK);
    return pred;
}

orm_pred orm_gen_pred_not(orm_session *db, const orm_model *model, const orm_pred *pred)
{
    return orm_gen_pred_group(db, model, ORM_PRED_NOT, pred, 1);
}

orm_pred orm_gen_pred_group(orm_session *db, const orm_model *model, orm_pred_kind kind,
                            const orm_pred *items, size_t count)
{
    if (!orm__session_take(db))
        return failed(model, ORM_MISUSE);
    orm_pred pred = combine(db, model, kind, model, items, count);
    (void)orm__session_leave(db, ORM_OK);
    return pred;
}

/* A conjunction grows in place: conditions added in a loop do not nest. */
static orm_pred extend(orm_session *db, const orm_model *model, const orm_pred *group,
                       const orm_pred *pred)
{
    size_t count = group->as.children.count;
    orm_pred *items =
        count >= UINT16_MAX ? NULL : orm__arena_alloc(&db->arena, (count + 1) * sizeof *items);
    if (items == NULL)
        return failed(model, count >= UINT16_MAX ? ORM_INVALID : ORM_NOMEM);
    memcpy(items, group->as.children.items, count * sizeof *items);
    items[count] = keep(db, model, pred);
    if (items[count].kind == ORM_PRED_FAILED)
        return items[count];
    if (items[count].depth >= ORM_PRED_MAX_DEPTH)
        return failed(model, ORM_INVALID);
    orm_pred grown = *group;
    if (items[count].depth >= grown.depth)
        grown.depth = (uint16_t)(items[count].depth + 1);
    grown.as.children.items = items;
    grown.as.children.count = count + 1;
    return grown;
}

void orm_gen_where(orm_session *db, const orm_model *model, orm_pred *where, const orm_pred *pred)
{
    if (where->kind == ORM_PRED_FAILED)
        return;
    if (!orm__session_take(db)) {
        *where = failed(model, ORM_MISUSE);
        return;
    }
    if (where->kind == ORM_PRED_NONE) {
        *where = keep(db, model, pred);
    } else if (where->kind == ORM_PRED_ALL_OF && where->model == model) {
        *where = extend(db, model, where, pred);
    } else {
        orm_pred both[2] = {*where, *pred};
        *where = combine(db, model, ORM_PRED_ALL_OF, model, both, 2);
    }
    (void)orm__session_leave(db, ORM_OK);
}
