/* Deferred columns: left out of every statement that was not asked for them, and never mistaken. */
#include <orm/cmocka.h>
#include <orm/events.h>

#include "deferred.orm.h"
#include "support/fixture.h"

static char statements[8192]; /* the texts sent since start */

static void note(void *context, const orm_event *event)
{
    (void)context;
    if (event->kind == ORM_EVENT_CONTROL)
        return;
    size_t used = strlen(statements);
    (void)snprintf(statements + used, sizeof statements - used, "%s\n", event->sql);
}

static bool sent(const char *part)
{
    return strstr(statements, part) != NULL;
}

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "known_rows_without_the_columns",
     .reason = "the statements are counted, not what they load looked at"},
    {.kind = ORM_FINDING_UNUSED,
     .function = "reading_again_with_joins",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    orm_subscription *subscription = NULL;
    (void)state;
    test_open(&database, NULL, "models/deferred.yaml", NULL);
    test_ignore(&database, ignored);
    return orm_engine_subscribe(database.engine, note, NULL, false, &subscription) == ORM_OK ? 0
                                                                                             : -1;
}

static int fill(void **state)
{
    (void)state;
    test_execute(&database, "delete from sealings");
    test_execute(&database, "delete from scrolls");
    test_execute(&database, "delete from scribes");
    test_execute(&database, "delete from seals");
    test_execute(&database,
                 "insert into scribes (id, bio, name, score, portrait, age) values"
                 " (1, 'first bio', 'Ada', 10, null, 36),"
                 " (2, null, 'Bob', 20, %s, null), (3, 'third', 'Cy', 30, null, 5)",
                 test_either(&database, "x'00ff'", "'\\x00ff'"));
    test_execute(&database, "insert into scrolls values (11, 'long text', 1, '2.50', 'A'),"
                            " (12, '', 1, '10.00', 'B'), (13, 'more', 2, '1.00', 'C')");
    test_execute(&database, "insert into seals values (1, 'x'), (2, 'y')");
    test_execute(&database, "insert into sealings values (1, 'because', 1, 2020),"
                            " (1, null, 2, 2021), (3, 'so', 1, 2022)");
    statements[0] = '\0';
    return start_test(state);
}

static void expect_bio(const d_scribe *author, orm_status status, const char *text)
{
    const char *bio = "unset";
    assert_int_equal(d_scribe_bio(author, &bio), status);
    if (text == NULL)
        assert_null(bio);
    else
        assert_string_equal(bio, text);
}

static void expect_score(const d_scribe *author, orm_status status, int32_t expected)
{
    int32_t score = -1;
    assert_int_equal(d_scribe_score(author, &score), status);
    assert_int_equal(score, expected);
}

static void absent_until_asked_for(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    d_scribe_list list;
    const char *bio = NULL;
    orm_bytes portrait;
    assert_ok(db, d_scribe_select(db, &(d_scribe_query){.order_by = {D_SCRIBE_BY_ID}}, &list));
    assert_int_equal(list.count, 3);
    assert_false(sent("bio"));
    assert_false(sent("score"));
    assert_string_equal(list.items[1]->name, "Bob");
    assert_int_equal(list.items[0]->age.value, 36);
    expect_bio(list.items[0], ORM_NOT_LOADED, NULL);
    expect_score(list.items[0], ORM_NOT_LOADED, 0);
    test_count_start(&database);
    assert_ok(db, d_scribe_load_bio(db, list.items[0], &bio));
    assert_string_equal(bio, "first bio");
    assert_ok(db, d_scribe_load_bio(db, list.items[0], &bio));
    assert_statements(&database, 1);
    expect_bio(list.items[0], ORM_OK, "first bio");
    expect_bio(list.items[1], ORM_NOT_LOADED, NULL);
    expect_score(list.items[0], ORM_NOT_LOADED, 0);
    assert_ok(db, d_scribe_load_bio(db, list.items[1], &bio));
    assert_null(bio);
    expect_bio(list.items[1], ORM_OK, NULL);
    assert_ok(db, d_scribe_load_portrait(db, list.items[1], &portrait));
    assert_int_equal(portrait.size, 2);
    assert_memory_equal(portrait.data, "\x00\xff", 2);
    assert_int_equal(d_scribe_bio(NULL, &bio), ORM_MISUSE);
}

static void read_with_the_rows(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    d_scribe_list list;
    d_scribe *known = NULL;
    assert_ok(db, d_scribe_find(db, 3, &known));
    d_scribe_query query = {.where = d_scribe_bio_is(orm_ne("x")),
                            .order_by = {D_SCRIBE_BY_BIO_DESC},
                            .undefer = {.bio = true, .score = true}};
    test_count_start(&database);
    assert_ok(db, d_scribe_select(db, &query, &list));
    assert_statements(&database, 1);
    assert_false(sent("portrait"));
    assert_int_equal(list.count, 2);
    assert_ptr_equal(list.items[0], known);
    /* What was known lacked the columns. */
    expect_bio(known, ORM_OK, "third");
    expect_score(known, ORM_OK, 30);
    expect_bio(list.items[1], ORM_OK, "first bio");
    assert_string_equal(list.items[1]->name, "Ada");
    assert_int_equal(list.items[1]->age.value, 36);
    /* A query without them takes nothing away; one that reads again does. */
    assert_ok(db, d_scribe_select(db, NULL, &list));
    expect_score(known, ORM_OK, 30);
    assert_ok(db, d_scribe_select(db, &(d_scribe_query){.refresh = true}, &list));
    expect_score(known, ORM_NOT_LOADED, 0);
    assert_ok(db, d_scribe_select(db, &query, &list));
    expect_score(known, ORM_OK, 30);
    assert_ok(db, d_scribe_refresh(db, known));
    expect_bio(known, ORM_NOT_LOADED, NULL);
    assert_string_equal(known->name, "Cy");
}

/* Rows that come once more by a join, without the columns, do not lose them. */
static void reading_again_with_joins(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    d_scribe_list list;
    d_scribe_query author = {.load = ORM_LOAD_JOIN};
    d_scroll_query books = {.load = ORM_LOAD_JOIN, .with = {.author = &author}};
    d_scribe_query query = {.order_by = {D_SCRIBE_BY_ID},
                            .refresh = true,
                            .undefer = {.bio = true},
                            .with = {.books = &books}};
    size_t count = 0;
    assert_ok(db, d_scribe_select(db, &query, &list));
    for (size_t i = 0; i < list.count; i++) {
        d_scroll_list scrolls;
        const char *bio = NULL;
        assert_int_equal(d_scribe_books(list.items[i], &scrolls), ORM_OK);
        count += scrolls.count;
        assert_int_equal(d_scribe_bio(list.items[i], &bio), ORM_OK);
    }
    assert_true(count > 0);
}

static void written_columns(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    d_scribe *row = NULL;
    const char *bio = NULL;
    statements[0] = '\0';
    assert_ok(db, d_scribe_insert(db,
                                  &(d_scribe_new){.id = ORM_SET(100),
                                                  .name = ORM_SET("Di"),
                                                  .bio = ORM_SET("hers"),
                                                  .age = ORM_SET(4)},
                                  &row));
    assert_true(sent("bio"));
    assert_null(strstr(strstr(statements, "RETURNING"), "bio"));
    assert_int_equal(row->age.value, 4);
    assert_int_equal(row->edits, 1);
    expect_bio(row, ORM_NOT_LOADED, NULL);
    assert_ok(db, d_scribe_load_bio(db, row, &bio));
    assert_string_equal(bio, "hers");
    /* A change of another column leaves it; its own makes it unknown. */
    assert_ok(db, d_scribe_update(db, row, &(d_scribe_changes){.age = ORM_SET(5)}));
    expect_bio(row, ORM_OK, "hers");
    assert_int_equal(row->age.value, 5);
    assert_int_equal(row->edits, 2);
    assert_ok(db, d_scribe_update(db, row, &(d_scribe_changes){.bio = ORM_SET("new")}));
    expect_bio(row, ORM_NOT_LOADED, NULL);
    assert_ok(db, d_scribe_load_bio(db, row, &bio));
    assert_string_equal(bio, "new");
    /* A failed update changes nothing. */
    orm_savepoint savepoint;
    assert_ok(db, orm_session_savepoint(db, &savepoint));
    assert_status(
        db,
        d_scribe_update(db, row, &(d_scribe_changes){.bio = ORM_SET("no"), .name = ORM_SET("Ada")}),
        ORM_UNIQUE);
    expect_bio(row, ORM_OK, "new");
    assert_ok(db, orm_savepoint_rollback(db, savepoint));
}

static void written_in_bulk(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    d_scribe_list list;
    d_scribe *ada = NULL;
    const char *bio = NULL;
    const d_scribe_new rows[] = {
        {.id = ORM_SET(201), .name = ORM_SET("E"), .bio = ORM_SET("e"), .score = ORM_SET(1)},
        {.id = ORM_SET(202), .name = ORM_SET("F"), .bio = ORM_SET_NULL, .score = ORM_SET(2)}};
    assert_ok(db, d_scribe_insert_all(db, rows, 2, &list));
    expect_score(list.items[1], ORM_NOT_LOADED, 0);
    assert_string_equal(list.items[1]->name, "F");
    assert_int_equal(test_number(&database, "select count(*) from scribes"), 3);
    assert_ok(db, d_scribe_find(db, 1, &ada));
    assert_ok(db, d_scribe_load_bio(db, ada, &bio));
    assert_ok(db,
              d_scribe_upsert(db, &(d_scribe_new){.name = ORM_SET("Ada"), .bio = ORM_SET("again")},
                              &(d_scribe_conflict){.on = {.name = true}}, &ada));
    assert_int_equal(ada->id, 1);
    expect_bio(ada, ORM_NOT_LOADED, NULL);
    assert_ok(db, d_scribe_load_bio(db, ada, &bio));
    assert_string_equal(bio, "again");
}

static void written_later(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    d_scribe *added = NULL;
    d_scribe *ada = NULL;
    d_scribe *cy = NULL;
    const char *bio = NULL;
    int32_t score = 0;
    assert_ok(db, d_scribe_find(db, 1, &ada));
    assert_ok(db, d_scribe_find(db, 3, &cy));
    assert_ok(db, d_scribe_load_score(db, ada, &score));
    assert_ok(db, d_scribe_load_score(db, cy, &score));
    assert_ok(db, d_scribe_load_bio(db, ada, &bio));
    assert_ok(db, d_scribe_add(db,
                               &(d_scribe_new){
                                   .id = ORM_SET(300), .name = ORM_SET("G"), .bio = ORM_SET("g's")},
                               &added));
    assert_ok(db, d_scribe_change(db, ada, &(d_scribe_changes){.score = ORM_SET(99)}));
    assert_ok(db, d_scribe_change(db, cy, &(d_scribe_changes){.age = ORM_SET(9)}));
    expect_score(ada, ORM_OK, 10);
    expect_bio(added, ORM_NOT_LOADED, NULL);
    /* Loading sends what waits first. */
    assert_ok(db, d_scribe_load_bio(db, added, &bio));
    assert_string_equal(bio, "g's");
    expect_score(ada, ORM_NOT_LOADED, 0);
    expect_bio(ada, ORM_OK, "first bio");
    expect_score(cy, ORM_OK, 30);
    assert_ok(db, d_scribe_load_score(db, ada, &score));
    assert_int_equal(score, 99);
    /* In memory too everything is as it was. */
    orm_session_rollback(db);
    assert_ok(db, d_scribe_load_score(db, ada, &score));
    assert_int_equal(score, 10);
}

static void undone_in_memory(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    d_scribe *ada = NULL;
    orm_savepoint savepoint;
    const char *bio = NULL;
    assert_ok(db, d_scribe_find(db, 1, &ada));
    assert_ok(db, d_scribe_load_bio(db, ada, &bio));
    assert_ok(db, orm_session_savepoint(db, &savepoint));
    assert_ok(db, d_scribe_update(db, ada, &(d_scribe_changes){.bio = ORM_SET("other")}));
    expect_bio(ada, ORM_NOT_LOADED, NULL);
    assert_ok(db, orm_savepoint_rollback(db, savepoint));
    expect_bio(ada, ORM_OK, "first bio");
}

static void in_relations_and_joins(void **state)
{
    (void)state;
    for (int join = 0; join < 2; join++) {
        orm_session *db = test_session(&database);
        d_scroll_list books;
        d_scribe *author = NULL;
        const char *text = NULL;
        orm_numeric weight;
        d_scribe_query authors = {.load = join ? ORM_LOAD_JOIN : ORM_LOAD_SELECTIN,
                                  .undefer = {.bio = true}};
        d_scroll_query query = {.order_by = {D_SCROLL_BY_AUTHOR(D_SCRIBE_BY_BIO), D_SCROLL_BY_ID},
                                .undefer = {.weight = true},
                                .with = {.author = &authors}};
        test_count_start(&database);
        assert_ok(db, d_scroll_select(db, &query, &books));
        assert_statements(&database, 2 - join);
        assert_int_equal(books.items[0]->id, 11);
        assert_string_equal(books.items[0]->title, "A");
        assert_int_equal(d_scroll_weight(books.items[0], &weight), ORM_OK);
        assert_string_equal(weight.text, "2.50");
        assert_int_equal(d_scroll_text(books.items[0], &text), ORM_NOT_LOADED);
        assert_int_equal(d_scroll_author(books.items[0], &author), ORM_OK);
        assert_string_equal(author->name, "Ada");
        expect_bio(author, ORM_OK, "first bio");
        expect_score(author, ORM_NOT_LOADED, 0);
        assert_int_equal(d_scroll_author(books.items[2], &author), ORM_OK);
        expect_bio(author, ORM_OK, NULL);
        test_session_close(&database, db);
    }
}

/* A relation that is there already, but not with the columns asked for, is asked for again. */
static void known_rows_without_the_columns(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    d_scribe_list authors;
    d_scroll_list books;
    d_scroll *first = NULL;
    d_scribe *author = NULL;
    const char *text = NULL;
    assert_ok(db, d_scribe_select(db,
                                  &(d_scribe_query){.order_by = {D_SCRIBE_BY_ID},
                                                    .with = {.books = &d_scroll_all}},
                                  &authors));
    assert_int_equal(d_scribe_books(authors.items[0], &books), ORM_OK);
    assert_int_equal(books.items[0]->id, 12); /* by a column nobody reads */
    first = books.items[1];
    test_count_start(&database);
    d_scroll_query texts = {.undefer = {.text = true}};
    assert_ok(db, d_scribe_preload_books(db, &authors, &texts));
    assert_ok(db, d_scribe_preload_books(db, &authors, &texts));
    assert_ok(db, d_scribe_preload_books(db, &authors, NULL));
    assert_statements(&database, 1);
    assert_int_equal(d_scroll_text(first, &text), ORM_OK);
    assert_string_equal(text, "long text");
    d_scroll_list list = {.count = 1, .items = &first};
    assert_ok(db, d_scroll_preload_author(db, &list, NULL));
    assert_statements(&database, 0);
    assert_ok(db,
              d_scroll_preload_author(db, &list, &(d_scribe_query){.undefer = {.portrait = true}}));
    assert_statements(&database, 1);
    assert_int_equal(d_scroll_author(first, &author), ORM_OK);
    assert_ptr_equal(author, authors.items[0]);
}

static void links_and_limits(void **state)
{
    (void)state;
    for (int limit = 0; limit < 2; limit++) {
        orm_session *db = test_session(&database);
        d_seal_list tags;
        d_scribe_list authors;
        d_sealing *link = NULL;
        d_scribe_query query = {
            .order_by = {D_SCRIBE_BY_SCORE_DESC}, .limit = limit, .undefer = {.score = true}};
        assert_ok(db,
                  d_seal_select(
                      db, &(d_seal_query){.order_by = {D_SEAL_BY_ID}, .with = {.authors = &query}},
                      &tags));
        assert_int_equal(d_seal_authors(tags.items[0], &authors), ORM_OK);
        assert_int_equal(authors.count, 2 - limit);
        expect_score(authors.items[0], ORM_OK, 30);
        assert_string_equal(authors.items[0]->name, "Cy");
        assert_int_equal(d_seal_authors_link(tags.items[0], authors.items[0], &link), ORM_OK);
        assert_int_equal(link->since, 2022);
        const char *why = NULL;
        assert_int_equal(d_sealing_why(link, &why), ORM_NOT_LOADED);
        assert_ok(db, d_sealing_load_why(db, link, &why));
        assert_string_equal(why, "so");
        test_session_close(&database, db);
    }
}

static void pages_by_a_column_that_is_not_read(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    d_scribe_page page;
    test_text actual = {0};
    d_scribe_query query = {.order_by = {D_SCRIBE_BY_BIO}, .limit = 1};
    do {
        assert_ok(db, d_scribe_select_page(db, &query, &page));
        test_text_add(&actual, "%s\n", page.items[0]->name);
        expect_bio(page.items[0], ORM_NOT_LOADED, NULL);
        query.after = page.next;
    } while (page.next != NULL);
    assert_rows(actual, "select name from scribes order by bio nulls last");
}

static void hand_written_statements(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    d_scribe_list list;
    assert_ok(db, d_scribe_raw(db, "select age, edits, name, id from scribes where id = 1", NULL, 0,
                               &list));
    expect_bio(list.items[0], ORM_NOT_LOADED, NULL);
    assert_ok(db, d_scribe_raw(db, "select * from scribes order by id", NULL, 0, &list));
    expect_bio(list.items[0], ORM_OK, "first bio");
    expect_score(list.items[2], ORM_OK, 30);
    assert_string_equal(list.items[2]->name, "Cy");
}

static void rows_that_are_gone_or_old(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_session *db = test_session(&database);
    d_scribe *cy = NULL;
    d_scribe *ada = NULL;
    const char *bio = NULL;
    orm_mark mark;
    assert_ok(db, d_scribe_find(db, 3, &cy));
    assert_ok(db, d_scribe_find(db, 1, &ada));
    test_execute(&database, "delete from sealings where author_id = 3");
    test_execute(&database, "delete from scribes where id = 3");
    assert_status(db, d_scribe_load_bio(db, cy, &bio), ORM_NOT_FOUND);
    assert_string_equal(orm_session_error(db)->column, "bio");
    assert_null(bio);
    expect_bio(cy, ORM_NOT_LOADED, NULL);
    /* Its text outlives what is released. */
    assert_ok(db, orm_session_mark(db, &mark));
    assert_ok(db, d_scribe_load_bio(db, ada, &bio));
    assert_ok(db, orm_session_release(db, mark));
    expect_bio(ada, ORM_OK, "first bio");
    test_execute(&database, "update scribes set bio = 'changed' where id = 1");
    assert_int_equal(orm_session_expire_all(db), ORM_OK);
    assert_ok(db, d_scribe_load_bio(db, ada, &bio));
    assert_string_equal(bio, "changed");
}

static void row_by_row_is_found(void **state)
{
    (void)state;
    orm_scope *scope = NULL;
    orm_scope_statistics statistics;
    d_scribe_list list;
    const char *bio = NULL;
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);
    test_execute(&database, "insert into scribes (id, name) values (4, 'x'), (5, 'y'), (6, 'z')");
    orm_session *db = test_session_with(&database, &(orm_session_options){.scope = scope});
    int made = __LINE__ + 1;
    assert_ok(db, d_scribe_select(db, &(d_scribe_query){.order_by = {D_SCRIBE_BY_ID}}, &list));
    for (size_t i = 0; i < list.count; i++)
        assert_ok(db, d_scribe_load_bio(db, list.items[i], &bio));
    test_session_close(&database, db);
    orm_scope_get_statistics(scope, &statistics);
    assert_int_equal(statistics.by_kind[ORM_EVENT_COLUMN], 6);
    assert_int_equal(orm_scope_finding_count(scope), 1);
    const orm_finding *found = orm_scope_finding(scope, 0);
    assert_int_equal(found->kind, ORM_FINDING_N1);
    assert_string_equal(found->subject, "scribe.bio");
    assert_string_equal(found->replacement, ".undefer = {.bio = true},");
    assert_int_equal(found->replacement_site.line, made);
    assert_string_equal(found->in_loop, "status = d_scribe_bio(row, &value);");
    orm_scope_close(scope);
    /* As it says. */
    assert_int_equal(orm_scope_open(NULL, &scope, NULL), ORM_OK);
    db = test_session_with(&database, &(orm_session_options){.scope = scope});
    assert_ok(db, d_scribe_select(db, &(d_scribe_query){.undefer = {.bio = true}}, &list));
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(d_scribe_bio(list.items[i], &bio), ORM_OK);
    test_session_close(&database, db);
    orm_assert_no_n_plus_one(scope);
    orm_scope_close(scope);
}

#define deferred_test(function) cmocka_unit_test_setup_teardown(function, fill, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        deferred_test(absent_until_asked_for),  deferred_test(read_with_the_rows),
        deferred_test(written_columns),         deferred_test(written_in_bulk),
        deferred_test(written_later),           deferred_test(undone_in_memory),
        deferred_test(in_relations_and_joins),  deferred_test(known_rows_without_the_columns),
        deferred_test(links_and_limits),        deferred_test(pages_by_a_column_that_is_not_read),
        deferred_test(hand_written_statements), deferred_test(rows_that_are_gone_or_old),
        deferred_test(row_by_row_is_found),     deferred_test(reading_again_with_joins),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
