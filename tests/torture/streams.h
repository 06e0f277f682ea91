/* Streams and walks as units of work. */
#ifndef TESTS_TORTURE_STREAMS_H
#define TESTS_TORTURE_STREAMS_H

#include "torture/cases.h"

static inline orm_status dump_report(orm_session *db, g_person *person, void *context)
{
    run *r = context;
    g_team *team = NULL;
    (void)db;
    READ(g_person_team(person, &team));
    test_text_add(&r->dump, " report %s of %s\n", person->name, team == NULL ? "-" : team->name);
    return ORM_OK;
}

static inline orm_status dump_streamed(orm_session *db, g_person *person, void *context)
{
    run *r = context;
    g_chore_list tasks;
    g_label_list labels;
    g_person *same = NULL;
    g_person_query reports = {.where = g_person_boss_id_is(orm_eq(person->id)),
                              .order_by = {G_PERSON_BY_ID},
                              .with = {.team = &g_team_all}};
    READ(g_person_tasks(person, &tasks));
    test_text_add(&r->dump, "%s %zu\n", person->name, tasks.count);
    for (size_t i = 0; i < tasks.count; i++)
        dump_steps(r, tasks.items[i]);
    TRY(g_person_load_labels(db, person, &labels));
    TRY(g_person_find(db, person->id, &same));
    test_text_add(&r->dump, " %zu labels of %s\n", labels.count, same->name);
    TRY(g_person_each(db, &reports, NULL, dump_report, context));
    return person->id == 8 ? orm_each_stop(db) : ORM_OK;
}

static inline orm_status stream(run *r)
{
    static const char *const names[] = {"person 1", "person 2", "person 5", "person 6",
                                        "person 7", "person 8", "person 9"};
    g_person_query query = {.where = g_person_all_of(r->db, g_person_name_is(orm_in(names, 7)),
                                                     g_person_name_is(orm_ne("nobody"))),
                            .order_by = {G_PERSON_BY_ID},
                            .with = {.region = &(g_region_query){.load = ORM_LOAD_JOIN},
                                     .tasks = &(g_chore_query){.with = {.steps = &g_step_all}}}};
    return g_person_each(r->db, &query, &(orm_each){.batch = 3}, dump_streamed, r);
}

static inline void dump_people(run *r, const g_person_list *people)
{
    for (size_t i = 0; i < people->count; i++)
        test_text_add(&r->dump, " %s", people->items[i]->name);
    test_text_add(&r->dump, "\n");
}

static inline orm_status walk_people(run *r)
{
    g_person *person = NULL;
    g_person_list list;
    g_person_list reports;
    g_person_query query = {.where = g_person_name_is(orm_ne("person 4")),
                            .with = {.team = &g_team_all}};
    TRY(g_person_find(r->db, 1, &person));
    TRY(g_person_walk_reports(r->db, person, NULL, NULL, &list));
    dump_people(r, &list);
    READ(g_person_reports(person, &reports));
    dump_people(r, &reports);
    TRY(g_person_walk_all_boss(r->db, &list, &(orm_walk){.max_depth = 101}, &query, &list));
    dump_people(r, &list);
    TRY(g_person_walk_reports(r->db, person,
                              &(orm_walk){.max_depth = 2, .prune = true, .include_start = true},
                              &query, &list));
    dump_people(r, &list);
    return ORM_OK;
}

static inline orm_status walk_regions(run *r)
{
    g_region *region = NULL;
    g_region_list list;
    TRY(g_region_find(r->db, "c0", 0, &region));
    TRY(g_region_walk_partners(r->db, region, &(orm_walk){.include_start = true}, NULL, &list));
    test_text_add(&r->dump, "%zu regions\n", list.count);
    return ORM_OK;
}

#endif
