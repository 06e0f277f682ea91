/* Queries of the test put to the library, by the functions generated for random.yaml. */
#ifndef TESTS_RANDOM_ASK_H
#define TESTS_RANDOM_ASK_H

#include "evaluate.h"
#include "random.orm.h"

/* What was found while a question was asked. */
typedef struct rt_asker {
    orm_session *db;
    rt_world *world;
    bool writable;
    /* Relations named by earlier questions to this session, whose state is theirs. */
    bool named[RT_MODELS][RT_RELATIONS_MAX];
    bool counted[RT_MODELS][RT_RELATIONS_MAX];
    /* Of the stream being read. */
    const struct rt_ask *streamed;
    rt_rows taken;
    rt_text why;   /* the first difference, or a failure */
    void **memory; /* owned: of the question being asked */
    int memory_count;
} rt_asker;

/* Zeroed; freed by rt_asker_end. */
void *rt_asker_new(rt_asker *asker, size_t size);

/* The generated functions of one model, by positions of columns and relations. */
typedef struct rt_functions {
    const orm_model *descriptor;
    orm_pred (*leaf)(rt_asker *asker, const rt_pred *pred);
    orm_pred (*is_null)(int column);
    orm_pred (*everything)(void);
    /* Any condition on related rows, `target` being the one on each of them. */
    orm_pred (*has)(rt_asker *asker, const rt_pred *pred, orm_pred target);
    orm_pred (*sql)(rt_asker *asker, const char *text, const orm_value *values, size_t count);
    orm_col (*column)(int column);
    /* A deferred column that the row has. */
    orm_status (*deferred)(const void *row, int column, rt_value *value_out);
    orm_pred (*negate)(rt_asker *asker, orm_pred pred);
    orm_pred (*group)(rt_asker *asker, bool all, const orm_pred *items, int count);
    const void *(*query)(rt_asker *asker, const rt_query *query);
    int (*order)(const rt_order_item *item, int step);
    orm_status (*select)(rt_asker *asker, const void *query, orm_list *list_out);
    orm_status (*count)(rt_asker *asker, const void *query, int64_t *count_out);
    orm_status (*exists)(rt_asker *asker, const void *query, bool *exists_out);
    /* A relation to one row gives a list of none or one. */
    orm_status (*related)(const void *row, int relation, orm_list *list_out);
    orm_status (*preload)(rt_asker *asker, const orm_list *rows, int relation, const void *query);
    orm_status (*load)(rt_asker *asker, void *row, int relation, orm_list *list_out);
    orm_status (*raw)(rt_asker *asker, const char *sql, orm_list *list_out);
    orm_status (*page)(rt_asker *asker, const void *query, const char *after, const char *before,
                       orm_page *page_out);
    /* Gives the rows to rt_asker_take. */
    orm_status (*each)(rt_asker *asker, const void *query, size_t batch);
    orm_status (*count_related)(const void *row, int relation, int64_t *count_out);
    orm_status (*preload_count)(rt_asker *asker, const orm_list *rows, int relation,
                                const void *query);
    orm_status (*link)(const void *row, int relation, const void *target, void **link_out);
    orm_rows (*rows)(const void *query);
    orm_status (*aggregate)(rt_asker *asker, rt_purpose purpose, int column, orm_rows rows,
                            rt_value *value_out);
    /* Result structs only: their rows as they stand one after the other, and their number. */
    orm_status (*results)(rt_asker *asker, const rt_ask *ask, const char **items_out,
                          size_t *count_out);
    orm_status (*results_count)(rt_asker *asker, const rt_ask *ask, int64_t *count_out);
    size_t result_size;
    /* The whole rows among the fields: a person and a project. */
    void (*objects)(const void *result, void *objects_out[2]);
} rt_functions;

extern const rt_functions rt_activity_functions;
extern const rt_functions rt_pair_functions;
extern const rt_functions rt_pair_inner_functions;
extern const rt_functions rt_card_functions;
extern const rt_functions rt_by_owner_functions;

extern const rt_functions *const rt_functions_of[RT_EVERY_TABLE];

orm_pred rt_make_pred(rt_asker *asker, const rt_pred *pred);
const void *rt_make_query(rt_asker *asker, const rt_query *query);

/* Asks, and compares the answer with that of memory. False when they differ: `why` says how. */
bool rt_asker_ask(rt_asker *asker, const rt_ask *ask);
void rt_asker_end(rt_asker *asker);
/* Of a question for one value. */
bool rt_ask_number(rt_asker *asker, const rt_ask *ask);
/* Whether a list is what an answer allows, and holds what the query names of its relations. */
bool rt_asker_check(rt_asker *asker, const rt_ask *ask, const rt_answer *answer,
                    const orm_list *list);
/* The parts of that. */
bool rt_asker_is_answered(rt_asker *asker, int model, const rt_answer *answer, const rt_rows *rows);
bool rt_asker_is_right(rt_asker *asker, int model, const rt_answer *answer, const orm_list *list);
bool rt_asker_check_with(rt_asker *asker, const rt_ask *ask, const rt_query *query,
                         const orm_list *list, const rt_rows *rows);
/* Of a question for the rows of a result struct. */
bool rt_ask_results(rt_asker *asker, const rt_ask *ask);
/* Of a question for a walk. */
bool rt_ask_walk(rt_asker *asker, const rt_ask *ask);
/* Of a question for pages. */
bool rt_ask_pages(rt_asker *asker, const rt_ask *ask);
/* Of a question for the row of a key. */
bool rt_ask_find(rt_asker *asker, const rt_ask *ask);
/* Of a question whose rows are streamed; and one of these rows. */
bool rt_ask_each(rt_asker *asker, const rt_ask *ask);
orm_status rt_asker_take(rt_asker *asker, void *row);
/* Notes a failure of the library; false. */
bool rt_asker_failed(rt_asker *asker, const char *what, orm_status status);

/* The row of the world that a row of the library is; -1, with `why`, when it is none or differs. */
int rt_row_of(rt_asker *asker, int model, const void *row);

#endif
