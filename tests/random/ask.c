#include "ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

void *rt_asker_new(rt_asker *asker, size_t size)
{
    asker->memory = realloc(asker->memory, ((size_t)asker->memory_count + 1) * sizeof(void *));
    if (asker->memory == NULL)
        exit(70);
    return asker->memory[asker->memory_count++] = rt_new(size);
}

static void free_memory(rt_asker *asker)
{
    for (int i = 0; i < asker->memory_count; i++)
        free(asker->memory[i]);
    free(asker->memory);
    asker->memory = NULL;
    asker->memory_count = 0;
}

void rt_asker_end(rt_asker *asker)
{
    free_memory(asker);
    rt_text_free(&asker->why);
}

/* A comparison as a fragment of SQL. */
static orm_pred make_sql(rt_asker *asker, const rt_pred *pred)
{
    static const char *const words[] = {"=", "<>", "<", "<=", ">", ">="};
    char text[100];
    orm_value *value = rt_asker_new(asker, sizeof *value);
    *value = orm_bind(pred->values[0].number);
    (void)snprintf(text, sizeof text, "{%s} %s $1",
                   rt_models[pred->model].columns[pred->target].name, words[pred->op]);
    return rt_functions_of[pred->model]->sql(asker, text, value, 1);
}

orm_pred rt_make_pred(rt_asker *asker, const rt_pred *pred)
{
    const rt_functions *functions = rt_functions_of[pred->model];
    orm_pred items[RT_ITEMS_MAX];
    for (int i = 0; i < pred->item_count; i++)
        items[i] = rt_make_pred(asker, pred->items[i]);
    switch (pred->kind) {
    case RT_LEAF:
        return functions->leaf(asker, pred);
    case RT_IS_NULL:
        return functions->is_null(pred->target);
    case RT_ALL:
    case RT_ANY:
        return functions->group(asker, pred->kind == RT_ALL, items, pred->item_count);
    case RT_NOT:
        return functions->negate(asker, items[0]);
    case RT_EVERYTHING:
        return functions->everything();
    case RT_SQL:
        return make_sql(asker, pred);
    default:
        return functions->has(asker, pred, items[0]);
    }
}

const void *rt_make_query(rt_asker *asker, const rt_query *query)
{
    return rt_functions_of[query->model]->query(asker, query);
}

bool rt_asker_failed(rt_asker *asker, const char *what, orm_status status)
{
    char text[2048] = "";
    (void)orm_error_format(orm_session_error(asker->db), text, sizeof text);
    rt_add(&asker->why, "%s: %s: %s\n", what, orm_status_name(status), text);
    return false;
}

int rt_row_of(rt_asker *asker, int model, const void *row)
{
    const rt_model *table = &rt_models[model];
    const orm_column *columns = rt_functions_of[model]->descriptor->columns;
    rt_value values[RT_COLUMNS_MAX];
    rt_value key[4];
    bool absent[RT_COLUMNS_MAX] = {false};
    for (int i = 0; i < table->column_count; i++) {
        bool deferred = RT_IS_DEFERRED(model, i);
        if (deferred)
            absent[i] = rt_functions_of[model]->deferred(row, i, &values[i]) != ORM_OK;
        else if (!rt_read_field(&columns[i], row, &table->columns[i], &values[i])) {
            rt_add(&asker->why, "a row of %s holds something odd in %s\n", table->name,
                   table->columns[i].name);
            return -1;
        }
    }
    for (int i = 0; i < table->key_count; i++)
        key[i] = values[table->key[i]];
    int found = rt_find(asker->world, model, key);
    if (found < 0) {
        rt_add(&asker->why, "a row of %s has a key that is none\n", table->name);
        return -1;
    }
    for (int i = 0; i < table->column_count; i++) {
        const rt_value *wanted = rt_cell(asker->world, model, found, i);
        if (absent[i] || rt_identical(table->columns[i].type, wanted, &values[i]))
            continue;
        rt_add(&asker->why, "row %d of %s has in %s ", found, table->name, table->columns[i].name);
        rt_print_value(&asker->why, table->columns[i].type, &values[i]);
        rt_add(&asker->why, " instead of ");
        rt_print_value(&asker->why, table->columns[i].type, wanted);
        rt_add(&asker->why, "\n");
        return -1;
    }
    return found;
}

static void print_rows(rt_asker *asker, const char *title, int model, const int *rows, int count)
{
    const rt_model *table = &rt_models[model];
    rt_add(&asker->why, "%s:", title);
    for (int i = 0; i < count; i++) {
        rt_add(&asker->why, " %d(", rows[i]);
        for (int k = 0; k < table->key_count; k++) {
            rt_add(&asker->why, "%s", k > 0 ? " " : "");
            rt_print_value(&asker->why, table->columns[table->key[k]].type,
                           rt_cell(asker->world, model, rows[i], table->key[k]));
        }
        rt_add(&asker->why, ")");
    }
    rt_add(&asker->why, "\n");
}

bool rt_asker_is_answered(rt_asker *asker, int model, const rt_answer *answer, const rt_rows *rows)
{
    if (rt_is_answer(asker->world, model, answer, rows, &asker->why))
        return true;
    print_rows(asker, "given", model, rows->rows, rows->count);
    print_rows(asker, "wanted", model, answer->rows.rows + answer->from, answer->count);
    return false;
}

/* The rows of a list, compared with an answer. */
static bool is_answered(rt_asker *asker, int model, const rt_answer *answer, const orm_list *given,
                        rt_rows *rows)
{
    rows->count = 0;
    for (size_t i = 0; i < given->count && i < RT_ROWS_MAX; i++) {
        int row = rt_row_of(asker, model, given->items[i]);
        if (row < 0)
            return false;
        rows->rows[rows->count++] = row;
    }
    return rt_asker_is_answered(asker, model, answer, rows);
}

/* The same with what the query gives of the candidates. */
static bool is_right(rt_asker *asker, const rt_query *query, const rt_relation *relation,
                     const rt_rows *candidates, const orm_list *given, rt_rows *rows)
{
    rt_answer answer;
    rt_answer_query(asker->world, query, relation, candidates, &answer);
    return is_answered(asker, relation != NULL ? relation->target : query->model, &answer, given,
                       rows);
}

/* The rows between a row and those of its list, where the link is a model. */
static bool check_links(rt_asker *asker, int model, int index, const void *object, int row,
                        const orm_list *list, const rt_rows *rows)
{
    int table = rt_models[model].relations[index].link;
    for (size_t i = 0; table >= 0 && table < RT_MODELS && i < list->count; i++) {
        void *link = NULL;
        orm_status status = rt_functions_of[model]->link(object, index, list->items[i], &link);
        if (status != ORM_OK)
            return rt_asker_failed(asker, "link", status);
        int given = rt_row_of(asker, table, link);
        int wanted = rt_link_row(asker->world, model, index, row, rows->rows[i]);
        if (given == wanted)
            continue;
        rt_add(&asker->why, "row %d instead of %d of %s between row %d of %s and %d of its %s\n",
               given, wanted, rt_models[table].name, row, rt_models[model].name, rows->rows[i],
               rt_models[model].relations[index].name);
        return false;
    }
    return true;
}

static bool check_related(rt_asker *asker, const rt_ask *ask, int model, int index,
                          const void *object, int row, const rt_query *query, int depth)
{
    const rt_relation *relation = &rt_models[model].relations[index];
    void *one[1] = {NULL};
    orm_list list = {.items = one};
    rt_rows candidates;
    rt_rows rows;
    orm_status status = rt_functions_of[model]->related(object, index, &list);
    if (status != ORM_OK)
        return rt_asker_failed(asker, relation->name, status);
    rt_related(asker->world, model, index, row, &candidates);
    if (!is_right(asker, query, relation, &candidates, &list, &rows)) {
        rt_add(&asker->why, "in %s of row %d of %s\n", relation->name, row, rt_models[model].name);
        return false;
    }
    if (relation->kind == RT_MANY && list.partial != rt_is_partial(query)) {
        rt_add(&asker->why, "%s of row %d of %s is%s marked partial\n", relation->name, row,
               rt_models[model].name, list.partial ? "" : " not");
        return false;
    }
    if (!check_links(asker, model, index, object, row, &list, &rows))
        return false;
    if (query == NULL)
        return true;
    for (size_t i = 0; depth > 1 && i < list.count; i++)
        if (!check_related(asker, ask, model, index, list.items[i], rows.rows[i], query, depth - 1))
            return false;
    return rt_asker_check_with(asker, ask, query, &list, &rows);
}

/* What nobody asked for is not loaded, or is all there is. */
static bool check_unnamed(rt_asker *asker, const rt_ask *ask, int model, int index,
                          const void *object, int row)
{
    void *one[1] = {NULL};
    orm_list list = {.items = one};
    if (ask->named[model][index] || asker->named[model][index] ||
        rt_functions_of[model]->related(object, index, &list) == ORM_NOT_LOADED)
        return true;
    return check_related(asker, ask, model, index, object, row, NULL, 1);
}

/* The number of related rows, where it was asked for; elsewhere it is unknown, or true. */
static bool check_count(rt_asker *asker, const rt_ask *ask, int model, int index,
                        const void *object, int row, const rt_query *query)
{
    rt_query all = {.model = rt_models[model].relations[index].target, .limit = RT_NO_LIMIT};
    int64_t given = -1;
    if (rt_models[model].relations[index].kind != RT_MANY ||
        (query == NULL && (ask->counted[model][index] || asker->counted[model][index])))
        return true;
    orm_status status = rt_functions_of[model]->count_related(object, index, &given);
    if (query == NULL && status == ORM_NOT_LOADED)
        return true;
    if (status != ORM_OK)
        return rt_asker_failed(asker, "count of related", status);
    int wanted = rt_count_related(asker->world, model, index, row, query != NULL ? query : &all);
    if (given != wanted)
        rt_add(&asker->why, "%lld instead of %d counted %s of row %d of %s\n", (long long)given,
               wanted, rt_models[model].relations[index].name, row, rt_models[model].name);
    return given == wanted;
}

/* Rows have the deferred columns that the query names; what they hold is looked at with the rest.
 */
static bool check_undeferred(rt_asker *asker, const rt_ask *ask, const rt_query *query,
                             const orm_list *list)
{
    const rt_model *table = &rt_models[query->model];
    rt_value value;
    if (!rt_is_undeferred(query) && (ask->purpose != RT_RAW || query != ask->query))
        return true;
    for (int column = 0; column < table->column_count; column++)
        for (size_t i = 0; RT_IS_DEFERRED(query->model, column) && i < list->count; i++) {
            orm_status status =
                rt_functions_of[query->model]->deferred(list->items[i], column, &value);
            if (status != ORM_OK)
                return rt_asker_failed(asker, table->columns[column].name, status);
        }
    return true;
}

bool rt_asker_check_with(rt_asker *asker, const rt_ask *ask, const rt_query *query,
                         const orm_list *list, const rt_rows *rows)
{
    if (!check_undeferred(asker, ask, query, list))
        return false;
    for (int i = 0; i < rt_models[query->model].relation_count; i++) {
        const rt_query *inner = query->with[i];
        for (size_t k = 0; k < list->count; k++) {
            bool good = inner != NULL ? check_related(asker, ask, query->model, i, list->items[k],
                                                      rows->rows[k], inner, inner->depth)
                                      : check_unnamed(asker, ask, query->model, i, list->items[k],
                                                      rows->rows[k]);
            good = good && check_count(asker, ask, query->model, i, list->items[k], rows->rows[k],
                                       query->counts[i]);
            if (!good)
                return false;
        }
    }
    return true;
}

bool rt_asker_is_right(rt_asker *asker, int model, const rt_answer *answer, const orm_list *list)
{
    rt_rows rows;
    return is_answered(asker, model, answer, list, &rows);
}

bool rt_asker_check(rt_asker *asker, const rt_ask *ask, const rt_answer *answer,
                    const orm_list *list)
{
    rt_rows rows;
    return is_answered(asker, ask->query->model, answer, list, &rows) &&
           rt_asker_check_with(asker, ask, ask->query, list, &rows);
}

/* The rows themselves, with what .with and .counts name unless that is asked for afterwards. */
static orm_status ask_own_rows(rt_asker *asker, const rt_ask *ask, orm_list *list)
{
    const rt_functions *functions = rt_functions_of[ask->query->model];
    rt_query query = *ask->query;
    char sql[100];
    if (ask->purpose == RT_RAW) {
        (void)snprintf(sql, sizeof sql, "select * from \"%s\"", rt_models[query.model].table);
        return functions->raw(asker, sql, list);
    }
    if (ask->purpose != RT_SELECT) {
        memset(query.with, 0, sizeof query.with);
        memset(query.counts, 0, sizeof query.counts);
    }
    return functions->select(asker, rt_make_query(asker, &query), list);
}

static orm_status preload(rt_asker *asker, const rt_ask *ask, const orm_list *list)
{
    const rt_functions *functions = rt_functions_of[ask->query->model];
    orm_status status = ORM_OK;
    for (int i = 0; i < RT_RELATIONS_MAX && status == ORM_OK; i++) {
        const rt_query *with = ask->query->with[i];
        const rt_query *counts = ask->query->counts[i];
        if (with != NULL)
            status = functions->preload(asker, list, i, rt_make_query(asker, with));
        if (counts != NULL && status == ORM_OK)
            status = functions->preload_count(asker, list, i, rt_make_query(asker, counts));
    }
    return status;
}

/* Each relation of each row by a call of its own. */
static bool load_lazily(rt_asker *asker, const rt_ask *ask, const orm_list *list,
                        const rt_rows *rows)
{
    int model = ask->query->model;
    for (int i = 0; i < RT_RELATIONS_MAX; i++) {
        for (size_t k = 0; ask->query->with[i] != NULL && k < list->count; k++) {
            orm_list loaded = {0};
            orm_status status = rt_functions_of[model]->load(asker, list->items[k], i, &loaded);
            if (status != ORM_OK)
                return rt_asker_failed(asker, "load", status);
            if (!check_related(asker, ask, model, i, list->items[k], rows->rows[k], NULL, 1))
                return false;
        }
    }
    return true;
}

static bool ask_rows(rt_asker *asker, const rt_ask *ask)
{
    orm_list list = {0};
    rt_rows candidates;
    rt_rows rows;
    orm_status status = ask_own_rows(asker, ask, &list);
    if (status != ORM_OK)
        return rt_asker_failed(asker, "rows", status);
    if (ask->purpose == RT_PRELOAD || ask->purpose == RT_RAW)
        status = preload(asker, ask, &list);
    if (status != ORM_OK)
        return rt_asker_failed(asker, "preload", status);
    rt_all(asker->world, ask->query->model, &candidates);
    if (!is_right(asker, ask->query, NULL, &candidates, &list, &rows))
        return false;
    return ask->purpose == RT_LAZY ? load_lazily(asker, ask, &list, &rows)
                                   : rt_asker_check_with(asker, ask, ask->query, &list, &rows);
}

static bool answer(rt_asker *asker, const rt_ask *ask)
{
    switch (ask->purpose) {
    case RT_SELECT:
    case RT_PRELOAD:
    case RT_LAZY:
    case RT_RAW:
        return ask_rows(asker, ask);
    case RT_PAGES:
        return rt_ask_pages(asker, ask);
    case RT_EACH:
        return rt_ask_each(asker, ask);
    case RT_WALK:
        return rt_ask_walk(asker, ask);
    case RT_RESULTS:
    case RT_RESULTS_COUNT:
        return rt_ask_results(asker, ask);
    case RT_FIND:
        return rt_ask_find(asker, ask);
    default:
        return rt_ask_number(asker, ask);
    }
}

bool rt_asker_ask(rt_asker *asker, const rt_ask *ask)
{
    bool good = answer(asker, ask);
    for (int model = 0; model < RT_MODELS; model++)
        for (int i = 0; i < RT_RELATIONS_MAX; i++) {
            asker->named[model][i] = asker->named[model][i] || ask->named[model][i];
            asker->counted[model][i] = asker->counted[model][i] || ask->counted[model][i];
        }
    free_memory(asker);
    return good;
}
