#include "relation/tables.h"

#include "map/related.h"

/* What becomes of one joined list. */
typedef struct sharing {
    orm__tables *tables;
    const orm__join *join;
    const orm__spread_list *rows;
    orm__load *load;
    orm__load *inverse_load; /* NULL: children are not told */
    const orm_model *owner;
    void **items; /* children and links of all owners, without gaps */
    void **links;
} sharing;

/* Children lead back to the one parent with their key. */
static bool leads_back(const sharing *it)
{
    const orm_relation *relation = it->join->relation;
    return relation->link == NULL && relation->inverse != ORM_NO_RELATION &&
           relation->target->relations[relation->inverse].kind == ORM_BELONGS_TO &&
           orm__relation_leads_to_key(&relation->target->relations[relation->inverse]);
}

static bool tell_child(const sharing *it, void *owner, void *child)
{
    const orm_relation *relation = it->join->relation;
    orm__slot *slot = &orm__object_of(relation->target, child)->slots[relation->inverse];
    if (slot->load != NULL && slot->load->epoch == it->inverse_load->epoch)
        return true;
    return orm__assign(it->tables->assigned, slot, owner, it->inverse_load);
}

static orm_list *new_list(const sharing *it, size_t start, size_t count)
{
    orm__arena *arena = &it->tables->session->arena;
    bool linked = it->join->relation->link != NULL;
    orm_list *list = orm__arena_zero(arena, linked ? sizeof(orm__linked_list) : sizeof *list);
    if (list == NULL)
        return NULL;
    *list = (orm_list){.count = count, .items = it->items + start, .partial = it->load->partial};
    if (linked)
        ((orm__linked_list *)(void *)list)->links = it->links + start;
    return list;
}

/* The list of the owner that begins at `at`; `*used` items were given out before. */
static bool share_owner(const sharing *it, size_t *at, size_t *used)
{
    void *owner = it->rows->owners.items[*at];
    size_t start = *used;
    for (++*at; *at < it->rows->items.count && it->rows->items.items[*at] != NULL; ++*at) {
        it->items[*used] = it->rows->items.items[*at];
        it->links[*used] = it->rows->links.items[*at];
        if (it->inverse_load != NULL && !tell_child(it, owner, it->items[*used]))
            return false;
        ++*used;
    }
    orm_list *list = new_list(it, start, *used - start);
    orm_object *object = orm__object_of(it->owner, owner);
    return list != NULL && orm__assign(it->tables->assigned,
                                       &object->slots[it->join->relation_index], list, it->load);
}

static bool share(orm__tables *tables, uint16_t table)
{
    orm__arena *arena = &tables->session->arena;
    sharing it = {.tables = tables,
                  .join = &tables->query->joins[table - 1],
                  .rows = &tables->spread->lists[table - 1],
                  .load = tables->loads[table]};
    size_t used = 0;
    it.owner = tables->mappers[it.join->parent].model;
    it.items = orm__arena_alloc(arena, (it.rows->items.count + 1) * sizeof *it.items);
    it.links = orm__arena_alloc(arena, (it.rows->items.count + 1) * sizeof *it.links);
    if (leads_back(&it)) {
        it.inverse_load = orm__arena_zero(arena, sizeof *it.inverse_load);
        if (it.inverse_load == NULL)
            return false;
        it.inverse_load->site = it.load->site;
        it.inverse_load->epoch = it.load->epoch;
    }
    bool ok = it.items != NULL && it.links != NULL;
    for (size_t at = 0; at < it.rows->items.count && ok;)
        ok = share_owner(&it, &at, &used);
    return ok;
}

orm_status orm__tables_finish(orm__tables *tables)
{
    const orm__query *query = tables->query;
    for (uint16_t i = 0; tables->spread != NULL && i < query->join_count; i++)
        if (query->joins[i].many && !share(tables, (uint16_t)(i + 1)))
            return orm__session_nomem(tables->session);
    return ORM_OK;
}
