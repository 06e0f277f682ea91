#include <orm/status.h>

#include <stdio.h>

#include "base/fail.h"

#define COUNT_ONE(name, meaning, retryable) +1
enum { STATUS_COUNT = 0 ORM_STATUS_LIST(COUNT_ONE) };

static const struct {
    const char *name;
    const char *text;
    bool retryable;
} statuses[STATUS_COUNT] = {
#define ROW(name, meaning, retryable) {"ORM_" #name, meaning, retryable},
    ORM_STATUS_LIST(ROW)};

const char *orm_status_name(orm_status status)
{
    return (unsigned)status < STATUS_COUNT ? statuses[status].name : "ORM_?";
}

const char *orm_status_text(orm_status status)
{
    return (unsigned)status < STATUS_COUNT ? statuses[status].text : "unknown status";
}

bool orm_status_is_retryable(orm_status status)
{
    return (unsigned)status < STATUS_COUNT && statuses[status].retryable;
}

static void add_line(char *text, size_t size, size_t *length, const char *label, const char *value)
{
    if (value[0] == '\0')
        return;
    size_t room = *length < size ? size - *length : 0;
    char *at = room > 0 ? text + *length : NULL;
    int written = snprintf(at, room, "%s%s", label, value);
    if (written > 0)
        *length += (size_t)written;
}

size_t orm_error_format(const orm_error *error, char *text, size_t size)
{
    size_t length = 0;
    if (size > 0)
        text[0] = '\0';
    add_line(text, size, &length, "", orm_status_name(error->status));
    add_line(text, size, &length, ": ",
             error->message[0] != '\0' ? error->message : orm_status_text(error->status));
    add_line(text, size, &length, "\n  model:      ", error->model);
    add_line(text, size, &length, "\n  column:     ", error->column);
    add_line(text, size, &length, "\n  constraint: ", error->constraint);
    add_line(text, size, &length, "\n  sqlstate:   ", error->sqlstate);
    add_line(text, size, &length, "\n  statement:  ", error->statement);
    if (error->site.line > 0) {
        char place[512];
        (void)snprintf(place, sizeof place, "%s:%d (%s)", error->site.file, error->site.line,
                       error->site.function);
        add_line(text, size, &length, "\n  called at:  ", place);
    }
    if (error->retryable)
        add_line(text, size, &length, "\n  ", "repeating the whole unit of work may succeed");
    return length;
}
