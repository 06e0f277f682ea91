/* Fragments of SQL as conditions: columns and values in them, and what is refused. */
#include "predicate_fixture.h"

#define VALUES(...)                                                                                \
    (const orm_value[]){__VA_ARGS__}, sizeof((orm_value[]){__VA_ARGS__}) / sizeof(orm_value)

static void columns_and_values(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_items(db, p_parcel_sql(db, "length({word}) > $1", VALUES(orm_bind(1))),
                 "length(word) > 1" ORDER);
    assert_items(db,
                 p_parcel_sql(db, "{whole} + {small} = $2 or {whole} = $1 + $1 + $2",
                              VALUES(orm_bind(1), orm_bind(0))),
                 "whole + small = 0 or whole = 2" ORDER);
    assert_items(db, p_parcel_sql(db, "{word} is null", NULL, 0), "word is null" ORDER);
    assert_items(db, p_parcel_sql(db, "lower({word}) = $1", VALUES(orm_bind("ab"))),
                 "lower(word) = 'ab'" ORDER);
    assert_items(db, p_parcel_sql(db, "{word} = 'a%b' or {word} = '}{$1;--'", NULL, 0),
                 "word = 'a%%b'" ORDER);
    assert_items(db, p_parcel_sql(db, "{word} = 'it''s' or \"whole\" = 1", NULL, 0),
                 "whole = 1" ORDER);
    assert_items(db, p_parcel_sql(db, "{big} > $1", VALUES(orm_bind(INT64_C(4000000000)))),
                 "big > 4000000000" ORDER);
    assert_items(db, p_parcel_sql(db, "{big} > $1", VALUES(orm_bind(1))), "big > 1" ORDER);
    assert_items(db, p_parcel_sql(db, "{twice} < $1", VALUES(orm_bind(0.25))),
                 "twice < 0.25" ORDER);
    assert_items(db, p_parcel_sql(db, "{key} = $1", VALUES(orm_bind((orm_uuid){{2}}))),
                 "key = '02000000-0000-0000-0000-000000000000'" ORDER);
    assert_items(db, p_parcel_sql(db, "{day} > $1", VALUES(orm_bind(day_of("2000-01-01")))),
                 "day > '2000-01-01'" ORDER);
    assert_items(db, p_parcel_sql(db, "coalesce({flag}, $1)", VALUES(orm_bind((bool)true))),
                 "coalesce(flag, %s)" ORDER, test_either(&database, "1", "true"));
    assert_boxes(db, p_box_sql(db, "{id} % 2 = 1 and {most} > $1", VALUES(orm_bind(5))),
                 "\"box id\" %% 2 = 1 and \"limit\" > 5" ORDER);
}

/* A fragment stands in any place a condition does, and is one operand there. */
static void among_other_conditions(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_pred either =
        p_parcel_sql(db, "{whole} = $1 or {whole} = $2", VALUES(orm_bind(1), orm_bind(2)));
    assert_items(db,
                 p_parcel_all_of(db, p_parcel_small_is(orm_ge(1)), either,
                                 p_parcel_word_is(orm_prefix("a")), p_parcel_not(db, either)),
                 "1 = 0");
    assert_items(db,
                 p_parcel_all_of(db, p_parcel_small_is(orm_ge(1)), either,
                                 p_parcel_word_is(orm_prefix("a"))),
                 "small >= 1 and whole in (1, 2) and substr(word, 1, 1) = 'a'" ORDER);
    assert_items(db, p_parcel_not(db, either), "not whole in (1, 2)" ORDER);
    assert_boxes(
        db,
        p_box_has_items(
            db, p_parcel_all_of(db, either, p_parcel_sql(db, "{small} = $1", VALUES(orm_bind(0))))),
        "exists (select 1 from stock i where i.box_id = b.\"box id\" and whole in (1, 2)"
        " and small = 0)" ORDER);
    assert_boxes(db, p_box_has_only_items(db, either),
                 "not exists (select 1 from stock i where i.box_id = b.\"box id\" and"
                 " coalesce(whole, 0) not in (1, 2))" ORDER);
    p_parcel_query inner = {.where = either, .order_by = {P_PARCEL_BY_ID}, .limit = 9};
    assert_boxes(
        db, p_box_id_is(orm_in_query(p_parcel_columns.box_id, p_parcel_rows(&inner))),
        "\"box id\" in (select box_id from stock where whole in (1, 2) order by id limit 9)" ORDER);
    int64_t changed = 0;
    assert_ok(db, p_parcel_delete_where(db, either, &changed));
    assert_int_equal(changed,
                     test_number(&database, "select count(*) from stock where whole in (1, 2)"));
    orm_session_rollback(db);
}

/* Text and values are copied when the condition is made. */
static void nothing_is_borrowed(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    char text[] = "{word} = $1";
    char word[] = "ab";
    p_parcel_pred pred = p_parcel_sql(db, text, VALUES(orm_bind((const char *)word)));
    memset(text, 'x', sizeof text - 1);
    memset(word, 'x', sizeof word - 1);
    assert_items(db, pred, "word = 'ab'" ORDER);
}

static void one_text_for_any_values(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_list list;
    p_parcel_query query = {.where = p_parcel_sql(db, "{whole} = $1", VALUES(orm_bind(1)))};
    assert_ok(db, p_parcel_select(db, &query, &list));
    test_count_start(&database);
    query.where = p_parcel_sql(db, "{whole} = $1", VALUES(orm_bind(2)));
    assert_ok(db, p_parcel_select(db, &query, &list));
    assert_counts(&database, 1, 0);
    query.where = p_parcel_sql(db, "{small} = $1", VALUES(orm_bind(2)));
    assert_ok(db, p_parcel_select(db, &query, &list));
    assert_counts(&database, 1, 1);
}

static void what_could_break_out_is_refused(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    static const struct {
        const char *text;
        const char *message;
    } bad[] = {
        {"", "nothing in it"},
        {" \n\t", "nothing in it"},
        {"{nothing} = 1", "names no column"},
        {"{} = 1", "names no column"},
        {"{ whole } = 1", "names no column"},
        {"{whole", "{ that is not closed"},
        {"whole} = 1", "} without its {"},
        {"{whole} = 1; drop table stock", "a semicolon"},
        {"{whole} = 1 -- 2", "a comment"},
        {"{whole} = 1 /* 2 */", "a comment"},
        {"{word} = 'a", "a quote that is not closed"},
        {"{word} = 'a''", "a quote that is not closed"},
        {"\"word = 1", "a quote that is not closed"},
        {"{word} = E'a'", "a quote with a prefix"},
        {"{word} = x'61'", "a quote with a prefix"},
        {"U&\"word\" = 'a'", "a quote with a prefix"},
        {"1 = 1) or (1 = 1", "a ) without its ("},
        {"(1 = 1", "a ( that is not closed"},
        {"{word} = $$a$$", "not the number of a value"},
        {"{word} = $tag$a$tag$", "not the number of a value"},
        {"{whole} = $0", "not the number of a value"},
        {"{whole} = $99999999999999999999", "not the number of a value"},
        {"{whole} = $1a", "not the number of a value"},
        {"{whole} = a$1", "a $ within a name"},
        {"{whole} = $1", "names $1"},
        {"{word} = '\xff'", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse_items(db, ORM_INVALID, p_parcel_sql(db, bad[i].text, NULL, 0), bad[i].message);
    refuse_items(db, ORM_INVALID,
                 p_parcel_sql(db, "{whole} = $2", VALUES(orm_bind(1), orm_bind(2))),
                 "does not name $1");
    refuse_items(db, ORM_INVALID,
                 p_parcel_sql(db, "{whole} = $3", VALUES(orm_bind(1), orm_bind(2))), "names $3");
    refuse_items(db, ORM_RANGE, p_parcel_sql(db, "{big} = $1", VALUES(orm_bind(UINT64_MAX))), "$1");
    refuse_items(db, ORM_INVALID, p_parcel_sql(db, "{word} = $1", VALUES(orm_bind("\xff"))), "$1");
    refuse_items(db, ORM_INVALID,
                 p_parcel_sql(db, "{word} = $1", VALUES((orm_value){.kind = ORM_KIND_NONE})), "$1");
    refuse_items(db, ORM_MISUSE, p_parcel_sql(db, NULL, NULL, 0), "holds no condition");
    refuse_items(db, ORM_MISUSE, p_parcel_sql(db, "{word} = $1", NULL, 1), "holds no condition");
    if (database.postgresql) {
        assert_items(
            db, p_parcel_sql(db, "{whole}::text = $1 and ({tags})[1] = 'a'", VALUES(orm_bind("1"))),
            "whole = 1 and tags[1] = 'a'" ORDER);
        return;
    }
    static const char *const of_sqlite[] = {"{whole} = ?",  "{whole} = ?1", "{whole} = :a",
                                            "{whole} = @a", "{whole} = #a", "[whole] = 1",
                                            "`whole` = 1"};
    for (size_t i = 0; i < sizeof of_sqlite / sizeof *of_sqlite; i++)
        refuse_items(db, ORM_INVALID, p_parcel_sql(db, of_sqlite[i], NULL, 0), "SQLite reads");
}

/* The database's own verdict comes as it does from any statement. */
static void faults_of_the_sql_are_the_databases(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_list list;
    p_parcel_query query = {.where = p_parcel_sql(db, "no_such_function({word})", NULL, 0)};
    orm_status status = p_parcel_select(db, &query, &list);
    assert_true(status != ORM_OK && status != ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "no_such_function"));
    orm_session_rollback(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(columns_and_values),
        suite_test(among_other_conditions),
        suite_test(nothing_is_borrowed),
        suite_test(one_text_for_any_values),
        suite_test(what_could_break_out_is_refused),
        suite_test(faults_of_the_sql_are_the_databases),
    };
    return cmocka_run_group_tests(tests, open_items, close_database);
}
