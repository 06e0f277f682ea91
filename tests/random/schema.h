/*
 * random.yaml again, in C and by hand: what the evaluation in memory knows of the models. Nothing
 * here comes from the library.
 */
#ifndef TESTS_RANDOM_SCHEMA_H
#define TESTS_RANDOM_SCHEMA_H

#include <stdbool.h>

typedef enum rt_type {
    RT_BOOL,
    RT_SMALLINT,
    RT_INTEGER,
    RT_BIGINT,
    RT_REAL,
    RT_DOUBLE,
    RT_NUMERIC,
    RT_TEXT,
    RT_CHAR,
    RT_BYTES,
    RT_UUID,
    RT_DATE,
    RT_TIME,
    RT_TIMESTAMP,
    RT_TIMESTAMPTZ,
    RT_INTERVAL,
    RT_ENUM
} rt_type;

/* The models, then the tables that only link others. */
enum rt_table_id {
    RT_PLACE,
    RT_PERSON,
    RT_PROJECT,
    RT_TASK,
    RT_SKILL,
    RT_RATING,
    RT_LABEL,
    RT_PROFILE,
    RT_MODELS,
    RT_PARTNERS = RT_MODELS,
    RT_PERSON_LABELS,
    RT_TABLES,
    /* Result structs: tables that are made for a question. */
    RT_ACTIVITY = RT_TABLES,
    RT_PAIR,
    RT_PAIR_INNER,
    RT_CARD,
    RT_BY_OWNER,
    RT_EVERY_TABLE
};

enum { RT_COLUMNS_MAX = 24, RT_RELATIONS_MAX = 12, RT_KEY_MAX = 2 };

/* X(model, MODEL, column, COLUMN, type, nullable, size), size being char's length, numeric's scale
 * (0: any). */
#define RT_PLACE_COLUMNS(X)                                                                        \
    X(place, PLACE, country, COUNTRY, TEXT, 0, 0)                                                  \
    X(place, PLACE, area, AREA, INTEGER, 0, 0)                                                     \
    X(place, PLACE, title, TITLE, TEXT, 1, 0)                                                      \
    X(place, PLACE, score, SCORE, DOUBLE, 1, 0)                                                    \
    X(place, PLACE, opened, OPENED, DATE, 1, 0)
#define RT_PERSON_COLUMNS(X)                                                                       \
    X(person, PERSON, id, ID, BIGINT, 0, 0)                                                        \
    X(person, PERSON, code, CODE, TEXT, 0, 0)                                                      \
    X(person, PERSON, name, NAME, TEXT, 1, 0)                                                      \
    X(person, PERSON, level, LEVEL, SMALLINT, 0, 0)                                                \
    X(person, PERSON, age, AGE, INTEGER, 1, 0)                                                     \
    X(person, PERSON, big, BIG, BIGINT, 1, 0)                                                      \
    X(person, PERSON, factor, FACTOR, REAL, 0, 0)                                                  \
    X(person, PERSON, ratio, RATIO, DOUBLE, 1, 0)                                                  \
    X(person, PERSON, amount, AMOUNT, NUMERIC, 1, 0)                                               \
    X(person, PERSON, price, PRICE, NUMERIC, 0, 2)                                                 \
    X(person, PERSON, active, ACTIVE, BOOL, 1, 0)                                                  \
    X(person, PERSON, grade, GRADE, ENUM, 1, 0)                                                    \
    X(person, PERSON, tag, TAG, CHAR, 1, 5)                                                        \
    X(person, PERSON, raw, RAW, BYTES, 1, 0)                                                       \
    X(person, PERSON, uid, UID, UUID, 0, 0)                                                        \
    X(person, PERSON, born, BORN, DATE, 1, 0)                                                      \
    X(person, PERSON, wakes, WAKES, TIME, 1, 0)                                                    \
    X(person, PERSON, seen, SEEN, TIMESTAMP, 1, 0)                                                 \
    X(person, PERSON, stamp, STAMP, TIMESTAMPTZ, 0, 0)                                             \
    X(person, PERSON, span, SPAN, INTERVAL, 1, 0)                                                  \
    X(person, PERSON, boss_id, BOSS_ID, BIGINT, 1, 0)                                              \
    X(person, PERSON, rival_code, RIVAL_CODE, TEXT, 1, 0)                                          \
    X(person, PERSON, country, COUNTRY, TEXT, 1, 0)                                                \
    X(person, PERSON, area, AREA, INTEGER, 1, 0)
#define RT_PROJECT_COLUMNS(X)                                                                      \
    X(project, PROJECT, id, ID, INTEGER, 0, 0)                                                     \
    X(project, PROJECT, owner_id, OWNER_ID, BIGINT, 0, 0)                                          \
    X(project, PROJECT, reviewer_id, REVIEWER_ID, BIGINT, 1, 0)                                    \
    X(project, PROJECT, title, TITLE, TEXT, 0, 0)                                                  \
    X(project, PROJECT, rank, RANK, SMALLINT, 0, 0)                                                \
    X(project, PROJECT, budget, BUDGET, NUMERIC, 1, 0)                                             \
    X(project, PROJECT, due, DUE, TIMESTAMPTZ, 1, 0)                                               \
    X(project, PROJECT, skill_tag, SKILL_TAG, CHAR, 1, 4)
#define RT_TASK_COLUMNS(X)                                                                         \
    X(task, TASK, project_id, PROJECT_ID, INTEGER, 0, 0)                                           \
    X(task, TASK, number, NUMBER, SMALLINT, 0, 0)                                                  \
    X(task, TASK, note, NOTE, TEXT, 1, 0)                                                          \
    X(task, TASK, done, DONE, BOOL, 0, 0)                                                          \
    X(task, TASK, rank, RANK, INTEGER, 1, 0)                                                       \
    X(task, TASK, hours, HOURS, DOUBLE, 1, 0)                                                      \
    X(task, TASK, state, STATE, ENUM, 0, 0)
#define RT_SKILL_COLUMNS(X)                                                                        \
    X(skill, SKILL, id, ID, SMALLINT, 0, 0)                                                        \
    X(skill, SKILL, name, NAME, TEXT, 0, 0)                                                        \
    X(skill, SKILL, tag, TAG, CHAR, 0, 4)
#define RT_RATING_COLUMNS(X)                                                                       \
    X(rating, RATING, person_id, PERSON_ID, BIGINT, 0, 0)                                          \
    X(rating, RATING, skill_id, SKILL_ID, SMALLINT, 0, 0)                                          \
    X(rating, RATING, points, POINTS, INTEGER, 1, 0)                                               \
    X(rating, RATING, since, SINCE, DATE, 0, 0)
#define RT_LABEL_COLUMNS(X)                                                                        \
    X(label, LABEL, label, LABEL, TEXT, 0, 0)                                                      \
    X(label, LABEL, colour, COLOUR, ENUM, 1, 0)
#define RT_PROFILE_COLUMNS(X)                                                                      \
    X(profile, PROFILE, id, ID, UUID, 0, 0)                                                        \
    X(profile, PROFILE, person_id, PERSON_ID, BIGINT, 0, 0)                                        \
    X(profile, PROFILE, bio, BIO, TEXT, 1, 0)                                                      \
    X(profile, PROFILE, budget, BUDGET, NUMERIC, 1, 2)
#define RT_PARTNERS_COLUMNS(X)                                                                     \
    X(partners, PARTNERS, country, COUNTRY, TEXT, 0, 0)                                            \
    X(partners, PARTNERS, area, AREA, INTEGER, 0, 0)                                               \
    X(partners, PARTNERS, partner_country, PARTNER_COUNTRY, TEXT, 0, 0)                            \
    X(partners, PARTNERS, partner_area, PARTNER_AREA, INTEGER, 0, 0)
#define RT_PERSON_LABELS_COLUMNS(X)                                                                \
    X(person_labels, PERSON_LABELS, person_id, PERSON_ID, BIGINT, 0, 0)                            \
    X(person_labels, PERSON_LABELS, label, LABEL, TEXT, 0, 0)

/* Result structs, the same. */
#define RT_ACTIVITY_COLUMNS(X)                                                                     \
    X(person_activity, PERSON_ACTIVITY, id, ID, BIGINT, 0, 0)                                      \
    X(person_activity, PERSON_ACTIVITY, age, AGE, INTEGER, 1, 0)                                   \
    X(person_activity, PERSON_ACTIVITY, place_title, PLACE_TITLE, TEXT, 1, 0)                      \
    X(person_activity, PERSON_ACTIVITY, project_count, PROJECT_COUNT, BIGINT, 0, 0)                \
    X(person_activity, PERSON_ACTIVITY, due_count, DUE_COUNT, BIGINT, 0, 0)                        \
    X(person_activity, PERSON_ACTIVITY, spent, SPENT, NUMERIC, 1, 0)                               \
    X(person_activity, PERSON_ACTIVITY, last_due, LAST_DUE, TIMESTAMPTZ, 1, 0)                     \
    X(person_activity, PERSON_ACTIVITY, mean_rank, MEAN_RANK, DOUBLE, 1, 0)                        \
    X(person_activity, PERSON_ACTIVITY, task_rank, TASK_RANK, BIGINT, 1, 0)                        \
    X(person_activity, PERSON_ACTIVITY, skill_names, SKILL_NAMES, BIGINT, 0, 0)
#define RT_PAIR_COLUMNS(X)                                                                         \
    X(person_pair, PERSON_PAIR, note, NOTE, TEXT, 1, 0)                                            \
    X(person_pair, PERSON_PAIR, task_rank, TASK_RANK, INTEGER, 1, 0)
#define RT_PAIR_INNER_COLUMNS(X)                                                                   \
    X(person_pair_inner, PERSON_PAIR_INNER, note, NOTE, TEXT, 1, 0)                                \
    X(person_pair_inner, PERSON_PAIR_INNER, task_rank, TASK_RANK, INTEGER, 1, 0)
#define RT_CARD_COLUMNS(X)                                                                         \
    X(project_card, PROJECT_CARD, title, TITLE, TEXT, 0, 0)                                        \
    X(project_card, PROJECT_CARD, rank, RANK, SMALLINT, 0, 0)                                      \
    X(project_card, PROJECT_CARD, owner_code, OWNER_CODE, TEXT, 0, 0)                              \
    X(project_card, PROJECT_CARD, owner_grade, OWNER_GRADE, ENUM, 1, 0)                            \
    X(project_card, PROJECT_CARD, place_title, PLACE_TITLE, TEXT, 1, 0)                            \
    X(project_card, PROJECT_CARD, reviewer_age, REVIEWER_AGE, INTEGER, 1, 0)                       \
    X(project_card, PROJECT_CARD, task_rank, TASK_RANK, INTEGER, 1, 0)
#define RT_BY_OWNER_COLUMNS(X)                                                                     \
    X(project_by_owner, PROJECT_BY_OWNER, rank, RANK, SMALLINT, 0, 0)                              \
    X(project_by_owner, PROJECT_BY_OWNER, owner_grade, OWNER_GRADE, ENUM, 1, 0)                    \
    X(project_by_owner, PROJECT_BY_OWNER, number, NUMBER, BIGINT, 0, 0)                            \
    X(project_by_owner, PROJECT_BY_OWNER, budget, BUDGET, NUMERIC, 1, 0)                           \
    X(project_by_owner, PROJECT_BY_OWNER, first_title, FIRST_TITLE, TEXT, 0, 0)                    \
    X(project_by_owner, PROJECT_BY_OWNER, tags, TAGS, BIGINT, 0, 0)                                \
    X(project_by_owner, PROJECT_BY_OWNER, mean_id, MEAN_ID, DOUBLE, 1, 0)                          \
    X(project_by_owner, PROJECT_BY_OWNER, due_count, DUE_COUNT, BIGINT, 0, 0)

/* X(model, MODEL, relation, RELATION, target, MANY or ONE), in the order of the YAML and of
 * schema.c. */
#define RT_PLACE_RELATIONS(X)                                                                      \
    X(place, PLACE, people, PEOPLE, person, MANY)                                                  \
    X(place, PLACE, partners, PARTNERS, place, MANY)
#define RT_PERSON_RELATIONS(X)                                                                     \
    X(person, PERSON, boss, BOSS, person, ONE)                                                     \
    X(person, PERSON, reports, REPORTS, person, MANY)                                              \
    X(person, PERSON, rival, RIVAL, person, ONE)                                                   \
    X(person, PERSON, rivals, RIVALS, person, MANY)                                                \
    X(person, PERSON, place, PLACE, place, ONE)                                                    \
    X(person, PERSON, projects, PROJECTS, project, MANY)                                           \
    X(person, PERSON, reviews, REVIEWS, project, MANY)                                             \
    X(person, PERSON, latest, LATEST, project, ONE)                                                \
    X(person, PERSON, profile, PROFILE, profile, ONE)                                              \
    X(person, PERSON, skills, SKILLS, skill, MANY)                                                 \
    X(person, PERSON, ratings, RATINGS, rating, MANY)                                              \
    X(person, PERSON, labels, LABELS, label, MANY)
#define RT_PROJECT_RELATIONS(X)                                                                    \
    X(project, PROJECT, owner, OWNER, person, ONE)                                                 \
    X(project, PROJECT, reviewer, REVIEWER, person, ONE)                                           \
    X(project, PROJECT, tasks, TASKS, task, MANY)                                                  \
    X(project, PROJECT, top_task, TOP_TASK, task, ONE)                                             \
    X(project, PROJECT, skill, SKILL, skill, ONE)
#define RT_TASK_RELATIONS(X) X(task, TASK, project, PROJECT, project, ONE)
#define RT_SKILL_RELATIONS(X)                                                                      \
    X(skill, SKILL, people, PEOPLE, person, MANY)                                                  \
    X(skill, SKILL, projects, PROJECTS, project, MANY)
#define RT_RATING_RELATIONS(X)                                                                     \
    X(rating, RATING, person, PERSON, person, ONE)                                                 \
    X(rating, RATING, skill, SKILL, skill, ONE)
#define RT_LABEL_RELATIONS(X)   X(label, LABEL, people, PEOPLE, person, MANY)
#define RT_PROFILE_RELATIONS(X) X(profile, PROFILE, person, PERSON, person, ONE)

/* The columns by their position: RT_PERSON_AGE. */
#define RT_COLUMN_ENUM(model, MODEL, name, NAME, type, nullable, size) RT_##MODEL##_##NAME,
enum { RT_PLACE_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_PERSON_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_PROJECT_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_TASK_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_SKILL_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_RATING_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_LABEL_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_PROFILE_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_PARTNERS_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_PERSON_LABELS_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_ACTIVITY_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_PAIR_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_PAIR_INNER_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_CARD_COLUMNS(RT_COLUMN_ENUM) };
enum { RT_BY_OWNER_COLUMNS(RT_COLUMN_ENUM) };
#undef RT_COLUMN_ENUM

/* Columns that are no fields. */
#define RT_IS_DEFERRED(model, column)                                                              \
    (((model) == RT_PERSON && (column) == RT_PERSON_SEEN) ||                                       \
     ((model) == RT_PROFILE && (column) == RT_PROFILE_BIO))

typedef struct rt_column {
    const char *name;
    const char *in_database;
    rt_type type;
    bool nullable;
    int size;
} rt_column;

typedef enum rt_nulls { RT_NULLS_DEFAULT, RT_NULLS_FIRST, RT_NULLS_LAST } rt_nulls;

/* By a column of the row, or of the one that relations to one row lead to. */
typedef struct rt_order_item {
    int column;
    bool descending;
    rt_nulls nulls;
    bool exact; /* whatever the query's collation */
    int path[2];
    int path_count;
} rt_order_item;

typedef enum rt_kind { RT_BELONGS, RT_HAS_ONE, RT_MANY } rt_kind;

typedef struct rt_relation {
    const char *name;
    int target;
    rt_kind kind;
    int own[RT_KEY_MAX + 1];   /* columns on this side; -1 ends */
    int other[RT_KEY_MAX + 1]; /* those of the target they equal, or are linked to */
    int link;                  /* the table between the two, or -1 */
    int link_own[RT_KEY_MAX];
    int link_other[RT_KEY_MAX];
    rt_order_item order[2]; /* its own order; order_count of them */
    int order_count;
} rt_relation;

typedef struct rt_model {
    const char *name;
    const char *table;
    const rt_column *columns;
    int column_count;
    int hidden; /* how many of the last of them are the test's own */
    int base;   /* the model a result struct belongs to */
    int key[4]; /* -1 ends, where there is room */
    int key_count;
    const rt_relation *relations;
    int relation_count;
} rt_model;

extern const rt_model rt_models[RT_EVERY_TABLE];

#endif
