/*
 * Values of one column type on their way through the library: inserted, returned, found, selected,
 * compared, and as the key of a relation. `ROUND_TRIP(type, c_type)` makes `trip_<type>(db, values,
 * count)` out of the models key_<type> and ref_<type>; `same_<type>(left, right)` must stand before
 * it.
 */
#ifndef TESTS_SUPPORT_ROUND_TRIP_H
#define TESTS_SUPPORT_ROUND_TRIP_H

#include "support/fixture.h"

enum { ROUND_TRIP_MAX = 320 };

/* Each value once: as generated, some come twice. */
#define ROUND_TRIP_ADD(type, values, count, value)                                                 \
    do {                                                                                           \
        bool there = false;                                                                        \
        for (size_t at = 0; at < (count); at++)                                                    \
            there = there || same_##type((values)[at], (value));                                   \
        if (!there && (count) < ROUND_TRIP_MAX)                                                    \
            (values)[(count)++] = (value);                                                         \
    } while (0)

#define ROUND_TRIP_WRITE(type, c_type)                                                             \
    static void write_##type(const c_type *values, size_t count, int64_t *ids)                     \
    {                                                                                              \
        orm_session *db = test_session(&database);                                                 \
        for (size_t i = 0; i < count; i++) {                                                       \
            t_key_##type *row = NULL;                                                              \
            t_ref_##type *ref = NULL;                                                              \
            assert_ok(db, t_key_##type##_insert(                                                   \
                              db, &(t_key_##type##_new){.value = ORM_SET(values[i])}, &row));      \
            assert_true(same_##type(row->value, values[i]));                                       \
            ids[i] = row->id;                                                                      \
            assert_ok(db,                                                                          \
                      t_ref_##type##_insert(db,                                                    \
                                            &(t_ref_##type##_new){.id = ORM_SET(ids[i]),           \
                                                                  .value = ORM_SET(values[i])},    \
                                            &ref));                                                \
            assert_true(same_##type(ref->value, values[i]));                                       \
        }                                                                                          \
        assert_ok(db, orm_session_commit(db));                                                     \
        test_session_close(&database, db);                                                         \
    }

#define ROUND_TRIP_READ(type, c_type)                                                              \
    static void read_##type(const c_type *values, size_t count, const int64_t *ids)                \
    {                                                                                              \
        orm_session *db = test_session(&database);                                                 \
        t_key_##type##_list keys;                                                                  \
        for (size_t i = 0; i < count; i++) {                                                       \
            t_key_##type *row = NULL;                                                              \
            assert_ok(db, t_key_##type##_find(db, ids[i], &row));                                  \
            assert_true(same_##type(row->value, values[i]));                                       \
        }                                                                                          \
        t_key_##type##_query all = {.order_by = {(enum t_key_##type##_order)1}, .refresh = true};  \
        assert_ok(db, t_key_##type##_select(db, &all, &keys));                                     \
        assert_int_equal(keys.count, count);                                                       \
        for (size_t i = 0; i < count; i++)                                                         \
            assert_true(same_##type(keys.items[i]->value, values[i]));                             \
        test_session_close(&database, db);                                                         \
    }

#define ROUND_TRIP_RELATE(type, c_type)                                                            \
    static void relate_##type(const c_type *values, size_t count, const int64_t *ids)              \
    {                                                                                              \
        orm_session *db = test_session(&database);                                                 \
        t_ref_##type##_list refs;                                                                  \
        t_key_##type##_list keys;                                                                  \
        test_count_start(&database);                                                               \
        t_ref_##type##_query query = {.order_by = {(enum t_ref_##type##_order)1},                  \
                                      .with = {.target = &t_key_##type##_all}};                    \
        assert_ok(db, t_ref_##type##_select(db, &query, &refs));                                   \
        assert_statements(&database, 2);                                                           \
        assert_int_equal(refs.count, count);                                                       \
        for (size_t i = 0; i < count; i++) {                                                       \
            t_key_##type *target = NULL;                                                           \
            assert_true(same_##type(refs.items[i]->value, values[i]));                             \
            assert_int_equal(t_ref_##type##_target(refs.items[i], &target), ORM_OK);               \
            assert_non_null(target);                                                               \
            assert_int_equal(target->id, ids[i]);                                                  \
        }                                                                                          \
        t_key_##type##_query back = {.order_by = {(enum t_key_##type##_order)1},                   \
                                     .refresh = true,                                              \
                                     .with = {.refs = &t_ref_##type##_all}};                       \
        assert_ok(db, t_key_##type##_select(db, &back, &keys));                                    \
        for (size_t i = 0; i < count; i++) {                                                       \
            t_ref_##type##_list list;                                                              \
            assert_int_equal(t_key_##type##_refs(keys.items[i], &list), ORM_OK);                   \
            assert_int_equal(list.count, 1);                                                       \
            assert_int_equal(list.items[0]->id, ids[i]);                                           \
        }                                                                                          \
        test_session_close(&database, db);                                                         \
    }

/* Exactly the row `id` fulfils the condition. */
#define ASSERT_ONLY(type, db, condition, wanted)                                                   \
    do {                                                                                           \
        t_key_##type##_list only;                                                                  \
        t_key_##type##_query by = {.where = t_key_##type##_value_is(condition)};                   \
        assert_ok(db, t_key_##type##_select(db, &by, &only));                                      \
        assert_int_equal(only.count, 1);                                                           \
        assert_int_equal(only.items[0]->id, (wanted));                                             \
    } while (0)

#define ASSERT_COUNT(type, db, condition, wanted)                                                  \
    do {                                                                                           \
        int64_t rows = -1;                                                                         \
        t_key_##type##_query by = {.where = t_key_##type##_value_is(condition)};                   \
        assert_ok(db, t_key_##type##_count(db, &by, &rows));                                       \
        assert_int_equal(rows, (wanted));                                                          \
    } while (0)

/* Conditions of types without an order. */
#define ROUND_TRIP_EQUAL(type, c_type)                                                             \
    static void compare_##type(const c_type *values, size_t count, const int64_t *ids)             \
    {                                                                                              \
        orm_session *db = test_session(&database);                                                 \
        for (size_t i = 0; i < count; i++)                                                         \
            ASSERT_ONLY(type, db, values[i], ids[i]);                                              \
        test_session_close(&database, db);                                                         \
    }

/* In the database's order, position i has i rows before it. */
#define ROUND_TRIP_ORDER(type, c_type)                                                             \
    static void compare_##type(const c_type *values, size_t count, const int64_t *ids)             \
    {                                                                                              \
        orm_session *db = test_session(&database);                                                 \
        t_key_##type##_list sorted;                                                                \
        for (size_t i = 0; i < count; i++) {                                                       \
            ASSERT_ONLY(type, db, orm_eq(values[i]), ids[i]);                                      \
            ASSERT_ONLY(type, db, orm_in(values + i, 1), ids[i]);                                  \
            ASSERT_ONLY(type, db, orm_between(values[i], values[i]), ids[i]);                      \
            ASSERT_COUNT(type, db, orm_ne(values[i]), (int64_t)count - 1);                         \
        }                                                                                          \
        ASSERT_COUNT(type, db, orm_in(values, count), (int64_t)count);                             \
        ASSERT_COUNT(type, db, orm_not_in(values, count), 0);                                      \
        t_key_##type##_query in_order = {.order_by = {(enum t_key_##type##_order)3}};              \
        assert_ok(db, t_key_##type##_select(db, &in_order, &sorted));                              \
        for (size_t i = 0; i < count; i += 1 + count / 40) {                                       \
            int64_t before = (int64_t)i;                                                           \
            ASSERT_COUNT(type, db, orm_lt(sorted.items[i]->value), before);                        \
            ASSERT_COUNT(type, db, orm_le(sorted.items[i]->value), before + 1);                    \
            ASSERT_COUNT(type, db, orm_gt(sorted.items[i]->value), (int64_t)count - before - 1);   \
            ASSERT_COUNT(type, db, orm_ge(sorted.items[i]->value), (int64_t)count - before);       \
        }                                                                                          \
        test_session_close(&database, db);                                                         \
    }

#define ROUND_TRIP_ALL(type, c_type)                                                               \
    static void trip_##type(const c_type *values, size_t count)                                    \
    {                                                                                              \
        int64_t ids[ROUND_TRIP_MAX];                                                               \
        write_##type(values, count, ids);                                                          \
        read_##type(values, count, ids);                                                           \
        compare_##type(values, count, ids);                                                        \
        relate_##type(values, count, ids);                                                         \
    }

/* Refused with an error that names the column, before or by the database. */
#define REFUSAL(type, c_type)                                                                      \
    static void refuse_##type(c_type value, orm_status wanted)                                     \
    {                                                                                              \
        orm_session *db = test_session(&database);                                                 \
        assert_status(                                                                             \
            db, t_key_##type##_insert(db, &(t_key_##type##_new){.value = ORM_SET(value)}, NULL),   \
            wanted);                                                                               \
        assert_string_equal(orm_session_error(db)->column, "value");                               \
        assert_string_equal(orm_session_error(db)->model, "key_" #type);                           \
        test_session_close(&database, db);                                                         \
    }

/* With and without an order. */
#define ROUND_TRIP(type, c_type)                                                                   \
    ROUND_TRIP_WRITE(type, c_type)                                                                 \
    ROUND_TRIP_READ(type, c_type)                                                                  \
    ROUND_TRIP_RELATE(type, c_type)                                                                \
    ROUND_TRIP_ORDER(type, c_type)                                                                 \
    ROUND_TRIP_ALL(type, c_type)
#define ROUND_TRIP_UNORDERED(type, c_type)                                                         \
    ROUND_TRIP_WRITE(type, c_type)                                                                 \
    ROUND_TRIP_READ(type, c_type)                                                                  \
    ROUND_TRIP_RELATE(type, c_type)                                                                \
    ROUND_TRIP_EQUAL(type, c_type)                                                                 \
    ROUND_TRIP_ALL(type, c_type)

#endif
