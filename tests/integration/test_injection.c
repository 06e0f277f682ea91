/* Names, defaults, labels and values made to inject are data. */
#include <stdio.h>

#include "hostile.orm.h"
#include "support/fixture.h"

static const char *const hostile[] = {"'",
                                      "\"",
                                      "'; drop table victim; --",
                                      "\"; drop table victim; --",
                                      "\\'; drop table victim; --",
                                      "/* ",
                                      " */",
                                      "-- ",
                                      "$1",
                                      "?1",
                                      ":name",
                                      "@x",
                                      "$$; drop table victim; $$",
                                      "%s%n%d",
                                      "\n;\r\n",
                                      "\\",
                                      "\\\\'",
                                      "{}",
                                      "{\"a\"}",
                                      "E'\\''",
                                      "U&'\\0061'",
                                      "\u2019",
                                      "１＝１",
                                      "null",
                                      "NULL",
                                      "1 or 1=1",
                                      "') or ('1'='1",
                                      "\x01\x02\x7f",
                                      "😀'",
                                      "%",
                                      "_",
                                      "a%' or '%'='"};

enum { HOSTILE = sizeof hostile / sizeof hostile[0] };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_N1,
     .function = "assert_one",
     .reason = "each hostile text makes its own way to the database"},
    {.kind = ORM_FINDING_WRITE,
     .function = "conditions",
     .reason = "each hostile text makes its own way to the database"},
    {.kind = ORM_FINDING_N1,
     .function = "defaults_and_labels",
     .reason = "each hostile text makes its own way to the database"},
    {.kind = ORM_FINDING_N1,
     .function = "raw_sql",
     .reason = "each hostile text makes its own way to the database"},
    {.kind = ORM_FINDING_WRITE,
     .function = "relations_over_hostile_names",
     .reason = "each hostile text makes its own way to the database"},
    {.function = "values", .reason = "each hostile text makes its own way to the database"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/hostile.yaml", NULL);
    test_ignore(&database, ignored);
    test_execute(&database, "create table victim (id integer)");
    test_execute(&database, "insert into victim values (1)");
    return 0;
}

/* Whatever was sent, the other table stands. */
static int end_and_look(void **state)
{
    assert_int_equal(test_number(&database, "select count(*) from victim"), 1);
    return end_test(state);
}

#define hostile_test(function) cmocka_unit_test_setup_teardown(function, start_test, end_and_look)

static void defaults_and_labels(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    h_odd *row = NULL;
    assert_ok(db, h_odd_insert(db, &(h_odd_new){.parent_id = ORM_SET_NULL}, &row));
    assert_string_equal(row->text, "'); drop table victim; --");
    assert_string_equal(row->format, "%s\"$1?1:x");
    assert_int_equal(row->mood, H_MOOD_DROPPING);
    for (int mood = H_MOOD_DROPPING; mood <= H_MOOD_TRIGRAPH; mood++) {
        h_odd_list list;
        assert_ok(db, h_odd_update(db, row, &(h_odd_changes){.mood = ORM_SET(mood)}));
        assert_int_equal(row->mood, mood);
        h_odd_query query = {.where = h_odd_mood_is((enum h_mood)mood)};
        assert_ok(db, h_odd_select(db, &query, &list));
        assert_int_equal(list.count, 1);
    }
    orm_session_rollback(db);
}

static void values(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    for (size_t i = 0; i < HOSTILE; i++) {
        h_odd *row = NULL;
        h_odd_list list;
        h_odd_new made = {.text = ORM_SET(hostile[i]),
                          .format = ORM_SET(hostile[i]),
                          .code = ORM_SET(hostile[i]),
                          .by_code = ORM_SET(hostile[i])};
        assert_ok(db, h_odd_insert(db, &made, &row));
        assert_string_equal(row->text, hostile[i]);
        h_odd_query query = {
            .where = h_odd_all_of(
                db, h_odd_text_is(orm_eq(hostile[i])), h_odd_format_is(orm_in(hostile + i, 1)),
                h_odd_code_is(orm_contains(hostile[i])), h_odd_by_code_is(orm_prefix(hostile[i])),
                h_odd_not(db, h_odd_text_is(orm_ne(hostile[i])))),
            .order_by = {H_ODD_BY_TEXT, H_ODD_BY_FORMAT_DESC, H_ODD_BY_CODE}};
        assert_ok(db, h_odd_select(db, &query, &list));
        assert_int_equal(list.count, 1);
        assert_ptr_equal(list.items[0], row);
        assert_ok(db, h_odd_update(db, row,
                                   &(h_odd_changes){.format = ORM_SET(hostile[HOSTILE - 1 - i])}));
        assert_string_equal(row->format, hostile[HOSTILE - 1 - i]);
        /* A pattern can't end in its escape character. */
        if (strcmp(hostile[i], "\\") == 0)
            continue;
        query.where = h_odd_text_is(orm_like(hostile[i]));
        assert_ok(db, h_odd_select(db, &query, &list));
        query.where = h_odd_text_is(orm_ilike(hostile[i]));
        assert_ok(db, h_odd_select(db, &query, &list));
    }
    assert_ok(db, orm_session_commit(db));
    int64_t deleted = 0;
    for (size_t i = 0; i < HOSTILE; i++) {
        assert_ok(db, h_odd_delete_where(db, h_odd_text_is(orm_eq(hostile[i])), &deleted));
        assert_int_equal(deleted, 1);
    }
    assert_ok(db, orm_session_commit(db));
}

/* One row with each text; whatever asks for it gives that row. */
static void assert_one(orm_session *db, h_odd_pred where, const h_odd *row)
{
    h_odd_list list;
    assert_ok(db, h_odd_select(db, &(h_odd_query){.where = where}, &list));
    assert_int_equal(list.count, 1);
    assert_ptr_equal(list.items[0], row);
}

static void conditions(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    for (size_t i = 0; i < HOSTILE; i++) {
        h_odd *row = NULL;
        h_odd_new made = {.text = ORM_SET(hostile[i]),
                          .format = ORM_SET(hostile[i]),
                          .code = ORM_SET(hostile[i]),
                          .by_code = ORM_SET(hostile[i])};
        assert_ok(db, h_odd_insert(db, &made, &row));
        h_odd_query same = {.where = h_odd_text_is(orm_is_not_distinct(hostile[i])), .limit = 5};
        h_odd_query around = {.where = h_odd_code_is(orm_eq(orm_outer(h_odd_columns.by_code)))};
        const orm_value value[] = {orm_bind(hostile[i])};
        h_odd_pred pred = h_odd_all_of(
            db, h_odd_text_is(orm_suffix(hostile[i])), h_odd_text_is(orm_iprefix(hostile[i])),
            h_odd_code_is(orm_isuffix(hostile[i])), h_odd_code_is(orm_icontains(hostile[i])),
            h_odd_code_is(orm_eq(h_odd_columns.by_code)),
            h_odd_format_is(orm_eq(h_odd_columns.text)));
        assert_one(db, h_odd_all_of(db, h_odd_id_is(orm_eq(row->id)), pred), row);
        assert_one(db, h_odd_text_is(orm_in_query(h_odd_columns.format, h_odd_rows(&same))), row);
        assert_one(db,
                   h_odd_all_of(db, h_odd_text_is(orm_eq(hostile[i])),
                                h_odd_code_is(
                                    orm_eq(orm_value_of(h_odd_columns.code, h_odd_rows(&around))))),
                   row);
        assert_one(db, h_odd_sql(db, "{text} = $1 and {by_code} = $1", value, 1), row);
        assert_one(
            db,
            h_odd_all_of(db, h_odd_count_coded(db, orm_eq(1), h_odd_text_is(orm_eq(hostile[i]))),
                         h_odd_has_no_children(db, h_odd_sql(db, "{format} = $1", value, 1))),
            row);
    }
    orm_session_rollback(db);
}

/* As the text of a fragment it is refused or a fault of the SQL, and never a second statement. */
static void fragments(void **state)
{
    (void)state;
    for (size_t i = 0; i < HOSTILE; i++) {
        char text[200];
        for (int k = 0; k < 5; k++) {
            orm_session *db = test_session(&database);
            h_odd_list list;
            (void)snprintf(text, sizeof text,
                           k == 0   ? "%s"
                           : k == 1 ? "{text} = %s"
                           : k == 2 ? "{text} = '%s'"
                           : k == 3 ? "1 = 1 %s"
                                    : "\"%s\" = 1",
                           hostile[i]);
            h_odd_query query = {.where = h_odd_sql(db, text, NULL, 0)};
            orm_status status = h_odd_select(db, &query, &list);
            if (strchr(text, ';') != NULL && k != 2 && k != 4)
                assert_int_not_equal(status, ORM_OK);
            orm_session_rollback(db);
            test_session_close(&database, db);
        }
    }
}

static void relations_over_hostile_names(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    h_odd *root = NULL;
    h_odd_list list;
    assert_ok(db, h_odd_insert(db, &(h_odd_new){.text = ORM_SET("root")}, &root));
    for (size_t i = 0; i < HOSTILE; i++) {
        h_odd *row = NULL;
        h_odd_new made = {.text = ORM_SET(hostile[i]),
                          .parent_id = ORM_SET(root->id),
                          .code = ORM_SET(hostile[i]),
                          .by_code = ORM_SET(hostile[i])};
        assert_ok(db, h_odd_insert(db, &made, &row));
        orm_value link[] = {orm_bind(root->id), orm_bind(row->id)};
        assert_ok(db, orm_raw(db, "insert into \"li\"\"nk;\" values ($1, $2)", link, 2, NULL, NULL,
                              NULL));
    }
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    db = test_session(&database);
    h_odd_query query = {
        .where = h_odd_parent_id_is_null(),
        .with = {.children = &(h_odd_query){.limit = 1000,
                                            .with = {.coded = &h_odd_all, .coder = &h_odd_all}},
                 .friends = &(h_odd_query){.order_by = {H_ODD_BY_ID}}}};
    test_count_start(&database);
    assert_ok(db, h_odd_select(db, &query, &list));
    assert_statements(&database, 5);
    assert_int_equal(list.count, 1);
    h_odd_list children;
    h_odd_list friends;
    assert_int_equal(h_odd_children(list.items[0], &children), ORM_OK);
    assert_int_equal(h_odd_friends(list.items[0], &friends), ORM_OK);
    assert_int_equal(children.count, HOSTILE);
    assert_int_equal(friends.count, HOSTILE);
    for (size_t i = 0; i < HOSTILE; i++) {
        h_odd *coder = NULL;
        h_odd_list coded;
        assert_string_equal(friends.items[i]->text, hostile[i]);
        assert_int_equal(h_odd_coder(children.items[i], &coder), ORM_OK);
        assert_ptr_equal(coder, children.items[i]);
        assert_int_equal(h_odd_coded(children.items[i], &coded), ORM_OK);
        assert_int_equal(coded.count, 1);
    }
    query.with.children = NULL;
    query.with.friends = NULL;
    query.where = h_odd_has_children(db, h_odd_text_is(orm_eq(hostile[2])));
    assert_ok(db, h_odd_select(db, &query, &list));
    assert_int_equal(list.count, 1);
}

static void a_pattern_that_ends_in_its_escape(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    h_odd_list list;
    assert_ok(db, h_odd_insert(db, &(h_odd_new){.text = ORM_SET("end\\")}, NULL));
    h_odd_query query = {.where = h_odd_text_is(orm_like("end\\"))};
    assert_status(db, h_odd_select(db, &query, &list), ORM_INVALID);
    assert_string_equal(orm_session_error(db)->column, "text");
    query.where = h_odd_text_is(orm_like("end\\\\"));
    assert_ok(db, h_odd_select(db, &query, &list));
    assert_int_equal(list.count, 1);
}

static orm_status count_row(const orm_row *row, void *context)
{
    (void)row;
    ++*(int *)context;
    return ORM_OK;
}

/* Raw SQL takes values as parameters only, and one statement a call. */
static void raw_sql(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    for (size_t i = 0; i < HOSTILE; i++) {
        int rows = 0;
        orm_value value[] = {orm_bind(hostile[i])};
        assert_ok(db, orm_raw(db,
                              test_either(&database, "select 1 from victim where 'x' = $1",
                                          "select 1 from victim where 'x' = $1::text"),
                              value, 1, count_row, &rows, NULL));
        assert_int_equal(rows, 0);
    }
    assert_int_not_equal(orm_raw(db, "select 1; drop table victim", NULL, 0, NULL, NULL, NULL),
                         ORM_OK);
    orm_session_rollback(db);
    assert_int_not_equal(orm_raw(db, "select $1", NULL, 0, NULL, NULL, NULL), ORM_OK);
    orm_session_rollback(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        hostile_test(defaults_and_labels),
        hostile_test(values),
        hostile_test(conditions),
        hostile_test(fragments),
        hostile_test(relations_over_hostile_names),
        hostile_test(a_pattern_that_ends_in_its_escape),
        hostile_test(raw_sql),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
