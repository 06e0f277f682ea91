#include "maker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *orm__maker_resize(const orm_allocator *allocator, void *pointer, size_t old_size,
                        size_t new_size)
{
    if (allocator->resize != NULL)
        return allocator->resize(allocator->context, pointer, old_size, new_size);
    if (new_size > 0)
        return realloc(pointer, new_size);
    free(pointer);
    return NULL;
}

static orm_status fail_nomem(orm_error *error)
{
    static const char message[] = "out of memory";
    if (error != NULL) {
        memset(error, 0, sizeof *error);
        error->status = ORM_NOMEM;
        memcpy(error->message, message, sizeof message);
    }
    return ORM_NOMEM;
}

orm_status orm_maker_open(const orm_maker_options *options, orm_maker **maker_out, orm_error *error)
{
    orm_maker_options chosen = {0};
    if (options != NULL)
        chosen = *options;
    *maker_out = NULL;
    orm_maker *maker = orm__maker_resize(&chosen.allocator, NULL, 0, sizeof *maker);
    if (maker == NULL)
        return fail_nomem(error);
    memset(maker, 0, sizeof *maker);
    maker->options = chosen;
    *maker_out = maker;
    return ORM_OK;
}

void orm_maker_close(orm_maker *maker)
{
    if (maker == NULL)
        return;
    orm_allocator allocator = maker->options.allocator;
    for (struct made *model = maker->models; model != NULL;) {
        struct made *next = model->next;
        (void)orm__maker_resize(&allocator, model, sizeof *model, 0);
        model = next;
    }
    (void)orm__maker_resize(&allocator, maker, sizeof *maker, 0);
}

struct made *orm__maker_model(orm_maker *maker, const orm_factory *factory)
{
    for (struct made *model = maker->models; model != NULL; model = model->next)
        if (model->factory == factory)
            return model;
    struct made *model = orm__maker_resize(&maker->options.allocator, NULL, 0, sizeof *model);
    if (model == NULL)
        return NULL;
    memset(model, 0, sizeof *model);
    model->factory = factory;
    model->next = maker->models;
    maker->models = model;
    return model;
}

void *orm__testing_alloc(orm_session *db, size_t size)
{
    void *memory = orm_session_alloc(db, size == 0 ? 1 : size);
    if (memory != NULL)
        memset(memory, 0, size);
    else
        (void)orm_session_fail(db, ORM_NOMEM, "out of memory while rows were made up");
    return memory;
}

char *orm__testing_printf(orm_session *db, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int size = vsnprintf(NULL, 0, format, values);
    va_end(values);
    char *text = size < 0 ? NULL : orm__testing_alloc(db, (size_t)size + 1);
    if (text == NULL)
        return NULL;
    va_start(values, format);
    (void)vsnprintf(text, (size_t)size + 1, format, values);
    va_end(values);
    return text;
}

bool orm__testing_ran_out(const orm_session *db)
{
    return orm_session_error(db)->status == ORM_NOMEM;
}
