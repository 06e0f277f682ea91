/* Which rows a query gives, and in what order. */
#include "evaluate.h"

#include <string.h>

int rt_one(const rt_world *world, int model, int relation, int row)
{
    rt_rows candidates;
    rt_answer answer;
    rt_related(world, model, relation, row, &candidates);
    rt_answer_query(world, NULL, &rt_models[model].relations[relation], &candidates, &answer);
    return answer.count > 0 ? answer.rows.rows[0] : -1;
}

/* The row that relations to one row lead to, or -1. */
static int row_at_end(const rt_world *world, const rt_order_item *item, int row, int *model)
{
    for (int i = 0; i < item->path_count; i++) {
        if (row >= 0)
            row = rt_one(world, *model, item->path[i], row);
        *model = rt_models[*model].relations[item->path[i]].target;
    }
    return row;
}

/* What a row is ordered by; NULL where there is nothing. */
static const rt_value *order_value(const rt_world *world, int model, const rt_order_item *item,
                                   int row, rt_type *type_out)
{
    static const rt_value nothing = {.null = true};
    row = rt_breaks(RT_BREAK_ORDER_RELATED) && item->path_count > 0
              ? -1
              : row_at_end(world, item, row, &model);
    *type_out = rt_models[model].columns[item->column].type;
    return row < 0 ? &nothing : rt_cell(world, model, row, item->column);
}

/* NULL is above every value, unless it is said where it stands. */
static int order_by(const rt_world *world, int model, const rt_order_item *item, bool folded,
                    int left, int right)
{
    rt_type type;
    const rt_value *a = order_value(world, model, item, left, &type);
    const rt_value *b = order_value(world, model, item, right, &type);
    bool descending = item->descending && !rt_breaks(RT_BREAK_DESC);
    if (a->null || b->null) {
        int last = a->null - b->null;
        if (item->nulls == RT_NULLS_FIRST && !rt_breaks(RT_BREAK_NULLS_FIRST))
            return -last;
        if (item->nulls == RT_NULLS_LAST && !rt_breaks(RT_BREAK_NULLS_LAST))
            return last;
        return descending != rt_breaks(RT_BREAK_NULLS) ? -last : last;
    }
    int order = folded && !item->exact && type == RT_TEXT ? rt_compare_folded(a, b)
                                                          : rt_compare(type, a, b);
    return descending ? -order : order;
}

static int order_of(const rt_world *world, int model, const rt_answer *answer, int left, int right)
{
    if (answer->order_count == 0 && answer->steps != NULL)
        return (answer->steps[left] - answer->steps[right]) *
               (rt_breaks(RT_BREAK_WALK_NEAREST) ? -1 : 1);
    for (int i = 0; i < answer->order_count; i++) {
        int order = order_by(world, model, &answer->order[i], answer->folded, left, right);
        if (order != 0)
            return i >= answer->backwards ? -order : order;
    }
    return 0;
}

static void sort(const rt_world *world, int model, rt_answer *answer)
{
    for (int i = 1; i < answer->rows.count; i++) {
        int row = answer->rows.rows[i];
        int at = i;
        for (; at > 0 && order_of(world, model, answer, answer->rows.rows[at - 1], row) > 0; at--)
            answer->rows.rows[at] = answer->rows.rows[at - 1];
        answer->rows.rows[at] = row;
    }
}

static bool fulfils(const rt_world *world, const rt_query *query, const rt_relation *relation,
                    int row, const rt_around *around)
{
    if (query == NULL || query->where == NULL)
        return true;
    if (rt_breaks(query->model >= RT_TABLES   ? RT_BREAK_HAVING
                  : relation == NULL          ? RT_BREAK_WHERE
                  : relation->kind == RT_MANY ? RT_BREAK_PARENT_WHERE
                                              : RT_BREAK_ONE_WHERE))
        return true;
    rt_truth result = rt_holds(world, query->where, row, around);
    return result == RT_TRUE || (result == RT_UNKNOWN && rt_breaks(RT_BREAK_WHERE_NULL));
}

static void set_order(const rt_query *query, const rt_relation *relation, rt_answer *out)
{
    bool own = query != NULL && query->order_count > 0;
    out->folded = query != NULL && query->folded && !rt_breaks(RT_BREAK_FOLDED);
    out->order = own ? query->order : relation != NULL ? relation->order : NULL;
    out->order_count = own ? query->order_count : relation != NULL ? relation->order_count : 0;
    bool wrong = rt_breaks(RT_BREAK_ORDER) || (!own && rt_breaks(RT_BREAK_DEFAULT_ORDER)) ||
                 (own && relation != NULL && rt_breaks(RT_BREAK_PARENT_ORDER));
    out->backwards = wrong ? 0 : rt_breaks(RT_BREAK_ORDER_SECOND) ? 1 : out->order_count;
}

static void cut(const rt_query *query, const rt_relation *relation, rt_answer *out)
{
    bool limited = query != NULL && query->limit != RT_NO_LIMIT;
    bool skipping = query != NULL && query->offset > 0;
    if (rt_breaks(relation != NULL ? RT_BREAK_PARENT_LIMIT : RT_BREAK_LIMIT) ||
        (limited && query->limit == 0 && rt_breaks(RT_BREAK_LIMIT_ZERO)))
        limited = false;
    if (rt_breaks(relation != NULL ? RT_BREAK_PARENT_OFFSET : RT_BREAK_OFFSET))
        skipping = false;
    out->from = !skipping ? 0 : query->offset < out->rows.count ? query->offset : out->rows.count;
    out->count = out->rows.count - out->from;
    if (limited && query->limit < out->count)
        out->count = query->limit;
    /* A relation to one row has the first. */
    if (relation != NULL && relation->kind != RT_MANY && out->count > 1)
        out->count = 1;
}

static bool holds_row(const rt_rows *rows, int row)
{
    for (int i = 0; i < rows->count; i++)
        if (rows->rows[i] == row)
            return true;
    return false;
}

static void fill_answer(const rt_world *world, const rt_query *query, const rt_relation *relation,
                        const rt_rows *candidates, const int *steps, const rt_around *around,
                        rt_answer *out);

/* The rows of .union_with. */
static void add_union(const rt_world *world, const rt_query *query, const rt_rows *candidates,
                      const rt_around *around, rt_rows *out)
{
    rt_answer other;
    out->count = 0;
    if (query == NULL || query->union_with == NULL || rt_breaks(RT_BREAK_UNION))
        return;
    fill_answer(world, query->union_with, NULL, candidates, NULL, around, &other);
    for (int i = 0; i < other.count; i++)
        out->rows[out->count++] = other.rows.rows[other.from + i];
}

static void fill_answer(const rt_world *world, const rt_query *query, const rt_relation *relation,
                        const rt_rows *candidates, const int *steps, const rt_around *around,
                        rt_answer *out)
{
    int model = relation != NULL ? relation->target : query->model;
    rt_rows others;
    out->rows.count = 0;
    out->steps = steps;
    set_order(query, relation, out);
    add_union(world, query, candidates, around, &others);
    for (int i = 0; i < candidates->count; i++)
        if (fulfils(world, query, relation, candidates->rows[i], around) ||
            holds_row(&others, candidates->rows[i]))
            out->rows.rows[out->rows.count++] = candidates->rows[i];
    sort(world, model, out);
    if (relation != NULL && relation->kind == RT_HAS_ONE && rt_breaks(RT_BREAK_ONE_FIRST) &&
        out->rows.count > 1)
        out->rows.rows[0] = out->rows.rows[--out->rows.count];
    cut(query, relation, out);
}

void rt_answer_query(const rt_world *world, const rt_query *query, const rt_relation *relation,
                     const rt_rows *candidates, rt_answer *out)
{
    fill_answer(world, query, relation, candidates, NULL, NULL, out);
}

void rt_answer_within(const rt_world *world, const rt_query *query, const rt_around *around,
                      rt_answer *out)
{
    rt_rows all;
    rt_all(world, query->model, &all);
    fill_answer(world, query, NULL, &all, NULL, around, out);
}

/* Rows that can be walked on from: those of `from`, and others unless they are pruned. */
static bool is_passable(const rt_world *world, const rt_ask *ask, int row, int step)
{
    return step == 0 || !ask->prune || rt_breaks(RT_BREAK_WALK_PRUNE) ||
           ask->query->where == NULL || rt_holds(world, ask->query->where, row, NULL) == RT_TRUE;
}

/* The numbers of steps to all rows; -1: not reached. */
static void take_steps(const rt_world *world, const rt_ask *ask, const rt_rows *from, int *steps)
{
    int model = ask->query->model;
    for (int row = 0; row < RT_ROWS_MAX; row++)
        steps[row] = -1;
    for (int i = 0; i < from->count; i++)
        steps[from->rows[i]] = 0;
    bool bounded = ask->max_depth > 0 && !rt_breaks(RT_BREAK_WALK_DEPTH);
    int most = bounded ? ask->max_depth : rt_breaks(RT_BREAK_WALK) ? 1 : RT_ROWS_MAX;
    for (int step = 0; step < most; step++) {
        for (int row = 0; row < world->counts[model]; row++) {
            rt_rows next;
            if (steps[row] != step || !is_passable(world, ask, row, step))
                continue;
            rt_related(world, model, ask->relation, row, &next);
            for (int i = 0; i < next.count; i++)
                if (steps[next.rows[i]] < 0)
                    steps[next.rows[i]] = step + 1;
        }
    }
}

void rt_walk(const rt_world *world, const rt_ask *ask, const rt_rows *from, int *steps,
             rt_answer *out)
{
    rt_rows reached = {.count = 0};
    rt_relation way = rt_models[ask->query->model].relations[ask->relation];
    take_steps(world, ask, from, steps);
    for (int row = 0; row < world->counts[ask->query->model]; row++)
        if (steps[row] > 0 ||
            (steps[row] == 0 && ask->include_start != rt_breaks(RT_BREAK_WALK_START)))
            reached.rows[reached.count++] = row;
    /* It gives a list, whatever the relation gives. */
    way.kind = RT_MANY;
    fill_answer(world, ask->query, &way, &reached, steps, NULL, out);
    out->order = ask->query->order_count > 0 ? ask->query->order : NULL;
}

bool rt_is_answer(const rt_world *world, int model, const rt_answer *answer, const rt_rows *given,
                  rt_text *why)
{
    bool good = given->count == answer->count;
    if (!good)
        rt_add(why, "%d rows instead of %d\n", given->count, answer->count);
    for (int i = 0; i < given->count && good; i++) {
        int row = given->rows[i];
        rt_rows before = {.count = i};
        memcpy(before.rows, given->rows, (size_t)i * sizeof *before.rows);
        if (!holds_row(&answer->rows, row))
            rt_add(why, "row %d of the answer, %d of the table, is none of those wanted\n", i, row);
        else if (holds_row(&before, row))
            rt_add(why, "row %d of the answer, %d of the table, comes twice\n", i, row);
        else if (order_of(world, model, answer, row, answer->rows.rows[answer->from + i]) != 0)
            rt_add(why,
                   "row %d of the answer, %d of the table, does not stand there by the order\n", i,
                   row);
        else
            continue;
        good = false;
    }
    return good;
}

bool rt_is_partial(const rt_query *query)
{
    if (rt_breaks(RT_BREAK_PARTIAL))
        return false;
    return query != NULL && (query->limit != RT_NO_LIMIT || query->offset > 0 ||
                             (query->where != NULL && query->where->kind != RT_EVERYTHING));
}

int rt_count_related(const rt_world *world, int model, int relation, int row, const rt_query *query)
{
    rt_query counted = *query;
    rt_rows candidates;
    rt_answer answer;
    if (rt_breaks(RT_BREAK_COUNT_WHERE))
        counted.where = NULL;
    if (rt_breaks(RT_BREAK_COUNT_LIMIT)) {
        counted.limit = RT_NO_LIMIT;
        counted.offset = 0;
    }
    rt_related(world, model, relation, row, &candidates);
    rt_answer_query(world, &counted, NULL, &candidates, &answer);
    return answer.count + rt_breaks(RT_BREAK_COUNT_RELATED);
}

bool rt_is_undeferred(const rt_query *query)
{
    return query->undefer != rt_breaks(RT_BREAK_UNDEFER);
}
