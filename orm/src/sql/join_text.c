#include "sql/join_text.h"

#include <string.h>

#include "sql/order_text.h"
#include "sql/predicate_text.h"

typedef struct joining {
    const char *from;
    const orm_model *owner;
    const orm_relation *relation;
    const orm_pred *where;
} joining;

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

static void write_match(orm__text *text, const joining *join, const char *to)
{
    const orm_relation *relation = join->relation;
    for (uint16_t k = 0; k < relation->own_count; k++) {
        const orm_column *column = &relation->target->columns[relation->target_columns[k]];
        if (k > 0)
            orm__text_add(text, " AND ");
        orm__text_equal(text, to, column->name, join->from,
                        join->owner->columns[relation->own_columns[k]].name, column);
    }
    if (orm__pred_is_given(join->where)) {
        orm__text_add(text, " AND ");
        orm__text_pred(text, to, join->where);
    }
}

/* A has_one without a unique key joins its first row only, so that no parent comes twice. */
static void write_first_row(orm__text *text, const joining *join, const char *to)
{
    const orm_relation *relation = join->relation;
    orm__text_add(text, "(");
    write_key_columns(text, relation->target, to);
    orm__text_add(text, ") = (SELECT ");
    write_key_columns(text, relation->target, "f");
    orm__text_add(text, " FROM ");
    orm__text_table(text, relation->target->schema, relation->target->table);
    orm__text_add(text, " AS f WHERE ");
    write_match(text, join, "f");
    for (uint16_t i = 0; i < relation->order_count; i++) {
        orm__order order = {.column = relation->order[i].column,
                            .descending = relation->order[i].descending};
        orm__text_add(text, i == 0 ? " ORDER BY " : ", ");
        orm__text_order_item(text, "f", relation->target, &order, NULL);
    }
    orm__text_add(text, " LIMIT 1)");
}

void orm__text_join(orm__text *text, const char *from, const orm_model *owner,
                    const orm_relation *relation, const char *to, const orm_pred *where)
{
    orm__text_join_as(text, " LEFT JOIN ", from, owner, relation, to, where);
}

void orm__text_join_as(orm__text *text, const char *word, const char *from, const orm_model *owner,
                       const orm_relation *relation, const char *to, const orm_pred *where)
{
    joining join = {from, owner, relation, where};
    orm__text_add(text, word);
    orm__text_table(text, relation->target->schema, relation->target->table);
    orm__text_add(text, " AS ");
    orm__text_add(text, to);
    orm__text_add(text, " ON ");
    if (needs_first_row(relation))
        write_first_row(text, &join, to);
    else
        write_match(text, &join, to);
}

static void write_left_join(orm__text *text, const char *schema, const char *table,
                            const char *alias)
{
    orm__text_add(text, " LEFT JOIN ");
    orm__text_table(text, schema, table);
    orm__text_add(text, " AS ");
    orm__text_add(text, alias);
    orm__text_add(text, " ON ");
}

void orm__text_link_join(orm__text *text, const char *from, const orm_model *owner,
                         const orm_relation *relation, const char *link, const char *to,
                         const orm_pred *where)
{
    const orm_link *through = relation->link;
    const orm_model *target = relation->target;
    write_left_join(text, through->schema, through->table, link);
    for (uint16_t i = 0; i < relation->own_count; i++) {
        const orm_column *own = &owner->columns[relation->own_columns[i]];
        orm__text_add(text, i == 0 ? "" : " AND ");
        orm__text_equal(text, link, through->own_columns[i], from, own->name, own);
    }
    write_left_join(text, target->schema, target->table, to);
    for (uint16_t i = 0; i < through->target_count; i++) {
        const orm_column *column = &target->columns[relation->target_columns[i]];
        orm__text_add(text, i == 0 ? "" : " AND ");
        orm__text_equal(text, to, column->name, link, through->target_columns[i], column);
    }
    if (orm__pred_is_given(where)) {
        orm__text_add(text, " AND ");
        orm__text_pred(text, to, where);
    }
}
