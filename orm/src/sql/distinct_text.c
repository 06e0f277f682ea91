#include "sql/distinct_text.h"

#include "base/fail.h"
#include "model/deferred.h"

orm_status orm__view_distinct(const orm__view *view, orm__query *query, orm_error *error)
{
    query->distinct = view->distinct && view->model->view;
    if (query->distinct && view->lock != ORM_LOCK_NONE)
        return orm__fail(error, ORM_INVALID,
                         "a query of %s locks rows, which can't be distinct; leave out one of both",
                         view->model->name);
    return ORM_OK;
}

void orm__gather_distinct(orm__gathered *gathered, const orm_model *model, bool deferred)
{
    const orm__dialect *dialect = orm__dialect_of(gathered->dialect);
    for (uint16_t i = 0; i < model->column_count && gathered->status == ORM_OK; i++) {
        if ((!deferred && !orm__deferred_is_read(model, i, NULL)) ||
            dialect->can_equal(&model->columns[i]))
            continue;
        gathered->status =
            orm__fail(gathered->error, ORM_UNSUPPORTED,
                      "%s.%s has no equality on this database, so rows with it can't be distinct",
                      model->name, model->columns[i].field);
        orm__fail_at(gathered->error, model->name, model->columns[i].field);
    }
}

/*
 * The rows are made distinct before anything else is done with them: conditions hold for equal rows
 * alike, and orders, joins and limits then find each row once.
 */
static void write_distinct_rows(orm__text *text, const orm_model *model)
{
    orm__text_add(text, "(SELECT DISTINCT ");
    for (uint16_t i = 0; i < model->column_count; i++) {
        orm__text_add(text, i == 0 ? "" : ", ");
        orm__text_column(text, NULL, model->columns[i].name);
        orm__text_add(text, text->dialect->collation(&model->columns[i]));
        orm__text_add(text, " AS ");
        orm__text_name(text, model->columns[i].name);
    }
    orm__text_add(text, " FROM ");
    orm__text_table(text, model->schema, model->table);
    orm__text_add(text, ")");
}

void orm__write_own_table(orm__text *text, const orm__query *query, const char *alias)
{
    if (query->distinct)
        write_distinct_rows(text, query->model);
    else
        orm__text_table(text, query->model->schema, query->model->table);
    orm__text_add(text, " AS ");
    orm__text_add(text, alias);
}
