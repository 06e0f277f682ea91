#include "session/order.h"

#include <string.h>

typedef enum need { NEED_NONE, NEED_SOFT, NEED_HARD } need;

static bool columns_nullable(const orm_model *model, const uint16_t *columns, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++)
        if ((model->columns[columns[i]].flags & ORM_COLUMN_NULLABLE) == 0)
            return false;
    return true;
}

bool orm__relation_is_nullable(const orm_model *owner, const orm_relation *relation)
{
    return columns_nullable(owner, relation->own_columns, relation->own_count);
}

static need larger(need left, need right)
{
    return left > right ? left : right;
}

/* How much rows of `model` need those of `other` to be there. Either side may tell. */
static need need_of(const orm_model *model, const orm_model *other)
{
    need most = NEED_NONE;
    for (uint16_t r = 0; r < model->relation_count; r++) {
        const orm_relation *relation = &model->relations[r];
        if (relation->kind == ORM_BELONGS_TO && relation->target == other)
            most = larger(most, orm__relation_is_nullable(model, relation) ? NEED_SOFT : NEED_HARD);
    }
    for (uint16_t r = 0; r < other->relation_count; r++) {
        const orm_relation *relation = &other->relations[r];
        if ((relation->kind == ORM_HAS_MANY || relation->kind == ORM_HAS_ONE) &&
            relation->target == model)
            most =
                larger(most, columns_nullable(model, relation->target_columns, relation->own_count)
                                 ? NEED_SOFT
                                 : NEED_HARD);
    }
    return most;
}

/* Whether a model needs one that is not placed yet at least as much as `least`. */
static bool must_wait(const unsigned char *needs, const bool *placed, size_t count, size_t model,
                      need least)
{
    for (size_t i = 0; i < count; i++)
        if (i != model && !placed[i] && needs[model * count + i] >= (unsigned char)least)
            return true;
    return false;
}

static size_t next_model(const unsigned char *needs, const bool *placed, size_t count)
{
    for (need least = NEED_SOFT; least <= NEED_HARD; least++)
        for (size_t i = 0; i < count; i++)
            if (!placed[i] && !must_wait(needs, placed, count, i, least))
                return i;
    size_t first = 0;
    while (placed[first])
        first++;
    return first;
}

bool orm__models_order(const orm_model **models, size_t count, orm__arena *arena)
{
    unsigned char *needs = orm__arena_alloc(arena, count * count + 1);
    bool *placed = orm__arena_zero(arena, count * sizeof *placed + 1);
    const orm_model **order = orm__arena_alloc(arena, (count + 1) * sizeof *order);
    if (needs == NULL || placed == NULL || order == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            needs[i * count + k] = (unsigned char)need_of(models[i], models[k]);
    for (size_t i = 0; i < count; i++) {
        size_t next = next_model(needs, placed, count);
        placed[next] = true;
        order[i] = models[next];
    }
    memcpy(models, order, count * sizeof *models);
    return true;
}
