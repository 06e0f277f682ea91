#include "model/deferred.h"
#include "sql/predicate_text.h"
#include "sql/write_text.h"

int orm__model_version(const orm_model *model)
{
    for (uint16_t i = 0; i < model->column_count; i++)
        if ((model->columns[i].flags & ORM_COLUMN_VERSION) != 0)
            return i;
    return -1;
}

void orm__write_returning(orm__text *text, const orm_model *model, const char *alias)
{
    bool any = false;
    for (uint16_t i = 0; i < model->column_count; i++) {
        if (!orm__deferred_is_read(model, i, NULL))
            continue;
        orm__text_add(text, any ? ", " : " RETURNING ");
        any = true;
        orm__text_read(text, alias, &model->columns[i]);
        orm__text_field(text, model, &model->columns[i]);
    }
}

void orm__write_next_version(orm__text *text, const orm_model *model, const char *alias)
{
    const char *name = model->columns[orm__model_version(model)].name;
    orm__text_name(text, name);
    orm__text_add(text, " = ");
    orm__text_column(text, alias, name);
    orm__text_add(text, " + 1");
}

void orm__write_names(orm__text *text, const orm_model *model, const uint16_t *columns,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            orm__text_add(text, ", ");
        orm__text_name(text, model->columns[columns[i]].name);
    }
}

/* WHERE key = … AND version = …, for a row in hand. */
static void write_row_match(orm__text *text, const orm_model *model)
{
    int version = orm__model_version(model);
    for (uint16_t i = 0; i <= model->key_count; i++) {
        if (i == model->key_count && version < 0)
            break;
        const orm_column *column =
            &model->columns[i < model->key_count ? model->key[i] : (uint16_t)version];
        orm__text_add(text, i == 0 ? " WHERE " : " AND ");
        orm__text_name(text, column->name);
        orm__text_add(text, text->dialect->collation(column));
        orm__text_add(text, " = ");
        orm__text_param(text, orm__param_of(model, column));
    }
}

orm_status orm__write_finish(const orm__compiled *compiled)
{
    return compiled->failed || compiled->sql.failed ? ORM_NOMEM : ORM_OK;
}

orm_status orm__compile_insert(const orm__dialect *dialect, const orm_model *model,
                               const uint16_t *columns, size_t count, orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    orm__text_add(&text, "INSERT INTO ");
    orm__text_table(&text, model->schema, model->table);
    if (count == 0) {
        orm__text_add(&text, " DEFAULT VALUES");
    } else {
        orm__text_add(&text, " (");
        orm__write_names(&text, model, columns, count);
        orm__text_add(&text, ") VALUES (");
        for (size_t i = 0; i < count; i++) {
            if (i > 0)
                orm__text_add(&text, ", ");
            orm__text_param(&text, orm__param_of(model, &model->columns[columns[i]]));
        }
        orm__text_add(&text, ")");
    }
    orm__write_returning(&text, model, NULL);
    return orm__write_finish(compiled);
}

/* UPDATE … SET: the given columns, and the version counts on. */
static void write_update(orm__text *text, const orm_model *model, const char *alias,
                         const uint16_t *columns, size_t count)
{
    int version = orm__model_version(model);
    orm__text_add(text, "UPDATE ");
    orm__text_table(text, model->schema, model->table);
    if (alias != NULL) {
        orm__text_add(text, " AS ");
        orm__text_add(text, alias);
    }
    orm__text_add(text, " SET ");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            orm__text_add(text, ", ");
        orm__text_name(text, model->columns[columns[i]].name);
        orm__text_add(text, " = ");
        orm__text_param(text, orm__param_of(model, &model->columns[columns[i]]));
    }
    if (version >= 0) {
        orm__text_add(text, count > 0 ? ", " : "");
        orm__write_next_version(text, model, alias);
    }
}

orm_status orm__compile_update(const orm__dialect *dialect, const orm_model *model,
                               const uint16_t *columns, size_t count, orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    write_update(&text, model, NULL, columns, count);
    write_row_match(&text, model);
    orm__write_returning(&text, model, NULL);
    return orm__write_finish(compiled);
}

orm_status orm__compile_update_where(const orm__dialect *dialect, const orm_model *model,
                                     const uint16_t *columns, size_t count, const orm_pred *where,
                                     orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    write_update(&text, model, "t0", columns, count);
    if (orm__pred_is_given(where)) {
        orm__text_add(&text, " WHERE ");
        orm__text_pred(&text, "t0", where);
    }
    return orm__write_finish(compiled);
}

orm_status orm__compile_delete(const orm__dialect *dialect, const orm_model *model,
                               orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    orm__text_add(&text, "DELETE FROM ");
    orm__text_table(&text, model->schema, model->table);
    write_row_match(&text, model);
    return orm__write_finish(compiled);
}
