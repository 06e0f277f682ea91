/* Conditions nested any way mean what they say, and nest deep on both databases. */
#include <stdio.h>

#include "graph.orm.h"
#include "support/fixture.h"
#include "support/graph.h"
#include "support/random.h"

enum { PEOPLE = 40, MOST_CHILDREN = 150 };

/* What SQL's logic knows, so that AND is the least and OR the greatest. */
typedef enum truth { NO, UNKNOWN, YES } truth;

typedef struct person {
    int64_t id;
    orm_opt_i64 team;
} person;

/* A condition and what it must be for each person. */
typedef struct claim {
    g_person_pred pred;
    truth truths[PEOPLE];
} claim;

static person people[PEOPLE];

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/graph.yaml", NULL);
    test_graph_fill(&database, PEOPLE);
    orm_session *db = test_session(&database);
    g_person_list list;
    if (g_person_select(db, NULL, &list) != ORM_OK || list.count != PEOPLE)
        return -1;
    for (size_t i = 0; i < PEOPLE; i++)
        people[i] =
            (person){list.items[i]->id, {list.items[i]->team_id.value, list.items[i]->team_id.has}};
    test_session_close(&database, db);
    return 0;
}

static void claim_leaf(orm_session *db, test_random *random, claim *made)
{
    int64_t low = test_random_int(random, 0, PEOPLE);
    int64_t high = low + test_random_int(random, 0, PEOPLE);
    const int64_t ids[] = {low, high, 7};
    const g_person_pred preds[] = {
        g_person_id_is(orm_gt(low)),
        g_person_id_is(orm_between(low, high)),
        g_person_team_id_is_null(),
        g_person_everything(),
        g_person_team_id_is(orm_ne(low % 5)),
        /* Copied, for the list ends with this function. */
        g_person_all_of(db, g_person_id_is(orm_not_in(ids, 3))),
        g_person_has_team(
            db, g_team_any_of(db, g_team_id_is(orm_eq(low % 5)), g_team_id_is(orm_gt(high)))),
    };
    int kind = (int)test_random_int(random, 0, sizeof preds / sizeof preds[0] - 1);
    made->pred = preds[kind];
    for (size_t i = 0; i < PEOPLE; i++) {
        int64_t id = people[i].id;
        const orm_opt_i64 team = people[i].team;
        const bool holds[] = {id > low,
                              id >= low && id <= high,
                              !team.has,
                              true,
                              team.value != low % 5,
                              id != low && id != high && id != 7,
                              team.has && (team.value == low % 5 || team.value > high)};
        made->truths[i] = kind == 4 && !team.has ? UNKNOWN : holds[kind] ? YES : NO;
    }
}

static void claim_any(orm_session *db, test_random *random, int depth, claim *made);

/* Few children as a rule, so that trees end; at the leaves sometimes very many. */
static size_t child_count(test_random *random, int depth)
{
    if (depth == 1 && test_random_int(random, 0, 9) == 0)
        return (size_t)test_random_int(random, 60, MOST_CHILDREN);
    return (size_t)test_random_int(random, 0, 3);
}

static void claim_group(orm_session *db, test_random *random, int depth, claim *made)
{
    g_person_pred preds[MOST_CHILDREN];
    bool all = test_random_int(random, 0, 1) == 1;
    size_t count = child_count(random, depth);
    for (size_t i = 0; i < PEOPLE; i++)
        made->truths[i] = all ? YES : NO;
    for (size_t c = 0; c < count; c++) {
        claim child;
        claim_any(db, random, c == count / 2 ? depth - 1 : depth / 2, &child);
        preds[c] = child.pred;
        for (size_t i = 0; i < PEOPLE; i++)
            if ((child.truths[i] < made->truths[i]) == all)
                made->truths[i] = child.truths[i];
    }
    made->pred = all ? g_person_all_of_n(db, count, preds) : g_person_any_of_n(db, count, preds);
}

static void claim_any(orm_session *db, test_random *random, int depth, claim *made)
{
    claim inner;
    if (depth <= 0) {
        claim_leaf(db, random, made);
    } else if (test_random_int(random, 0, 3) > 0) {
        claim_group(db, random, depth, made);
    } else {
        claim_any(db, random, depth - 1, &inner);
        made->pred = g_person_not(db, inner.pred);
        for (size_t i = 0; i < PEOPLE; i++)
            made->truths[i] = (truth)(YES - inner.truths[i]);
    }
}

static void what_is_nested_means_what_it_says(void **state)
{
    (void)state;
    test_random random = {.state = 2024};
    size_t found = 0;
    for (int round = 0; round < 400; round++) {
        orm_session *db = test_session(&database);
        claim made;
        g_person_list list;
        claim_any(db, &random, 1 + round % 20, &made);
        g_person_query query = {.where = made.pred, .order_by = {G_PERSON_BY_ID}};
        assert_ok(db, g_person_select(db, &query, &list));
        size_t next = 0;
        for (size_t i = 0; i < PEOPLE; i++) {
            bool here = next < list.count && list.items[next]->id == people[i].id;
            assert_int_equal(here, made.truths[i] == YES);
            next += here;
        }
        found += next;
        test_session_close(&database, db);
    }
    assert_in_range(found, 400, 400 * (PEOPLE - 1));
}

/* Kinds of chains, each level around the one before it. */
static g_person_pred chain(orm_session *db, int kind, int depth)
{
    g_person_pred pred = g_person_id_is(orm_eq(7));
    for (int i = 1; i < depth; i++) {
        g_person_pred yes = g_person_id_is(orm_gt(i - 1000));
        g_person_pred no = g_person_id_is(orm_lt(i - 1000));
        if (kind == 0)
            pred = i % 2 ? g_person_all_of(db, pred, yes) : g_person_any_of(db, pred, no);
        else if (kind == 1)
            pred = i % 2 ? g_person_all_of(db, yes, pred) : g_person_any_of(db, no, pred);
        else if (kind == 2)
            pred = g_person_all_of(db, yes, pred);
        else if (kind == 3)
            pred = g_person_any_of(db, pred);
        else
            pred = g_person_not(db, g_person_not(db, pred));
        i += kind == 4;
    }
    return pred;
}

/* SQLite before 3.45 has a parser with a stack of 100. */
static void chains_are_long(void **state)
{
    (void)state;
    static const int lengths[] = {180, 150, 200, 200, 199};
    for (int kind = 0; kind < 5; kind++) {
        orm_session *db = test_session(&database);
        g_person_list list;
        g_person_query query = {.where = chain(db, kind, lengths[kind])};
        assert_ok(db, g_person_select(db, &query, &list));
        assert_int_equal(list.count, 1);
        assert_int_equal(list.items[0]->id, 7);
        test_session_close(&database, db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(what_is_nested_means_what_it_says),
        suite_test(chains_are_long),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
