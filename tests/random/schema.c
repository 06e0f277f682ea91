#include "schema.h"

#include <stddef.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

#define COLUMN(model, MODEL, name, NAME, type, nullable, size)                                     \
    {#name, #name, RT_##type, (nullable) != 0, size},
static const rt_column place_columns[] = {RT_PLACE_COLUMNS(COLUMN)};
static const rt_column project_columns[] = {RT_PROJECT_COLUMNS(COLUMN)};
static const rt_column task_columns[] = {RT_TASK_COLUMNS(COLUMN)};
static const rt_column skill_columns[] = {RT_SKILL_COLUMNS(COLUMN)};
static const rt_column rating_columns[] = {RT_RATING_COLUMNS(COLUMN)};
static const rt_column label_columns[] = {RT_LABEL_COLUMNS(COLUMN)};
static const rt_column profile_columns[] = {RT_PROFILE_COLUMNS(COLUMN)};
static const rt_column partner_columns[] = {RT_PARTNERS_COLUMNS(COLUMN)};
static const rt_column person_label_columns[] = {RT_PERSON_LABELS_COLUMNS(COLUMN)};
static const rt_column activity_columns[] = {RT_ACTIVITY_COLUMNS(COLUMN)};
/* Beside the fields, the numbers of the rows that the objects are. */
#define OBJECTS                                                                                    \
    {"person", "", RT_BIGINT, false, 0},                                                           \
    {                                                                                              \
        "project", "", RT_BIGINT, true, 0                                                          \
    }
static const rt_column pair_columns[] = {RT_PAIR_COLUMNS(COLUMN) OBJECTS};
static const rt_column pair_inner_columns[] = {RT_PAIR_INNER_COLUMNS(COLUMN) OBJECTS};
static const rt_column card_columns[] = {RT_CARD_COLUMNS(COLUMN)};
static const rt_column by_owner_columns[] = {RT_BY_OWNER_COLUMNS(COLUMN)};
#undef COLUMN

/* Two of a person's columns have other names in the database. */
#define COLUMN(model, MODEL, name, NAME, type, nullable, size)                                     \
    {#name,                                                                                        \
     RT_##MODEL##_##NAME == RT_PERSON_ID        ? "person id"                                      \
     : RT_##MODEL##_##NAME == RT_PERSON_BOSS_ID ? "select"                                         \
                                                : #name,                                           \
     RT_##type, (nullable) != 0, size},
static const rt_column person_columns[] = {RT_PERSON_COLUMNS(COLUMN)};
#undef COLUMN

static const rt_relation place_relations[] = {
    {"people",
     RT_PERSON,
     RT_MANY,
     {RT_PLACE_COUNTRY, RT_PLACE_AREA, -1},
     {RT_PERSON_COUNTRY, RT_PERSON_AREA, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"partners",
     RT_PLACE,
     RT_MANY,
     {RT_PLACE_COUNTRY, RT_PLACE_AREA, -1},
     {RT_PLACE_COUNTRY, RT_PLACE_AREA, -1},
     RT_PARTNERS,
     {RT_PARTNERS_COUNTRY, RT_PARTNERS_AREA},
     {RT_PARTNERS_PARTNER_COUNTRY, RT_PARTNERS_PARTNER_AREA},
     {{0}},
     0},
};

static const rt_relation person_relations[] = {
    {"boss",
     RT_PERSON,
     RT_BELONGS,
     {RT_PERSON_BOSS_ID, -1},
     {RT_PERSON_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"reports",
     RT_PERSON,
     RT_MANY,
     {RT_PERSON_ID, -1},
     {RT_PERSON_BOSS_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"rival",
     RT_PERSON,
     RT_BELONGS,
     {RT_PERSON_RIVAL_CODE, -1},
     {RT_PERSON_CODE, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"rivals",
     RT_PERSON,
     RT_MANY,
     {RT_PERSON_CODE, -1},
     {RT_PERSON_RIVAL_CODE, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"place",
     RT_PLACE,
     RT_BELONGS,
     {RT_PERSON_COUNTRY, RT_PERSON_AREA, -1},
     {RT_PLACE_COUNTRY, RT_PLACE_AREA, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"projects",
     RT_PROJECT,
     RT_MANY,
     {RT_PERSON_ID, -1},
     {RT_PROJECT_OWNER_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"reviews",
     RT_PROJECT,
     RT_MANY,
     {RT_PERSON_ID, -1},
     {RT_PROJECT_REVIEWER_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"latest",
     RT_PROJECT,
     RT_HAS_ONE,
     {RT_PERSON_ID, -1},
     {RT_PROJECT_OWNER_ID, -1},
     -1,
     {0},
     {0},
     {{.column = RT_PROJECT_DUE, .descending = true},
      {.column = RT_PROJECT_ID, .descending = false}},
     2},
    {"profile",
     RT_PROFILE,
     RT_HAS_ONE,
     {RT_PERSON_ID, -1},
     {RT_PROFILE_PERSON_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"skills",
     RT_SKILL,
     RT_MANY,
     {RT_PERSON_ID, -1},
     {RT_SKILL_ID, -1},
     RT_RATING,
     {RT_RATING_PERSON_ID},
     {RT_RATING_SKILL_ID},
     {{0}},
     0},
    {"ratings",
     RT_RATING,
     RT_MANY,
     {RT_PERSON_ID, -1},
     {RT_RATING_PERSON_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"labels",
     RT_LABEL,
     RT_MANY,
     {RT_PERSON_ID, -1},
     {RT_LABEL_LABEL, -1},
     RT_PERSON_LABELS,
     {RT_PERSON_LABELS_PERSON_ID},
     {RT_PERSON_LABELS_LABEL},
     {{0}},
     0},
};

static const rt_relation project_relations[] = {
    {"owner",
     RT_PERSON,
     RT_BELONGS,
     {RT_PROJECT_OWNER_ID, -1},
     {RT_PERSON_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"reviewer",
     RT_PERSON,
     RT_BELONGS,
     {RT_PROJECT_REVIEWER_ID, -1},
     {RT_PERSON_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"tasks",
     RT_TASK,
     RT_MANY,
     {RT_PROJECT_ID, -1},
     {RT_TASK_PROJECT_ID, -1},
     -1,
     {0},
     {0},
     {{.column = RT_TASK_RANK, .descending = true},
      {.column = RT_TASK_NUMBER, .descending = false}},
     2},
    {"top_task",
     RT_TASK,
     RT_HAS_ONE,
     {RT_PROJECT_ID, -1},
     {RT_TASK_PROJECT_ID, -1},
     -1,
     {0},
     {0},
     {{.column = RT_TASK_RANK, .descending = false},
      {.column = RT_TASK_NUMBER, .descending = true}},
     2},
    {"skill",
     RT_SKILL,
     RT_BELONGS,
     {RT_PROJECT_SKILL_TAG, -1},
     {RT_SKILL_TAG, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
};

static const rt_relation task_relations[] = {
    {"project",
     RT_PROJECT,
     RT_BELONGS,
     {RT_TASK_PROJECT_ID, -1},
     {RT_PROJECT_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
};

static const rt_relation skill_relations[] = {
    {"people",
     RT_PERSON,
     RT_MANY,
     {RT_SKILL_ID, -1},
     {RT_PERSON_ID, -1},
     RT_RATING,
     {RT_RATING_SKILL_ID},
     {RT_RATING_PERSON_ID},
     {{0}},
     0},
    {"projects",
     RT_PROJECT,
     RT_MANY,
     {RT_SKILL_TAG, -1},
     {RT_PROJECT_SKILL_TAG, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
};

static const rt_relation rating_relations[] = {
    {"person",
     RT_PERSON,
     RT_BELONGS,
     {RT_RATING_PERSON_ID, -1},
     {RT_PERSON_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
    {"skill",
     RT_SKILL,
     RT_BELONGS,
     {RT_RATING_SKILL_ID, -1},
     {RT_SKILL_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
};

static const rt_relation label_relations[] = {
    {"people",
     RT_PERSON,
     RT_MANY,
     {RT_LABEL_LABEL, -1},
     {RT_PERSON_ID, -1},
     RT_PERSON_LABELS,
     {RT_PERSON_LABELS_LABEL},
     {RT_PERSON_LABELS_PERSON_ID},
     {{0}},
     0},
};

static const rt_relation profile_relations[] = {
    {"person",
     RT_PERSON,
     RT_BELONGS,
     {RT_PROFILE_PERSON_ID, -1},
     {RT_PERSON_ID, -1},
     -1,
     {0},
     {0},
     {{0}},
     0},
};

#define MODEL(model, in_database, keys, ...)                                                       \
    {                                                                                              \
        .name = #model, .table = in_database, .columns = model##_columns,                          \
        .column_count = COUNT(model##_columns), .key = {__VA_ARGS__}, .key_count = keys,           \
        .relations = model##_relations, .relation_count = COUNT(model##_relations)                 \
    }
#define LINK(model, in_database, keys, ...)                                                        \
    {                                                                                              \
        .name = #model, .table = in_database, .columns = model##_columns,                          \
        .column_count = COUNT(model##_columns), .key = {__VA_ARGS__}, .key_count = keys            \
    }
#define ROWS(model, row, of, own)                                                                  \
    {                                                                                              \
        .name = #model "_" #row, .columns = row##_columns, .column_count = COUNT(row##_columns),   \
        .base = of, .hidden = own                                                                  \
    }

const rt_model rt_models[RT_EVERY_TABLE] = {
    [RT_PLACE] = MODEL(place, "r_places", 2, RT_PLACE_COUNTRY, RT_PLACE_AREA),
    [RT_PERSON] = MODEL(person, "r People", 1, RT_PERSON_ID),
    [RT_PROJECT] = MODEL(project, "r_projects", 1, RT_PROJECT_ID),
    [RT_TASK] = MODEL(task, "r_tasks", 2, RT_TASK_PROJECT_ID, RT_TASK_NUMBER),
    [RT_SKILL] = MODEL(skill, "r_skills", 1, RT_SKILL_ID),
    [RT_RATING] = MODEL(rating, "r_ratings", 2, RT_RATING_PERSON_ID, RT_RATING_SKILL_ID),
    [RT_LABEL] = MODEL(label, "r_labels", 1, RT_LABEL_LABEL),
    [RT_PROFILE] = MODEL(profile, "r_profiles", 1, RT_PROFILE_ID),
    [RT_PARTNERS] = LINK(partner, "r_place_partners", 4, 0, 1, 2, 3),
    [RT_PERSON_LABELS] = LINK(person_label, "r_person_labels", 2, 0, 1),
    [RT_ACTIVITY] = ROWS(person, activity, RT_PERSON, 0),
    [RT_PAIR] = ROWS(person, pair, RT_PERSON, 2),
    [RT_PAIR_INNER] = ROWS(person, pair_inner, RT_PERSON, 2),
    [RT_CARD] = ROWS(project, card, RT_PROJECT, 0),
    [RT_BY_OWNER] = ROWS(project, by_owner, RT_PROJECT, 0),
};
