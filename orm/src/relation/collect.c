#include <string.h>

#include "base/fail.h"
#include "map/related.h"
#include "model/deferred.h"
#include "relation/loader.h"

static bool same_order(const orm__view *view, const orm__load *load)
{
    bool collated = view->collation != NULL && load->collation != NULL;
    return memcmp(view->order_by, load->order_by, sizeof view->order_by) == 0 &&
           (collated ? strcmp(view->collation, load->collation) == 0
                     : view->collation == load->collation);
}

/* Whether the children a parent has come with the deferred columns that are wanted. */
static bool has_columns(const orm__task *task, const orm__slot *slot)
{
    const orm_model *target = task->relation->target;
    const bool *undefer = task->view.undefer;
    if (undefer == NULL || task->counting || slot->value == NULL)
        return true;
    if (task->relation->kind == ORM_BELONGS_TO || task->relation->kind == ORM_HAS_ONE)
        return orm__deferred_has(target, slot->value, undefer);
    const orm_list *list = slot->value;
    for (size_t i = 0; i < list->count; i++)
        if (!orm__deferred_has(target, list->items[i], undefer))
            return false;
    return true;
}

bool orm__task_is_satisfied(const orm__task *task, const orm__slot *slot, uint32_t epoch)
{
    if (slot->load != NULL && task->call != 0 && slot->load->call == task->call &&
        slot->load->asked == task->generated)
        return true;
    if (slot->load == NULL || task->view.refresh || orm__view_is_partial(&task->view))
        return false;
    if (slot->load->partial || slot->load->epoch != epoch || !has_columns(task, slot))
        return false;
    /* The order decides which row a has_one leads to. */
    return task->relation->kind == ORM_BELONGS_TO || task->counting ||
           same_order(&task->view, slot->load);
}

static bool is_to_one(const orm_relation *relation)
{
    return relation->kind == ORM_BELONGS_TO || relation->kind == ORM_HAS_ONE;
}

/* The children a parent already has go on to the next level. */
static bool reuse(orm__task *task, const orm__slot *slot)
{
    if (task->counting)
        return true;
    if (is_to_one(task->relation))
        return slot->value == NULL || orm__row_list_add(&task->reused, slot->value);
    const orm_list *list = slot->value;
    for (size_t i = 0; i < list->count; i++)
        if (!orm__row_list_add(&task->reused, list->items[i]))
            return false;
    return true;
}

/* Whether the relation leads to the target's primary key, so that the identity map can answer. */
static bool leads_to_key(const orm__task *task)
{
    const orm_relation *relation = task->relation;
    return relation->kind == ORM_BELONGS_TO && !task->view.refresh &&
           !orm__view_is_partial(&task->view) && orm__relation_leads_to_key(relation);
}

/* Relations of a parent without a key: loaded, and empty. */
static bool assign_nothing(orm__loader *loader, orm__task *task, orm__slot *slot)
{
    void *value = NULL;
    if (!task->counting && !is_to_one(task->relation)) {
        bool linked = task->relation->link != NULL;
        orm_list *list = orm__arena_zero(&loader->session->arena,
                                         linked ? sizeof(orm__linked_list) : sizeof *list);
        if (list == NULL)
            return false;
        list->partial = task->load->partial;
        value = list;
    }
    return orm__assign(&loader->assigned, slot, value, task->load);
}

static orm__load *new_load(orm__loader *loader, const orm__task *task)
{
    orm__load *load = orm__session_load(loader->session, task->site);
    if (load == NULL)
        return NULL;
    load->call = loader->call;
    load->asked = task->generated;
    load->partial = orm__view_is_partial(&task->view);
    memcpy(load->order_by, task->view.order_by, sizeof load->order_by);
    if (task->view.collation == NULL)
        return load;
    load->collation = orm__arena_printf(&loader->session->arena, "%s", task->view.collation);
    return load->collation != NULL ? load : NULL;
}

/* One parent: satisfied, without a key, answered by the identity map, or its key is to be asked
 * for. */
static bool collect_parent(orm__loader *loader, orm__task *task, uint32_t index,
                           orm__identity *identity)
{
    orm_session *session = loader->session;
    void *row = task->parents[index];
    orm__slot *slot = &orm__object_of(task->owner, row)->slots[task->relation_index];
    orm_value key[ORM__KEY_MAX];
    int64_t known_count = 0;
    if (task->counting)
        slot = orm__count_slot(session, task->owner, row, task->relation_index);
    if (slot == NULL)
        return false;
    if (task->counting && orm__count_is_known(task, row, session->map.epoch, &known_count))
        return orm__assign(&loader->assigned, slot, (void *)(intptr_t)known_count, task->load);
    if (orm__task_is_satisfied(task, slot, session->map.epoch))
        return reuse(task, slot);
    if (!orm__keyset_read(&task->keys, row, key))
        return assign_nothing(loader, task, slot);
    if (identity != NULL && !identity->doubted && !orm__identity_is_empty(identity)) {
        bool ok = true;
        void *known = orm__identity_find(&session->map, identity, key, &ok);
        const orm_object *object =
            known == NULL ? NULL : orm__object_of(task->relation->target, known);
        if (object != NULL && object->epoch == session->map.epoch &&
            orm__deferred_has(task->relation->target, known, task->view.undefer))
            return orm__assign(&loader->assigned, slot, known, task->load) &&
                   orm__row_list_add(&task->reused, known);
        if (!ok)
            return false;
    }
    orm__keyset_add(&task->keys, key, index);
    return true;
}

orm_status orm__task_collect(orm__loader *loader, orm__task *task)
{
    orm_session *session = loader->session;
    orm__identity *identity = NULL;
    task->load = new_load(loader, task);
    if (leads_to_key(task))
        identity = orm__identity_of(&session->map, task->relation->target);
    bool ok = task->load != NULL && orm__keyset_init(&task->keys, &session->arena, task->owner,
                                                     task->relation, task->parent_count);
    for (size_t i = 0; i < task->parent_count && ok; i++)
        ok = collect_parent(loader, task, (uint32_t)i, identity);
    return ok ? ORM_OK : orm__session_nomem(session);
}
