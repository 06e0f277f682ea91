/* The rows of result structs: columns by path, groups, values and joins. */
#include <stdlib.h>
#include <string.h>

#include "evaluate.h"

static rt_value get(const rt_world *world, int model, int row, int column)
{
    return row < 0 ? (rt_value){.null = true} : *rt_cell(world, model, row, column);
}

/* On from a row that may be none. */
static int one(const rt_world *world, int model, int relation, int row)
{
    return row < 0 || rt_breaks(RT_BREAK_PATH) ? -1 : rt_one(world, model, relation, row);
}

static rt_value number(int64_t value)
{
    return (rt_value){.number = value};
}

static rt_value aggregate(const rt_world *world, rt_purpose purpose, int model, int column,
                          const rt_rows *rows)
{
    rt_value value;
    (void)rt_aggregate(world, purpose, model, column, rows->rows, rows->count, &value);
    return value;
}

static rt_value count_values(const rt_world *world, int model, int column, const rt_rows *rows)
{
    int64_t count = 0;
    for (int i = 0; i < rows->count; i++)
        count +=
            !rt_cell(world, model, rows->rows[i], column)->null || rt_breaks(RT_BREAK_COUNT_VALUES);
    return number(count);
}

static rt_value count_distinct(const rt_world *world, int model, int column, const rt_rows *rows)
{
    int64_t count = 0;
    for (int i = 0; i < rows->count; i++) {
        const rt_value *value = rt_cell(world, model, rows->rows[i], column);
        bool known = value->null;
        for (int k = 0; k < i && !known && !rt_breaks(RT_BREAK_COUNT_DISTINCT); k++) {
            const rt_value *other = rt_cell(world, model, rows->rows[k], column);
            known = !other->null &&
                    rt_compare(rt_models[model].columns[column].type, value, other) == 0;
        }
        count += !known;
    }
    return number(count);
}

/* Room for one more row. */
static rt_value *add_row(rt_world *world, int table)
{
    int width = rt_models[table].column_count;
    if (world->counts[table] == RT_ROWS_MAX)
        exit(71);
    return &world->cells[table][world->counts[table]++ * width];
}

/* In the order of schema.h. */
static void add_activity(rt_world *world, int row)
{
    rt_value *cells = add_row(world, RT_ACTIVITY);
    rt_rows projects;
    rt_rows skills;
    rt_rows tasks = {0};
    int place = one(world, RT_PERSON, 4, row);
    rt_related(world, RT_PERSON, 5, row, &projects);
    rt_related(world, RT_PERSON, 9, row, &skills);
    for (int i = 0; i < projects.count; i++) {
        rt_rows some;
        rt_related(world, RT_PROJECT, 2, projects.rows[i], &some);
        for (int k = 0; k < some.count; k++)
            tasks.rows[tasks.count++] = some.rows[k];
    }
    *cells++ = get(world, RT_PERSON, row, RT_PERSON_ID);
    *cells++ = get(world, RT_PERSON, row, RT_PERSON_AGE);
    *cells++ = get(world, RT_PLACE, place, RT_PLACE_TITLE);
    *cells++ = number(projects.count);
    *cells++ = count_values(world, RT_PROJECT, RT_PROJECT_DUE, &projects);
    *cells++ = aggregate(world, RT_SUM, RT_PROJECT, RT_PROJECT_BUDGET, &projects);
    *cells++ = aggregate(world, RT_MAX, RT_PROJECT, RT_PROJECT_DUE, &projects);
    *cells++ = aggregate(world, RT_AVG, RT_PROJECT, RT_PROJECT_RANK, &projects);
    *cells++ = aggregate(world, RT_SUM, RT_TASK, RT_TASK_RANK, &tasks);
    *cells++ = count_distinct(world, RT_SKILL, RT_SKILL_NAME, &skills);
}

static void add_card(rt_world *world, int row)
{
    rt_value *cells = add_row(world, RT_CARD);
    int owner = one(world, RT_PROJECT, 0, row);
    int reviewer = one(world, RT_PROJECT, 1, row);
    int task = one(world, RT_PROJECT, 3, row);
    int place = one(world, RT_PERSON, 4, owner);
    *cells++ = get(world, RT_PROJECT, row, RT_PROJECT_TITLE);
    *cells++ = get(world, RT_PROJECT, row, RT_PROJECT_RANK);
    *cells++ = get(world, RT_PERSON, owner, RT_PERSON_CODE);
    *cells++ = get(world, RT_PERSON, owner, RT_PERSON_GRADE);
    *cells++ = get(world, RT_PLACE, place, RT_PLACE_TITLE);
    *cells++ = get(world, RT_PERSON, reviewer, RT_PERSON_AGE);
    *cells++ = get(world, RT_TASK, task, RT_TASK_RANK);
}

/* Rows of a relation for which a condition of the join holds; none in a left join: -1. */
static void join(const rt_world *world, int model, int relation, int row, const rt_query *on,
                 bool inner, rt_rows *out)
{
    rt_rows all;
    out->count = 0;
    all.count = 0;
    if (row >= 0)
        rt_related(world, model, relation, row, &all);
    for (int i = 0; i < all.count; i++)
        if (on->where == NULL || rt_breaks(RT_BREAK_JOIN_ON) ||
            rt_holds(world, on->where, all.rows[i], NULL) == RT_TRUE)
            out->rows[out->count++] = all.rows[i];
    if (out->count == 0 &&
        !(inner ? !rt_breaks(RT_BREAK_JOIN_INNER) : rt_breaks(RT_BREAK_JOIN_LEFT)))
        out->rows[out->count++] = -1;
}

static void add_pairs(rt_world *world, const rt_ask *ask, int row)
{
    int table = ask->query->model;
    bool inner = table == RT_PAIR_INNER;
    rt_rows projects;
    rt_rows tasks;
    join(world, RT_PERSON, 5, row, ask->on[0], inner, &projects);
    for (int i = 0; i < projects.count; i++) {
        int project = projects.rows[i];
        join(world, RT_PROJECT, 2, project, ask->on[1], inner, &tasks);
        for (int k = 0; k < tasks.count; k++) {
            rt_value *cells = add_row(world, table);
            cells[0] = get(world, RT_TASK, tasks.rows[k], RT_TASK_NOTE);
            cells[1] = get(world, RT_TASK, tasks.rows[k], RT_TASK_RANK);
            cells[2] = number(row);
            cells[3] = (rt_value){.null = project < 0, .number = project < 0 ? 0 : project};
        }
    }
}

static bool same_group(const rt_world *world, int left, int right)
{
    rt_value a = get(world, RT_PERSON, one(world, RT_PROJECT, 0, left), RT_PERSON_GRADE);
    rt_value b = get(world, RT_PERSON, one(world, RT_PROJECT, 0, right), RT_PERSON_GRADE);
    return rt_breaks(RT_BREAK_GROUP) ||
           (rt_identical(RT_SMALLINT, rt_cell(world, RT_PROJECT, left, RT_PROJECT_RANK),
                         rt_cell(world, RT_PROJECT, right, RT_PROJECT_RANK)) &&
            rt_identical(RT_ENUM, &a, &b));
}

static void add_groups(rt_world *world, const rt_rows *rows)
{
    bool done[RT_ROWS_MAX] = {false};
    for (int i = 0; i < rows->count; i++) {
        rt_rows group = {0};
        for (int k = i; k < rows->count; k++) {
            if (done[k] || !same_group(world, rows->rows[i], rows->rows[k]))
                continue;
            group.rows[group.count++] = rows->rows[k];
            done[k] = true;
        }
        if (group.count == 0)
            continue;
        rt_value *cells = add_row(world, RT_BY_OWNER);
        int owner = one(world, RT_PROJECT, 0, rows->rows[i]);
        *cells++ = get(world, RT_PROJECT, rows->rows[i], RT_PROJECT_RANK);
        *cells++ = get(world, RT_PERSON, owner, RT_PERSON_GRADE);
        *cells++ = number(group.count);
        *cells++ = aggregate(world, RT_SUM, RT_PROJECT, RT_PROJECT_BUDGET, &group);
        *cells++ = aggregate(world, RT_MIN, RT_PROJECT, RT_PROJECT_TITLE, &group);
        *cells++ = count_distinct(world, RT_PROJECT, RT_PROJECT_SKILL_TAG, &group);
        *cells++ = aggregate(world, RT_AVG, RT_PROJECT, RT_PROJECT_ID, &group);
        *cells++ = count_values(world, RT_PROJECT, RT_PROJECT_DUE, &group);
    }
}

static bool same_cells(const rt_world *world, int table, int left, int right)
{
    const rt_model *model = &rt_models[table];
    for (int i = 0; i < model->column_count; i++)
        if (!rt_identical(model->columns[i].type, rt_cell(world, table, left, i),
                          rt_cell(world, table, right, i)))
            return false;
    return true;
}

static void drop_repeated(rt_world *world, int table)
{
    size_t width = (size_t)rt_models[table].column_count;
    int kept = 0;
    for (int row = 0; row < world->counts[table]; row++) {
        bool known = false;
        for (int before = 0; before < kept && !known; before++)
            known = same_cells(world, table, before, row);
        if (known)
            continue;
        memmove(&world->cells[table][(size_t)kept * width],
                &world->cells[table][(size_t)row * width], width * sizeof(rt_value));
        kept++;
    }
    world->counts[table] = kept;
}

void rt_make_results(rt_world *world, const rt_ask *ask)
{
    int table = ask->query->model;
    rt_rows all;
    rt_answer base;
    if (world->cells[table] == NULL)
        world->cells[table] =
            rt_new((size_t)RT_ROWS_MAX * (size_t)rt_models[table].column_count * sizeof(rt_value));
    world->counts[table] = 0;
    rt_all(world, ask->base->model, &all);
    rt_answer_query(world, ask->base, NULL, &all, &base);
    for (int i = 0; i < base.count; i++) {
        if (table == RT_ACTIVITY)
            add_activity(world, base.rows.rows[i]);
        else if (table == RT_CARD)
            add_card(world, base.rows.rows[i]);
        else if (table != RT_BY_OWNER)
            add_pairs(world, ask, base.rows.rows[i]);
    }
    if (table == RT_BY_OWNER)
        add_groups(world, &base.rows);
    if (ask->distinct && !rt_breaks(RT_BREAK_DISTINCT))
        drop_repeated(world, table);
}
