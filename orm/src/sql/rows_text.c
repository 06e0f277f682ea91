#include "sql/rows_text.h"

#include <stdio.h>

#include "base/fail.h"
#include "model/deferred.h"
#include "sql/aggregate_text.h"
#include "sql/compile.h"
#include "sql/dialect.h"
#include "sql/distinct_text.h"
#include "sql/join_text.h"
#include "sql/predicate_text.h"

enum { ALIAS_SIZE = 16 };

const orm_relation *orm__row_relation(const orm_row_shape *shape, uint16_t table)
{
    const orm_row_table *at = &shape->tables[table - 1];
    return &orm__row_model(shape, at->parent)->relations[at->relation];
}

const orm_model *orm__row_model(const orm_row_shape *shape, uint16_t table)
{
    return table == 0 ? shape->model : orm__row_relation(shape, table)->target;
}

/* The model whose column a source is. */
static const orm_model *source_model(const orm_row_shape *shape, const orm_row_source *source)
{
    const orm_model *model = orm__row_model(shape, source->table);
    for (uint16_t i = 0; i < source->path_count; i++)
        model = model->relations[source->path[i]].target;
    return model;
}

/* The condition on the rows a value is made of; NULL: there is none. */
static const orm_pred *filter_of(const orm__row_query *rows, const orm_row_source *source)
{
    if (rows->query == NULL || source->of == ORM_NO_OFFSET)
        return NULL;
    return (const orm_pred *)(const void *)(rows->query + source->of);
}

void orm__gather_rows(orm__gathered *gathered, const orm__row_query *rows)
{
    const orm_row_shape *shape = rows->shape;
    orm__gather_shape(gathered, &shape, sizeof shape);
    orm__gather_shape(gathered, &rows->distinct, sizeof rows->distinct);
    if (rows->distinct)
        orm__gather_distinct(gathered, shape->row, false);
    for (uint16_t i = 0; rows->distinct && i < shape->object_count; i++)
        orm__gather_distinct(gathered, orm__row_model(shape, shape->objects[i].table), false);
    for (uint16_t i = 0; i < shape->row->column_count; i++)
        orm__gather_where(gathered, source_model(shape, &shape->sources[i]),
                          filter_of(rows, &shape->sources[i]));
    for (uint16_t i = 0; i < shape->table_count; i++)
        orm__gather_where(gathered, orm__row_model(shape, (uint16_t)(i + 1)), rows->on[i]);
    orm__gather_where(gathered, shape->model, rows->where);
}

/* r0, r1, …: the tables; p1, p2, …: those a value is made of; with an l: the links before them. */
static const char *alias_of(char alias[ALIAS_SIZE], const char *kind, unsigned number)
{
    (void)snprintf(alias, ALIAS_SIZE, "%s%u", kind, number);
    return alias;
}

/* link AS l JOIN target AS to ON …; what the link has to match is left to the caller. */
static void write_link(orm__text *text, const orm_relation *relation, const char *link,
                       const char *to, const orm_pred *where)
{
    const orm_link *table = relation->link;
    orm__text_table(text, table->schema, table->table);
    orm__text_add(text, " AS ");
    orm__text_add(text, link);
    orm__text_add(text, " JOIN ");
    orm__text_table(text, relation->target->schema, relation->target->table);
    orm__text_add(text, " AS ");
    orm__text_add(text, to);
    for (uint16_t i = 0; i < table->target_count; i++) {
        const orm_column *column = &relation->target->columns[relation->target_columns[i]];
        orm__text_add(text, i == 0 ? " ON " : " AND ");
        orm__text_equal(text, to, column->name, link, table->target_columns[i], column);
    }
    if (orm__pred_is_given(where)) {
        orm__text_add(text, " AND ");
        orm__text_pred(text, to, where);
    }
}

/* What the link, or the target itself where there is none, has to match of the owner. */
static void write_match(orm__text *text, const char *from, const orm_model *owner,
                        const orm_relation *relation, const char *link, const char *to)
{
    for (uint16_t i = 0; i < relation->own_count; i++) {
        const orm_column *own = &owner->columns[relation->own_columns[i]];
        if (i > 0)
            orm__text_add(text, " AND ");
        if (relation->link != NULL)
            orm__text_equal(text, link, relation->link->own_columns[i], from, own->name, own);
        else
            orm__text_equal(text, to, relation->target->columns[relation->target_columns[i]].name,
                            from, own->name, own);
    }
}

typedef struct join_step {
    const orm_model *owner;
    const orm_relation *relation;
    const char *from;
    const char *link;
    const char *to;
} join_step;

static void write_join(orm__text *text, const char *word, const join_step *step,
                       const orm_pred *where)
{
    if (step->relation->link == NULL) {
        orm__text_join_as(text, word, step->from, step->owner, step->relation, step->to, where);
        return;
    }
    orm__text_add(text, word);
    orm__text_add(text, "(");
    write_link(text, step->relation, step->link, step->to, where);
    orm__text_add(text, ") ON ");
    write_match(text, step->from, step->owner, step->relation, step->link, step->to);
}

static void write_tables(orm__text *text, const orm__row_query *rows)
{
    const orm_row_shape *shape = rows->shape;
    orm__text_add(text, " FROM ");
    orm__text_table(text, shape->model->schema, shape->model->table);
    orm__text_add(text, " AS r0");
    for (uint16_t i = 1; i <= shape->table_count; i++) {
        const orm_row_table *table = &shape->tables[i - 1];
        char from[ALIAS_SIZE];
        char link[ALIAS_SIZE];
        char to[ALIAS_SIZE];
        join_step step = {.owner = orm__row_model(shape, table->parent),
                          .relation = orm__row_relation(shape, i),
                          .from = alias_of(from, "r", table->parent),
                          .link = alias_of(link, "rl", i),
                          .to = alias_of(to, "r", i)};
        write_join(text, table->inner ? " JOIN " : " LEFT JOIN ", &step, rows->on[i - 1]);
    }
}

/* The rows a value is made of for each row: FROM … WHERE …. */
static void write_related(orm__text *text, const orm_row_shape *shape, const orm_row_source *source)
{
    char last[ALIAS_SIZE];
    char outer[ALIAS_SIZE];
    char from[ALIAS_SIZE];
    char link[ALIAS_SIZE];
    join_step step = {.owner = orm__row_model(shape, source->table), .from = from, .link = link};
    const orm_model *first = step.owner;
    for (uint16_t i = 0; i < source->path_count; i++) {
        step.relation = &step.owner->relations[source->path[i]];
        step.to = alias_of(last, "p", i + 1U);
        (void)alias_of(from, "p", i);
        (void)alias_of(link, "pl", i + 1U);
        if (i > 0) {
            write_join(text, " JOIN ", &step, NULL);
        } else if (step.relation->link != NULL) {
            orm__text_add(text, " FROM ");
            write_link(text, step.relation, link, last, NULL);
        } else {
            orm__text_add(text, " FROM ");
            orm__text_table(text, step.relation->target->schema, step.relation->target->table);
            orm__text_add(text, " AS p1");
        }
        step.owner = step.relation->target;
    }
    orm__text_add(text, " WHERE ");
    write_match(text, alias_of(outer, "r", source->table), first,
                &first->relations[source->path[0]], "pl1", "p1");
}

static void write_source(orm__text *text, const orm__row_query *rows, const orm_row_source *source)
{
    const orm_row_shape *shape = rows->shape;
    const orm_model *model = source_model(shape, source);
    const orm_column *column =
        source->column == ORM_NO_COLUMN ? NULL : &model->columns[source->column];
    char alias[ALIAS_SIZE];
    if (source->path_count > 0)
        alias_of(alias, "p", source->path_count);
    else
        alias_of(alias, "r", source->table);
    if (source->aggregate == ORM_AGGREGATE_NONE) {
        orm__text_column(text, alias, column->name);
        return;
    }
    if (source->path_count > 0)
        orm__text_add(text, "(SELECT ");
    orm__text_aggregate(text, (orm_aggregate_kind)source->aggregate, column, alias,
                        column == NULL ? NULL : column->name,
                        source->path_count > 0 ? NULL : filter_of(rows, source));
    if (source->path_count > 0) {
        write_related(text, shape, source);
        if (orm__pred_is_given(filter_of(rows, source))) {
            orm__text_add(text, " AND ");
            orm__text_pred(text, alias, filter_of(rows, source));
        }
        orm__text_add(text, ")");
    }
}

/* The columns of whole rows are numbered: no field can have such a name. */
static void write_object_columns(orm__text *text, const orm_row_shape *shape, bool first)
{
    unsigned number = 0;
    for (uint16_t i = 0; i < shape->object_count; i++) {
        const orm_model *model = orm__row_model(shape, shape->objects[i].table);
        char alias[ALIAS_SIZE];
        alias_of(alias, "r", shape->objects[i].table);
        for (uint16_t k = 0; k < model->column_count; k++) {
            if (!orm__deferred_is_read(model, k, NULL))
                continue;
            orm__text_add(text, first ? "" : ", ");
            first = false;
            orm__text_column(text, alias, model->columns[k].name);
            orm__buffer_printf(&text->out->sql, " AS \"#%u\"", number++);
        }
    }
}

static void write_groups(orm__text *text, const orm__row_query *rows)
{
    const orm_row_shape *shape = rows->shape;
    bool any = false;
    for (uint16_t i = 0; i < shape->row->column_count; i++) {
        const orm_row_source *source = &shape->sources[i];
        if (source->aggregate != ORM_AGGREGATE_NONE)
            continue;
        orm__text_add(text, any ? ", " : " GROUP BY ");
        any = true;
        write_source(text, rows, source);
        orm__text_add(text, text->dialect->collation(&shape->row->columns[i]));
    }
}

static void write_subquery(orm__text *text, const orm__row_query *rows)
{
    const orm_row_shape *shape = rows->shape;
    orm__text_add(text, "SELECT ");
    for (uint16_t i = 0; i < shape->row->column_count; i++) {
        if (i > 0)
            orm__text_add(text, ", ");
        write_source(text, rows, &shape->sources[i]);
        orm__text_add(text, " AS ");
        orm__text_name(text, shape->row->columns[i].name);
    }
    write_object_columns(text, shape, shape->row->column_count == 0);
    write_tables(text, rows);
    if (orm__pred_is_given(rows->where)) {
        orm__text_add(text, " WHERE ");
        orm__text_pred(text, "r0", rows->where);
    }
    if (shape->grouped)
        write_groups(text, rows);
}

/* One column of the subquery; collated where equal values are to come once. */
static void write_column(orm__text *text, const orm__row_query *rows, const orm_model *model,
                         const orm_column *column, const char *name)
{
    if (text->out->column_count > 0)
        orm__text_add(text, ", ");
    orm__text_column(text, "t0", name);
    if ((column->flags & ORM_COLUMN_RAW) != 0)
        orm__text_add(text, text->dialect->raw_behind);
    if (rows->distinct)
        orm__text_add(text, text->dialect->collation(column));
    orm__text_field(text, model, column);
}

static void write_columns(orm__text *text, const orm__row_query *rows)
{
    const orm_row_shape *shape = rows->shape;
    unsigned number = 0;
    for (uint16_t i = 0; i < shape->row->column_count; i++)
        write_column(text, rows, shape->row, &shape->row->columns[i], shape->row->columns[i].name);
    for (uint16_t i = 0; i < shape->object_count; i++) {
        const orm_model *model = orm__row_model(shape, shape->objects[i].table);
        for (uint16_t k = 0; k < model->column_count; k++) {
            char name[ALIAS_SIZE];
            if (!orm__deferred_is_read(model, k, NULL))
                continue;
            write_column(text, rows, model, &model->columns[k], alias_of(name, "#", number++));
        }
    }
}

static void write_select(orm__text *text, const orm__query *query, bool ordered)
{
    const orm__row_query *rows = query->rows;
    orm__text_add(text, rows->distinct ? "SELECT DISTINCT " : "SELECT ");
    write_columns(text, rows);
    orm__text_add(text, " FROM (");
    write_subquery(text, rows);
    orm__text_add(text, ") AS t0");
    orm__write_where(text, query, " WHERE ");
    if (ordered)
        orm__write_order(text, query);
    orm__write_limits(text, query);
}

void orm__compile_rows(orm__text *text, const orm__query *query)
{
    if (query->purpose == ORM__PURPOSE_ROWS) {
        write_select(text, query, true);
        return;
    }
    orm__text_add(text, "SELECT count(*) FROM (");
    write_select(text, query, false);
    orm__text_add(text, ") AS q");
    text->out->field_count = 0;
    text->out->column_count = 1;
}
