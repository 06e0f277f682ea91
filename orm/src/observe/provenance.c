#include "observe/provenance.h"

#include <string.h>
#include <strings.h>

#include "model/column_value.h"
#include "sql/rows_text.h"

enum {
    LISTS_MAX = 64,          /* lists of several rows that are searched */
    RESULTS_MAX = 1024,      /* results walked to find them */
    CELLS_MAX = 50000,       /* values compared in one search */
    FOLLOW_ROWS_MAX = 50000, /* rows compared while following one link */
    FOLLOW_RESULTS_MAX = 64,
    DOMAIN_MAX = 24,
    PARTNERS_MAX = 4, /* other values of one statement */
    PARTNER_COLUMNS_MAX = 4
};

/* Columns joined by relations. A link table's column has no model. */
typedef struct domain_entry {
    const orm_model *model;
    const char *table;
    const char *name;
    uint16_t column;
} domain_entry;

typedef struct domain {
    domain_entry entries[DOMAIN_MAX];
    size_t count;
} domain;

const orm_value *orm__single(const orm_value *value)
{
    /* The value of an array column is one value, of items that are none. */
    bool list = value->kind == ORM_KIND_ARRAY && value->item == 0 && value->as.span.size == 1 &&
                value->as.span.data != NULL;
    return list ? value->as.span.data : value;
}

static void add_entry(domain *known, const orm_model *model, const char *table, const char *name,
                      uint16_t column)
{
    for (size_t i = 0; i < known->count; i++)
        if (strcmp(known->entries[i].table, table) == 0 &&
            strcmp(known->entries[i].name, name) == 0)
            return;
    if (known->count < DOMAIN_MAX)
        known->entries[known->count++] = (domain_entry){model, table, name, column};
}

/* A field of a result struct is the column it was taken from. */
static void add_column(domain *known, const orm_model *model, uint16_t column)
{
    const orm_row_shape *shape = model->rows;
    if (shape != NULL && shape->sources[column].aggregate == ORM_AGGREGATE_NONE) {
        model = orm__row_model(shape, shape->sources[column].table);
        column = shape->sources[column].column;
    }
    if (model->table == NULL)
        return; /* a struct of hand-written SQL */
    add_entry(known, model, model->table, model->columns[column].name, column);
}

static void follow_relation(domain *known, const orm_relation *relation, uint16_t column)
{
    for (uint16_t k = 0; k < relation->own_count; k++) {
        if (relation->own_columns[k] != column)
            continue;
        if (relation->link == NULL)
            add_column(known, relation->target, relation->target_columns[k]);
        else
            add_entry(known, NULL, relation->link->table, relation->link->own_columns[k], 0);
    }
}

static void domain_of(const orm_model *model, uint16_t column, domain *known)
{
    known->count = 0;
    add_column(known, model, column);
    for (size_t i = 0; i < known->count; i++) {
        const domain_entry entry = known->entries[i];
        for (uint16_t r = 0; entry.model != NULL && r < entry.model->relation_count; r++)
            follow_relation(known, &entry.model->relations[r], entry.column);
    }
}

static bool share_entry(const domain *left, const domain *right)
{
    for (size_t i = 0; i < left->count; i++)
        for (size_t k = 0; k < right->count; k++)
            if (strcmp(left->entries[i].table, right->entries[k].table) == 0 &&
                strcmp(left->entries[i].name, right->entries[k].name) == 0)
                return true;
    return false;
}

/* Hand-written SQL: the table must occur in it, and the column's name be the one compared. */
static bool names_entry(const domain *known, const orm__bound *bound)
{
    const orm__parameter *parameter = bound->parameter;
    if (parameter == NULL || parameter->column == NULL)
        return false;
    for (size_t i = 0; i < known->count; i++) {
        const char *name = known->entries[i].name;
        if (strlen(name) == parameter->column_size &&
            strncasecmp(name, parameter->column, parameter->column_size) == 0 &&
            orm__sql_mentions(bound->event->sql, bound->event->sql_size, known->entries[i].table))
            return true;
    }
    return false;
}

static bool is_proven(const orm__bound *bound, const orm_model *model, uint16_t column)
{
    domain theirs;
    domain ours;
    domain_of(model, column, &theirs);
    if (bound->column == UINT16_MAX)
        return names_entry(&theirs, bound);
    domain_of(bound->event->model, bound->column, &ours);
    if (share_entry(&ours, &theirs))
        return true;
    /* A column of the same name, in a part of the statement about another table. */
    return names_entry(&theirs, bound);
}

static uint16_t column_named(const orm_model *model, const orm__parameter *parameter)
{
    for (uint16_t i = 0; i < model->column_count; i++) {
        const char *name = model->columns[i].name;
        if (strlen(name) == parameter->column_size &&
            strncmp(name, parameter->column, parameter->column_size) == 0)
            return i;
    }
    return UINT16_MAX;
}

/* NULL: not known. */
static const orm__parameter *parameter_at(const orm__reading *reading, size_t bound_count,
                                          size_t position)
{
    if (position >= bound_count)
        return position - bound_count < reading->literal_count
                   ? &reading->literals[position - bound_count].parameter
                   : NULL;
    return position < ORM_PARAMETERS_MAX ? &reading->parameters[position] : NULL;
}

orm__bound orm__bound_make(const orm_event *event, size_t bound_count, size_t position,
                           const orm__reading *reading)
{
    orm__bound bound = {.event = event,
                        .reading = reading,
                        .bound_count = bound_count,
                        .position = position,
                        .column = UINT16_MAX};
    bound.parameter = parameter_at(reading, bound_count, position);
    bound.value = orm__single(&event->values[position]);
    bound.hash = orm__value_hash(bound.value);
    if (event->model == NULL || event->kind == ORM_EVENT_RAW)
        return bound;
    if ((event->kind == ORM_EVENT_FIND || event->kind == ORM_EVENT_COLUMN) &&
        position < event->model->key_count)
        bound.column = event->model->key[position];
    else if (bound.parameter != NULL && bound.parameter->column != NULL)
        bound.column = column_named(event->model, bound.parameter);
    return bound;
}

static bool can_hold(const orm_model *model, uint16_t column, const orm_value *value)
{
    const orm_column *it = &model->columns[column];
    return (it->flags & (ORM_COLUMN_ARRAY | ORM_COLUMN_DEFERRED)) == 0 &&
           orm__kind_of_type(it->type) == value->kind;
}

/* The row from `start` on, wrapping, whose column has this value; `count` when there is none. */
static size_t find_row(const orm__result *result, uint16_t column, const orm_value *value,
                       size_t start, size_t *budget)
{
    const orm_column *it = &result->model->columns[column];
    /* A stream's list has other rows with each batch, the last time fewer. */
    start = result->count == 0 ? 0 : start % result->count;
    for (size_t i = 0; *budget > 0 && i < result->count; i++, (*budget)--) {
        size_t at = start + i < result->count ? start + i : start + i - result->count;
        if (result->rows[at] == NULL)
            continue; /* the list is the user's to edit */
        orm_value held = orm__column_get(it, result->rows[at]);
        if (orm__value_same(&held, value))
            return at;
    }
    return result->count;
}

/* The columns of a model that may hold what is compared at another position. */
typedef struct partner {
    const orm_value *value;
    uint16_t columns[PARTNER_COLUMNS_MAX];
    size_t count;
} partner;

static bool has_partner(const partner *other, const orm_model *model, const void *row)
{
    for (size_t i = 0; i < other->count; i++) {
        orm_value held = orm__column_get(&model->columns[other->columns[i]], row);
        if (orm__value_same(&held, other->value))
            return true;
    }
    return other->count == 0;
}

static void find_partner(const orm__bound *bound, size_t position, const orm_model *model,
                         uint16_t column, partner *other)
{
    orm__bound there = orm__bound_make(bound->event, bound->bound_count, position, bound->reading);
    *other = (partner){.value = there.value};
    for (uint16_t i = 0; i < model->column_count && other->count < PARTNER_COLUMNS_MAX; i++)
        if (i != column && can_hold(model, i, there.value) && is_proven(&there, model, i))
            other->columns[other->count++] = i;
}

/* Whether one row has, beside the value, all others that are compared with columns joined to its
 * own: the other parts of a key. */
static bool holds_jointly(const orm__bound *bound, const orm__result *list, uint16_t column)
{
    partner others[PARTNERS_MAX];
    size_t count = 0;
    for (size_t p = 0; p < bound->event->value_count && count < PARTNERS_MAX; p++)
        if (p != bound->position)
            find_partner(bound, p, list->model, column, &others[count++]);
    for (size_t i = 0; count > 0 && i < list->count && i < CELLS_MAX; i++) {
        if (list->rows[i] == NULL)
            continue;
        orm_value held = orm__column_get(&list->model->columns[column], list->rows[i]);
        bool all = orm__value_same(&held, bound->value);
        for (size_t k = 0; k < count && all; k++)
            all = has_partner(&others[k], list->model, list->rows[i]);
        if (all)
            return true;
    }
    return count == 0;
}

static bool holds_hash(const orm__result *result, uint16_t column, uint64_t hash, size_t *budget)
{
    const orm_column *it = &result->model->columns[column];
    for (size_t i = 0; *budget > 0 && i < result->count; i++, (*budget)--) {
        if (result->rows[i] == NULL)
            continue;
        orm_value held = orm__column_get(it, result->rows[i]);
        if (orm__value_hash(&held) == hash)
            return true;
    }
    return false;
}

static bool is_named(const orm__parameter *parameter, const char *name)
{
    return parameter != NULL && parameter->column != NULL &&
           strlen(name) == parameter->column_size &&
           strncasecmp(name, parameter->column, parameter->column_size) == 0;
}

/* What a statement brings has the value it was asked with: that leads nowhere. */
static bool is_asked_for(const orm__bound *bound, const orm_model *model, uint16_t column)
{
    if (bound->column != UINT16_MAX)
        return model == bound->event->model && column == bound->column;
    return is_named(bound->parameter, model->columns[column].name);
}

/* The lists that rows of one loop may have come in: made by one call, or of one row each. */
typedef struct kin {
    const orm_model *model;
    const orm_relation *relation;
    orm_site site;
    bool single;
} kin;

static bool is_kin(const kin *known, const orm_model *model, const orm_relation *relation,
                   orm_site site, size_t rows)
{
    return model == known->model && relation == known->relation &&
           (orm__same_site(site, known->site) || (known->single && rows == 1));
}

static const orm__digest *first_digest(const orm__witness *witness)
{
    return witness->owner == NULL ? NULL : orm__session_digests(witness->owner);
}

/* The same in lists that are no more. */
static bool digest_holds(const orm__witness *witness, const kin *known, uint16_t column,
                         uint64_t hash)
{
    for (const orm__digest *at = first_digest(witness); at != NULL; at = at->next)
        if (is_kin(known, at->model, at->relation, at->site, at->largest) &&
            orm__session_digest_has(witness->owner, at, column, hash))
            return true;
    return false;
}

/* Whether one of these lists, from `newest` on, has that value. */
static bool any_holds_hash(const orm__witness *witness, const orm__result *newest, const kin *known,
                           uint16_t column, uint64_t hash, size_t *budget)
{
    size_t walked = 0;
    for (const orm__result *at = newest; at != NULL && walked < RESULTS_MAX;
         at = at->next, walked++)
        if (is_kin(known, at->model, at->relation, at->site, at->count) &&
            holds_hash(at, column, hash, budget))
            return true;
    return digest_holds(witness, known, column, hash);
}

bool orm__link_holds(const orm__link *link, const orm__witness *witness, uint64_t hash)
{
    size_t budget = FOLLOW_ROWS_MAX;
    const kin known = {link->model, link->relation, link->site, link->rows == 1};
    return link->model != NULL &&
           any_holds_hash(witness, witness->results, &known, link->column, hash, &budget);
}

/* Where lists are searched. */
typedef enum reach {
    REACH_ONE, /* made by other calls, each by itself */
    REACH_KIN, /* each together with those of its kind */
    REACH_OWN  /* what the statement itself has brought */
} reach;

static bool any_holds(const orm__witness *witness, const orm__result *newest, const kin *known,
                      reach where, uint16_t column, const orm__earlier *earlier, size_t *budget)
{
    for (size_t i = 0; i < earlier->count; i++)
        if (where == REACH_ONE
                ? holds_hash(newest, column, earlier->hashes[i], budget)
                : any_holds_hash(witness, newest, known, column, earlier->hashes[i], budget))
            return true;
    return false;
}

static bool any_digested(const orm__witness *witness, const orm__digest *digest, uint16_t column,
                         const orm__earlier *earlier)
{
    for (size_t i = 0; i < earlier->count; i++)
        if (orm__session_digest_has(witness->owner, digest, column, earlier->hashes[i]))
            return true;
    return false;
}

/* Looks through one list; true when a proven column was found, an unproven one is only noted. */
static bool search_list(const orm__bound *bound, const orm__witness *witness,
                        const orm__result *list, const orm__earlier *earlier, reach where,
                        size_t *budget, orm__link *link)
{
    const kin known = {list->model, list->relation, list->site, list->count == 1};
    for (uint16_t column = 0; column < list->model->column_count; column++) {
        if (!can_hold(list->model, column, bound->value))
            continue;
        size_t row = find_row(list, column, bound->value, 0, budget);
        if (row == list->count ||
            (where == REACH_OWN && is_asked_for(bound, list->model, column)) ||
            !any_holds(witness, list, &known, where, column, earlier, budget))
            continue;
        bool proven = is_proven(bound, list->model, column) &&
                      (bound->written || holds_jointly(bound, list, column));
        if (!proven && (where == REACH_OWN || link->model != NULL))
            continue;
        *link = (orm__link){.model = list->model,
                            .relation = list->relation,
                            .site = list->site,
                            .result = list,
                            .number = list->number,
                            .rows = list->count,
                            .column = column,
                            .proven = proven,
                            .cursor = row,
                            .budget = FOLLOW_ROWS_MAX};
        if (proven)
            return true;
    }
    return false;
}

/* The same in what is left of the lists of one call. */
static bool search_digest(const orm__bound *bound, const orm__witness *witness,
                          const orm__digest *digest, const orm__earlier *earlier, orm__link *link)
{
    for (uint16_t column = 0; column < digest->model->column_count; column++) {
        if (!can_hold(digest->model, column, bound->value) ||
            !orm__session_digest_has(witness->owner, digest, column, bound->hash) ||
            !any_digested(witness, digest, column, earlier))
            continue;
        bool own = orm__same_site(digest->site, bound->event->site);
        bool proven = is_proven(bound, digest->model, column);
        if (own && (!proven || is_asked_for(bound, digest->model, column)))
            continue;
        if (!proven && link->model != NULL)
            continue;
        *link = (orm__link){.model = digest->model,
                            .relation = digest->relation,
                            .site = digest->site,
                            .rows = digest->largest,
                            .column = column,
                            .proven = proven,
                            .budget = FOLLOW_ROWS_MAX};
        if (proven)
            return true;
    }
    return false;
}

/* Searches the newest lists; false: not all of them were. */
static bool search_lists(const orm__bound *bound, const orm__witness *witness,
                         const orm__earlier *earlier, bool many, reach where, orm__link *link)
{
    size_t budget = CELLS_MAX;
    size_t left[2] = {many ? LISTS_MAX : 0, LISTS_MAX}; /* lists of one row, and of several */
    size_t walked = 0;
    for (const orm__result *at = witness->results;
         at != NULL && left[1] > 0 && walked < RESULTS_MAX && !link->proven;
         at = at->next, walked++) {
        if (at->count == 0 || at->model == NULL || left[at->count > 1] == 0 ||
            orm__same_site(at->site, bound->event->site) != (where == REACH_OWN))
            continue;
        left[at->count > 1]--;
        (void)search_list(bound, witness, at, earlier, where, &budget, link);
    }
    return link->proven || (budget > 0 && left[1] > 0 && walked < RESULTS_MAX);
}

static void search_digests(const orm__bound *bound, const orm__witness *witness,
                           const orm__earlier *earlier, bool many, bool own, orm__link *link)
{
    for (const orm__digest *at = first_digest(witness); at != NULL && !link->proven; at = at->next)
        if ((many || at->largest > 1) && orm__same_site(at->site, bound->event->site) == own)
            (void)search_digest(bound, witness, at, earlier, link);
}

orm__search orm__link_find(const orm__bound *bound, const orm__witness *witness,
                           const orm__earlier *earlier, bool many, orm__link *link_out)
{
    orm__link link = {.model = NULL};
    bool all = search_lists(bound, witness, earlier, many, REACH_ONE, &link);
    if (!link.proven)
        all = search_lists(bound, witness, earlier, many, REACH_KIN, &link) && all;
    search_digests(bound, witness, earlier, many, false, &link);
    if (!link.proven)
        all = search_lists(bound, witness, earlier, many, REACH_OWN, &link) && all;
    search_digests(bound, witness, earlier, many, true, &link);
    if (link.model != NULL && (link.proven || many)) {
        *link_out = link;
        return ORM_SEARCH_FOUND;
    }
    bool forgotten = witness->owner != NULL && orm__session_undigested(witness->owner) > 0;
    return forgotten || !all ? ORM_SEARCH_CUT : ORM_SEARCH_NOTHING;
}

/* The row behind the last one found, in the same list while there is that list. */
static bool follow_list(orm__link *link, const orm_value *value)
{
    if (link->result == NULL || link->result->number != link->number)
        return false;
    size_t row = find_row(link->result, link->column, value, link->cursor + 1, &link->budget);
    if (row == link->result->count)
        return false;
    link->cursor = row;
    return true;
}

bool orm__link_follow(orm__link *link, const orm__witness *witness, const orm_value *value)
{
    value = orm__single(value);
    if (!can_hold(link->model, link->column, value))
        return false;
    if (follow_list(link, value))
        return true;
    const kin known = {link->model, link->relation, link->site, link->rows == 1};
    size_t walked = 0;
    for (const orm__result *at = witness->results; at != NULL && walked < FOLLOW_RESULTS_MAX;
         at = at->next, walked++) {
        if (!is_kin(&known, at->model, at->relation, at->site, at->count))
            continue;
        size_t row = find_row(at, link->column, value, 0, &link->budget);
        if (row == at->count)
            continue;
        link->result = at;
        link->number = at->number;
        link->cursor = row;
        return true;
    }
    return digest_holds(witness, &known, link->column, orm__value_hash(value));
}

/* Whether a column of the one row that the same call returned last, with that value, leads on. */
static bool is_step_by(const orm__bound *bound, const orm_model *model, uint16_t column)
{
    bool same = model == bound->event->model && column == bound->column;
    return !same && can_hold(model, column, bound->value) && is_proven(bound, model, column);
}

static bool is_step_from(const orm__bound *bound, const orm__result *list, orm__link *link_out)
{
    if (list->count != 1 || list->model == NULL || list->rows[0] == NULL)
        return false;
    for (uint16_t column = 0; column < list->model->column_count; column++) {
        if (!can_hold(list->model, column, bound->value))
            continue;
        orm_value held = orm__column_get(&list->model->columns[column], list->rows[0]);
        if (!orm__value_same(&held, bound->value) || !is_step_by(bound, list->model, column))
            continue;
        *link_out = (orm__link){.model = list->model,
                                .relation = list->relation,
                                .site = list->site,
                                .result = list,
                                .number = list->number,
                                .rows = 1,
                                .column = column,
                                .proven = true,
                                .budget = FOLLOW_ROWS_MAX};
        return true;
    }
    return false;
}

static bool is_step_from_digest(const orm__bound *bound, const orm__digest *digest,
                                orm__link *link_out)
{
    for (uint8_t i = 0; i < digest->last_count; i++) {
        uint16_t column = digest->last[i].column;
        if (digest->last[i].hash != bound->hash || !is_step_by(bound, digest->model, column))
            continue;
        *link_out = (orm__link){.model = digest->model,
                                .relation = digest->relation,
                                .site = digest->site,
                                .rows = digest->largest,
                                .column = column,
                                .proven = true,
                                .budget = FOLLOW_ROWS_MAX};
        return true;
    }
    return false;
}

bool orm__is_step(const orm__bound *bound, const orm__witness *witness, orm__link *link_out)
{
    size_t walked = 0;
    for (const orm__result *at = witness->results; at != NULL && walked < LISTS_MAX;
         at = at->next, walked++)
        /* The statement's own result is still empty. */
        if (at->count > 0 && orm__same_site(at->site, bound->event->site))
            return is_step_from(bound, at, link_out);
    const orm__digest *newest = NULL;
    for (const orm__digest *at = first_digest(witness); at != NULL; at = at->next)
        if (orm__same_site(at->site, bound->event->site) &&
            (newest == NULL || at->number > newest->number))
            newest = at;
    return newest != NULL && is_step_from_digest(bound, newest, link_out);
}

static bool mentions(const orm_event *event, const char *table)
{
    return orm__sql_mentions(event->sql, event->sql_size, table);
}

/* The statement reads what the relation does: its target by that column. */
static bool reads_target(const orm_relation *relation, uint16_t k, const orm__bound *bound)
{
    const orm_event *event = bound->event;
    uint16_t column = relation->target_columns[k];
    if (event->value_count < relation->own_count)
        return false;
    if (event->model != NULL && event->kind != ORM_EVENT_RAW)
        return event->model == relation->target && bound->column == column;
    return is_named(bound->parameter, relation->target->columns[column].name) &&
           mentions(event, relation->target->table);
}

/* The statement reads the link table, or the target by way of it. */
static bool reads_link(const orm_relation *relation, uint16_t k, const orm__bound *bound,
                       const char *own_name)
{
    const orm_event *event = bound->event;
    const orm_link *link = relation->link;
    bool link_side = is_named(bound->parameter, link->own_columns[k]);
    if (!mentions(event, link->table))
        return false;
    if (event->model != NULL && strcmp(event->model->table, link->table) == 0)
        return link_side;
    if (!link_side && !is_named(bound->parameter, own_name))
        return false;
    return event->model == NULL ? mentions(event, relation->target->table)
                                : event->model == relation->target;
}

const orm_relation *orm__link_relation(const orm__link *link, const orm__bound *bound)
{
    const orm_model *model = link->model;
    const orm_relation *direct = NULL;
    const orm_relation *linked = NULL;
    for (uint16_t r = 0; r < model->relation_count; r++) {
        const orm_relation *relation = &model->relations[r];
        for (uint16_t k = 0; k < relation->own_count; k++) {
            if (relation->own_columns[k] != link->column)
                continue;
            const char *name = model->columns[link->column].name;
            bool better = direct == NULL || direct->kind == ORM_HAS_ONE; /* which has an order */
            if (relation->link == NULL && better && reads_target(relation, k, bound))
                direct = relation;
            if (relation->link != NULL && linked == NULL && reads_link(relation, k, bound, name))
                linked = relation;
        }
    }
    /* Hand-written SQL that names both tables means to walk through the link. */
    bool through = bound->event->kind == ORM_EVENT_RAW && linked != NULL;
    return direct != NULL && !through ? direct : linked;
}

/* Rows of the live lists that the digest's call made. */
static size_t live_rows(const orm__witness *witness, const orm__digest *digest)
{
    size_t rows = 0;
    size_t walked = 0;
    for (const orm__result *at = witness->results; at != NULL && walked < LISTS_MAX;
         at = at->next, walked++)
        if (at->model == digest->model && orm__same_site(at->site, digest->site))
            rows += at->count;
    return rows;
}

bool orm__has_list(const orm__witness *witness, size_t rows, orm_site elsewhere)
{
    size_t walked = 0;
    for (const orm__result *at = witness->results; at != NULL && walked < LISTS_MAX;
         at = at->next, walked++)
        if (at->count >= rows && !orm__same_site(at->site, elsewhere))
            return true;
    /* The batches of a stream are one list to those who loop over it. */
    for (const orm__digest *at = first_digest(witness); at != NULL; at = at->next)
        if (at->largest > 1 && !orm__same_site(at->site, elsewhere) &&
            at->rows + live_rows(witness, at) >= rows)
            return true;
    return false;
}
