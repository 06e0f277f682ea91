/* Arrays of every scalar, with NULL elements, empty and NULL; documents; what is large; NULL in
 * every type. */
#include <float.h>
#include <stdio.h>

#include "support/fixture.h"
#include "support/random.h"
#include "types.orm.h"

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.file = "test_types_array.c",
     .reason = "each value makes its own way to the database and back"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/types.yaml", NULL);
    test_ignore(&database, ignored);
    return 0;
}

/* Elements are dumped, so that NULL and padding compare as they should. */
#define DUMP(name, field, format, ...)                                                             \
    test_text_add(text, "%s:", #name);                                                             \
    if (!row->field.has)                                                                           \
        test_text_add(text, " null");                                                              \
    for (size_t i = 0; i < row->field.count; i++) {                                                \
        if (row->field.items[i].has)                                                               \
            test_text_add(text, " " format, __VA_ARGS__);                                          \
        else                                                                                       \
            test_text_add(text, " -");                                                             \
    }                                                                                              \
    test_text_add(text, "\n")

#define ITEM(field) row->field.items[i].value
#define DUMP_POINTERS(field, pointer)                                                              \
    test_text_add(text, "%s:%s", #field, row->field.has ? "" : " null");                           \
    for (size_t i = 0; i < row->field.count; i++)                                                  \
        test_text_add(text, " <%s>", (pointer) ? (const char *)(pointer) : "-");                   \
    test_text_add(text, "\n")

static void dump_uuid(test_text *text, orm_opt_uuid uuid)
{
    char name[ORM_UUID_TEXT_SIZE];
    (void)orm_uuid_format(uuid.value, name);
    test_text_add(text, " %s", uuid.has ? name : "-");
}

static void dump_bytes(test_text *text, orm_bytes bytes)
{
    test_text_add(text, " %zu=", bytes.size);
    if (bytes.data == NULL)
        test_text_add(text, "-");
    for (size_t i = 0; i < bytes.size; i++)
        test_text_add(text, "%02x", ((const unsigned char *)bytes.data)[i]);
}

static void dump_numbers(test_text *text, const t_array *row)
{
    DUMP(booleans, booleans, "%d", ITEM(booleans));
    DUMP(smallints, smallints, "%d", ITEM(smallints));
    DUMP(integers, integers, "%d", ITEM(integers));
    DUMP(bigints, bigints, "%lld", (long long)ITEM(bigints));
    DUMP(reals, reals, "%a", (double)ITEM(reals));
    DUMP(doubles, doubles, "%a", ITEM(doubles));
    DUMP_POINTERS(numerics, row->numerics.items[i].text);
}

static void dump(test_text *text, const t_array *row)
{
    dump_numbers(text, row);
    DUMP_POINTERS(texts, row->texts.items[i]);
    DUMP_POINTERS(jsons, row->jsons.items[i].text);
    DUMP_POINTERS(jsonbs, row->jsonbs.items[i].text);
    DUMP(dates, dates, "%d", ITEM(dates).days);
    DUMP(times, times, "%lld", (long long)ITEM(times).micros);
    DUMP(timestamps, timestamps, "%lld", (long long)ITEM(timestamps).micros);
    DUMP(timestamptzs, timestamptzs, "%lld", (long long)ITEM(timestamptzs).micros);
    DUMP(intervals, intervals, "%lld/%d/%d", (long long)ITEM(intervals).micros,
         ITEM(intervals).days, ITEM(intervals).months);
    for (size_t i = 0; i < row->uuids.count; i++)
        dump_uuid(text, row->uuids.items[i]);
    for (size_t i = 0; i < row->byteas.count; i++)
        dump_bytes(text, row->byteas.items[i]);
    test_text_add(text, "\n%d %d\ncolours:%s", row->uuids.has, row->byteas.has,
                  row->colours.has ? "" : " null");
    for (size_t i = 0; i < row->colours.count; i++)
        test_text_add(text, " %d", row->colours.items[i]);
}

/* Inserted, returned and read again in another session, the array is what `given` holds. */
static void round_trip(const t_array_new *made, const t_array *given)
{
    orm_session *db = test_session(&database);
    t_array *row = NULL;
    test_text expected = {0};
    test_text actual = {0};
    dump(&expected, given);
    assert_ok(db, t_array_insert(db, made, &row));
    int64_t id = row->id;
    dump(&actual, row);
    assert_same_text(actual.data, expected.data);
    test_text_free(&actual);
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    db = test_session(&database);
    assert_ok(db, t_array_find(db, id, &row));
    dump(&actual, row);
    assert_same_text(actual.data, expected.data);
    test_text_free(&actual);
    test_text_free(&expected);
    test_session_close(&database, db);
}

#define ROUND(field, array_type, ...)                                                              \
    do {                                                                                           \
        array_type full = {.count = sizeof((__VA_ARGS__)) / sizeof((__VA_ARGS__)[0]),              \
                           .items = (__VA_ARGS__),                                                 \
                           .has = true};                                                           \
        array_type empty = {.items = full.items, .has = true};                                     \
        array_type null = {.has = false};                                                          \
        round_trip(&(t_array_new){.field = ORM_SET(full)}, &(t_array){.field = full});             \
        round_trip(&(t_array_new){.field = ORM_SET(empty)}, &(t_array){.field = empty});           \
        round_trip(&(t_array_new){.field = ORM_SET_NULL}, &(t_array){.field = null});              \
    } while (0)

static void arrays_of_numbers(void **state)
{
    (void)state;
    ROUND(booleans, orm_array_bool, (const orm_opt_bool[]){{true, true}, {0}, {false, true}});
    ROUND(smallints, orm_array_i16,
          (const orm_opt_i16[]){{INT16_MIN, true}, {0}, {INT16_MAX, true}});
    ROUND(integers, orm_array_i32,
          (const orm_opt_i32[]){{0}, {INT32_MIN, true}, {INT32_MAX, true}});
    ROUND(bigints, orm_array_i64, (const orm_opt_i64[]){{INT64_MIN, true}, {INT64_MAX, true}, {0}});
    ROUND(reals, orm_array_float,
          (const orm_opt_float[]){{FLT_MAX, true}, {0, false}, {0.1f, true}});
    ROUND(doubles, orm_array_double,
          (const orm_opt_double[]){{DBL_MAX, true}, {DBL_TRUE_MIN, true}, {0, false}, {0.1, true}});
    ROUND(numerics, orm_array_numeric,
          (const orm_numeric[]){{"1.10"}, {NULL}, {"NaN"}, {"-123456789012345678901234567890.5"}});
}

static void arrays_of_text(void **state)
{
    (void)state;
    ROUND(texts, orm_array_text,
          (const char *const[]){"", "NULL", NULL, "null", "\"", "\\", "{}", ",", "😀", "a b", "'",
                                "\n", "[]", "\\u0041", "%s"});
    ROUND(byteas, orm_array_bytes,
          (const orm_bytes[]){{"a\0b", 3}, {NULL, 0}, {"", 0}, {"\xff\\", 2}});
    ROUND(jsons, orm_array_json, (const orm_json[]){{"{\"a\": [1, \"\\\"\"]}"}, {NULL}, {"null"}});
    ROUND(jsonbs, orm_array_json, (const orm_json[]){{"{\"a\": [1, \"x\"]}"}, {NULL}, {"null"}});
    ROUND(colours, orm_array_enum,
          (const int[]){T_COLOUR_QUOTED, 0, T_COLOUR_ESCAPED, T_COLOUR_UNICODE, T_COLOUR_RED});
    ROUND(uuids, orm_array_uuid, (const orm_opt_uuid[]){{{{1, 2, 255}}, true}, {{{0}}, false}});
}

static void arrays_of_times(void **state)
{
    (void)state;
    ROUND(dates, orm_array_date,
          (const orm_opt_date[]){{{-1}, true}, {{0}, false}, {{ORM_DATE_INFINITY}, true}});
    ROUND(times, orm_array_time, (const orm_opt_time[]){{{1}, true}, {{0}, false}});
    ROUND(
        timestamps, orm_array_timestamp,
        (const orm_opt_timestamp[]){{{-1}, true}, {{0}, false}, {{ORM_TIMESTAMP_INFINITY}, true}});
    ROUND(timestamptzs, orm_array_timestamptz,
          (const orm_opt_timestamptz[]){
              {{2147483648000001}, true}, {{0}, false}, {{ORM_TIMESTAMP_NEGATIVE_INFINITY}, true}});
    ROUND(intervals, orm_array_interval,
          (const orm_opt_interval[]){{{-1, 2, -3}, true}, {{0, 0, 0}, false}, {{1, 0, 0}, true}});
}

static void array_conditions(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    t_array *row = NULL;
    t_array_list list;
    orm_array_text hostile = {(const char *const[]){"it's", NULL, "\"};--"}, 3, true};
    orm_array_text other = {(const char *const[]){"it's"}, 1, true};
    assert_ok(db, t_array_insert(db, &(t_array_new){.texts = ORM_SET(hostile)}, &row));
    t_array_query query = {.where = t_array_texts_is(orm_eq(hostile))};
    assert_ok(db, t_array_select(db, &query, &list));
    assert_int_equal(list.count, 1);
    query.where = t_array_texts_is(orm_eq(other));
    assert_ok(db, t_array_select(db, &query, &list));
    assert_int_equal(list.count, 0);
}

static void check_document(orm_session *db, const t_document_new *made)
{
    t_document *row = NULL;
    t_document_list list;
    assert_ok(db, t_document_insert(db, made, &row));
    t_document_query query = {.where = t_document_id_is(orm_eq(row->id)), .refresh = true};
    for (int round = 0; round < 2; round++) {
        if (made->body.state == ORM_IS_SET)
            assert_string_equal(row->body, made->body.value);
        if (made->plain.state == ORM_IS_SET)
            assert_string_equal(row->plain.text, made->plain.value.text);
        if (made->binary.state == ORM_IS_SET)
            assert_string_equal(row->binary.text, made->binary.value.text);
        if (made->raw.state == ORM_IS_SET) {
            assert_int_equal(row->raw.size, made->raw.value.size);
            assert_memory_equal(row->raw.data, made->raw.value.data, row->raw.size);
        }
        assert_ok(db, t_document_select(db, &query, &list));
        assert_int_equal(list.count, 1);
    }
}

static void large_values(void **state)
{
    (void)state;
    enum { SIZE = 3 << 20 };
    test_random random = {.state = 30};
    orm_session *db = test_session(&database);
    char *text = test_random_keep(&random, SIZE + 1);
    memset(text, 'x', SIZE);
    text[SIZE] = '\0';
    check_document(db, &(t_document_new){.body = ORM_SET(text)});
    check_document(db, &(t_document_new){.raw = ORM_SET(test_random_bytes(&random, SIZE))});
    text[0] = text[SIZE - 1] = '"';
    check_document(db, &(t_document_new){.plain = ORM_SET((orm_json){text})});
    check_document(db, &(t_document_new){.binary = ORM_SET((orm_json){text})});
    memset(text, '7', SIZE);
    text[1000] = '\0';
    t_document *row = NULL;
    assert_ok(
        db, t_document_insert(db, &(t_document_new){.digits = ORM_SET((orm_numeric){text})}, &row));
    assert_string_equal(row->digits.text, text);
    test_random_free(&random);
}

#define REFUSED_JSON(db, model_name, field, ...)                                                   \
    do {                                                                                           \
        t_##model_name##_new made_ = {.field = __VA_ARGS__};                                       \
        assert_status(db, t_##model_name##_insert(db, &made_, NULL), ORM_INVALID);                 \
        assert_string_equal(orm_session_error(db)->model, #model_name);                            \
        assert_string_equal(orm_session_error(db)->column, #field);                                \
    } while (0)

static void documents(void **state)
{
    (void)state;
    static const char *const texts[] = {"null",
                                        "true",
                                        "[]",
                                        "{}",
                                        "\"\"",
                                        "[1, 2.5, -3, 1e3]",
                                        "{\"a\": {\"b\": [null, \"x\"]}}",
                                        "\"it's; --\"",
                                        "\"😀\"",
                                        "{\"k\": \"\\\\\"}",
                                        " {\"spaced\" :1}"};
    static const char *const broken[] = {"",    "{",          "[1,]", "nul",
                                         "'x'", "{\"a\":1}x", "\x80", "{a:1}"};
    orm_session *db = test_session(&database);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_document(db, &(t_document_new){.plain = ORM_SET((orm_json){texts[i]})});
    check_document(
        db, &(t_document_new){.binary = ORM_SET((orm_json){"{\"a\": [1, \"it's\", null]}"})});
    assert_ok(db, orm_session_commit(db));
    test_count_start(&database);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        orm_json json = {broken[i]};
        REFUSED_JSON(db, document, plain, ORM_SET(json));
        REFUSED_JSON(db, document, binary, ORM_SET(json));
        if (broken[i][0] != '\0')
            REFUSED_JSON(db, array, jsons, ORM_SET(((orm_array_json){&json, 1, true})));
    }
    orm_json nul = {"\"\\u0000\""};
    orm_json half = {"[\"\\ud83d\"]"};
    REFUSED_JSON(db, document, binary, ORM_SET(nul));
    REFUSED_JSON(db, document, binary, ORM_SET(half));
    REFUSED_JSON(db, array, jsonbs, ORM_SET(((orm_array_json){&half, 1, true})));
    assert_statements(&database, 0);
    check_document(db, &(t_document_new){.plain = ORM_SET(nul)});
    check_document(db, &(t_document_new){.plain = ORM_SET(half)});
}

/* Zeroed memory is NULL in every nullable type, and comes back as such. */
static void nulls(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    t_nullable *row = NULL;
    t_nullable_list list;
    assert_ok(db, t_nullable_insert(db, &(t_nullable_new){.text_maybe = ORM_SET_NULL}, &row));
    assert_ok(db, t_nullable_select(db, &(t_nullable_query){.refresh = true}, &list));
    assert_int_equal(list.count, 1);
    t_nullable zero = {.id = row->id, .orm_object_ = row->orm_object_};
    test_text text = {0};
    test_text_add(&text, "%d%d%d%d%d%d%d%d%d%d%d%d", row->boolean_maybe.has,
                  row->smallint_maybe.has, row->integer_maybe.has, row->bigint_maybe.has,
                  row->real_maybe.has, row->double_maybe.has, row->uuid_maybe.has,
                  row->date_maybe.has, row->time_maybe.has, row->timestamp_maybe.has,
                  row->timestamptz_maybe.has, row->interval_maybe.has);
    assert_same_text(text.data, "000000000000");
    assert_null(row->text_maybe);
    assert_null(row->varchar_maybe);
    assert_null(row->chars_maybe);
    assert_null(row->numeric_maybe.text);
    assert_null(row->exact_maybe.text);
    assert_null(row->bytea_maybe.data);
    assert_int_equal(row->colour_maybe, zero.colour_maybe);
    t_nullable_query query = {.where = t_nullable_all_of(db, t_nullable_text_maybe_is_null(),
                                                         t_nullable_date_maybe_is_null(),
                                                         t_nullable_colour_maybe_is_null())};
    assert_ok(db, t_nullable_select(db, &query, &list));
    assert_int_equal(list.count, 1);
    test_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(arrays_of_numbers),
        suite_test(arrays_of_text),
        suite_test(arrays_of_times),
        suite_test(array_conditions),
        suite_test(large_values),
        suite_test(documents),
        suite_test(nulls),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
