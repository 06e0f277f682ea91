#include "observe/drain.h"

#include "base/hash.h"
#include "model/column_value.h"
#include "observe/provenance.h"

enum { RESULTS_MAX = 1024, GATHERED_MAX = 64, NOTED_MAX = 8 };

static const orm__digest *digest_at(const orm__witness *witness, orm_site site)
{
    const orm__digest *at = witness->owner == NULL ? NULL : orm__session_digests(witness->owner);
    while (at != NULL && !orm__same_site(at->site, site))
        at = at->next;
    return at;
}

/* Whether the row is another than the last one whose memory was given back. */
static bool is_another(const orm__result *list, const orm__digest *digest)
{
    if (digest == NULL || digest->last_rows != 1 || digest->last_count == 0)
        return false;
    const orm_column *column = &list->model->columns[digest->last[0].column];
    orm_value held = orm__column_get(column, list->rows[0]);
    return list->model == digest->model && orm__value_hash(&held) != digest->last[0].hash;
}

/* Whether the last two results of the call are different rows. */
static bool gives_others(const orm__group *read, const orm__witness *witness)
{
    const orm__digest *digest = digest_at(witness, read->site);
    const orm__result *newest = NULL;
    size_t walked = 0;
    for (const orm__result *at = witness->results; at != NULL && walked < RESULTS_MAX;
         at = at->next, walked++) {
        if (at->count != 1 || at->rows[0] == NULL || !orm__same_site(at->site, read->site))
            continue;
        if (newest != NULL)
            return newest->rows[0] != at->rows[0];
        newest = at;
    }
    if (newest != NULL && newest->model != NULL)
        return is_another(newest, digest);
    return digest != NULL && digest->changed;
}

/* A family's members work side by side, so the order of their statements says nothing. */
static bool takes_next_of_all(const orm__group *read, const orm__group *group)
{
    return read != group && read->seen_count == 1 && read->most_rows == 1 &&
           read->executions >= group->executions && (read->takes || read->gave > 1);
}

static bool takes_next(const orm__group *read, const orm__group *group, const orm__witness *witness)
{
    return read != group && read->seen_count == 1 && read->most_rows == 1 &&
           read->executions >= group->executions && read->last_used > group->used_before &&
           (read->takes || gives_others(read, witness));
}

bool orm__is_draining(const orm_scope *scope, const orm__group *group, const orm__witness *witness)
{
    size_t at = 0;
    const orm__group *read;
    while ((read = orm__group_next(&scope->groups, group->session, &at)) != NULL)
        if (witness->member == NULL ? takes_next(read, group, witness)
                                    : takes_next_of_all(read, group))
            return true;
    return false;
}

static uint64_t hash_of_row(const orm__result *list)
{
    const orm_model *model = list->model;
    uint64_t hash = 1;
    uint16_t count = model->key_count > 0 ? model->key_count : model->column_count;
    for (uint16_t i = 0; i < count; i++) {
        const orm_column *column = &model->columns[model->key_count > 0 ? model->key[i] : i];
        orm_value held = {.kind = ORM_KIND_NULL};
        if ((column->flags & ORM_COLUMN_DEFERRED) == 0)
            held = orm__column_get(column, list->rows[0]);
        hash = orm__hash_word(hash + orm__value_hash(&held));
    }
    return hash;
}

static void note_row(orm_scope *scope, uint64_t session, const orm__result *list)
{
    uint64_t row = hash_of_row(list);
    size_t at = 0;
    orm__group *group;
    while ((group = orm__group_next(&scope->groups, session, &at)) != NULL) {
        if (!orm__same_site(group->site, list->site) || group->gave_last == row)
            continue;
        group->gave_last = row;
        group->gave++;
    }
}

void orm__drain_note(orm_scope *scope, const orm__witness *family)
{
    size_t walked = 0;
    for (const orm__result *list = family->member->results; list != NULL && walked < NOTED_MAX;
         list = list->next, walked++)
        if (list->count == 1 && list->rows[0] != NULL && list->model != NULL)
            note_row(scope, family->session, list);
}

bool orm__is_gathered(const orm__group *group, const orm_event *load, const orm__witness *witness)
{
    size_t walked = 0;
    for (const orm__result *list = witness->results; list != NULL && walked < GATHERED_MAX;
         list = list->next, walked++)
        if (list->model == load->owner && list->count == 1 &&
            orm__same_site(list->site, load->origin))
            return group->newest == 0 || list->number <= group->newest;
    return false;
}
