/*
 * Rows of a relation that travel with their parents: the statement picks the parents itself, by the
 * queries above, and gives every key it found, so that parents it did not see can be told.
 */
#include "sql/compile.h"
#include "sql/distinct_text.h"
#include "sql/order_text.h"

void orm__write_keys_name(orm__text *text, const orm__query *query)
{
    unsigned level = 0;
    for (const orm__query *at = query; at->above != NULL; at = at->above)
        level++;
    orm__buffer_printf(&text->out->sql, "\"orm keys %u\"", level);
}

static bool is_ranked(const orm__query *query)
{
    return query->limited || query->skipping;
}

static void write_key_names(orm__text *text, const orm__query *query, const char *alias)
{
    for (uint16_t i = 0; i < query->relation->own_count; i++)
        orm__buffer_printf(&text->out->sql, "%s%s.k%u", i > 0 ? ", " : "", alias, (unsigned)i + 1);
}

static void write_key_columns(orm__text *text, const orm__query *query)
{
    for (uint16_t i = 0; i < query->relation->own_count; i++) {
        const orm_column *own = &query->owner->columns[query->relation->own_columns[i]];
        orm__text_add(text, i > 0 ? ", " : "");
        orm__text_column(text, "t0", own->name);
        orm__buffer_printf(&text->out->sql, " AS k%u", (unsigned)i + 1);
    }
}

static void write_rank(orm__text *text, const orm__query *query)
{
    orm__text_add(text, ", row_number() OVER (PARTITION BY k.ord");
    orm__write_order(text, query);
    orm__text_add(text, ") AS rn");
}

/* The keys of `query` in the rows of a relation. */
static void write_related_keys(orm__text *text, const orm__query *query)
{
    const orm__query *above = query->above;
    orm__text_add(text, "SELECT ");
    if (is_ranked(above)) {
        write_key_names(text, query, "q");
        orm__text_add(text, " FROM (SELECT ");
    }
    write_key_columns(text, query);
    if (is_ranked(above))
        write_rank(text, above);
    orm__write_related_from(text, above, false);
    orm__write_where(text, above, " WHERE ");
    if (is_ranked(above)) {
        orm__text_add(text, ") AS q WHERE TRUE");
        orm__write_rank_limits(text, above);
    }
}

/* The keys of `query` in the rows that are selected. */
static void write_selected_keys(orm__text *text, const orm__query *query)
{
    const orm__query *above = query->above;
    orm__text_add(text, "SELECT ");
    write_key_columns(text, query);
    orm__text_add(text, " FROM ");
    orm__write_own_table(text, above, "t0");
    orm__text_order_joins(text, above);
    orm__write_where(text, above, " WHERE ");
    if (is_ranked(above))
        orm__write_order(text, above);
    orm__write_limits(text, above);
}

/* The keys that each of the queries above gives, the outermost first. */
static void write_keys(orm__text *text, const orm__query *query)
{
    /* Each key once, where the database's equality is that of the bytes the client has. */
    bool once = orm__relation_matches_bytes(query->owner, query->relation);
    orm__text_add(text, query->above->above == NULL ? "WITH " : "");
    if (query->above->above != NULL) {
        write_keys(text, query->above);
        orm__text_add(text, ", ");
    }
    orm__write_keys_name(text, query);
    orm__text_add(text, " AS MATERIALIZED (SELECT p.*, row_number() OVER () AS ord FROM (");
    orm__text_add(text, once ? "SELECT DISTINCT d.* FROM (" : "");
    if (query->above->above != NULL)
        write_related_keys(text, query);
    else
        write_selected_keys(text, query);
    orm__text_add(text, once ? ") AS d) AS p" : ") AS p");
    for (uint16_t i = 0; i < query->relation->own_count; i++)
        orm__buffer_printf(&text->out->sql, "%sp.k%u IS NOT NULL", i == 0 ? " WHERE " : " AND ",
                           (unsigned)i + 1);
    orm__text_add(text, ")");
}

void orm__compile_together(orm__text *text, const orm__query *query)
{
    orm__compiled *out = text->out;
    write_keys(text, query);
    orm__text_add(text, ", \"orm rows\" AS (SELECT ");
    orm__write_columns(text, query, true);
    orm__text_add(text, ", k.ord AS ord");
    write_rank(text, query);
    orm__write_related_from(text, query, true);
    orm__write_where(text, query, " WHERE ");
    orm__text_add(text, ") SELECT ");
    for (unsigned i = 0, columns = out->column_count; i < columns; i++)
        orm__buffer_printf(&out->sql, "q.c%u, ", i);
    write_key_names(text, query, "k");
    for (uint16_t i = 0; i < query->relation->own_count; i++)
        orm__text_field(text, query->owner,
                        &query->owner->columns[query->relation->own_columns[i]]);
    orm__text_add(text, ", k.ord, q.rn FROM ");
    out->column_count = (uint16_t)(out->column_count + 2);
    orm__write_keys_name(text, query);
    orm__text_add(text, " AS k LEFT JOIN \"orm rows\" AS q ON q.ord = k.ord");
    orm__write_rank_limits(text, query);
    orm__text_add(text, " ORDER BY k.ord, q.rn");
}
