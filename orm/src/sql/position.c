#include "sql/position.h"

#include "model/deferred.h"
#include "sql/order_text.h"

/* The condition being written; values are parameters that stand in the text more than once. */
typedef struct writing {
    orm__text *text;
    const orm__query *query;
    size_t numbers[ORM__ORDER_MAX]; /* of parameters, from 1; 0: not declared yet */
} writing;

void orm__order_reverse(orm__query *query)
{
    for (uint16_t i = 0; i < query->order_count; i++) {
        orm__order *order = &query->order[i];
        order->descending = !order->descending;
        if (order->nulls != 0)
            order->nulls ^= ORM_NULLS_FIRST | ORM_NULLS_LAST;
    }
}

bool orm__order_is_apart(const orm__query *query, const orm__order *order)
{
    return order->path != 0 || !orm__deferred_is_read(query->model, order->column, query->undefer);
}

void orm__write_position_columns(orm__text *text, const orm__query *query)
{
    for (uint16_t i = 0; query->paged && i < query->order_count; i++) {
        const orm__order *order = &query->order[i];
        char alias[ORM__ORDER_ALIAS_SIZE];
        if (!orm__order_is_apart(query, order))
            continue;
        orm__text_add(text, ", ");
        orm__text_column(text, orm__order_alias(text, order, alias),
                         orm__order_model(query, order)->columns[order->column].name);
        text->out->column_count++;
    }
}

static bool is_null(const orm__query *query, uint16_t index)
{
    return query->position->values[index].kind == ORM_KIND_NULL;
}

void orm__gather_position(orm__gathered *gathered, const orm__query *query)
{
    /* Whether there is a position, its kind, and which of its values are NULL. */
    uint32_t shape = (query->paged ? 1u : 0u) | (query->position != NULL ? 2u : 0u);
    if (query->position != NULL && query->position->inclusive)
        shape |= 4u;
    for (uint16_t i = 0; query->position != NULL && i < query->order_count; i++)
        if (is_null(query, i))
            shape |= 8u << i;
    orm__gather_shape(gathered, &shape, sizeof shape);
    for (uint16_t i = 0; query->position != NULL && i < query->order_count; i++)
        if (!is_null(query, i))
            orm__gather_column(gathered, orm__order_model(query, &query->order[i]),
                               query->order[i].column, query->position->values[i], true);
}

static void write_column(writing *to, uint16_t index)
{
    const orm__order *order = &to->query->order[index];
    const orm_column *column = &orm__order_model(to->query, order)->columns[order->column];
    char alias[ORM__ORDER_ALIAS_SIZE];
    orm__text_order_column(to->text, orm__order_alias(to->text, order, alias), column,
                           order->exact ? NULL : to->query->collation);
}

static void write_value(writing *to, uint16_t index)
{
    const orm__order *order = &to->query->order[index];
    const orm_model *model = orm__order_model(to->query, order);
    const orm_column *column = &model->columns[order->column];
    orm__text_order_before(to->text, column);
    if (to->numbers[index] != 0) {
        orm__buffer_printf(&to->text->out->sql, "%c%zu", to->text->dialect->placeholder,
                           to->numbers[index]);
    } else {
        orm__text_param(to->text, orm__param_of(model, column));
        to->numbers[index] = to->text->out->param_count;
    }
    orm__text_order_behind(to->text, column);
}

static void write_compared(writing *to, uint16_t index, const char *operator)
{
    write_column(to, index);
    orm__text_add(to->text, operator);
    write_value(to, index);
}

/* Whether rows behind the value of an order include those with NULL. */
static bool is_before_nulls(const orm__query *query, uint16_t index)
{
    const orm__order *order = &query->order[index];
    return !is_null(query, index) && !orm__order_nulls_first(order) &&
           orm__order_is_nullable(orm__order_model(query, order), order);
}

/* Behind the value: false when nothing can be. */
static bool write_behind(writing *to, uint16_t index)
{
    const orm__order *order = &to->query->order[index];
    if (is_null(to->query, index)) {
        if (!orm__order_nulls_first(order))
            return false;
        write_column(to, index);
        orm__text_add(to->text, " IS NOT NULL");
        return true;
    }
    write_compared(to, index, order->descending ? " < " : " > ");
    if (is_before_nulls(to->query, index)) {
        orm__text_add(to->text, " OR ");
        write_column(to, index);
        orm__text_add(to->text, " IS NULL");
    }
    return true;
}

static void write_equal(writing *to, uint16_t index)
{
    if (!is_null(to->query, index)) {
        write_compared(to, index, " = ");
        return;
    }
    write_column(to, index);
    orm__text_add(to->text, " IS NULL");
}

/* The orders from `index` on, as it can stand beside OR. */
static void write_from(writing *to, uint16_t index)
{
    bool last = index + 1 == to->query->order_count;
    bool any = write_behind(to, index);
    if (last && !to->query->position->inclusive) {
        if (!any)
            orm__text_add(to->text, "FALSE");
        return;
    }
    if (any)
        orm__text_add(to->text, " OR ");
    write_equal(to, index);
    if (last)
        return;
    orm__text_add(to->text, " AND (");
    write_from(to, (uint16_t)(index + 1));
    orm__text_add(to->text, ")");
}

void orm__write_position(orm__text *text, const orm__query *query, const char *word)
{
    writing to = {.text = text, .query = query};
    if (query->position == NULL)
        return;
    orm__text_add(text, word);
    /* A bound that an index on the first column can begin at. */
    if (query->order_count > 1 && !is_null(query, 0) && !is_before_nulls(query, 0)) {
        write_compared(&to, 0, query->order[0].descending ? " <= " : " >= ");
        orm__text_add(text, " AND ");
    }
    orm__text_add(text, "(");
    write_from(&to, 0);
    orm__text_add(text, ")");
}
