/* How many rows a relation has, for all parents in one statement. */
#include "base/fail.h"
#include "relation/loader.h"

orm__slot *orm__count_slot(orm_session *session, const orm_model *model, void *row, uint16_t index)
{
    orm_object *object = orm__object_of(model, row);
    if (object->counts == NULL)
        object->counts =
            orm__arena_zero(&session->arena, model->relation_count * sizeof *object->counts);
    return object->counts == NULL ? NULL : &object->counts[index];
}

bool orm__count_is_known(const orm__task *task, const void *row, uint32_t epoch, int64_t *count_out)
{
    const orm__slot *slot = &orm__object_of(task->owner, row)->slots[task->relation_index];
    if (!orm__task_is_satisfied(task, slot, epoch))
        return false;
    *count_out = (int64_t)((const orm_list *)slot->value)->count;
    return true;
}

orm_status orm__count_take(orm__call *call, orm__rows *rows, orm_error *error)
{
    const orm__piece *part = call->context;
    orm__task *task = part->task;
    bool more = false;
    orm_status status = task->driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        uint32_t key = 0;
        int64_t number = 0;
        status = orm__piece_key(part, rows, 0, &key, error);
        if (status == ORM_OK)
            status = task->driver->read_int(rows, 1, &number, error);
        if (status != ORM_OK)
            break;
        task->numbers[key] = number;
        status = task->driver->next(rows, &more, error);
    }
    return status;
}

bool orm__count_assign(orm__loader *loader, orm__task *task)
{
    for (size_t k = 0; k < task->keys.count; k++)
        for (uint32_t p = task->keys.first[k]; p != ORM__NO_PARENT; p = task->keys.next[p]) {
            orm__slot *slot = orm__count_slot(loader->session, task->owner, task->parents[p],
                                              task->relation_index);
            if (slot == NULL || !orm__assign(&loader->assigned, slot,
                                             (void *)(intptr_t)task->numbers[k], task->load))
                return false;
        }
    return true;
}
