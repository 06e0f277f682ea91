/* Queries at random. */
#include <stdlib.h>
#include <string.h>

#include "query.h"

typedef struct block {
    struct block *next;
    union {
        rt_pred pred;
        rt_query query;
    } is;
} block;

typedef struct maker {
    rt_ask *ask;
    const rt_world *world;
    rt_random *random;
    rt_focus focus;
    int around[8]; /* the models of the rows around a condition, the nearest last */
    int around_count;
} maker;

static void *new_block(maker *m)
{
    block *made = rt_new(sizeof *made);
    made->next = m->ask->blocks;
    m->ask->blocks = made;
    return &made->is;
}

void rt_ask_free(rt_ask *ask)
{
    for (block *at = ask->blocks, *next; at != NULL; at = next) {
        next = at->next;
        free(at);
    }
    memset(ask, 0, sizeof *ask);
}

static rt_pred *new_pred(maker *m, rt_pred_kind kind, int model)
{
    rt_pred *pred = new_block(m);
    pred->kind = kind;
    pred->model = model;
    return pred;
}

/* Mostly one that is somewhere in the column. */
static rt_value some_value(maker *m, int model, int column)
{
    int rows = m->world->counts[model];
    if (rows > 0 && rt_chance(m->random, 50)) {
        const rt_value *value = rt_cell(m->world, model, rt_below(m->random, rows), column);
        if (!value->null)
            return *value;
    }
    if (rt_chance(m->random, 70))
        return m->world->pools[model][column][rt_below(m->random, RT_POOL)];
    rt_column any = rt_models[model].columns[column];
    /* Numbers that the column could not hold can be compared with it all the same. */
    if (any.type == RT_NUMERIC)
        any.size = 0;
    return rt_random_value(m->random, &any);
}

static bool is_text(rt_type type)
{
    return type == RT_TEXT || type == RT_CHAR;
}

static rt_op some_op(maker *m, rt_type type)
{
    if (type == RT_BOOL)
        return RT_EQ;
    if (type == RT_ENUM)
        return rt_chance(m->random, 50) ? RT_EQ : RT_IN;
    if (m->focus.on && rt_chance(m->random, 50) && (is_text(type) || m->focus.op < RT_LIKE))
        return m->focus.op;
    int choice = rt_below(m->random, is_text(type) ? RT_ISUFFIX + 1 : RT_NOT_IN + 1);
    return rt_chance(m->random, 15) ? (rt_op)(RT_DISTINCT + rt_below(m->random, 2)) : (rt_op)choice;
}

static void append(rt_value *value, const char *text, size_t size)
{
    if (value->size + size > RT_TEXT_MAX)
        return;
    memcpy(value->text + value->size, text, size);
    value->size = (uint8_t)(value->size + size);
    value->text[value->size] = '\0';
}

/* The length of the character at `text`. */
static size_t character(const char *text)
{
    size_t size = 1;
    while (((unsigned char)text[size] & 0xc0) == 0x80)
        size++;
    return size;
}

/* A pattern that has something of `text`: characters kept, escaped, replaced or left out. */
static rt_value some_pattern(maker *m, const rt_value *text)
{
    rt_value pattern = {0};
    if (rt_chance(m->random, 30))
        append(&pattern, "%", 1);
    for (const char *at = text->text; *at != '\0'; at += character(at)) {
        int choice = rt_below(m->random, 10);
        bool special = *at == '%' || *at == '_' || *at == '\\';
        if (choice == 0) {
            append(&pattern, "%", 1);
        } else if (choice == 1 || (choice < 6 && character(at) > 1)) {
            append(&pattern, "_", 1);
        } else if (choice != 2 || *at == '\\') {
            if (*at == '\\' || (special ? choice > 4 : choice == 3))
                append(&pattern, "\\", 1);
            append(&pattern, at, character(at));
        }
    }
    if (rt_chance(m->random, 40))
        append(&pattern, "%", 1);
    return pattern;
}

static void swap_case(maker *m, rt_value *value)
{
    for (int i = 0; i < value->size; i++) {
        char c = value->text[i];
        if (((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) && rt_chance(m->random, 40))
            value->text[i] = (char)(c ^ 0x20);
    }
}

/* The first or a middle part of a text. */
static void cut(maker *m, rt_value *value, bool from_start)
{
    int start = 0;
    int size = value->size;
    while (!from_start && start < size && rt_chance(m->random, 40))
        start += (int)character(value->text + start);
    int end = start;
    while (end < size && rt_chance(m->random, 70))
        end += (int)character(value->text + end);
    memmove(value->text, value->text + start, (size_t)(end - start));
    value->size = (uint8_t)(end - start);
    value->text[value->size] = '\0';
}

static rt_pred *some_pred(maker *m, int model, int depth);

static int some_column(maker *m, int model)
{
    return rt_below(m->random, rt_models[model].column_count - rt_models[model].hidden);
}

/* Of one kind for the compiler, and comparable. */
static bool is_alike(rt_type left, rt_type right)
{
    bool integers = left >= RT_SMALLINT && left <= RT_BIGINT;
    bool reals = left == RT_REAL || left == RT_DOUBLE;
    return left == right || (integers && right >= RT_SMALLINT && right <= RT_BIGINT) ||
           (reals && (right == RT_REAL || right == RT_DOUBLE)) || (is_text(left) && is_text(right));
}

/* A column of a model that can be compared with one of a type, or -1. */
static int some_like(maker *m, int model, rt_type type)
{
    int count = rt_models[model].column_count;
    int first = rt_below(m->random, count);
    for (int i = 0; i < count; i++)
        if (is_alike(type, rt_models[model].columns[(first + i) % count].type))
            return (first + i) % count;
    return -1;
}

/* Its order leaves nothing open. */
static rt_query *some_rows(maker *m, int around, int model, int depth)
{
    rt_query *query = new_block(m);
    query->model = model;
    query->limit = RT_NO_LIMIT;
    m->around[m->around_count++] = around;
    if (rt_chance(m->random, 60))
        query->where = some_pred(m, model, depth - 1);
    m->around_count--;
    for (int i = 0; i < rt_models[model].key_count; i++)
        query->order[query->order_count++] = (rt_order_item){
            .column = rt_models[model].key[i], .descending = rt_chance(m->random, 50)};
    if (rt_chance(m->random, 30))
        query->limit = rt_below(m->random, 6);
    if (rt_chance(m->random, 20))
        query->offset = rt_below(m->random, 4);
    return query;
}

static bool can_pick(rt_pick pick, rt_type type)
{
    switch (type) {
    case RT_SMALLINT:
    case RT_INTEGER:
    case RT_NUMERIC:
        return pick != RT_AVG_OF || type != RT_NUMERIC;
    case RT_BYTES:
    case RT_UUID:
        return pick == RT_VALUE_OF;
    default:
        return pick <= RT_MIN_OF;
    }
}

/* One value out of a query, or all values of a column in it. */
static void some_subquery(maker *m, rt_pred *pred, int depth)
{
    rt_type type = rt_models[pred->model].columns[pred->target].type;
    int model = rt_below(m->random, RT_MODELS);
    int column = some_like(m, model, type);
    if (column < 0 || m->around_count >= 6)
        return;
    rt_type other = rt_models[model].columns[column].type;
    bool list = m->focus.turn > RT_A_COLUMN ? m->focus.turn == RT_A_LIST : rt_chance(m->random, 50);
    rt_pick pick = m->focus.turn >= RT_A_VALUE ? (rt_pick)(m->focus.turn - RT_A_VALUE)
                                               : (rt_pick)rt_below(m->random, RT_COUNT_OF + 1);
    if (pick == RT_COUNT_OF ? type < RT_SMALLINT || type > RT_BIGINT : !can_pick(pick, other))
        pick = RT_VALUE_OF;
    /* A sum is wider than its column, and texts of two types are two kinds of equality. */
    if ((is_text(type) && type != other) ||
        (pick == RT_AVG_OF && (type == RT_BIGINT || other == RT_BIGINT)))
        return;
    pred->other = model;
    pred->columns[0] = column;
    pred->rows = some_rows(m, pred->model, model, depth);
    pred->value_count = 0;
    if (list) {
        pred->op = rt_chance(m->random, 50) ? RT_IN_QUERY : RT_NOT_IN_QUERY;
    } else {
        pred->operand = RT_OF_QUERY;
        pred->pick = pick;
        pred->op = (rt_op)rt_below(m->random, RT_GE + 1);
    }
}

static void some_column_operand(maker *m, rt_pred *pred)
{
    rt_type type = rt_models[pred->model].columns[pred->target].type;
    bool outer = m->around_count > 0 && rt_chance(m->random, 60);
    int model = outer ? m->around[rt_below(m->random, m->around_count)] : pred->model;
    int column = some_like(m, model, type);
    if (column < 0)
        return;
    pred->operand = RT_OF_COLUMN;
    pred->outer = outer;
    pred->other = model;
    pred->columns[0] = column;
    pred->columns[1] = some_like(m, model, type);
    if (pred->op > RT_BETWEEN && pred->op != RT_DISTINCT && pred->op != RT_NOT_DISTINCT)
        pred->op = (rt_op)rt_below(m->random, RT_BETWEEN + 1);
}

static void some_operand(maker *m, rt_pred *pred, int depth)
{
    rt_turn turn = m->focus.turn;
    if (rt_chance(m->random, turn == RT_A_COLUMN ? 60 : 15))
        some_column_operand(m, pred);
    else if (depth > 0 && rt_chance(m->random, turn > RT_A_COLUMN ? 60 : 12))
        some_subquery(m, pred, depth);
    else if (pred->op <= RT_GE && rt_models[pred->model].columns[pred->target].type <= RT_BIGINT &&
             rt_chance(m->random, 10))
        pred->kind = RT_SQL;
}

static rt_pred *leaf(maker *m, int model, int depth)
{
    rt_pred *pred = new_pred(m, RT_LEAF, model);
    pred->target = some_column(m, model);
    rt_type type = rt_models[model].columns[pred->target].type;
    pred->op = some_op(m, type);
    pred->value_count = pred->op == RT_BETWEEN                       ? 2
                        : pred->op == RT_IN || pred->op == RT_NOT_IN ? rt_below(m->random, 5)
                                                                     : 1;
    for (int i = 0; i < pred->value_count; i++)
        pred->values[i] = some_value(m, model, pred->target);
    if (pred->op == RT_LIKE || pred->op == RT_ILIKE)
        pred->values[0] = some_pattern(m, &pred->values[0]);
    if (pred->op == RT_ILIKE || (pred->op >= RT_IPREFIX && pred->op <= RT_ISUFFIX))
        swap_case(m, &pred->values[0]);
    if (pred->op >= RT_PREFIX && pred->op <= RT_ISUFFIX)
        cut(m, &pred->values[0], pred->op == RT_PREFIX || pred->op == RT_IPREFIX);
    if ((pred->op == RT_DISTINCT || pred->op == RT_NOT_DISTINCT) && rt_chance(m->random, 25))
        pred->values[0] = (rt_value){.null = true};
    if ((type != RT_BOOL && type != RT_ENUM) && model < RT_TABLES)
        some_operand(m, pred, depth);
    return pred;
}

static rt_pred *null_test(maker *m, int model)
{
    int column = some_column(m, model);
    if (!rt_models[model].columns[column].nullable)
        return leaf(m, model, 0);
    rt_pred *pred = new_pred(m, RT_IS_NULL, model);
    pred->target = column;
    return pred;
}

/* What the number of related rows is compared with. */
static void some_number(maker *m, rt_pred *pred)
{
    pred->op = (rt_op)rt_below(m->random, RT_NOT_IN + 1);
    pred->value_count = pred->op == RT_BETWEEN                       ? 2
                        : pred->op == RT_IN || pred->op == RT_NOT_IN ? rt_below(m->random, 4)
                                                                     : 1;
    for (int i = 0; i < pred->value_count; i++)
        pred->values[i].number = rt_below(m->random, 5);
    pred->other = pred->model;
    pred->columns[0] = some_like(m, pred->model, RT_BIGINT);
    if (pred->op <= RT_GE && pred->columns[0] >= 0 && rt_chance(m->random, 25))
        pred->operand = RT_OF_COLUMN;
}

static rt_pred *has(maker *m, int model, int depth)
{
    if (rt_models[model].relation_count == 0 || m->around_count >= 6)
        return leaf(m, model, depth);
    rt_pred *pred = new_pred(m, RT_HAS, model);
    pred->target = rt_below(m->random, rt_models[model].relation_count);
    const rt_relation *relation = &rt_models[model].relations[pred->target];
    if (rt_chance(m->random, 50))
        pred->kind =
            (rt_pred_kind)(RT_HAS_NO + rt_below(m->random, relation->kind == RT_MANY ? 3 : 1));
    m->around[m->around_count++] = model;
    pred->items[0] = rt_chance(m->random, 25) ? new_pred(m, RT_EVERYTHING, relation->target)
                                              : some_pred(m, relation->target, depth - 1);
    m->around_count--;
    pred->item_count = 1;
    if (pred->kind == RT_HAS_COUNT)
        some_number(m, pred);
    return pred;
}

static rt_pred *group(maker *m, int model, int depth)
{
    rt_pred *pred = new_pred(m, rt_chance(m->random, 50) ? RT_ALL : RT_ANY, model);
    pred->item_count = 1 + rt_below(m->random, 3);
    for (int i = 0; i < pred->item_count; i++)
        pred->items[i] = some_pred(m, model, depth - 1);
    return pred;
}

static rt_pred *some_pred(maker *m, int model, int depth)
{
    int choice = rt_below(m->random, depth > 0 ? 100 : 50);
    if (m->focus.turn == RT_RELATED && depth > 0 && rt_chance(m->random, 50))
        return has(m, model, depth);
    if (choice < 40)
        return leaf(m, model, depth);
    if (choice < 49)
        return null_test(m, model);
    if (choice < 50)
        return new_pred(m, RT_EVERYTHING, model);
    if (choice < 65)
        return has(m, model, depth);
    if (choice < 85)
        return group(m, model, depth);
    rt_pred *pred = new_pred(m, RT_NOT, model);
    pred->items[0] = some_pred(m, model, depth - 1);
    pred->item_count = 1;
    return pred;
}

/* Goes on to a related row, if there is a relation to one. */
static int some_step(maker *m, int model, rt_order_item *item)
{
    const rt_model *table = &rt_models[model];
    int relation = table->relation_count > 0 ? rt_below(m->random, table->relation_count) : 0;
    if (table->relation_count == 0 || table->relations[relation].kind == RT_MANY)
        return model;
    item->path[item->path_count++] = relation;
    return table->relations[relation].target;
}

static rt_order_item some_item(maker *m, int model)
{
    rt_order_item item = {.descending = rt_chance(m->random, 50)};
    for (int i = 0; i < 2 && rt_chance(m->random, 30); i++)
        model = some_step(m, model, &item);
    item.column = some_column(m, model);
    if (rt_chance(m->random, 30))
        item.nulls = rt_chance(m->random, 50) ? RT_NULLS_FIRST : RT_NULLS_LAST;
    return item;
}

/* Without char(n), whose padding would count then. */
static bool can_fold(const maker *m, const rt_query *query)
{
    for (int i = 0; i < query->order_count; i++) {
        int model = query->model;
        for (int k = 0; k < query->order[i].path_count; k++)
            model = rt_models[model].relations[query->order[i].path[k]].target;
        if (rt_models[model].columns[query->order[i].column].type == RT_CHAR)
            return false;
    }
    return m->world->can_fold;
}

static void some_order(maker *m, rt_query *query)
{
    const rt_model *model = &rt_models[query->model];
    query->order_count = rt_below(m->random, 3);
    for (int i = 0; i < query->order_count; i++)
        query->order[i] = some_item(m, query->model);
    /* So that half of the orders leave nothing open. */
    for (int i = 0; i < model->key_count && rt_chance(m->random, 70); i++)
        query->order[query->order_count++] =
            (rt_order_item){.column = model->key[i], .descending = rt_chance(m->random, 30)};
    query->folded = query->model < RT_TABLES && can_fold(m, query) && rt_chance(m->random, 20);
}

static void some_limits(maker *m, rt_query *query)
{
    query->limit = rt_chance(m->random, 40) ? rt_below(m->random, 6) : RT_NO_LIMIT;
    query->offset = rt_chance(m->random, 25) ? rt_below(m->random, 4) : 0;
}

/* Rows of further queries. Their order is total where they are limited. */
static void some_union(maker *m, rt_query *query, bool limits, int length)
{
    if (length == 0 || !rt_chance(m->random, 12))
        return;
    rt_query *other = new_block(m);
    other->model = query->model;
    other->limit = RT_NO_LIMIT;
    if (rt_chance(m->random, 90))
        other->where = some_pred(m, query->model, 2);
    if (limits && rt_chance(m->random, 40)) {
        some_order(m, other);
        for (int i = 0; i < rt_models[other->model].key_count; i++)
            other->order[other->order_count++] =
                (rt_order_item){.column = rt_models[other->model].key[i]};
        other->folded = false;
        some_limits(m, other);
    }
    query->union_with = other;
    some_union(m, other, limits, length - 1);
}

static void some_with(maker *m, rt_query *query, int depth);

static rt_query *related(maker *m, int owner, const rt_relation *relation, int depth)
{
    rt_query *query = new_block(m);
    query->model = relation->target;
    query->limit = RT_NO_LIMIT;
    if (rt_chance(m->random, 40))
        query->where = some_pred(m, query->model, 2);
    query->join = rt_chance(m->random, 35);
    /* What reads a row again takes its deferred columns away, in the same statement too. */
    bool again = m->ask->query->refresh || m->ask->query->lock != 0;
    query->undefer = rt_chance(m->random, 20) && !(query->join && again);
    query->together = !query->join && rt_chance(m->random, 35);
    /* A joined row has no order among others. */
    bool alone = query->join && relation->kind != RT_MANY;
    if (!alone && rt_chance(m->random, 70))
        some_order(m, query);
    if (!alone && rt_chance(m->random, query->join ? 30 : 100))
        some_limits(m, query);
    if (relation->target == owner && relation->link < 0 && rt_chance(m->random, 50))
        query->depth = 1 + rt_below(m->random, 3);
    if (!query->join && query->where != NULL && query->depth == 0)
        some_union(m, query, false, 2);
    some_with(m, query, depth);
    return query;
}

static void some_count(maker *m, rt_query *query, int relation)
{
    rt_query *counted = new_block(m);
    counted->model = rt_models[query->model].relations[relation].target;
    counted->limit = RT_NO_LIMIT;
    if (rt_chance(m->random, 50))
        counted->where = some_pred(m, counted->model, 2);
    if (rt_chance(m->random, 50))
        some_limits(m, counted);
    m->ask->counted[query->model][relation] = true;
    query->counts[relation] = counted;
}

static void some_with(maker *m, rt_query *query, int depth)
{
    const rt_model *model = &rt_models[query->model];
    for (int i = 0; i < model->relation_count; i++) {
        if (model->relations[i].kind == RT_MANY && !m->ask->counted[query->model][i] &&
            rt_chance(m->random, 8))
            some_count(m, query, i);
        bool *named = &m->ask->named[query->model][i];
        if (depth <= 0 || *named || !rt_chance(m->random, 150 / (2 + model->relation_count)))
            continue;
        *named = true;
        query->with[i] = related(m, query->model, &model->relations[i], depth - 1);
    }
}

/* Sums of floating point depend on their order. */
static bool can_aggregate(rt_purpose purpose, rt_type type)
{
    switch (type) {
    case RT_SMALLINT:
    case RT_INTEGER:
    case RT_BIGINT:
    case RT_NUMERIC:
        return true;
    case RT_INTERVAL:
        return purpose != RT_AVG;
    case RT_BOOL:
    case RT_ENUM:
    case RT_UUID:
    case RT_BYTES:
        return false;
    default:
        return purpose == RT_MIN || purpose == RT_MAX;
    }
}

static void some_purpose(maker *m)
{
    int choice = rt_below(m->random, 100);
    int model = m->ask->query->model;
    m->ask->purpose = choice < 62   ? RT_SELECT
                      : choice < 68 ? RT_PRELOAD
                      : choice < 71 ? RT_LAZY
                      : choice < 72 ? RT_RAW
                      : choice < 74 ? RT_FIND
                      : choice < 77 ? RT_PAGES
                      : choice < 79 ? RT_EACH
                      : choice < 83 ? RT_WALK
                      : choice < 87 ? RT_RESULTS
                      : choice < 88 ? RT_RESULTS_COUNT
                      : choice < 90 ? RT_COUNT
                      : choice < 92 ? RT_EXISTS
                                    : (rt_purpose)(RT_SUM + rt_below(m->random, 4));
    if (m->focus.on && m->focus.purpose != RT_NO_PURPOSE && rt_chance(m->random, 80))
        m->ask->purpose = m->focus.purpose;
    m->ask->batch = rt_below(m->random, 8);
    m->ask->column = rt_below(m->random, rt_models[model].column_count);
    if (m->ask->purpose >= RT_SUM &&
        !can_aggregate(m->ask->purpose, rt_models[model].columns[m->ask->column].type))
        m->ask->purpose = RT_COUNT;
}

/* That of a row, or parts of those of several. */
static void some_key(maker *m)
{
    int model = m->ask->query->model;
    int row = 0;
    for (int i = 0; i < rt_models[model].key_count && m->world->counts[model] > 0; i++) {
        if (i == 0 || rt_chance(m->random, 30))
            row = rt_below(m->random, m->world->counts[model]);
        m->ask->key[i] = *rt_cell(m->world, model, row, rt_models[model].key[i]);
    }
    if (m->world->counts[model] == 0 || rt_chance(m->random, 10))
        m->ask->key[0] = some_value(m, model, rt_models[model].key[0]);
}

/* A query that is only a condition. */
static rt_query *some_condition(maker *m, int model, int percent)
{
    rt_query *query = new_block(m);
    query->model = model;
    query->limit = RT_NO_LIMIT;
    if (rt_chance(m->random, percent))
        query->where = some_pred(m, model, 3);
    return query;
}

static void some_results(maker *m)
{
    rt_ask *ask = m->ask;
    int model = RT_TABLES + rt_below(m->random, RT_EVERY_TABLE - RT_TABLES);
    ask->query->model = model;
    ask->base = some_condition(m, rt_models[model].base, 60);
    if (model == RT_PAIR || model == RT_PAIR_INNER) {
        ask->on[0] = some_condition(m, RT_PROJECT, 30);
        ask->on[1] = some_condition(m, RT_TASK, 30);
    }
    ask->distinct = rt_chance(m->random, 30);
    if (rt_chance(m->random, 60))
        ask->query->where = some_pred(m, model, 2);
    some_order(m, ask->query);
    some_limits(m, ask->query);
}

static void some_walk(maker *m)
{
    static const int ways[][2] = {
        {RT_PERSON, 0}, {RT_PERSON, 1}, {RT_PERSON, 2}, {RT_PERSON, 3}, {RT_PLACE, 1}};
    rt_ask *ask = m->ask;
    const int *way = ways[rt_below(m->random, 5)];
    ask->query->model = way[0];
    ask->relation = way[1];
    ask->base = some_condition(m, way[0], 80);
    ask->base->limit = rt_chance(m->random, 50) ? 1 : RT_NO_LIMIT;
    for (int i = 0; i < rt_models[way[0]].key_count; i++)
        ask->base->order[ask->base->order_count++] =
            (rt_order_item){.column = rt_models[way[0]].key[i]};
    ask->max_depth = rt_chance(m->random, 50) ? rt_below(m->random, 4) : 0;
    ask->include_start = rt_chance(m->random, 40);
    ask->prune = rt_chance(m->random, 40);
    if (rt_chance(m->random, 50))
        ask->query->where = some_pred(m, way[0], 3);
    some_order(m, ask->query);
    some_limits(m, ask->query);
    /* Its own relation would be loaded by the walk, too. */
    for (int i = 0; i < rt_models[way[0]].relation_count; i++)
        if (rt_models[way[0]].relations[i].target == way[0])
            ask->named[way[0]][i] = true;
    some_with(m, ask->query, 2);
    for (int i = 0; i < rt_models[way[0]].relation_count; i++)
        if (rt_models[way[0]].relations[i].target == way[0])
            ask->named[way[0]][i] = false;
}

void rt_ask_make(rt_ask *ask, const rt_world *world, rt_random *random, rt_focus focus)
{
    static const int models[] = {RT_PERSON, RT_PERSON, RT_PERSON, RT_PROJECT, RT_PROJECT, RT_TASK,
                                 RT_PLACE,  RT_SKILL,  RT_RATING, RT_LABEL,   RT_PROFILE};
    memset(ask, 0, sizeof *ask);
    maker m = {.ask = ask, .world = world, .random = random, .focus = focus};
    rt_query *query = new_block(&m);
    ask->query = query;
    query->model = models[rt_below(random, (int)(sizeof models / sizeof *models))];
    some_purpose(&m);
    if (ask->purpose == RT_RESULTS || ask->purpose == RT_RESULTS_COUNT) {
        some_results(&m);
        return;
    }
    if (ask->purpose == RT_WALK) {
        some_walk(&m);
        return;
    }
    if (rt_chance(random, 80))
        query->where = some_pred(&m, query->model, rt_below(random, 5));
    some_order(&m, query);
    some_limits(&m, query);
    /* What is aggregated must not depend on which of equal rows come first. */
    for (int i = 0; ask->purpose >= RT_SUM && i < rt_models[query->model].key_count; i++)
        query->order[query->order_count++] =
            (rt_order_item){.column = rt_models[query->model].key[i]};
    query->folded = query->folded && ask->purpose < RT_SUM;
    query->refresh = rt_chance(random, 10);
    query->undefer = rt_chance(random, 20);
    if (ask->purpose == RT_SELECT && rt_chance(random, 10))
        query->lock = 1 + rt_below(random, 2);
    if (ask->purpose != RT_RAW && ask->purpose != RT_FIND)
        some_union(&m, query, true, 3);
    if (ask->purpose < RT_RESULTS)
        some_with(&m, query, 3);
    if (ask->purpose == RT_FIND)
        some_key(&m);
    if (ask->purpose == RT_PAGES) {
        query->limit = 1 + rt_below(random, 5);
        query->offset = 0;
    }
    if (ask->purpose == RT_RAW) {
        query->where = NULL;
        query->order_count = query->offset = 0;
        query->limit = RT_NO_LIMIT;
    }
}
