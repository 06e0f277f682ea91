#include "observe/lineage.h"

#include <string.h>

#include "observe/provenance.h"

enum { RESULTS_MAX = 1024 };

static bool has_relation(const orm_model *model, const orm_relation *relation)
{
    for (uint16_t i = 0; i < model->relation_count; i++)
        if (&model->relations[i] == relation)
            return true;
    return false;
}

/* The result of this call with rows of that model; one that is no relation's comes first. */
static const orm__result *result_of(const orm__witness *witness, orm_site site,
                                    const orm_model *model)
{
    const orm__result *found = NULL;
    size_t walked = 0;
    for (const orm__result *at = witness->results; at != NULL && walked < RESULTS_MAX;
         at = at->next, walked++) {
        if (at->model != model || !orm__same_site(at->site, site))
            continue;
        if (at->relation == NULL)
            return at;
        if (found == NULL)
            found = at;
    }
    return found;
}

/* The model of the same call's result whose relation this is: an eager query's parents. */
static const orm_model *eager_parent(const orm__witness *witness, orm_site site,
                                     const orm_relation *relation)
{
    size_t walked = 0;
    for (const orm__result *at = witness->results; at != NULL && walked < RESULTS_MAX;
         at = at->next, walked++)
        if (at->model != NULL && at->relation != relation && orm__same_site(at->site, site) &&
            has_relation(at->model, relation))
            return at->model;
    return NULL;
}

/* The watched statement of this session and call; `relation` NULL: any that is no relation's. */
static const orm__group *group_at(const orm_scope *scope, uint64_t session, orm_site site,
                                  const orm_relation *relation)
{
    const orm__group_table *table = &scope->groups;
    for (size_t i = 0; i < table->capacity; i++) {
        const orm__group *group = &table->groups[i];
        if (table->hashes[i] != 0 && group->session == session && group->relation == relation &&
            orm__same_site(group->site, site))
            return group;
    }
    return NULL;
}

static void prepend(orm__lineage *lineage, const orm_relation *relation)
{
    memmove(lineage->path + 1, lineage->path, lineage->count * sizeof *lineage->path);
    lineage->path[0] = relation;
    lineage->count++;
}

/* One step towards the beginning; false when there is none. */
static bool step_up(const orm_scope *scope, const orm__witness *witness, orm__lineage *lineage)
{
    const orm__result *result = result_of(witness, lineage->site, lineage->root);
    if (result == NULL || result->relation == NULL) {
        const orm__group *group = group_at(scope, witness->session, lineage->site, NULL);
        lineage->kind = group == NULL ? (orm_event_kind)0 : group->kind;
        lineage->plain = group != NULL && group->plain;
        lineage->streamed = group != NULL && group->streamed;
        return false;
    }
    const orm_model *parent = eager_parent(witness, lineage->site, result->relation);
    const orm__group *load = group_at(scope, witness->session, lineage->site, result->relation);
    lineage->kind = ORM_EVENT_RELATION;
    if (parent == NULL) {
        /* Rows of a single parent are a list of their own: nothing above them is worth a query. */
        if (load == NULL || load->owner == NULL || load->origin.line == 0 ||
            (load->origin_rows < 2 && load->record == NULL))
            return false;
        lineage->site = load->origin;
        parent = load->owner;
    }
    prepend(lineage, result->relation);
    lineage->root = parent;
    return true;
}

void orm__lineage_trace(const orm_scope *scope, const orm__witness *witness, orm_site site,
                        const orm_model *model, orm__lineage *lineage_out)
{
    *lineage_out = (orm__lineage){.root = model, .site = site};
    while (lineage_out->count < ORM_LINEAGE_MAX - 1 && step_up(scope, witness, lineage_out))
        continue;
}
