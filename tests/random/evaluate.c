#include "evaluate.h"

#include <string.h>

const char *const rt_break_names[] = {"",
#define NAME(NAME, name, purpose, op, turn) name,
                                      RT_BREAKS(NAME)
#undef NAME
};

rt_focus rt_break_focus(rt_break what)
{
    static const rt_focus focuses[] = {{0},
#define FOCUS(NAME, name, purpose, op, turn) {true, RT_##purpose, RT_##op, RT_##turn},
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
