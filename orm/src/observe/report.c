#include "observe/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

orm_status orm_scope_report(orm_scope *scope, const orm_report_options *options,
                            const char **text_out)
{
    static const orm_report_options plain = {.format = ORM_REPORT_TEXT};
    orm_scope_statistics statistics;
    orm__report_root root;
    if (options == NULL)
        options = &plain;
    orm__report_root_init(&root, options->root);
    orm_scope_get_statistics(scope, &statistics);
    (void)pthread_mutex_lock(&scope->lock);
    orm__buffer_clear(&scope->report);
    if (options->format == ORM_REPORT_JSON)
        orm__report_json(scope, &statistics, &root, &scope->report);
    else
        orm__report_text(scope, &statistics, options, &root, &scope->report);
    *text_out = scope->report.failed ? NULL : scope->report.data;
    (void)pthread_mutex_unlock(&scope->lock);
    return *text_out == NULL ? ORM_NOMEM : ORM_OK;
}

bool orm_report_wants_color(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (stream == NULL || (no_color != NULL && *no_color != '\0'))
        return false;
    if (term == NULL || *term == '\0' || strcmp(term, "dumb") == 0)
        return false;
    int descriptor = fileno(stream);
    return descriptor >= 0 && isatty(descriptor) == 1;
}
