/* Queries as the C that would ask them. */
#include "query.h"

static const char *const op_names[] = {"eq",
                                       "ne",
                                       "lt",
                                       "le",
                                       "gt",
                                       "ge",
                                       "between",
                                       "in",
                                       "not_in",
                                       "like",
                                       "ilike",
                                       "prefix",
                                       "contains",
                                       "suffix",
                                       "iprefix",
                                       "icontains",
                                       "isuffix",
                                       "is_distinct",
                                       "is_not_distinct",
                                       "in_query",
                                       "not_in_query"};

static void add_indent(rt_text *out, int indent)
{
    rt_add(out, "\n%*s", indent * 4, "");
}

static void print_query(rt_text *out, const rt_query *query, int indent);

static void print_operand(rt_text *out, const rt_pred *pred, int index, int indent)
{
    static const char *const picks[] = {"value", "max", "min", "sum", "avg", "count"};
    const rt_model *other = &rt_models[pred->other];
    bool query = pred->operand == RT_OF_QUERY;
    if (query)
        rt_add(out, "orm_%s_of(", picks[pred->pick]);
    if (!query || pred->pick != RT_COUNT_OF)
        rt_add(out, "%sr_%s_columns.%s%s", pred->outer ? "orm_outer(" : "", other->name,
               other->columns[pred->columns[index]].name, pred->outer ? ")" : "");
    if (pred->rows == NULL)
        return;
    rt_add(out, "%sr_%s_rows(", query && pred->pick == RT_COUNT_OF ? "" : ", ", other->name);
    print_query(out, pred->rows, indent);
    rt_add(out, query ? "))" : ")");
}

static void print_condition(rt_text *out, const rt_pred *pred, rt_type type, int indent)
{
    bool list = pred->op == RT_IN || pred->op == RT_NOT_IN;
    rt_add(out, "orm_%s(%s", op_names[pred->op], list ? "{" : "");
    if (pred->operand != RT_LITERAL || pred->rows != NULL) {
        print_operand(out, pred, 0, indent);
        if (pred->op == RT_BETWEEN) {
            rt_add(out, ", ");
            print_operand(out, pred, 1, indent);
        }
    }
    for (int i = 0; pred->operand == RT_LITERAL && i < pred->value_count; i++) {
        rt_add(out, "%s", i > 0 ? ", " : "");
        rt_print_value(out, type, &pred->values[i]);
    }
    if (list)
        rt_add(out, "}, %d", pred->value_count);
    rt_add(out, ")");
}

static void print_pred(rt_text *out, const rt_pred *pred, int indent)
{
    const rt_model *model = &rt_models[pred->model];
    switch (pred->kind) {
    case RT_SQL:
        rt_add(out, "/* r_%s_sql */ ", model->name);
        /* fall through */
    case RT_LEAF:
        rt_add(out, "r_%s_%s_is(", model->name, model->columns[pred->target].name);
        print_condition(out, pred, model->columns[pred->target].type, indent + 1);
        rt_add(out, ")");
        return;
    case RT_IS_NULL:
        rt_add(out, "r_%s_%s_is_null()", model->name, model->columns[pred->target].name);
        return;
    case RT_EVERYTHING:
        rt_add(out, "r_%s_everything()", model->name);
        return;
    case RT_HAS:
    case RT_HAS_NO:
    case RT_HAS_ONLY:
        rt_add(out, "r_%s_has_%s%s(db", model->name,
               pred->kind == RT_HAS      ? ""
               : pred->kind == RT_HAS_NO ? "no_"
                                         : "only_",
               model->relations[pred->target].name);
        break;
    case RT_HAS_COUNT:
        rt_add(out, "r_%s_count_%s(db, ", model->name, model->relations[pred->target].name);
        print_condition(out, pred, RT_BIGINT, indent + 1);
        break;
    default:
        rt_add(out, "r_%s_%s(db", model->name,
               pred->kind == RT_NOT   ? "not"
               : pred->kind == RT_ALL ? "all_of"
                                      : "any_of");
        break;
    }
    for (int i = 0; i < pred->item_count; i++) {
        rt_add(out, ",");
        add_indent(out, indent + 1);
        print_pred(out, pred->items[i], indent + 1);
    }
    rt_add(out, ")");
}

static void print_item(rt_text *out, int model, const rt_order_item *item, int step)
{
    const rt_model *table = &rt_models[model];
    if (step < item->path_count) {
        const rt_relation *relation = &table->relations[item->path[step]];
        rt_add(out, "R_%s_BY_%s(", table->name, relation->name);
        print_item(out, relation->target, item, step + 1);
        rt_add(out, ")");
        return;
    }
    rt_add(out, "R_%s_BY_%s%s", table->name, table->columns[item->column].name,
           item->descending ? "_DESC" : "");
}

static void print_order(rt_text *out, const rt_query *query)
{
    static const char *const nulls[] = {"", " | ORM_NULLS_FIRST", " | ORM_NULLS_LAST"};
    for (int i = 0; i < query->order_count; i++) {
        rt_add(out, "%s", i > 0 ? ", " : "");
        print_item(out, query->model, &query->order[i], 0);
        rt_add(out, "%s", nulls[query->order[i].nulls]);
    }
}

/* The queries of relations, as a member of their owner's. */
static void print_members(rt_text *out, const char *member, const rt_query *query,
                          rt_query *const *members, int indent)
{
    const rt_model *model = &rt_models[query->model];
    bool any = false;
    for (int i = 0; i < model->relation_count; i++) {
        if (members[i] == NULL)
            continue;
        rt_add(out, "%s%s%s", any ? "" : ".", any ? "" : member, any ? "" : " = {");
        any = true;
        add_indent(out, indent + 2);
        rt_add(out, ".%s = ", model->relations[i].name);
        print_query(out, members[i], indent + 2);
        rt_add(out, ",");
    }
    rt_add(out, "%s", any ? "}, " : "");
}

static void print_query(rt_text *out, const rt_query *query, int indent)
{
    const rt_model *model = &rt_models[query->model];
    rt_add(out, "&(r_%s_query){", model->name);
    if (query->where != NULL) {
        add_indent(out, indent + 1);
        rt_add(out, query->model < RT_TABLES ? ".where = " : ".having = ");
        print_pred(out, query->where, indent + 1);
        rt_add(out, ",");
    }
    add_indent(out, indent + 1);
    if (query->order_count > 0) {
        rt_add(out, ".order_by = {");
        print_order(out, query);
        rt_add(out, "}, ");
    }
    if (query->limit != RT_NO_LIMIT)
        rt_add(out, ".limit = orm_limit(%d), ", query->limit);
    if (query->offset > 0)
        rt_add(out, ".offset = %d, ", query->offset);
    if (query->join || query->together)
        rt_add(out, ".load = ORM_LOAD_%s, ", query->join ? "JOIN" : "TOGETHER");
    if (query->depth > 0)
        rt_add(out, ".depth = %d, ", query->depth);
    if (query->refresh)
        rt_add(out, ".refresh = true, ");
    if (query->undefer)
        rt_add(out, ".undefer = {/* all */}, ");
    if (query->folded)
        rt_add(out, ".collation = \"NOCASE\", ");
    if (query->lock)
        rt_add(out, ".lock = %d, ", query->lock);
    if (query->union_with != NULL) {
        rt_add(out, ".union_with = ");
        print_query(out, query->union_with, indent + 1);
        rt_add(out, ", ");
    }
    print_members(out, "with", query, query->with, indent);
    print_members(out, "counts", query, query->counts, indent);
    rt_add(out, "}");
}

void rt_ask_print(const rt_ask *ask, rt_text *out)
{
    static const char *const purposes[] = {
        [RT_SELECT] = "select",
        [RT_PRELOAD] = "preload /* of each .with after a select */",
        [RT_LAZY] = "load /* of each .with, of each row of a select */",
        [RT_RAW] = "raw /* select * */",
        [RT_PAGES] = "select_page /* all, forwards and back */",
        [RT_EACH] = "each",
        [RT_WALK] = "walk_all",
        [RT_RESULTS] = "results",
        [RT_RESULTS_COUNT] = "results_count",
        [RT_FIND] = "find",
        [RT_COUNT] = "count",
        [RT_EXISTS] = "exists",
        [RT_SUM] = "sum",
        [RT_AVG] = "avg",
        [RT_MIN] = "min",
        [RT_MAX] = "max",
    };
    const rt_model *model = &rt_models[ask->query->model];
    if (ask->purpose >= RT_SUM)
        rt_add(out, "orm_%s(db, r_%s_rows(", purposes[ask->purpose], model->name);
    else
        rt_add(out, "r_%s_%s(db, ", model->name, purposes[ask->purpose]);
    for (int i = 0; ask->purpose == RT_FIND && i < model->key_count; i++) {
        rt_print_value(out, model->columns[model->key[i]].type, &ask->key[i]);
        rt_add(out, ", ");
    }
    if (ask->purpose != RT_FIND)
        print_query(out, ask->query, 0);
    if (ask->purpose == RT_WALK)
        rt_add(out, ", %s, &(orm_walk){.max_depth = %d, .include_start = %d, .prune = %d}",
               model->relations[ask->relation].name, ask->max_depth, ask->include_start,
               ask->prune);
    if (ask->base != NULL) {
        rt_add(out, ", %s/* %s */ ", ask->distinct ? ".distinct = true, " : "",
               ask->purpose == RT_WALK ? "from" : ".where");
        print_query(out, ask->base, 0);
    }
    for (int i = 0; i < 2 && ask->on[i] != NULL; i++) {
        rt_add(out, ", /* .on */ ");
        print_query(out, ask->on[i], 0);
    }
    if (ask->purpose >= RT_SUM)
        rt_add(out, "), r_%s_columns.%s", model->name, model->columns[ask->column].name);
    if (ask->purpose == RT_EACH)
        rt_add(out, ", &(orm_each){.batch = %d}", ask->batch);
    rt_add(out, "%s&out)\n", ask->purpose == RT_FIND ? "" : ", ");
}
