#include "schema/load.h"

#include "command.h"

typedef bool reading(const char *const *paths, size_t count, struct schema **schema_out,
                     struct diagnostics *diags);

static bool load(const struct arguments *arguments, reading *read, struct loaded *loaded_out)
{
    struct loaded loaded = { 0 };

    *loaded_out = loaded;
    loaded.diags = diagnostics_new();
    if (!loaded.diags) {
        report_error("out of memory");
        return false;
    }
    if (!read(arguments->models, arguments->model_count, &loaded.schema, loaded.diags)) {
        report_print(loaded.diags);
        loaded_dispose(&loaded);
        return false;
    }
    *loaded_out = loaded;
    return true;
}

bool load_models(const struct arguments *arguments, struct loaded *loaded_out)
{
    return load(arguments, schema_load, loaded_out);
}

bool load_draft(const struct arguments *arguments, struct loaded *loaded_out)
{
    return load(arguments, schema_load_draft, loaded_out);
}

void loaded_dispose(struct loaded *loaded)
{
    schema_free(loaded->schema);
    diagnostics_free(loaded->diags);
    *loaded = (struct loaded){ 0 };
}
