/* Whether a condition holds for a row: true, false or unknown. */
#include <string.h>

#include "evaluate.h"

static rt_truth truth(bool value)
{
    return value ? RT_TRUE : RT_FALSE;
}

static rt_truth opposite(rt_truth value)
{
    if (rt_breaks(RT_BREAK_NOT))
        return value;
    if (value == RT_UNKNOWN)
        return rt_breaks(RT_BREAK_NOT_NULL) ? RT_TRUE : RT_UNKNOWN;
    return truth(value == RT_FALSE);
}

static rt_truth both(rt_truth left, rt_truth right)
{
    if (rt_breaks(RT_BREAK_AND))
        return right;
    if (left == RT_FALSE || right == RT_FALSE)
        return RT_FALSE;
    if (left == RT_UNKNOWN || right == RT_UNKNOWN)
        return rt_breaks(RT_BREAK_AND_NULL) ? RT_FALSE : RT_UNKNOWN;
    return RT_TRUE;
}

static rt_truth either(rt_truth left, rt_truth right)
{
    if (rt_breaks(RT_BREAK_OR))
        return right;
    if (left == RT_TRUE || right == RT_TRUE)
        return RT_TRUE;
    if (left == RT_UNKNOWN || right == RT_UNKNOWN)
        return rt_breaks(RT_BREAK_OR_NULL) ? RT_FALSE : RT_UNKNOWN;
    return RT_FALSE;
}

/* =, <>, <, … of two values, either of which may be NULL. */
static rt_truth relate(rt_op op, rt_type type, const rt_value *left, const rt_value *right)
{
    static const rt_break breaks[] = {RT_BREAK_EQ, RT_BREAK_NE, RT_BREAK_LT,
                                      RT_BREAK_LE, RT_BREAK_GT, RT_BREAK_GE};
    if (left->null || right->null)
        return rt_breaks(RT_BREAK_COMPARE_NULL) ? RT_FALSE : RT_UNKNOWN;
    int order = rt_compare(type, left, right);
    bool result = op == RT_EQ   ? order == 0
                  : op == RT_NE ? order != 0
                  : op == RT_LT ? order < 0
                  : op == RT_LE ? order <= 0
                  : op == RT_GT ? order > 0
                                : order >= 0;
    return truth(result != rt_breaks(breaks[op]));
}

static rt_truth is_between(rt_type type, const rt_value *value, const rt_value *low,
                           const rt_value *high)
{
    rt_truth upper = relate(RT_LE, type, value, high);
    return rt_breaks(RT_BREAK_BETWEEN) ? upper : both(relate(RT_GE, type, value, low), upper);
}

static rt_truth is_in(rt_type type, const rt_value *value, const rt_pred *pred)
{
    if (pred->value_count == 0)
        return truth(rt_breaks(RT_BREAK_IN_EMPTY));
    if (value->null)
        return rt_breaks(RT_BREAK_IN_NULL) ? RT_FALSE : RT_UNKNOWN;
    /* Broken, it misses the last of several. */
    int count = pred->value_count - (rt_breaks(RT_BREAK_IN) && pred->value_count > 1);
    bool found = false;
    for (int i = 0; i < count; i++)
        found = found || rt_compare(type, value, &pred->values[i]) == 0;
    return truth(found);
}

/* Whether `part` stands in the text at `at`. */
static bool stands_at(const char *at, const rt_value *part, bool fold)
{
    size_t size = part->size;
    for (size_t i = 0; i < size; i++) {
        char a = at[i];
        char b = part->text[i];
        if (fold && a >= 'A' && a <= 'Z')
            a = (char)(a + 'a' - 'A');
        if (fold && b >= 'A' && b <= 'Z')
            b = (char)(b + 'a' - 'A');
        if (a != b)
            return false;
    }
    return true;
}

static bool contains(const char *text, const rt_value *part, bool fold)
{
    for (size_t at = 0; at + part->size <= strlen(text); at++)
        if (stands_at(text + at, part, fold))
            return true;
    return false;
}

/* The start, any part or the end of a text. */
static bool has_part(rt_op op, const char *text, const rt_value *part)
{
    size_t size = strlen(text);
    bool fits = part->size <= size;
    switch (op) {
    case RT_PREFIX:
        return (fits && stands_at(text, part, false)) != rt_breaks(RT_BREAK_PREFIX);
    case RT_IPREFIX:
        return fits && stands_at(text, part, !rt_breaks(RT_BREAK_IPREFIX));
    case RT_SUFFIX:
        return (fits && stands_at(text + size - part->size, part, false)) !=
               rt_breaks(RT_BREAK_SUFFIX);
    case RT_ISUFFIX:
        return fits && stands_at(text + size - part->size, part, !rt_breaks(RT_BREAK_ISUFFIX));
    case RT_ICONTAINS:
        return contains(text, part, !rt_breaks(RT_BREAK_ICONTAINS));
    default:
        return rt_breaks(RT_BREAK_CONTAINS) ? fits && stands_at(text, part, false)
                                            : contains(text, part, false);
    }
}

/* Patterns see the blanks of a char(n). */
static rt_truth fits(const rt_column *column, const rt_pred *pred, const rt_value *value)
{
    char text[64];
    const rt_value *pattern = &pred->values[0];
    if (value->null)
        return rt_breaks(RT_BREAK_COMPARE_NULL) ? RT_FALSE : RT_UNKNOWN;
    rt_padded(column, value, text);
    if (rt_breaks(RT_BREAK_LIKE_PADDING))
        text[value->size] = '\0';
    if (pred->op == RT_LIKE)
        return truth(rt_is_like(pattern->text, text, false) != rt_breaks(RT_BREAK_LIKE));
    if (pred->op == RT_ILIKE)
        return truth(rt_is_like(pattern->text, text, true));
    return truth(has_part(pred->op, text, pattern));
}

/* NULL is a value like any other. */
static bool is_distinct(rt_type type, const rt_value *left, const rt_value *right)
{
    if (left->null || right->null)
        return left->null != right->null || rt_breaks(RT_BREAK_DISTINCT_NULL);
    return rt_compare(type, left, right) != 0;
}

/* One of the values that a column has in the rows of a query; NULLs among them count for nothing.
 */
static rt_truth is_in_query(const rt_world *world, rt_type type, const rt_value *value,
                            const rt_pred *pred, const rt_around *around)
{
    rt_answer answer;
    int count = 0;
    bool found = false;
    bool null = false;
    rt_answer_within(world, pred->rows, around, &answer);
    for (int i = 0; i < answer.count; i++) {
        const rt_value *one =
            rt_cell(world, pred->other, answer.rows.rows[answer.from + i], pred->columns[0]);
        null = null || one->null;
        if (one->null)
            continue;
        count++;
        found = found || (!value->null && rt_compare(type, value, one) == 0);
    }
    if (count == 0 || rt_breaks(RT_BREAK_IN_QUERY))
        return RT_FALSE;
    if (null && !found && rt_breaks(RT_BREAK_IN_QUERY_NULL))
        return RT_UNKNOWN;
    return value->null ? RT_UNKNOWN : truth(found);
}

static rt_value scalar(const rt_world *world, const rt_pred *pred, const rt_around *around)
{
    static const rt_purpose purposes[] = {
        [RT_MAX_OF] = RT_MAX, [RT_MIN_OF] = RT_MIN, [RT_SUM_OF] = RT_SUM, [RT_AVG_OF] = RT_AVG};
    static const rt_break breaks[] = {
        [RT_VALUE_OF] = RT_BREAK_VALUE_OF, [RT_MAX_OF] = RT_BREAK_MAX_OF,
        [RT_MIN_OF] = RT_BREAK_MIN_OF,     [RT_SUM_OF] = RT_BREAK_SUM_OF,
        [RT_AVG_OF] = RT_BREAK_AVG_OF,     [RT_COUNT_OF] = RT_BREAK_COUNT_OF};
    rt_answer answer;
    rt_value value = {.null = true};
    rt_answer_within(world, pred->rows, around, &answer);
    const int *rows = answer.rows.rows + answer.from;
    if (rt_breaks(breaks[pred->pick]))
        return value;
    if (pred->pick == RT_COUNT_OF)
        value = (rt_value){.number = answer.count};
    else if (pred->pick != RT_VALUE_OF)
        (void)rt_aggregate(world, purposes[pred->pick], pred->other, pred->columns[0], rows,
                           answer.count, &value);
    else if (answer.count > 0)
        value = *rt_cell(world, pred->other, rows[0], pred->columns[0]);
    return value;
}

/* What a column is compared with: `index` 1 is BETWEEN's upper bound. */
static rt_value operand(const rt_world *world, const rt_pred *pred, int index,
                        const rt_around *self)
{
    if (pred->operand == RT_LITERAL)
        return pred->values[index];
    if (pred->operand == RT_OF_QUERY)
        return scalar(world, pred, self);
    const rt_around *at = self;
    if (pred->outer && !rt_breaks(RT_BREAK_OF_OUTER))
        for (at = self->next; at->model != pred->other;)
            at = at->next;
    if (at->model != pred->other || rt_breaks(RT_BREAK_OF_COLUMN))
        return (rt_value){.null = true};
    return *rt_cell(world, at->model, at->row, pred->columns[index]);
}

static rt_truth compare(const rt_world *world, const rt_pred *pred, rt_type type,
                        const rt_value *value, const rt_around *self)
{
    rt_value left = *value;
    rt_value other = operand(world, pred, 0, self);
    if (pred->operand == RT_OF_QUERY && pred->pick == RT_AVG_OF) {
        left.real = (double)value->number;
        type = RT_DOUBLE;
    }
    if (pred->op == RT_DISTINCT)
        return truth(is_distinct(type, &left, &other) != rt_breaks(RT_BREAK_IS_DISTINCT));
    if (pred->op == RT_NOT_DISTINCT)
        return truth(is_distinct(type, &left, &other) == rt_breaks(RT_BREAK_IS_NOT_DISTINCT));
    if (pred->op != RT_BETWEEN)
        return relate(pred->op, type, &left, &other);
    rt_value high = operand(world, pred, 1, self);
    return is_between(type, &left, &other, &high);
}

static rt_truth leaf_holds(const rt_world *world, const rt_pred *pred, rt_type type,
                           const rt_value *value, const rt_around *self)
{
    switch (pred->op) {
    case RT_IN:
        return is_in(type, value, pred);
    case RT_NOT_IN:
        return rt_breaks(RT_BREAK_NOT_IN) ? is_in(type, value, pred)
                                          : opposite(is_in(type, value, pred));
    case RT_IN_QUERY:
        return is_in_query(world, type, value, pred, self);
    case RT_NOT_IN_QUERY:
        return opposite(is_in_query(world, type, value, pred, self));
    default:
        return compare(world, pred, type, value, self);
    }
}

static rt_truth column_holds(const rt_world *world, const rt_pred *pred, const rt_around *self)
{
    const rt_column *column = &rt_models[pred->model].columns[pred->target];
    const rt_value *value = rt_cell(world, pred->model, self->row, pred->target);
    if (pred->op >= RT_LIKE && pred->op <= RT_ISUFFIX)
        return fits(column, pred, value);
    rt_truth result = leaf_holds(world, pred, column->type, value, self);
    return pred->kind == RT_SQL && rt_breaks(RT_BREAK_SQL) ? opposite(result) : result;
}

/* How many related rows there are for which a condition holds, and how many in all. */
static int count_such(const rt_world *world, const rt_pred *pred, const rt_around *self, int *all,
                      bool *unsure)
{
    rt_rows rows;
    int count = 0;
    rt_related(world, pred->model, pred->target, self->row, &rows);
    for (int i = 0; i < rows.count; i++) {
        rt_truth result = rt_holds(world, pred->items[0], rows.rows[i], self);
        count += result == RT_TRUE || rt_breaks(RT_BREAK_HAS_WHERE);
        *unsure = *unsure || result == RT_UNKNOWN;
    }
    *all = rows.count;
    return count;
}

static rt_truth related_holds(const rt_world *world, const rt_pred *pred, const rt_around *self)
{
    int all = 0;
    bool unsure = false;
    int count = count_such(world, pred, self, &all, &unsure);
    rt_value number = {.number = count + rt_breaks(RT_BREAK_HAS_COUNT)};
    switch (pred->kind) {
    case RT_HAS_NO:
        return truth((count == 0) != rt_breaks(RT_BREAK_HAS_NO));
    case RT_HAS_ONLY:
        if (unsure && rt_breaks(RT_BREAK_HAS_ONLY_NULL))
            return RT_UNKNOWN;
        return truth((count == all) != rt_breaks(RT_BREAK_HAS_ONLY));
    case RT_HAS_COUNT:
        return leaf_holds(world, pred, RT_BIGINT, &number, self);
    default:
        return truth((count > 0) != rt_breaks(RT_BREAK_HAS));
    }
}

rt_truth rt_holds(const rt_world *world, const rt_pred *pred, int row, const rt_around *around)
{
    rt_around self = {pred->model, row, around};
    rt_truth result;
    switch (pred->kind) {
    case RT_LEAF:
    case RT_SQL:
        return column_holds(world, pred, &self);
    case RT_IS_NULL:
        return truth(rt_cell(world, pred->model, row, pred->target)->null !=
                     rt_breaks(RT_BREAK_IS_NULL));
    case RT_ALL:
        result = RT_TRUE;
        for (int i = 0; i < pred->item_count; i++)
            result = both(result, rt_holds(world, pred->items[i], row, around));
        return result;
    case RT_ANY:
        result = RT_FALSE;
        for (int i = 0; i < pred->item_count; i++)
            result = either(result, rt_holds(world, pred->items[i], row, around));
        return result;
    case RT_NOT:
        return opposite(rt_holds(world, pred->items[0], row, around));
    case RT_EVERYTHING:
        return truth(!rt_breaks(RT_BREAK_EVERYTHING));
    default:
        return related_holds(world, pred, &self);
    }
}
