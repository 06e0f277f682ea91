#include "sql/query.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "model/deferred.h"
#include "sql/aggregate_text.h"
#include "sql/compile.h"
#include "sql/distinct_text.h"
#include "sql/join_text.h"
#include "sql/lock_text.h"
#include "sql/order_text.h"
#include "sql/position.h"
#include "sql/predicate_text.h"
#include "sql/rows_text.h"
#include "sql/scope.h"
#include "sql/union_text.h"
#include "sql/walk.h"

const char *orm__table_alias(uint16_t table, char alias[16])
{
    (void)snprintf(alias, 16, "t%u", (unsigned)table);
    return alias;
}

static const char *link_alias(uint16_t table, char *alias)
{
    (void)snprintf(alias, 16, "l%u", (unsigned)table);
    return alias;
}

const orm_model *orm__query_table(const orm__query *query, uint16_t table)
{
    return table == 0 ? query->model : query->joins[table - 1].relation->target;
}

const bool *orm__query_undefer(const orm__query *query, uint16_t table)
{
    return table == 0 ? query->undefer : query->joins[table - 1].undefer;
}

const orm_model *orm__query_link(const orm__query *query)
{
    const orm_relation *relation = query->relation;
    bool reads = query->purpose == ORM__PURPOSE_RELATED && !query->counting;
    return reads && relation->link != NULL ? relation->link->model : NULL;
}

const orm_model *orm__join_link(const orm__join *join)
{
    return join->relation->link != NULL ? join->relation->link->model : NULL;
}

static void write_table_columns(orm__text *text, const orm_model *model, const bool *undefer,
                                const char *alias, bool named)
{
    for (uint16_t i = 0; i < model->column_count; i++) {
        if (!orm__deferred_is_read(model, i, undefer))
            continue;
        if (text->out->column_count > 0)
            orm__text_add(text, ", ");
        orm__text_read(text, alias, &model->columns[i]);
        if (named)
            orm__buffer_printf(&text->out->sql, " AS c%u", (unsigned)text->out->column_count);
        orm__text_field(text, model, &model->columns[i]);
    }
}

/* The columns of all tables; as c0, c1, … when an outer SELECT picks from them. */
void orm__write_columns(orm__text *text, const orm__query *query, bool named)
{
    for (uint16_t table = 0; table <= query->join_count; table++) {
        char alias[16];
        write_table_columns(text, orm__query_table(query, table), orm__query_undefer(query, table),
                            orm__table_alias(table, alias), named);
        if (table > 0 && orm__join_link(&query->joins[table - 1]) != NULL)
            write_table_columns(text, orm__join_link(&query->joins[table - 1]), NULL,
                                link_alias(table, alias), named);
    }
    if (orm__query_link(query) != NULL)
        write_table_columns(text, orm__query_link(query), NULL, "l", named);
}

void orm__write_loads(orm__text *text, const orm__query *query)
{
    for (uint16_t i = 0; i < query->join_count; i++) {
        const orm__join *join = &query->joins[i];
        const orm_model *owner = orm__query_table(query, join->parent);
        char from[16];
        char to[16];
        char link[16];
        orm__table_alias(join->parent, from);
        orm__table_alias((uint16_t)(i + 1), to);
        if (join->relation->link == NULL)
            orm__text_join(text, from, owner, join->relation, to, join->where);
        else
            orm__text_link_join(text, from, owner, join->relation,
                                link_alias((uint16_t)(i + 1), link), to, join->where);
    }
}

void orm__write_joins(orm__text *text, const orm__query *query)
{
    orm__write_loads(text, query);
    orm__text_order_joins(text, query);
}

static void write_from(orm__text *text, const orm__query *query)
{
    if (orm__query_walks(query)) {
        orm__text_walk_from(text, query);
    } else {
        orm__text_add(text, " FROM ");
        orm__write_own_table(text, query, orm__text_own(text));
    }
    orm__write_joins(text, query);
}

void orm__write_where(orm__text *text, const orm__query *query, const char *word)
{
    if (query->union_with != NULL) {
        orm__write_union(text, query, word);
        return;
    }
    if (!orm__pred_is_given(query->where))
        return;
    orm__text_add(text, word);
    orm__text_pred(text, orm__text_own(text), query->where);
}

void orm__write_limits(orm__text *text, const orm__query *query)
{
    orm__param number = {.type = ORM_TYPE_BIGINT};
    if (query->limited) {
        orm__text_add(text, " LIMIT ");
        orm__text_param(text, number);
    } else if (query->skipping && text->dialect->offset_needs_limit) {
        orm__text_add(text, " LIMIT -1");
    }
    if (query->skipping) {
        orm__text_add(text, " OFFSET ");
        orm__text_param(text, number);
    }
}

static void compile_select(orm__text *text, const orm__query *query)
{
    if (query->spreads) {
        orm__compile_spread(text, query);
        return;
    }
    bool walks = orm__query_walks(query);
    if (walks)
        orm__text_walk(text, query);
    orm__text_add(text, "SELECT ");
    orm__write_columns(text, query, false);
    orm__write_position_columns(text, query);
    write_from(text, query);
    orm__write_where(text, query, " WHERE ");
    orm__write_position(text, query,
                        query->union_with != NULL || orm__pred_is_given(query->where) ? " AND "
                                                                                      : " WHERE ");
    if (walks && query->order_count == 0)
        orm__text_walk_order(text, query);
    else
        orm__write_order(text, query);
    orm__write_limits(text, query);
    orm__write_lock(text, query);
}

static void compile_find(orm__text *text, const orm__query *query)
{
    const orm_model *model = query->model;
    orm__text_add(text, "SELECT ");
    orm__write_columns(text, query, false);
    write_from(text, query);
    for (uint16_t i = 0; i < model->key_count; i++) {
        const orm_column *column = &model->columns[model->key[i]];
        orm__text_add(text, i == 0 ? " WHERE " : " AND ");
        orm__text_column(text, "t0", column->name);
        orm__text_add(text, text->dialect->collation(column));
        orm__text_add(text, " = ");
        orm__text_param(text, orm__param_of(model, column));
    }
}

/* The aggregate of one column; of a subquery's where the query picks some of its rows. */
static void compile_aggregate(orm__text *text, const orm__query *query)
{
    const orm_column *column = &query->model->columns[query->aggregate_column];
    bool inner = query->limited || query->skipping;
    orm__text_add(text, "SELECT ");
    orm__text_aggregate(text, query->aggregate, column, inner ? "q" : orm__text_own(text),
                        inner ? "c" : column->name, NULL);
    if (inner) {
        orm__text_add(text, " FROM (SELECT ");
        orm__text_column(text, orm__text_own(text), column->name);
        orm__text_add(text, " AS c");
    }
    write_from(text, query);
    orm__write_where(text, query, " WHERE ");
    if (inner) {
        orm__write_order(text, query);
        orm__write_limits(text, query);
        orm__text_add(text, ") AS q");
    }
    text->out->column_count = 1;
}

/* What a condition compares a column with: that of every row but NULLs, or of the first. */
static void compile_values(orm__text *text, const orm__query *query)
{
    const orm_column *column = &query->model->columns[query->aggregate_column];
    bool first = query->purpose == ORM__PURPOSE_FIRST_VALUE;
    bool nulls = !first && (column->flags & ORM_COLUMN_NULLABLE) != 0;
    bool inner = nulls && (query->limited || query->skipping);
    orm__text_add(text, "SELECT ");
    if (inner) {
        orm__text_side(text, "q", column, query->stripped);
        orm__text_add(text, " FROM (SELECT ");
    }
    orm__text_side(text, orm__text_own(text), column, query->stripped && !inner);
    write_from(text, query);
    orm__write_where(text, query, " WHERE ");
    if (nulls && !inner) {
        orm__text_add(text, query->union_with != NULL || orm__pred_is_given(query->where)
                                ? " AND "
                                : " WHERE ");
        orm__text_column(text, orm__text_own(text), column->name);
        orm__text_add(text, " IS NOT NULL");
    }
    orm__write_order(text, query);
    orm__write_limits(text, query);
    if (inner) {
        orm__text_add(text, ") AS q WHERE ");
        orm__text_column(text, "q", column->name);
        orm__text_add(text, " IS NOT NULL");
    }
    text->out->column_count = 1;
}

/* Joins change neither the number of rows nor whether there is one, so both leave them out. */
static void compile_count(orm__text *text, const orm__query *query)
{
    bool exists = query->purpose == ORM__PURPOSE_EXISTS;
    bool inner = query->limited || query->skipping;
    if (query->purpose == ORM__PURPOSE_AGGREGATE) {
        compile_aggregate(text, query);
        return;
    }
    orm__text_add(text, exists  ? "SELECT CASE WHEN EXISTS (SELECT 1"
                        : inner ? "SELECT count(*) FROM (SELECT 1"
                                : "SELECT count(*)");
    write_from(text, query);
    orm__write_where(text, query, " WHERE ");
    if (inner)
        orm__write_limits(text, query);
    orm__text_add(text, exists ? ") THEN 1 ELSE 0 END" : inner ? ") AS q" : "");
    text->out->column_count = 1;
}

static void compile_delete_where(orm__text *text, const orm__query *query)
{
    orm__text_add(text, "DELETE FROM ");
    orm__text_table(text, query->model->schema, query->model->table);
    orm__text_add(text, " AS t0");
    orm__write_where(text, query, " WHERE ");
}

void orm__text_query(orm__text *text, const orm__query *query)
{
    switch (query->purpose) {
    case ORM__PURPOSE_FIND:
        compile_find(text, query);
        break;
    case ORM__PURPOSE_COUNT:
    case ORM__PURPOSE_EXISTS:
    case ORM__PURPOSE_AGGREGATE:
        compile_count(text, query);
        break;
    case ORM__PURPOSE_EVERY_VALUE:
    case ORM__PURPOSE_FIRST_VALUE:
        compile_values(text, query);
        break;
    case ORM__PURPOSE_ROWS:
    case ORM__PURPOSE_COUNT_ROWS:
        orm__compile_rows(text, query);
        break;
    case ORM__PURPOSE_RELATED:
        orm__compile_related(text, query);
        break;
    case ORM__PURPOSE_DELETE_WHERE:
        compile_delete_where(text, query);
        break;
    default:
        compile_select(text, query);
        break;
    }
}

orm_status orm__compile_query(const orm__dialect *dialect, const orm__query *query,
                              orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    orm__text_query(&text, query);
    return compiled->failed || compiled->sql.failed ? ORM_NOMEM : ORM_OK;
}
