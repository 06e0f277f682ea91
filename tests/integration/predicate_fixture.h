/* Items with two columns of every type, whose values often meet, in boxes; and what a condition on
 * them selects. */
#ifndef TESTS_INTEGRATION_PREDICATE_FIXTURE_H
#define TESTS_INTEGRATION_PREDICATE_FIXTURE_H

#include <stdio.h>

#include "predicate.orm.h"
#include "support/fixture.h"
#include "support/random.h"

enum { ITEMS = 240, BOXES = 16, MARKS = 5 };

/* Sets the field to one of the values, or in one of five cases leaves it NULL. */
#define PICK(field, type, ...)                                                                     \
    do {                                                                                           \
        const type pool[] = {__VA_ARGS__};                                                         \
        if (test_random_int(&random, 0, 4) != 0)                                                   \
            (field) = ORM_SET(pool[test_random_bits(&random) % (sizeof pool / sizeof *pool)]);     \
        else                                                                                       \
            (field).state = ORM_IS_NULL;                                                           \
    } while (0)

static inline orm_date day_of(const char *text)
{
    orm_date value;
    assert_int_equal(orm_date_parse(text, &value), ORM_OK);
    return value;
}

static inline orm_time time_of(const char *text)
{
    orm_time value;
    assert_int_equal(orm_time_parse(text, &value), ORM_OK);
    return value;
}

static inline orm_timestamp timestamp_of(const char *text)
{
    orm_timestamp value;
    assert_int_equal(orm_timestamp_parse(text, &value), ORM_OK);
    return value;
}

static inline orm_timestamptz moment_of(const char *text)
{
    orm_timestamptz value;
    assert_int_equal(orm_timestamptz_parse(text, &value), ORM_OK);
    return value;
}

static inline orm_interval interval_of(const char *text)
{
    orm_interval value;
    assert_int_equal(orm_interval_parse(text, &value), ORM_OK);
    return value;
}

#define WORDS  "", "a", "ab", "ab ", "AB", "b", "a%b", "\xc3\xa4"
#define PADDED "", "a", "ab", "b "
#define NUMERICS                                                                                   \
    {"1"}, {"1.00"}, {"1.5"}, {"-2"}, {"10"},                                                      \
    {                                                                                              \
        "2"                                                                                        \
    }
#define BYTES                                                                                      \
    {"", 0}, {"a", 1},                                                                             \
    {                                                                                              \
        "a\0b", 3                                                                                  \
    }
#define UUIDS                                                                                      \
    {{1}}, {{2}},                                                                                  \
    {                                                                                              \
        {                                                                                          \
            0xff, 1                                                                                \
        }                                                                                          \
    }
#define DAYS    day_of("2020-01-01"), day_of("1999-12-31"), day_of("infinity")
#define TIMES   time_of("00:00"), time_of("12:30:00.5"), time_of("24:00")
#define STAMPS  timestamp_of("2020-01-01 00:00"), timestamp_of("2020-01-01 00:00:00.000001")
#define MOMENTS moment_of("2020-01-01 00:00Z"), moment_of("2019-12-31 23:59:59.5Z")
#define SPANS   interval_of("P1D"), interval_of("P1M"), interval_of("PT36H"), interval_of("P30D")
#define DOCS                                                                                       \
    {"{\"a\": 1}"}, {"{\"a\":1, \"b\": [1, 2]}"}, {"[\"a\"]"}, {"null"},                           \
    {                                                                                              \
        "{\"a\": 1}"                                                                               \
    }

static const char *const two_tags[] = {"a", "it's"};
static const char *const null_tag[] = {"b", NULL, "a"};
static const orm_opt_i32 two_numbers[] = {{1, true}, {2, true}};
static const orm_opt_i32 null_number[] = {{2, true}, {0, false}};
#define TAG_LISTS                                                                                  \
    {two_tags, 2, true}, {two_tags, 1, true}, {null_tag, 3, true},                                 \
    {                                                                                              \
        NULL, 0, true                                                                              \
    }
#define NUMBER_LISTS                                                                               \
    {two_numbers, 2, true}, {null_number, 2, true},                                                \
    {                                                                                              \
        NULL, 0, true                                                                              \
    }

static inline void fill_item(p_parcel_new *item, int64_t id)
{
    static test_random random = {.state = 77};
    item->id = ORM_SET(id);
    PICK(item->box_id, int, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    PICK(item->small, int, -1, 0, 1, 2);
    PICK(item->whole, int, -1, 0, 1, 2);
    PICK(item->big, int64_t, -1, 0, 1, 2, INT64_C(5000000000));
    PICK(item->single, double, -1.5, 0.0, 0.5, 2.0);
    PICK(item->twice, double, -1.5, 0.0, 0.5, 2.0, 1e300);
    PICK(item->exact, orm_numeric, NUMERICS);
    PICK(item->money, orm_numeric, NUMERICS);
    PICK(item->word, char *const, WORDS);
    PICK(item->short_word, char *const, WORDS);
    PICK(item->padded, char *const, PADDED);
    PICK(item->padded_too, char *const, PADDED);
    PICK(item->bytes, orm_bytes, BYTES);
    PICK(item->bytes_too, orm_bytes, BYTES);
    PICK(item->key, orm_uuid, UUIDS);
    PICK(item->key_too, orm_uuid, UUIDS);
    PICK(item->day, orm_date, DAYS);
    PICK(item->day_too, orm_date, DAYS);
    PICK(item->clock, orm_time, TIMES);
    PICK(item->clock_too, orm_time, TIMES);
    PICK(item->at, orm_timestamp, STAMPS);
    PICK(item->at_too, orm_timestamp, STAMPS);
    PICK(item->moment, orm_timestamptz, MOMENTS);
    PICK(item->moment_too, orm_timestamptz, MOMENTS);
    PICK(item->span, orm_interval, SPANS);
    PICK(item->span_too, orm_interval, SPANS);
    PICK(item->doc, orm_json, DOCS);
    PICK(item->doc_too, orm_json, DOCS);
    PICK(item->plain, orm_json, DOCS);
    PICK(item->flag, bool, true, false);
    PICK(item->flag_too, bool, true, false);
    PICK(item->mood, int, P_HUMOUR_CALM, P_HUMOUR_ITS, P_HUMOUR_LOUD);
    PICK(item->mood_too, int, P_HUMOUR_CALM, P_HUMOUR_ITS, P_HUMOUR_LOUD);
    PICK(item->other, int, P_OTHER_HUMOUR_CALM, P_OTHER_HUMOUR_LOUD);
    PICK(item->tags, orm_array_text, TAG_LISTS);
    PICK(item->tags_too, orm_array_text, TAG_LISTS);
    PICK(item->numbers, orm_array_i32, NUMBER_LISTS);
}

static inline void fill_box(p_box_new *box, int64_t id)
{
    static test_random random = {.state = 5};
    box->id = ORM_SET(id);
    PICK(box->name, char *const, WORDS);
    PICK(box->most, int, 0, 1, 10, 20);
    PICK(box->price, orm_numeric, NUMERICS);
    PICK(box->code, char *const, PADDED);
    PICK(box->parent_id, int64_t, 1, (id + 1) / 2, id);
}

static inline void fill(orm_session *db)
{
    static p_parcel_new items[ITEMS];
    static p_box_new boxes[BOXES];
    p_mark_new marks[MARKS];
    static const char *const words[MARKS] = {"a", "ab", "b", "it's", "AB"};
    memset(marks, 0, sizeof marks);
    for (int i = 0; i < MARKS; i++) {
        marks[i].id = ORM_SET(i + 1);
        marks[i].word = ORM_SET(words[i]);
    }
    for (int i = 0; i < BOXES; i++)
        fill_box(&boxes[i], i + 1);
    for (int i = 0; i < ITEMS; i++)
        fill_item(&items[i], i + 1);
    assert_ok(db, p_mark_insert_all(db, marks, MARKS, NULL));
    assert_ok(db, p_box_insert_all(db, boxes, BOXES, NULL));
    assert_ok(db, p_parcel_insert_all(db, items, ITEMS, NULL));
    assert_ok(db, orm_session_commit(db));
    test_execute(&database, "insert into box_marks (box, mark) select b.\"box id\", m.id from"
                            " \"Boxes\" b join marks m on (b.\"box id\" + m.id) %% 4 = 1");
}

static inline int open_items(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/predicate.yaml", NULL);
    orm_session *db = test_session(&database);
    fill(db);
    test_session_close(&database, db);
    return 0;
}

/* The ids that a condition selects, and those that SQL selects. */
#define assert_items(db, condition, ...)                                                           \
    check_items((db), (condition),                                                                 \
                test_query(&database, "select id from stock i where " __VA_ARGS__), __FILE__,      \
                __LINE__)
#define assert_boxes(db, condition, ...)                                                           \
    check_boxes((db), (condition),                                                                 \
                test_query(&database, "select \"box id\" from \"Boxes\" b where " __VA_ARGS__),    \
                __FILE__, __LINE__)
#define ORDER " order by 1"

#define DEFINE_CHECK(name, model, order)                                                           \
    static inline void check_##name(orm_session *db, model##_pred where, char *expected,           \
                                    const char *file, int line)                                    \
    {                                                                                              \
        model##_list list;                                                                         \
        int64_t count = -1;                                                                        \
        test_text actual = {0};                                                                    \
        long long sent = test_count(&database).statements;                                         \
        model##_query query = {.where = where, .order_by = {order}};                               \
        test_check_status(db, model##_select(db, &query, &list), ORM_OK, file, line);              \
        test_text_add(&actual, "%s", "");                                                          \
        for (size_t i = 0; i < list.count; i++)                                                    \
            test_text_add(&actual, "%lld\n", (long long)list.items[i]->id);                        \
        test_text_compare(actual.data, expected, file, line);                                      \
        test_check_status(db, model##_count(db, &query, &count), ORM_OK, file, line);              \
        if ((size_t)count != list.count || test_count(&database).statements != sent + 2)           \
            _fail(file, line);                                                                     \
        test_text_free(&actual);                                                                   \
        free(expected);                                                                            \
    }
DEFINE_CHECK(items, p_parcel, P_PARCEL_BY_ID)
DEFINE_CHECK(boxes, p_box, P_BOX_BY_ID)

/* The call fails with this status and text, and nothing is sent. */
#define refuse_items(db, status, condition, text)                                                  \
    check_refused((db), (status), (condition), (text), __FILE__, __LINE__)
static inline void check_refused(orm_session *db, orm_status status, p_parcel_pred where,
                                 const char *text, const char *file, int line)
{
    p_parcel_list list;
    p_parcel_query query = {.where = where};
    test_count_start(&database);
    test_check_status(db, p_parcel_select(db, &query, &list), status, file, line);
    test_check_counts(&database, 0, -1, file, line);
    if (strstr(orm_session_error(db)->message, text) == NULL) {
        print_error("%s\n", orm_session_error(db)->message);
        _fail(file, line);
    }
}

#endif
