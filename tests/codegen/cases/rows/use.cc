// The same from C++17.
#include "rows.orm.h"

orm_status busy_authors(orm_session *db, author_output_list *list_out)
{
    author_output_query query = author_output_all;
    query.having = author_output_book_count_is(orm_gt(10));
    query.order_by[0] = AUTHOR_OUTPUT_BY_INCOME_DESC | ORM_NULLS_LAST;
    author_output_having(db, &query, author_output_not(db, author_output_default_is_null()));
    return author_select_output(db, &query, list_out);
}

const author *owner_of(const author_with_book *row)
{
    return row->book == nullptr ? row->mentor : row->author;
}

orm_status pairs(orm_session *db, author_pair_list *list_out)
{
    orm_status status = author_select_pair(db, nullptr, list_out);
    for (size_t i = 0; status == ORM_OK && i < list_out->count; i++)
        if (list_out->items[i].class_ == list_out->items[i].author)
            status = ORM_SCHEMA;
    return status;
}
