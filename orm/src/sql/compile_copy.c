#include "sql/write_text.h"

orm_status orm__compile_copy(const orm__dialect *dialect, const orm_model *model,
                             const uint16_t *columns, size_t count, orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    orm__text_add(&text, "COPY ");
    orm__text_table(&text, model->schema, model->table);
    orm__text_add(&text, " (");
    orm__write_names(&text, model, columns, count);
    orm__text_add(&text, ") FROM STDIN (FORMAT binary)");
    for (size_t i = 0; i < count; i++)
        orm__text_declare(&text, orm__param_of(model, &model->columns[columns[i]]));
    return orm__write_finish(compiled);
}
