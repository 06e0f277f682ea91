#include "sql/query.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "sql/predicate_text.h"
#include "sql/text.h"

static const char *table_alias(uint16_t table, char *alias)
{
    (void)snprintf(alias, 16, "t%u", (unsigned)table);
    return alias;
}

static const orm_model *table_model(const orm__query *query, uint16_t table)
{
    return table == 0 ? query->model : query->joins[table - 1].relation->target;
}

/* The columns of all tables; as c0, c1, … when an outer SELECT picks from them. */
static void write_columns(orm__text *text, const orm__query *query, bool named)
{
    for (uint16_t table = 0; table <= query->join_count; table++) {
        const orm_model *model = table_model(query, table);
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
    const orm_model *parent = table_model(query, join->parent);
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

static void write_joins(orm__text *text, const orm__query *query)
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
    write_joins(text, query);
}

static void write_where(orm__text *text, const orm__query *query, const char *word)
{
    if (!orm__pred_is_given(query->where))
        return;
    orm__text_add(text, word);
    orm__text_pred(text, "t0", query->where);
}

static void write_order(orm__text *text, const orm__query *query)
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
    write_columns(text, query, false);
    write_from(text, query);
    write_where(text, query, " WHERE ");
    write_order(text, query);
    write_limits(text, query);
}

static void compile_find(orm__text *text, const orm__query *query)
{
    const orm_model *model = query->model;
    orm__text_add(text, "SELECT ");
    write_columns(text, query, false);
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
    write_where(text, query, " WHERE ");
    if (inner)
        write_limits(text, query);
    orm__text_add(text, exists ? ") THEN 1 ELSE 0 END" : inner ? ") AS q" : "");
    text->out->column_count = 1;
}

static bool sent_as_text(const orm_column *column)
{
    switch ((orm_type)column->type) {
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
    case ORM_TYPE_NUMERIC:
    case ORM_TYPE_ENUM:
    case ORM_TYPE_JSONB:
        return true;
    default:
        return false;
    }
}

/* The column that the relation's keys are compared with: on the link, or on the target. */
static const char *matched_column(const orm__query *query, uint16_t key)
{
    const orm_relation *relation = query->relation;
    if (relation->link != NULL)
        return relation->link->own_columns[key];
    return relation->target->columns[relation->target_columns[key]].name;
}

/*
 * One key list as an array. Types sent as text carry no type of their own; the never evaluated
 * branch gives them that of the column they are compared with (citext, an enum, a domain), so that
 * its equality holds.
 */
static void write_key_array(orm__text *text, const orm__query *query, uint16_t key,
                            orm__param param)
{
    const orm_relation *relation = query->relation;
    if (!sent_as_text(param.column)) {
        orm__text_param(text, param);
        return;
    }
    orm__text_add(text, "CASE WHEN TRUE THEN ");
    orm__text_param(text, param);
    orm__text_add(text, " ELSE ARRAY[(SELECT ");
    orm__text_column(text, "x", matched_column(query, key));
    orm__text_add(text, " FROM ");
    if (relation->link != NULL)
        orm__text_table(text, relation->link->schema, relation->link->table);
    else
        orm__text_table(text, relation->target->schema, relation->target->table);
    orm__text_add(text, " AS x LIMIT 1)] END");
}

static orm__param key_param(const orm__query *query, uint16_t key)
{
    orm__param param =
        orm__param_of(query->owner, &query->owner->columns[query->relation->own_columns[key]]);
    param.list = true;
    return param;
}

/* FROM the table of keys k(k1, …, ord), the position from 0 being k.ord or k.ord - 1. */
static void write_key_table(orm__text *text, const orm__query *query)
{
    uint16_t count = query->relation->own_count;
    bool table = text->dialect->keys_are_table;
    orm__text_add(text, table ? " FROM orm_keys(" : " FROM unnest(");
    for (uint16_t i = 0; i < count; i++) {
        if (i > 0)
            orm__text_add(text, ", ");
        if (table)
            orm__text_param(text, key_param(query, i));
        else
            write_key_array(text, query, i, key_param(query, i));
    }
    orm__text_add(text, table ? ") AS k" : ") WITH ORDINALITY AS k(");
    for (uint16_t i = 0; !table && i < count; i++)
        orm__buffer_printf(&text->out->sql, "k%u, ", (unsigned)i + 1);
    if (!table)
        orm__text_add(text, "ord)");
}

/* alias.column = the key's value, without the key table's affinity on SQLite. */
static void write_key_match(orm__text *text, const orm__query *query, const char *alias)
{
    for (uint16_t i = 0; i < query->relation->own_count; i++) {
        const orm_column *own = &query->owner->columns[query->relation->own_columns[i]];
        orm__text_add(text, i == 0 ? " ON " : " AND ");
        orm__text_column(text, alias, matched_column(query, i));
        orm__text_add(text, text->dialect->collation(own));
        orm__buffer_printf(&text->out->sql, " = %sk.k%u", text->dialect->keys_are_table ? "+" : "",
                           (unsigned)i + 1);
    }
}

static void write_related_from(orm__text *text, const orm__query *query)
{
    const orm_relation *relation = query->relation;
    const char *join = text->dialect->keys_are_table ? " CROSS JOIN " : " JOIN ";
    write_key_table(text, query);
    orm__text_add(text, join);
    if (relation->link != NULL) {
        orm__text_table(text, relation->link->schema, relation->link->table);
        orm__text_add(text, " AS l");
        write_key_match(text, query, "l");
        orm__text_add(text, join);
    }
    orm__text_table(text, query->model->schema, query->model->table);
    orm__text_add(text, " AS t0");
    if (relation->link == NULL) {
        write_key_match(text, query, "t0");
    } else {
        for (uint16_t i = 0; i < relation->link->target_count; i++) {
            const orm_column *column = &query->model->columns[relation->target_columns[i]];
            orm__text_add(text, i == 0 ? " ON " : " AND ");
            orm__text_equal(text, "t0", column->name, "l", relation->link->target_columns[i],
                            column);
        }
    }
    write_joins(text, query);
}

static const char *ordinal_text(const orm__text *text)
{
    return text->dialect->keys_are_table ? "k.ord" : "k.ord - 1";
}

/* Rows whose key the client matches: no table of keys, the plainest plan. The joins' parameters
 * come after the keys'. */
static void compile_related_by_key(orm__text *text, const orm__query *query)
{
    const orm_column *target = &query->model->columns[query->relation->target_columns[0]];
    orm__text_add(text, "SELECT ");
    write_columns(text, query, false);
    orm__text_add(text, " FROM (SELECT ");
    orm__text_param(text, key_param(query, 0));
    orm__text_add(text, " AS keys) AS k CROSS JOIN ");
    orm__text_table(text, query->model->schema, query->model->table);
    orm__text_add(text, " AS t0");
    write_joins(text, query);
    orm__text_add(text, " WHERE ");
    orm__text_column(text, "t0", target->name);
    orm__text_add(text, " = ANY(k.keys)");
    write_where(text, query, " AND ");
    write_order(text, query);
}

static void compile_related_by_ordinal(orm__text *text, const orm__query *query)
{
    orm__text_add(text, "SELECT ");
    write_columns(text, query, false);
    orm__text_add(text, ", ");
    orm__text_add(text, ordinal_text(text));
    text->out->column_count++;
    write_related_from(text, query);
    write_where(text, query, " WHERE ");
    write_order(text, query);
}

/* Limit and offset per parent: rows are numbered within each key. */
static void compile_related_limited(orm__text *text, const orm__query *query)
{
    orm__compiled *out = text->out;
    orm__text_add(text, "SELECT ");
    uint16_t total = 0;
    for (uint16_t table = 0; table <= query->join_count; table++)
        total = (uint16_t)(total + table_model(query, table)->column_count);
    for (uint16_t i = 0; i < total; i++)
        orm__buffer_printf(&out->sql, "q.c%u, ", (unsigned)i);
    orm__text_add(text, "q.ord FROM (SELECT ");
    write_columns(text, query, true);
    orm__text_add(text, ", ");
    orm__text_add(text, ordinal_text(text));
    orm__text_add(text, " AS ord, row_number() OVER (PARTITION BY k.ord");
    write_order(text, query);
    orm__text_add(text, ") AS rn");
    out->column_count++;
    write_related_from(text, query);
    write_where(text, query, " WHERE ");
    orm__text_add(text, ") AS q WHERE TRUE");
    orm__param number = {.type = ORM_TYPE_BIGINT};
    size_t limit_number = 0;
    if (query->limited) {
        orm__text_add(text, " AND q.rn <= ");
        orm__text_param(text, number);
        limit_number = out->param_count;
    }
    if (query->skipping) {
        if (limit_number > 0)
            orm__text_add(text, " + ");
        else
            orm__text_add(text, " AND q.rn > ");
        orm__text_param(text, number);
        if (limit_number > 0)
            orm__buffer_printf(&out->sql, " AND q.rn > %c%zu", text->dialect->placeholder,
                               out->param_count);
    }
    orm__text_add(text, " ORDER BY q.rn");
}

static void compile_related(orm__text *text, const orm__query *query)
{
    if (query->limited || query->skipping)
        compile_related_limited(text, query);
    else if (query->by_ordinal)
        compile_related_by_ordinal(text, query);
    else
        compile_related_by_key(text, query);
}

static void compile_delete_where(orm__text *text, const orm__query *query)
{
    orm__text_add(text, "DELETE FROM ");
    orm__text_table(text, query->model->schema, query->model->table);
    orm__text_add(text, " AS t0");
    write_where(text, query, " WHERE ");
}

bool orm__relation_matches_bytes(const orm_model *owner, const orm_relation *relation)
{
    if (relation->own_count != 1 || relation->link != NULL)
        return false;
    uint8_t own = owner->columns[relation->own_columns[0]].type;
    uint8_t target = relation->target->columns[relation->target_columns[0]].type;
    return own >= ORM_TYPE_SMALLINT && own <= ORM_TYPE_BIGINT && target >= ORM_TYPE_SMALLINT &&
           target <= ORM_TYPE_BIGINT;
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
        compile_related(&text, query);
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
