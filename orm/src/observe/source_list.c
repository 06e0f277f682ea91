#include "observe/source_list.h"

#include "base/site.h"
#include "model/column_value.h"
#include "observe/inserted.h"
#include "observe/provenance.h"

static bool holds_all(const orm__link *link, const orm__witness *witness,
                      const orm__earlier *earlier)
{
    for (size_t i = 0; i < earlier->count; i++)
        if (!orm__link_holds(link, witness, earlier->hashes[i]))
            return false;
    return true;
}

/* Values that are equal by chance are likely, where many are written: only all of those that vary
 * may match. */
static bool is_source(const orm__link *link, const orm__bound *bound, const orm__witness *witness,
                      const orm__earlier *earlier, bool varying)
{
    /* Rows that came alone were looked up in the loop: no list is looped over. */
    if (link->model == NULL || link->rows < 2 || orm__same_site(link->site, bound->event->site))
        return false;
    return link->proven || (varying && holds_all(link, witness, earlier));
}

/* A write that is searched for the list it is about. */
typedef struct search {
    const orm_event *event;
    const orm__witness *witness;
    orm__group *group;
    size_t bound_count;
    orm__reading reading;
    bool inserts;
} search;

static void try_position(const search *at, size_t position, const orm__earlier *earlier)
{
    orm__group *group = at->group;
    orm__link link = {.model = NULL};
    orm__bound bound = orm__bound_make(at->event, at->bound_count, position, &at->reading);
    bool varying = position == group->varying;
    if (group->link.model != NULL && group->link.proven)
        return;
    bound.written = at->inserts;
    (void)orm__link_find(&bound, at->witness, earlier, true, &link);
    if (!is_source(&link, &bound, at->witness, earlier, varying) ||
        (group->link.model != NULL && !link.proven))
        return;
    group->link = link;
    group->source = (uint8_t)position;
}

void orm__source_list_find(const orm_event *event, size_t bound_count, const orm__reading *known,
                           const orm__witness *witness, const orm__earlier *earlier,
                           orm__group *group)
{
    search at = {.event = event, .witness = witness, .group = group, .bound_count = bound_count};
    if (known == NULL)
        orm__parameters_read(event->sql, event->sql_size, &at.reading);
    else
        at.reading = *known;
    at.inserts = orm__inserted_read(event->sql, event->sql_size, &at.reading);
    if (group->varying < event->value_count)
        try_position(&at, group->varying, earlier);
    for (uint8_t i = 0; i < group->first_count && i < event->value_count; i++) {
        const orm__earlier first = {.hashes = {group->first[i]}, .count = 1};
        bool varies = orm__value_hash(orm__single(&event->values[i])) != group->first[i];
        if (varies && i != group->varying && (group->ignored & (1U << i)) == 0)
            try_position(&at, i, &first);
    }
}
