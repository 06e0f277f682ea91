#include "sql/order_text.h"

#include <stdio.h>
#include <string.h>

#include "sql/compile.h"
#include "sql/join_text.h"

static const orm_model *path_model(const orm__query *query, uint8_t path)
{
    return path == 0 ? query->model : query->order_paths[path - 1].relation->target;
}

/* Only a query's own rows are named from within its subqueries, so only their alias differs. */
static const char *path_alias(const orm__text *text, uint8_t path,
                              char alias[ORM__ORDER_ALIAS_SIZE])
{
    if (path == 0)
        return orm__text_own(text);
    (void)snprintf(alias, ORM__ORDER_ALIAS_SIZE, "o%u", (unsigned)path);
    return alias;
}

const orm_model *orm__order_model(const orm__query *query, const orm__order *order)
{
    return path_model(query, order->path);
}

const char *orm__order_alias(const orm__text *text, const orm__order *order,
                             char alias[ORM__ORDER_ALIAS_SIZE])
{
    return path_alias(text, order->path, alias);
}

bool orm__order_nulls_first(const orm__order *order)
{
    return order->nulls == 0 ? order->descending : order->nulls == ORM_NULLS_FIRST;
}

bool orm__order_is_nullable(const orm_model *model, const orm__order *order)
{
    return order->path != 0 || (model->columns[order->column].flags & ORM_COLUMN_NULLABLE) != 0;
}

void orm__gather_order(orm__gathered *gathered, const orm__query *query)
{
    struct {
        uint32_t orders;
        uint32_t paths;
        uint64_t collation;
    } head = {query->order_count, query->order_path_count,
              query->collation == NULL ? 0 : strlen(query->collation)};
    orm__gather_shape(gathered, &head, sizeof head);
    for (uint16_t i = 0; i < query->order_count; i++) {
        const orm__order *order = &query->order[i];
        uint32_t item[5] = {order->column, order->path, order->descending, order->nulls,
                            order->exact};
        orm__gather_shape(gathered, item, sizeof item);
    }
    for (uint16_t i = 0; i < query->order_path_count; i++) {
        const orm__order_path *path = &query->order_paths[i];
        orm__gather_shape(gathered, &path->relation, sizeof path->relation);
        orm__gather_shape(gathered, &path->parent, sizeof path->parent);
    }
    if (query->collation != NULL)
        orm__gather_shape(gathered, query->collation, head.collation);
}

void orm__text_order_joins(orm__text *text, const orm__query *query)
{
    for (uint16_t i = 0; i < query->order_path_count; i++) {
        const orm__order_path *path = &query->order_paths[i];
        char from[ORM__ORDER_ALIAS_SIZE];
        char to[ORM__ORDER_ALIAS_SIZE];
        orm__text_join(text, path_alias(text, path->parent, from), path_model(query, path->parent),
                       path->relation, path_alias(text, (uint8_t)(i + 1), to), NULL);
    }
}

static bool is_text(const orm_column *column)
{
    return column->type == ORM_TYPE_TEXT || column->type == ORM_TYPE_VARCHAR ||
           column->type == ORM_TYPE_CHAR;
}

static bool is_placed(const orm__text *text, const orm_column *column)
{
    return text->dialect->labels_are_text && column->type == ORM_TYPE_ENUM &&
           (column->flags & ORM_COLUMN_ARRAY) == 0;
}

void orm__text_order_before(orm__text *text, const orm_column *column)
{
    if (is_placed(text, column))
        orm__text_add(text, "CASE ");
}

void orm__text_order_behind(orm__text *text, const orm_column *column)
{
    if (!is_placed(text, column))
        return;
    for (size_t i = 0; i < column->labels->count; i++) {
        orm__text_add(text, " WHEN ");
        orm__text_string(text, column->labels->labels[i]);
        orm__buffer_printf(&text->out->sql, " THEN %zu", i + 1);
    }
    orm__text_add(text, " END");
}

void orm__text_order_column(orm__text *text, const char *alias, const orm_column *column,
                            const char *collation)
{
    orm__text_order_before(text, column);
    orm__text_column(text, alias, column->name);
    orm__text_order_behind(text, column);
    if (collation == NULL || !is_text(column)) {
        orm__text_add(text, text->dialect->collation(column));
        return;
    }
    orm__text_add(text, " COLLATE ");
    orm__text_name(text, collation);
}

void orm__text_order_item(orm__text *text, const char *alias, const orm_model *model,
                          const orm__order *order, const char *collation)
{
    orm__text_order_column(text, alias, &model->columns[order->column],
                           order->exact ? NULL : collation);
    if (order->descending)
        orm__text_add(text, " DESC");
    if (orm__order_is_nullable(model, order) &&
        (order->nulls != 0 || text->dialect->nulls_need_order))
        orm__text_add(text, orm__order_nulls_first(order) ? " NULLS FIRST" : " NULLS LAST");
}

void orm__write_order(orm__text *text, const orm__query *query)
{
    for (uint16_t i = 0; i < query->order_count; i++) {
        const orm__order *order = &query->order[i];
        char alias[ORM__ORDER_ALIAS_SIZE];
        orm__text_add(text, i == 0 ? " ORDER BY " : ", ");
        orm__text_order_item(text, orm__order_alias(text, order, alias),
                             orm__order_model(query, order), order, query->collation);
    }
}
