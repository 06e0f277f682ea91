/* Conditions, single values, lists and settings: what the generic operators make of each C type. */
#include <stdio.h>

#include <orm/condition.h>
#include <orm/model.h>
#include <orm/set.h>

#include "model/column_value.h"
#include "unit/value_support.h"

static void assert_int(orm_cond_int made, orm_op op, int64_t number)
{
    assert_int_equal(made.cond.op, op);
    assert_int_equal(made.cond.as.values[0].kind, ORM_KIND_INT);
    assert_int_equal(made.cond.as.values[0].as.integer, number);
}

static void every_integer_type_is_taken(void **state)
{
    (void)state;
    assert_int(orm_eq((bool)true), ORM_OP_EQ, 1);
    assert_int(orm_ne((char)'a'), ORM_OP_NE, 'a');
    assert_int(orm_lt((signed char)-128), ORM_OP_LT, -128);
    assert_int(orm_le((unsigned char)255), ORM_OP_LE, 255);
    assert_int(orm_gt((short)-32768), ORM_OP_GT, -32768);
    assert_int(orm_ge((unsigned short)65535), ORM_OP_GE, 65535);
    assert_int(orm_eq(INT32_MIN), ORM_OP_EQ, INT32_MIN);
    assert_int(orm_eq(UINT32_MAX), ORM_OP_EQ, UINT32_MAX);
    assert_int(orm_eq(INT64_MIN), ORM_OP_EQ, INT64_MIN);
    assert_int(orm_eq((long long)INT64_MAX), ORM_OP_EQ, INT64_MAX);
    assert_int(orm_eq((uint64_t)INT64_MAX), ORM_OP_EQ, INT64_MAX);
}

static void unsigned_numbers_never_wrap(void **state)
{
    (void)state;
    assert_int_equal(orm_eq(UINT64_MAX).cond.as.values[0].kind, ORM_KIND_UINT_TOO_BIG);
    assert_int_equal(orm_gt((unsigned long long)INT64_MAX + 1).cond.as.values[0].kind,
                     ORM_KIND_UINT_TOO_BIG);
    orm_cond_int between = orm_between((uint64_t)1, UINT64_MAX);
    assert_int_equal(between.cond.as.values[0].as.integer, 1);
    assert_int_equal(between.cond.as.values[1].kind, ORM_KIND_UINT_TOO_BIG);
    assert_int_equal(ORM_SET(UINT64_MAX).state, ORM_IS_OUT_OF_RANGE);
    assert_int_equal(ORM_SET((uint64_t)7).value, 7);
}

static void single_values_keep_their_kind(void **state)
{
    (void)state;
    assert_int_equal(orm_eq(1.5F).cond.as.values[0].kind, ORM_KIND_DOUBLE);
    assert_true(orm_ge(-2.5).cond.as.values[0].as.real < -2.0);
    char text[] = "four";
    assert_int_equal(orm_eq(text).cond.as.values[0].as.span.size, 4);
    assert_ptr_equal(orm_eq((const char *)text).cond.as.values[0].as.span.data, text);
    assert_int_equal(orm_eq(((orm_bytes){"a\0b", 3})).cond.as.values[0].as.span.size, 3);
    assert_int_equal(orm_eq((orm_numeric){"1.5"}).cond.as.values[0].kind, ORM_KIND_NUMERIC);
    assert_int_equal(orm_eq((orm_json){"{}"}).cond.as.values[0].kind, ORM_KIND_JSON);
    assert_int_equal(orm_eq((orm_uuid){{9}}).cond.as.values[0].as.uuid.bytes[0], 9);
    assert_int_equal(orm_lt((orm_date){-5}).cond.as.values[0].as.integer, -5);
    assert_int_equal(orm_lt((orm_time){5}).cond.as.values[0].kind, ORM_KIND_TIME);
    assert_int_equal(orm_lt((orm_timestamp){5}).cond.as.values[0].kind, ORM_KIND_TIMESTAMP);
    assert_int_equal(orm_lt((orm_timestamptz){5}).cond.as.values[0].kind, ORM_KIND_TIMESTAMPTZ);
    assert_int_equal(orm_lt(((orm_interval){1, 2, 3})).cond.as.values[0].as.interval.months, 3);
    orm_cond_text between = orm_between("a", "b");
    assert_int_equal(between.cond.op, ORM_OP_BETWEEN);
    assert_string_equal(between.cond.as.values[1].as.span.data, "b");
}

static void null_pointers_are_null(void **state)
{
    (void)state;
    const char *none = NULL;
    assert_int_equal(orm_eq(none).cond.as.values[0].kind, ORM_KIND_NULL);
    assert_int_equal(orm_between("a", none).cond.as.values[1].kind, ORM_KIND_NULL);
    assert_int_equal(orm_like(NULL).cond.as.values[0].kind, ORM_KIND_NULL);
    assert_int_equal(orm_eq(((orm_bytes){NULL, 0})).cond.as.values[0].kind, ORM_KIND_NULL);
    assert_int_equal(orm_eq(((orm_bytes){"", 0})).cond.as.values[0].kind, ORM_KIND_BYTES);
    assert_int_equal(orm_eq((orm_numeric){NULL}).cond.as.values[0].kind, ORM_KIND_NULL);
    assert_int_equal(orm_eq((orm_array_i32){0}).cond.as.values[0].kind, ORM_KIND_NULL);
    assert_int_equal(orm_bind_null().kind, ORM_KIND_NULL);
    assert_int_equal(orm_bind_bool(true).kind, ORM_KIND_BOOL);
}

static void patterns_keep_their_operator(void **state)
{
    (void)state;
    assert_int_equal(orm_like("a%").cond.op, ORM_OP_LIKE);
    assert_int_equal(orm_ilike("a%").cond.op, ORM_OP_ILIKE);
    assert_int_equal(orm_prefix("a%").cond.op, ORM_OP_PREFIX);
    assert_int_equal(orm_contains("a%").cond.op, ORM_OP_CONTAINS);
    assert_string_equal(orm_contains("a%").cond.as.values[0].as.span.data, "a%");
}

static void arrays_know_their_elements(void **state)
{
    (void)state;
    const orm_opt_i16 small[] = {{1, true}, {0, false}};
    const int roles[] = {2, 0};
    orm_cond_array made = orm_eq(((orm_array_i16){small, 2, true}));
    const orm_value *value = &made.cond.as.values[0];
    assert_int_equal(value->kind, ORM_KIND_ARRAY);
    assert_int_equal(value->element, ORM_KIND_INT);
    assert_int_equal(value->item, ORM_TYPE_SMALLINT);
    assert_int_equal(value->as.span.size, 2);
    assert_ptr_equal(value->as.span.data, small);
    made = orm_ne(((orm_array_enum){roles, 2, true}));
    assert_int_equal(made.cond.op, ORM_OP_NE);
    assert_int_equal(made.cond.as.values[0].item, ORM_TYPE_ENUM);
    made = orm_eq(((orm_array_float){NULL, 0, true}));
    assert_int_equal(made.cond.as.values[0].kind, ORM_KIND_ARRAY);
    assert_int_equal(made.cond.as.values[0].item, ORM_TYPE_REAL);
}

/* The value of element 1 of a list condition. */
static orm_value second(orm_cond cond, orm_op op)
{
    assert_int_equal(cond.op, op);
    assert_int_equal(cond.as.list.count, 2);
    return orm__list_get(&cond, 1);
}

#define ASSERT_LIST_NUMBER(type, number)                                                           \
    do {                                                                                           \
        const type items[] = {0, number};                                                          \
        orm_value value = second(orm_in(items, 2).cond, ORM_OP_IN);                                \
        assert_int_equal(value.kind, ORM_KIND_INT);                                                \
        assert_int_equal(value.as.integer, number);                                                \
    } while (0)

static void lists_of_integers_are_read(void **state)
{
    (void)state;
    ASSERT_LIST_NUMBER(signed char, -128);
    ASSERT_LIST_NUMBER(unsigned char, 255);
    ASSERT_LIST_NUMBER(short, -32768);
    ASSERT_LIST_NUMBER(unsigned short, 65535);
    ASSERT_LIST_NUMBER(int, INT32_MIN);
    ASSERT_LIST_NUMBER(unsigned int, UINT32_MAX);
    ASSERT_LIST_NUMBER(long, -5);
    ASSERT_LIST_NUMBER(unsigned long, 5);
    ASSERT_LIST_NUMBER(long long, INT64_MIN);
    ASSERT_LIST_NUMBER(unsigned long long, INT64_MAX);
    const uint64_t big[] = {0, UINT64_MAX};
    assert_int_equal(second(orm_not_in(big, 2).cond, ORM_OP_NOT_IN).kind, ORM_KIND_UINT_TOO_BIG);
}

#define ASSERT_LIST_KIND(type, kind_name, ...)                                                     \
    do {                                                                                           \
        type items[] = {__VA_ARGS__};                                                              \
        orm_value value = second(orm_in(items, 2).cond, ORM_OP_IN);                                \
        assert_int_equal(value.kind, ORM_KIND_##kind_name);                                        \
    } while (0)

static void lists_of_other_types_are_read(void **state)
{
    (void)state;
    ASSERT_LIST_KIND(float, DOUBLE, 1, 2);
    ASSERT_LIST_KIND(double, DOUBLE, 1, 2);
    ASSERT_LIST_KIND(const char *, TEXT, "a", "b");
    ASSERT_LIST_KIND(const char *, NULL, "a", NULL);
    ASSERT_LIST_KIND(orm_bytes, BYTES, {"a", 1}, {"", 0});
    ASSERT_LIST_KIND(orm_numeric, NUMERIC, {"1"}, {"2"});
    ASSERT_LIST_KIND(orm_uuid, UUID, {{1}}, {{2}});
    ASSERT_LIST_KIND(orm_date, DATE, {1}, {2});
    ASSERT_LIST_KIND(orm_time, TIME, {1}, {2});
    ASSERT_LIST_KIND(orm_timestamp, TIMESTAMP, {1}, {2});
    ASSERT_LIST_KIND(orm_timestamptz, TIMESTAMPTZ, {1}, {2});
    ASSERT_LIST_KIND(orm_interval, INTERVAL, {1, 2, 3}, {4, 5, 6});
    char text[] = "x";
    char *texts[] = {text, text};
    assert_int_equal(second(orm_in(texts, 2).cond, ORM_OP_IN).as.span.size, 1);
    orm_cond lost = orm_in((const int *)NULL, 2).cond;
    assert_int_equal(orm__list_get(&lost, 1).kind, ORM_KIND_NONE);
}

static void settings_say_what_they_set(void **state)
{
    (void)state;
    const char *none = NULL;
    orm_set_int unset = {0};
    orm_set_text null = ORM_SET_NULL;
    assert_int_equal(unset.state, ORM_UNSET);
    assert_int_equal(null.state, ORM_IS_NULL);
    assert_int_equal(ORM_SET(none).state, ORM_IS_NULL);
    assert_int_equal(ORM_SET("").state, ORM_IS_SET);
    assert_int_equal(ORM_SET(((orm_bytes){NULL, 0})).state, ORM_IS_NULL);
    assert_int_equal(ORM_SET((orm_numeric){NULL}).state, ORM_IS_NULL);
    assert_int_equal(ORM_SET((orm_json){"null"}).state, ORM_IS_SET);
    assert_int_equal(ORM_SET((orm_array_text){0}).state, ORM_IS_NULL);
    assert_int_equal(ORM_SET(((orm_array_text){NULL, 0, true})).state, ORM_IS_SET);
    assert_int_equal(ORM_SET(false).state, ORM_IS_SET);
    assert_int_equal(ORM_SET((short)-3).value, -3);
    assert_int_equal(ORM_SET((orm_date){3}).value.days, 3);
    assert_int_equal(ORM_SET(((orm_interval){1, 2, 3})).value.days, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_integer_type_is_taken),
        cmocka_unit_test(unsigned_numbers_never_wrap),
        cmocka_unit_test(single_values_keep_their_kind),
        cmocka_unit_test(null_pointers_are_null),
        cmocka_unit_test(patterns_keep_their_operator),
        cmocka_unit_test(arrays_know_their_elements),
        cmocka_unit_test(lists_of_integers_are_read),
        cmocka_unit_test(lists_of_other_types_are_read),
        cmocka_unit_test(settings_say_what_they_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
