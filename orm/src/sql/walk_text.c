/*
 * Rows are told apart by their primary key, so that a row is walked through once and cycles end: a
 * table of all keys reached (k1, ...), with the columns that lead on (o1, ...). UNION keeps a row
 * from coming again. A bound on the depth needs the depth in that table, where a row may then stand
 * once for each depth it is reached at; what bounds that in a cycle is the depth, and where that is
 * large, the number of rows there are to reach.
 */
#include <stdio.h>

#include "sql/compile.h"
#include "sql/predicate_text.h"
#include "sql/walk.h"

enum { DEPTH_LARGE = 100 };

typedef enum walk_form {
    FORM_FREE,  /* no bound */
    FORM_BOUND, /* the bound ends cycles soon enough */
    FORM_LARGE  /* so does the number of rows */
} walk_form;

static walk_form form_of(const orm__walk *walk)
{
    if (walk->max_depth == 0)
        return FORM_FREE;
    return walk->max_depth > DEPTH_LARGE ? FORM_LARGE : FORM_BOUND;
}

static bool prunes(const orm__query *query)
{
    return query->walk->prune && orm__pred_is_given(query->where);
}

void orm__gather_walk(orm__gathered *gathered, const orm__query *query)
{
    const orm__walk *walk = query->walk;
    walk_form form = form_of(walk);
    uint16_t flags[3] = {(uint16_t)form, walk->include_start, walk->prune};
    orm__gather_shape(gathered, flags, sizeof flags);
    orm__gather_shape(gathered, &walk->relation, sizeof walk->relation);
    if (prunes(query) && form == FORM_LARGE)
        orm__gather_where(gathered, query->model, query->where);
    if (form != FORM_FREE)
        orm__gather_value(gathered, orm_bind_int(walk->max_depth));
    if (prunes(query))
        orm__gather_where(gathered, query->model, query->where);
}

/* k1, ..., o1, ... of a table; a NULL alias leaves it out. */
static void write_names(orm__text *text, const orm__query *query, const char *alias)
{
    const char *before = alias == NULL ? "" : alias;
    const char *dot = alias == NULL ? "" : ".";
    for (uint16_t i = 0; i < query->model->key_count; i++)
        orm__buffer_printf(&text->out->sql, "%s%s%sk%u", i == 0 ? "" : ", ", before, dot,
                           (unsigned)i + 1);
    for (uint16_t i = 0; i < query->walk->relation->own_count; i++)
        orm__buffer_printf(&text->out->sql, ", %s%so%u", before, dot, (unsigned)i + 1);
}

/* The same columns of the model's table, called t. */
static void write_columns(orm__text *text, const orm__query *query)
{
    const orm_model *model = query->model;
    const orm_relation *relation = query->walk->relation;
    for (uint16_t i = 0; i < model->key_count; i++) {
        if (i > 0)
            orm__text_add(text, ", ");
        orm__text_column(text, "t", model->columns[model->key[i]].name);
    }
    for (uint16_t i = 0; i < relation->own_count; i++) {
        orm__text_add(text, ", ");
        orm__text_column(text, "t", model->columns[relation->own_columns[i]].name);
    }
}

/* orm_start: the rows with the keys given, as they are stored. */
static void write_start(orm__text *text, const orm__query *query)
{
    const orm_model *model = query->model;
    const orm_relation by_key = {.target = model,
                                 .own_columns = model->key,
                                 .target_columns = model->key,
                                 .own_count = model->key_count};
    const orm__query keyed = {.model = model, .owner = model, .relation = &by_key};
    orm__text_add(text, "WITH RECURSIVE orm_start(");
    write_names(text, query, NULL);
    orm__text_add(text, ") AS (SELECT ");
    write_columns(text, query);
    orm__write_key_table(text, &keyed);
    orm__text_add(text, text->dialect->keys_are_table ? " CROSS JOIN " : " JOIN ");
    orm__text_table(text, model->schema, model->table);
    orm__text_add(text, " AS t");
    orm__write_key_match(text, &keyed, "t");
    orm__text_add(text, ")");
}

/* alias.column = a column of the walk called prefix1, prefix2, … */
static void write_match(orm__text *text, uint16_t number, const char *alias, const char *column,
                        const char *walk, char prefix, const orm_column *type)
{
    char name[16];
    (void)snprintf(name, sizeof name, "%c%u", prefix, (unsigned)number + 1);
    orm__text_add(text, number == 0 ? " ON " : " AND ");
    orm__text_equal(text, alias, column, walk, name, type);
}

/* From w to the rows of the link, called l. */
static void write_link(orm__text *text, const orm__query *query, const char *join)
{
    const orm_relation *relation = query->walk->relation;
    const orm_link *link = relation->link;
    orm__text_add(text, join);
    orm__text_table(text, link->schema, link->table);
    orm__text_add(text, " AS l");
    for (uint16_t i = 0; i < relation->own_count; i++)
        write_match(text, i, "l", link->own_columns[i], "w", 'o',
                    &query->model->columns[relation->own_columns[i]]);
}

/* From the rows of `table` to those the relation leads to, called t. */
static void write_step(orm__text *text, const orm__query *query, const char *table)
{
    const orm_model *model = query->model;
    const orm_relation *relation = query->walk->relation;
    const orm_link *link = relation->link;
    const char *join = text->dialect->keys_are_table ? " CROSS JOIN " : " JOIN ";
    orm__buffer_printf(&text->out->sql, " FROM %s AS w", table);
    if (link != NULL)
        write_link(text, query, join);
    orm__text_add(text, join);
    orm__text_table(text, model->schema, model->table);
    orm__text_add(text, " AS t");
    for (uint16_t i = 0; link == NULL && i < relation->own_count; i++)
        write_match(text, i, "t", model->columns[relation->target_columns[i]].name, "w", 'o',
                    &model->columns[relation->own_columns[i]]);
    for (uint16_t i = 0; link != NULL && i < link->target_count; i++) {
        const orm_column *target = &model->columns[relation->target_columns[i]];
        orm__text_add(text, i == 0 ? " ON " : " AND ");
        orm__text_equal(text, "t", target->name, "l", link->target_columns[i], target);
    }
}

static void write_prune(orm__text *text, const orm__query *query, const char *word)
{
    if (!prunes(query))
        return;
    orm__text_add(text, word);
    orm__text_pred(text, "t", query->where);
}

/* A table of all rows that can be reached, however far away. */
static void write_free(orm__text *text, const orm__query *query, const char *name)
{
    orm__buffer_printf(&text->out->sql, ", %s(", name);
    write_names(text, query, NULL);
    orm__text_add(text, ") AS (SELECT ");
    write_names(text, query, "s");
    orm__text_add(text, " FROM orm_start AS s UNION SELECT ");
    write_columns(text, query);
    write_step(text, query, name);
    write_prune(text, query, " WHERE ");
    orm__text_add(text, ")");
}

static void write_bound(orm__text *text, const orm__query *query, walk_form form)
{
    orm__param number = {.type = ORM_TYPE_BIGINT};
    orm__text_add(text, ", orm_walk(");
    write_names(text, query, NULL);
    orm__text_add(text, ", depth) AS (SELECT ");
    write_names(text, query, "s");
    orm__text_add(text, ", 0 FROM orm_start AS s UNION SELECT ");
    write_columns(text, query);
    orm__text_add(text, ", w.depth + 1");
    write_step(text, query, "orm_walk");
    orm__text_add(text, " WHERE w.depth < ");
    orm__text_param(text, number);
    if (form == FORM_LARGE)
        orm__text_add(text, " AND w.depth < (SELECT count(*) FROM orm_reach)");
    write_prune(text, query, " AND ");
    orm__text_add(text, ")");
}

void orm__text_walk(orm__text *text, const orm__query *query)
{
    walk_form form = form_of(query->walk);
    write_start(text, query);
    if (form == FORM_FREE) {
        write_free(text, query, "orm_walk");
    } else {
        if (form == FORM_LARGE)
            write_free(text, query, "orm_reach");
        write_bound(text, query, form);
    }
    orm__text_add(text, " ");
}

/* k1, ..., or w.k1 = s.k1 AND ... */
static void write_keys(orm__text *text, const orm__query *query, bool match)
{
    for (uint16_t i = 0; i < query->model->key_count; i++) {
        unsigned number = (unsigned)i + 1;
        if (match)
            orm__buffer_printf(&text->out->sql, "%ss.k%u = w.k%u", i == 0 ? "" : " AND ", number,
                               number);
        else
            orm__buffer_printf(&text->out->sql, "%sw.k%u", i == 0 ? "" : ", ", number);
    }
}

void orm__text_walk_from(orm__text *text, const orm__query *query)
{
    const orm_model *model = query->model;
    bool unbound = form_of(query->walk) == FORM_FREE;
    orm__text_add(text, " FROM (SELECT ");
    write_keys(text, query, false);
    /* The table of a recursion is filled level by level, and read in that order. */
    orm__text_add(text, unbound ? ", row_number() OVER () AS ord FROM orm_walk AS w"
                                : ", min(w.depth) AS ord FROM orm_walk AS w");
    if (unbound && !query->walk->include_start) {
        orm__text_add(text, " WHERE NOT EXISTS (SELECT 1 FROM orm_start AS s WHERE ");
        write_keys(text, query, true);
        orm__text_add(text, ")");
    }
    if (!unbound) {
        orm__text_add(text, " GROUP BY ");
        write_keys(text, query, false);
        orm__text_add(text, query->walk->include_start ? "" : " HAVING min(w.depth) > 0");
    }
    orm__text_add(text, ") AS n");
    orm__text_add(text, text->dialect->keys_are_table ? " CROSS JOIN " : " JOIN ");
    orm__text_table(text, model->schema, model->table);
    orm__text_add(text, " AS t0");
    for (uint16_t i = 0; i < model->key_count; i++) {
        const orm_column *column = &model->columns[model->key[i]];
        write_match(text, i, "t0", column->name, "n", 'k', column);
    }
}

void orm__text_walk_order(orm__text *text, const orm__query *query)
{
    const orm_model *model = query->model;
    orm__text_add(text, " ORDER BY n.ord");
    for (uint16_t i = 0; i < model->key_count; i++) {
        orm__text_add(text, ", ");
        orm__text_column(text, "t0", model->columns[model->key[i]].name);
    }
}
