/*
 * What a walk tells of relations: rows that came back know the row they were reached from, and a
 * row all of whose children must have come back has their list. Only where keys are equal exactly
 * when their values are: then the client matches as the database did.
 */
#include <string.h>

#include "base/fail.h"
#include "base/hash.h"
#include "map/related.h"
#include "model/column_value.h"
#include "relation/walk.h"

#define NO_NODE UINT32_MAX

typedef struct node {
    void *row;
    uint32_t parent;   /* NO_NODE: none that is known */
    uint32_t children; /* how many, and a list of them in the order they came */
    uint32_t first_child;
    uint32_t last_child;
    uint32_t next;
    uint32_t depth; /* steps from the first rows; NO_NODE: not reached */
    bool rootless;  /* its reference is NULL */
} node;

/* The rows of a walk; parents are found by a hash table over their side of the keys. */
typedef struct tree {
    orm__walking *walking;
    orm__loader *loader;
    const orm_model *model;
    const orm_relation *relation;
    const uint16_t *parent_columns;
    const uint16_t *child_columns;
    node *nodes;
    size_t count;
    uint32_t *slots; /* node number + 1 */
    size_t mask;
    bool ambiguous; /* several rows have one key */
    orm__load *load;
} tree;

static bool is_exact(const orm_session *session, const orm_column *column)
{
    if ((column->flags & ORM_COLUMN_ARRAY) != 0)
        return false;
    bool uuid =
        column->type == ORM_TYPE_UUID && session->engine->driver->dialect == ORM_DIALECT_POSTGRESQL;
    return uuid || (column->type >= ORM_TYPE_SMALLINT && column->type <= ORM_TYPE_BIGINT);
}

static bool is_known(const orm__walking *walking)
{
    const orm_relation *relation = walking->walk.relation;
    bool exact = relation->link == NULL && !walking->moved;
    for (uint16_t i = 0; i < relation->own_count && exact; i++)
        exact = is_exact(walking->session, &walking->model->columns[relation->own_columns[i]]) &&
                is_exact(walking->session, &walking->model->columns[relation->target_columns[i]]);
    return exact;
}

static bool read_key(const tree *t, const void *row, const uint16_t *columns, orm_value *key)
{
    for (uint16_t i = 0; i < t->relation->own_count; i++) {
        key[i] = orm__column_get(&t->model->columns[columns[i]], row);
        if (key[i].kind == ORM_KIND_NULL)
            return false;
    }
    return true;
}

static bool same_key(const tree *t, const orm_value *left, const orm_value *right)
{
    for (uint16_t i = 0; i < t->relation->own_count; i++)
        if (!orm__value_same(&left[i], &right[i]))
            return false;
    return true;
}

/* The table's place for a parent's key: its own, or an empty one. */
static size_t slot_of(const tree *t, const orm_value *key)
{
    uint64_t hash = 0;
    for (uint16_t i = 0; i < t->relation->own_count; i++)
        hash = orm__hash_word(hash * 31 + orm__value_hash(&key[i]));
    size_t at = hash & t->mask;
    orm_value other[ORM__KEY_MAX];
    while (t->slots[at] != 0 &&
           (!read_key(t, t->nodes[t->slots[at] - 1].row, t->parent_columns, other) ||
            !same_key(t, key, other)))
        at = (at + 1) & t->mask;
    return at;
}

static void add_node(tree *t, void *row)
{
    orm_value key[ORM__KEY_MAX];
    size_t number = t->count++;
    t->nodes[number] = (node){row, NO_NODE, 0, NO_NODE, NO_NODE, NO_NODE, NO_NODE, false};
    if (!read_key(t, row, t->parent_columns, key))
        return;
    size_t at = slot_of(t, key);
    t->ambiguous = t->ambiguous || t->slots[at] != 0;
    if (t->slots[at] == 0)
        t->slots[at] = (uint32_t)number + 1;
}

/* The rows that came, and the session's own that they were reached from. */
static bool make_nodes(tree *t, const orm_list *list)
{
    orm__arena *arena = &t->walking->session->arena;
    const orm_list *from = t->walking->from;
    size_t most = list->count + from->count;
    orm__visited came = {.count = 0};
    bool is_new = false;
    size_t size = 16;
    while (size < most * 2)
        size *= 2;
    t->mask = size - 1;
    t->nodes = orm__arena_alloc(arena, (most + 1) * sizeof *t->nodes);
    t->slots = orm__arena_zero(arena, size * sizeof *t->slots);
    if (t->nodes == NULL || t->slots == NULL || most >= NO_NODE / 4)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        if (!orm__visited_add(&came, arena, list->items[i], &is_new))
            return false;
        add_node(t, list->items[i]);
    }
    for (size_t i = 0; i < from->count && !t->walking->streamed; i++) {
        if (!orm__visited_add(&came, arena, from->items[i], &is_new))
            return false;
        if (is_new)
            add_node(t, from->items[i]);
    }
    return true;
}

static void add_child(tree *t, uint32_t parent, uint32_t child)
{
    node *n = &t->nodes[parent];
    if (n->children++ == 0)
        n->first_child = child;
    else
        t->nodes[n->last_child].next = child;
    n->last_child = child;
    t->nodes[child].parent = parent;
}

static void find_parents(tree *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        orm_value key[ORM__KEY_MAX];
        if (!read_key(t, t->nodes[i].row, t->child_columns, key)) {
            t->nodes[i].rootless = true;
            continue;
        }
        size_t at = slot_of(t, key);
        if (t->slots[at] != 0)
            add_child(t, t->slots[at] - 1, i);
    }
}

static bool is_loaded(const tree *t, const orm__slot *slot)
{
    return slot->load != NULL && !slot->load->partial && slot->load->epoch == t->load->epoch;
}

/* The relation to one row, by index; a row whose reference is NULL has none. */
static bool set_parents(tree *t, uint16_t index)
{
    for (size_t i = 0; i < t->count; i++) {
        node *n = &t->nodes[i];
        orm__slot *slot = &orm__object_of(t->model, n->row)->slots[index];
        void *parent = n->parent == NO_NODE ? NULL : t->nodes[n->parent].row;
        if ((parent == NULL && !n->rootless) || is_loaded(t, slot))
            continue;
        if (!orm__assign(&t->loader->assigned, slot, parent, t->load))
            return false;
    }
    return true;
}

/* The depth of every row, level by level. False: out of memory. */
static bool measure(tree *t, const orm__visited *first)
{
    uint32_t *queue = orm__arena_alloc(&t->walking->session->arena, (t->count + 1) * sizeof *queue);
    size_t end = 0;
    if (queue == NULL)
        return false;
    for (uint32_t i = 0; i < t->count; i++) {
        if (!orm__visited_has(first, t->nodes[i].row))
            continue;
        t->nodes[i].depth = 0;
        queue[end++] = i;
    }
    for (size_t at = 0; at < end; at++) {
        const node *n = &t->nodes[queue[at]];
        for (uint32_t c = n->first_child; c != NO_NODE; c = t->nodes[c].next) {
            if (t->nodes[c].depth != NO_NODE)
                continue;
            t->nodes[c].depth = n->depth + 1;
            queue[end++] = c;
        }
    }
    return true;
}

/* All children of a row, as the value of its relation. False: out of memory. */
static bool set_children(tree *t, const node *n)
{
    orm__slot *slot = &orm__object_of(t->model, n->row)->slots[t->walking->relation];
    orm__arena *arena = &t->walking->session->arena;
    orm_list *list = orm__arena_zero(arena, sizeof *list);
    void **items = orm__arena_alloc(arena, (n->children + 1) * sizeof *items);
    if (list == NULL || items == NULL)
        return false;
    list->items = items;
    for (uint32_t c = n->first_child; c != NO_NODE; c = t->nodes[c].next)
        items[list->count++] = t->nodes[c].row;
    void *value = list;
    if (t->relation->kind == ORM_HAS_ONE)
        value = n->children == 0 ? NULL : items[0];
    return orm__assign(&t->loader->assigned, slot, value, t->load);
}

static bool set_all_children(tree *t, const orm__visited *first, const orm__view *view)
{
    int64_t most = t->walking->walk.max_depth == 0 ? NO_NODE : t->walking->walk.max_depth;
    if (!measure(t, first))
        return false;
    memcpy(t->load->order_by, view->order_by, sizeof t->load->order_by);
    for (size_t i = 0; i < t->count; i++) {
        const node *n = &t->nodes[i];
        const orm__slot *slot = &orm__object_of(t->model, n->row)->slots[t->walking->relation];
        bool one_of_many = t->relation->kind == ORM_HAS_ONE && n->children > 1;
        if (n->depth >= most || one_of_many || is_loaded(t, slot))
            continue;
        if (!set_children(t, n))
            return false;
    }
    return true;
}

static bool new_load(tree *t)
{
    t->load = orm__arena_zero(&t->walking->session->arena, sizeof *t->load);
    if (t->load == NULL)
        return false;
    t->load->site = t->walking->site;
    t->load->epoch = t->walking->session->map.epoch;
    return true;
}

static bool fill(tree *t, const orm__visited *first, const orm__view *view, const orm_list *list)
{
    const orm_relation *relation = t->relation;
    bool up = relation->kind == ORM_BELONGS_TO;
    t->parent_columns = up ? relation->target_columns : relation->own_columns;
    t->child_columns = up ? relation->own_columns : relation->target_columns;
    if (!make_nodes(t, list) || !new_load(t))
        return false;
    if (t->ambiguous)
        return true;
    find_parents(t);
    if (up)
        return set_parents(t, t->walking->relation);
    bool back = relation->inverse != ORM_NO_RELATION &&
                t->model->relations[relation->inverse].kind == ORM_BELONGS_TO;
    if (back && !set_parents(t, relation->inverse))
        return false;
    if (!t->walking->complete || view->collation != NULL)
        return true;
    return new_load(t) && set_all_children(t, first, view);
}

orm_status orm__walk_finish(orm__walking *walking, orm__loader *loader, const orm__view *view,
                            orm__result *result, orm_list *list)
{
    orm_session *session = walking->session;
    orm__visited first = {.count = 0};
    bool is_new = false;
    for (size_t i = 0; i < walking->from->count; i++)
        if (!orm__visited_add(&first, &session->arena, walking->from->items[i], &is_new))
            return orm__session_nomem(session);
    tree t = {.walking = walking,
              .loader = loader,
              .model = walking->model,
              .relation = walking->walk.relation};
    if (is_known(walking) && !fill(&t, &first, view, list))
        return orm__session_nomem(session);
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (!walking->drop_start || !orm__visited_has(&first, list->items[i]))
            list->items[kept++] = list->items[i];
    list->count = kept;
    result->count = kept;
    return ORM_OK;
}
