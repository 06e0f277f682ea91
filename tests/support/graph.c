#include "support/graph.h"

#define NUMBERS                                                                                    \
    "(with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)"                \
    " select i from n) n"

static void fill_targets(test_database *database)
{
    test_execute(database,
                 "insert into \"Teams\" (\"TeamId\", \"Code\", name)"
                 " select i, 'T' || i, 'team ' || i from " NUMBERS,
                 20);
    test_execute(database,
                 "insert into regions select 'c' || (i / 4), i %% 4, 'region ' || i from " NUMBERS
                 " where i < 12",
                 12);
    test_execute(database, "insert into regions values ('c0', 0, 'origin')");
    test_execute(database, "insert into region_partners select a.country, a.area, b.country, b.area"
                           " from regions a, regions b where a.area = b.area + 1");
    test_execute(database, "insert into skills select i, 'skill ' || i from " NUMBERS, 15);
    test_execute(database, "insert into labels select 'label ' || i from " NUMBERS, 6);
    test_execute(database, "insert into offices select i, 'c' || (i %% 3), i %% 4 from " NUMBERS,
                 9);
}

static void fill_people(test_database *database, int people)
{
    test_execute(database,
                 "insert into people (\"person id\", name, team, \"select\", team_code, boss_id,"
                 " country, area) select i, 'person ' || i,"
                 " case when i %% 5 = 0 then null else i %% 20 + 1 end,"
                 " case when i %% 3 = 0 then null else (i * 7) %% 20 + 1 end,"
                 " case when i %% 4 = 0 then null else 'T' || ((i * 3) %% 20 + 1) end,"
                 " case when i <= 3 then null else i / 3 end,"
                 " case when i %% 6 = 0 then null else 'c' || (i %% 3) end,"
                 " case when i %% 6 < 2 then null else i %% 4 end from " NUMBERS,
                 people);
}

void test_graph_fill(test_database *database, int people)
{
    fill_targets(database);
    if (people == 0)
        return;
    fill_people(database, people);
    test_execute(database,
                 "insert into profiles select i * 10, i, 'bio ' || i from " NUMBERS
                 " where i %% 2 = 0",
                 people);
    test_execute(database,
                 "insert into tasks (id, person_id, title, \"order\", done)"
                 " select n.i * 4 + k.i, n.i, 'task ' || n.i || '.' || k.i, (n.i + k.i * 5) %% 3,"
                 " %s from " NUMBERS ", (select 0 i union all select 1 union all select 2) k"
                 " where k.i < n.i %% 4",
                 test_either(database, "(n.i + k.i) % 2", "(n.i + k.i) % 2 = 1"), people);
    test_execute(database,
                 "insert into steps select t.id * 3 + k.i, t.id, 'step ' || k.i from tasks t,"
                 " (select 0 i union all select 1) k where k.i < t.id %% 3");
    test_execute(database,
                 "insert into ratings select n.i, (n.i + k.i * 4) %% 15 + 1, k.i from " NUMBERS
                 ", (select 0 i union all select 1 union all select 2) k where k.i < n.i %% 4",
                 people);
    test_execute(database,
                 "insert into people_labels (person, label)"
                 " select n.i, 'label ' || ((n.i + k.i) %% 6 + 1) from " NUMBERS
                 ", (select 0 i union all select 1) k where k.i < n.i %% 3",
                 people);
}
