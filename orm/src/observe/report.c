#include "observe/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "observe/called_from.h"

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
    orm__called_from(scope);
    if (options->format == ORM_REPORT_JSON)
        orm__report_json(scope, &statistics, &root, &scope->report);
    else
        orm__report_text(scope, &statistics, options, &root, &scope->report);
    *text_out = scope->report.failed ? NULL : scope->report.data;
    (void)pthread_mutex_unlock(&scope->lock);
    return *text_out == NULL ? ORM_NOMEM : ORM_OK;
}

static orm_status fail_file(orm_error *error, const char *path, const char *what, int number)
{
    char reason[96] = "unknown reason";
    (void)strerror_r(number, reason, sizeof reason);
    return orm__fail(error, ORM_RESOURCE, "%s can't be %s: %s", path, what, reason);
}

/* Appends with one write, which a file opened so keeps whole. */
static orm_status append_line(const char *path, const char *line, orm_error *error)
{
    size_t size = strlen(line);
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0)
        return fail_file(error, path, "opened", errno);
    ssize_t written = write(file, line, size);
    int reason = written < 0 ? errno : ENOSPC;
    if (close(file) == 0 && written >= 0 && (size_t)written == size)
        return ORM_OK;
    return fail_file(error, path, "written", reason);
}

orm_status orm_scope_append(orm_scope *scope, const char *path, const char *root, orm_error *error)
{
    orm_report_options options = {.format = ORM_REPORT_JSON, .root = root};
    const char *line = NULL;
    if (orm_scope_report(scope, &options, &line) != ORM_OK)
        return orm__fail(error, ORM_NOMEM, "out of memory for the record of a scope");
    return append_line(path, line, error);
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
