/* Values to and from PostgreSQL's binary form, without a server. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "driver/postgres/pg_errors.h"
#include "driver/postgres/pg_params.h"
#include "driver/postgres/pg_rows.h"
#include "driver/postgres/pg_types.h"

static const char *const colours[] = {"red", "dark \"red\"", "b\\lue"};
static const orm_enum_labels labels = {"colour", colours, 3};
static const orm_model model = {.name = "thing", .table = "things"};

typedef struct fixture {
    orm__arena arena;
    orm_column column;
    orm_error error;
    orm__pg_params params;
} fixture;

static void prepare(fixture *f, orm_type type)
{
    memset(f, 0, sizeof *f);
    orm__arena_init(&f->arena, NULL, NULL);
    f->column.field = "part";
    f->column.name = "part";
    f->column.type = (uint8_t)type;
    f->column.labels = &labels;
}

static orm_status encode_as(fixture *f, orm_type type, const orm_value *value, bool array,
                            bool list)
{
    prepare(f, type);
    orm__param param = {.type = (uint8_t)type,
                        .array = array,
                        .list = list,
                        .model = &model,
                        .column = &f->column};
    orm__statement statement = {.params = &param, .param_count = 1};
    orm__call call = {.statement = &statement, .values = value, .value_count = 1};
    return orm__pg_params_encode(&call, NULL, &f->arena, &f->params, &f->error);
}

static void expect_bytes(orm_type type, orm_value value, Oid oid, const char *bytes, int size)
{
    fixture f;
    assert_int_equal(encode_as(&f, type, &value, false, false), ORM_OK);
    assert_int_equal(f.params.oids[0], oid);
    assert_int_equal(f.params.formats[0], 1);
    assert_int_equal(f.params.lengths[0], size);
    assert_memory_equal(f.params.values[0], bytes, (size_t)size);
    orm__arena_dispose(&f.arena);
}

static void scalars_have_their_binary_form(void **state)
{
    (void)state;
    orm_uuid uuid;
    for (int i = 0; i < 16; i++) uuid.bytes[i] = (uint8_t)(i + 1);
    orm_bytes bytes = {"\0a\0", 3};
    expect_bytes(ORM_TYPE_BOOLEAN, orm_bind_bool(true), 16, "\1", 1);
    expect_bytes(ORM_TYPE_SMALLINT, orm_bind_int(-2), 21, "\xff\xfe", 2);
    expect_bytes(ORM_TYPE_INTEGER, orm_bind_int(INT32_MIN), 23, "\x80\0\0\0", 4);
    expect_bytes(ORM_TYPE_BIGINT, orm_bind_int(INT64_MAX), 20,
                 "\x7f\xff\xff\xff\xff\xff\xff\xff", 8);
    expect_bytes(ORM_TYPE_REAL, orm_bind_double(1.5), 700, "\x3f\xc0\0\0", 4);
    expect_bytes(ORM_TYPE_DOUBLE, orm_bind_double(-2), 701, "\xc0\0\0\0\0\0\0\0", 8);
    expect_bytes(ORM_TYPE_BYTEA, orm_bind_bytes(bytes), 17, "\0a\0", 3);
    expect_bytes(ORM_TYPE_UUID, orm_bind_uuid(uuid), 2950,
                 "\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf\x10", 16);
    expect_bytes(ORM_TYPE_DATE, orm_bind_date((orm_date){10957}), 1082, "\0\0\0\0", 4);
    expect_bytes(ORM_TYPE_DATE, orm_bind_date((orm_date){ORM_DATE_INFINITY}), 1082,
                 "\x7f\xff\xff\xff", 4);
    expect_bytes(ORM_TYPE_TIME, orm_bind_time((orm_time){1}), 1083, "\0\0\0\0\0\0\0\1", 8);
    expect_bytes(ORM_TYPE_TIMESTAMP, orm_bind_timestamp((orm_timestamp){946684800000001}), 1114,
                 "\0\0\0\0\0\0\0\1", 8);
    expect_bytes(ORM_TYPE_TIMESTAMPTZ,
                 orm_bind_timestamptz((orm_timestamptz){ORM_TIMESTAMP_NEGATIVE_INFINITY}), 1184,
                 "\x80\0\0\0\0\0\0\0", 8);
    expect_bytes(ORM_TYPE_INTERVAL, orm_bind_interval((orm_interval){-1, 2, 3}), 1186,
                 "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\2\0\0\0\3", 16);
}

static void expect_refused(orm_type type, orm_value value, orm_status status)
{
    fixture f;
    assert_int_equal(encode_as(&f, type, &value, false, false), status);
    assert_int_equal(f.error.status, status);
    assert_string_equal(f.error.model, "thing");
    assert_string_equal(f.error.column, "part");
    assert_non_null(strstr(f.error.message, "thing.part"));
    orm__arena_dispose(&f.arena);
}

static void what_postgresql_cannot_hold_is_refused(void **state)
{
    (void)state;
    orm_value text = orm_bind_text("x");
    text.as.span.data = "a\0b";
    text.as.span.size = 3;
    orm_value none;
    memset(&none, 0, sizeof none);
    int64_t first = INT64_C(-211813488000000000) + INT64_C(946684800000000);
    expect_refused(ORM_TYPE_SMALLINT, orm_bind_int(32768), ORM_RANGE);
    expect_refused(ORM_TYPE_INTEGER, orm_bind_int(INT64_C(-2147483649)), ORM_RANGE);
    expect_refused(ORM_TYPE_BIGINT, orm_bind_uint(UINT64_MAX), ORM_RANGE);
    expect_refused(ORM_TYPE_REAL, orm_bind_double(1e300), ORM_RANGE);
    expect_refused(ORM_TYPE_DATE, orm_bind_date((orm_date){-2451545 + 10957 - 1}), ORM_RANGE);
    expect_refused(ORM_TYPE_DATE, orm_bind_date((orm_date){2145031949 + 10957}), ORM_RANGE);
    expect_refused(ORM_TYPE_TIMESTAMP, orm_bind_timestamp((orm_timestamp){first - 1}), ORM_RANGE);
    expect_refused(ORM_TYPE_TIME, orm_bind_time((orm_time){86400000001}), ORM_RANGE);
    expect_refused(ORM_TYPE_TIME, orm_bind_time((orm_time){-1}), ORM_RANGE);
    expect_refused(ORM_TYPE_TEXT, text, ORM_INVALID);
    expect_refused(ORM_TYPE_TEXT, none, ORM_INVALID);
    expect_refused(ORM_TYPE_TEXT, orm_bind_int(1), ORM_INVALID);
    expect_refused(ORM_TYPE_INTEGER, orm_bind_text("1"), ORM_INVALID);
    expect_refused(ORM_TYPE_ENUM, orm_bind_int(4), ORM_INVALID);
    fixture f;
    orm_value edge = orm_bind_timestamp((orm_timestamp){first});
    assert_int_equal(encode_as(&f, ORM_TYPE_TIMESTAMP, &edge, false, false), ORM_OK);
    orm__arena_dispose(&f.arena);
}

static void text_is_sent_as_text_of_no_stated_type(void **state)
{
    (void)state;
    fixture f;
    orm_value cut = orm_bind_text("abcdef");
    cut.as.span.size = 3;
    assert_int_equal(encode_as(&f, ORM_TYPE_VARCHAR, &cut, false, false), ORM_OK);
    assert_int_equal(f.params.oids[0], 0);
    assert_int_equal(f.params.formats[0], 0);
    assert_string_equal(f.params.values[0], "abc");
    orm__arena_dispose(&f.arena);
    orm_value number = orm_bind_int(2);
    assert_int_equal(encode_as(&f, ORM_TYPE_ENUM, &number, false, false), ORM_OK);
    assert_string_equal(f.params.values[0], "dark \"red\"");
    orm__arena_dispose(&f.arena);
    orm_value null = orm_bind_null();
    assert_int_equal(encode_as(&f, ORM_TYPE_BIGINT, &null, false, false), ORM_OK);
    assert_null(f.params.values[0]);
    assert_int_equal(f.params.oids[0], 20);
    orm__arena_dispose(&f.arena);
}

static orm_value array_of(const void *items, size_t count)
{
    orm_value value;
    memset(&value, 0, sizeof value);
    value.kind = ORM_KIND_ARRAY;
    value.as.span.data = items;
    value.as.span.size = count;
    return value;
}

static void text_arrays_are_literals_in_which_all_is_quoted(void **state)
{
    (void)state;
    fixture f;
    const char *texts[] = {"a", NULL, "", "NULL", "q\"b\\s", "{x,y}", " sp "};
    orm_value value = array_of(texts, 7);
    assert_int_equal(encode_as(&f, ORM_TYPE_TEXT, &value, true, false), ORM_OK);
    assert_int_equal(f.params.oids[0], 0);
    assert_string_equal(f.params.values[0],
                        "{\"a\",NULL,\"\",\"NULL\",\"q\\\"b\\\\s\",\"{x,y}\",\" sp \"}");
    orm__arena_dispose(&f.arena);
    int numbers[] = {1, 0, 3};
    value = array_of(numbers, 3);
    assert_int_equal(encode_as(&f, ORM_TYPE_ENUM, &value, true, false), ORM_OK);
    assert_string_equal(f.params.values[0], "{\"red\",NULL,\"b\\\\lue\"}");
    orm__arena_dispose(&f.arena);
    value = array_of(NULL, 0);
    assert_int_equal(encode_as(&f, ORM_TYPE_NUMERIC, &value, true, false), ORM_OK);
    assert_string_equal(f.params.values[0], "{}");
    orm__arena_dispose(&f.arena);
    orm_value list[] = {orm_bind_text("it's"), orm_bind_null()};
    value = array_of(list, 2);
    assert_int_equal(encode_as(&f, ORM_TYPE_TEXT, &value, false, true), ORM_OK);
    assert_string_equal(f.params.values[0], "{\"it's\",NULL}");
    orm__arena_dispose(&f.arena);
}

static void binary_arrays_come_back(void **state)
{
    (void)state;
    fixture f;
    orm_opt_i32 items[] = {{1, true}, {0, false}, {INT32_MIN, true}};
    orm_value value = array_of(items, 3);
    orm_array_i32 back;
    assert_int_equal(encode_as(&f, ORM_TYPE_INTEGER, &value, true, false), ORM_OK);
    assert_int_equal(f.params.oids[0], 1007);
    const unsigned char *data = (const unsigned char *)f.params.values[0];
    size_t size = (size_t)f.params.lengths[0];
    assert_int_equal(orm__pg_decode_array(&f.column, data, size, &back, &f.arena), ORM_OK);
    assert_true(back.has && back.count == 3);
    assert_true(back.items[0].has && back.items[0].value == 1);
    assert_false(back.items[1].has);
    assert_int_equal(back.items[2].value, INT32_MIN);
    /* Cut anywhere it is refused, never read beyond. */
    for (size_t cut = 0; cut < size; cut++) {
        unsigned char *part = test_malloc(cut + 1);
        memcpy(part, data, cut);
        assert_int_equal(orm__pg_decode_array(&f.column, part, cut, &back, &f.arena), ORM_SCHEMA);
        test_free(part);
    }
    unsigned char twice[64];
    memcpy(twice, data, size);
    twice[3] = 2;
    assert_int_equal(orm__pg_decode_array(&f.column, twice, size, &back, &f.arena),
                     ORM_UNSUPPORTED);
    orm__arena_dispose(&f.arena);
}

static orm_status decode(orm_type type, bool nullable, const char *data, size_t size, void *member)
{
    fixture f;
    prepare(&f, type);
    orm_status status = orm__pg_decode(&f.column, nullable, (const unsigned char *)data, size,
                                       member, &f.arena);
    orm__arena_dispose(&f.arena);
    return status;
}

static void integers_of_all_widths_fit_or_are_refused(void **state)
{
    (void)state;
    int16_t small = 0;
    orm_opt_i32 middle = {0, false};
    int64_t large = 0;
    assert_int_equal(decode(ORM_TYPE_SMALLINT, false, "\0\0\0\0\0\0\x7f\xff", 8, &small), ORM_OK);
    assert_int_equal(small, 32767);
    assert_int_equal(decode(ORM_TYPE_SMALLINT, false, "\0\0\x80\0", 4, &small), ORM_RANGE);
    assert_int_equal(decode(ORM_TYPE_INTEGER, true, "\xff\xff", 2, &middle), ORM_OK);
    assert_true(middle.has && middle.value == -1);
    assert_int_equal(decode(ORM_TYPE_INTEGER, true, "\0\0\0\1\0\0\0\0", 8, &middle), ORM_RANGE);
    assert_int_equal(decode(ORM_TYPE_BIGINT, false, "\x80\0\0\0", 4, &large), ORM_OK);
    assert_true(large == INT32_MIN);
    assert_int_equal(decode(ORM_TYPE_BIGINT, false, "\1", 1, &large), ORM_SCHEMA);
}

static void moments_shift_their_epoch(void **state)
{
    (void)state;
    orm_opt_timestamp moment = {{0}, false};
    int32_t days = 0;
    double real = 0;
    int number = 0;
    assert_int_equal(decode(ORM_TYPE_TIMESTAMP, true, "\0\0\0\0\0\0\0\0", 8, &moment), ORM_OK);
    assert_true(moment.has && moment.value.micros == 946684800000000);
    assert_int_equal(decode(ORM_TYPE_TIMESTAMP, true, "\x7f\xff\xff\xff\xff\xff\xff\xff", 8,
                            &moment), ORM_OK);
    assert_true(moment.value.micros == ORM_TIMESTAMP_INFINITY);
    /* PostgreSQL's last moment lies beyond what we can hold. */
    assert_int_equal(decode(ORM_TYPE_TIMESTAMP, true, "\x7f\xff\xfc\xa2\xfe\xc4\xc8\x1f", 8,
                            &moment), ORM_RANGE);
    assert_int_equal(decode(ORM_TYPE_DATE, false, "\0\0\0\1", 4, &days), ORM_OK);
    assert_int_equal(days, 10958);
    assert_int_equal(decode(ORM_TYPE_DATE, false, "\x80\0\0\0", 4, &days), ORM_OK);
    assert_int_equal(days, INT32_MIN);
    assert_int_equal(decode(ORM_TYPE_DOUBLE, false, "\x3f\xc0\0\0", 4, &real), ORM_OK);
    assert_true(real >= 1.5 && real <= 1.5);
    assert_int_equal(decode(ORM_TYPE_ENUM, false, "b\\lue", 5, &number), ORM_OK);
    assert_int_equal(number, 3);
    assert_int_equal(decode(ORM_TYPE_ENUM, false, "re", 2, &number), ORM_NOT_FOUND);
    assert_int_equal(decode(ORM_TYPE_ENUM, false, "redd", 4, &number), ORM_NOT_FOUND);
    assert_int_equal(decode(ORM_TYPE_UUID, false, "123", 3, &moment), ORM_SCHEMA);
}

static void raw_values_are_sent_by_their_kind(void **state)
{
    (void)state;
    fixture f;
    orm_value values[] = {orm_bind_int(1), orm_bind_int(INT64_MAX), orm_bind_text("x"),
                          orm_bind_null(), orm_bind_numeric((orm_numeric){"1.5"}),
                          orm_bind_double(1)};
    orm__statement statement = {.param_count = 6};
    orm__call call = {.statement = &statement, .values = values, .value_count = 6};
    static const Oid expected[] = {23, 20, 0, 0, 1700, 701};
    prepare(&f, ORM_TYPE_NONE);
    assert_int_equal(orm__pg_params_encode(&call, NULL, &f.arena, &f.params, &f.error), ORM_OK);
    for (int i = 0; i < 6; i++) assert_int_equal(f.params.oids[i], expected[i]);
    static const Oid known[] = {20, 20, 0, 23, 1700, 701};
    assert_int_equal(orm__pg_params_encode(&call, known, &f.arena, &f.params, &f.error), ORM_OK);
    for (int i = 0; i < 6; i++) assert_int_equal(f.params.oids[i], known[i]);
    orm__arena_dispose(&f.arena);
}

static void sqlstates_have_statuses(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate;
        orm_status status;
    } cases[] = {
        {"23505", ORM_UNIQUE},      {"23503", ORM_FOREIGN_KEY},   {"23502", ORM_NOT_NULL},
        {"23514", ORM_CHECK},       {"23P01", ORM_CHECK},         {"22001", ORM_RANGE},
        {"22003", ORM_RANGE},       {"22008", ORM_RANGE},         {"22P02", ORM_INVALID},
        {"22021", ORM_INVALID},     {"40001", ORM_SERIALIZATION}, {"40P01", ORM_DEADLOCK},
        {"55P03", ORM_BUSY},        {"25006", ORM_READ_ONLY},     {"25P02", ORM_FAILED_TRANSACTION},
        {"53300", ORM_TOO_MANY_CONNECTIONS}, {"53100", ORM_RESOURCE}, {"53200", ORM_RESOURCE},
        {"28P01", ORM_AUTH},        {"28000", ORM_AUTH},          {"08006", ORM_DISCONNECTED},
        {"57P01", ORM_DISCONNECTED}, {"57P03", ORM_DISCONNECTED}, {"42P01", ORM_SCHEMA},
        {"42703", ORM_SCHEMA},      {"42883", ORM_SCHEMA},        {"42804", ORM_SCHEMA},
        {"42601", ORM_INVALID},     {"XX001", ORM_CORRUPT},       {"XX002", ORM_CORRUPT},
        {"0A000", ORM_UNSUPPORTED}, {"XX000", ORM_DATABASE},      {"P0001", ORM_DATABASE},
        {"57014", ORM_CANCELLED},   {NULL, ORM_DATABASE},         {"26000", ORM_STALE_PLAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(orm__pg_status_of(cases[i].sqlstate), cases[i].status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_have_their_binary_form),
        cmocka_unit_test(what_postgresql_cannot_hold_is_refused),
        cmocka_unit_test(text_is_sent_as_text_of_no_stated_type),
        cmocka_unit_test(text_arrays_are_literals_in_which_all_is_quoted),
        cmocka_unit_test(binary_arrays_come_back),
        cmocka_unit_test(integers_of_all_widths_fit_or_are_refused),
        cmocka_unit_test(moments_shift_their_epoch),
        cmocka_unit_test(raw_values_are_sent_by_their_kind),
        cmocka_unit_test(sqlstates_have_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
