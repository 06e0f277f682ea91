#include "observe/literals.h"

#include <string.h>

#include "base/hash.h"

/* A literal as the value it would be bound as; false when that is not plain. */
static bool read_literal(const orm__literal *literal, orm_value *value_out)
{
    const char *text = literal->text;
    size_t size = literal->size;
    int64_t number = 0;
    if (size >= 2 && text[0] == '\'' && memchr(text + 1, '\'', size - 2) == NULL) {
        *value_out = (orm_value){.kind = ORM_KIND_TEXT};
        value_out->as.span.data = text + 1;
        value_out->as.span.size = size - 2;
        return true;
    }
    if (size > 18)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (text[i] - '0');
    }
    *value_out = (orm_value){.kind = ORM_KIND_INT};
    value_out->as.integer = number;
    return true;
}

const orm_event *orm__literals_read(orm__group *group, const orm_event *event,
                                    orm__reading *reading, orm_event *extended, orm_value *values)
{
    uint64_t text = orm__hash_bytes(event->sql, event->sql_size);
    if (group->text == text)
        return event;
    orm__parameters_read(event->sql, event->sql_size, reading);
    group->text = text;
    group->literals = reading->literal_hash;
    *extended = *event;
    extended->values = values;
    for (size_t i = 0; i < event->value_count; i++)
        values[i] = event->values[i];
    for (size_t i = 0; i < reading->literal_count; i++)
        if (!read_literal(&reading->literals[i], &values[extended->value_count++]))
            values[extended->value_count - 1] = (orm_value){.kind = ORM_KIND_NULL};
    return extended;
}
