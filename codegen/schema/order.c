#include <stdlib.h>

#include "schema/build.h"

/*
 * Tarjan's strongly connected components with a stack of its own: components come out with
 * what they refer to first, which is the order to create tables in.
 */

struct visit {
    size_t number; /* 0: not seen */
    size_t low;
    size_t next; /* foreign key to follow */
    bool open;   /* on the component stack */
};

struct walk {
    struct builder *b;
    struct visit *visits; /* by model index */
    size_t *path;
    size_t path_length;
    size_t *component;
    size_t component_length;
    size_t number;
};

static struct model *model_at(const struct walk *walk, size_t index)
{
    return ((struct model_build *)walk->b->models.items[index])->model;
}

static void enter(struct walk *walk, size_t index)
{
    struct visit *visit = &walk->visits[index];

    visit->number = visit->low = ++walk->number;
    visit->open = true;
    walk->path[walk->path_length++] = index;
    walk->component[walk->component_length++] = index;
}

static int compare_indexes(const void *a, const void *b)
{
    size_t left = *(const size_t *)a;
    size_t right = *(const size_t *)b;

    return (left > right) - (left < right);
}

/* Takes the finished component whose first model is index off the stack. */
static void finish(struct walk *walk, size_t index)
{
    struct schema *schema = walk->b->schema;
    size_t start = walk->component_length;

    do
        start--;
    while (walk->component[start] != index);
    qsort(walk->component + start, walk->component_length - start, sizeof *walk->component,
          compare_indexes);
    for (size_t i = start; i < walk->component_length; i++) {
        struct model *model = model_at(walk, walk->component[i]);

        walk->visits[model->index].open = false;
        model->in_cycle = walk->component_length - start > 1;
        if (!model->view)
            schema->creation_order[schema->creation_count++] = model;
    }
    walk->component_length = start;
}

static void step(struct walk *walk)
{
    size_t index = walk->path[walk->path_length - 1];
    struct visit *visit = &walk->visits[index];
    const struct model *model = model_at(walk, index);

    if (visit->next < model->foreign_key_count) {
        size_t target = model->foreign_keys[visit->next++].target->index;
        const struct visit *there = &walk->visits[target];

        if (!there->number)
            enter(walk, target);
        else if (there->open && there->number < visit->low)
            visit->low = there->number;
        return;
    }
    walk->path_length--;
    if (walk->path_length) {
        struct visit *parent = &walk->visits[walk->path[walk->path_length - 1]];

        parent->low = visit->low < parent->low ? visit->low : parent->low;
    }
    if (visit->low == visit->number)
        finish(walk, index);
}

static void mark_late_keys(struct schema *schema, struct arena *arena, size_t count)
{
    size_t *position = arena_array(arena, count, sizeof *position);

    for (size_t i = 0; i < schema->creation_count; i++)
        position[schema->creation_order[i]->index] = i;
    for (size_t i = 0; i < schema->creation_count; i++) {
        struct model *model = schema->creation_order[i];

        for (size_t k = 0; k < model->foreign_key_count; k++)
            model->foreign_keys[k].in_cycle = position[model->foreign_keys[k].target->index] > i;
    }
}

void build_order(struct builder *b)
{
    size_t count = b->models.count;
    struct walk walk = {.b = b};

    walk.visits = arena_array(b->arena, count, sizeof *walk.visits);
    walk.path = arena_array(b->arena, count, sizeof *walk.path);
    walk.component = arena_array(b->arena, count, sizeof *walk.component);
    b->schema->creation_order = arena_array(b->arena, count, sizeof *b->schema->creation_order);
    for (size_t i = 0; i < count; i++) {
        if (walk.visits[i].number)
            continue;
        enter(&walk, i);
        while (walk.path_length)
            step(&walk);
    }
    mark_late_keys(b->schema, b->arena, count);
}
