/* Units of work with hand-written SQL, and the explanation of a query. */
#ifndef TESTS_TORTURE_CASES_RAW_H
#define TESTS_TORTURE_CASES_RAW_H

#include "torture/cases.h"

struct short_person {
    int64_t id;
    const char *name;
    orm_opt_double half;
};

static const orm_shape short_person = ORM_SHAPE(
    struct short_person, ORM_SHAPE_FIELD(struct short_person, id),
    ORM_SHAPE_FIELD(struct short_person, name), ORM_SHAPE_FIELD(struct short_person, half));

static const orm_named people_below = {
    .name = "people_below",
    .sql = "select \"person id\" as id, name, cast(0.5 as real) as half from people where \"person "
           "id\" < $1"
           " and name <> $2 order by 1",
    .params = &(const orm_shape){.name = "people_below",
                                 .columns =
                                     (const orm_column[]){
                                         {.field = "id", .name = "id", .type = ORM_TYPE_BIGINT},
                                         {.field = "name", .name = "name", .type = ORM_TYPE_TEXT}},
                                 .column_count = 2},
    .rows = &short_person};

static inline orm_status row_of_types(const orm_row *row, void *context)
{
    run *r = context;
    orm_opt_i64 id;
    orm_opt_double half;
    orm_numeric none;
    const char *name = NULL;
    TRY(orm_row_int(row, orm_row_column(row, "id"), &id));
    TRY(orm_row_text(row, orm_row_column(row, "name"), &name));
    TRY(orm_row_double(row, orm_row_column(row, "half"), &half));
    TRY(orm_row_numeric(row, orm_row_column(row, "none"), &none));
    test_text_add(&r->dump, "%lld %s %d\n", (long long)id.value, name, none.text == NULL);
    return ORM_OK;
}

static inline orm_status run_named(run *r)
{
    const orm_value values[] = {orm_bind(5), orm_bind("person 1")};
    struct {
        size_t count;
        struct short_person **items;
    } people;
    struct short_person *one = NULL;
    g_person_list parents;
    g_person_query query = {.with = {.team = &g_team_all, .tasks = &g_chore_all}};
    TRY(orm_named_list(ORM_SITE, r->db, &people_below, values, &people));
    for (size_t i = 0; i < people.count; i++)
        test_text_add(&r->dump, "%lld %s\n", (long long)people.items[i]->id, people.items[i]->name);
    TRY(orm_raw_rows(r->db, &short_person,
                     "select \"person id\" as id, name, cast(null as real) as half from people"
                     " where \"person id\" = 2",
                     NULL, 0, &people));
    one = people.count == 1 ? people.items[0] : NULL;
    test_text_add(&r->dump, "%s\n", one == NULL ? "-" : one->name);
    TRY(orm_raw(r->db,
                "select \"person id\" as id, name, cast(0.5 as real) as half, cast(null as "
                "numeric) as none from people"
                " where \"person id\" < 3 order by 1",
                NULL, 0, row_of_types, r, NULL));
    TRY(g_person_raw_with(r->db, "select * from people where \"person id\" < $1 order by 1", values,
                          1, &query, &parents));
    for (size_t i = 0; i < parents.count; i++) {
        g_chore_list tasks;
        READ(g_person_tasks(parents.items[i], &tasks));
        test_text_add(&r->dump, "%s %zu\n", parents.items[i]->name, tasks.count);
    }
    orm_session_rollback(r->db);
    return ORM_OK;
}

static inline orm_status explain_query(run *r)
{
    const char *text = NULL;
    g_person_query query = {
        .where = g_person_name_is(orm_ne("nobody")),
        .with = {.team = &(g_team_query){.load = ORM_LOAD_JOIN}, .tasks = &g_chore_all}};
    TRY(g_person_explain(r->db, &query, &text));
    /* Estimates change with what other units of work did. */
    test_text_add(&r->dump, "%d%d\n", strstr(text, "1. person") != NULL,
                  strstr(text, "2. person.tasks") != NULL);
    orm_session_rollback(r->db);
    return ORM_OK;
}

#endif
