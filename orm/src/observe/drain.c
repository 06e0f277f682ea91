#include "observe/drain.h"

#include "observe/provenance.h"

enum { RESULTS_MAX = 1024, GATHERED_MAX = 64 };

/* Whether the last two results of the call are different rows. */
static bool gives_others(const orm__group *read, const orm__witness *witness)
{
    const void *newest = NULL;
    size_t walked = 0;
    for (const orm__result *at = witness->results; at != NULL && walked < RESULTS_MAX;
         at = at->next, walked++) {
        if (at->count != 1 || at->rows[0] == NULL || !orm__same_site(at->site, read->site))
            continue;
        if (newest != NULL)
            return newest != at->rows[0];
        newest = at->rows[0];
    }
    return false;
}

static bool takes_next(const orm__group *read, const orm__group *group, const orm__witness *witness)
{
    return read != group && read->session == group->session && read->seen_count == 1 &&
           read->most_rows == 1 && read->executions >= group->executions &&
           read->last_used > group->used_before && (read->takes || gives_others(read, witness));
}

bool orm__is_draining(const orm_scope *scope, const orm__group *group, const orm__witness *witness)
{
    const orm__group_table *table = &scope->groups;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->hashes[i] != 0 && takes_next(&table->groups[i], group, witness))
            return true;
    return false;
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
