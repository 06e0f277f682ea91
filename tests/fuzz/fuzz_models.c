/* A YAML file through checking and, when nothing is wrong, all that is generated from it. */
#include "fuzz/fuzz.h"

#include <unistd.h>

#include "base/diagnostics.h"
#include "emit/c.h"
#include "emit/sql_ddl.h"
#include "schema/load.h"

static void generate(const struct schema *schema, struct diagnostics *diags)
{
    struct outputs outputs = {0};
    const char *fault = NULL;
    HOLDS(emit_c(schema, "0", &outputs, &fault));
    for (size_t i = 0; i < outputs.count; i++)
        HOLDS(outputs.items[i].text != NULL && outputs.items[i].text[0] != '\0');
    for (int dialect = 0; dialect < SQL_DIALECT_COUNT; dialect++) {
        size_t errors = diagnostics_error_count(diags);
        const char *sql = sql_ddl(schema, (enum sql_dialect)dialect, "0", diags);
        HOLDS((sql == NULL) == (diagnostics_error_count(diags) > errors));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    const char *const paths[] = {path};
    struct schema *schema = NULL;
    (void)snprintf(path, sizeof path, "/tmp/orm-fuzz-%ld.yaml", (long)getpid());
    FILE *file = fopen(path, "wb");
    HOLDS(file != NULL);
    HOLDS(fwrite(data, 1, size, file) == size);
    HOLDS(fclose(file) == 0);
    struct diagnostics *diags = diagnostics_new();
    bool good = schema_load(paths, 1, &schema, diags);
    HOLDS(good == (schema != NULL));
    HOLDS(good == (diagnostics_error_count(diags) == 0));
    if (good)
        generate(schema, diags);
    char *text = diagnostics_text(diags);
    HOLDS(text != NULL);
    free(text);
    schema_free(schema);
    diagnostics_free(diags);
    (void)remove(path);
    return 0;
}
