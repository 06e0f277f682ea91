/* Walks along self relations: which rows come, in one statement, and what is known of them then. */
#include <inttypes.h>

#include "support/fixture.h"
#include "support/random.h"
#include "walk.orm.h"

enum { CATEGORIES = 200, CHAIN = 1500, CHAIN_FIRST = 10000 };

#define NUMBERS                                                                                    \
    "(with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)"                \
    " select i from n) n"

static void fill_categories(void)
{
    test_execute(&database,
                 "insert into categories (id, \"parent\", name, open) select i,"
                 " case when i <= 3 then null else i / 3 end, 'category ' || (i * 7 %% 100), %s"
                 " from " NUMBERS,
                 test_either(&database, "i % 4 <> 0", "i % 4 <> 0"), CATEGORIES);
    test_execute(&database, "insert into items select i, i %% %d + 1 from " NUMBERS, CATEGORIES,
                 3 * CATEGORIES);
    test_execute(&database,
                 "insert into categories (id, \"parent\", name, open) select %d + i,"
                 " case when i = 1 then null else %d + i - 1 end, 'link', %s from " NUMBERS,
                 CHAIN_FIRST, CHAIN_FIRST, test_either(&database, "1", "true"), CHAIN);
}

static void fill_others(void)
{
    test_execute(&database,
                 "insert into spots select a.i, n.i, case when n.i = 1 then null else n.i / 2 end"
                 " from " NUMBERS ", (select 1 i union all select 2) a",
                 31);
    /* Two loops of five, and a line into the second one. */
    test_execute(&database, "insert into stations select 's' || i, null from " NUMBERS, 14);
    test_execute(&database,
                 "update stations set next_code = 's' || (case code when 's5' then 1 else"
                 " cast(substr(code, 2) as integer) + 1 end)"
                 " where cast(substr(code, 2) as integer) <= 5");
    test_execute(&database, "update stations set next_code = 's' ||"
                            " (cast(substr(code, 2) as integer) + 1)"
                            " where cast(substr(code, 2) as integer) between 6 and 13");
}

/* What is found in these tests is meant to be there. */
static const orm_ignore ignored[] = {
    {.kind = ORM_FINDING_N1, .function = "walk_up", .reason = "each streamed row is walked from"},
    {.reason = NULL},
};

static int open_database(void **state)
{
    (void)state;
    test_open(&database, NULL, "models/walk.yaml", NULL);
    test_ignore(&database, ignored);
    fill_categories();
    fill_others();
    return 0;
}

static char *ids_of(const k_category_list *list)
{
    test_text text = {0};
    for (size_t i = 0; i < list->count; i++)
        test_text_add(&text, "%" PRId64 "\n", list->items[i]->id);
    if (text.data == NULL)
        test_text_add(&text, "%s", "");
    return text.data;
}

#define assert_ids(list, ...)                                                                      \
    check_ids((list), test_query(&database, __VA_ARGS__), __FILE__, __LINE__)
static void check_ids(const k_category_list *list, char *expected, const char *file, int line)
{
    char *ids = ids_of(list);
    test_text_compare(ids, expected, file, line);
    free(ids);
    free(expected);
}

#define DOWN                                                                                       \
    "with recursive d(id, depth) as (select id, 0 from categories where id = %d union"             \
    " select c.id, d.depth + 1 from categories c join d on c.\"parent\" = d.id) "
#define UP                                                                                         \
    "with recursive d(id, up, depth) as (select id, \"parent\", 0 from categories where id = %d"   \
    " union select c.id, c.\"parent\", d.depth + 1 from categories c join d on c.id = d.up) "

static k_category *find(orm_session *db, int64_t id)
{
    k_category *row = NULL;
    assert_ok(db, k_category_find(db, id, &row));
    return row;
}

static void rows_below_and_above_come_in_one_statement(void **state)
{
    (void)state;
    static const int starts[] = {1, 2, 7, 60, CATEGORIES};
    k_category_query by_id = {.order_by = {K_CATEGORY_BY_ID}};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        k_category_list list;
        orm_session *db = test_session(&database);
        k_category *start = find(db, starts[i]);
        test_count_start(&database);
        assert_ok(db, k_category_walk_children(db, start, NULL, &by_id, &list));
        assert_statements(&database, 1);
        assert_ids(&list, DOWN "select id from d where depth > 0 order by id", starts[i]);
        assert_ok(db, k_category_walk_children(db, start, &(orm_walk){.include_start = true},
                                               &by_id, &list));
        assert_ids(&list, DOWN "select id from d order by id", starts[i]);
        test_count_start(&database);
        assert_ok(db, k_category_walk_parent(db, start, NULL, NULL, &list));
        assert_statements(&database, 1);
        assert_ids(&list, UP "select id from d where depth > 0 order by depth", starts[i]);
        assert_ok(
            db, k_category_walk_parent(db, start, &(orm_walk){.include_start = true}, NULL, &list));
        assert_ids(&list, UP "select id from d order by depth", starts[i]);
        assert_false(list.partial);
        test_session_close(&database, db);
    }
}

static void a_depth_bounds_the_steps(void **state)
{
    (void)state;
    static const uint32_t depths[] = {1, 2, 3, 100, 101, 1000000, UINT32_MAX};
    orm_session *db = test_session(&database);
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        k_category_list list;
        orm_walk options = {.max_depth = depths[i]};
        assert_ok(db, k_category_walk_children(db, find(db, 2), &options, NULL, &list));
        assert_ids(&list, DOWN "select id from d where depth between 1 and %u order by depth, id",
                   2, depths[i]);
        options.include_start = true;
        assert_ok(db, k_category_walk_parent(db, find(db, 190), &options, NULL, &list));
        assert_ids(&list, UP "select id from d where depth <= %u order by depth", 190, depths[i]);
    }
    test_session_close(&database, db);
}

static void long_chains_are_walked_to_their_end(void **state)
{
    (void)state;
    k_category_list list;
    orm_session *db = test_session(&database);
    k_category *last = find(db, CHAIN_FIRST + CHAIN);
    assert_ok(db, k_category_walk_parent(db, last, NULL, NULL, &list));
    assert_int_equal(list.count, CHAIN - 1);
    for (int i = 0; i < CHAIN - 1; i++)
        assert_int_equal(list.items[i]->id, CHAIN_FIRST + CHAIN - 1 - i);
    orm_walk options = {.max_depth = CHAIN / 2};
    assert_ok(db, k_category_walk_parent(db, last, &options, NULL, &list));
    assert_int_equal(list.count, CHAIN / 2);
    assert_int_equal(list.items[CHAIN / 2 - 1]->id, CHAIN_FIRST + CHAIN - CHAIN / 2);
    test_session_close(&database, db);
}

static void cycles_end(void **state)
{
    (void)state;
    static const uint32_t depths[] = {0, 1, 2, 3, 4, 99, 100000, UINT32_MAX};
    test_execute(&database, "update categories set \"parent\" = 66 where id = 2");
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        k_category_list list;
        orm_walk options = {.max_depth = depths[i]};
        orm_session *db = test_session(&database);
        k_category_query by_id = {.order_by = {K_CATEGORY_BY_ID}};
        unsigned depth = depths[i] == 0 || depths[i] > 99 ? 20 : depths[i];
        assert_ok(db, k_category_walk_children(db, find(db, 22), &options, &by_id, &list));
        assert_ids(&list,
                   "with recursive d(id, depth) as (select id, 0 from categories where id = 22"
                   " union select c.id, d.depth + 1 from categories c join d on c.\"parent\" = d.id"
                   " where d.depth < %u) select distinct id from d where id <> 22 order by id",
                   depth);
        options.include_start = true;
        assert_ok(db, k_category_walk_parent(db, find(db, 66), &options, NULL, &list));
        size_t round = depths[i] == 0 || depths[i] >= 4 ? 4 : depths[i] + 1;
        assert_int_equal(list.count, round);
        assert_int_equal(list.items[0]->id, 66);
        for (size_t k = 1; k < round; k++)
            assert_int_equal(list.items[k]->id, k == 1 ? 22 : k == 2 ? 7 : 2);
        test_session_close(&database, db);
    }
    test_execute(&database, "update categories set \"parent\" = null where id = 2");
}

static void a_condition_picks_rows_or_cuts_the_walk(void **state)
{
    (void)state;
    static const uint32_t depths[] = {0, 3, 500};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        k_category_list list;
        unsigned depth = depths[i] == 0 ? 1000 : depths[i];
        orm_session *db = test_session(&database);
        orm_walk options = {.max_depth = depths[i], .include_start = true};
        k_category_query query = {
            .where = k_category_any_of(db, k_category_open_is(true), k_category_id_is(orm_eq(1))),
            .order_by = {K_CATEGORY_BY_ID}};
        const char *open = test_either(&database, "open", "open");
        assert_ok(db, k_category_walk_children(db, find(db, 2), &options, &query, &list));
        assert_ids(&list,
                   DOWN "select d.id from d join categories c on c.id = d.id where %s and"
                        " depth <= %u order by d.id",
                   2, open, depth);
        options.prune = true;
        assert_ok(db, k_category_walk_children(db, find(db, 2), &options, &query, &list));
        assert_ids(&list,
                   "with recursive d(id, depth) as (select id, 0 from categories where id = 2 union"
                   " select c.id, d.depth + 1 from categories c join d on c.\"parent\" = d.id where"
                   " %s) select id from d where depth <= %u order by id",
                   open, depth);
        /* A first row is walked from, but comes only if the condition holds for it. */
        assert_ok(db, k_category_walk_children(db, find(db, 4), &options, &query, &list));
        assert_ids(&list,
                   "select id from categories where id in (select c.id from categories c"
                   " where c.\"parent\" = 4) and %s or \"parent\" in (13, 14) and %s"
                   " or \"parent\" in (select id from categories where \"parent\" in"
                   " (13, 14) and %s) and %s order by id",
                   open, open, open, open);
        test_session_close(&database, db);
    }
}

static void the_query_orders_limits_and_loads(void **state)
{
    (void)state;
    k_category_list list;
    k_item_list items;
    orm_session *db = test_session(&database);
    k_category_query query = {.order_by = {K_CATEGORY_BY_NAME_DESC, K_CATEGORY_BY_ID},
                              .limit = 7,
                              .offset = 3,
                              .with = {.items = &k_item_all}};
    k_category *start = find(db, 1);
    test_count_start(&database);
    assert_ok(db, k_category_walk_children(db, start, NULL, &query, &list));
    assert_statements(&database, 2);
    assert_ids(&list,
               DOWN "select d.id from d join categories c on c.id = d.id where depth > 0"
                    " order by c.name desc, d.id limit 7 offset 3",
               1);
    for (size_t i = 0; i < list.count; i++) {
        assert_ok(db, k_category_items(list.items[i], &items));
        assert_int_equal(items.count, 3);
    }
    query = (k_category_query){.limit = -1};
    assert_status(db, k_category_walk_children(db, start, NULL, &query, &list), ORM_INVALID);
    assert_int_equal(list.count, 0);
    test_session_close(&database, db);
}

/* Walks the rows in memory; every one must know its children. */
static int64_t count_below(k_category *row)
{
    k_category_list children;
    int64_t count = 0;
    assert_int_equal(k_category_children(row, &children), ORM_OK);
    assert_false(children.partial);
    for (size_t i = 0; i < children.count; i++) {
        k_category *parent = NULL;
        assert_int_equal(k_category_parent(children.items[i], &parent), ORM_OK);
        assert_ptr_equal(parent, row);
        count += 1 + count_below(children.items[i]);
    }
    return count;
}

static void the_tree_is_in_memory_then(void **state)
{
    (void)state;
    k_category_list list;
    k_category_list children;
    orm_session *db = test_session(&database);
    k_category *start = find(db, 2);
    assert_ok(db, k_category_walk_children(db, start, NULL, NULL, &list));
    test_count_start(&database);
    assert_int_equal(count_below(start), (int64_t)list.count);
    assert_ok(db, k_category_preload_children(db, &list, NULL));
    assert_statements(&database, 0);
    test_session_close(&database, db);

    db = test_session(&database);
    start = find(db, 2);
    orm_walk two = {.max_depth = 2};
    assert_ok(db, k_category_walk_children(db, start, &two, NULL, &list));
    assert_ok(db, k_category_children(start, &children));
    for (size_t i = 0; i < list.count; i++) {
        bool near = list.items[i]->parent_id.value == 2;
        assert_int_equal(k_category_children(list.items[i], &children),
                         near ? ORM_OK : ORM_NOT_LOADED);
    }
    test_session_close(&database, db);
}

static void ancestors_are_in_memory_then(void **state)
{
    (void)state;
    k_category_list list;
    k_category *parent = NULL;
    orm_session *db = test_session(&database);
    k_category *row = find(db, 199);
    assert_ok(db, k_category_walk_parent(db, row, NULL, NULL, &list));
    test_count_start(&database);
    for (size_t i = 0; i < list.count; i++) {
        assert_ok(db, k_category_parent(row, &parent));
        assert_ptr_equal(parent, list.items[i]);
        row = parent;
    }
    assert_ok(db, k_category_parent(row, &parent));
    assert_null(parent);
    assert_statements(&database, 0);
    test_session_close(&database, db);
}

/* What was filtered or cut is no complete relation, and no row is told a parent it may not have. */
static void nothing_is_known_of_what_was_left_out(void **state)
{
    (void)state;
    k_category_list list;
    k_category_list children;
    k_category *parent = NULL;
    orm_session *db = test_session(&database);
    k_category *start = find(db, 1);
    k_category_query query = {.where = k_category_open_is(true)};
    assert_ok(db, k_category_walk_children(db, start, NULL, &query, &list));
    assert_int_equal(k_category_children(start, &children), ORM_NOT_LOADED);
    for (size_t i = 0; i < list.count; i++) {
        bool known = list.items[i]->parent_id.value % 4 != 0;
        assert_int_equal(k_category_children(list.items[i], &children), ORM_NOT_LOADED);
        assert_int_equal(k_category_parent(list.items[i], &parent),
                         known ? ORM_OK : ORM_NOT_LOADED);
        assert_true(!known || parent->id == list.items[i]->parent_id.value);
    }
    test_session_close(&database, db);
}

/* A row in hand whose reference another has changed: the lists are left to be loaded. */
static void rows_that_have_moved_are_noticed(void **state)
{
    (void)state;
    k_category_list list;
    k_category_list children;
    orm_session *db = test_session(&database);
    k_category *moved = find(db, 30);
    k_category *start = find(db, 3);
    assert_int_equal(moved->parent_id.value, 10);
    assert_ok(db, orm_raw(db, "update categories set \"parent\" = 11 where id = 30", NULL, 0, NULL,
                          NULL, NULL));
    assert_ok(db, k_category_walk_children(db, start, NULL, NULL, &list));
    k_category *eleven = find(db, 11);
    assert_int_equal(k_category_children(eleven, &children), ORM_NOT_LOADED);
    assert_ok(db, k_category_load_children(db, eleven, &children));
    assert_int_equal(children.count, 4);
    orm_session_rollback(db);
    test_session_close(&database, db);
}

static void loaded_relations_stay(void **state)
{
    (void)state;
    k_category_list list;
    k_category_list before;
    k_category_list after;
    orm_session *db = test_session(&database);
    k_category *start = find(db, 3);
    assert_ok(db, k_category_load_children(db, start, &before));
    assert_ok(db, k_category_walk_children(db, start, NULL, NULL, &list));
    assert_ok(db, k_category_children(start, &after));
    assert_ptr_equal(before.items, after.items);
    assert_int_equal(count_below(start), (int64_t)list.count);
    test_session_close(&database, db);
}

#define DOWN_OF_ALL                                                                                \
    "with recursive d(id) as (select id from categories where id in (2, 3, 22) union"              \
    " select c.id from categories c join d on c.\"parent\" = d.id) select id from d "

static void several_rows_are_walked_from_at_once(void **state)
{
    (void)state;
    k_category_list list;
    orm_session *db = test_session(&database);
    k_category *rows[] = {find(db, 2), find(db, 22), find(db, 3), find(db, 2)};
    k_category_list from = {.count = 4, .items = rows};
    k_category_query by_id = {.order_by = {K_CATEGORY_BY_ID}};
    test_count_start(&database);
    assert_ok(db, k_category_walk_all_children(db, &from, NULL, &by_id, &list));
    assert_statements(&database, 1);
    assert_ids(&list, DOWN_OF_ALL "where id not in (2, 3, 22) order by id");
    orm_walk options = {.include_start = true, .max_depth = 50};
    assert_ok(db, k_category_walk_all_children(db, &from, &options, &by_id, &list));
    assert_ids(&list, DOWN_OF_ALL "order by id");
    test_count_start(&database);
    from.count = 0;
    assert_ok(db, k_category_walk_all_children(db, &from, NULL, NULL, &list));
    assert_int_equal(list.count, 0);
    assert_statements(&database, 0);
    assert_status(db, k_category_walk_all_children(db, NULL, NULL, NULL, &list), ORM_MISUSE);
    k_category copy = *rows[0];
    assert_status(db, k_category_walk_children(db, &copy, NULL, NULL, &list), ORM_MISUSE);
    assert_status(db, k_category_walk_children(db, NULL, NULL, NULL, &list), ORM_MISUSE);
    test_session_close(&database, db);
}

static void composite_keys_are_walked(void **state)
{
    (void)state;
    k_spot_list list;
    k_spot *start = NULL;
    test_text text = {0};
    orm_session *db = test_session(&database);
    assert_ok(db, k_spot_find(db, 2, 3, &start));
    assert_ok(db, k_spot_walk_below(db, start, NULL, NULL, &list));
    /* Without an order of the query, that of the relation. */
    for (size_t i = 0; i < list.count; i++)
        test_text_add(&text, "%d|%d\n", (int)list.items[i]->area, (int)list.items[i]->number);
    assert_rows(text, "with recursive d(area, number) as (select area, number from spots where"
                      " area = 2 and number = 3 union select p.area, p.number from spots p join d"
                      " on p.area = d.area and p.up = d.number) select * from d where number <> 3"
                      " order by number desc");
    test_count_start(&database);
    for (size_t i = 0; i < list.count; i++) {
        k_spot_list below;
        k_spot *above = NULL;
        assert_ok(db, k_spot_below(list.items[i], &below));
        assert_int_equal(below.count, list.items[i]->number < 16 ? 2 : 0);
        assert_true(below.count == 0 || below.items[0]->number > below.items[1]->number);
        assert_ok(db, k_spot_above(list.items[i], &above));
        assert_int_equal(above->number, list.items[i]->up.value);
    }
    assert_statements(&database, 0);
    assert_ok(db, k_spot_walk_above(db, list.items[0], NULL, NULL, &list));
    assert_int_equal(list.count, 4);
    assert_int_equal(list.items[3]->number, 1);
    test_session_close(&database, db);
}

static void text_keys_and_single_children_are_walked(void **state)
{
    (void)state;
    k_station_list list;
    k_station *start = NULL;
    orm_session *db = test_session(&database);
    assert_ok(db, k_station_find(db, "s2", &start));
    assert_ok(db, k_station_walk_next(db, start, NULL, NULL, &list));
    assert_int_equal(list.count, 4);
    assert_string_equal(list.items[0]->code, "s3");
    assert_string_equal(list.items[3]->code, "s1");
    assert_ok(db, k_station_walk_previous(db, start, NULL, NULL, &list));
    assert_int_equal(list.count, 4);
    assert_string_equal(list.items[0]->code, "s1");
    assert_string_equal(list.items[3]->code, "s3");
    assert_ok(db, k_station_find(db, "s6", &start));
    assert_ok(db, k_station_walk_next(db, start, &(orm_walk){.max_depth = 3}, NULL, &list));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[2]->code, "s9");
    test_session_close(&database, db);
}

/* Random links, with cycles and loops, against the closure that SQL computes. */
static void links_are_walked(void **state)
{
    (void)state;
    test_random random = {.state = 20261123};
    for (int round = 0; round < 20; round++) {
        k_station *start = NULL;
        k_station_list list;
        test_text text = {0};
        orm_session *db = test_session(&database);
        test_execute(&database, "delete from station_links");
        for (int i = 0; i < 14; i++)
            test_execute(
                &database, "insert into station_links values ('s%d', 's%d') on conflict do nothing",
                (int)test_random_int(&random, 1, 14), (int)test_random_int(&random, 1, 14));
        int depth = (int)test_random_int(&random, 0, 4);
        orm_walk options = {.max_depth = (uint32_t)depth, .include_start = true};
        k_station_query by_code = {.order_by = {K_STATION_BY_CODE}};
        assert_ok(db, k_station_find(db, "s1", &start));
        test_count_start(&database);
        assert_ok(db, k_station_walk_near(db, start, &options, &by_code, &list));
        assert_statements(&database, 1);
        for (size_t i = 0; i < list.count; i++)
            test_text_add(&text, "%s\n", list.items[i]->code);
        if (text.data == NULL)
            test_text_add(&text, "%s", "");
        assert_rows(text,
                    "with recursive d(code, depth) as (select code, 0 from stations where"
                    " code = 's1' union select l.to_code, d.depth + 1 from d join station_links l"
                    " on l.from_code = d.code where d.depth < %d) select distinct code from d"
                    " order by code",
                    depth == 0 ? 15 : depth);
        test_session_close(&database, db);
    }
}

static orm_status walk_up(orm_session *db, k_category *row, void *context)
{
    k_category_list list;
    orm_walk options = {.include_start = true};
    assert_ok(db, k_category_walk_parent(db, row, &options, NULL, &list));
    assert_int_equal(list.items[0]->id, row->id);
    assert_ptr_not_equal(list.items[0], row);
    assert_ok(db, k_category_walk_children(db, row, NULL, NULL, &list));
    for (size_t i = 0; i < list.count; i++)
        assert_int_not_equal(list.items[i]->id, row->id);
    *(int64_t *)context += (int64_t)list.count;
    return ORM_OK;
}

static void streamed_and_added_rows_are_walked_from(void **state)
{
    (void)state;
    int64_t seen = 0;
    k_category *added = NULL;
    k_category_list list;
    orm_session *db = test_session(&database);
    k_category_query few = {.where = k_category_id_is(orm_between(2, 9))};
    assert_ok(db, k_category_each(db, &few, NULL, walk_up, &seen));
    assert_int_equal(seen,
                     test_number(&database, "with recursive d(root, id) as (select id, id from"
                                            " categories where id between 2 and 9 union all select"
                                            " d.root, c.id from categories c join d on"
                                            " c.\"parent\" = d.id) select count(*) - 8 from d"));
    assert_ok(db, k_category_add(db,
                                 &(k_category_new){.id = ORM_SET(5000),
                                                   .parent_id = ORM_SET(9),
                                                   .name = ORM_SET("added"),
                                                   .open = ORM_SET(true)},
                                 &added));
    assert_ok(db, k_category_walk_parent(db, added, NULL, NULL, &list));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.items[0]->id, 9);
    orm_session_rollback(db);
    test_session_close(&database, db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        suite_test(rows_below_and_above_come_in_one_statement),
        suite_test(a_depth_bounds_the_steps),
        suite_test(long_chains_are_walked_to_their_end),
        suite_test(cycles_end),
        suite_test(a_condition_picks_rows_or_cuts_the_walk),
        suite_test(the_query_orders_limits_and_loads),
        suite_test(the_tree_is_in_memory_then),
        suite_test(ancestors_are_in_memory_then),
        suite_test(nothing_is_known_of_what_was_left_out),
        suite_test(rows_that_have_moved_are_noticed),
        suite_test(loaded_relations_stay),
        suite_test(several_rows_are_walked_from_at_once),
        suite_test(composite_keys_are_walked),
        suite_test(text_keys_and_single_children_are_walked),
        suite_test(links_are_walked),
        suite_test(streamed_and_added_rows_are_walked_from),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
