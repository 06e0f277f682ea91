/* What the SQLite driver teaches SQLite: the key table, LIKE, collations. */
#include "sqlite_fixture.h"

#include "driver/sqlite/sqlite_link.h"

static const orm_deadline never = ORM_NO_DEADLINE;

/* ---- Keys ---- */

static const orm__param int_list = {.type = ORM_TYPE_BIGINT, .list = true};
static const orm__param text_list = {.type = ORM_TYPE_TEXT, .list = true};

static void keys_are_rows(void **state)
{
    fixture *f = *state;
    orm__param params[2] = {int_list, text_list};
    orm_value ints[4] = {value_int(30), value_int(10), value_null(), value_int(INT64_MIN)};
    orm_value texts[4] = {value_text("x"), value_text(""), value_text("z"), value_null()};
    orm_value values[2] = {value_list(ints, 4), value_list(texts, 4)};
    fixture_expect(f,
                   "SELECT ord || ':' || ifnull(k1, '-') || ':' || ifnull(k2, '-') FROM "
                   "orm_keys(?1, ?2) ORDER BY ord",
                   params, values, 2, "0:30:x;1:10:;2:-:z;3:-9223372036854775808:-;");
    fixture_expect(f, "SELECT typeof(k1) || typeof(k2) || typeof(k3) FROM orm_keys(?1, ?2) LIMIT 1",
                   params, values, 2, "integertextnull;");
    fixture_expect(f, "SELECT ord FROM orm_keys(?1) ORDER BY ord DESC", params, values, 1,
                   "3;2;1;0;");
    values[0] = value_list(ints, 0);
    fixture_expect(f, "SELECT ord FROM orm_keys(?1)", params, values, 1, "");
}

static orm_status collect_plan(orm__call *call, orm__rows *rows, orm_error *error)
{
    fixture_texts lines = {.text = ""};
    bool more = true;
    orm__arena arena;
    orm_allocator heap = {.resize = NULL};
    orm__arena_init(&arena, &heap, NULL);
    while (DRIVER->next(rows, &more, error) == ORM_OK && more) {
        const char *line = NULL;
        assert_int_equal(DRIVER->raw_text(rows, 3, &arena, &line), ORM_OK);
        size_t used = strlen(lines.text);
        (void)snprintf(lines.text + used, sizeof lines.text - used, "%s\n", line);
    }
    (void)snprintf(call->context, 512, "%.500s", lines.text);
    orm__arena_dispose(&arena);
    return ORM_OK;
}

static void keys_find_rows_through_indexes(void **state)
{
    fixture *f = *state;
    fixture_sql(f, "CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER, t TEXT)");
    fixture_sql(f, "CREATE INDEX i ON c(p)");
    fixture_sql(f, "INSERT INTO c VALUES (1, 7, '7'), (2, 8, '8'), (3, 7, '7'), (4, NULL, NULL)");
    orm_value ints[3] = {value_int(7), value_int(9), value_null()};
    orm_value values[2] = {value_list(ints, 3), value_int(1)};
    orm__param params[2] = {int_list, {.type = ORM_TYPE_BIGINT}};
    static const char join[] =
        "SELECT c.id FROM orm_keys(?1) AS k JOIN c ON c.p = +k.k1 ORDER BY k.ord, c.id";
    fixture_expect(f, join, params, values, 1, "1;3;");
    fixture_expect(f, "SELECT id FROM c WHERE p IN (SELECT k1 FROM orm_keys(?1)) AND id > ?2",
                   params, values, 2, "3;");
    /* No affinity: a number is compared with a text column as a bound number would be. */
    fixture_expect(f, "SELECT c.id FROM orm_keys(?1) AS k JOIN c ON c.t = +k.k1", params, values, 1,
                   "1;3;");
    char sql[256];
    char plan[512] = "";
    (void)snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", join);
    orm__statement statement = fixture_statement(sql, params, 1);
    assert_int_equal(fixture_run(f, &statement, values, 1, collect_plan, plan, never), ORM_OK);
    assert_non_null(strstr(plan, "SCAN k VIRTUAL TABLE"));
    assert_non_null(strstr(plan, "SEARCH c USING COVERING INDEX i (p=?)"));
}

static void keys_demand_lists(void **state)
{
    fixture *f = *state;
    orm__param params[2] = {int_list, int_list};
    orm_value ints[2] = {value_int(1), value_int(2)};
    orm_value values[2] = {value_list(ints, 2), value_list(ints, 1)};
    orm__statement statement = fixture_statement("SELECT * FROM orm_keys(?1, ?2)", params, 2);
    assert_int_equal(fixture_run(f, &statement, values, 2, NULL, NULL, never), ORM_INVALID);
    assert_int_equal(fixture_try(f, "SELECT * FROM orm_keys"), ORM_INVALID);
    assert_int_equal(fixture_try(f, "SELECT * FROM orm_keys(1)"), ORM_INVALID);
    assert_int_equal(fixture_try(f, "CREATE VIRTUAL TABLE v USING orm_keys"), ORM_DATABASE);
    /* Nor can a schema use it: a file may come from anywhere. */
    fixture_sql(f, "CREATE VIEW w AS SELECT * FROM orm_keys(1)");
    assert_int_equal(fixture_try(f, "SELECT * FROM w"), ORM_DATABASE);
}

/* ---- LIKE ---- */

static int like(const char *pattern, const char *text, bool fold_case)
{
    return orm__sqlite_like(pattern, strlen(pattern), text, strlen(text), fold_case);
}

static void patterns_match_as_sql_says(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *text;
        int heeding;
        int folding;
    } cases[] = {
        {"", "", 1, 1},
        {"", "a", 0, 0},
        {"%", "", 1, 1},
        {"%", "abc", 1, 1},
        {"_", "", 0, 0},
        {"_", "\xC3\xA4", 1, 1},
        {"__", "\xC3\xA4", 0, 0},
        {"a%", "abc", 1, 1},
        {"%c", "abc", 1, 1},
        {"%b%", "abc", 1, 1},
        {"%d%", "abc", 0, 0},
        {"A_C", "abc", 0, 1},
        {"a\\%", "a%", 1, 1},
        {"a\\%", "ab", 0, 0},
        {"a\\_", "ab", 0, 0},
        {"\\\\", "\\", 1, 1},
        {"%\\%%", "50% off", 1, 1},
        {"%ab", "aab", 1, 1},
        {"%aab", "aaab", 1, 1},
        {"a%b%c", "axxbyyc", 1, 1},
        {"a%b%c", "axxbyyd", 0, 0},
        {"%_", "", 0, 0},
        {"%__%", "a", 0, 0},
        {"\xC3\x84", "\xC3\xA4", 0, 0},
        {"%\xF0\x9F\x98\x80_", "a\xF0\x9F\x98\x80\xC3\xA4", 1, 1},
        {"\\a", "A", 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (like(cases[i].pattern, cases[i].text, false) != cases[i].heeding ||
            like(cases[i].pattern, cases[i].text, true) != cases[i].folding)
            fail_msg("'%s' LIKE '%s'", cases[i].text, cases[i].pattern);
    }
    assert_int_equal(like("abc\\", "abc", false), -1);
    assert_int_equal(like("abc\\\\\\", "abc", false), -1);
    assert_int_equal(like("abc\\\\", "abc\\", false), 1);
}

static void many_wildcards_do_not_blow_up(void **state)
{
    (void)state;
    char pattern[200];
    char text[20001];
    for (size_t i = 0; i + 2 < sizeof pattern; i += 2) memcpy(pattern + i, "%a", 2);
    memcpy(pattern + sizeof pattern - 2, "b", 2);
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    int64_t before = orm__now();
    assert_int_equal(like(pattern, text, false), 0);
    assert_true(orm__now() - before < 1000000000);
}

static void like_is_a_function(void **state)
{
    fixture *f = *state;
    orm_value values[2] = {value_text("a\\%%"), value_text("a%b")};
    fixture_expect(f, "SELECT orm_like($1, $2)", NULL, values, 2, "1;");
    values[0] = value_text("A%");
    fixture_expect(f, "SELECT orm_like($1, $2) || orm_ilike($1, $2)", NULL, values, 2, "01;");
    values[1] = value_null();
    fixture_expect(f, "SELECT orm_like($1, $2)", NULL, values, 2, "NULL;");
    values[0] = value_text("a\\");
    values[1] = value_text("a");
    orm__statement statement = fixture_statement("SELECT orm_like($1, $2)", NULL, 0);
    assert_int_equal(fixture_run(f, &statement, values, 2, NULL, NULL, never), ORM_INVALID);
    assert_non_null(strstr(f->error.message, "escape"));
    /* A schema may use it. */
    fixture_sql(f, "CREATE TABLE t(a CHECK (orm_like('x%', a)))");
    fixture_sql(f, "INSERT INTO t VALUES ('xy')");
    assert_int_equal(fixture_try(f, "INSERT INTO t VALUES ('y')"), ORM_CHECK);
}

/* ---- Collations ---- */

static void collations_order_by_value(void **state)
{
    fixture *f = *state;
    fixture_expect(f,
                   "SELECT column1 FROM (VALUES ('10'), ('9.50'), ('x'), ('-1'), ('NaN'), "
                   "('Infinity'), ('1e3')) ORDER BY column1 COLLATE ORM_NUMERIC",
                   NULL, NULL, 0, "-1;9.50;10;1e3;Infinity;NaN;x;");
    fixture_expect(f, "SELECT '1.0' = '1.00' COLLATE ORM_NUMERIC", NULL, NULL, 0, "1;");
    fixture_expect(f,
                   "SELECT column1 FROM (VALUES ('P1M'), ('P29D'), ('P31D'), ('junk'), "
                   "('PT1H'), ('')) ORDER BY column1 COLLATE ORM_INTERVAL",
                   NULL, NULL, 0, "PT1H;P29D;P1M;P31D;;junk;");
    fixture_expect(f, "SELECT 'P1M' = 'P30D' COLLATE ORM_INTERVAL", NULL, NULL, 0, "1;");
}

static int setup(void **state)
{
    static fixture f;
    fixture_open(&f, "sqlite::memory:");
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

#define WITH_LINK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LINK(keys_are_rows),
        WITH_LINK(keys_find_rows_through_indexes),
        WITH_LINK(keys_demand_lists),
        cmocka_unit_test(patterns_match_as_sql_says),
        cmocka_unit_test(many_wildcards_do_not_blow_up),
        WITH_LINK(like_is_a_function),
        WITH_LINK(collations_order_by_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
