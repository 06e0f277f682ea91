#include "relation/page.h"

#include <string.h>

#include "base/fail.h"
#include "model/column_value.h"
#include "sql/order_text.h"

enum { MEMBER_SIZE = 32 }; /* room for any member that rows are ordered by */

orm_status orm__page_open(orm__page *page, orm__view *view, orm_error *error)
{
    const orm_model *model = view->model;
    memset(page, 0, sizeof *page);
    if (model->key_count == 0)
        return orm__fail(error, ORM_INVALID, "%s has no primary key to tell rows of a page apart",
                         model->name);
    if (view->limit < 1 || view->limit >= ORM_LIMIT_NO_ROWS)
        return orm__fail(error, ORM_INVALID, "a page of %s needs a limit of 1 or more: its size",
                         model->name);
    if (view->offset != 0)
        return orm__fail(error, ORM_INVALID,
                         "a page of %s begins at a cursor; it can't have an offset", model->name);
    if (view->after != NULL && view->before != NULL)
        return orm__fail(error, ORM_INVALID, "a page of %s is after one cursor or before one",
                         model->name);
    page->size = (size_t)view->limit;
    page->backward = view->before != NULL;
    page->cursor = page->backward ? view->before : view->after;
    view->after = NULL;
    view->before = NULL;
    return ORM_OK;
}

/* Of texts that are equal for a collation there can be two keys. */
static bool is_collated(const orm__query *query, const orm_column *column)
{
    return query->collation != NULL &&
           (column->type == ORM_TYPE_TEXT || column->type == ORM_TYPE_VARCHAR ||
            column->type == ORM_TYPE_CHAR);
}

/* The key breaks ties, in the direction of the last order. */
static void add_key(orm__query *query)
{
    const orm_model *model = query->model;
    bool descending = query->order_count > 0 && query->order[query->order_count - 1].descending;
    for (uint16_t k = 0; k < model->key_count; k++) {
        bool known = false;
        bool collated = is_collated(query, &model->columns[model->key[k]]);
        for (uint16_t i = 0; i < query->order_count && !collated; i++)
            known = known || (query->order[i].path == 0 && query->order[i].column == model->key[k]);
        if (!known)
            query->order[query->order_count++] =
                (orm__order){.column = model->key[k], .descending = descending, .exact = true};
    }
}

orm_status orm__page_fill(orm__page *page, orm_session *session, orm__query *query)
{
    orm_status status = ORM_OK;
    query->paged = true;
    query->limit = (int64_t)page->size + 1;
    add_key(query);
    if (page->backward)
        orm__order_reverse(query);
    if (page->cursor != NULL) {
        status = orm__cursor_read(session, query, page->backward, page->cursor, &page->position);
        query->position = &page->position;
    }
    page->query = *query;
    return status;
}

void orm__page_start(orm__page *page, const orm__tables *tables)
{
    const orm__query *query = &page->query;
    uint16_t behind = tables->ordinal;
    for (uint16_t i = 0; i < query->order_count; i++) {
        const orm__order *order = &query->order[i];
        const orm_model *model = orm__order_model(query, order);
        orm_column *column = &page->columns[i];
        *column = model->columns[order->column];
        column->offset = (uint32_t)i * MEMBER_SIZE;
        column->flags |= ORM_COLUMN_NULLABLE;
        page->fields[i] = (orm__field){.model = model, .column = column, .offset = column->offset};
        page->fields[i].position =
            orm__order_is_apart(query, order)
                ? behind++
                : orm__mapper_field(&tables->mappers[0], order->column)->position;
    }
}

orm_status orm__page_note(orm__page *page, const orm__tables *tables, size_t count, orm__rows *rows,
                          orm_error *error)
{
    _Alignas(max_align_t) char members[ORM__ORDER_MAX * MEMBER_SIZE];
    const orm__query *query = &page->query;
    if (count != 1 && count != page->size)
        return ORM_OK;
    orm_status status = tables->mappers[0].driver->read(rows, page->fields, query->order_count,
                                                        members, &tables->session->arena, error);
    for (uint16_t i = 0; i < query->order_count && status == ORM_OK; i++) {
        orm_value value = orm__column_get(&page->columns[i], members);
        if (count == 1)
            page->edges[0].values[i] = value;
        if (count == page->size)
            page->edges[1].values[i] = value;
    }
    return status;
}

static void reverse(orm_page *page)
{
    for (size_t i = 0; i < page->count / 2; i++) {
        void *row = page->items[i];
        page->items[i] = page->items[page->count - 1 - i];
        page->items[page->count - 1 - i] = row;
    }
}

orm_status orm__page_finish(orm__page *page, orm_session *session, orm_page *out)
{
    const char **onward = page->backward ? &out->previous : &out->next;
    const char **back = page->backward ? &out->next : &out->previous;
    orm_status status = ORM_OK;
    /* Nothing was found: what is on the other side of the cursor includes the row it was made of.
     */
    if (out->count == 0) {
        page->edges[0] = page->position;
        page->edges[0].inclusive = !page->position.inclusive;
    }
    if (page->backward)
        reverse(out);
    if (page->more)
        status = orm__cursor_write(session, &page->query, page->backward, &page->edges[1], onward);
    if (status == ORM_OK && page->cursor != NULL)
        status = orm__cursor_write(session, &page->query, page->backward, &page->edges[0], back);
    out->partial = out->next != NULL || out->previous != NULL;
    return status;
}
