/* Pages by cursors: every row once, forward and backward, whatever it is ordered by. */
#include "pages.orm.h"
#include "support/fixture.h"

enum { ROWS = 40, RANKS = 6, NULL_FROM = 6, CURSOR_SIZE = 4096 };

/* Six values of each type in ascending order; some have two spellings. */
static const int64_t integers[RANKS] = {-32768, -1, 0, 1, 7, 32767};
static const double reals[RANKS] = {-1.5e30, -0.1, 0.0, 0.1, 1.0, 3.5e37};
static const char *const numerics[RANKS][2] = {
    {"-Infinity", "-Infinity"},
    {"-12345678901234567890.5", "-12345678901234567890.50"},
    {"0", "0.000"},
    {"1.0", "1.00"},
    {"1e3", "1000"},
    {"NaN", "NaN"}};
static const char *const moneys[RANKS] = {"-1000000.01", "-0.5", "0", "0.05", "9", "10"};
static const char *const texts[RANKS] = {"", "a", "aa", "ab", "b'%_\\", "b\xc3\xa9"};
static const char *const chars[RANKS][2] = {{"a", "a  "}, {"aa", "aa"}, {"ab", "ab "},
                                            {"b", "b"},   {"ba", "ba"}, {"bcde", "bcde"}};
static const int32_t dates[RANKS] = {ORM_DATE_NEGATIVE_INFINITY, -700000, -1, 0, 20000,
                                     ORM_DATE_INFINITY};
static const int64_t micros[RANKS] = {
    ORM_TIMESTAMP_NEGATIVE_INFINITY, -62000000000000000, -1, 0, 1700000000000001,
    ORM_TIMESTAMP_INFINITY};
static const orm_interval intervals[RANKS][2] = {{{.days = -400}, {.days = -400}},
                                                 {{.micros = -1}, {.micros = -1}},
                                                 {{0}, {0}},
                                                 {{.micros = 86400000000}, {.days = 1}},
                                                 {{.months = 1}, {.days = 30}},
                                                 {{.months = 14}, {.months = 14}}};

static int rank_of(int id)
{
    return id * 7 % 8;
}

/* What an order by any of the columns gives, as SQL over the rank they all follow. */
#define BY_RANK(nulls) "case when n_integer >= 6 then " nulls " else n_integer end"

static page_entry_new entry_of(int id)
{
    static const char bytes[RANKS][2] = {{0, 0}, {0, 1}, {1, 0}, {'a', 'b'}, {'b', 'a'}, {-1, -1}};
    int rank = rank_of(id);
    int other = id / 8 % 2;
    page_entry_new row = {.id = ORM_SET(id), .n_integer = ORM_SET(rank)};
    if (rank >= NULL_FROM)
        return row;
    orm_uuid uuid = {{(uint8_t)(rank * 50), (uint8_t)rank}};
    row.n_boolean = ORM_SET(rank > 2);
    row.n_smallint = ORM_SET(integers[rank]);
    row.n_bigint = ORM_SET(integers[rank] * 100000000000);
    row.n_real = ORM_SET((float)reals[rank]);
    row.n_double = ORM_SET(reals[rank]);
    row.n_numeric = ORM_SET((orm_numeric){numerics[rank][other]});
    row.n_money = ORM_SET((orm_numeric){moneys[rank]});
    row.n_text = ORM_SET(texts[rank]);
    row.n_char = ORM_SET(chars[rank][other]);
    row.n_bytea = ORM_SET((orm_bytes){bytes[rank], 2});
    row.n_uuid = ORM_SET(uuid);
    row.n_date = ORM_SET((orm_date){dates[rank]});
    row.n_time = ORM_SET((orm_time){rank * INT64_C(14400000000)});
    row.n_timestamp = ORM_SET((orm_timestamp){micros[rank]});
    row.n_timestamptz = ORM_SET((orm_timestamptz){micros[rank]});
    row.n_interval = ORM_SET(intervals[rank][other]);
    return row;
}

static void fill(void)
{
    orm_session *db = test_session(&database);
    page_entry_new rows[ROWS];
    page_entry_list list;
    for (int i = 0; i < ROWS; i++)
        rows[i] = entry_of(i + 1);
    assert_ok(db, page_entry_insert_all(db, rows, ROWS, &list));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
}

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_UNUSED,
     .function = "loads_ride_along",
     .reason = "the statements are counted, not what they load looked at"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/pages.yaml", NULL);
    test_ignore(&database, ignored);
    test_execute(&database, "create view place_names as select name from places");
    test_execute(&database, "insert into topics values (1, 'b'), (2, null), (3, 'a'), (4, 'b')");
    fill();
    test_execute(&database, "update entries set topic_id = nullif(id %% 5, 0)");
    test_execute(&database, "insert into places select 'c' || (id %% 3), id, case when id %% 4 > 0"
                            " then 'n' || (id %% 4) end from entries where id <= 25");
    return 0;
}

static void add_ids(test_text *text, const page_entry_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        test_text_add(text, "%lld\n", (long long)page->items[i]->id);
}

/* Puts `page` before what was collected. */
static void add_before(test_text *text, const page_entry_page *page)
{
    test_text whole = {0};
    add_ids(&whole, page);
    test_text_add(&whole, "%s", text->data == NULL ? "" : text->data);
    test_text_free(text);
    *text = whole;
}

/* From the first page to the last and back again, each page a statement of its own session. */
static void walk(page_entry_query query, const char *order)
{
    test_text forward = {0};
    test_text backward = {0};
    char last[CURSOR_SIZE] = "";
    char cursor[CURSOR_SIZE] = "";
    page_entry_page page = {0};
    do {
        orm_session *db = test_session(&database);
        query.after = cursor[0] != '\0' ? cursor : NULL;
        test_count_start(&database);
        assert_ok(db, page_entry_select_page(db, &query, &page));
        assert_statements(&database, 1);
        assert_in_range(page.count, 1, query.limit);
        assert_true(page.partial == (page.next != NULL || page.previous != NULL));
        assert_int_equal(page.previous != NULL, query.after != NULL);
        add_ids(&forward, &page);
        (void)snprintf(last, sizeof last, "%s", page.previous ? page.previous : "");
        (void)snprintf(cursor, sizeof cursor, "%s", page.next ? page.next : "");
        if (cursor[0] == '\0')
            add_before(&backward, &page);
        test_session_close(&database, db);
    } while (cursor[0] != '\0');
    query.after = NULL;
    (void)snprintf(cursor, sizeof cursor, "%s", last);
    while (cursor[0] != '\0') {
        orm_session *db = test_session(&database);
        query.before = cursor;
        assert_ok(db, page_entry_select_page(db, &query, &page));
        assert_non_null(page.next);
        add_before(&backward, &page);
        (void)snprintf(cursor, sizeof cursor, "%s", page.previous ? page.previous : "");
        test_session_close(&database, db);
    }
    assert_same_text(backward.data, forward.data);
    test_text_free(&backward);
    assert_rows(forward,
                "select e.id from entries e left join topics t on t.id = e.topic_id order by %s",
                order);
}

static void every_type_with_ties_and_nulls(void **state)
{
    (void)state;
    static const enum page_entry_order columns[] = {
        PAGE_ENTRY_BY_N_SMALLINT,    PAGE_ENTRY_BY_N_BIGINT,  PAGE_ENTRY_BY_N_REAL,
        PAGE_ENTRY_BY_N_DOUBLE,      PAGE_ENTRY_BY_N_NUMERIC, PAGE_ENTRY_BY_N_MONEY,
        PAGE_ENTRY_BY_N_TEXT,        PAGE_ENTRY_BY_N_CHAR,    PAGE_ENTRY_BY_N_BYTEA,
        PAGE_ENTRY_BY_N_UUID,        PAGE_ENTRY_BY_N_DATE,    PAGE_ENTRY_BY_N_TIME,
        PAGE_ENTRY_BY_N_TIMESTAMPTZ, PAGE_ENTRY_BY_N_INTERVAL};
    const char *bytes = test_either(&database, "BINARY", "C");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        page_entry_query query = {.order_by = {columns[i]}, .limit = 3, .collation = bytes};
        walk(query, BY_RANK("9") ", e.id");
        query.order_by[0] = (enum page_entry_order)(columns[i] + 1);
        walk(query, BY_RANK("9") " desc, e.id desc");
        query.order_by[0] = columns[i] | ORM_NULLS_FIRST;
        walk(query, BY_RANK("-1") ", e.id");
    }
    walk((page_entry_query){.order_by = {PAGE_ENTRY_BY_N_BOOLEAN | ORM_NULLS_FIRST,
                                         PAGE_ENTRY_BY_N_INTEGER},
                            .limit = 4},
         BY_RANK("-1") ", n_integer, e.id");
}

static void sizes_and_mixed_directions(void **state)
{
    (void)state;
    for (int64_t size = 1; size <= ROWS + 1; size = size * 2 + 1) {
        walk((page_entry_query){.limit = size}, "e.id");
        walk((page_entry_query){.order_by = {PAGE_ENTRY_BY_ID_DESC}, .limit = size}, "e.id desc");
        walk((page_entry_query){.order_by = {PAGE_ENTRY_BY_N_BIGINT_DESC | ORM_NULLS_LAST,
                                             PAGE_ENTRY_BY_TOPIC_ID | ORM_NULLS_FIRST,
                                             PAGE_ENTRY_BY_ID_DESC},
                                .limit = size},
             BY_RANK("-1") " desc, topic_id nulls first, e.id desc");
        walk((page_entry_query){.order_by = {PAGE_ENTRY_BY_N_INTEGER_DESC, PAGE_ENTRY_BY_TOPIC_ID},
                                .limit = size},
             "n_integer desc, topic_id nulls last, e.id");
    }
}

static void by_columns_of_related_rows(void **state)
{
    (void)state;
    walk((page_entry_query){.order_by = {PAGE_ENTRY_BY_TOPIC(PAGE_TOPIC_BY_TITLE)}, .limit = 3},
         "t.title nulls last, e.id");
    walk((page_entry_query){.order_by = {PAGE_ENTRY_BY_TOPIC(PAGE_TOPIC_BY_TITLE_DESC) |
                                             ORM_NULLS_LAST,
                                         PAGE_ENTRY_BY_N_REAL | ORM_NULLS_FIRST,
                                         PAGE_ENTRY_BY_TOPIC(PAGE_TOPIC_BY_ID)},
                            .limit = 2},
         "t.title desc nulls last, " BY_RANK("-1") ", t.id nulls last, e.id");
}

/* A cursor that everything is before, the very last row aside, which is added to `seen`. */
static void go_to_the_end(page_entry_query query, test_text *seen, char *cursor)
{
    orm_session *db = test_session(&database);
    page_entry_page page;
    query.limit = ROWS + 1;
    assert_ok(db, page_entry_select_page(db, &query, &page));
    query.limit = (int64_t)page.count - 1;
    assert_ok(db, page_entry_select_page(db, &query, &page));
    query.after = page.next;
    assert_ok(db, page_entry_select_page(db, &query, &page));
    assert_int_equal(page.count, 1);
    add_ids(seen, &page);
    (void)snprintf(cursor, CURSOR_SIZE, "%s", page.previous);
    test_session_close(&database, db);
}

/* New rows on both sides of the cursor, and the older new ones go, its own row among them. */
static void stir(int step)
{
    static const char *const values[] = {"null", "-32768", "1", "32767"};
    test_execute(&database, "delete from entries where id > 1000");
    for (int k = 0; k < 4; k++)
        test_execute(&database,
                     "insert into entries (id, n_smallint, n_integer) values (%d, %s, 0)",
                     1001 + step * 10 + k, values[k]);
}

/* Adds the rows of one page that are there all the time, and goes on to the next. */
static void take_page(page_entry_query query, bool backward, test_text *seen, char *cursor)
{
    orm_session *db = test_session(&database);
    page_entry_page page;
    query.before = backward ? cursor : NULL;
    query.after = backward || cursor[0] == '\0' ? NULL : cursor;
    assert_ok(db, page_entry_select_page(db, &query, &page));
    for (size_t i = 0; i < page.count; i++)
        if (page.items[i]->id <= ROWS)
            test_text_add(seen, "%lld\n", (long long)page.items[i]->id);
    const char *next = backward ? page.previous : page.next;
    (void)snprintf(cursor, CURSOR_SIZE, "%s", next ? next : "");
    test_session_close(&database, db);
}

/* Rows that are there all the time come once, whatever happens around the cursor. */
static void rows_come_and_go_around_the_cursor(void **state)
{
    (void)state;
    for (int backward = 0; backward < 2; backward++) {
        page_entry_query query = {.order_by = {PAGE_ENTRY_BY_N_SMALLINT_DESC}, .limit = 3};
        test_text seen = {0};
        char cursor[CURSOR_SIZE] = "";
        int counts[ROWS + 1] = {0};
        int step = 0;
        if (backward)
            go_to_the_end(query, &seen, cursor);
        do {
            take_page(query, backward, &seen, cursor);
            stir(step++);
        } while (cursor[0] != '\0' && step < 200);
        test_execute(&database, "delete from entries where id > 1000");
        assert_in_range(step, ROWS / 3, 199);
        for (char *at = seen.data; *at != '\0'; at = strchr(at, '\n') + 1)
            counts[strtol(at, NULL, 10)]++;
        for (int id = 1; id <= ROWS; id++)
            assert_int_equal(counts[id], 1);
        test_text_free(&seen);
    }
}

/* The row a cursor was made of may be gone, and then all rows on its other side. */
static void an_empty_page_leads_back(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    page_entry_page page;
    page_entry_page back;
    page_entry_query query = {.where = page_entry_id_is(orm_le(3)), .limit = 2};
    assert_ok(db, page_entry_select_page(db, &query, &page));
    query.after = page.next;
    query.where = page_entry_id_is(orm_le(2));
    assert_ok(db, page_entry_select_page(db, &query, &page));
    assert_int_equal(page.count, 0);
    assert_null(page.next);
    assert_true(page.partial);
    query.after = NULL;
    query.before = page.previous;
    assert_ok(db, page_entry_select_page(db, &query, &back));
    assert_int_equal(back.count, 2);
    assert_int_equal(back.items[1]->id, 2);
    assert_null(back.previous);
    query.before = NULL;
    query.after = back.next;
    assert_ok(db, page_entry_select_page(db, &query, &page));
    assert_int_equal(page.count, 0);
}

/* The cursor is of the values the database ordered by, not of what the session holds of the row. */
static void a_stale_object_does_not_mislead(void **state)
{
    (void)state;
    if (!database.postgresql)
        skip();
    orm_session *db = test_session(&database);
    page_entry_page page;
    page_entry_query query = {.order_by = {PAGE_ENTRY_BY_N_INTEGER}, .limit = 1};
    page_entry *row = NULL;
    assert_ok(db, page_entry_find(db, 8, &row));
    test_execute(&database, "update entries set n_integer = -50 where id = 8");
    test_execute(&database, "update entries set n_integer = -40 where id = 16");
    assert_ok(db, page_entry_select_page(db, &query, &page));
    assert_ptr_equal(page.items[0], row);
    assert_int_equal(row->n_integer, 0);
    query.after = page.next;
    assert_ok(db, page_entry_select_page(db, &query, &page));
    assert_int_equal(page.items[0]->id, 16);
    test_execute(&database, "update entries set n_integer = 0 where id in (8, 16)");
}

static void loads_ride_along(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    page_topic_page topics;
    page_entry_page entries;
    page_topic *topic = NULL;
    page_entry_list list;
    page_topic_query query = {.order_by = {PAGE_TOPIC_BY_TITLE | ORM_NULLS_FIRST},
                              .limit = 2,
                              .with = {.entries = &(page_entry_query){.limit = 2}}};
    assert_ok(db, page_topic_select_page(db, &query, &topics));
    assert_statements(&database, 2);
    query.after = topics.next;
    assert_ok(db, page_topic_select_page(db, &query, &topics));
    assert_statements(&database, 2);
    assert_int_equal(topics.items[0]->id, 1);
    assert_int_equal(page_topic_entries(topics.items[0], &list), ORM_OK);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0]->id,
                     test_number(&database, "select id from entries where topic_id = 1"
                                            " order by n_integer desc, id limit 1"));
    page_entry_query joined = {.order_by = {PAGE_ENTRY_BY_TOPIC(PAGE_TOPIC_BY_TITLE_DESC)},
                               .limit = 4,
                               .with = {.topic = &(page_topic_query){.load = ORM_LOAD_JOIN}}};
    assert_ok(db, page_entry_select_page(db, &joined, &entries));
    joined.after = entries.next;
    assert_ok(db, page_entry_select_page(db, &joined, &entries));
    assert_statements(&database, 2);
    joined.after = NULL;
    joined.before = entries.previous;
    assert_ok(db, page_entry_select_page(db, &joined, &entries));
    assert_null(entries.previous);
    assert_int_equal(page_entry_topic(entries.items[3], &topic), ORM_OK);
    assert_int_equal(entries.items[3]->id,
                     test_number(&database,
                                 "select e.id from entries e left join topics t on t.id ="
                                 " e.topic_id order by t.title desc nulls first, e.id desc"
                                 " limit 1 offset 3"));
}

static void composite_keys_and_conditions(void **state)
{
    (void)state;
    test_text actual = {0};
    char cursor[1024] = "";
    do {
        orm_session *db = test_session(&database);
        page_place_page page;
        page_place_query query = {.where = page_place_number_is(orm_gt(4)),
                                  .order_by = {PAGE_PLACE_BY_NAME_DESC},
                                  .after = cursor[0] != '\0' ? cursor : NULL,
                                  .limit = 4};
        assert_ok(db, page_place_select_page(db, &query, &page));
        for (size_t i = 0; i < page.count; i++)
            test_text_add(&actual, "%s|%d\n", page.items[i]->country, page.items[i]->number);
        (void)snprintf(cursor, sizeof cursor, "%s", page.next ? page.next : "");
        test_session_close(&database, db);
    } while (cursor[0] != '\0');
    assert_rows(actual, "select country, number from places where number > 4"
                        " order by name desc nulls first, country desc, number desc");
}

static void refuse(orm_session *db, const page_entry_query *query, const char *why)
{
    page_entry_page page = {.count = 7};
    assert_status(db, page_entry_select_page(db, query, &page), ORM_INVALID);
    if (strstr(orm_session_error(db)->message, why) == NULL)
        fail_msg("'%s' in '%s'", why, orm_session_error(db)->message);
    assert_int_equal(page.count, 0);
    assert_null(page.items);
}

/* Keys that are equal for the collation of the order are two rows all the same. */
static void keys_that_a_collation_takes_for_equal(void **state)
{
    (void)state;
    static const enum page_place_order orders[] = {
        0, PAGE_PLACE_BY_COUNTRY, PAGE_PLACE_BY_COUNTRY_DESC, PAGE_PLACE_BY_NUMBER};
    if (database.postgresql)
        test_execute(&database, "create collation any_case (provider = icu,"
                                " locale = 'und-u-ks-level2', deterministic = false)");
    test_execute(&database, "insert into places (country, number) values ('k', 900), ('K', 900),"
                            " ('k', 901), ('K', 902)");
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        orm_session *db = test_session(&database);
        page_place_query query = {.where = page_place_number_is(orm_ge(900)),
                                  .order_by = {orders[i]},
                                  .collation = test_either(&database, "NOCASE", "any_case"),
                                  .limit = 1};
        const page_place *seen[4] = {NULL};
        page_place_page page = {0};
        for (size_t count = 0; count < 4; count++) {
            query.after = page.next;
            assert_ok(db, page_place_select_page(db, &query, &page));
            assert_int_equal(page.count, 1);
            seen[count] = page.items[0];
            for (size_t before = 0; before < count; before++)
                assert_ptr_not_equal(seen[before], seen[count]);
        }
        assert_null(page.next);
        test_session_close(&database, db);
    }
    test_execute(&database, "delete from places where number >= 900");
}

static void a_changed_cursor_is_refused(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    page_entry_page page;
    page_entry_query query = {.order_by = {PAGE_ENTRY_BY_N_TEXT | ORM_NULLS_FIRST,
                                           PAGE_ENTRY_BY_N_INTERVAL, PAGE_ENTRY_BY_N_UUID},
                              .limit = 12};
    assert_ok(db, page_entry_select_page(db, &query, &page));
    char *cursor = orm_session_printf(db, "%s", page.next);
    size_t length = strlen(cursor);
    assert_int_equal(
        strspn(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), length);
    query.after = cursor;
    assert_ok(db, page_entry_select_page(db, &query, &page));
    test_count_start(&database);
    for (size_t i = 0; i < length; i++) {
        char was = cursor[i];
        for (int c = 1; c < 256; c++) {
            cursor[i] = (char)c;
            if (cursor[i] != was)
                refuse(db, &query, "cursor");
        }
        cursor[i] = '\0'; /* cut short */
        refuse(db, &query, "cursor");
        cursor[i] = was;
    }
    query.after = orm_session_printf(db, "%sA", cursor);
    refuse(db, &query, "cursor");
    query.after = orm_session_printf(db, "%sAAAA", cursor);
    refuse(db, &query, "cursor");
    query.after = orm_session_printf(db, "%s=", cursor);
    refuse(db, &query, "cursor");
    assert_statements(&database, 0);
    query.after = cursor;
    assert_ok(db, page_entry_select_page(db, &query, &page));
}

static void a_cursor_is_of_one_order(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    page_entry_page page;
    page_place_page places;
    page_entry_query query = {.order_by = {PAGE_ENTRY_BY_N_TEXT}, .limit = 5};
    assert_ok(db, page_entry_select_page(db, &query, &page));
    static const page_entry_query others[] = {
        {.order_by = {PAGE_ENTRY_BY_N_TEXT_DESC}, .limit = 5},
        {.order_by = {PAGE_ENTRY_BY_N_TEXT | ORM_NULLS_FIRST}, .limit = 5},
        {.order_by = {PAGE_ENTRY_BY_N_CHAR}, .limit = 5},
        {.order_by = {PAGE_ENTRY_BY_TOPIC(PAGE_TOPIC_BY_TITLE)}, .limit = 5},
        {.order_by = {PAGE_ENTRY_BY_N_TEXT, PAGE_ENTRY_BY_ID_DESC}, .limit = 5},
        {.order_by = {PAGE_ENTRY_BY_N_TEXT}, .collation = "C", .limit = 5},
        {.limit = 5},
    };
    test_count_start(&database);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        page_entry_query other = others[i];
        other.after = page.next;
        refuse(db, &other, "another model or order");
        other.after = NULL;
        other.before = page.next;
        refuse(db, &other, "another model or order");
    }
    page_place_query place = {.order_by = {PAGE_PLACE_BY_NAME}, .limit = 5, .after = page.next};
    assert_status(db, page_place_select_page(db, &place, &places), ORM_INVALID);
    assert_statements(&database, 0);
    /* Said in other words, the same order. */
    query.order_by[0] = PAGE_ENTRY_BY_N_TEXT | ORM_NULLS_LAST;
    query.order_by[1] = PAGE_ENTRY_BY_ID;
    query.after = page.next;
    assert_ok(db, page_entry_select_page(db, &query, &page));
    assert_int_equal(page.count, 5);
}

static orm_status page_on(orm_engine *engine, const page_entry_query *query, char *next)
{
    orm_session *db = NULL;
    page_entry_page page;
    assert_int_equal(orm_session_open(engine, NULL, &db, NULL), ORM_OK);
    orm_status status = page_entry_select_page(db, query, &page);
    if (status == ORM_OK)
        (void)snprintf(next, 1024, "%s", page.next);
    orm_session_close(db);
    return status;
}

static void keys_of_cursors(void **state)
{
    (void)state;
    static const char key[] = "a key of 32 bytes, known to both";
    orm_engine *engines[4];
    char next[1024];
    char entries[1024];
    orm_error error;
    page_entry_query query = {.limit = 5};
    for (int i = 0; i < 4; i++) {
        orm_engine_options options = {.url = database.url, .pool_size = 1};
        options.cursor_key = i < 2 ? key : NULL;
        options.cursor_key_size = i < 2 ? sizeof key - 1 : 0;
        assert_int_equal(orm_engine_open(&options, &engines[i], &error), ORM_OK);
    }
    for (int from = 0; from < 4; from++) {
        query.after = NULL;
        assert_int_equal(page_on(engines[from], &query, next), ORM_OK);
        query.after = next;
        for (int to = 0; to < 4; to++)
            assert_int_equal(page_on(engines[to], &query, entries),
                             from == to || (from < 2 && to < 2) ? ORM_OK : ORM_INVALID);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(orm_engine_close(engines[i], NULL), ORM_OK);
    orm_engine_options options = {.url = database.url, .cursor_key = key, .cursor_key_size = 15};
    assert_int_equal(orm_engine_open(&options, &engines[0], &error), ORM_INVALID);
    assert_non_null(strstr(error.message, "at least 16 bytes"));
    options = (orm_engine_options){.url = database.url, .cursor_key_size = 32};
    assert_int_equal(orm_engine_open(&options, &engines[0], &error), ORM_INVALID);
}

static void what_is_no_page_is_refused(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    page_entry_list list;
    page_place_name_page names;
    page_topic_list topics;
    int64_t count = 0;
    bool exists = false;
    refuse(db, &(page_entry_query){.limit = 0}, "limit of 1 or more");
    refuse(db, NULL, "limit of 1 or more");
    refuse(db, &(page_entry_query){.limit = -3}, "limit of 1 or more");
    refuse(db, &(page_entry_query){.limit = orm_limit(0)}, "limit of 1 or more");
    refuse(db, &(page_entry_query){.limit = 3, .offset = 1}, "offset");
    refuse(db, &(page_entry_query){.limit = 3, .after = "", .before = ""}, "one");
    refuse(db, &(page_entry_query){.limit = 3, .after = ""}, "none that");
    page_entry_query query = {.after = "AAAA"};
    assert_status(db, page_entry_select(db, &query, &list), ORM_INVALID);
    assert_status(db, page_entry_count(db, &query, &count), ORM_INVALID);
    assert_status(db, page_entry_exists(db, &query, &exists), ORM_INVALID);
    page_topic_query with = {.with = {.entries = &query}};
    assert_status(db, page_topic_select(db, &with, &topics), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "select_page"));
    page_place_name_query keyless = {.limit = 3};
    assert_status(db, page_place_name_select_page(db, &keyless, &names), ORM_INVALID);
    assert_non_null(strstr(orm_session_error(db)->message, "no primary key"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(every_type_with_ties_and_nulls),
        suite_test(sizes_and_mixed_directions),
        suite_test(by_columns_of_related_rows),
        suite_test(rows_come_and_go_around_the_cursor),
        suite_test(an_empty_page_leads_back),
        suite_test(a_stale_object_does_not_mislead),
        suite_test(loads_ride_along),
        suite_test(composite_keys_and_conditions),
        suite_test(keys_that_a_collation_takes_for_equal),
        suite_test(a_changed_cursor_is_refused),
        suite_test(a_cursor_is_of_one_order),
        suite_test(keys_of_cursors),
        suite_test(what_is_no_page_is_refused),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
