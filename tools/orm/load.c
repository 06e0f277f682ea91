#include "schema/load.h"

#include "command.h"

bool load_models(const struct arguments *arguments, struct loaded *loaded_out)
{
    struct loaded loaded = { 0 };

    *loaded_out = loaded;
    loaded.diags = diagnostics_new();
    if (!loaded.diags) {
        report_error("out of memory");
        return false;
    }
    if (!schema_load(arguments->models, arguments->model_count, &loaded.schema, loaded.diags)) {
        report_print(loaded.diags);
        loaded_dispose(&loaded);
        return false;
    }
    *loaded_out = loaded;
    return true;
}

void loaded_dispose(struct loaded *loaded)
{
    schema_free(loaded->schema);
    diagnostics_free(loaded->diags);
    *loaded = (struct loaded){ 0 };
}
