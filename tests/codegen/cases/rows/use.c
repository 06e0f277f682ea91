#include "rows.orm.h"

orm_status busy_authors(orm_session *db, orm_numeric least, author_output_list *list_out);
orm_status books_of(orm_session *db, int64_t author_id, const char *label,
                    author_with_book_list *list_out);
orm_status dear_authors(orm_session *db, int64_t *count_out, book_by_author_list *list_out);

orm_status busy_authors(orm_session *db, orm_numeric least, author_output_list *list_out)
{
    return author_select_output(
        db,
        &(author_output_query){
            .where = author_rank_is(AUTHOR_RANK_SENIOR),
            .having = author_output_any_of(db, author_output_book_count_is(orm_gt(10)),
                                           author_output_income_is(orm_ge(least))),
            .of = {.book_count = book_pages_is(orm_ge(50)), .tag_count = tag_name_is(orm_ne("x"))},
            .order_by = {AUTHOR_OUTPUT_BY_INCOME_DESC | ORM_NULLS_LAST, AUTHOR_OUTPUT_BY_ID},
            .limit = 20,
        },
        list_out);
}

orm_status books_of(orm_session *db, int64_t author_id, const char *label,
                    author_with_book_list *list_out)
{
    author_with_book_query query = {
        .where = author_id_is(orm_eq(author_id)),
        .on = {.books = book_pages_is(orm_gt(100)), .books_tags = tag_name_is(orm_eq(label))},
        .distinct = true,
    };
    author_with_book_having(db, &query,
                            author_with_book_not(db, author_with_book_tag_name_is_null()));
    return author_select_with_book(db, &query, list_out);
}

orm_status dear_authors(orm_session *db, int64_t *count_out, book_by_author_list *list_out)
{
    book_by_author_query query = book_by_author_all;
    query.having = book_by_author_author_rank_is(AUTHOR_RANK_JUNIOR);
    orm_status status = book_count_by_author(db, &query, count_out);
    return status == ORM_OK ? book_select_by_author(db, &query, list_out) : status;
}
