/*
 * Representative units of work, each told as text, so that a half result can't pass for a whole
 * one.
 */
#ifndef TESTS_TORTURE_CASES_H
#define TESTS_TORTURE_CASES_H

#include <orm/orm.h>
#include <stdio.h>

#include "graph.orm.h"
#include "support/text.h"
#include "torture.orm.h"

typedef struct run {
    orm_engine *engine;
    orm_session *db;
    const orm_allocator *allocator;
    bool postgresql;
    test_text dump;
    orm_error error; /* of what is no session */
} run;

typedef orm_status unit_of_work(run *r);

#define TRY(call)                                                                                  \
    do {                                                                                           \
        orm_status tried = (call);                                                                 \
        if (tried != ORM_OK)                                                                       \
            return tried;                                                                          \
    } while (0)

/* What was loaded must be readable. */
#define READ(call) assert_int_equal((call), ORM_OK)

static inline void dump_steps(run *r, const g_chore *task)
{
    g_step_list steps;
    READ(g_chore_steps(task, &steps));
    for (size_t i = 0; i < steps.count; i++)
        test_text_add(&r->dump, "    step %s\n", steps.items[i]->name);
}

static inline void dump_to_one(run *r, const g_person *person)
{
    g_team *team = NULL;
    g_team *reserve = NULL;
    g_team *favourite = NULL;
    g_region *region = NULL;
    g_profile *profile = NULL;
    READ(g_person_team(person, &team));
    READ(g_person_reserve_team(person, &reserve));
    READ(g_person_favourite(person, &favourite));
    READ(g_person_region(person, &region));
    READ(g_person_profile(person, &profile));
    test_text_add(&r->dump, "%lld %s|%s|%s|%s|%s|%s\n", (long long)person->id, person->name,
                  team ? team->name : "-", reserve ? reserve->name : "-",
                  favourite ? favourite->code : "-", region ? region->title : "-",
                  profile ? profile->bio : "-");
}

static inline void dump_lists(run *r, const g_person *person)
{
    g_chore_list tasks;
    g_skill_list skills;
    g_rating_list ratings;
    g_label_list labels;
    READ(g_person_tasks(person, &tasks));
    READ(g_person_skills(person, &skills));
    READ(g_person_ratings(person, &ratings));
    READ(g_person_labels(person, &labels));
    test_text_add(&r->dump, "  %zu tasks%s %zu skills %zu ratings %zu labels\n", tasks.count,
                  tasks.partial ? "+" : "", skills.count, ratings.count, labels.count);
    for (size_t i = 0; i < tasks.count; i++) {
        test_text_add(&r->dump, "   task %s\n", tasks.items[i]->title);
        dump_steps(r, tasks.items[i]);
    }
    for (size_t i = 0; i < ratings.count; i++) {
        g_skill *skill = NULL;
        READ(g_rating_skill(ratings.items[i], &skill));
        test_text_add(&r->dump, "   rating %d %s\n", ratings.items[i]->level, skill->name);
    }
    for (size_t i = 0; i < labels.count; i++)
        test_text_add(&r->dump, "   label %s\n", labels.items[i]->label);
}

static inline void dump_person(run *r, const g_person *person)
{
    g_person *boss = NULL;
    g_person_list reports;
    dump_to_one(r, person);
    dump_lists(r, person);
    READ(g_person_reports(person, &reports));
    for (size_t i = 0; i < reports.count; i++)
        test_text_add(&r->dump, "   report %s\n", reports.items[i]->name);
    READ(g_person_boss(person, &boss));
    if (boss != NULL)
        test_text_add(&r->dump, "   boss %s\n", boss->name);
}

/* Every kind of relation, nested, limited, ordered and walked in depth. */
static inline orm_status select_graph(run *r)
{
    g_person_list people;
    g_person_query query = {
        .where = g_person_id_is(orm_gt(2)),
        .order_by = {G_PERSON_BY_ID},
        .with = {.team = &g_team_all,
                 .reserve_team = &g_team_all,
                 .favourite = &g_team_all,
                 .region = &(
                     g_region_query){.with = {.offices = &g_office_all, .partners = &g_region_all}},
                 .profile = &g_profile_all,
                 .boss = &(g_person_query){.depth = 2},
                 .reports = &(g_person_query){.order_by = {G_PERSON_BY_NAME}},
                 .tasks = &(
                     g_chore_query){.limit = 2,
                                    .order_by = {G_CHORE_BY_ID},
                                    .with = {.steps = &(g_step_query){.order_by = {G_STEP_BY_ID}}}},
                 .skills = &g_skill_all,
                 .ratings = &(g_rating_query){.order_by = {G_RATING_BY_SKILL_ID},
                                              .with = {.skill = &g_skill_all}},
                 .labels = &(g_label_query){.order_by = {G_LABEL_BY_LABEL}}}};
    TRY(g_person_select(r->db, &query, &people));
    for (size_t i = 0; i < people.count; i++)
        dump_person(r, people.items[i]);
    return ORM_OK;
}

static inline void dump_ways(run *r, const g_person *person)
{
    g_chore_list tasks;
    g_skill_list skills;
    g_label_list labels;
    int64_t reports = 0;
    READ(g_person_tasks(person, &tasks));
    READ(g_person_skills(person, &skills));
    READ(g_person_labels(person, &labels));
    READ(g_person_reports_count(person, &reports));
    test_text_add(&r->dump, "%s: %zu tasks %zu labels %lld reports\n", person->name, tasks.count,
                  labels.count, (long long)reports);
    for (size_t i = 0; i < tasks.count; i++) {
        test_text_add(&r->dump, "   task %s\n", tasks.items[i]->title);
        dump_steps(r, tasks.items[i]);
    }
    for (size_t i = 0; i < skills.count; i++) {
        g_rating *link = NULL;
        READ(g_person_skills_link(person, skills.items[i], &link));
        test_text_add(&r->dump, "   %s at %d\n", skills.items[i]->name, link->level);
    }
}

/* Lists by a join and with their parents, links and counts. */
static inline orm_status select_ways(run *r)
{
    for (int way = 0; way < 3; way++) {
        g_person_list people;
        orm_load_strategy strategy = (orm_load_strategy)way;
        g_step_query steps = {.load = strategy, .order_by = {G_STEP_BY_ID}};
        g_chore_query tasks = {
            .load = strategy, .order_by = {G_CHORE_BY_ID}, .with = {.steps = &steps}};
        g_skill_query skills = {.load = ORM_LOAD_TOGETHER, .order_by = {G_SKILL_BY_ID}};
        g_label_query labels = {.load = strategy};
        g_person_query query = {.order_by = {G_PERSON_BY_ID},
                                .limit = 4 + way,
                                .with = {.tasks = &tasks, .skills = &skills, .labels = &labels},
                                .counts = {.reports = &g_person_all}};
        tasks.refresh = skills.refresh = way > 0;
        TRY(g_person_select(r->db, &query, &people));
        for (size_t i = 0; i < people.count; i++)
            dump_ways(r, people.items[i]);
        g_skill_query joined = {.load = ORM_LOAD_JOIN, .order_by = {G_SKILL_BY_ID}};
        g_person_query linked = {.order_by = {G_PERSON_BY_ID_DESC},
                                 .limit = 3,
                                 .with = {.skills = &joined, .tasks = &tasks},
                                 .counts = {.reports = &g_person_all}};
        linked.with.labels = &labels;
        TRY(g_person_select(r->db, &linked, &people));
        for (size_t i = 0; i < people.count; i++)
            dump_ways(r, people.items[i]);
    }
    return ORM_OK;
}

static inline orm_status select_joined(run *r)
{
    g_person_list people;
    g_person_query query = {.order_by = {G_PERSON_BY_ID},
                            .with = {.team = &(g_team_query){.load = ORM_LOAD_JOIN},
                                     .reserve_team = &(g_team_query){.load = ORM_LOAD_JOIN},
                                     .favourite = &(g_team_query){.load = ORM_LOAD_JOIN},
                                     .region = &(g_region_query){.load = ORM_LOAD_JOIN},
                                     .profile = &(g_profile_query){.load = ORM_LOAD_JOIN},
                                     .boss = &(g_person_query){.load = ORM_LOAD_JOIN}}};
    TRY(g_person_select(r->db, &query, &people));
    for (size_t i = 0; i < people.count; i++)
        dump_to_one(r, people.items[i]);
    return ORM_OK;
}

/* Each relation of one row, asked for by itself. */
static inline orm_status find_and_load(run *r)
{
    g_person *person = NULL;
    g_team *team = NULL;
    g_region *region = NULL;
    g_profile *profile = NULL;
    g_person *boss = NULL;
    g_chore_list tasks;
    g_skill_list skills;
    g_rating_list ratings;
    g_label_list labels;
    g_person_list reports;
    TRY(g_person_find(r->db, 4, &person));
    TRY(g_person_load_team(r->db, person, &team));
    TRY(g_person_load_reserve_team(r->db, person, &team));
    TRY(g_person_load_favourite(r->db, person, &team));
    TRY(g_person_load_region(r->db, person, &region));
    TRY(g_person_load_profile(r->db, person, &profile));
    TRY(g_person_load_boss(r->db, person, &boss));
    TRY(g_person_load_reports(r->db, person, &reports));
    TRY(g_person_load_tasks(r->db, person, &tasks));
    TRY(g_person_load_skills(r->db, person, &skills));
    TRY(g_person_load_ratings(r->db, person, &ratings));
    TRY(g_person_load_labels(r->db, person, &labels));
    dump_to_one(r, person);
    test_text_add(&r->dump, "%zu %zu %zu %zu %zu %s\n", tasks.count, skills.count, ratings.count,
                  labels.count, reports.count, boss ? boss->name : "-");
    return g_person_find(r->db, 999, &person) == ORM_NOT_FOUND ? ORM_OK
                                                               : orm_session_error(r->db)->status;
}

static inline orm_status preload_lists(run *r)
{
    g_person_list people;
    g_region_list regions;
    TRY(g_person_select(r->db, &(g_person_query){.order_by = {G_PERSON_BY_ID_DESC}}, &people));
    TRY(g_person_preload_team(r->db, &people, NULL));
    TRY(g_person_preload_reserve_team(r->db, &people, NULL));
    TRY(g_person_preload_favourite(r->db, &people, NULL));
    TRY(g_person_preload_region(r->db, &people, NULL));
    TRY(g_person_preload_profile(r->db, &people, NULL));
    TRY(g_person_preload_boss(r->db, &people, NULL));
    TRY(g_person_preload_reports(r->db, &people, &(g_person_query){.order_by = {G_PERSON_BY_ID}}));
    TRY(g_person_preload_tasks(r->db, &people, &(g_chore_query){.with = {.steps = &g_step_all}}));
    TRY(g_person_preload_skills(r->db, &people, NULL));
    TRY(g_person_preload_ratings(
        r->db, &people,
        &(g_rating_query){.order_by = {G_RATING_BY_SKILL_ID}, .with = {.skill = &g_skill_all}}));
    TRY(g_person_preload_labels(r->db, &people, NULL));
    for (size_t i = 0; i < people.count; i++)
        dump_person(r, people.items[i]);
    TRY(g_region_select(r->db, NULL, &regions));
    TRY(g_region_preload_partners(r->db, &regions, NULL));
    TRY(g_region_preload_offices(r->db, &regions, &(g_office_query){.limit = 1}));
    return ORM_OK;
}

/* Pages to the end and one back, ordered by columns of all kinds. */
static inline orm_status turn_pages(run *r)
{
    g_person_page page;
    g_person_query query = {
        .order_by = {G_PERSON_BY_REGION(G_REGION_BY_TITLE_DESC) | ORM_NULLS_LAST,
                     G_PERSON_BY_BOSS(G_PERSON_BY_TEAM(G_TEAM_BY_NAME)), G_PERSON_BY_NAME},
        .collation = r->postgresql ? "C" : "BINARY",
        .limit = 3,
        .with = {.tasks = &(g_chore_query){.order_by = {G_CHORE_BY_TITLE},
                                           .collation = r->postgresql ? "C" : "BINARY"}}};
    do {
        TRY(g_person_select_page(r->db, &query, &page));
        for (size_t i = 0; i < page.count; i++)
            test_text_add(&r->dump, "%lld\n", (long long)page.items[i]->id);
        query.after = page.next;
    } while (page.next != NULL);
    query.before = page.previous;
    TRY(g_person_select_page(r->db, &query, &page));
    for (size_t i = 0; i < page.count; i++)
        test_text_add(&r->dump, "%lld\n", (long long)page.items[i]->id);
    return ORM_OK;
}

/* Conditions of every shape; what could not be built must fail the query, never widen it. */
static inline orm_status count_by_predicates(run *r)
{
    static const int ids[] = {1, 2, 3, 5, 8};
    static const char *const names[] = {"person 1", "person 2", "person 5"};
    orm_session *db = r->db;
    int64_t count = 0;
    bool exists = false;
    g_person_query query = {.limit = 3};
    g_person_pred named = g_person_any_of(
        db, g_person_name_is(orm_like("person _")), g_person_name_is(orm_in(names, 3)),
        g_person_not(db, g_person_boss_id_is_null()), g_person_name_is(orm_eq("Zoe")));
    g_person_where(db, &query, g_person_id_is(orm_in(ids, 5)));
    g_person_where(db, &query, named);
    g_person_where(db, &query, g_person_not(db, g_person_id_is(orm_between(6, 7))));
    TRY(g_person_count(db, &query, &count));
    g_person_pred busy = g_person_all_of(
        db, g_person_has_tasks(db, g_chore_has_steps(db, g_step_name_is(orm_like("step%")))),
        g_person_has_skills(db, g_skill_everything()),
        g_person_has_region(db, g_region_area_is(orm_not_in(ids + 2, 3))));
    TRY(g_person_exists(db, &(g_person_query){.where = busy}, &exists));
    test_text_add(&r->dump, "%lld %d\n", (long long)count, exists);
    g_person_list people;
    query.where = g_person_any_of(db, busy, g_person_id_is(orm_eq(7)));
    query.order_by[0] = G_PERSON_BY_ID_DESC;
    query.offset = 1;
    TRY(g_person_select(db, &query, &people));
    for (size_t i = 0; i < people.count; i++)
        test_text_add(&r->dump, "%s\n", people.items[i]->name);
    return ORM_OK;
}

/* Columns, numbers of related rows, other queries and SQL in conditions, all of it copied. */
static inline orm_status compare_rows(run *r)
{
    orm_session *db = r->db;
    g_chore_query first = {.where = g_chore_title_is(orm_isuffix("1")),
                           .order_by = {G_CHORE_BY_RANK_DESC, G_CHORE_BY_ID},
                           .collation = r->postgresql ? "C" : "BINARY",
                           .limit = 20};
    const orm_value values[] = {orm_bind("person"), orm_bind(2)};
    g_person_pred working = g_person_any_of(
        db, g_person_id_is(orm_in_query(g_chore_columns.person_id, g_chore_rows(&first))),
        g_person_count_tasks(db, orm_ge(2), g_chore_title_is(orm_icontains("task"))),
        g_person_has_only_tasks(
            db, g_chore_id_is(orm_ge(orm_min_of(g_chore_columns.id, g_chore_rows(&first))))));
    g_person_pred placed =
        g_person_all_of(db, working, g_person_has_no_skills(db, g_skill_name_is(orm_eq("none"))),
                        g_person_sql(db, "{name} <> $1 and {id} + $2 > 2", values, 2),
                        g_person_team_id_is(orm_is_distinct(g_person_columns.reserve_id)));
    g_person_query query = {.order_by = {G_PERSON_BY_ID}};
    g_person_list people;
    int64_t count = 0;
    g_person_where(db, &query, placed);
    TRY(g_person_select(db, &query, &people));
    for (size_t i = 0; i < people.count; i++)
        test_text_add(&r->dump, "%s\n", people.items[i]->name);
    TRY(g_person_count(db, &(g_person_query){.where = g_person_not(db, working)}, &count));
    test_text_add(&r->dump, "%lld\n", (long long)count);
    return ORM_OK;
}

/* Result structs and aggregates. */
static inline orm_status fill_structs(run *r)
{
    static const char *const names[] = {"person 1", "person 2", "person 3", "person 7"};
    orm_session *db = r->db;
    g_person_burden_list rows;
    orm_opt_i64 sum;
    orm_opt_double mean;
    const char *text = NULL;
    int64_t count = 0;
    g_person_burden_query query = {
        .where = g_person_name_is(orm_in(names, 4)),
        .having = g_person_burden_any_of(db, g_person_burden_step_count_is(orm_gt(0)),
                                         g_person_burden_tasks_title_is_null(),
                                         g_person_burden_name_is(orm_prefix("person"))),
        .on = {.tasks = g_chore_rank_is(orm_ge(0))},
        .order_by = {G_PERSON_BURDEN_BY_ID, G_PERSON_BURDEN_BY_TASKS_TITLE},
        .distinct = true};
    TRY(g_person_select_burden(db, &query, &rows));
    for (size_t i = 0; i < rows.count; i++)
        test_text_add(&r->dump, "%s|%s|%lld|%s|%s\n", rows.items[i].name,
                      rows.items[i].tasks_title == NULL ? "-" : rows.items[i].tasks_title,
                      (long long)rows.items[i].step_count, rows.items[i].person->name,
                      rows.items[i].task == NULL ? "-" : rows.items[i].task->title);
    TRY(g_person_count_burden(db, &query, &count));
    TRY(orm_sum(db, g_chore_rows(NULL), g_chore_columns.rank, &sum));
    TRY(orm_avg(db, g_chore_rows(&(g_chore_query){.limit = 5}), g_chore_columns.rank, &mean));
    TRY(orm_max(db, g_person_rows(NULL), g_person_columns.name, &text));
    test_text_add(&r->dump, "%lld %lld %d %s\n", (long long)count, (long long)sum.value, mean.has,
                  text);
    return ORM_OK;
}

static inline orm_status sum_row(const orm_row *row, void *context)
{
    run *r = context;
    orm_opt_i64 number;
    orm_opt_double real;
    const char *text = NULL;
    TRY(orm_row_int(row, 0, &number));
    TRY(orm_row_text(row, 1, &text));
    TRY(orm_row_double(row, 2, &real));
    test_text_add(&r->dump, "%lld %s %g %s\n", (long long)number.value, text, real.value,
                  orm_row_column_name(row, 1));
    return ORM_OK;
}

static inline orm_status run_raw(run *r)
{
    g_person_list people;
    int64_t affected = 0;
    const orm_value values[] = {orm_bind(3), orm_bind("person 1")};
    TRY(orm_raw(r->db,
                "select \"person id\", name, 1.5e0 from people where \"person id\" < $1"
                " or name = $2 order by 1",
                values, 2, sum_row, r, NULL));
    TRY(g_person_raw(r->db, "select * from people where \"person id\" < $1 order by \"person id\"",
                     values, 1, &people));
    for (size_t i = 0; i < people.count; i++)
        test_text_add(&r->dump, "%s\n", people.items[i]->name);
    TRY(orm_raw(r->db, "update people set name = name where \"person id\" < $1", values, 1, NULL,
                NULL, &affected));
    test_text_add(&r->dump, "%lld\n", (long long)affected);
    char *note = orm_session_printf(r->db, "%s %d", "kept", 1);
    void *memory = orm_session_alloc(r->db, 100);
    if (note == NULL || memory == NULL)
        return orm_session_fail(r->db, ORM_NOMEM, "no memory of the session's");
    orm_session_rollback(r->db);
    return ORM_OK;
}

static inline z_thing_new new_thing(const char *name)
{
    static const char *const words[] = {"one", NULL, "th\"ree"};
    static const orm_numeric sums[] = {{"1.50"}, {NULL}, {"-123456789012345678901234567890"}};
    static const orm_opt_i32 counts[] = {{1, true}, {0, false}, {INT32_MIN, true}};
    static const orm_bytes blobs[] = {{"a\0b", 3}, {"", 0}, {NULL, 0}};
    return (z_thing_new){
        .name = ORM_SET(name),
        .price = ORM_SET(((orm_numeric){"1234567890123456789.25"})),
        .weight = ORM_SET(0.1),
        .data = ORM_SET(((orm_bytes){"\0\1\2", 3})),
        .key = ORM_SET(((orm_uuid){{1, 2, 3}})),
        .day = ORM_SET(((orm_date){-1})),
        .moment = ORM_SET(((orm_timestamptz){-1})),
        .span = ORM_SET(((orm_interval){.micros = 1, .days = 2, .months = 3})),
        .document = ORM_SET(((orm_json){"{\"a\": [1, 2]}"})),
        .hue = ORM_SET(Z_HUE_GREEN),
        .words = ORM_SET(((orm_array_text){words, 3, true})),
        .sums = ORM_SET(((orm_array_numeric){sums, 3, true})),
        .counts = ORM_SET(((orm_array_i32){counts, 3, true})),
        .blobs = ORM_SET(((orm_array_bytes){blobs, 3, true})),
    };
}

static inline void dump_thing(run *r, const z_thing *thing)
{
    test_text_add(&r->dump, "%s %s %g %zu %d %lld %s %d %zu %s %s %d %zu\n", thing->name,
                  thing->price.text, thing->weight, thing->data.size, (int)thing->day.days,
                  (long long)thing->moment.micros, thing->document.text, (int)thing->hue,
                  thing->words.count, thing->words.items[2], thing->sums.items[2].text,
                  (int)thing->counts.items[2].value, thing->blobs.items[0].size);
}

/* Values of every kind on their way in and out; what is written is rolled back. */
static inline orm_status write_and_roll_back(run *r)
{
    z_thing *thing = NULL;
    z_thing *again = NULL;
    z_thing_list things;
    int64_t count = 0;
    z_thing_new values = new_thing("kept not");
    TRY(z_thing_insert(r->db, &values, &thing));
    dump_thing(r, thing);
    TRY(z_thing_update(r->db, thing,
                       &(z_thing_changes){.weight = ORM_SET(2.5),
                                          .price = ORM_SET(((orm_numeric){"7"})),
                                          .data = ORM_SET_NULL}));
    TRY(z_thing_find(r->db, thing->id, &again));
    dump_thing(r, again);
    values.name = ORM_SET("another");
    TRY(z_thing_insert(r->db, &values, &again));
    TRY(z_thing_select(r->db,
                       &(z_thing_query){.where = z_thing_price_is(orm_ge((orm_numeric){"7.0"})),
                                        .order_by = {Z_THING_BY_NAME}},
                       &things));
    for (size_t i = 0; i < things.count; i++)
        dump_thing(r, things.items[i]);
    TRY(z_thing_delete(r->db, again));
    TRY(z_thing_delete_where(r->db, z_thing_name_is(orm_like("kept%")), &count));
    test_text_add(&r->dump, "%lld\n", (long long)count);
    orm_session_rollback(r->db);
    return ORM_OK;
}

static inline orm_status write_and_commit(run *r)
{
    z_thing *thing = NULL;
    z_thing_new values = new_thing("committed");
    TRY(z_thing_insert(r->db, &values, &thing));
    TRY(z_thing_update(r->db, thing, &(z_thing_changes){.weight = ORM_SET(9.0)}));
    return orm_session_commit(r->db);
}

static inline orm_status rename_within(orm_session *db, void *context)
{
    z_thing *thing = context;
    TRY(z_thing_update(db, thing, &(z_thing_changes){.name = ORM_SET("nested")}));
    return orm_session_fail(db, ORM_INVALID, "not wanted");
}

/* Scopes kept and undone, marks released, a row refreshed: all in one transaction. */
static inline orm_status nest_and_release(run *r)
{
    orm_session *db = r->db;
    z_thing *thing = NULL;
    z_thing *lost = NULL;
    orm_mark mark;
    orm_savepoint outer;
    orm_savepoint inner;
    z_thing_new values = new_thing("scoped");
    TRY(orm_session_begin(db));
    TRY(z_thing_insert(db, &values, &thing));
    TRY(orm_session_mark(db, &mark));
    TRY(orm_session_savepoint(db, &outer));
    TRY(z_thing_update(db, thing, &(z_thing_changes){.name = ORM_SET("outer")}));
    TRY(orm_session_savepoint(db, &inner));
    values.name = ORM_SET("lost");
    TRY(z_thing_insert(db, &values, &lost));
    TRY(z_thing_update(db, thing, &(z_thing_changes){.name = ORM_SET("inner")}));
    TRY(orm_savepoint_rollback(db, inner));
    TRY(orm_savepoint_release(db, outer));
    orm_status status = orm_session_nested(db, rename_within, thing);
    if (status != ORM_INVALID)
        return status;
    TRY(z_thing_refresh(db, thing));
    TRY(orm_session_release(db, mark));
    dump_thing(r, thing);
    TRY(z_thing_delete(db, thing));
    orm_session_rollback(db);
    return ORM_OK;
}

/* A statement that fails for a reason of its own, before and after memory ran out. */
static inline orm_status violate(run *r)
{
    z_thing_new values = new_thing("twice");
    TRY(z_thing_insert(r->db, &values, NULL));
    orm_status status = z_thing_insert(r->db, &values, NULL);
    if (status == ORM_UNIQUE) {
        assert_non_null(strstr(orm_session_error(r->db)->constraint, "name"));
        status = ORM_OK;
    }
    if (status == ORM_OK) {
        assert_int_equal(orm_session_commit(r->db), ORM_FAILED_TRANSACTION);
        status = g_person_find(r->db, 1, &(g_person *){NULL});
    }
    return status;
}

static inline orm_status handle(orm_session *db, void *context)
{
    run *r = context;
    g_person_list people;
    TRY(g_person_select(db, &(g_person_query){.limit = 4, .order_by = {G_PERSON_BY_ID}}, &people));
    for (size_t i = 0; i < people.count; i++) {
        g_chore_list tasks;
        TRY(g_person_load_tasks(db, people.items[i], &tasks));
        test_text_add(&r->dump, "%s %zu\n", people.items[i]->name, tasks.count);
    }
    return ORM_OK;
}

static inline void count_line(void *context, const char *line, size_t size)
{
    assert_int_equal(strlen(line), size);
    ++*(int *)context;
}

static inline void count_event(void *context, const orm_event *event)
{
    assert_non_null(event->sql);
    ++*(int *)context;
}

static inline orm_status take_number(const orm_row *row, void *context)
{
    orm_opt_i64 value;
    orm_status status = orm_row_int(row, 0, &value);
    *(int64_t *)context = value.value;
    return status;
}

/* Queries of every kind in one batch. */
static inline orm_status batch(run *r)
{
    orm_session *db = r->db;
    orm_batch *together = NULL;
    g_person *person = NULL;
    g_team *team = NULL;
    g_person_list people = {0};
    g_chore_list tasks = {0};
    int64_t count = 0;
    int64_t number = 0;
    bool exists = false;
    orm_value seven = orm_bind_int(7);
    const g_chore_query with_steps = {.with = {.steps = &g_step_all}};
    TRY(g_person_find(db, 1, &person));
    TRY(orm_batch_open(db, &together));
    TRY(g_person_batch_load_tasks(together, person, &tasks));
    TRY(g_team_batch_find(together, 2, &team));
    TRY(g_person_batch_select(together,
                              &(g_person_query){.where = g_person_name_is(orm_ne("nobody")),
                                                .order_by = {G_PERSON_BY_ID},
                                                .limit = 3,
                                                .with = {.tasks = &with_steps}},
                              &people));
    TRY(g_person_batch_count(together, NULL, &count));
    TRY(g_team_batch_exists(together, NULL, &exists));
    TRY(orm_batch_raw(together, "select $1 + 0", &seven, 1, take_number, &number, NULL));
    TRY(orm_batch_run(together));
    assert_true(exists);
    test_text_add(&r->dump, "%s %zu %zu %lld %lld\n", team->name, tasks.count, people.count,
                  (long long)count, (long long)number);
    for (size_t i = 0; i < people.count; i++) {
        READ(g_person_tasks(people.items[i], &tasks));
        for (size_t k = 0; k < tasks.count; k++)
            dump_steps(r, tasks.items[k]);
    }
    return ORM_OK;
}

/* What a watcher misses for lack of memory is its own loss; it must say so, and harm nobody. */
static inline orm_status report_scope(run *r, orm_scope *scope)
{
    orm_scope_statistics statistics;
    const char *text = NULL;
    orm_status status = orm_scope_report(scope, NULL, &text);
    if (status == ORM_OK)
        status = orm_scope_report(scope, &(orm_report_options){.format = ORM_REPORT_JSON}, &text);
    orm_scope_get_statistics(scope, &statistics);
    size_t findings = orm_scope_finding_count(scope);
    int64_t lost = statistics.unwatched + statistics.untold + statistics.dropped;
    assert_true(findings == 1 || lost > 0);
    test_text_add(&r->dump, "%lld statements\n", (long long)statistics.statements);
    return status;
}

/* For calls that tell no more than a status. */
static inline orm_status note(run *r, orm_status status)
{
    if (status != ORM_OK)
        r->error = (orm_error){.status = status, .message = "told by the status alone"};
    return status;
}

static inline orm_status watch(run *r)
{
    int events = 0;
    int lines = 0;
    orm_scope *scope = NULL;
    orm_log *log = NULL;
    orm_log *json = NULL;
    orm_subscription *subscription = NULL;
    orm_scope_options scope_options = {.allocator = *r->allocator, .timed = true};
    orm_log_options log_options = {
        .allocator = *r->allocator, .writer = count_line, .writer_context = &lines, .values = true};
    orm_status status = orm_scope_open(&scope_options, &scope, &r->error);
    if (status == ORM_OK)
        status =
            note(r, orm_engine_subscribe(r->engine, count_event, &events, true, &subscription));
    if (status == ORM_OK)
        status = orm_log_open(r->engine, &log_options, &log, &r->error);
    log_options.format = ORM_LOG_JSON;
    if (status == ORM_OK)
        status = orm_log_open(r->engine, &log_options, &json, &r->error);
    if (status == ORM_OK)
        status = orm_session_run(r->engine, &(orm_session_options){.scope = scope}, handle, r,
                                 &r->error);
    if (status == ORM_OK) {
        assert_int_equal(events, 7); /* BEGIN, the list, four loads, COMMIT */
        status = note(r, report_scope(r, scope));
    }
    orm_log_close(json);
    orm_log_close(log);
    orm_engine_unsubscribe(r->engine, subscription);
    orm_scope_close(scope);
    return status;
}

#endif
