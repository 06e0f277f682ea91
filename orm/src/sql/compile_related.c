#include "model/deferred.h"
#include "sql/compile.h"
#include "sql/distinct_text.h"
#include "sql/lock_text.h"
#include "sql/order_text.h"
#include "sql/predicate_text.h"

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

void orm__write_key_table(orm__text *text, const orm__query *query)
{
    uint16_t count = query->relation->own_count;
    bool table = text->dialect->keys_are_table;
    if (query->above != NULL) {
        orm__text_add(text, " FROM ");
        orm__write_keys_name(text, query);
        orm__text_add(text, " AS k");
        return;
    }
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

void orm__write_key_match(orm__text *text, const orm__query *query, const char *alias)
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

void orm__write_related_from(orm__text *text, const orm__query *query, bool loads)
{
    const orm_relation *relation = query->relation;
    const char *join = text->dialect->keys_are_table ? " CROSS JOIN " : " JOIN ";
    orm__write_key_table(text, query);
    orm__text_add(text, join);
    if (relation->link != NULL) {
        orm__text_table(text, relation->link->schema, relation->link->table);
        orm__text_add(text, " AS l");
        orm__write_key_match(text, query, "l");
        orm__text_add(text, join);
    }
    orm__write_own_table(text, query, "t0");
    if (relation->link == NULL) {
        orm__write_key_match(text, query, "t0");
    } else {
        for (uint16_t i = 0; i < relation->link->target_count; i++) {
            const orm_column *column = &query->model->columns[relation->target_columns[i]];
            orm__text_add(text, i == 0 ? " ON " : " AND ");
            orm__text_equal(text, "t0", column->name, "l", relation->link->target_columns[i],
                            column);
        }
    }
    if (loads)
        orm__write_loads(text, query);
    orm__text_order_joins(text, query);
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
    orm__write_columns(text, query, false);
    orm__text_add(text, " FROM (SELECT ");
    orm__text_param(text, key_param(query, 0));
    orm__text_add(text, " AS keys) AS k CROSS JOIN ");
    orm__write_own_table(text, query, "t0");
    orm__write_joins(text, query);
    orm__text_add(text, " WHERE ");
    orm__text_column(text, "t0", target->name);
    orm__text_add(text, " = ANY(k.keys)");
    orm__write_where(text, query, " AND ");
    orm__write_order(text, query);
    orm__write_lock(text, query);
}

static void compile_related_by_ordinal(orm__text *text, const orm__query *query)
{
    orm__text_add(text, "SELECT ");
    orm__write_columns(text, query, false);
    orm__text_add(text, ", ");
    orm__text_add(text, ordinal_text(text));
    text->out->column_count++;
    orm__write_related_from(text, query, true);
    orm__write_where(text, query, " WHERE ");
    orm__write_order(text, query);
    orm__write_lock(text, query);
}

void orm__write_rank_limits(orm__text *text, const orm__query *query)
{
    orm__param number = {.type = ORM_TYPE_BIGINT};
    size_t limit_number = 0;
    if (query->limited) {
        orm__text_add(text, " AND q.rn <= ");
        orm__text_param(text, number);
        limit_number = text->out->param_count;
    }
    if (query->skipping) {
        if (limit_number > 0)
            orm__text_add(text, " + ");
        else
            orm__text_add(text, " AND q.rn > ");
        orm__text_param(text, number);
        if (limit_number > 0)
            orm__buffer_printf(&text->out->sql, " AND q.rn > %c%zu", text->dialect->placeholder,
                               text->out->param_count);
    }
}

/* Limit and offset per parent: rows are numbered within each key. */
static void compile_related_limited(orm__text *text, const orm__query *query)
{
    orm__compiled *out = text->out;
    orm__text_add(text, "SELECT ");
    uint16_t total = 0;
    for (uint16_t table = 0; table <= query->join_count; table++)
        total = (uint16_t)(total + orm__deferred_read_count(orm__query_table(query, table),
                                                            orm__query_undefer(query, table)));
    if (orm__query_link(query) != NULL)
        total = (uint16_t)(total + orm__deferred_read_count(orm__query_link(query), NULL));
    for (uint16_t i = 0; i < total; i++)
        orm__buffer_printf(&out->sql, "q.c%u, ", (unsigned)i);
    orm__text_add(text, "q.ord FROM (SELECT ");
    orm__write_columns(text, query, true);
    orm__text_add(text, ", ");
    orm__text_add(text, ordinal_text(text));
    orm__text_add(text, " AS ord, row_number() OVER (PARTITION BY k.ord");
    orm__write_order(text, query);
    orm__text_add(text, ") AS rn");
    out->column_count++;
    orm__write_related_from(text, query, true);
    orm__write_where(text, query, " WHERE ");
    orm__text_add(text, ") AS q WHERE TRUE");
    orm__write_rank_limits(text, query);
    orm__text_add(text, " ORDER BY q.rn");
}

/* The number of rows for each key that has any, behind the key's position. */
static void compile_related_count(orm__text *text, const orm__query *query)
{
    bool ranked = query->limited || query->skipping;
    orm__text_add(text, ranked ? "SELECT q.ord, count(*) FROM (SELECT " : "SELECT ");
    orm__text_add(text, ordinal_text(text));
    orm__text_add(text,
                  ranked ? " AS ord, row_number() OVER (PARTITION BY k.ord) AS rn" : ", count(*)");
    orm__write_related_from(text, query, true);
    orm__write_where(text, query, " WHERE ");
    if (ranked) {
        orm__text_add(text, ") AS q WHERE TRUE");
        orm__write_rank_limits(text, query);
    }
    orm__text_add(text, ranked ? " GROUP BY q.ord" : " GROUP BY k.ord");
    text->out->column_count = 2;
}

void orm__compile_related(orm__text *text, const orm__query *query)
{
    if (query->above != NULL)
        orm__compile_together(text, query);
    else if (query->counting)
        compile_related_count(text, query);
    else if (query->limited || query->skipping)
        compile_related_limited(text, query);
    else if (query->by_ordinal)
        compile_related_by_ordinal(text, query);
    else
        compile_related_by_key(text, query);
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
