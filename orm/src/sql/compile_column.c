#include "sql/text.h"

orm_status orm__compile_column(const orm__dialect *dialect, const orm_model *model, uint16_t column,
                               orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    orm__text_add(&text, "SELECT ");
    orm__text_read(&text, "t0", &model->columns[column]);
    orm__text_field(&text, model, &model->columns[column]);
    orm__text_add(&text, " FROM ");
    orm__text_table(&text, model->schema, model->table);
    orm__text_add(&text, " AS t0");
    for (uint16_t i = 0; i < model->key_count; i++) {
        const orm_column *key = &model->columns[model->key[i]];
        orm__text_add(&text, i == 0 ? " WHERE " : " AND ");
        orm__text_column(&text, "t0", key->name);
        orm__text_add(&text, dialect->collation(key));
        orm__text_add(&text, " = ");
        orm__text_param(&text, orm__param_of(model, key));
    }
    return compiled->failed || compiled->sql.failed ? ORM_NOMEM : ORM_OK;
}
