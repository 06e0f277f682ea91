/* The PostgreSQL driver: flights, transactions, errors, memory. */
#include "pg_fixture.h"

/* ---- Flights ---- */

typedef struct counter {
    int64_t rows;
    int64_t calls;
    int64_t last;
    int64_t fail_at; /* row to fail at, 0: none */
} counter;

static orm_status count_rows(orm__call *call, orm__rows *rows, orm_error *error)
{
    counter *c = call->context;
    c->calls++;
    for (;;) {
        bool more = false;
        orm_status status = DRIVER->next(rows, &more, error);
        if (status != ORM_OK || !more) return status;
        status = DRIVER->read_int(rows, 0, &c->last, error);
        if (status != ORM_OK) return status;
        if (++c->rows == c->fail_at) return ORM_RANGE;
    }
}

static void statements_are_prepared_once(void **state)
{
    NEED_SERVER(f);
    orm__statement s;
    statement_init(&s, "SELECT g FROM generate_series(1, $1) g");
    for (int i = 1; i <= 5; i++) {
        counter c = {0};
        orm_value value = orm_bind_int(i);
        assert_int_equal(fixture_call(f, &s, &value, 1, count_rows, &c), ORM_OK);
        assert_int_equal(c.rows, i);
        assert_int_equal(c.last, i);
    }
    const char *count = "SELECT count(*) FROM pg_prepared_statements";
    assert_int_equal(fixture_int(f, count), 1);
    DRIVER->forget(f->link, &s);
    assert_null(s.handle);
    /* The server is told with the next flight outside a transaction. */
    assert_int_equal(fixture_int(f, count), 0);
}

static void a_flight_answers_by_position(void **state)
{
    NEED_SERVER(f);
    orm__statement begin, one, two, commit;
    counter c1 = {0}, c2 = {0};
    statement_init(&begin, "BEGIN");
    statement_init(&one, "SELECT 1");
    statement_init(&two, "SELECT g FROM generate_series(1, 7) g");
    statement_init(&commit, "COMMIT");
    begin.once = commit.once = true;
    begin.control = ORM__CONTROL_BEGIN;
    commit.control = ORM__CONTROL_COMMIT;
    orm__call calls[] = {
        {.statement = &begin},
        {.statement = &one, .consume = count_rows, .context = &c1},
        {.statement = &two, .consume = count_rows, .context = &c2},
        {.statement = &two},
    };
    orm__flight flight = {.calls = calls, .count = 4, .timed = true};
    assert_int_equal(DRIVER->run(f->link, &flight, ORM_NO_DEADLINE, &f->error), ORM_OK);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_ACTIVE);
    assert_int_equal(c1.rows, 1);
    assert_int_equal(c2.rows, 7);
    assert_int_equal(calls[3].rows, 7);
    assert_true(calls[1].started > 0 && calls[1].ended >= calls[1].started);
    orm__call last = {.statement = &commit};
    orm__flight end = {.calls = &last, .count = 1};
    assert_int_equal(DRIVER->run(f->link, &end, ORM_NO_DEADLINE, &f->error), ORM_OK);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
    DRIVER->forget(f->link, &one);
    DRIVER->forget(f->link, &two);
}

static void a_failure_stops_the_rest(void **state)
{
    NEED_SERVER(f);
    fixture_sql(f, "CREATE TEMP TABLE t (id int PRIMARY KEY)");
    orm__statement begin, insert, select, commit;
    statement_init(&begin, "BEGIN");
    statement_init(&insert, "INSERT INTO t VALUES ($1)");
    statement_init(&select, "SELECT count(*) FROM t");
    statement_init(&commit, "COMMIT");
    begin.once = commit.once = true;
    commit.control = ORM__CONTROL_COMMIT;
    orm_value value = orm_bind_int(1);
    counter c = {0};
    orm__call calls[] = {
        {.statement = &begin},
        {.statement = &insert, .values = &value, .value_count = 1},
        {.statement = &insert, .values = &value, .value_count = 1},
        {.statement = &select, .consume = count_rows, .context = &c},
        {.statement = &commit},
    };
    orm__flight flight = {.calls = calls, .count = 5};
    assert_int_equal(DRIVER->run(f->link, &flight, orm__deadline_in(5000), &f->error), ORM_UNIQUE);
    assert_string_equal(f->error.sqlstate, "23505");
    assert_string_equal(f->error.constraint, "t_pkey");
    assert_int_equal(calls[0].status, ORM_OK);
    assert_int_equal(calls[1].status, ORM_OK);
    assert_int_equal(calls[1].affected, 1);
    assert_int_equal(calls[2].status, ORM_UNIQUE);
    assert_int_equal(calls[3].status, ORM_FAILED_TRANSACTION);
    assert_int_equal(calls[4].status, ORM_FAILED_TRANSACTION);
    assert_int_equal(c.calls, 0);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_FAILED);
    /* The statement behind the failure was never prepared, the one before it stays. */
    assert_null(select.handle);
    assert_non_null(insert.handle);
    assert_int_equal(fixture_try(f, "SELECT 1"), ORM_FAILED_TRANSACTION);
    /* COMMIT of a failed transaction is answered ROLLBACK, as a success. */
    assert_int_equal(fixture_call(f, &commit, NULL, 0, NULL, NULL), ORM_FAILED_TRANSACTION);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM t"), 0);
    assert_int_equal(fixture_call(f, &insert, &value, 1, NULL, NULL), ORM_OK);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM t"), 1);
    DRIVER->forget(f->link, &insert);
}

static void a_failing_consumer_breaks_nothing(void **state)
{
    NEED_SERVER(f);
    orm__statement s;
    statement_init(&s, "SELECT g FROM generate_series(1, 100) g");
    counter c1 = {.fail_at = 3}, c2 = {0};
    orm__call calls[] = {
        {.statement = &s, .consume = count_rows, .context = &c1},
        {.statement = &s, .consume = count_rows, .context = &c2},
    };
    orm__flight flight = {.calls = calls, .count = 2};
    assert_int_equal(DRIVER->run(f->link, &flight, ORM_NO_DEADLINE, &f->error), ORM_RANGE);
    assert_int_equal(f->error.status, ORM_RANGE);
    assert_int_equal(calls[0].status, ORM_RANGE);
    assert_int_equal(calls[1].status, ORM_FAILED_TRANSACTION);
    assert_int_equal(c2.calls, 0);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
    assert_int_equal(fixture_int(f, "SELECT 5"), 5);
    DRIVER->forget(f->link, &s);
}

static void a_large_flight_is_sent_in_portions(void **state)
{
    NEED_SERVER(f);
    enum { COUNT = 5000 };
    fixture_sql(f, "CREATE TEMP TABLE big (id int, body text)");
    orm__statement s;
    statement_init(&s, "INSERT INTO big VALUES ($1, $2) RETURNING repeat('x', 3000)");
    char *body = malloc(2001);
    orm_value *values = calloc(COUNT, 2 * sizeof *values);
    orm__call *calls = calloc(COUNT, sizeof *calls);
    assert_true(body != NULL && values != NULL && calls != NULL);
    memset(body, 'b', 2000);
    body[2000] = '\0';
    for (int i = 0; i < COUNT; i++) {
        values[2 * i] = orm_bind_int(i);
        values[2 * i + 1] = orm_bind_text(body);
        calls[i] = (orm__call){.statement = &s, .values = &values[2 * i], .value_count = 2};
    }
    orm__flight flight = {.calls = calls, .count = COUNT};
    assert_int_equal(DRIVER->run(f->link, &flight, orm__deadline_in(60000), &f->error), ORM_OK);
    for (int i = 0; i < COUNT; i++) assert_int_equal(calls[i].affected, 1);
    assert_int_equal(fixture_int(f, "SELECT count(DISTINCT id) FROM big"), COUNT);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM pg_prepared_statements"), 1);
    DRIVER->forget(f->link, &s);
    free(calls);
    free(values);
    free(body);
}

static void a_value_that_cannot_be_sent_stops_the_flight_before_it_starts(void **state)
{
    NEED_SERVER(f);
    fixture_sql(f, "CREATE TEMP TABLE t (body text)");
    orm__statement s;
    statement_init(&s, "INSERT INTO t VALUES ($1)");
    orm_value good = orm_bind_text("fine");
    orm_value bad = orm_bind_text("x");
    bad.as.span.data = "a\0b";
    bad.as.span.size = 3;
    orm__call calls[] = {
        {.statement = &s, .values = &good, .value_count = 1},
        {.statement = &s, .values = &bad, .value_count = 1},
    };
    orm__flight flight = {.calls = calls, .count = 2};
    assert_int_equal(DRIVER->run(f->link, &flight, ORM_NO_DEADLINE, &f->error), ORM_INVALID);
    assert_int_equal(calls[1].status, ORM_INVALID);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM t"), 0);
    /* The largest number of parameters, and one more. */
    orm_value *many = calloc(65536, sizeof *many);
    assert_non_null(many);
    for (int i = 0; i < 65536; i++) many[i] = orm_bind_null();
    statement_init(&s, "SELECT 1");
    assert_int_equal(fixture_call(f, &s, many, 65536, NULL, NULL), ORM_INVALID);
    orm_bytes huge = {many, (size_t)1024 * 1024 * 1024 - 1000};
    orm_value value = orm_bind_bytes(huge);
    assert_int_equal(fixture_call(f, &s, &value, 1, NULL, NULL), ORM_RANGE);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_IDLE);
    free(many);
}

static void raw_integers_go_where_integers_go(void **state)
{
    NEED_SERVER(f);
    orm__statement s;
    int64_t got = 0;
    statement_init(&s, "SELECT length(left('abcdefgh', $1))");
    orm_value value = orm_bind_int(3);
    assert_int_equal(fixture_call(f, &s, &value, 1, take_int, &got), ORM_OK);
    assert_int_equal(got, 3);
    DRIVER->forget(f->link, &s);
    statement_init(&s, "SELECT count(*) FROM (SELECT 1 FROM generate_series(1, 9) LIMIT $1) x");
    assert_int_equal(fixture_call(f, &s, &value, 1, take_int, &got), ORM_OK);
    assert_int_equal(got, 3);
    DRIVER->forget(f->link, &s);
    /* A value beyond int4 makes the statement's parameter wider, for good. */
    statement_init(&s, "SELECT $1 + 1");
    assert_int_equal(fixture_call(f, &s, &value, 1, take_int, &got), ORM_OK);
    assert_int_equal(got, 4);
    value = orm_bind_int(5000000000);
    assert_int_equal(fixture_call(f, &s, &value, 1, take_int, &got), ORM_OK);
    assert_int_equal(got, 5000000001);
    value = orm_bind_int(7);
    const void *handle = s.handle;
    assert_int_equal(fixture_call(f, &s, &value, 1, take_int, &got), ORM_OK);
    assert_ptr_equal(s.handle, handle);
    assert_int_equal(got, 8);
    value = orm_bind_text("12");
    assert_int_equal(fixture_call(f, &s, &value, 1, take_int, &got), ORM_OK);
    assert_int_equal(got, 13);
    DRIVER->forget(f->link, &s);
}

static void a_stale_plan_is_prepared_again_outside_transactions(void **state)
{
    NEED_SERVER(f);
    fixture_sql(f, "CREATE TEMP TABLE t AS SELECT 1 AS a");
    orm__statement s, begin;
    int64_t got = 0;
    statement_init(&s, "SELECT * FROM t");
    assert_int_equal(fixture_call(f, &s, NULL, 0, take_int, &got), ORM_OK);
    fixture_sql(f, "ALTER TABLE t ADD COLUMN b int");
    assert_int_equal(fixture_call(f, &s, NULL, 0, take_int, &got), ORM_OK);
    fixture_sql(f, "DEALLOCATE ALL");
    assert_int_equal(fixture_call(f, &s, NULL, 0, take_int, &got), ORM_OK);
    /* In a transaction it is told, and the next use prepares again. */
    fixture_sql(f, "ALTER TABLE t ADD COLUMN c int");
    statement_init(&begin, "BEGIN");
    begin.once = true;
    orm__call calls[] = {{.statement = &begin}, {.statement = &s}};
    orm__flight flight = {.calls = calls, .count = 2};
    assert_int_equal(DRIVER->run(f->link, &flight, ORM_NO_DEADLINE, &f->error), ORM_STALE_PLAN);
    assert_null(s.handle);
    assert_true(f->error.retryable);
    fixture_sql(f, "ROLLBACK");
    assert_int_equal(fixture_call(f, &s, NULL, 0, take_int, &got), ORM_OK);
    assert_int_equal(got, 1);
    DRIVER->forget(f->link, &s);
}

static void other_statements_than_queries_are_told_apart(void **state)
{
    NEED_SERVER(f);
    assert_int_equal(fixture_try(f, ""), ORM_INVALID);
    assert_int_equal(fixture_try(f, "SELECT 1; SELECT 2"), ORM_INVALID);
    assert_int_equal(fixture_try(f, "SELEC"), ORM_INVALID);
    assert_non_null(strstr(f->error.message, "at character 1"));
    assert_int_equal(fixture_try(f, "SELECT * FROM no_such"), ORM_SCHEMA);
    assert_int_equal(fixture_try(f, "SELECT 1/0"), ORM_INVALID);
    assert_int_equal(fixture_try(f, "SELECT 99999 :: smallint"), ORM_RANGE);
    assert_int_equal(fixture_int(f, "SELECT 1"), 1);
    assert_int_equal(fixture_try(f, "COPY (SELECT 1) TO STDOUT"), ORM_UNSUPPORTED);
    assert_int_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_BROKEN);
    assert_int_equal(fixture_try(f, "SELECT 1"), ORM_DISCONNECTED);
}

/* ---- Memory ---- */

/* All a connection does in its life; stops at the first failure. */
static orm_status live(fixture *f)
{
    orm__statement begin, insert, commit;
    statement_init(&begin, "BEGIN");
    statement_init(&insert, "SELECT g FROM generate_series($1::int, $2) g WHERE $3 = 'x'");
    statement_init(&commit, "COMMIT");
    begin.once = commit.once = true;
    commit.control = ORM__CONTROL_COMMIT;
    orm_value text = orm_bind_text("xyz");
    text.as.span.size = 1;
    orm_value values[] = {orm_bind_int(1), orm_bind_int(2), text};
    counter c = {0};
    orm__call calls[] = {
        {.statement = &begin},
        {.statement = &insert, .values = values, .value_count = 3, .consume = count_rows,
         .context = &c},
        {.statement = &commit},
    };
    orm__flight flight = {.calls = calls, .count = 3};
    orm_status status = DRIVER->setup(&f->target, &f->target.shared, &f->error);
    if (status != ORM_OK) return status;
    status = DRIVER->open(&f->target, orm__deadline_in(5000), &f->link, &f->error);
    if (status != ORM_OK) return status;
    status = DRIVER->run(f->link, &flight, orm__deadline_in(5000), &f->error);
    if (status == ORM_OK) assert_int_equal(c.rows, 2);
    else assert_int_equal(c.rows, 0);
    if (status == ORM_OK) status = DRIVER->ping(f->link, orm__deadline_in(5000), &f->error);
    /* Only the lack of memory, never the connection. */
    assert_int_not_equal(DRIVER->transaction(f->link), ORM__TRANSACTION_BROKEN);
    DRIVER->forget(f->link, &insert);
    return status;
}

static void every_failing_allocation_is_told_and_nothing_leaks(void **state)
{
    (void)state;
    if (fixture_url() == NULL) skip();
    int64_t n = 0;
    orm_status status = ORM_NOMEM;
    while (status != ORM_OK) {
        fixture f;
        fixture_prepare(&f, fixture_url());
        f.fail_at = f.asked + ++n;
        status = live(&f);
        if (status != ORM_OK) assert_int_equal(status, ORM_NOMEM);
        if (status != ORM_OK) assert_int_equal(f.error.status, ORM_NOMEM);
        bool failed = f.asked >= f.fail_at;
        fixture_dispose(&f);
        if (status != ORM_OK) assert_true(failed);
        assert_true(n < 1000);
        if (status == ORM_OK && failed) status = ORM_NOMEM; /* it could do without that one */
    }
    assert_true(n > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(statements_are_prepared_once),
        TEST(a_flight_answers_by_position),
        TEST(a_failure_stops_the_rest),
        TEST(a_failing_consumer_breaks_nothing),
        TEST(a_large_flight_is_sent_in_portions),
        TEST(a_value_that_cannot_be_sent_stops_the_flight_before_it_starts),
        TEST(raw_integers_go_where_integers_go),
        TEST(a_stale_plan_is_prepared_again_outside_transactions),
        TEST(other_statements_than_queries_are_told_apart),
        cmocka_unit_test(every_failing_allocation_is_told_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
