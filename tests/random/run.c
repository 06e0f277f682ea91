#include "run.h"

#include <orm/log.h>
#include <stdio.h>

#include "ask.h"

enum { QUESTIONS = 5, SHRINK_TRIES = 2000 };

static void execute(test_database *database, const char *sql)
{
    if (database->postgresql) {
        PGresult *result = PQexec(database->pg, sql);
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            fail_msg("%s", PQerrorMessage(database->pg));
        PQclear(result);
        return;
    }
    char *message = NULL;
    if (sqlite3_exec(database->sqlite, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
}

/* The order of text is that of code points; a server with another default is told so. */
static void order_by_code_points(test_database *database)
{
    for (int table = 0; table < RT_TABLES; table++) {
        const rt_model *model = &rt_models[table];
        for (int i = 0; i < model->column_count; i++) {
            const rt_column *column = &model->columns[i];
            if (column->type == RT_TEXT)
                test_execute(database, "alter table \"%s\" alter \"%s\" type text collate \"C\"",
                             model->table, column->in_database);
            else if (column->type == RT_CHAR)
                test_execute(database,
                             "alter table \"%s\" alter \"%s\" type char(%d) collate \"C\"",
                             model->table, column->in_database, column->size);
        }
    }
}

void rt_run_open(test_database *database)
{
    static const orm_ignore ignored[] = {
        {.statement = " ", .reason = "what random queries repeat and leave unread is chance"},
        {.reason = NULL},
    };
    test_open(database, NULL, "random/random.yaml", NULL);
    test_ignore(database, ignored);
    if (!database->postgresql)
        return;
    /* The server's log is for tests that count statements. */
    test_execute(database, "alter database \"%s\" reset log_min_duration_statement",
                 database->name);
    test_execute(database, "set log_min_duration_statement = -1");
    char *collation = test_query(database, "show lc_collate");
    if (collation[0] != 'C' && strncmp(collation, "POSIX", 5) != 0)
        order_by_code_points(database);
    free(collation);
}

void rt_run_start(rt_run *run, uint64_t seed)
{
    rt_text sql = {0};
    rt_world_make(&run->world, seed);
    run->world.can_fold = !run->database->postgresql;
    run->random = (rt_random){seed ^ 0x5bf03635};
    rt_world_sql(&run->world, run->database->postgresql, &sql);
    execute(run->database, sql.data);
    rt_text_free(&sql);
}

void rt_run_end(rt_run *run)
{
    rt_world_free(&run->world);
}

/* Asks in a session of its own. False: it differs, and `why` says how. */
static bool ask_alone(rt_run *run, const rt_ask *ask, rt_text *why)
{
    rt_asker asker = {.world = &run->world};
    asker.db = test_session(run->database);
    bool good = rt_asker_ask(&asker, ask);
    if (why != NULL)
        rt_add(why, "%s", asker.why.data != NULL ? asker.why.data : "");
    rt_asker_end(&asker);
    test_session_close(run->database, asker.db);
    return good;
}

/* Step by step, as long as the answer differs. */
static void shrink(rt_run *run, rt_ask *ask)
{
    rt_change change;
    int tries = 0;
    for (int step = 0; rt_shrink(ask, step, &change) && tries < SHRINK_TRIES; tries++) {
        if (ask_alone(run, ask, NULL)) {
            rt_grow_back(&change);
            step++;
        } else {
            step = 0;
        }
    }
}

static void write_line(void *context, const char *line, size_t size)
{
    rt_add(context, "%.*s", (int)size, line);
}

static void look_into(rt_run *run, rt_ask *ask)
{
    rt_text text = {0};
    rt_text sql = {0};
    orm_log *log = NULL;
    orm_log_options options = {.writer = write_line,
                               .writer_context = &sql,
                               .no_control = true,
                               .values = true,
                               .max_sql = 20000};
    shrink(run, ask);
    assert_int_equal(orm_log_open(run->database->engine, &options, &log, NULL), ORM_OK);
    rt_ask_print(ask, &text);
    (void)ask_alone(run, ask, &text);
    orm_log_close(log);
    (void)fprintf(stderr, "%s%s", text.data, sql.data != NULL ? sql.data : "");
    rt_text_free(&text);
    rt_text_free(&sql);
}

/* Whether the last of several questions to one session differs. */
static bool differs_last(rt_run *run, const rt_ask *asks, int count, bool writable, rt_text *why)
{
    rt_asker asker = {.world = &run->world, .writable = writable};
    bool good = true;
    int asked = 0;
    asker.db = test_session_with(run->database, &(orm_session_options){.read_only = !writable});
    while (asked < count && good)
        good = rt_asker_ask(&asker, &asks[asked++]);
    if (why != NULL)
        rt_add(why, "%s", asker.why.data != NULL ? asker.why.data : "");
    rt_asker_end(&asker);
    test_session_close(run->database, asker.db);
    return !good && asked == count;
}

/* What happened before has to do with it: as little of it as shows the difference. */
static void look_into_all(rt_run *run, rt_ask *asks, int count, bool writable)
{
    rt_text text = {0};
    rt_change change;
    for (int i = 0; i + 1 < count;) {
        rt_ask dropped = asks[i];
        memmove(&asks[i], &asks[i + 1], (size_t)(count - i - 1) * sizeof *asks);
        asks[count - 1] = dropped;
        if (differs_last(run, asks, count - 1, writable, NULL)) {
            count--;
            continue;
        }
        memmove(&asks[i + 1], &asks[i], (size_t)(count - i - 1) * sizeof *asks);
        asks[i++] = dropped;
    }
    for (int i = 0; i < count; i++)
        for (int step = 0; rt_shrink(&asks[i], step, &change);) {
            if (differs_last(run, asks, count, writable, NULL)) {
                step = 0;
                continue;
            }
            rt_grow_back(&change);
            step++;
        }
    rt_add(&text, "only in a session that was asked all of this:\n");
    for (int i = 0; i < count; i++)
        rt_ask_print(&asks[i], &text);
    (void)differs_last(run, asks, count, writable, &text);
    (void)fprintf(stderr, "%s", text.data);
    rt_text_free(&text);
}

bool rt_run_session(rt_run *run)
{
    rt_ask asks[QUESTIONS];
    rt_asker asker = {.world = &run->world};
    int count = 1 + rt_below(&run->random, QUESTIONS);
    int asked = 0;
    bool good = true;
    orm_session_options options = {.read_only = rt_chance(&run->random, 50),
                                   .load_siblings = rt_chance(&run->random, 30)};
    asker.db = test_session_with(run->database, &options);
    asker.writable = !options.read_only;
    while (asked < count && good) {
        rt_ask_make(&asks[asked], &run->world, &run->random, run->focus);
        good = rt_asker_ask(&asker, &asks[asked++]);
        run->asked++;
    }
    test_session_close(run->database, asker.db);
    if (!good && !run->quiet) {
        (void)fprintf(stderr, "seed %llu: a difference\n", (unsigned long long)run->world.seed);
        if (ask_alone(run, &asks[asked - 1], NULL))
            look_into_all(run, asks, asked, asker.writable);
        else
            look_into(run, &asks[asked - 1]);
    }
    rt_asker_end(&asker);
    for (int i = 0; i < asked; i++)
        rt_ask_free(&asks[i]);
    return good;
}
