#include "sql/query.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "sql/compile.h"
#include "sql/predicate_text.h"

static const char *table_alias(uint16_t table, char *alias)
{
    (void)snprintf(alias, 16, "t%u", (unsigned)table);
    return alias;
}

const orm_model *orm__query_table(const orm__query *query, uint16_t table)
{
    return table == 0 ? query->model : query->joins[table - 1].relation->target;
}

/* The columns of all tables; as c0, c1, … when an outer SELECT picks from them. */
void orm__write_columns(orm__text *text, const orm__query *query, bool named)
{
    for (uint16_t table = 0; table <= query->join_count; table++) {
        const orm_model *model = orm__query_table(query, table);
        char alias[16];
        table_alias(table, alias);
        for (uint16_t i = 0; i < model->column_count; i++) {
            if (text->out->column_count > 0)
                orm__text_add(text, ", ");
            orm__text_column(text, alias, model->columns[i].name);
            if (named)
                orm__buffer_printf(&text->out->sql, " AS c%u", (unsigned)text->out->column_count);
            orm__text_field(text, model, &model->columns[i]);
        }
    }
}

static void write_order_item(orm__text *text, const char *alias, const orm_column *column,
                             bool descending)
{
    orm__text_column(text, alias, column->name);
    orm__text_add(text, text->dialect->collation(column));
    if (descending)
        orm__text_add(text, " DESC");
    if (text->dialect->nulls_need_order && (column->flags & ORM_COLUMN_NULLABLE) != 0)
        orm__text_add(text, descending ? " NULLS FIRST" : " NULLS LAST");
}

/* Whether a join could find several rows for one parent, of which one can be picked by its key. */
static bool needs_first_row(const orm_relation *relation)
{
    const orm_model *target = relation->target;
    if (relation->kind != ORM_HAS_ONE || target->key_count == 0)
        return false;
    if (relation->own_count == 1 &&
        (target->columns[relation->target_columns[0]].flags & ORM_COLUMN_UNIQUE) != 0)
        return false;
    return relation->own_count != target->key_count ||
           memcmp(relation->target_columns, target->key, target->key_count * sizeof *target->key) !=
               0;
}

static void write_key_columns(orm__text *text, const orm_model *model, const char *alias)
{
    for (uint16_t i = 0; i < model->key_count; i++) {
        if (i > 0)
            orm__text_add(text, ", ");
        orm__text_column(text, alias, model->columns[model->key[i]].name);
    }
}

static void write_join_match(orm__text *text, const orm__query *query, const orm__join *join,
                             const char *to)
{
    const orm_relation *relation = join->relation;
    const orm_model *parent = orm__query_table(query, join->parent);
    char from[16];
    table_alias(join->parent, from);
    for (uint16_t k = 0; k < relation->own_count; k++) {
        const orm_column *column = &relation->target->columns[relation->target_columns[k]];
        if (k > 0)
            orm__text_add(text, " AND ");
        orm__text_equal(text, to, column->name, from,
                        parent->columns[relation->own_columns[k]].name, column);
    }
    if (orm__pred_is_given(join->where)) {
        orm__text_add(text, " AND ");
        orm__text_pred(text, to, join->where);
    }
}

/* A has_one without a unique key joins its first row only, so that no parent comes twice. */
static void write_first_row(orm__text *text, const orm__query *query, const orm__join *join,
                            const char *to)
{
    const orm_relation *relation = join->relation;
    orm__text_add(text, "(");
    write_key_columns(text, relation->target, to);
    orm__text_add(text, ") = (SELECT ");
    write_key_columns(text, relation->target, "f");
    orm__text_add(text, " FROM ");
    orm__text_table(text, relation->target->schema, relation->target->table);
    orm__text_add(text, " AS f WHERE ");
    write_join_match(text, query, join, "f");
    for (uint16_t i = 0; i < relation->order_count; i++) {
        orm__text_add(text, i == 0 ? " ORDER BY " : ", ");
        write_order_item(text, "f", &relation->target->columns[relation->order[i].column],
                         relation->order[i].descending);
    }
    orm__text_add(text, " LIMIT 1)");
}

void orm__write_joins(orm__text *text, const orm__query *query)
{
    for (uint16_t i = 0; i < query->join_count; i++) {
        const orm__join *join = &query->joins[i];
        const orm_relation *relation = join->relation;
        char to[16];
        table_alias((uint16_t)(i + 1), to);
        orm__text_add(text, " LEFT JOIN ");
        orm__text_table(text, relation->target->schema, relation->target->table);
        orm__text_add(text, " AS ");
        orm__text_add(text, to);
        orm__text_add(text, " ON ");
        if (needs_first_row(relation))
            write_first_row(text, query, join, to);
        else
            write_join_match(text, query, join, to);
    }
}

static void write_from(orm__text *text, const orm__query *query)
{
    orm__text_add(text, " FROM ");
    orm__text_table(text, query->model->schema, query->model->table);
    orm__text_add(text, " AS t0");
    orm__write_joins(text, query);
}

void orm__write_where(orm__text *text, const orm__query *query, const char *word)
{
    if (!orm__pred_is_given(query->where))
        return;
    orm__text_add(text, word);
    orm__text_pred(text, "t0", query->where);
}

void orm__write_order(orm__text *text, const orm__query *query)
{
    for (uint16_t i = 0; i < query->order_count; i++) {
        orm__text_add(text, i == 0 ? " ORDER BY " : ", ");
        write_order_item(text, "t0", &query->model->columns[query->order[i].column],
                         query->order[i].descending);
    }
}

static void write_limits(orm__text *text, const orm__query *query)
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
    orm__text_add(text, "SELECT ");
    orm__write_columns(text, query, false);
    write_from(text, query);
    orm__write_where(text, query, " WHERE ");
    orm__write_order(text, query);
    write_limits(text, query);
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

/* Joins change neither the number of rows nor whether there is one, so both leave them out. */
static void compile_count(orm__text *text, const orm__query *query)
{
    bool exists = query->purpose == ORM__PURPOSE_EXISTS;
    bool inner = query->limited || query->skipping;
    orm__text_add(text, exists  ? "SELECT CASE WHEN EXISTS (SELECT 1"
                        : inner ? "SELECT count(*) FROM (SELECT 1"
                                : "SELECT count(*)");
    write_from(text, query);
    orm__write_where(text, query, " WHERE ");
    if (inner)
        write_limits(text, query);
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

orm_status orm__compile_query(const orm__dialect *dialect, const orm__query *query,
                              orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    switch (query->purpose) {
    case ORM__PURPOSE_FIND:
        compile_find(&text, query);
        break;
    case ORM__PURPOSE_COUNT:
    case ORM__PURPOSE_EXISTS:
        compile_count(&text, query);
        break;
    case ORM__PURPOSE_RELATED:
        orm__compile_related(&text, query);
        break;
    case ORM__PURPOSE_DELETE_WHERE:
        compile_delete_where(&text, query);
        break;
    default:
        compile_select(&text, query);
        break;
    }
    return compiled->failed || compiled->sql.failed ? ORM_NOMEM : ORM_OK;
}
