#include "evaluate.h"

#include <string.h>

const char *const rt_break_names[] = {"",
#define NAME(NAME, name, purpose, op) name,
                                      RT_BREAKS(NAME)
#undef NAME
};

rt_focus rt_break_focus(rt_break what)
{
    static const rt_focus focuses[] = {{0},
#define FOCUS(NAME, name, purpose, op) {true, RT_##purpose, RT_##op},
                                       RT_BREAKS(FOCUS)
#undef FOCUS
    };
    return focuses[what];
}

static rt_break broken;

void rt_break_set(rt_break what)
{
    broken = what;
}

bool rt_breaks(rt_break what)
{
    return broken == what;
}

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

static bool has_prefix(const char *text, const rt_value *prefix)
{
    size_t size = prefix->size - (rt_breaks(RT_BREAK_PREFIX) && prefix->size > 0 ? 1u : 0);
    return strncmp(text, prefix->text, size) == 0;
}

static bool has_part(const char *text, const rt_value *part)
{
    return rt_breaks(RT_BREAK_CONTAINS) ? strncmp(text, part->text, part->size) == 0
                                        : strstr(text, part->text) != NULL;
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
    switch (pred->op) {
    case RT_LIKE:
        return truth(rt_is_like(pattern->text, text, false) != rt_breaks(RT_BREAK_LIKE));
    case RT_ILIKE:
        return truth(rt_is_like(pattern->text, text, true));
    case RT_PREFIX:
        return truth(has_prefix(text, pattern));
    default:
        return truth(has_part(text, pattern));
    }
}

static rt_truth leaf_holds(const rt_world *world, const rt_pred *pred, int row)
{
    const rt_column *column = &rt_models[pred->model].columns[pred->target];
    const rt_value *value = rt_cell(world, pred->model, row, pred->target);
    switch (pred->op) {
    case RT_BETWEEN:
        return is_between(column->type, value, &pred->values[0], &pred->values[1]);
    case RT_IN:
        return is_in(column->type, value, pred);
    case RT_NOT_IN:
        return rt_breaks(RT_BREAK_NOT_IN) ? is_in(column->type, value, pred)
                                          : opposite(is_in(column->type, value, pred));
    case RT_LIKE:
    case RT_ILIKE:
    case RT_PREFIX:
    case RT_CONTAINS:
        return fits(column, pred, value);
    default:
        return relate(pred->op, column->type, value, &pred->values[0]);
    }
}

static rt_truth has_holds(const rt_world *world, const rt_pred *pred, int row)
{
    rt_rows rows;
    bool found = false;
    rt_related(world, pred->model, pred->target, row, &rows);
    for (int i = 0; i < rows.count; i++)
        found = found || rt_breaks(RT_BREAK_HAS_WHERE) ||
                rt_holds(world, pred->items[0], rows.rows[i]) == RT_TRUE;
    return truth(found != rt_breaks(RT_BREAK_HAS));
}

rt_truth rt_holds(const rt_world *world, const rt_pred *pred, int row)
{
    rt_truth result;
    switch (pred->kind) {
    case RT_LEAF:
        return leaf_holds(world, pred, row);
    case RT_IS_NULL:
        return truth(rt_cell(world, pred->model, row, pred->target)->null !=
                     rt_breaks(RT_BREAK_IS_NULL));
    case RT_ALL:
        result = RT_TRUE;
        for (int i = 0; i < pred->item_count; i++)
            result = both(result, rt_holds(world, pred->items[i], row));
        return result;
    case RT_ANY:
        result = RT_FALSE;
        for (int i = 0; i < pred->item_count; i++)
            result = either(result, rt_holds(world, pred->items[i], row));
        return result;
    case RT_NOT:
        return opposite(rt_holds(world, pred->items[0], row));
    case RT_HAS:
        return has_holds(world, pred, row);
    default:
        return truth(!rt_breaks(RT_BREAK_EVERYTHING));
    }
}

void rt_all(const rt_world *world, int table, rt_rows *out)
{
    out->count = 0;
    for (int row = 0; row < world->counts[table]; row++)
        out->rows[out->count++] = row;
}

/* Whether columns of one row hold what those of another hold; NULL is never the same. */
static bool same(const rt_world *world, int left, int left_row, const int *left_columns, int right,
                 int right_row, const int *right_columns, int count)
{
    for (int i = 0; i < count - (rt_breaks(RT_BREAK_KEY_SECOND) && count > 1); i++) {
        const rt_value *a = rt_cell(world, left, left_row, left_columns[i]);
        const rt_value *b = rt_cell(world, right, right_row, right_columns[i]);
        if (a->null || b->null) {
            if (!rt_breaks(RT_BREAK_KEY_NULL))
                return false;
        } else if (rt_compare(rt_models[left].columns[left_columns[i]].type, a, b) != 0) {
            return false;
        }
    }
    return !rt_breaks(RT_BREAK_KEY);
}

static int key_size(const int *columns)
{
    int count = 0;
    while (columns[count] >= 0)
        count++;
    return count;
}

static bool links(const rt_world *world, int model, const rt_relation *relation, int row, int other,
                  int link)
{
    return same(world, model, row, relation->own, relation->link, link, relation->link_own,
                key_size(relation->own)) &&
           same(world, relation->target, other, relation->other, relation->link, link,
                relation->link_other, key_size(relation->other));
}

static bool is_linked(const rt_world *world, int model, const rt_relation *relation, int row,
                      int other)
{
    if (relation->link < 0)
        return same(world, model, row, relation->own, relation->target, other, relation->other,
                    key_size(relation->own));
    for (int link = rt_breaks(RT_BREAK_LINK); link < world->counts[relation->link]; link++)
        if (links(world, model, relation, row, other, link))
            return true;
    return false;
}

int rt_link_row(const rt_world *world, int model, int relation, int row, int other)
{
    const rt_relation *way = &rt_models[model].relations[relation];
    for (int link = 0; link < world->counts[way->link]; link++)
        if (links(world, model, way, row, other, link))
            return rt_breaks(RT_BREAK_LINK_ROW) ? link - 1 : link;
    return -1;
}

void rt_related(const rt_world *world, int model, int relation, int row, rt_rows *out)
{
    const rt_relation *way = &rt_models[model].relations[relation];
    out->count = 0;
    for (int other = 0; other < world->counts[way->target]; other++)
        if (is_linked(world, model, way, row, other))
            out->rows[out->count++] = other;
}
