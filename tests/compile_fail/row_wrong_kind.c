#include "installed.h"

#include "../codegen/cases/rows/expect/rows.orm.h"

orm_status wrong_rows(orm_session *db, author_output_list *list, book_by_author_list *books);

orm_status wrong_rows(orm_session *db, author_output_list *list, book_by_author_list *books)
{
    author_output_query query = {.limit = 3};
    author_output_pred pred = author_output_book_count_is(orm_gt(1));
    query.having = pred;
    query.where = author_name_is(orm_eq("x"));
    query.where = pred;                                      /* expect: incompatible type */
    query.having = author_name_is(orm_eq("x"));              /* expect: incompatible type */
    query.having = author_output_book_count_is(orm_eq("x")); /* expect: incompatible type */
    query.having = author_output_income_is(orm_gt(1));       /* expect: incompatible type */
    query.having = author_card_rank_is(2);                   /* expect: . */
    query.having = 1;                                        /* expect: incompatible type */
    query.of.income = book_title_is(orm_eq("x"));
    query.of.income = author_name_is(orm_eq("x")); /* expect: incompatible type */
    author_with_book_query joined = {.limit = 1};
    joined.on.books = tag_name_is(orm_eq("x")); /* expect: incompatible type */
    orm_status status = author_select_output(db, &query, list);
    status = author_select_output(db, &query, books); /* expect: incompatible pointer type */
    status = author_select_output(db, &joined, list); /* expect: incompatible pointer type */
    status = book_select_by_author(db, NULL, books);
    query.order_by[0] = AUTHOR_OUTPUT_BY_INCOME;
    query.order_by[0] = BOOK_BY_AUTHOR_BY_PRICE; /* expect: enum */
    return list->items[0].default_ == NULL && joined.limit == 1 ? ORM_OK : status;
}
