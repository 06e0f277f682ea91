#include <string.h>

#include "base/fail.h"
#include "model/order_code.h"
#include "model/utf8.h"
#include "sql/view.h"

enum { COLLATION_SIZE = 63 }; /* bytes of a name in PostgreSQL */

static orm_status refuse(const orm__view *view, uint32_t code, orm_error *error)
{
    if ((code & ORM_ORDER_TOO_DEEP) != 0)
        return orm__fail(error, ORM_INVALID,
                         "order_by of a query of %s goes through more than %d relations",
                         view->model->name, ORM__ORDER_STEPS);
    return orm__fail(error, ORM_INVALID,
                     "order_by of a query of %s holds %u, which is none of its orders",
                     view->model->name, (unsigned)code);
}

/* The number of a path, which is added when the query does not have it; 0: no such relation. */
static uint8_t find_path(orm__query *query, const orm_model *owner, uint8_t parent, uint8_t step)
{
    if (step > owner->relation_count)
        return 0;
    const orm_relation *relation = &owner->relations[step - 1];
    if (relation->kind != ORM_BELONGS_TO && relation->kind != ORM_HAS_ONE)
        return 0;
    for (uint16_t i = 0; i < query->order_path_count; i++)
        if (query->order_paths[i].relation == relation && query->order_paths[i].parent == parent)
            return (uint8_t)(i + 1);
    query->order_paths[query->order_path_count++] = (orm__order_path){relation, parent};
    return (uint8_t)query->order_path_count;
}

/* Of the rest no constants are generated: nothing orders them alike on both databases. */
static bool can_order(const orm_column *column)
{
    return column->type != ORM_TYPE_JSON && column->type != ORM_TYPE_JSONB &&
           (column->flags & ORM_COLUMN_ARRAY) == 0;
}

static orm_status add_order(const orm__view *view, uint32_t code, orm__query *query,
                            orm_error *error)
{
    const orm_model *model = view->model;
    orm__order_code parts;
    uint8_t path = 0;
    if (!orm__order_decode(code, &parts))
        return refuse(view, code, error);
    for (int i = 0; i < ORM__ORDER_STEPS && parts.steps[i] != 0; i++) {
        path = find_path(query, model, path, parts.steps[i]);
        if (path == 0)
            return refuse(view, code, error);
        model = query->order_paths[path - 1].relation->target;
    }
    if (parts.column >= model->column_count || !can_order(&model->columns[parts.column]))
        return refuse(view, code, error);
    query->order[query->order_count++] = (orm__order){
        .column = parts.column, .path = path, .descending = parts.descending, .nulls = parts.nulls};
    return ORM_OK;
}

static bool is_name(const char *name)
{
    size_t size = strnlen(name, COLLATION_SIZE + 1);
    if (size == 0 || size > COLLATION_SIZE || orm__utf8_check(name, size) != ORM__UTF8_OK)
        return false;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
            return false;
    return true;
}

orm_status orm__view_order(const orm__view *view, const orm_relation *relation, orm__query *query,
                           orm_error *error)
{
    orm_status status = ORM_OK;
    query->order_count = 0;
    query->order_path_count = 0;
    query->collation = view->collation;
    if (view->collation != NULL && !is_name(view->collation))
        return orm__fail(error, ORM_INVALID,
                         "the collation of a query of %s is not a name of 1 to %d bytes",
                         view->model->name, COLLATION_SIZE);
    for (size_t i = 0; i < ORM_ORDER_MAX && view->order_by[i] != 0 && status == ORM_OK; i++)
        status = add_order(view, view->order_by[i], query, error);
    if (query->order_count > 0 || relation == NULL)
        return status;
    for (uint16_t i = 0; i < relation->order_count && i < ORM_ORDER_MAX; i++)
        query->order[query->order_count++] = (orm__order){
            .column = relation->order[i].column, .descending = relation->order[i].descending};
    return status;
}
