/*
 * Rows with relations to many joined to them. The rows are picked, ordered, limited and numbered
 * before anything is joined, so that none is lost, and the numbers tell them apart.
 */
#include <string.h>

#include "sql/compile.h"
#include "sql/distinct_text.h"
#include "sql/order_text.h"
#include "sql/view.h"

enum { NAME_SIZE = 64 };

static bool has_column(const orm_model *model, const char *name)
{
    for (uint16_t i = 0; i < model->column_count; i++)
        if (strcmp(model->columns[i].name, name) == 0)
            return true;
    return false;
}

/* A name that is none of the model's columns. */
static const char *number_name(const orm_model *model, char name[NAME_SIZE])
{
    static const char plain[] = "number";
    size_t length = sizeof plain - 1;
    memcpy(name, plain, sizeof plain);
    while (has_column(model, name) && length < NAME_SIZE - 1) {
        name[length++] = '_';
        name[length] = '\0';
    }
    return name;
}

static void write_numbered_rows(orm__text *text, const orm__query *query, const char *number)
{
    orm__text_add(text, " FROM (SELECT ");
    for (uint16_t i = 0; i < query->model->column_count; i++) {
        orm__text_column(text, "t0", query->model->columns[i].name);
        orm__text_add(text, ", ");
    }
    orm__text_add(text, "row_number() OVER (");
    orm__write_order(text, query);
    orm__text_add(text, ") AS ");
    orm__text_name(text, number);
    orm__text_add(text, " FROM ");
    orm__write_own_table(text, query, "t0");
    orm__text_order_joins(text, query);
    orm__write_where(text, query, " WHERE ");
    orm__write_order(text, query);
    orm__write_limits(text, query);
    orm__text_add(text, ") AS t0");
}

static bool has_list_behind(const orm__query *query, uint16_t table)
{
    for (uint16_t i = table; i < query->join_count; i++)
        if (query->joins[i].many)
            return true;
    return false;
}

/* Rows of a list that has another one joined below it stand together, whatever orders that one. */
static void write_list_order(orm__text *text, const orm__query *query, uint16_t table)
{
    const orm__join *join = &query->joins[table - 1];
    orm__query order;
    char alias[16];
    (void)orm__view_join_order(join, &order);
    for (uint16_t i = 0; i < order.order_count; i++) {
        orm__text_add(text, ", ");
        orm__text_order_item(text, orm__table_alias(table, alias), join->relation->target,
                             &order.order[i], order.collation);
    }
    const orm_model *model = join->relation->target;
    for (uint16_t i = 0; has_list_behind(query, table) && i < model->key_count; i++) {
        orm__text_add(text, ", ");
        orm__text_column(text, orm__table_alias(table, alias), model->columns[model->key[i]].name);
    }
}

void orm__compile_spread(orm__text *text, const orm__query *query)
{
    char name[NAME_SIZE];
    const char *number = number_name(query->model, name);
    orm__text_add(text, "SELECT ");
    orm__write_columns(text, query, false);
    orm__text_add(text, ", ");
    orm__text_column(text, "t0", number);
    text->out->column_count++;
    write_numbered_rows(text, query, number);
    orm__write_loads(text, query);
    orm__text_add(text, " ORDER BY ");
    orm__text_column(text, "t0", number);
    for (uint16_t i = 0; i < query->join_count; i++)
        if (query->joins[i].many)
            write_list_order(text, query, (uint16_t)(i + 1));
}
