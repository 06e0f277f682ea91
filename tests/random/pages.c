/* All rows of a query page by page, by the cursors that each page gives. */
#include <string.h>

#include "ask.h"

/* One page, which has to hold the rows from `from` on. */
static bool ask_page(rt_asker *asker, const rt_ask *ask, rt_answer *all, int from,
                     const char *after, const char *before, orm_page *page)
{
    orm_status status = rt_functions_of[ask->query->model]->page(
        asker, rt_make_query(asker, ask->query), after, before, page);
    if (status != ORM_OK)
        return rt_asker_failed(asker, "page", status);
    all->from = from;
    all->count =
        all->rows.count - from < ask->query->limit ? all->rows.count - from : ask->query->limit;
    orm_list list = {page->count, page->items, page->partial};
    return rt_asker_check(asker, ask, all, &list);
}

static bool complain(rt_asker *asker, const char *what, int at)
{
    rt_add(&asker->why, "%s at row %d\n", what, at);
    return false;
}

/* From `from`, the start of the last page, to the first. */
static bool walk_back(rt_asker *asker, const rt_ask *ask, rt_answer *all, int from,
                      const orm_page *last)
{
    orm_page page = *last;
    while (from > 0) {
        int before = from;
        from = from < ask->query->limit ? 0 : from - ask->query->limit;
        if (page.previous == NULL)
            return complain(asker, "no way back", before);
        if (!ask_page(asker, ask, all, from, NULL, page.previous, &page))
            return false;
        if (page.next == NULL)
            return complain(asker, "no way on again", from);
    }
    return page.previous == NULL || from > 0 || ask->query->limit == 0 ||
           complain(asker, "a page before the first", from);
}

bool rt_ask_pages(rt_asker *asker, const rt_ask *ask)
{
    rt_query whole = *ask->query;
    rt_rows candidates;
    rt_answer all;
    orm_page page = {0};
    whole.limit = RT_NO_LIMIT;
    /* The key breaks ties, in the direction of what is ordered by last. */
    bool descending = whole.order_count > 0 && whole.order[whole.order_count - 1].descending;
    for (int i = 0; i < rt_models[whole.model].key_count; i++)
        whole.order[whole.order_count++] = (rt_order_item){
            .column = rt_models[whole.model].key[i], .descending = descending, .exact = true};
    rt_all(asker->world, whole.model, &candidates);
    rt_answer_query(asker->world, &whole, NULL, &candidates, &all);
    int total = all.rows.count;
    int from = 0;
    for (;;) {
        if (!ask_page(asker, ask, &all, from, page.next, NULL, &page))
            return false;
        bool more = from + ask->query->limit < total;
        if (more != (page.next != NULL))
            return complain(asker, more ? "no way on" : "a page after the last", from);
        if (!more)
            break;
        from += ask->query->limit;
    }
    return from == 0 || walk_back(asker, ask, &all, from, &page);
}
