#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

const rt_value *rt_cell(const rt_world *world, int table, int row, int column)
{
    return &world->cells[table][row * rt_models[table].column_count + column];
}

static rt_value *cell(rt_world *world, int table, int row, int column)
{
    return &world->cells[table][row * rt_models[table].column_count + column];
}

static void fill_pools(rt_world *world, rt_random *random)
{
    for (int table = 0; table < RT_EVERY_TABLE; table++)
        for (int column = 0; column < rt_models[table].column_count; column++)
            for (int i = 0; i < RT_POOL; i++)
                world->pools[table][column][i] =
                    rt_random_value(random, &rt_models[table].columns[column]);
}

static void fill_rows(rt_world *world, rt_random *random, int table, int count)
{
    const rt_model *model = &rt_models[table];
    world->counts[table] = count;
    world->cells[table] =
        rt_new((size_t)count * (size_t)model->column_count * sizeof *world->cells[table]);
    for (int row = 0; row < count; row++) {
        for (int column = 0; column < model->column_count; column++) {
            rt_value *value = cell(world, table, row, column);
            *value = world->pools[table][column][rt_below(random, RT_POOL)];
            if (model->columns[column].nullable && rt_chance(random, 25))
                *value = (rt_value){.null = true};
        }
    }
}

static rt_value text_value(const char *text)
{
    rt_value value = {.size = (uint8_t)strlen(text)};
    memcpy(value.text, text, strlen(text) + 1);
    return value;
}

/* The same text, made to be the only one. */
static void number_text(rt_value *value, int number)
{
    char text[RT_TEXT_MAX + 1];
    (void)snprintf(text, sizeof text, "%.12s-%d", value->text, number);
    *value = text_value(text);
}

static void fill_keys(rt_world *world)
{
    static const int64_t ids[] = {INT64_MAX, 0, INT64_MIN, -1, 9007199254740993, 4294967296};
    static const char *const countries[] = {"", "A", "a", "\xc3\xa9%"};
    static const char *const labels[] = {"", "a", "A", "a_", "100%", "\xe6\x97\xa5"};
    static const char *const tags[] = {"", "a", "A", "a b", "\xc3\xa9", "ab%"};
    for (int row = 0; row < world->counts[RT_PLACE]; row++) {
        *cell(world, RT_PLACE, row, RT_PLACE_COUNTRY) = text_value(countries[row % 4]);
        cell(world, RT_PLACE, row, RT_PLACE_AREA)->number = row / 4;
    }
    for (int row = 0; row < world->counts[RT_PERSON]; row++) {
        cell(world, RT_PERSON, row, RT_PERSON_ID)->number = row < COUNT(ids) ? ids[row] : row;
        number_text(cell(world, RT_PERSON, row, RT_PERSON_CODE), row);
    }
    for (int row = 0; row < world->counts[RT_PROJECT]; row++)
        cell(world, RT_PROJECT, row, RT_PROJECT_ID)->number = row - 3;
    for (int row = 0; row < world->counts[RT_SKILL]; row++) {
        cell(world, RT_SKILL, row, RT_SKILL_ID)->number = row == 0 ? INT16_MIN : row;
        *cell(world, RT_SKILL, row, RT_SKILL_TAG) = text_value(tags[row % COUNT(tags)]);
    }
    for (int row = 0; row < world->counts[RT_LABEL]; row++)
        *cell(world, RT_LABEL, row, RT_LABEL_LABEL) = text_value(labels[row % COUNT(labels)]);
    for (int row = 0; row < world->counts[RT_PROFILE]; row++)
        cell(world, RT_PROFILE, row, RT_PROFILE_ID)->text[15] = (char)row;
}

/* Has columns of one row hold what those of a row of another table hold. */
static void refer(rt_world *world, rt_random *random, int table, int row, const int *own,
                  int target, const int *other)
{
    int chosen = rt_below(random, world->counts[target]);
    /* Some rows are referred to more than others. */
    if (rt_chance(random, 50))
        chosen /= 3;
    bool nothing = rt_models[table].columns[own[0]].nullable && rt_chance(random, 25);
    for (int i = 0; i < RT_KEY_MAX && own[i] >= 0; i++) {
        rt_value *value = cell(world, table, row, own[i]);
        *value = *rt_cell(world, target, chosen, other[i]);
        /* Half a key refers to nothing. */
        if (nothing && (i == 0 || rt_chance(random, 50)))
            *value = (rt_value){.null = true};
    }
}

static void fill_references(rt_world *world, rt_random *random)
{
    for (int table = 0; table < RT_MODELS; table++) {
        for (int i = 0; i < rt_models[table].relation_count; i++) {
            const rt_relation *relation = &rt_models[table].relations[i];
            for (int row = 0; row < world->counts[table] && relation->kind == RT_BELONGS; row++)
                refer(world, random, table, row, relation->own, relation->target, relation->other);
        }
    }
    for (int row = 0; row < world->counts[RT_PROFILE]; row++)
        *cell(world, RT_PROFILE, row, RT_PROFILE_PERSON_ID) =
            *rt_cell(world, RT_PERSON, row, RT_PERSON_ID);
    for (int row = 0; row < world->counts[RT_PARTNERS]; row++) {
        static const int own[] = {0, 1, -1};
        static const int other[] = {2, 3, -1};
        static const int key[] = {RT_PLACE_COUNTRY, RT_PLACE_AREA, -1};
        refer(world, random, RT_PARTNERS, row, own, RT_PLACE, key);
        refer(world, random, RT_PARTNERS, row, other, RT_PLACE, key);
    }
    for (int row = 0; row < world->counts[RT_PERSON_LABELS]; row++) {
        static const int person[] = {RT_PERSON_LABELS_PERSON_ID, -1};
        static const int label[] = {RT_PERSON_LABELS_LABEL, -1};
        static const int id[] = {RT_PERSON_ID, -1};
        static const int name[] = {RT_LABEL_LABEL, -1};
        refer(world, random, RT_PERSON_LABELS, row, person, RT_PERSON, id);
        refer(world, random, RT_PERSON_LABELS, row, label, RT_LABEL, name);
    }
}

static bool same_key(const rt_world *world, int table, int row, const rt_value *key)
{
    const rt_model *model = &rt_models[table];
    for (int i = 0; i < model->key_count; i++)
        if (!rt_identical(model->columns[model->key[i]].type,
                          rt_cell(world, table, row, model->key[i]), &key[i]))
            return false;
    return true;
}

int rt_find(const rt_world *world, int table, const rt_value *key)
{
    for (int row = 0; row < world->counts[table]; row++)
        if (same_key(world, table, row, key))
            return row;
    return -1;
}

/* Rows whose key another one has already go. */
static void drop_repeated(rt_world *world, int table)
{
    const rt_model *model = &rt_models[table];
    size_t width = (size_t)model->column_count;
    int kept = 0;
    for (int row = 0; row < world->counts[table]; row++) {
        rt_value key[4];
        for (int i = 0; i < model->key_count; i++)
            key[i] = *rt_cell(world, table, row, model->key[i]);
        bool known = false;
        for (int before = 0; before < kept && !known; before++)
            known = same_key(world, table, before, key);
        if (known)
            continue;
        memmove(cell(world, table, kept, 0), cell(world, table, row, 0), width * sizeof(rt_value));
        kept++;
    }
    world->counts[table] = kept;
}

void rt_world_make(rt_world *world, uint64_t seed)
{
    rt_random random = {seed};
    memset(world, 0, sizeof *world);
    world->seed = seed;
    fill_pools(world, &random);
    int people = 1 + rt_below(&random, 24);
    fill_rows(world, &random, RT_PLACE, 1 + rt_below(&random, 8));
    fill_rows(world, &random, RT_PERSON, people);
    fill_rows(world, &random, RT_PROJECT, 1 + rt_below(&random, 40));
    fill_rows(world, &random, RT_TASK, 1 + rt_below(&random, 60));
    fill_rows(world, &random, RT_SKILL, 1 + rt_below(&random, 6));
    fill_rows(world, &random, RT_RATING, 1 + rt_below(&random, 40));
    fill_rows(world, &random, RT_LABEL, 1 + rt_below(&random, 6));
    fill_rows(world, &random, RT_PROFILE, rt_below(&random, people + 1));
    fill_rows(world, &random, RT_PARTNERS, rt_below(&random, 16));
    fill_rows(world, &random, RT_PERSON_LABELS, rt_below(&random, 30));
    fill_keys(world);
    fill_references(world, &random);
    for (int table = 0; table < RT_TABLES; table++)
        drop_repeated(world, table);
}

void rt_world_free(rt_world *world)
{
    for (int table = 0; table < RT_EVERY_TABLE; table++)
        free(world->cells[table]);
    memset(world, 0, sizeof *world);
}

/* Every table after those it refers to. */
static const int order_of_tables[] = {RT_PLACE,    RT_PERSON,       RT_SKILL,  RT_LABEL,
                                      RT_PROJECT,  RT_TASK,         RT_RATING, RT_PROFILE,
                                      RT_PARTNERS, RT_PERSON_LABELS};

static void insert_rows(const rt_world *world, int table, bool postgresql, rt_text *out)
{
    const rt_model *model = &rt_models[table];
    if (world->counts[table] == 0)
        return;
    rt_add(out, "insert into \"%s\" (", model->table);
    for (int column = 0; column < model->column_count; column++)
        rt_add(out, "%s\"%s\"", column > 0 ? ", " : "", model->columns[column].in_database);
    rt_add(out, ") values ");
    for (int row = 0; row < world->counts[table]; row++) {
        for (int column = 0; column < model->column_count; column++) {
            rt_add(out, "%s", column > 0 ? ", " : row > 0 ? ",\n(" : "\n(");
            rt_print_literal(out, &model->columns[column], rt_cell(world, table, row, column),
                             postgresql);
        }
        rt_add(out, ")");
    }
    rt_add(out, ";\n");
}

void rt_world_sql(const rt_world *world, bool postgresql, rt_text *out)
{
    rt_add(out, "begin;\n");
    for (int i = RT_TABLES; i-- > 0;)
        rt_add(out, "delete from \"%s\";\n", rt_models[order_of_tables[i]].table);
    for (int i = 0; i < RT_TABLES; i++)
        insert_rows(world, order_of_tables[i], postgresql, out);
    rt_add(out, "commit;\n");
}
