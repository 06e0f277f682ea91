#include "session/lists.h"

#include <stdlib.h>
#include <string.h>

#include "map/related.h"
#include "model/column_value.h"
#include "model/order_code.h"
#include "session/related.h"

/* A loop that writes row by row must not copy an ever longer list each time. */
enum { LONGEST_AT_ONCE = 1000 };

static bool same_columns(const uint16_t *left, const uint16_t *right, uint16_t count)
{
    return memcmp(left, right, count * sizeof *left) == 0;
}

/* Whether a relation of the target is the way back of `relation`, over the same columns. */
static bool is_way_back(const orm_relation *back, const orm_relation *relation,
                        const orm_model *model)
{
    return back->link == NULL && (back->kind == ORM_HAS_MANY || back->kind == ORM_HAS_ONE) &&
           back->target == model && back->own_count == relation->own_count &&
           same_columns(back->own_columns, relation->target_columns, back->own_count) &&
           same_columns(back->target_columns, relation->own_columns, back->own_count);
}

static void add_note(orm__lists *lists, orm__list_note note)
{
    if (lists->count == lists->capacity) {
        size_t capacity = lists->capacity == 0 ? 64 : lists->capacity * 2;
        orm__list_note *notes = orm__arena_alloc(lists->arena, capacity * sizeof *notes);
        if (notes == NULL) {
            orm__related_forget_slot(lists->session, note.slot, true);
            return;
        }
        if (lists->count > 0)
            memcpy(notes, lists->notes, lists->count * sizeof *notes);
        lists->notes = notes;
        lists->capacity = capacity;
    }
    note.number = lists->count;
    lists->notes[lists->count++] = note;
}

static void note_relation(orm__lists *lists, const orm_model *model, const orm_relation *relation,
                          void *row, const void *fields, bool comes)
{
    const orm_model *target = relation->target;
    void *parent = orm__related_target(lists->session, model, relation, fields);
    orm_object *object = parent == NULL ? NULL : orm__object_of(target, parent);
    if (object == NULL)
        orm__related_forget_unsure(lists->session, model, relation, fields, true);
    for (uint16_t i = 0; object != NULL && i < target->relation_count; i++) {
        const orm_relation *back = &target->relations[i];
        orm__slot *slot = &object->slots[i];
        if (!orm__related_is_made_of(back, model))
            continue;
        if (object->counts != NULL)
            orm__related_forget_slot(lists->session, &object->counts[i], true);
        if (slot->load == NULL)
            continue;
        if (is_way_back(back, relation, model))
            add_note(
                lists,
                (orm__list_note){
                    .parent = object, .relation = back, .slot = slot, .row = row, .comes = comes});
        else if (back->link != NULL)
            orm__related_forget_slot(lists->session, slot, true);
    }
}

void orm__lists_note(orm__lists *lists, const orm_model *model, void *row, const void *fields,
                     bool comes)
{
    for (uint16_t r = 0; r < model->relation_count; r++)
        if (model->relations[r].kind == ORM_BELONGS_TO)
            note_relation(lists, model, &model->relations[r], row, fields, comes);
}

/* A column of a related row. */
enum { ELSEWHERE = UINT16_MAX };

/* The columns a list is ordered by: as it was asked for, else the relation's own. */
typedef struct order {
    const orm_model *model;
    orm_relation_order columns[ORM_ORDER_MAX];
    uint16_t count;
    bool special; /* by related rows, or with NULLs in a place of their own */
} order;

static void read_order(const orm__list_note *note, order *by)
{
    const orm__load *load = note->slot->load;
    *by = (order){.model = note->relation->target};
    for (; by->count < ORM_ORDER_MAX && load->order_by[by->count] != 0; by->count++) {
        orm__order_code code;
        (void)orm__order_decode(load->order_by[by->count], &code);
        by->special = by->special || code.nulls != 0 || code.steps[0] != 0;
        by->columns[by->count] = (orm_relation_order){
            .column = code.steps[0] != 0 ? ELSEWHERE : code.column, .descending = code.descending};
    }
    for (; load->order_by[0] == 0 && by->count < note->relation->order_count &&
           by->count < ORM_ORDER_MAX;
         by->count++)
        by->columns[by->count] = note->relation->order[by->count];
}

/* Whether what the list is ordered by was something else; can't be told of deferred columns. */
static bool order_changed(const orm__list_note *note, const void *before)
{
    order by;
    read_order(note, &by);
    for (uint16_t i = 0; i < by.count; i++) {
        if (by.columns[i].column == ELSEWHERE)
            continue;
        const orm_column *column = &by.model->columns[by.columns[i].column];
        if ((column->flags & ORM_COLUMN_DEFERRED) != 0)
            return true;
        orm_value now = orm__column_get(column, note->row);
        orm_value then = orm__column_get(column, before);
        if (!orm__value_same(&now, &then))
            return true;
    }
    return false;
}

/* The first of an ordered relation to one may be another now. */
static void note_order(orm__lists *lists, const orm_model *model, const orm_relation *relation,
                       void *row, const void *before)
{
    const orm_model *target = relation->target;
    void *parent = orm__related_target(lists->session, model, relation, row);
    orm_object *object = parent == NULL ? NULL : orm__object_of(target, parent);
    for (uint16_t i = 0; object != NULL && i < target->relation_count; i++) {
        orm__list_note note = {.parent = object,
                               .relation = &target->relations[i],
                               .slot = &object->slots[i],
                               .row = row,
                               .stays = true};
        if (note.slot->load == NULL || !is_way_back(note.relation, relation, model) ||
            !order_changed(&note, before))
            continue;
        if (note.relation->kind == ORM_HAS_MANY)
            add_note(lists, note);
        else
            orm__related_forget_slot(lists->session, note.slot, true);
    }
}

void orm__lists_note_moved(orm__lists *lists, const orm_model *model, void *row, const void *before)
{
    for (uint16_t r = 0; r < model->relation_count; r++) {
        const orm_relation *relation = &model->relations[r];
        if (relation->kind != ORM_BELONGS_TO)
            continue;
        if (orm__relation_same_key(model, relation, row, before)) {
            note_order(lists, model, relation, row, before);
            continue;
        }
        note_relation(lists, model, relation, row, before, false);
        note_relation(lists, model, relation, row, row, true);
    }
    orm__related_forget_moved(lists->session, model, row, before, true);
}

/* Text and the like are ordered by the database's rules. */
static bool is_comparable(const order *by)
{
    if (by->special)
        return false;
    for (uint16_t i = 0; i < by->count; i++)
        if ((by->model->columns[by->columns[i].column].flags & ORM_COLUMN_DEFERRED) != 0)
            return false;
    for (uint16_t i = 0; i < by->count; i++)
        switch ((orm_type)by->model->columns[by->columns[i].column].type) {
        case ORM_TYPE_SMALLINT:
        case ORM_TYPE_INTEGER:
        case ORM_TYPE_BIGINT:
        case ORM_TYPE_DATE:
        case ORM_TYPE_TIME:
        case ORM_TYPE_TIMESTAMP:
        case ORM_TYPE_TIMESTAMPTZ:
            if ((by->model->columns[by->columns[i].column].flags & ORM_COLUMN_ARRAY) == 0)
                break;
            return false;
        default:
            return false;
        }
    return true;
}

/* Whether `left` stands behind `right`. NULL counts as the largest. */
static bool is_behind(const order *by, const void *left, const void *right)
{
    for (uint16_t i = 0; i < by->count; i++) {
        const orm_column *column = &by->model->columns[by->columns[i].column];
        orm_value a = orm__column_get(column, left);
        orm_value b = orm__column_get(column, right);
        bool null_a = a.kind == ORM_KIND_NULL;
        bool null_b = b.kind == ORM_KIND_NULL;
        if ((null_a && null_b) || (!null_a && !null_b && a.as.integer == b.as.integer))
            continue;
        bool larger = null_a || (!null_b && a.as.integer > b.as.integer);
        return larger != by->columns[i].descending;
    }
    return false;
}

/* The list of one slot after its notes, or NULL: out of memory. */
static orm_list *remake(orm_session *session, const orm__list_note *notes, size_t count,
                        const order *by)
{
    const orm_list *old = notes[0].slot->value;
    bool lasts = notes[0].parent->depth < session->map.depth;
    orm__arena *arena = lasts ? session->map.lasting : &session->arena;
    orm_list *list = orm__arena_zero(arena, sizeof *list);
    void **items = orm__arena_alloc(arena, (old->count + count + 1) * sizeof *items);
    if (list == NULL || items == NULL)
        return NULL;
    list->items = items;
    list->partial = old->partial;
    if (old->count > 0)
        memcpy(items, old->items, old->count * sizeof *items);
    list->count = old->count;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        bool comes = notes[i].comes && !list->partial;
        while (!notes[i].comes && at < list->count && items[at] != notes[i].row)
            at++;
        if (!notes[i].comes && at < list->count) {
            memmove(&items[at], &items[at + 1], (--list->count - at) * sizeof *items);
            comes = notes[i].stays;
        }
        if (!comes)
            continue;
        for (at = list->count++; at > 0 && is_behind(by, items[at - 1], notes[i].row); at--)
            items[at] = items[at - 1];
        items[at] = notes[i].row;
    }
    return list;
}

static bool is_unique(const orm_relation *relation)
{
    return relation->own_count == 1 &&
           (relation->target->columns[relation->target_columns[0]].flags & ORM_COLUMN_UNIQUE) != 0;
}

static void apply_one(orm_session *session, const orm__list_note *note)
{
    orm__load *load = note->slot->load;
    bool goes = !note->comes && note->slot->value == note->row;
    if (!note->comes && !goes)
        return;
    orm__related_forget_slot(session, note->slot, true);
    if (is_unique(note->relation) && !load->partial)
        *note->slot = (orm__slot){goes ? NULL : note->row, load};
}

static void apply_slot(const orm__lists *lists, const orm__list_note *notes, size_t count)
{
    orm_session *session = lists->session;
    order by;
    orm__slot *slot = notes[0].slot;
    if (slot->load == NULL)
        return;
    if (notes[0].relation->kind == ORM_HAS_ONE) {
        for (size_t i = 0; i < count && slot->load != NULL; i++)
            apply_one(session, &notes[i]);
        return;
    }
    read_order(notes, &by);
    const orm_list *old = slot->value;
    bool remade = is_comparable(&by) && (lists->longest == 0 || old->count <= lists->longest);
    orm_list *list = remade ? remake(session, notes, count, &by) : NULL;
    orm__load *load = slot->load;
    orm__related_forget_slot(session, slot, true);
    if (list != NULL)
        *slot = (orm__slot){list, load};
}

static int by_slot(const void *left, const void *right)
{
    const orm__list_note *a = left;
    const orm__list_note *b = right;
    uintptr_t slot_a = (uintptr_t)a->slot;
    uintptr_t slot_b = (uintptr_t)b->slot;
    if (slot_a != slot_b)
        return slot_a < slot_b ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

void orm__lists_apply(orm__lists *lists)
{
    if (lists->count == 0)
        return;
    qsort(lists->notes, lists->count, sizeof *lists->notes, by_slot);
    for (size_t at = 0; at < lists->count;) {
        size_t end = at + 1;
        while (end < lists->count && lists->notes[end].slot == lists->notes[at].slot)
            end++;
        apply_slot(lists, lists->notes + at, end - at);
        at = end;
    }
    lists->count = 0;
}

void orm__lists_write(orm_session *session, const orm_model *model, void *row, const void *before,
                      bool comes)
{
    orm__arena arena;
    orm__lists lists = {.session = session, .arena = &arena, .longest = LONGEST_AT_ONCE};
    orm__arena_init(&arena, &session->engine->allocator, &session->engine->block_cache);
    if (before != NULL)
        orm__lists_note_moved(&lists, model, row, before);
    else
        orm__lists_note(&lists, model, row, row, comes);
    orm__lists_apply(&lists);
    orm__arena_dispose(&arena);
}
