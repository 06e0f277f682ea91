/* Units of work with deferred columns, locks, unions and distinct rows. */
#ifndef TESTS_TORTURE_CASES_ROWS_H
#define TESTS_TORTURE_CASES_ROWS_H

#include "deferred.orm.h"
#include "views.orm.h"

#include "torture/cases.h"

static inline void dump_bio(run *r, const d_scribe *scribe)
{
    const char *bio = NULL;
    orm_bytes portrait = {0};
    READ(d_scribe_bio(scribe, &bio));
    READ(d_scribe_portrait(scribe, &portrait));
    test_text_add(&r->dump, "%s %s %zu\n", scribe->name, bio == NULL ? "-" : bio, portrait.size);
}

static inline orm_status defer(run *r)
{
    d_scribe *scribe = NULL;
    d_scribe_list scribes;
    const char *text = NULL;
    const unsigned char bytes[] = {1, 2, 3};
    TRY(d_scribe_insert(r->db,
                        &(d_scribe_new){.name = ORM_SET("torn"),
                                        .bio = ORM_SET("a life"),
                                        .portrait = ORM_SET(((orm_bytes){bytes, sizeof bytes}))},
                        &scribe));
    TRY(d_scribe_load_bio(r->db, scribe, &text));
    d_scroll_query books = {.undefer = {.text = true}, .order_by = {D_SCROLL_BY_ID}};
    d_scribe_query query = {.order_by = {D_SCRIBE_BY_NAME},
                            .undefer = {.bio = true, .portrait = true},
                            .with = {.books = &books}};
    for (int way = 0; way < 3; way++) {
        books.load = (orm_load_strategy)way;
        query.refresh = books.refresh = way > 0;
        TRY(d_scribe_select(r->db, &query, &scribes));
        for (size_t i = 0; i < scribes.count; i++) {
            d_scroll_list list;
            dump_bio(r, scribes.items[i]);
            READ(d_scribe_books(scribes.items[i], &list));
            for (size_t k = 0; k < list.count; k++) {
                READ(d_scroll_text(list.items[k], &text));
                test_text_add(&r->dump, "%s\n", text);
            }
        }
    }
    TRY(d_scribe_change(r->db, scribe, &(d_scribe_changes){.bio = ORM_SET("another")}));
    TRY(d_scribe_load_bio(r->db, scribe, &text));
    test_text_add(&r->dump, "%s\n", text);
    orm_session_rollback(r->db);
    return ORM_OK;
}

static inline orm_status lock_rows(run *r)
{
    g_person_list people;
    g_chore_query tasks = {.lock = ORM_LOCK_SHARE, .order_by = {G_CHORE_BY_ID}};
    g_person_query query = {.order_by = {G_PERSON_BY_ID},
                            .limit = 4,
                            .lock = ORM_LOCK_UPDATE,
                            .lock_wait = ORM_LOCK_SKIP_LOCKED,
                            .with = {.tasks = &tasks, .team = &g_team_all}};
    for (int again = 0; again < 2; again++) {
        TRY(g_person_select(r->db, &query, &people));
        for (size_t i = 0; i < people.count; i++) {
            g_chore_list list;
            READ(g_person_tasks(people.items[i], &list));
            test_text_add(&r->dump, "%s %zu\n", people.items[i]->name, list.count);
        }
    }
    orm_session_rollback(r->db);
    return ORM_OK;
}

static inline orm_status unite(run *r)
{
    g_person_list people;
    g_person_page page;
    int64_t count = 0;
    g_person_query third = {.order_by = {G_PERSON_BY_NAME_DESC}, .limit = 2};
    g_person_query other = {.where = g_person_name_is(orm_eq("person 3")), .union_with = &third};
    g_person_query query = {.where = g_person_id_is(orm_lt(3)),
                            .order_by = {G_PERSON_BY_ID},
                            .union_with = &other,
                            .with = {.tasks = &g_chore_all}};
    TRY(g_person_select(r->db, &query, &people));
    for (size_t i = 0; i < people.count; i++)
        test_text_add(&r->dump, "%s\n", people.items[i]->name);
    TRY(g_person_count(r->db, &query, &count));
    g_person_query among = {
        .where = g_person_id_is(orm_in_query(g_person_columns.id, g_person_rows(&query)))};
    int64_t within = 0;
    TRY(g_person_count(r->db, &among, &within));
    query.limit = 2;
    TRY(g_person_select_page(r->db, &query, &page));
    test_text_add(&r->dump, "%lld %lld %zu %d\n", (long long)count, (long long)within, page.count,
                  page.next != NULL);
    orm_session_rollback(r->db);
    return ORM_OK;
}

static inline orm_status select_distinct(run *r)
{
    v_keeper_list keepers;
    v_offer_list offers;
    v_offer_query distinct = {.distinct = true, .order_by = {V_OFFER_BY_STATE_DESC}};
    v_keeper_query query = {
        .order_by = {V_KEEPER_BY_ID}, .with = {.sales = &distinct}, .counts = {.sales = &distinct}};
    TRY(v_offer_select(r->db, &distinct, &offers));
    test_text_add(&r->dump, "%zu\n", offers.count);
    TRY(v_keeper_select(r->db, &query, &keepers));
    for (size_t i = 0; i < keepers.count; i++) {
        v_offer_list list;
        READ(v_keeper_sales(keepers.items[i], &list));
        test_text_add(&r->dump, "%s %zu\n", keepers.items[i]->name, list.count);
    }
    orm_session_rollback(r->db);
    return ORM_OK;
}

#endif
