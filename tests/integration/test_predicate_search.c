/* Looking into arrays and documents, where the database can. */
#include "predicate_fixture.h"

static const char *const a_only[] = {"a"};
static const char *const a_null[] = {"a", NULL};
static const char *const many[] = {"a", "b", "it's", "c"};
static const char *const hostile[] = {"'} or 1=1 --", "\"", "{}", "\\"};

static orm_array_text array_of(const char *const *items, size_t count)
{
    return (orm_array_text){items, count, true};
}

static void arrays(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    static const orm_opt_i32 two[] = {{2, true}};
    if (!database.postgresql) {
        refuse_items(db, ORM_UNSUPPORTED, p_parcel_tags_is(orm_array_contains(array_of(a_only, 1))),
                     "parcel.tags");
        refuse_items(db, ORM_UNSUPPORTED, p_parcel_tags_is(orm_array_within(array_of(many, 4))),
                     "cannot be searched");
        refuse_items(db, ORM_UNSUPPORTED, p_parcel_tags_is(orm_array_overlaps(array_of(many, 4))),
                     "parcel.tags");
        refuse_items(db, ORM_UNSUPPORTED, p_parcel_numbers_is(orm_array_has(2)), "parcel.numbers");
        refuse_items(db, ORM_UNSUPPORTED,
                     p_parcel_tags_is(orm_array_contains(p_parcel_columns.tags_too)),
                     "parcel.tags");
        return;
    }
    assert_items(db, p_parcel_tags_is(orm_array_contains(array_of(a_only, 1))),
                 "tags @> '{a}'" ORDER);
    assert_items(db, p_parcel_tags_is(orm_array_contains(array_of(NULL, 0))),
                 "tags is not null" ORDER);
    assert_items(db, p_parcel_tags_is(orm_array_contains(array_of(a_null, 2))), "1 = 0");
    assert_items(db, p_parcel_tags_is(orm_array_within(array_of(many, 4))),
                 "tags <@ '{a,b,it''s,c}'" ORDER);
    assert_items(db, p_parcel_tags_is(orm_array_overlaps(array_of(many + 1, 2))),
                 "tags && '{b,it''s}'" ORDER);
    assert_items(db, p_parcel_tags_is(orm_array_has("a")), "'a' = any(tags)" ORDER);
    assert_items(db, p_parcel_numbers_is(orm_array_has(2)), "2 = any(numbers)" ORDER);
    assert_items(db, p_parcel_numbers_is(orm_array_contains(((orm_array_i32){two, 1, true}))),
                 "numbers @> '{2}'" ORDER);
    assert_items(db, p_parcel_not(db, p_parcel_numbers_is(orm_array_has(2))),
                 "not 2 = any(numbers)" ORDER);
    assert_items(db, p_parcel_tags_is(orm_array_contains(p_parcel_columns.tags_too)),
                 "tags @> tags_too" ORDER);
    assert_items(db, p_parcel_tags_is(orm_array_overlaps(p_parcel_columns.tags_too)),
                 "tags && tags_too" ORDER);
    assert_items(db, p_parcel_tags_is(orm_array_overlaps(array_of(hostile, 4))), "1 = 0");
    for (size_t i = 0; i < 4; i++)
        assert_items(db, p_parcel_tags_is(orm_array_has(hostile[i])), "1 = 0");
    refuse_items(db, ORM_RANGE, p_parcel_numbers_is(orm_array_has(INT64_C(5000000000))),
                 "parcel.numbers");
    refuse_items(db, ORM_INVALID, p_parcel_numbers_is(orm_array_has("2")), "parcel.numbers");
    refuse_items(db, ORM_MISUSE, p_parcel_tags_is(orm_array_has((const char *)NULL)), "NULL");
    refuse_items(db, ORM_INVALID,
                 p_parcel_tags_is(orm_array_contains(((orm_array_i32){two, 1, true}))),
                 "another element type");
    refuse_items(db, ORM_MISUSE, p_parcel_tags_is(orm_array_contains((orm_array_text){0})), "NULL");
    refuse_items(db, ORM_INVALID, p_parcel_tags_is(orm_array_contains(p_parcel_columns.numbers)),
                 "another type");
}

static void documents(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    if (!database.postgresql) {
        refuse_items(db, ORM_UNSUPPORTED, p_parcel_doc_is(orm_json_contains((orm_json){"{}"})),
                     "parcel.doc");
        refuse_items(db, ORM_UNSUPPORTED, p_parcel_doc_is(orm_json_within((orm_json){"{}"})),
                     "parcel.doc");
        refuse_items(db, ORM_UNSUPPORTED, p_parcel_doc_is(orm_json_has_key("a")), "parcel.doc");
        return;
    }
    assert_items(db, p_parcel_doc_is(orm_json_contains((orm_json){"{\"a\": 1}"})),
                 "doc @> '{\"a\": 1}'" ORDER);
    assert_items(db, p_parcel_doc_is(orm_json_contains((orm_json){"{\"b\": [2]}"})),
                 "doc @> '{\"b\": [2]}'" ORDER);
    assert_items(db, p_parcel_doc_is(orm_json_within((orm_json){"{\"a\": 1, \"c\": 2}"})),
                 "doc <@ '{\"a\": 1, \"c\": 2}'" ORDER);
    assert_items(db, p_parcel_doc_is(orm_json_has_key("a")), "jsonb_exists(doc, 'a')" ORDER);
    assert_items(db, p_parcel_doc_is(orm_json_has_key("'; drop table stock; --")), "1 = 0");
    assert_items(db, p_parcel_doc_is(orm_json_contains((orm_json){"\"'; drop table stock; --\""})),
                 "1 = 0");
    refuse_items(db, ORM_INVALID, p_parcel_doc_is(orm_json_contains((orm_json){"{a: 1}"})),
                 "not JSON");
    refuse_items(db, ORM_INVALID, p_parcel_doc_is(orm_json_has_key("\xff")), "UTF-8");
    refuse_items(db, ORM_MISUSE, p_parcel_doc_is(orm_json_has_key(NULL)), "NULL");
    refuse_items(db, ORM_UNSUPPORTED, p_parcel_plain_is(orm_json_contains((orm_json){"{}"})),
                 "jsonb can");
}

/* Kept like all that is borrowed, and sent as one text whatever is looked for. */
static void searches_are_copied(void **state)
{
    (void)state;
    if (!database.postgresql)
        return;
    orm_session *db = test_session(&database);
    char word[] = "a";
    const char *items[] = {word};
    p_parcel_pred kept = p_parcel_any_of(db, p_parcel_tags_is(orm_array_has((const char *)word)),
                                         p_parcel_tags_is(orm_array_contains(array_of(items, 1))));
    word[0] = 'x';
    items[0] = NULL;
    assert_items(db, kept, "'a' = any(tags)" ORDER);
    p_parcel_list list;
    p_parcel_query query = {.where = p_parcel_tags_is(orm_array_overlaps(array_of(many, 1)))};
    assert_ok(db, p_parcel_select(db, &query, &list));
    test_count_start(&database);
    query.where = p_parcel_tags_is(orm_array_overlaps(array_of(many, 4)));
    assert_ok(db, p_parcel_select(db, &query, &list));
    assert_counts(&database, 1, 0);
    int64_t changed = 0;
    assert_ok(db, p_parcel_delete_where(db, query.where, &changed));
    assert_int_equal(changed, list.count);
    orm_session_rollback(db);
}

static void rows_are_not_ordered_by_them(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const uint16_t columns[] = {p_parcel_columns.doc.col.column, p_parcel_columns.tags.col.column,
                                p_parcel_columns.numbers.col.column};
    test_count_start(&database);
    for (size_t i = 0; i < 2 * sizeof columns / sizeof *columns; i++) {
        p_parcel_query query = {
            .order_by = {(enum p_parcel_order)(2U * columns[i / 2] + 1 + i % 2)}, .limit = 1};
        p_parcel_list list;
        p_parcel_page page;
        assert_status(db, p_parcel_select(db, &query, &list), ORM_INVALID);
        assert_non_null(strstr(orm_session_error(db)->message, "none of its orders"));
        assert_status(db, p_parcel_select_page(db, &query, &page), ORM_INVALID);
    }
    assert_statements(&database, 0);
    orm_session_rollback(db);
}

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored_on_postgresql[] = {
    {.kind = ORM_FINDING_N1,
     .function = "check_items",
     .reason = "each item is looked for by itself"},
    {.reason = NULL},
};

static int open_searched(void **state)
{
    int result = open_items(state);
    if (database.postgresql)
        test_ignore(&database, ignored_on_postgresql);
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(arrays),
        suite_test(documents),
        suite_test(searches_are_copied),
        suite_test(rows_are_not_ordered_by_them),
    };
    return cmocka_run_group_tests(tests, open_searched, close_database);
}
