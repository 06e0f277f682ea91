/* Streams: every row of a query once, with its relations, whatever the callback does between. */
#include <stdio.h>
#include <unistd.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"

enum { PEOPLE = 62 };

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.file = "test_each.c", .reason = "callbacks are shown to use the session as they like"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_ignore(&database, ignored);
    test_graph_fill(&database, PEOPLE);
    return 0;
}

/* What a callback is to do, and what came of it. */
typedef struct visit {
    test_text text;
    int64_t seen;
    int64_t stop_at;
    int64_t fail_at;
    orm_status status; /* of what was tried in the callback */
    g_person *known;
    orm_savepoint savepoint;
    orm_mark mark;
} visit;

static orm_status dump_names(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    (void)db;
    v->seen++;
    test_text_add(&v->text, "%s\n", person->name);
    return ORM_OK;
}

static orm_status count_row(orm_session *db, g_person *person, void *context)
{
    (void)db;
    (void)person;
    ((visit *)context)->seen++;
    return ORM_OK;
}

static orm_status take_number(const orm_row *row, void *context)
{
    return orm_row_int(row, 0, context);
}

/* The number that a statement of the session's own gives. */
static int64_t number_of(orm_session *db, const char *sql)
{
    orm_opt_i64 number = {0};
    assert_ok(db, orm_raw(db, sql, NULL, 0, take_number, &number, NULL));
    return number.value;
}

static int64_t open_cursors(orm_session *db)
{
    return database.postgresql
               ? number_of(db, "select count(*) from pg_cursors where name like 'orm_each%'")
               : 0;
}

/* DECLARE, FETCH and CLOSE are statements of PostgreSQL's; on SQLite all of them are one. */
static void assert_streamed(int64_t rows, int64_t batch, int relations)
{
    int64_t batches = rows / batch + 1;
    int64_t loads = relations * ((rows + batch - 1) / batch);
    assert_statements(&database, (database.postgresql ? batches + 2 : 1) + loads);
}

static void every_row_comes_once(void **state)
{
    (void)state;
    static const size_t batches[] = {1, 7, 31, 61, 62, 63, 0};
    orm_session *db = test_session(&database);
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        visit v = {.seen = 0};
        g_person_query query = {.order_by = {G_PERSON_BY_ID}};
        test_count_start(&database);
        assert_ok(db, g_person_each(db, &query, &(orm_each){.batch = batches[i]}, dump_names, &v));
        assert_streamed(PEOPLE, batches[i] == 0 ? 500 : (int64_t)batches[i], 0);
        assert_int_equal(v.seen, PEOPLE);
        assert_rows(v.text, "select name from people order by \"person id\"");
        assert_int_equal(open_cursors(db), 0);
    }
    visit v = {.seen = 0};
    assert_ok(db, g_person_each(db, NULL, NULL, count_row, &v));
    assert_int_equal(v.seen, PEOPLE);
    test_session_close(&database, db);
}

static void conditions_order_and_limits_hold(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_session *db = test_session(&database);
    const int64_t teams[] = {2, 3, 4, 5, 6, 7, 8, 9};
    char pattern[] = "person %";
    g_person_query query = {.where =
                                g_person_all_of(db, g_person_team_id_is(orm_in(teams, 8)),
                                                g_person_name_is(orm_like(pattern)),
                                                g_person_has_tasks(db, g_chore_rank_is(orm_ge(1)))),
                            .order_by = {G_PERSON_BY_TEAM_ID_DESC, G_PERSON_BY_ID},
                            .limit = 9,
                            .offset = 2};
    assert_ok(db, g_person_each(db, &query, &(orm_each){.batch = 4}, dump_names, &v));
    assert_int_equal(v.seen, 9);
    assert_rows(v.text, "select name from people p where team between 2 and 9 and exists"
                        " (select 1 from tasks t where t.person_id = p.\"person id\" and"
                        " t.\"order\" >= 1) order by team desc, \"person id\" limit 9 offset 2");
    query.limit = ORM_LIMIT_NO_ROWS;
    v.seen = 0;
    assert_ok(db, g_person_each(db, &query, NULL, count_row, &v));
    assert_int_equal(v.seen, 0);
    query.limit = -5;
    assert_status(db, g_person_each(db, &query, NULL, count_row, &v), ORM_INVALID);
    assert_status(db, g_person_each(db, NULL, NULL, NULL, &v), ORM_MISUSE);
    assert_status(db, g_person_each(db, NULL, &(orm_each){.batch = 10000000}, count_row, &v),
                  ORM_INVALID);
    assert_int_equal(v.seen, 0);
    test_session_close(&database, db);
}

static orm_status dump_relations(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    g_team *team = NULL;
    g_person *boss = NULL;
    g_chore_list tasks;
    g_skill_list skills;
    g_region *region = NULL;
    assert_ok(db, g_person_team(person, &team));
    assert_ok(db, g_person_boss(person, &boss));
    assert_ok(db, g_person_tasks(person, &tasks));
    assert_ok(db, g_person_skills(person, &skills));
    assert_ok(db, g_person_region(person, &region));
    assert_true(skills.partial);
    assert_int_equal(skills.count > 2, 0);
    test_text_add(&v->text, "%s|%s|%s|%s", person->name, team == NULL ? "-" : team->name,
                  boss == NULL ? "-" : boss->name, region == NULL ? "-" : region->title);
    for (size_t i = 0; i < tasks.count; i++) {
        g_step_list steps;
        g_person *back = NULL;
        assert_ok(db, g_chore_steps(tasks.items[i], &steps));
        assert_ok(db, g_chore_person(tasks.items[i], &back));
        assert_ptr_equal(back, person);
        test_text_add(&v->text, "|%s %d", tasks.items[i]->title, (int)steps.count);
    }
    test_text_add(&v->text, "\n");
    v->seen++;
    return ORM_OK;
}

static char *expected_relations(void)
{
    return test_query(
        &database,
        "select p.name || '|' || coalesce(t.name, '-') || '|' || coalesce(b.name, '-') || '|' ||"
        " coalesce(r.title, '-') || coalesce((select %s from (select c.title, (select count(*)"
        " from steps s where s.task_id = c.id) as steps from tasks c where"
        " c.person_id = p.\"person id\" order by c.\"order\" desc, c.id) x), '')"
        " from people p left join \"Teams\" t on t.\"TeamId\" = p.team"
        " left join people b on b.\"person id\" = p.boss_id"
        " left join regions r on r.country = p.country and r.area = p.area order by p.\"person "
        "id\"",
        test_either(&database, "group_concat('|' || x.title || ' ' || x.steps, '')",
                    "string_agg('|' || x.title || ' ' || x.steps, '')"));
}

static void relations_take_one_statement_per_batch(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_session *db = test_session(&database);
    g_person_query query = {.order_by = {G_PERSON_BY_ID},
                            .with = {.team = &g_team_all,
                                     .boss = &(g_person_query){.load = ORM_LOAD_JOIN},
                                     .region = &g_region_all,
                                     .tasks = &(g_chore_query){.with = {.steps = &g_step_all}},
                                     .skills = &(g_skill_query){.limit = 2}}};
    test_count_start(&database);
    assert_ok(db, g_person_each(db, &query, &(orm_each){.batch = 20}, dump_relations, &v));
    assert_streamed(PEOPLE, 20, 5);
    check_rows(&v.text, expected_relations(), __FILE__, __LINE__);
    test_session_close(&database, db);
}

static orm_status compare_known(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    g_person *found = NULL;
    g_chore_list tasks;
    v->seen++;
    assert_ptr_not_equal(person, v->known);
    if (person->id != v->known->id)
        return ORM_OK;
    assert_string_equal(person->name, "renamed");
    assert_string_equal(v->known->name, "person 5");
    assert_ok(db, g_person_find(db, person->id, &found));
    assert_ptr_equal(found, v->known);
    assert_int_equal(g_person_tasks(person, &tasks), ORM_NOT_LOADED);
    assert_ok(db, g_person_load_tasks(db, person, &tasks));
    assert_int_equal(tasks.count, person->id % 4);
    assert_int_equal(g_person_tasks(v->known, &tasks), ORM_NOT_LOADED);
    return ORM_OK;
}

static void rows_are_no_objects_of_the_session(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    g_person *person = NULL;
    g_chore *chore = NULL;
    orm_session *db = test_session(&database);
    orm_value name = orm_bind("renamed");
    assert_ok(db, g_person_find(db, 5, &v.known));
    assert_ok(db, orm_raw(db, "update people set name = $1 where \"person id\" = 5", &name, 1, NULL,
                          NULL, NULL));
    assert_ok(db, g_person_each(db, NULL, &(orm_each){.batch = 10}, compare_known, &v));
    assert_int_equal(v.seen, PEOPLE);
    assert_string_equal(v.known->name, "person 5");
    test_count_start(&database);
    assert_ok(db, g_person_find(db, 6, &person));
    assert_ok(db, g_chore_find(db, 20, &chore));
    assert_statements(&database, 2);
    test_session_close(&database, db);
}

static orm_status use_the_session(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    g_person *same = NULL;
    g_team_list teams;
    int64_t count = 0;
    visit inner = {.seen = 0};
    g_person_query reports = {.where = g_person_boss_id_is(orm_eq(person->id))};
    assert_ok(db, g_person_find(db, person->id, &same));
    assert_ptr_not_equal(same, person);
    assert_ok(db, g_team_select(db, &(g_team_query){.limit = 3}, &teams));
    assert_int_equal(teams.count, 3);
    assert_ok(db, g_person_count(db, &reports, &count));
    assert_ok(db, g_person_each(db, &reports, &(orm_each){.batch = 2}, count_row, &inner));
    assert_int_equal(inner.seen, count);
    v->seen += inner.seen;
    return ORM_OK;
}

static void callbacks_may_query_and_stream(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_session *db = test_session(&database);
    assert_ok(db, g_person_each(db, NULL, &(orm_each){.batch = 7}, use_the_session, &v));
    assert_int_equal(v.seen, test_number(&database, "select count(boss_id) from people"));
    assert_int_equal(open_cursors(db), 0);
    test_session_close(&database, db);
}

static orm_status end_early(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    (void)person;
    v->seen++;
    if (v->seen == v->fail_at)
        return orm_session_fail(db, ORM_CHECK, "row %d is the last", (int)v->seen);
    if (v->seen == v->stop_at)
        return orm_each_stop(db);
    return ORM_OK;
}

static orm_status fail_silently(orm_session *db, g_person *person, void *context)
{
    (void)db;
    (void)person;
    (void)context;
    return ORM_RANGE;
}

static void a_callback_may_stop_or_fail(void **state)
{
    (void)state;
    orm_session *db = test_session(&database);
    orm_each options = {.batch = 10};
    for (int64_t at = 1; at <= 21; at += 5) {
        visit v = {.stop_at = at};
        assert_ok(db, g_person_each(db, NULL, &options, end_early, &v));
        assert_int_equal(v.seen, at);
        assert_int_equal(open_cursors(db), 0);
        v = (visit){.fail_at = at};
        assert_status(db, g_person_each(db, NULL, &options, end_early, &v), ORM_CHECK);
        assert_non_null(strstr(orm_session_error(db)->message, "is the last"));
        assert_int_equal(v.seen, at);
        assert_int_equal(open_cursors(db), 0);
    }
    assert_status(db, g_person_each(db, NULL, NULL, fail_silently, NULL), ORM_RANGE);
    assert_int_equal(orm_session_error(db)->status, ORM_RANGE);
    assert_status(db, orm_each_stop(db), ORM_MISUSE);
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
}

static orm_status try_to_write(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    g_chore *chore = NULL;
    g_person_changes changes = {.name = ORM_SET("written")};
    assert_status(db, g_person_update(db, person, &changes), ORM_MISUSE);
    assert_status(db, g_person_change(db, person, &changes), ORM_MISUSE);
    assert_status(db, g_person_delete(db, person), ORM_MISUSE);
    assert_status(db, g_person_refresh(db, person), ORM_MISUSE);
    assert_status(db,
                  g_chore_insert(db,
                                 &(g_chore_new){.id = ORM_SET(9000 + person->id),
                                                .title = ORM_SET("new"),
                                                .rank = ORM_SET(1),
                                                .done = ORM_SET(false),
                                                .person = person},
                                 &chore),
                  ORM_MISUSE);
    assert_ok(db, g_person_update_where(db, g_person_id_is(orm_eq(person->id)), &changes, NULL));
    v->seen++;
    return ORM_OK;
}

static void rows_are_written_by_key(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_session *db = test_session(&database);
    g_person_query query = {.order_by = {G_PERSON_BY_ID}};
    assert_ok(db, g_person_each(db, &query, &(orm_each){.batch = 9}, try_to_write, &v));
    assert_int_equal(v.seen, PEOPLE);
    assert_int_equal(number_of(db, "select count(*) from people where name = 'written'"), PEOPLE);
    orm_session_rollback(db);
    test_session_close(&database, db);
}

static orm_status fail_in_scope(orm_session *db, void *context)
{
    (void)context;
    return orm_raw(db, "insert into labels values ('label 1')", NULL, 0, NULL, NULL, NULL);
}

static orm_status succeed_in_scope(orm_session *db, void *context)
{
    const int64_t *id = context;
    orm_value label = orm_bind_text(orm_session_printf(db, "made for %d", (int)*id));
    return orm_raw(db, "insert into labels values ($1)", &label, 1, NULL, NULL, NULL);
}

static orm_status use_scopes(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    v->seen++;
    assert_status(db, orm_session_nested(db, fail_in_scope, NULL), ORM_UNIQUE);
    assert_ok(db, orm_session_nested(db, succeed_in_scope, &person->id));
    assert_int_equal(orm_savepoint_release(db, v->savepoint), ORM_MISUSE);
    assert_int_equal(orm_savepoint_rollback(db, v->savepoint), ORM_MISUSE);
    assert_status(db, orm_session_commit(db), ORM_MISUSE);
    assert_int_equal(orm_session_release(db, v->mark), ORM_MISUSE);
    return ORM_OK;
}

static void scopes_nest_within_a_callback(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_session *db = test_session(&database);
    assert_ok(db, orm_session_mark(db, &v.mark));
    assert_ok(db, orm_session_savepoint(db, &v.savepoint));
    assert_ok(db, g_person_each(db, NULL, &(orm_each){.batch = 8}, use_scopes, &v));
    assert_int_equal(v.seen, PEOPLE);
    assert_int_equal(open_cursors(db), 0);
    const char *sql = "select count(*) from labels where label like 'made for%'";
    assert_int_equal(number_of(db, sql), PEOPLE);
    assert_ok(db, orm_savepoint_rollback(db, v.savepoint));
    assert_int_equal(number_of(db, sql), 0);
    assert_ok(db, orm_session_release(db, v.mark));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
}

static orm_status leave_scope_open(orm_session *db, g_person *person, void *context)
{
    (void)person;
    return orm_session_savepoint(db, &((visit *)context)->savepoint);
}

static orm_status leave_scope_and_fail(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    (void)person;
    assert_ok(db, orm_session_savepoint(db, &v->savepoint));
    return fail_in_scope(db, NULL);
}

static void a_scope_left_open_is_refused(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_session *db = test_session(&database);
    assert_status(db, g_person_each(db, NULL, NULL, leave_scope_open, &v), ORM_MISUSE);
    assert_int_equal(open_cursors(db), 0);
    assert_ok(db, orm_savepoint_rollback(db, v.savepoint));
    /* On PostgreSQL going back brings a cursor back that could not be closed: it is in no way. */
    assert_status(db, g_person_each(db, NULL, NULL, leave_scope_and_fail, &v), ORM_UNIQUE);
    assert_ok(db, orm_savepoint_rollback(db, v.savepoint));
    v.seen = 0;
    assert_ok(db, g_person_each(db, NULL, NULL, count_row, &v));
    assert_int_equal(v.seen, PEOPLE);
    assert_ok(db, orm_session_commit(db));
    assert_int_equal(open_cursors(db), 0);
    test_session_close(&database, db);
}

static orm_status roll_back(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    g_team *team = NULL;
    v->seen++;
    assert_int_not_equal(person->id, 0);
    if (v->seen < 5)
        return ORM_OK;
    orm_session_rollback(db);
    /* A new transaction may begin at once. */
    return g_team_find(db, 3, &team);
}

static orm_status close_session(orm_session *db, g_person *person, void *context)
{
    (void)person;
    ((visit *)context)->seen++;
    orm_session_close(db);
    return ORM_OK;
}

static void a_rollback_ends_the_stream(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_session *db = test_session(&database);
    assert_status(db, g_person_each(db, NULL, &(orm_each){.batch = 3}, roll_back, &v), ORM_MISUSE);
    assert_non_null(strstr(orm_session_error(db)->message, "rolled back"));
    assert_int_equal(v.seen, 5);
    v.seen = 0;
    assert_ok(db, g_person_each(db, NULL, NULL, close_session, &v));
    assert_int_equal(v.seen, PEOPLE);
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
}

static orm_status ignore_failure(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    (void)person;
    v->seen++;
    v->status = fail_in_scope(db, NULL);
    return ORM_OK;
}

static orm_status break_statement(orm_session *db, g_person *person, void *context)
{
    (void)person;
    (void)context;
    return fail_in_scope(db, NULL);
}

static void a_failed_statement_ends_the_stream(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_savepoint savepoint;
    orm_session *db = test_session(&database);
    assert_ok(db, orm_session_savepoint(db, &savepoint));
    assert_status(db, g_person_each(db, NULL, NULL, break_statement, &v), ORM_UNIQUE);
    assert_ok(db, orm_savepoint_rollback(db, savepoint));
    assert_ok(db, orm_session_savepoint(db, &savepoint));
    assert_status(db, g_person_each(db, NULL, NULL, ignore_failure, &v), ORM_FAILED_TRANSACTION);
    assert_int_equal(v.status, ORM_UNIQUE);
    assert_int_equal(v.seen, 1);
    assert_ok(db, orm_savepoint_rollback(db, savepoint));
    assert_int_equal(open_cursors(db), 0);
    v.seen = 0;
    assert_ok(db, g_person_each(db, NULL, NULL, count_row, &v));
    assert_int_equal(v.seen, PEOPLE);
    test_session_close(&database, db);
}

static orm_status cancel(orm_session *db, g_person *person, void *context)
{
    (void)person;
    ((visit *)context)->seen++;
    orm_session_cancel(db);
    return ORM_OK;
}

static orm_status nap(orm_session *db, g_person *person, void *context)
{
    g_person_list reports;
    ((visit *)context)->seen++;
    (void)usleep(10000);
    assert_ok(db, g_person_load_reports(db, person, &reports));
    return ORM_OK;
}

static void a_stream_ends_when_cancelled(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_session *db = test_session(&database);
    assert_status(db, g_person_each(db, NULL, &(orm_each){.batch = 10}, cancel, &v), ORM_CANCELLED);
    assert_int_equal(v.seen, 1);
    orm_session_rollback(db);
    v.seen = 0;
    assert_ok(db, g_person_each(db, NULL, NULL, count_row, &v));
    assert_int_equal(v.seen, PEOPLE);
    test_session_close(&database, db);
}

/* Of a batch's rows and of its relations, when another has locked the table. */
static void a_deadline_holds_for_each_batch(void **state)
{
    (void)state;
    static const char *const locks[] = {"people", "tasks"};
    g_person_query query = {.with = {.tasks = &g_chore_all}};
    for (int i = 0; i < 2; i++) {
        visit v = {.seen = 0};
        orm_session *db = test_session_with(&database, &(orm_session_options){.deadline_ms = 200});
        assert_ok(db, g_person_each(db, &query, &(orm_each){.batch = 3}, nap, &v));
        assert_int_equal(v.seen, PEOPLE);
        assert_ok(db, orm_session_commit(db));
        test_execute(&database, "%s", test_either(&database, "begin exclusive", "begin"));
        if (database.postgresql)
            test_execute(&database, "lock table %s", locks[i]);
        orm_status status = g_person_each(db, &query, NULL, nap, &v);
        test_execute(&database, "rollback");
        assert_int_equal(status, database.postgresql ? ORM_TIMEOUT : ORM_BUSY);
        assert_int_equal(v.seen, PEOPLE);
        orm_session_rollback(db);
        assert_ok(db, g_person_each(db, NULL, NULL, count_row, &v));
        test_session_close(&database, db);
    }
}

static orm_status release_marks(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    orm_mark mark;
    g_person_list people;
    g_team *team = NULL;
    v->seen++;
    assert_ok(db, orm_session_mark(db, &mark));
    assert_ok(db, g_person_select(db, NULL, &people));
    assert_ok(db, g_person_load_team(db, person, &team));
    assert_ok(db, orm_session_release(db, mark));
    assert_ok(db, g_person_team(person, &team));
    assert_int_equal(team == NULL, !person->team_id.has);
    return ORM_OK;
}

static void a_callback_may_give_memory_back(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_session *db = test_session(&database);
    g_person_query query = {.with = {.tasks = &g_chore_all}};
    assert_ok(db, g_person_each(db, &query, &(orm_each){.batch = 6}, release_marks, &v));
    assert_int_equal(v.seen, PEOPLE);
    test_session_close(&database, db);
}

static void read_only_and_unprepared_sessions_stream(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_engine *engine = NULL;
    orm_session *db = NULL;
    orm_engine_options options = {.url = database.url, .no_prepared_statements = true};
    assert_int_equal(orm_engine_open(&options, &engine, NULL), ORM_OK);
    assert_int_equal(orm_session_open(engine, &(orm_session_options){.read_only = true}, &db, NULL),
                     ORM_OK);
    g_person_query query = {.where = g_person_id_is(orm_gt(0)),
                            .order_by = {G_PERSON_BY_ID},
                            .with = {.tasks = &g_chore_all}};
    assert_ok(db, g_person_each(db, &query, &(orm_each){.batch = 10}, dump_names, &v));
    assert_rows(v.text, "select name from people order by \"person id\"");
    assert_ok(db, orm_session_commit(db));
    orm_session_close(db);
    assert_int_equal(orm_engine_close(engine, NULL), ORM_OK);
}

static orm_status mix_lists(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    g_person *rows[] = {person, v->known};
    g_person_list both = {.count = 2, .items = rows};
    g_person_list own = {.count = 1, .items = rows};
    g_team *team = NULL;
    v->seen++;
    assert_status(db, g_person_preload_team(db, &both, NULL), ORM_MISUSE);
    assert_ok(db, g_person_preload_team(db, &own, NULL));
    assert_ok(db, g_person_team(person, &team));
    return ORM_OK;
}

static void streamed_rows_and_others_are_kept_apart(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    g_team *team = NULL;
    orm_session *db = test_session(&database);
    assert_ok(db, g_person_find(db, 5, &v.known));
    assert_ok(db, g_person_each(db, NULL, NULL, mix_lists, &v));
    assert_int_equal(v.seen, PEOPLE);
    assert_int_equal(g_person_team(v.known, &team), ORM_NOT_LOADED);
    test_session_close(&database, db);
}

static orm_status read_counts(orm_session *db, g_person *person, void *context)
{
    visit *v = context;
    int64_t tasks = 0;
    g_rating_list ratings;
    assert_ok(db, g_person_tasks_count(person, &tasks));
    assert_ok(db, g_person_ratings(person, &ratings));
    assert_int_equal(tasks, person->id % 4);
    assert_int_equal(ratings.count, person->id % 4);
    v->seen++;
    return ORM_OK;
}

/* Relations to many that ask to be joined are loaded apart: batches are of whole rows. */
static void counts_joined_lists_and_locks_are_taken(void **state)
{
    (void)state;
    visit v = {.seen = 0};
    orm_session *db = test_session(&database);
    g_person_query query = {.order_by = {G_PERSON_BY_ID},
                            .lock = ORM_LOCK_UPDATE,
                            .counts = {.tasks = &g_chore_all},
                            .with = {.ratings = &(g_rating_query){.load = ORM_LOAD_JOIN}}};
    test_count_start(&database);
    assert_ok(db, g_person_each(db, &query, &(orm_each){.batch = 5}, read_counts, &v));
    /* The counts of a batch none of whose rows was counted before are one statement. */
    assert_streamed(PEOPLE, 5, 2);
    assert_int_equal(v.seen, PEOPLE);
    test_session_close(&database, db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(every_row_comes_once),
        suite_test(conditions_order_and_limits_hold),
        suite_test(relations_take_one_statement_per_batch),
        suite_test(rows_are_no_objects_of_the_session),
        suite_test(callbacks_may_query_and_stream),
        suite_test(a_callback_may_stop_or_fail),
        suite_test(rows_are_written_by_key),
        suite_test(scopes_nest_within_a_callback),
        suite_test(a_scope_left_open_is_refused),
        suite_test(a_rollback_ends_the_stream),
        suite_test(a_failed_statement_ends_the_stream),
        suite_test(a_stream_ends_when_cancelled),
        suite_test(a_deadline_holds_for_each_batch),
        suite_test(a_callback_may_give_memory_back),
        suite_test(read_only_and_unprepared_sessions_stream),
        suite_test(streamed_rows_and_others_are_kept_apart),
        suite_test(counts_joined_lists_and_locks_are_taken),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
