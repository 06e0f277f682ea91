#include "observe/report.h"

orm_status orm_scope_report(orm_scope *scope, const orm_report_options *options,
                            const char **text_out)
{
    static const orm_report_options plain = {.format = ORM_REPORT_TEXT};
    orm_scope_statistics statistics;
    if (options == NULL) options = &plain;
    orm_scope_get_statistics(scope, &statistics);
    (void)pthread_mutex_lock(&scope->lock);
    orm__buffer_clear(&scope->report);
    if (options->format == ORM_REPORT_JSON)
        orm__report_json(scope, &statistics, &scope->report);
    else
        orm__report_text(scope, &statistics, options, &scope->report);
    *text_out = scope->report.failed ? NULL : scope->report.data;
    (void)pthread_mutex_unlock(&scope->lock);
    return *text_out == NULL ? ORM_NOMEM : ORM_OK;
}
