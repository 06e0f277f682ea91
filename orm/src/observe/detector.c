#include "observe/detector.h"

#include <string.h>

#include "base/allocator.h"
#include "base/hash.h"
#include "model/column_value.h"
#include "observe/advice.h"
#include "observe/caller.h"
#include "observe/checks.h"
#include "observe/drain.h"
#include "observe/ignore.h"
#include "observe/literals.h"
#include "observe/parameters.h"
#include "observe/provenance.h"
#include "observe/record.h"
#include "observe/source_list.h"
#include "sql/fingerprint.h"

enum { SEARCHES_MAX = 3, RUNS_MAX = 256, LISTS_WALKED_MAX = 65536 };

/* Tells what would be a finding from one that is. */
#define LATENT_KEY 0x6c6174656e74ULL
/* Tells a value that was found in the list from one that was sent. */
#define MATCHED_KEY 0x6d617463686564ULL
/* Tells a family's number from a session's. */
#define FAMILY (UINT64_C(1) << 63)

/* One statement being judged. */
typedef struct look {
    orm_scope *scope;
    const orm_event *event;
    const orm__witness *witness;
    orm__group *group;
    size_t bound_count;          /* values before the literals of hand-written SQL */
    const orm__reading *reading; /* of hand-written SQL, its text being new; else NULL */
    uint64_t tuple;
    uint64_t full;
    bool alone; /* a relation of a row that is no list's */
    bool joins; /* of a family: the first time that this member sends it */
} look;

static uint64_t group_hash(const orm_event *event, uint64_t session)
{
    uint64_t hash = orm__hash_word(orm__cause_of(event) + session * 0xff51afd7ed558ccdULL);
    return hash == 0 ? 1 : hash;
}

static orm__group *group_of(orm_scope *scope, const orm_event *event, uint64_t session)
{
    orm__group *group = orm__group_get(&scope->groups, group_hash(event, session), session);
    if (group == NULL || group->site.file != NULL || group->site.line != 0)
        return group;
    group->kind = event->kind;
    group->writes = orm__is_write(event);
    group->table = orm__checks_table(event);
    group->site = event->site;
    group->row_by_row = event->row_by_row;
    group->plain = orm__is_plain(event);
    group->streamed = event->streamed;
    group->takes = group->writes && event->kind == ORM_EVENT_RAW &&
                   orm__sql_mentions(event->sql, event->sql_size, "limit");
    group->varying = UINT8_MAX;
    return group;
}

static void hash_values(look *at)
{
    orm__group *group = at->group;
    if (!group->parsed)
        group->ignored = orm__ignored_positions(at->event);
    for (size_t i = 0; i < at->event->value_count; i++) {
        uint64_t hash = orm__value_hash(orm__single(&at->event->values[i]));
        if (!group->parsed && i < ORM_GROUP_FIRST) {
            group->first[i] = hash;
            group->first_count = (uint8_t)(i + 1);
        }
        if (i >= at->bound_count)
            continue; /* literals are hashed already */
        uint64_t placed = orm__hash_word(hash + (i + 1) * 0x9e3779b97f4a7c15ULL);
        at->full ^= placed;
        if (i >= ORM_PARAMETERS_MAX || (group->ignored & (1U << i)) == 0)
            at->tuple ^= placed;
    }
    group->parsed = true;
}

/* The position of the value that differs from the first execution's. */
static void find_varying(look *at)
{
    orm__group *group = at->group;
    for (uint8_t i = 0; i < group->first_count && i < at->event->value_count; i++) {
        if ((group->ignored & (1U << i)) != 0)
            continue;
        if (orm__value_hash(orm__single(&at->event->values[i])) == group->first[i])
            continue;
        group->varying = i;
        group->seen[0].key = group->first[i];
        for (orm__early *early = group->early; early != NULL; early = early->next)
            early->key = group->first[i];
        return;
    }
}

static uint64_t site_key(orm_site site)
{
    uint64_t file = site.file == NULL ? 0 : orm__hash_bytes(site.file, strlen(site.file));
    return orm__hash_word(file ^ (((uint64_t)(uint32_t)site.line << 32) | (uint32_t)site.counter));
}

/* The path that led here. */
static orm__caller *caller_of(look *at)
{
    orm__path path;
    orm__caller_path(&at->scope->paths, at->witness->frame, at->event->site, &path);
    return orm__group_caller(at->group, &path);
}

/* Remembers values for the case that there will be a finding. */
static void remember(look *at, uint64_t key)
{
    orm_scope *scope = at->scope;
    orm__early *early = scope->groups.spare;
    if (early != NULL) {
        scope->groups.spare = early->next;
    } else if (scope->early_count < scope->options.max_values) {
        early = orm__arena_alloc(&scope->arena, sizeof *early);
        scope->early_count++;
    }
    if (early == NULL) {
        at->group->early_lost++;
        return;
    }
    *early = (orm__early){at->group->early, at->tuple, key};
    at->group->early = early;
}

/* The memory of these values in the group, made when there is none. */
static orm__seen *seen_of(look *at, bool *is_new_out)
{
    orm__group *group = at->group;
    for (uint8_t i = 0; i < group->seen_count; i++) {
        *is_new_out = false;
        if (group->seen[i].tuple == at->tuple)
            return &group->seen[i];
    }
    uint8_t place = group->seen_count < ORM_GROUP_SEEN ? group->seen_count++
                                                       : (uint8_t)(group->looks % ORM_GROUP_SEEN);
    bool relation = at->event->kind == ORM_EVENT_RELATION;
    if (group->varying == UINT8_MAX && place > 0 && !relation)
        find_varying(at);
    uint64_t key = 0;
    if (group->varying < at->event->value_count)
        key = orm__value_hash(orm__single(&at->event->values[group->varying]));
    remember(at, relation ? site_key(at->event->origin) : key);
    group->seen[place] = (orm__seen){.tuple = at->tuple,
                                     .full = at->full,
                                     .key = key,
                                     .epoch = at->scope->epoch,
                                     .rows = at->event->rows,
                                     .runs = 1};
    *is_new_out = true;
    return &group->seen[place];
}

static orm__record *record_add(look *at, uint64_t key, const orm_finding *finding)
{
    orm_scope *scope = at->scope;
    orm__record *record = orm__record_new(scope, key, finding);
    if (record == NULL ||
        !orm__advise(scope, &record->finding, at->event, at->bound_count, at->group, at->witness))
        return NULL;
    const orm__link *link = &at->group->link;
    if (finding->kind == ORM_FINDING_WRITE && link->model != NULL)
        record->finding.column = orm__arena_printf(&scope->arena, "%s.%s", link->model->name,
                                                   link->model->columns[link->column].field);
    orm__caller_path(&scope->paths, at->witness->frame, at->event->site, &record->path);
    orm__record_insert(scope, record);
    return record;
}

static void count_value(look *at, orm__record *record, uint64_t tuple, bool matched)
{
    orm__value_state state = orm__value_set_add(&at->scope->values, record->key ^ tuple);
    bool told_before = state == ORM_VALUE_KNOWN;
    if (state == ORM_VALUE_UNTOLD)
        at->scope->statistics.untold++;
    if (state == ORM_VALUE_NEW)
        record->finding.distinct++;
    /* A family may have counted it, which knows no lists. */
    if (matched && at->witness->family != 0)
        told_before = orm__value_set_add(&at->scope->values, record->key ^ tuple ^ MATCHED_KEY) !=
                      ORM_VALUE_NEW;
    if (matched && !told_before && state != ORM_VALUE_UNTOLD)
        record->finding.matched++;
}

/* Counts the values the group remembers, which came before there was a finding. */
static void count_early(look *at, orm__record *record)
{
    orm__group *group = at->group;
    bool relation = at->event->kind == ORM_EVENT_RELATION;
    uint64_t origin = relation ? site_key(record->finding.origin) : 0;
    at->scope->statistics.untold += group->early_lost;
    for (const orm__early *early = group->early; early != NULL; early = early->next)
        count_value(at, record, early->tuple,
                    relation ? at->alone || early->key == origin
                             : (group->writes && group->link.model != NULL) ||
                                   orm__link_holds(&group->link, at->witness, early->key));
    orm__group_drop_early(&at->scope->groups, group);
}

/* Learns which of a call's lists the rows in the loop came in: one of this model and relation. */
static void note_list(look *at)
{
    orm__group *group = at->group;
    size_t walked = 0;
    group->lists_tried = true;
    if (at->event->kind == ORM_EVENT_RELATION) {
        const orm__result *list = at->witness->results;
        while (list != NULL && walked++ < LISTS_WALKED_MAX &&
               !(list->model == at->event->owner && list->count == at->event->origin_rows &&
                 orm__same_site(list->site, at->event->origin)))
            list = list->next;
        group->list_model = list == NULL ? NULL : list->model;
        group->list_relation = list == NULL ? NULL : list->relation;
    } else {
        group->list_model = group->link.model;
        group->list_relation = group->link.relation;
    }
}

/* Adds the lists made since by the call at the finding's origin to its numbers. */
static void count_lists(look *at, orm_finding *finding)
{
    orm__group *group = at->group;
    uint64_t counted = group->lists_counted;
    size_t walked = 0;
    if (!group->lists_tried)
        note_list(at);
    for (const orm__result *list = group->list_model == NULL ? NULL : at->witness->results;
         list != NULL && list->number > counted && walked < LISTS_WALKED_MAX;
         list = list->next, walked++) {
        if (list->count == 0)
            continue; /* perhaps being made */
        if (group->lists_counted == counted)
            group->lists_counted = list->number;
        if (list->model != group->list_model || list->relation != group->list_relation ||
            !orm__same_site(list->site, finding->origin))
            continue;
        finding->origin_lists++;
        finding->origin_rows += (int64_t)list->count;
    }
}

static void count_origins(look *at, orm_finding *finding)
{
    const orm_event *event = at->event;
    bool relation = event->kind == ORM_EVENT_RELATION;
    if (!relation && at->group->link.model == NULL)
        return;
    if (!relation || orm__same_site(event->origin, finding->origin))
        count_lists(at, finding);
    else if (event->origin_rows > 1 && event->origin.line != 0 && finding->other_origin.line == 0)
        finding->other_origin = event->origin;
}

/* Executions that the group's family counts already are counted once. */
static void take_back(look *at, orm__record *record)
{
    const orm__group *group = at->group;
    orm_finding *finding = &record->finding;
    orm__group *family = NULL;
    if (group->lent > 0)
        family = orm__group_peek(&at->scope->groups,
                                 group_hash(at->event, at->witness->family | FAMILY));
    if (family != NULL && family->record == record) {
        finding->sessions--;
        finding->statements -= group->lent;
        finding->rows -= group->lent_rows;
        finding->duration_ns -= group->lent_ns;
    } else if (family != NULL) {
        family->members--;
        family->counted -= group->lent;
        family->rows -= group->lent_rows;
        family->duration_ns -= group->lent_ns;
    }
}

static void attach(look *at, orm__record *record)
{
    orm__group *group = at->group;
    group->record = record;
    if (group->unsearched)
        at->scope->statistics.unsearched--; /* what it might have been it is */
    group->unsearched = false;
    record->finding.sessions += at->witness->member == NULL ? 1 : group->members;
    record->finding.statements += group->counted;
    record->finding.rows += group->rows;
    record->finding.duration_ns += group->duration_ns;
    take_back(at, record);
    count_early(at, record);
    count_origins(at, &record->finding);
    if (group->writes)
        orm__checks_claim(at->scope, group, record);
    else
        orm__checks_absorb(at->scope, group);
}

/* A duplicate that turns out to be a loop over a list, or keys that turn out to come from one. */
static void upgrade(look *at, orm__record *record, const orm_finding *finding)
{
    orm_finding better = record->finding;
    better.kind = finding->kind;
    better.evidence = finding->evidence;
    better.origin = finding->origin;
    if (!orm__advise(at->scope, &better, at->event, at->bound_count, at->group, at->witness))
        return;
    record->finding = better;
    orm__ignore_judge(at->scope, record);
    if (at->group->record == NULL)
        return;
    for (uint8_t i = 0; i < at->group->seen_count; i++)
        if (orm__link_holds(&at->group->link, at->witness, at->group->seen[i].key))
            record->finding.matched++;
    count_origins(at, &record->finding);
}

static void find_guilty(look *at, orm_finding_kind kind, orm_evidence evidence)
{
    orm__group *group = at->group;
    orm_finding finding = {.kind = kind, .evidence = evidence, .site = at->event->site};
    uint64_t key = orm__cause_of(at->event);
    orm__record *record = group->record != NULL ? group->record : orm__record_find(at->scope, key);
    if (at->event->kind == ORM_EVENT_RELATION) {
        finding.origin = at->event->origin;
    } else if (group->link.model != NULL) {
        finding.origin = group->link.site;
    }
    if (record == NULL)
        orm__record_remove(at->scope, orm__record_find(at->scope, key ^ LATENT_KEY));
    if (record == NULL)
        record = record_add(at, key, &finding);
    if (record == NULL) {
        at->scope->statistics.dropped++;
        group->quiet = true;
        return;
    }
    const orm_finding *known = &record->finding;
    if (kind == ORM_FINDING_N1 &&
        (known->kind == ORM_FINDING_DUP || (known->kind == kind && known->evidence < evidence)))
        upgrade(at, record, &finding);
    group->gathered = at->alone;
    if (group->record == NULL)
        attach(at, record);
}

static void note_search(look *at, orm__search search)
{
    if (search != ORM_SEARCH_CUT || at->group->unsearched)
        return;
    at->group->unsearched = true;
    at->scope->statistics.unsearched++;
}

/* A new value of a find, select, count, exists or raw statement. */
static void judge_read(look *at, const orm__caller *caller, const orm__bound *bound,
                       const orm__earlier *earlier)
{
    orm__group *group = at->group;
    const orm_scope_thresholds *least = &at->scope->options.thresholds;
    bool many = caller->distinct >= least->matches;
    if (caller->distinct < least->stems && !many)
        return;
    if (bound != NULL && group->link.model == NULL && group->searches < SEARCHES_MAX) {
        group->searches++;
        note_search(at, orm__link_find(bound, at->witness, earlier, many, &group->link));
    }
    bool proven = group->link.model != NULL && group->link.proven;
    bool single = proven && group->link.rows < 2;
    if (single && orm__is_draining(at->scope, group, at->witness))
        return;
    if (proven && caller->distinct >= least->stems)
        find_guilty(at, ORM_FINDING_N1, ORM_EVIDENCE_STEMS);
    else if (many && !proven && !orm__is_draining(at->scope, group, at->witness))
        find_guilty(at, ORM_FINDING_N1,
                    group->link.model != NULL ? ORM_EVIDENCE_MATCHES : ORM_EVIDENCE_NONE);
}

/* From each row to the next, where no list has the keys: a walk. */
static void judge_step(look *at, const orm__caller *caller, const orm__link *step)
{
    if (at->group->record != NULL || step->model == NULL ||
        caller->steps < at->scope->options.thresholds.stems)
        return;
    at->group->link = *step;
    find_guilty(at, ORM_FINDING_N1, ORM_EVIDENCE_STEMS);
}

static orm__earlier earlier_keys(const look *at)
{
    const orm__group *group = at->group;
    orm__earlier earlier = {.count = 0};
    for (uint8_t i = 0; i < group->seen_count; i++)
        if (group->seen[i].tuple != at->tuple)
            earlier.hashes[earlier.count++] = group->seen[i].key;
    return earlier;
}

static void judge_write(look *at, const orm__caller *caller, const orm__earlier *earlier)
{
    orm__group *group = at->group;
    if (caller->distinct < at->scope->options.thresholds.writes ||
        (at->witness->session & ORM_FAMILY_WORKERS) != 0 ||
        orm__is_draining(at->scope, group, at->witness))
        return;
    if (group->link.model == NULL)
        orm__source_list_find(at->event, at->bound_count, at->reading, at->witness, earlier, group);
    orm_evidence evidence = group->link.proven ? ORM_EVIDENCE_STEMS : ORM_EVIDENCE_MATCHES;
    find_guilty(at, ORM_FINDING_WRITE, group->link.model == NULL ? ORM_EVIDENCE_NONE : evidence);
}

/* Workers that load for a row each have no list in common: only their number tells. */
static bool is_repeated_load(const look *at, const orm__caller *caller)
{
    const orm_scope_thresholds *least = &at->scope->options.thresholds;
    bool many = caller->distinct + caller->alone >= least->matches;
    if (at->witness->member != NULL)
        return many && !orm__is_draining(at->scope, at->group, at->witness);
    return many || caller->distinct >= least->stems;
}

static void look_at_new(look *at)
{
    if (at->event->paged)
        return; /* its values are the last row's of the page before, which no list can replace */
    orm__group *group = at->group;
    static const orm__reading none;
    const orm__reading *known = at->reading;
    orm__reading reading;
    orm__bound bound = {.event = at->event};
    bool varies = at->event->kind != ORM_EVENT_RELATION && !orm__is_write(at->event) &&
                  group->varying < at->event->value_count;
    orm__earlier earlier = earlier_keys(at);
    orm__link step = {.model = NULL};
    if (varies) {
        bool keyed = at->event->kind == ORM_EVENT_FIND || at->event->kind == ORM_EVENT_COLUMN;
        if (keyed)
            known = &none; /* its columns are known: those of the key */
        else if (known == NULL)
            orm__parameters_read(at->event->sql, at->event->sql_size, &reading);
        bound = orm__bound_make(at->event, at->bound_count, group->varying,
                                known == NULL ? &reading : known);
        (void)orm__is_step(&bound, at->witness, &step);
    }
    orm__caller *caller = caller_of(at);
    caller->distinct += !at->alone;
    caller->alone += at->alone;
    caller->steps += step.model != NULL;
    if (at->event->kind == ORM_EVENT_RELATION) {
        if (is_repeated_load(at, caller))
            find_guilty(at, ORM_FINDING_N1, ORM_EVIDENCE_STEMS);
    } else if (orm__is_write(at->event)) {
        judge_write(at, caller, &earlier);
    } else {
        judge_read(at, caller, varies ? &bound : NULL, &earlier);
        judge_step(at, caller, &step);
    }
}

static void look_at_repeat(look *at, orm__seen *seen)
{
    if (seen->full != at->full)
        return; /* another page of the same */
    bool same = seen->epoch == at->scope->epoch && seen->rows == at->event->rows;
    seen->runs = same ? seen->runs + 1 : 1;
    seen->epoch = at->scope->epoch;
    seen->rows = at->event->rows;
    if (!same || at->group->record != NULL || at->event->kind == ORM_EVENT_RELATION ||
        at->witness->member != NULL || orm__is_write(at->event))
        return;
    /* That often the same is polling, unless it turns out later that a list is as long. */
    if (seen->runs > RUNS_MAX && (seen->runs & (seen->runs - 1)) != 0)
        return;
    orm__caller *caller = caller_of(at);
    caller->runs++;
    uint32_t least = at->scope->options.thresholds.repeats;
    if (seen->runs < least || caller->runs < least - 1)
        return;
    if (caller->distinct > 1 || orm__has_list(at->witness, seen->runs, at->event->site))
        find_guilty(at, ORM_FINDING_DUP, ORM_EVIDENCE_NONE);
}

static void look_closely(look *at)
{
    bool is_new = false;
    at->group->looks++;
    orm__seen *seen = seen_of(at, &is_new);
    if (is_new)
        look_at_new(at);
    else
        look_at_repeat(at, seen);
}

/* Whether a value that is new to the finding comes from its list. */
static bool is_matched(look *at, const orm_finding *finding)
{
    orm__group *group = at->group;
    if (at->event->kind == ORM_EVENT_RELATION)
        return orm__same_site(at->event->origin, finding->origin) ||
               (group->gathered && at->event->origin_rows == 1);
    uint8_t position = group->writes ? group->source : group->varying;
    return group->link.model != NULL && position < at->event->value_count &&
           orm__link_follow(&group->link, at->witness, &at->event->values[position]);
}

/* Rows that are written may come back too. */
static int64_t rows_of(const orm_event *event)
{
    return event->affected > event->rows ? event->affected : event->rows;
}

/* One more execution of what is a finding already. */
static void count_more(look *at)
{
    orm__record *record = at->group->record;
    orm_finding *finding = &record->finding;
    finding->statements++;
    finding->sessions += at->joins;
    finding->rows += rows_of(at->event);
    finding->duration_ns += at->event->duration_ns;
    count_origins(at, finding);
    int64_t before = finding->distinct;
    count_value(at, record, at->tuple, false);
    if (finding->distinct > before && is_matched(at, finding))
        finding->matched++;
}

static void note_lineage(orm__group *group, const orm_event *event)
{
    group->owner = event->owner;
    group->relation = event->relation;
    group->origin = event->origin;
    group->origin_rows = event->origin_rows;
}

static void count_first(look *at)
{
    orm__group *group = at->group;
    group->counted++;
    group->members += at->joins;
    group->rows += rows_of(at->event);
    group->duration_ns += at->event->duration_ns;
}

/* The only row of a list today: a loop over it would be row by row with more. */
static void note_latent(look *at)
{
    orm_scope *scope = at->scope;
    const orm_event *event = at->event;
    uint64_t key = orm__cause_of(event) ^ LATENT_KEY;
    orm_finding finding = {.kind = ORM_FINDING_LATENT,
                           .evidence = ORM_EVIDENCE_STEMS,
                           .site = event->site,
                           .origin = event->origin,
                           .origin_rows = 1,
                           .sessions = 1};
    if (event->origin_rows != 1 || event->origin.line == 0 ||
        orm__record_find(scope, orm__cause_of(event)) != NULL)
        return;
    orm__record *record = orm__record_find(scope, key);
    if (record == NULL)
        record = record_add(at, key, &finding);
    if (record == NULL) {
        scope->statistics.dropped++;
        return;
    }
    record->finding.statements++;
    record->finding.distinct++;
    record->finding.matched++;
    record->finding.rows += event->rows;
    record->finding.duration_ns += event->duration_ns;
}

/* Whether the relation is loaded for a row that came alone, by what is no row-by-row loop itself.
 */
static bool is_alone(const look *at)
{
    const orm_event *event = at->event;
    if (event->kind != ORM_EVENT_RELATION || event->origin_rows > 1 || orm__is_walk(event))
        return false;
    if (at->witness->member != NULL)
        return true;
    /* A preload takes each row's own list, however many rows that has. */
    return at->group->record != NULL || event->path != NULL ||
           !orm__record_of_loop(at->scope, at->event->origin);
}

static void judge(look *at)
{
    at->alone = is_alone(at);
    bool family = at->witness->member != NULL;
    bool single = at->alone && !family && !orm__is_gathered(at->group, at->event, at->witness);
    hash_values(at);
    if (at->group->record != NULL) {
        count_more(at);
        if (at->group->record->finding.kind != ORM_FINDING_DUP)
            return;
    } else {
        count_first(at);
        /* No loop over the only row of a list, but part of one over several such lists. */
        if (single)
            remember(at, site_key(at->event->origin));
        if (at->alone && !family && at->event->path == NULL && at->scope->options.latent)
            note_latent(at);
    }
    if (!at->group->quiet && !single)
        look_closely(at);
}

static void detect_raw(look *at)
{
    orm__reading reading;
    orm_event extended;
    orm_value values[ORM_PARAMETERS_MAX + ORM_LITERALS_MAX];
    const orm_event *event = orm__literals_read(at->group, at->event, &reading, &extended, values);
    if (event != at->event)
        at->reading = &reading;
    at->event = event;
    at->tuple ^= at->group->literals;
    at->full ^= at->group->text;
    judge(at);
}

/* Whether the statement was judged: it is no batch, nor one of several that a call sends. */
static bool detect_one(look *at)
{
    const orm_event *event = at->event;
    const orm__witness *witness = at->witness;
    at->group = group_of(at->scope, event, witness->session);
    if (at->group == NULL) {
        at->scope->statistics.unwatched++;
        return false;
    }
    at->group->executions++;
    if (event->rows > at->group->most_rows)
        at->group->most_rows = event->rows;
    orm__checks_count(at->group);
    bool continued = witness->call != 0 && witness->call == at->group->call;
    at->group->call = witness->call;
    if (continued && at->group->writes)
        return false; /* one call that takes several statements, such as a flush, is no loop */
    if (event->kind == ORM_EVENT_RELATION) {
        note_lineage(at->group, event);
        if (!event->row_by_row)
            return false;
    }
    if (orm__is_batch(event))
        return false;
    if (event->kind == ORM_EVENT_RAW && event->value_count <= ORM_PARAMETERS_MAX)
        detect_raw(at);
    else
        judge(at);
    at->group->newest = witness->results == NULL ? 0 : witness->results->number;
    return true;
}

void orm__detect(orm_scope *scope, const orm_event *event, const orm__witness *witness)
{
    look at = {
        .scope = scope, .event = event, .witness = witness, .bound_count = event->value_count};
    scope->epoch += orm__is_write(event);
    if (!detect_one(&at) || witness->family == 0 || at.group->record != NULL)
        return;
    orm__witness family = {
        .session = witness->family | FAMILY, .frame = witness->frame, .member = witness};
    look all = {.scope = scope,
                .event = event,
                .witness = &family,
                .bound_count = event->value_count,
                .joins = at.group->lent++ == 0};
    at.group->lent_rows += rows_of(event);
    at.group->lent_ns += event->duration_ns;
    if (all.joins)
        orm__drain_note(scope, &family);
    (void)detect_one(&all);
}
