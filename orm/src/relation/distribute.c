#include "base/fail.h"
#include "relation/loader.h"

/* Children by key: items[start[k]] … items[start[k + 1] - 1] are those of key k, in the order they
 * came. */
typedef struct grouped {
    void **items;
    void **links; /* with them, where the link has a model; else NULL */
    size_t *start;
} grouped;

static bool group(orm__loader *loader, const orm__task *task, grouped *out)
{
    orm__arena *arena = &loader->session->arena;
    size_t keys = task->keys.count;
    size_t count = task->children.count;
    out->items = orm__arena_alloc(arena, (count + 1) * sizeof *out->items);
    out->start = orm__arena_zero(arena, (keys + 3) * sizeof *out->start);
    bool linked = task->links.count == count && count > 0;
    out->links = linked ? orm__arena_alloc(arena, count * sizeof *out->links) : NULL;
    if (out->items == NULL || out->start == NULL || (linked && out->links == NULL))
        return false;
    /* start[k + 2] counts key k; then start[k + 1] is where its next item goes, and ends as where
     * key k + 1 starts. */
    for (size_t i = 0; i < count; i++)
        out->start[task->child_keys[i] + 2]++;
    for (size_t k = 2; k < keys + 2; k++)
        out->start[k] += out->start[k - 1];
    for (size_t i = 0; i < count; i++) {
        size_t at = out->start[task->child_keys[i] + 1]++;
        out->items[at] = task->children.items[i];
        if (linked)
            out->links[at] = task->links.items[i];
    }
    return true;
}

/* The next of `lists`, which are of the kind that the relation has. */
static orm_list *fill_list(const orm__task *task, const grouped *children, size_t key, void *lists,
                           size_t index)
{
    size_t start = children->start[key];
    orm_list list = {.count = children->start[key + 1] - start,
                     .items = children->items + start,
                     .partial = task->load->partial};
    if (task->relation->link == NULL) {
        orm_list *plain = (orm_list *)lists + index;
        *plain = list;
        return plain;
    }
    orm__linked_list *linked = (orm__linked_list *)lists + index;
    linked->list = list;
    linked->links = children->links == NULL ? NULL : children->links + start;
    return &linked->list;
}

static bool assign_lists(orm__loader *loader, orm__task *task, const grouped *children)
{
    size_t size = task->relation->link == NULL ? sizeof(orm_list) : sizeof(orm__linked_list);
    void *lists = orm__arena_zero(&loader->session->arena, (task->parent_count + 1) * size);
    size_t used = 0;
    if (lists == NULL)
        return false;
    for (size_t k = 0; k < task->keys.count; k++) {
        for (uint32_t p = task->keys.first[k]; p != ORM__NO_PARENT; p = task->keys.next[p]) {
            orm_list *list = fill_list(task, children, k, lists, used++);
            orm_object *parent = orm__object_of(task->owner, task->parents[p]);
            if (!orm__assign(&loader->assigned, &parent->slots[task->relation_index], list,
                             task->load))
                return false;
        }
    }
    return true;
}

static bool assign_rows(orm__loader *loader, orm__task *task, const grouped *children)
{
    for (size_t k = 0; k < task->keys.count; k++) {
        bool any = children->start[k + 1] > children->start[k];
        void *row = any ? children->items[children->start[k]] : NULL;
        for (uint32_t p = task->keys.first[k]; p != ORM__NO_PARENT; p = task->keys.next[p]) {
            orm_object *parent = orm__object_of(task->owner, task->parents[p]);
            if (!orm__assign(&loader->assigned, &parent->slots[task->relation_index], row,
                             task->load))
                return false;
        }
    }
    return true;
}

/* Children know the parent they were reached from, where that is the inverse relation and only one
 * parent has the key. */
static bool assign_inverse(orm__loader *loader, orm__task *task, const grouped *children)
{
    const orm_relation *relation = task->relation;
    if (task->inverse_load != NULL || !orm__task_has_inverse(task))
        return true;
    orm__load *load = orm__arena_zero(&loader->session->arena, sizeof *load);
    if (load == NULL)
        return false;
    load->site = task->site;
    load->epoch = loader->session->map.epoch;
    for (size_t k = 0; k < task->keys.count; k++) {
        uint32_t only = task->keys.first[k];
        if (only == ORM__NO_PARENT || task->keys.next[only] != ORM__NO_PARENT)
            continue;
        for (size_t i = children->start[k]; i < children->start[k + 1]; i++) {
            orm__slot *slot =
                &orm__object_of(relation->target, children->items[i])->slots[relation->inverse];
            if (slot->load != NULL && slot->load->epoch == load->epoch)
                continue;
            if (!orm__assign(&loader->assigned, slot, task->parents[only], load))
                return false;
        }
    }
    return true;
}

orm_status orm__task_distribute(orm__loader *loader, orm__task *task)
{
    orm_session *session = loader->session;
    grouped children;
    if (task->counting && !orm__count_assign(loader, task))
        return orm__session_nomem(session);
    if (task->counting) {
        orm__session_note_eager(session, task->owner, task->relation, task->path, true, task->load,
                                task->parent_count, 0);
        return ORM_OK;
    }
    bool many = task->relation->kind == ORM_HAS_MANY || task->relation->kind == ORM_MANY_TO_MANY;
    bool ok = group(loader, task, &children);
    if (ok && task->tables.mappers[0].distinct)
        ok = orm__identity_defer(task->tables.mappers[0].identity, &session->arena, children.items,
                                 task->children.count);
    if (ok)
        ok = many ? assign_lists(loader, task, &children) : assign_rows(loader, task, &children);
    if (ok)
        ok = task->relation->kind == ORM_BELONGS_TO || assign_inverse(loader, task, &children);
    if (ok && !task->row_by_row)
        orm__session_note_eager(session, task->owner, task->relation, task->path, false, task->load,
                                task->parent_count, task->children.count);
    if (ok && children.links != NULL) {
        task->tables.link.result->rows = children.links;
        task->tables.link.result->count = task->children.count;
    }
    task->result->rows = ok ? children.items : NULL;
    task->result->count = ok ? task->children.count : 0;
    return ok ? ORM_OK : orm__session_nomem(session);
}
