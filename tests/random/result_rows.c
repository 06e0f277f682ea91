/* Rows of result structs, compared field by field. */
#include "ask.h"
#include "fields.h"

/* The whole rows among the fields, as the numbers that the test has for them. */
static bool read_objects(rt_asker *asker, const rt_functions *functions, const void *result,
                         rt_value *values)
{
    static const int models[] = {RT_PERSON, RT_PROJECT};
    void *objects[2];
    if (functions->objects == NULL)
        return true;
    functions->objects(result, objects);
    for (int i = 0; i < 2; i++) {
        int row = objects[i] == NULL ? -1 : rt_row_of(asker, models[i], objects[i]);
        values[i] = (rt_value){.null = row < 0, .number = row < 0 ? 0 : row};
        if (row < 0 && objects[i] != NULL)
            return false;
    }
    return true;
}

/* The row of the table that holds the same and is not taken yet, or -1. */
static int find_result(const rt_world *world, int table, const rt_value *values, const bool *taken)
{
    const rt_model *model = &rt_models[table];
    for (int row = 0; row < world->counts[table]; row++) {
        bool same = !taken[row];
        for (int i = 0; i < model->column_count && same; i++)
            same = rt_identical(model->columns[i].type, rt_cell(world, table, row, i), &values[i]);
        if (same)
            return row;
    }
    return -1;
}

static void print_values(rt_asker *asker, int table, const rt_value *values)
{
    const rt_model *model = &rt_models[table];
    for (int i = 0; i < model->column_count; i++) {
        rt_add(&asker->why, "%s%s ", i > 0 ? ", " : "", model->columns[i].name);
        rt_print_value(&asker->why, model->columns[i].type, &values[i]);
    }
    rt_add(&asker->why, "\n");
}

static bool is_known(rt_asker *asker, int table, const void *result, bool *taken, rt_rows *rows)
{
    const rt_model *model = &rt_models[table];
    const rt_functions *functions = rt_functions_of[table];
    rt_value values[RT_COLUMNS_MAX];
    int fields = model->column_count - model->hidden;
    for (int i = 0; i < fields; i++)
        if (!rt_read_field(&functions->descriptor->columns[i], result, &model->columns[i],
                           &values[i])) {
            rt_add(&asker->why, "%s holds something odd\n", model->columns[i].name);
            return false;
        }
    if (!read_objects(asker, functions, result, &values[fields]))
        return false;
    int row = find_result(asker->world, table, values, taken);
    if (row < 0) {
        rt_add(&asker->why, "row %d is none of those wanted: ", rows->count);
        print_values(asker, table, values);
        return false;
    }
    taken[row] = true;
    rows->rows[rows->count++] = row;
    return true;
}

static bool print_wanted(rt_asker *asker, int table, const rt_answer *answer)
{
    for (int i = 0; i < answer->count; i++) {
        int row = answer->rows.rows[answer->from + i];
        rt_add(&asker->why, "wanted: ");
        print_values(asker, table,
                     &asker->world->cells[table][row * rt_models[table].column_count]);
    }
    return false;
}

static bool ask_count(rt_asker *asker, const rt_ask *ask, const rt_answer *answer)
{
    int64_t given = -1;
    orm_status status = rt_functions_of[ask->query->model]->results_count(asker, ask, &given);
    if (status != ORM_OK)
        return rt_asker_failed(asker, "count of results", status);
    if (given != answer->count)
        rt_add(&asker->why, "%lld instead of %d\n", (long long)given, answer->count);
    return given == answer->count;
}

bool rt_ask_results(rt_asker *asker, const rt_ask *ask)
{
    int table = ask->query->model;
    bool taken[RT_ROWS_MAX] = {false};
    rt_rows candidates;
    rt_answer answer;
    rt_rows rows = {.count = 0};
    const char *items = NULL;
    size_t count = 0;
    rt_make_results(asker->world, ask);
    rt_all(asker->world, table, &candidates);
    rt_answer_query(asker->world, ask->query, NULL, &candidates, &answer);
    if (ask->purpose == RT_RESULTS_COUNT)
        return ask_count(asker, ask, &answer);
    orm_status status = rt_functions_of[table]->results(asker, ask, &items, &count);
    if (status != ORM_OK)
        return rt_asker_failed(asker, "results", status);
    for (size_t i = 0; i < count && i < RT_ROWS_MAX; i++)
        if (!is_known(asker, table, items + i * rt_functions_of[table]->result_size, taken, &rows))
            return print_wanted(asker, table, &answer);
    return rt_is_answer(asker->world, table, &answer, &rows, &asker->why) ||
           print_wanted(asker, table, &answer);
}
