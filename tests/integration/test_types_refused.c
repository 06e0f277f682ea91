/* Rows that other programs wrote and the model does not allow: errors that name the column. */
#include "support/fixture.h"
#include "types.orm.h"

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, NULL);
    return 0;
}

/* key_<type> as another program made it, with one row. */
static void make(const char *type, const char *column, const char *value)
{
    test_execute(&database, "drop table if exists key_%s", type);
    test_execute(&database, "create table key_%s (id bigint primary key, \"the value\" %s)", type,
                 column);
    test_execute(&database, "insert into key_%s values (1, %s)", type, value);
}

#define REFUSED(type, ddl, literal, wanted)                                                        \
    do {                                                                                           \
        make(#type, ddl, literal);                                                                 \
        orm_session *db = test_session(&database);                                                 \
        t_key_##type##_list list;                                                                  \
        t_key_##type *row = NULL;                                                                  \
        assert_status(db, t_key_##type##_select(db, NULL, &list), wanted);                         \
        assert_string_equal(orm_session_error(db)->model, "key_" #type);                           \
        assert_string_equal(orm_session_error(db)->column, "value");                               \
        assert_int_equal(list.count, 0);                                                           \
        orm_session_rollback(db);                                                                  \
        assert_status(db, t_key_##type##_find(db, 1, &row), wanted);                               \
        assert_null(row);                                                                          \
        test_session_close(&database, db);                                                         \
    } while (0)

static void null_in_a_column_that_has_none(void **state)
{
    (void)state;
    REFUSED(boolean, "boolean", "null", ORM_SCHEMA);
    REFUSED(smallint, "smallint", "null", ORM_SCHEMA);
    REFUSED(integer, "integer", "null", ORM_SCHEMA);
    REFUSED(bigint, "bigint", "null", ORM_SCHEMA);
    REFUSED(text, "text", "null", ORM_SCHEMA);
    REFUSED(double, "double precision", "null", ORM_SCHEMA);
    REFUSED(uuid, test_either(&database, "text", "uuid"), "null", ORM_SCHEMA);
    REFUSED(numeric, test_either(&database, "text", "numeric"), "null", ORM_SCHEMA);
    REFUSED(bytea, test_either(&database, "blob", "bytea"), "null", ORM_SCHEMA);
    REFUSED(timestamptz, test_either(&database, "text", "timestamptz"), "null", ORM_SCHEMA);
}

static void labels_the_model_does_not_know(void **state)
{
    (void)state;
    if (database.postgresql)
        test_execute(&database, "create type colour as enum ('red', 'dark green', 'blue')");
    REFUSED(colour, test_either(&database, "text", "colour"), "'blue'", ORM_SCHEMA);
    if (!database.postgresql)
        REFUSED(colour, "text", "'Red'", ORM_SCHEMA);
    if (!database.postgresql)
        REFUSED(colour, "text", "''", ORM_SCHEMA);
}

/* A table that changed under a prepared statement is said so once; PostgreSQL then reads the new
 * one. */
#define REFUSED_NUMBER(type, literal)                                                              \
    do {                                                                                           \
        make(#type, "bigint", literal);                                                            \
        orm_session *db = test_session(&database);                                                 \
        t_key_##type##_list list;                                                                  \
        orm_status status = t_key_##type##_select(db, NULL, &list);                                \
        if (status == ORM_STALE_PLAN) {                                                            \
            assert_true(orm_session_error(db)->retryable);                                         \
            orm_session_rollback(db);                                                              \
            status = t_key_##type##_select(db, NULL, &list);                                       \
        }                                                                                          \
        assert_status(db, status, ORM_RANGE);                                                      \
        assert_string_equal(orm_session_error(db)->column, "value");                               \
        test_session_close(&database, db);                                                         \
    } while (0)

static void numbers_too_large_for_the_field(void **state)
{
    (void)state;
    REFUSED_NUMBER(smallint, "70000");
    REFUSED_NUMBER(smallint, "-32769");
    REFUSED_NUMBER(integer, "3000000000");
}

static void what_sqlite_lets_stand_in_a_column(void **state)
{
    (void)state;
    if (database.postgresql)
        return;
    REFUSED(integer, "blob", "'12'", ORM_SCHEMA);
    REFUSED(bigint, "integer", "1.5", ORM_SCHEMA);
    REFUSED(boolean, "integer", "2", ORM_SCHEMA);
    REFUSED(text, "text", "x'ff'", ORM_SCHEMA);
    REFUSED(text, "text", "cast(x'80' as text)", ORM_SCHEMA);
    REFUSED(text, "text", "cast(x'610062' as text)", ORM_SCHEMA);
    REFUSED(bytea, "text", "'text'", ORM_SCHEMA);
    REFUSED(uuid, "text", "'no uuid'", ORM_SCHEMA);
    REFUSED(date, "text", "'2024-2-3'", ORM_SCHEMA);
    REFUSED(date, "text", "'2001-02-29'", ORM_RANGE);
    REFUSED(timestamptz, "integer", "1700000000", ORM_SCHEMA);
    REFUSED(interval, "text", "'1 day'", ORM_SCHEMA);
    REFUSED(numeric, "text", "'12x'", ORM_SCHEMA);
    REFUSED(real, "real", "1e300", ORM_RANGE);
    REFUSED(double, "text", "'abc'", ORM_SCHEMA);
}

static void a_missing_column_or_table(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    t_key_text_list list;
    t_key_date_list dates;
    test_execute(&database, "drop table if exists key_text");
    test_execute(&database, "create table key_text (id bigint primary key, value text)");
    assert_status(db, t_key_text_select(db, NULL, &list), ORM_SCHEMA);
    assert_non_null(strstr(orm_session_error(db)->message, "the value"));
    orm_session_rollback(db);
    test_execute(&database, "drop table if exists key_date");
    assert_status(db, t_key_date_select(db, NULL, &dates), ORM_SCHEMA);
    assert_non_null(strstr(orm_session_error(db)->message, "key_date"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(null_in_a_column_that_has_none),  suite_test(labels_the_model_does_not_know),
        suite_test(numbers_too_large_for_the_field), suite_test(what_sqlite_lets_stand_in_a_column),
        suite_test(a_missing_column_or_table),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
