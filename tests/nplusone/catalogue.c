/*
 * The catalogue: every scenario on the database under test, and what its scope found compared with
 * what its comment expects.
 *
 *     nplusone_catalogue [OPTIONS] [NAME…]
 *
 * NAME…           these scenarios only
 * --record FILE   appends the record of each scenario's scope; then nothing is judged
 * --result FILE   appends what each found out, under a line "== NAME"; then nothing is judged
 * --root DIR      paths in records are relative to it
 * --sources DIR   where the scenarios' files are now, when not where they belong
 * --list          prints the scenarios: name, file, line
 */
#include <stdio.h>

#include "nplusone/expectation.h"
#include "nplusone/scenario.h"
#include "support/database.h"

/* What was told so far, over all scenarios. */
typedef struct tally {
    size_t scenarios;
    size_t expected;
    size_t found;
    size_t met;
} tally;

static scenario_entry *first;
static size_t scenario_count;
static test_database database;
static tally total;

/* The command line. */
static const char *sources = ORM_TEST_SOURCE_DIR "/tests/nplusone/scenarios";
static const char *record_file;
static const char *result_file;
static const char *root;
static char **names;
static size_t name_count;

void scenario_add(scenario_entry *entry)
{
    scenario_entry **place = &first;
    while (*place != NULL &&
           (strcmp((*place)->file, entry->file) < 0 ||
            (strcmp((*place)->file, entry->file) == 0 && (*place)->line < entry->line)))
        place = &(*place)->next;
    entry->next = *place;
    *place = entry;
    scenario_count++;
}

void tell(struct scene *scene, const char *format, ...)
{
    char text[1024];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    test_text_add(scene->said, "%s", text);
}

static const char *const tables[] = {"comments", "counters",     "jobs",      "settings",
                                     "notes",    "rates",        "lines",     "purchases",
                                     "reviews",  "product_tags", "buyers",    "tags",
                                     "products", "contacts",     "suppliers", "categories"};
enum { TABLES = sizeof tables / sizeof *tables };

static void restore(void)
{
    for (size_t i = 0; i < TABLES; i++)
        test_execute(&database,
                     database.postgresql ? "truncate %s restart identity cascade"
                                         : "delete from %s",
                     tables[i]);
    if (!database.postgresql)
        test_execute(&database, "delete from sqlite_sequence");
    test_execute_file(&database, "nplusone/shop_rows.sql");
}

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "nplusone/shop.yaml", NULL);
    test_execute(&database, "begin");
    test_execute_file(&database, "chinook/data.sql");
    test_execute_file(&database, "nplusone/shop_rows.sql");
    test_execute(&database, "commit");
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    test_close(&database);
    return 0;
}

/* Rows that were written are part of what came out, and are then what they were. */
static void tell_written(struct scene *scene)
{
    orm_scope_statistics statistics;
    orm_scope_get_statistics(scene->scope, &statistics);
    if (statistics.affected == 0)
        return;
    for (size_t i = 0; i < TABLES; i++) {
        char *rows = test_query(&database, "select * from %s order by 1, 2", tables[i]);
        test_text_add(scene->said, "%s:\n%s", tables[i], rows);
        free(rows);
    }
    restore();
}

/* Runs the scenario; its scope is open. */
static void play(const scenario_entry *entry, struct scene *scene)
{
    orm_error error;
    orm_scope_options options = entry->options;
    options.name = entry->name;
    scene->engine = database.engine;
    assert_int_equal(orm_scope_open(&options, &scene->scope, &error), ORM_OK);
    orm_session *db = test_session_with(&database, &(orm_session_options){.scope = scene->scope});
    assert_ok(db, entry->run(db, scene));
    assert_ok(db, orm_session_commit(db));
    test_session_close(&database, db);
    tell_written(scene);
}

static const char *path_of(const scenario_entry *entry)
{
    static char path[1024];
    const char *name = strrchr(entry->file, '/');
    name = name == NULL ? entry->file : name + 1;
    (void)snprintf(path, sizeof path, "%s/%s", sources, name);
    return path;
}

static void print_expected(const expected_finding *expected)
{
    print_error("  expected %s %s %lld statements", expected->kind, expected->subject,
                expected->statements);
    if (expected->site.count > 0)
        print_error(", line %d", expected->site.lines[0]);
    if (expected->origin.count > 0)
        print_error(" of rows of line %d", expected->origin.lines[0]);
    print_error("\n");
}

static void print_found(const orm_finding *found)
{
    static const char *const evidence[] = {"", "matches", "stems"};
    print_error("  found    %s %s %" PRId64 " statements, line %d",
                orm_finding_kind_name(found->kind), found->subject, found->statements,
                found->site.line);
    if (found->origin.line != 0)
        print_error(" of rows of line %d", found->origin.line);
    print_error(" %s\n", evidence[found->evidence]);
}

/* Every finding must be one of those expected, and every one expected be found. */
static void compare(const scenario_entry *entry, orm_scope *scope, const expectation *expected)
{
    bool met[EXPECTED_MAX] = {false};
    size_t found = orm_scope_finding_count(scope);
    size_t hits = 0;
    total.scenarios++;
    total.expected += expected->count;
    total.found += found;
    for (size_t i = 0; i < found; i++) {
        const orm_finding *finding = orm_scope_finding(scope, i);
        size_t k = 0;
        while (k < expected->count && (met[k] || !expectation_meets(&expected->items[k], finding)))
            k++;
        if (k == expected->count)
            continue;
        met[k] = true;
        hits++;
    }
    total.met += hits;
    if (hits == found && hits == expected->count)
        return;
    print_error("%s:%d: %s\n", path_of(entry), entry->line, entry->name);
    for (size_t k = 0; k < expected->count; k++)
        if (!met[k])
            print_expected(&expected->items[k]);
    for (size_t i = 0; i < found; i++)
        print_found(orm_scope_finding(scope, i));
    fail_msg("%s is not judged as its comment says", entry->name);
}

static void judge(const scenario_entry *entry, orm_scope *scope)
{
    expectation expected;
    expectation_read(path_of(entry), entry->line, &expected);
    if (!expected.stated)
        fail_msg("%s says nothing of what is expected", entry->name);
    compare(entry, scope, &expected);
}

static void write_result(const char *name, const test_text *said)
{
    FILE *file = fopen(result_file, "a");
    assert_non_null(file);
    (void)fprintf(file, "== %s\n%s", name, said->data == NULL ? "" : said->data);
    assert_int_equal(fclose(file), 0);
}

static void test_scenario(void **state)
{
    const scenario_entry *entry = *state;
    test_text said = {0};
    struct scene scene = {.said = &said};
    play(entry, &scene);
    if (record_file == NULL && result_file == NULL)
        judge(entry, scene.scope);
    if (record_file != NULL)
        assert_int_equal(orm_scope_append(scene.scope, record_file, root, NULL), ORM_OK);
    if (result_file != NULL)
        write_result(entry->name, &said);
    orm_scope_close(scene.scope);
    test_text_free(&said);
}

/* A scenario that failed must not keep the next one waiting. */
static int close_sessions(void **state)
{
    (void)state;
    test_close_sessions(&database);
    return 0;
}

static void test_precision_and_recall(void **state)
{
    (void)state;
    double precision = total.found == 0 ? 1 : (double)total.met / (double)total.found;
    double recall = total.expected == 0 ? 1 : (double)total.met / (double)total.expected;
    print_message("%zu scenarios, %zu findings expected, %zu found: precision %.4f, recall %.4f\n",
                  total.scenarios, total.expected, total.found, precision, recall);
    assert_true(total.met == total.found && total.met == total.expected);
    assert_int_equal(total.scenarios, scenario_count);
}

static bool is_wanted(const char *name)
{
    for (size_t i = 0; i < name_count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return name_count == 0;
}

static int run(void)
{
    struct CMUnitTest *tests = calloc(scenario_count + 1, sizeof *tests);
    size_t count = 0;
    assert_non_null(tests);
    for (scenario_entry *at = first; at != NULL; at = at->next)
        if (is_wanted(at->name))
            tests[count++] = (struct CMUnitTest){.name = at->name,
                                                 .test_func = test_scenario,
                                                 .teardown_func = close_sessions,
                                                 .initial_state = at};
    if (count < name_count)
        fail_msg("there is no scenario of one of these names");
    if (name_count == 0 && record_file == NULL && result_file == NULL)
        tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_precision_and_recall);
    int failed = _cmocka_run_group_tests("catalogue", tests, count, open_database, close_database);
    free(tests);
    return failed;
}

static int list(void)
{
    for (const scenario_entry *at = first; at != NULL; at = at->next)
        (void)printf("%s %s %d\n", at->name, path_of(at), at->line);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        const char **value;
    } options[] = {{"--record", &record_file},
                   {"--result", &result_file},
                   {"--root", &root},
                   {"--sources", &sources}};
    bool lists = false;
    names = argv + 1;
    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        while (k < 4 && strcmp(argv[i], options[k].name) != 0)
            k++;
        if (k < 4 && i + 1 < argc)
            *options[k].value = argv[++i];
        else if (strcmp(argv[i], "--list") == 0)
            lists = true;
        else
            names[name_count++] = argv[i];
    }
    return lists ? list() : run();
}
