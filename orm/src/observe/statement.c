#include "observe/statement.h"

#include <string.h>

#include "base/hash.h"
#include "base/site.h"
#include "observe/parameters.h"
#include "sql/fingerprint.h"

static uint64_t hash_pointer(const void *pointer)
{
    return orm__hash_word((uint64_t)(uintptr_t)pointer);
}

uint64_t orm__cause_of(const orm_event *event)
{
    uint64_t site = hash_pointer(event->site.file) ^
                    orm__hash_word(((uint64_t)(uint32_t)event->site.line << 32) |
                                   (uint32_t)event->site.counter);
    uint64_t what = event->kind == ORM_EVENT_RELATION
                        ? hash_pointer(event->relation) + event->row_by_row
                        : event->fingerprint;
    return orm__hash_word(site + what * 0x9e3779b97f4a7c15ULL + (uint64_t)event->kind);
}

bool orm__is_write(const orm_event *event)
{
    if (event->kind == ORM_EVENT_INSERT || event->kind == ORM_EVENT_UPDATE ||
        event->kind == ORM_EVENT_DELETE)
        return true;
    if (event->kind != ORM_EVENT_RAW)
        return false;
    if (event->affected > 0 && event->rows == 0)
        return true;
    orm__scanner scanner = {event->sql, event->sql + event->sql_size};
    orm__token token = orm__scan(&scanner);
    return orm__token_is(&token, "insert") || orm__token_is(&token, "update") ||
           orm__token_is(&token, "delete") || orm__token_is(&token, "replace");
}

bool orm__is_plain(const orm_event *event)
{
    static const char *const words[] = {"where", "order", "limit", "offset", "join"};
    if (event->kind != ORM_EVENT_SELECT || event->value_count > 0)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (orm__sql_mentions(event->sql, event->sql_size, words[i]))
            return false;
    return true;
}

bool orm__is_batch(const orm_event *event)
{
    if (event->kind == ORM_EVENT_INSERT && event->affected > 1)
        return true;
    for (size_t i = 0; i < event->value_count; i++)
        if (event->values[i].kind == ORM_KIND_ARRAY && event->values[i].as.span.size > 1)
            return true;
    return false;
}

/* There are only so many states, whatever the rows: a statement for each is no loop over rows. And
 * a row's version is another after each change of the same row. */
static bool tells_nothing(const orm_event *event, const orm__parameter *parameter)
{
    const orm_model *model = event->kind == ORM_EVENT_RAW ? NULL : event->model;
    for (uint16_t i = 0; model != NULL && i < model->column_count; i++) {
        const orm_column *column = &model->columns[i];
        bool few = column->type == ORM_TYPE_ENUM || column->type == ORM_TYPE_BOOLEAN;
        if ((few || (column->flags & ORM_COLUMN_VERSION) != 0) && parameter->column != NULL &&
            strlen(column->name) == parameter->column_size &&
            strncmp(column->name, parameter->column, parameter->column_size) == 0)
            return true;
    }
    return false;
}

uint32_t orm__ignored_positions(const orm_event *event)
{
    orm__reading reading;
    uint32_t ignored = 0;
    if (event->kind == ORM_EVENT_RELATION || event->kind == ORM_EVENT_INSERT ||
        event->kind == ORM_EVENT_FIND || event->kind == ORM_EVENT_COLUMN)
        return 0;
    orm__parameters_read(event->sql, event->sql_size, &reading);
    for (unsigned i = 0; i < ORM_PARAMETERS_MAX; i++)
        if (reading.parameters[i].role >= ORM_PARAMETER_RANGE ||
            tells_nothing(event, &reading.parameters[i]))
            ignored |= 1U << i;
    return ignored;
}

bool orm__is_walk(const orm_event *event)
{
    return event->kind == ORM_EVENT_RELATION && event->row_by_row && event->owner->key_count > 0 &&
           event->relation->target == event->owner && orm__same_site(event->site, event->origin);
}

bool orm__is_boundary(const orm_event *event)
{
    static const char *const going_on[] = {"fetch", "close", "select"};
    orm__scanner scanner = {event->sql, event->sql + event->sql_size};
    orm__token token = orm__scan(&scanner);
    for (size_t i = 0; i < sizeof going_on / sizeof *going_on; i++)
        if (orm__token_is(&token, going_on[i]))
            return false;
    return event->kind == ORM_EVENT_CONTROL;
}
