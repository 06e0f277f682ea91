#include "model/deferred.h"

#include <string.h>

#include "model/column_value.h"

static bool is_deferred(const orm_model *model, uint16_t column)
{
    return (model->columns[column].flags & ORM_COLUMN_DEFERRED) != 0;
}

/* A deferred column's place among them. */
static size_t number_of(const orm_model *model, uint16_t column)
{
    size_t number = 0;
    for (uint16_t i = 0; i < column; i++)
        number += is_deferred(model, i);
    return number;
}

uint16_t orm__deferred_read_count(const orm_model *model, const bool *undefer)
{
    uint16_t count = (uint16_t)(model->column_count - model->deferred_count);
    for (uint16_t i = 0; undefer != NULL && i < model->deferred_count; i++)
        count = (uint16_t)(count + undefer[i]);
    return count;
}

bool orm__deferred_is_read(const orm_model *model, uint16_t column, const bool *undefer)
{
    if (model->deferred_count == 0 || !is_deferred(model, column))
        return true;
    return undefer != NULL && undefer[number_of(model, column)];
}

const bool *orm__deferred_wanted(const orm_model *model, const bool *undefer)
{
    for (uint16_t i = 0; i < model->deferred_count; i++)
        if (undefer[i])
            return undefer;
    return NULL;
}

static bool *flags_of(const orm_model *model, void *row)
{
    return (bool *)(void *)((char *)row + model->loaded_offset);
}

bool *orm__deferred_loaded(const orm_model *model, void *row, uint16_t column)
{
    return flags_of(model, row) + number_of(model, column);
}

bool orm__deferred_has(const orm_model *model, const void *row, const bool *undefer)
{
    const bool *loaded = (const bool *)(const void *)((const char *)row + model->loaded_offset);
    for (uint16_t i = 0; undefer != NULL && i < model->deferred_count; i++)
        if (undefer[i] && !loaded[i])
            return false;
    return true;
}

void orm__deferred_mark(const orm_model *model, void *row, const bool *undefer)
{
    bool *loaded = flags_of(model, row);
    for (uint16_t i = 0; undefer != NULL && i < model->deferred_count; i++)
        loaded[i] = loaded[i] || undefer[i];
}

void orm__deferred_fill(const orm_model *model, void *row, const void *from, const bool *undefer)
{
    bool *loaded = flags_of(model, row);
    size_t number = 0;
    for (uint16_t i = 0; undefer != NULL && i < model->column_count; i++) {
        const orm_column *column = &model->columns[i];
        if (!is_deferred(model, i))
            continue;
        if (undefer[number] && !loaded[number])
            memcpy((char *)row + column->offset, (const char *)from + column->offset,
                   orm__column_size(column));
        loaded[number] = loaded[number] || undefer[number];
        number++;
    }
}

void orm__deferred_forget(const orm_model *model, void *row, const uint16_t *columns, size_t count)
{
    for (size_t i = 0; model->deferred_count > 0 && i < count; i++)
        if (is_deferred(model, columns[i]))
            *orm__deferred_loaded(model, row, columns[i]) = false;
}
