/* A file of named statements through checking and, when nothing is wrong, its generated C. */
#include "fuzz/fuzz.h"

#include <unistd.h>

#include "base/diagnostics.h"
#include "emit/c.h"
#include "schema/load.h"

static void check_statement(const struct statement *statement)
{
    size_t length = strlen(statement->sql);
    HOLDS(length > 0);
    for (size_t i = 0; i < length; i++)
        HOLDS(statement->origins[i] < 16 * 1024 * 1024);
    for (size_t i = 0; i < statement->param_count; i++)
        HOLDS(statement->params[i].index == i);
}

static void load(const char *path, bool draft)
{
    const char *const paths[] = {path};
    struct schema *schema = NULL;
    struct outputs outputs = {0};
    const char *fault = NULL;
    struct diagnostics *diags = diagnostics_new();
    bool good =
        draft ? schema_load_draft(paths, 1, &schema, diags) : schema_load(paths, 1, &schema, diags);
    HOLDS(good == (schema != NULL));
    HOLDS(good == (diagnostics_error_count(diags) == 0));
    for (size_t i = 0; good && i < schema->statement_files[0].statement_count; i++)
        check_statement(&schema->statement_files[0].statements[i]);
    if (good && !draft)
        HOLDS(emit_c(schema, "0", &outputs, &fault));
    for (size_t i = 0; i < outputs.count; i++)
        HOLDS(outputs.items[i].text != NULL && outputs.items[i].text[0] != '\0');
    char *text = diagnostics_text(diags);
    HOLDS(text != NULL);
    free(text);
    schema_free(schema);
    diagnostics_free(diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/tmp/orm-fuzz-%ld.sql", (long)getpid());
    FILE *file = fopen(path, "wb");
    HOLDS(file != NULL);
    HOLDS(fwrite(data, 1, size, file) == size);
    HOLDS(fclose(file) == 0);
    load(path, false);
    load(path, true);
    (void)remove(path);
    return 0;
}
