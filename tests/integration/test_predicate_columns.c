/* Columns compared with columns and with values that may be NULL, in every type. */
#include "predicate_fixture.h"

/* How the two databases spell what a type compares by. */
static test_text left_text;
static test_text right_text;

#define EQUALITY(column, other)                                                                    \
    {" = ", p_parcel_##column##_is(orm_eq(p_parcel_columns.other))},                               \
        {" <> ", p_parcel_##column##_is(orm_ne(p_parcel_columns.other))},                          \
        {" is distinct from ", p_parcel_##column##_is(orm_is_distinct(p_parcel_columns.other))},   \
    {                                                                                              \
        " is not distinct from ",                                                                  \
            p_parcel_##column##_is(orm_is_not_distinct(p_parcel_columns.other))                    \
    }
#define ORDERING(column, other)                                                                    \
    {" < ", p_parcel_##column##_is(orm_lt(p_parcel_columns.other))},                               \
        {" <= ", p_parcel_##column##_is(orm_le(p_parcel_columns.other))},                          \
        {" > ", p_parcel_##column##_is(orm_gt(p_parcel_columns.other))},                           \
    {                                                                                              \
        " >= ", p_parcel_##column##_is(orm_ge(p_parcel_columns.other))                             \
    }

typedef struct comparison {
    const char *word;
    p_parcel_pred made;
} comparison;

static const char *word_of(const comparison *one)
{
    if (strcmp(one->word, " is distinct from ") == 0)
        return test_either(&database, " is not ", one->word);
    if (strcmp(one->word, " is not distinct from ") == 0)
        return test_either(&database, " is ", one->word);
    return one->word;
}

static void spell(test_text *text, const char *pattern, const char *name)
{
    for (const char *at = pattern; *at != '\0'; at++)
        if (*at == '@')
            test_text_add(text, "%s", name);
        else
            test_text_add(text, "%c", *at);
}

/* `sqlite` and `postgresql` are patterns of the expression that a column compares by. */
static void compare(orm_session *db, const comparison *all, size_t count, const char *left,
                    const char *right, const char *sqlite, const char *postgresql)
{
    const char *pattern = test_either(&database, sqlite, postgresql);
    size_t found = 0;
    spell(&left_text, pattern, left);
    spell(&right_text, pattern, right);
    for (size_t i = 0; i < count; i++) {
        char *rows = test_query(&database, "select id from stock where %s%s%s" ORDER,
                                left_text.data, word_of(&all[i]), right_text.data);
        found += strlen(rows);
        check_items(db, all[i].made, rows, __FILE__, __LINE__);
    }
    assert_true(found > 0);
    test_text_free(&left_text);
    test_text_free(&right_text);
}

#define COMPARE(column, other, sqlite, postgresql)                                                 \
    do {                                                                                           \
        const comparison all[] = {EQUALITY(column, other), ORDERING(column, other)};               \
        compare(db, all, sizeof all / sizeof *all, #column, #other, sqlite, postgresql);           \
    } while (0)
#define COMPARE_EQUALITY(column, other, sqlite, postgresql)                                        \
    do {                                                                                           \
        const comparison all[] = {EQUALITY(column, other)};                                        \
        compare(db, all, sizeof all / sizeof *all, #column, #other, sqlite, postgresql);           \
    } while (0)

static void columns_of_the_same_row(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    COMPARE(small, whole, "@", "@");
    COMPARE(whole, big, "@", "@");
    COMPARE(big, small, "@", "@");
    COMPARE(single, twice, "@", "@");
    COMPARE(twice, single, "@", "@");
    COMPARE(exact, money, "cast(@ as real)", "@");
    COMPARE(word, short_word, "@", "@");
    COMPARE(bytes, bytes_too, "@", "@");
    COMPARE(key, key_too, "@", "@");
    COMPARE(day, day_too, "@", "@");
    COMPARE(clock, clock_too, "@", "@");
    COMPARE(at, at_too, "@", "@");
    COMPARE(moment, moment_too, "@", "@");
    COMPARE(span, span_too,
            "case @ when 'P1D' then 1.0 when 'PT36H' then 1.5 when 'P1M' then 30.0"
            " when 'P30D' then 30.0 end",
            "@");
    COMPARE_EQUALITY(tags, tags_too, "@", "@");
}

/* The blanks that pad a char(n) are none of its text; those at the end of other text are. */
static void padded_columns(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    COMPARE(padded, padded_too, "rtrim(@)", "@");
    COMPARE(padded, padded, "rtrim(@)", "@");
#define STRIP(name) test_either(&database, "rtrim(" name ")", "cast(" name " as text)")
    assert_items(db, p_parcel_padded_is(orm_eq(p_parcel_columns.word)), "%s = word" ORDER,
                 STRIP("padded"));
    assert_items(db, p_parcel_word_is(orm_eq(p_parcel_columns.padded)), "word = %s" ORDER,
                 STRIP("padded"));
    assert_items(db, p_parcel_short_word_is(orm_ne(p_parcel_columns.padded_too)),
                 "short_word <> %s" ORDER, STRIP("padded_too"));
    assert_items(db, p_parcel_padded_is(orm_gt(p_parcel_columns.short_word)),
                 "%s > short_word" ORDER, STRIP("padded"));
    assert_items(
        db, p_parcel_padded_is(orm_between(p_parcel_columns.word, p_parcel_columns.padded_too)),
        "%s between word and %s" ORDER, STRIP("padded"), STRIP("padded_too"));
}

static void columns_between_columns(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    assert_items(db, p_parcel_whole_is(orm_between(p_parcel_columns.small, p_parcel_columns.big)),
                 "whole between small and big" ORDER);
    assert_items(db,
                 p_parcel_not(db, p_parcel_whole_is(
                                      orm_between(p_parcel_columns.small, p_parcel_columns.big))),
                 "not whole between small and big" ORDER);
}

static void booleans_and_enums(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const enum p_humour moods[] = {P_HUMOUR_ITS, P_HUMOUR_LOUD, P_HUMOUR_ITS};
    assert_items(db, p_parcel_flag_matches(orm_eq(p_parcel_columns.flag_too)),
                 "flag = flag_too" ORDER);
    assert_items(db, p_parcel_flag_matches(orm_is_distinct(p_parcel_columns.flag_too)),
                 "flag %s flag_too" ORDER, test_either(&database, "is not", "is distinct from"));
    assert_items(db, p_parcel_flag_matches(orm_is_distinct(((orm_opt_bool){true, true}))),
                 "flag is null or not %s" ORDER, test_either(&database, "(flag = 1)", "flag"));
    assert_items(db, p_parcel_flag_matches(orm_is_not_distinct((orm_opt_bool){0})),
                 "flag is null" ORDER);
    assert_items(db, p_parcel_mood_matches(orm_ne(p_parcel_columns.mood_too)),
                 "mood <> mood_too" ORDER);
    assert_items(db, p_parcel_mood_matches(orm_is_not_distinct(p_parcel_columns.mood_too)),
                 "mood %s mood_too" ORDER, test_either(&database, "is", "is not distinct from"));
    assert_items(db, p_parcel_mood_is_in(moods, 3), "mood in ('it''s', 'loud')" ORDER);
    assert_items(db, p_parcel_mood_is_in(moods, 0), "1 = 0");
    assert_items(db, p_parcel_not(db, p_parcel_mood_is_in(moods, 2)),
                 "mood not in ('it''s', 'loud')" ORDER);
    refuse_items(db, ORM_INVALID, p_parcel_mood_is_in((const enum p_humour[]){(enum p_humour)9}, 1),
                 "no value of the enum");
    refuse_items(db, ORM_INVALID, p_parcel_mood_matches(orm_eq(p_parcel_columns.other)),
                 "another type");
}

static void documents(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    if (!database.postgresql) {
        refuse_items(db, ORM_UNSUPPORTED, p_parcel_doc_is(orm_eq(p_parcel_columns.doc_too)), "doc");
        return;
    }
    assert_items(db, p_parcel_doc_is(orm_eq(p_parcel_columns.doc_too)), "doc = doc_too" ORDER);
    assert_items(db, p_parcel_doc_is(orm_is_distinct(p_parcel_columns.doc_too)),
                 "doc is distinct from doc_too" ORDER);
    refuse_items(db, ORM_UNSUPPORTED, p_parcel_doc_is(orm_eq(p_parcel_columns.plain)),
                 "cannot compare");
    refuse_items(db, ORM_UNSUPPORTED, p_parcel_plain_is(orm_eq(p_parcel_columns.doc)), "plain");
}

/* NULL is a value like any other. */
static void distinct_values(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const char *differs = test_either(&database, "is not", "is distinct from");
    const char *same = test_either(&database, "is", "is not distinct from");
    assert_items(db, p_parcel_whole_is(orm_is_distinct(1)), "whole %s 1" ORDER, differs);
    assert_items(db, p_parcel_whole_is(orm_is_not_distinct(1)), "whole %s 1" ORDER, same);
    assert_items(db, p_parcel_whole_is(orm_is_distinct((orm_opt_i32){0})),
                 "whole is not null" ORDER);
    assert_items(db, p_parcel_whole_is(orm_is_not_distinct((orm_opt_i64){0})),
                 "whole is null" ORDER);
    assert_items(db, p_parcel_whole_is(orm_is_not_distinct(((orm_opt_i16){2, true}))),
                 "whole = 2" ORDER);
    assert_items(db, p_parcel_twice_is(orm_is_distinct(((orm_opt_float){0.5F, true}))),
                 "twice %s 0.5" ORDER, differs);
    assert_items(db, p_parcel_word_is(orm_is_not_distinct((const char *)NULL)),
                 "word is null" ORDER);
    assert_items(db, p_parcel_word_is(orm_is_distinct("ab")), "word %s 'ab'" ORDER, differs);
    assert_items(db, p_parcel_padded_is(orm_is_distinct("ab")), "padded %s 'ab    '" ORDER,
                 differs);
    assert_items(db, p_parcel_exact_is(orm_is_not_distinct((orm_numeric){"1.0"})), "%s = 1" ORDER,
                 test_either(&database, "cast(exact as real)", "exact"));
    assert_items(db, p_parcel_exact_is(orm_is_distinct((orm_numeric){NULL})),
                 "exact is not null" ORDER);
    assert_items(db, p_parcel_day_is(orm_is_distinct((orm_opt_date){0})), "day is not null" ORDER);
    assert_items(db,
                 p_parcel_day_is(orm_is_not_distinct(((orm_opt_date){day_of("2020-01-01"), true}))),
                 "day = '2020-01-01'" ORDER);
    assert_items(db, p_parcel_span_is(orm_is_not_distinct(interval_of("P30D"))), "%s" ORDER,
                 test_either(&database, "span in ('P1M', 'P30D')", "span = '30 days'"));
    assert_items(db, p_parcel_bytes_is(orm_is_not_distinct((orm_bytes){0})), "bytes is null" ORDER);
    assert_items(db, p_parcel_tags_is(orm_is_not_distinct((orm_array_text){0})),
                 "tags is null" ORDER);
    assert_items(db, p_parcel_tags_is(orm_is_distinct(((orm_array_text){NULL, 0, true}))),
                 "tags %s %s" ORDER, differs, test_either(&database, "'[]'", "'{}'"));
    assert_items(db, p_parcel_not(db, p_parcel_whole_is(orm_is_distinct(1))), "whole = 1" ORDER);
}

/* One text for a value and for NULL. */
static void distinct_is_one_statement(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_list list;
    p_parcel_query query = {.where = p_parcel_big_is(orm_is_distinct((orm_opt_i64){0}))};
    assert_ok(db, p_parcel_select(db, &query, &list));
    test_count_start(&database);
    query.where = p_parcel_big_is(orm_is_distinct(7));
    assert_ok(db, p_parcel_select(db, &query, &list));
    assert_counts(&database, 1, 0);
}

static void text_by_its_ends(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    const char *lower = test_either(&database, "lower(word)", "lower(word)");
    assert_items(db, p_parcel_word_is(orm_suffix("b")), "%s = 'b'" ORDER,
                 test_either(&database, "substr(word, -1)", "right(word, 1)"));
    assert_items(db, p_parcel_word_is(orm_suffix("%b")), "word = 'a%%b'" ORDER);
    assert_items(db, p_parcel_word_is(orm_suffix("")), "word is not null" ORDER);
    assert_items(db, p_parcel_word_is(orm_iprefix("A")), "substr(%s, 1, 1) = 'a'" ORDER, lower);
    assert_items(db, p_parcel_word_is(orm_isuffix("B")), "%s in ('ab', 'b', 'a%%b')" ORDER, lower);
    assert_items(db, p_parcel_word_is(orm_icontains("B")), "%s in ('ab', 'ab ', 'b', 'a%%b')" ORDER,
                 lower);
    assert_items(db, p_parcel_word_is(orm_icontains("%")), "word = 'a%%b'" ORDER);
    assert_items(db, p_parcel_word_is(orm_icontains("_")), "1 = 0");
    refuse_items(db, ORM_MISUSE, p_parcel_word_is(orm_suffix(NULL)), "NULL pattern");
}

static void columns_of_others_are_refused(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    refuse_items(db, ORM_MISUSE, p_parcel_big_is(orm_eq(p_box_columns.id)), "another model");
    refuse_items(db, ORM_MISUSE, p_parcel_big_is(orm_eq(orm_outer(p_parcel_columns.id))),
                 "no row of its model is around");
    refuse_items(db, ORM_MISUSE, p_parcel_big_is(orm_eq((orm_col_int){0})),
                 "the generator did not make");
    refuse_items(db, ORM_MISUSE, p_parcel_big_is((orm_cond_int){0}), "no operator made");
    p_box_list boxes;
    p_box_query query = {.with = {.items = &(p_parcel_query){.where = p_parcel_big_is(orm_eq(
                                                                 orm_outer(p_box_columns.id)))}}};
    assert_status(db, p_box_select(db, &query, &boxes), ORM_MISUSE);
}

/* A column leaves its condition with nothing borrowed; every way to use it gives the same rows. */
static void columns_wherever_conditions_stand(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    p_parcel_query query = {.order_by = {P_PARCEL_BY_ID}};
    p_parcel_where(db, &query, p_parcel_whole_is(orm_le(p_parcel_columns.big)));
    p_parcel_where(db, &query,
                   p_parcel_any_of(db, p_parcel_word_is(orm_eq(p_parcel_columns.short_word)),
                                   p_parcel_small_is(orm_is_distinct(p_parcel_columns.whole))));
    assert_items(db, query.where, "whole <= big and (word = short_word or small %s whole)" ORDER,
                 test_either(&database, "is not", "is distinct from"));
    p_box_list boxes;
    p_box_query with = {.order_by = {P_BOX_BY_ID}, .with = {.items = &query}};
    test_text actual = {0};
    assert_ok(db, p_box_select(db, &with, &boxes));
    for (size_t i = 0; i < boxes.count; i++) {
        p_parcel_list items;
        assert_int_equal(p_box_items(boxes.items[i], &items), ORM_OK);
        for (size_t k = 0; k < items.count; k++)
            test_text_add(&actual, "%lld|%lld\n", (long long)boxes.items[i]->id,
                          (long long)items.items[k]->id);
    }
    assert_rows(actual,
                "select box_id, id from stock where box_id is not null and whole <= big and"
                " (word = short_word or small %s whole) order by 1, 2",
                test_either(&database, "is not", "is distinct from"));
}

static void columns_in_writes(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    int64_t changed = 0;
    long long expected = test_number(
        &database, "select count(*) from stock where whole < big and word = short_word");
    p_parcel_pred both = p_parcel_all_of(db, p_parcel_whole_is(orm_lt(p_parcel_columns.big)),
                                         p_parcel_word_is(orm_eq(p_parcel_columns.short_word)));
    assert_ok(
        db, p_parcel_update_where(db, both, &(p_parcel_changes){.twice = ORM_SET(77.0)}, &changed));
    assert_int_equal(changed, expected);
    assert_ok(db, p_parcel_delete_where(db, both, &changed));
    assert_int_equal(changed, expected);
    orm_session_rollback(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(columns_of_the_same_row),
        suite_test(padded_columns),
        suite_test(columns_between_columns),
        suite_test(booleans_and_enums),
        suite_test(documents),
        suite_test(distinct_values),
        suite_test(distinct_is_one_statement),
        suite_test(text_by_its_ends),
        suite_test(columns_of_others_are_refused),
        suite_test(columns_wherever_conditions_stand),
        suite_test(columns_in_writes),
    };
    return cmocka_run_group_tests(tests, open_items, close_database);
}
