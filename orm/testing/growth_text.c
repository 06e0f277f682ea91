#include "growth.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void orm__growth_add(struct growth_text *text, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int length = vsnprintf(NULL, 0, format, values);
    va_end(values);
    size_t used = text->size > 0 ? text->size - 1 : 0;
    size_t wanted = used + (length > 0 ? (size_t)length : 0) + 1;
    if (text->nomem)
        return;
    if (wanted > text->room) {
        size_t room = wanted * 2;
        char *larger = orm__maker_resize(text->allocator, text->text, text->room, room);
        text->nomem = larger == NULL;
        if (larger == NULL)
            return;
        text->text = larger;
        text->room = room;
    }
    va_start(values, format);
    (void)vsnprintf(text->text + used, text->room - used, format, values);
    va_end(values);
    text->size = wanted;
}

static const char *kind_name(orm_event_kind kind)
{
    static const char *const names[] = {
        [ORM_EVENT_FIND] = "find",     [ORM_EVENT_SELECT] = "select",
        [ORM_EVENT_COUNT] = "count",   [ORM_EVENT_EXISTS] = "exists",
        [ORM_EVENT_RELATION] = "load", [ORM_EVENT_INSERT] = "insert",
        [ORM_EVENT_UPDATE] = "update", [ORM_EVENT_DELETE] = "delete",
        [ORM_EVENT_RAW] = "raw SQL",   [ORM_EVENT_AGGREGATE] = "aggregate",
        [ORM_EVENT_ROWS] = "rows",     [ORM_EVENT_COLUMN] = "column",
    };
    size_t count = sizeof names / sizeof names[0];
    return (size_t)kind < count && names[kind] != NULL ? names[kind] : "statement";
}

static void add_subject(struct growth_text *text, const struct growth_shape *shape)
{
    orm__growth_add(text, "%s", kind_name(shape->kind));
    if (shape->relation != NULL && shape->owner != NULL)
        orm__growth_add(text, " %s.%s", shape->owner->name, shape->relation->name);
    else if (shape->model != NULL)
        orm__growth_add(text, " %s", shape->model->name);
}

static void add_shape(struct growth_text *text, const struct growth_shape *shape)
{
    orm__growth_add(text, "  %" PRId64 " -> %" PRId64 "  ", shape->counts[0], shape->counts[1]);
    add_subject(text, shape);
    if (shape->site.line > 0)
        orm__growth_add(text, "  at %s:%d, in %s", shape->site.file, shape->site.line,
                        shape->site.function);
    orm__growth_add(text, "\n          %s\n", shape->sql);
}

static int compare_shapes(const void *a, const void *b)
{
    const struct growth_shape *left = a;
    const struct growth_shape *right = b;
    int order =
        strcmp(left->site.file ? left->site.file : "", right->site.file ? right->site.file : "");
    if (order != 0)
        return order;
    if (left->site.line != right->site.line)
        return left->site.line < right->site.line ? -1 : 1;
    return strcmp(left->sql, right->sql);
}

void orm__growth_describe(struct growth_run *run, bool grows, struct growth_text *text)
{
    orm__growth_add(
        text, "%" PRId64 " statement%s with %zu rows in each relation, %" PRId64 " with %zu: %s\n",
        run->statements[0], run->statements[0] == 1 ? "" : "s", run->rows[0], run->statements[1],
        run->rows[1], grows ? "the number grows with the rows" : "the number does not grow");
    if (run->shape_count > 0)
        qsort(run->shapes, run->shape_count, sizeof *run->shapes, compare_shapes);
    for (size_t i = 0; grows && i < run->shape_count; i++)
        if (run->shapes[i].counts[1] > run->shapes[i].counts[0])
            add_shape(text, &run->shapes[i]);
    if (run->report.size > 0 && (grows || run->findings > 0))
        orm__growth_add(text, "\nWith %zu rows in each relation:\n%s", run->rows[1],
                        run->report.text);
}
