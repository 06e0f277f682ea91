#include "observe/detector.h"

#include <string.h>

#include "base/allocator.h"
#include "base/hash.h"
#include "model/column_value.h"
#include "observe/advice.h"
#include "observe/caller.h"
#include "observe/parameters.h"
#include "observe/provenance.h"
#include "sql/fingerprint.h"

enum {
    DISTINCT_PROVEN = 2, /* different values from one list that make an N1 finding */
    DISTINCT_UNPROVEN = 3,
    DISTINCT_WRITES = 3,
    DUP_RUNS = 3,
    SEARCHES_MAX = 3,
    LOOKS_MAX = 256,
    DUP_LISTS_MAX = 64
};

/* One statement being judged. */
typedef struct look {
    orm_scope *scope;
    const orm_event *event;
    const orm__witness *witness;
    orm__group *group;
    uint64_t tuple;
    uint64_t full;
} look;

static uint64_t hash_pointer(const void *pointer)
{
    return orm__hash_word((uint64_t)(uintptr_t)pointer);
}

/* What makes statements one cause, whatever session sends them. */
static uint64_t cause_of(const orm_event *event)
{
    uint64_t site = hash_pointer(event->site.file) ^
                    orm__hash_word(((uint64_t)(uint32_t)event->site.line << 32) |
                                   (uint32_t)event->site.counter);
    uint64_t what = event->kind == ORM_EVENT_RELATION
                        ? hash_pointer(event->relation) + event->row_by_row
                        : event->fingerprint;
    return orm__hash_word(site + what * 0x9e3779b97f4a7c15ULL + (uint64_t)event->kind);
}

bool orm__is_write(const orm_event *event)
{
    if (event->kind == ORM_EVENT_INSERT || event->kind == ORM_EVENT_UPDATE ||
        event->kind == ORM_EVENT_DELETE)
        return true;
    if (event->kind != ORM_EVENT_RAW) return false;
    if (event->affected > 0 && event->rows == 0) return true;
    orm__scanner scanner = {event->sql, event->sql + event->sql_size};
    orm__token token = orm__scan(&scanner);
    return orm__token_is(&token, "insert") || orm__token_is(&token, "update") ||
           orm__token_is(&token, "delete") || orm__token_is(&token, "replace");
}

static bool is_plain(const orm_event *event)
{
    static const char *const words[] = {"where", "order", "limit", "offset", "join"};
    if (event->kind != ORM_EVENT_SELECT || event->value_count > 0) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (orm__sql_mentions(event->sql, event->sql_size, words[i])) return false;
    return true;
}

static orm__group *group_of(orm_scope *scope, const orm_event *event, uint64_t session)
{
    uint64_t hash = orm__hash_word(cause_of(event) + session * 0xff51afd7ed558ccdULL);
    orm__group *group = orm__group_get(&scope->groups, hash == 0 ? 1 : hash, session);
    if (group == NULL || group->site.file != NULL || group->site.line != 0) return group;
    group->kind = event->kind;
    group->site = event->site;
    group->row_by_row = event->row_by_row;
    group->plain = is_plain(event);
    group->varying = UINT8_MAX;
    return group;
}

/* A list of several values is a batch, not one row at a time. */
static bool is_batch(const orm_event *event)
{
    for (size_t i = 0; i < event->value_count; i++)
        if (event->values[i].kind == ORM_KIND_ARRAY && event->values[i].as.span.size > 1)
            return true;
    return false;
}

/* Positions whose values do not tell one row from another. */
static uint32_t ignored_positions(const orm_event *event)
{
    orm__parameter parameters[ORM_PARAMETERS_MAX];
    uint32_t ignored = 0;
    if (event->kind == ORM_EVENT_RELATION || event->kind == ORM_EVENT_INSERT ||
        event->kind == ORM_EVENT_FIND)
        return 0;
    (void)orm__parameters_read(event->sql, event->sql_size, parameters);
    for (unsigned i = 0; i < ORM_PARAMETERS_MAX; i++)
        if (parameters[i].role >= ORM_PARAMETER_RANGE) ignored |= 1U << i;
    return ignored;
}

/* Hand-written SQL may carry its values as literals, which the fingerprint leaves out. */
static void hash_literals(look *at)
{
    orm__parameter parameters[ORM_PARAMETERS_MAX];
    orm__group *group = at->group;
    uint64_t text = orm__hash_bytes(at->event->sql, at->event->sql_size);
    if (group->text != text)
        group->literals = orm__parameters_read(at->event->sql, at->event->sql_size, parameters);
    group->text = text;
    at->tuple ^= group->literals;
    at->full ^= text;
}

static void hash_values(look *at)
{
    orm__group *group = at->group;
    if (at->event->kind == ORM_EVENT_RAW) hash_literals(at);
    if (!group->parsed) group->ignored = ignored_positions(at->event);
    for (size_t i = 0; i < at->event->value_count; i++) {
        uint64_t hash = orm__value_hash(orm__single(&at->event->values[i]));
        if (!group->parsed && i < ORM_GROUP_FIRST) {
            group->first[i] = hash;
            group->first_count = (uint8_t)(i + 1);
        }
        uint64_t placed = orm__hash_word(hash + (i + 1) * 0x9e3779b97f4a7c15ULL);
        at->full ^= placed;
        if (i >= ORM_PARAMETERS_MAX || (group->ignored & (1U << i)) == 0) at->tuple ^= placed;
    }
    group->parsed = true;
}

/* The position of the value that differs from the first execution's. */
static void find_varying(look *at)
{
    orm__group *group = at->group;
    for (uint8_t i = 0; i < group->first_count && i < at->event->value_count; i++) {
        if ((group->ignored & (1U << i)) != 0) continue;
        if (orm__value_hash(orm__single(&at->event->values[i])) == group->first[i]) continue;
        group->varying = i;
        group->seen[0].key = group->first[i];
        return;
    }
}

static orm__caller *caller_of(look *at)
{
    orm__group *group = at->group;
    uint64_t hash = orm__caller_hash(at->witness->frame, at->event->site);
    for (uint8_t i = 0; i < group->caller_count; i++)
        if (group->callers[i].hash == hash) return &group->callers[i];
    uint8_t place =
        group->caller_count < ORM_GROUP_CALLERS ? group->caller_count++ : ORM_GROUP_CALLERS - 1;
    group->callers[place] = (orm__caller){.hash = hash};
    return &group->callers[place];
}

/* The memory of these values in the group, made when there is none. */
static orm__seen *seen_of(look *at, bool *is_new_out)
{
    orm__group *group = at->group;
    for (uint8_t i = 0; i < group->seen_count; i++) {
        *is_new_out = false;
        if (group->seen[i].tuple == at->tuple) return &group->seen[i];
    }
    uint8_t place = group->seen_count < ORM_GROUP_SEEN ? group->seen_count++
                                                       : (uint8_t)(group->looks % ORM_GROUP_SEEN);
    if (group->varying == UINT8_MAX && place > 0) find_varying(at);
    uint64_t key = 0;
    if (group->varying < at->event->value_count)
        key = orm__value_hash(orm__single(&at->event->values[group->varying]));
    group->seen[place] = (orm__seen){.tuple = at->tuple,
                                     .full = at->full,
                                     .key = key,
                                     .epoch = at->scope->epoch,
                                     .rows = at->event->rows,
                                     .runs = 1};
    *is_new_out = true;
    return &group->seen[place];
}

static orm__record *record_find(orm_scope *scope, uint64_t key)
{
    for (size_t i = 0; i < scope->record_count; i++)
        if (scope->records[i]->key == key) return scope->records[i];
    return NULL;
}

static int compare_sites(const orm_finding *left, const orm_finding *right)
{
    const char *left_file = left->site.file == NULL ? "" : left->site.file;
    const char *right_file = right->site.file == NULL ? "" : right->site.file;
    int order = strcmp(left_file, right_file);
    if (order != 0) return order;
    if (left->site.line != right->site.line) return left->site.line < right->site.line ? -1 : 1;
    if (left->site.counter != right->site.counter)
        return left->site.counter < right->site.counter ? -1 : 1;
    order = strcmp(left->subject, right->subject);
    return order != 0 ? order : strcmp(left->statement, right->statement);
}

static bool make_room(orm_scope *scope)
{
    if (scope->record_count >= scope->options.max_findings) return false;
    if (scope->record_count < scope->record_capacity) return true;
    size_t capacity = scope->record_capacity == 0 ? 8 : scope->record_capacity * 2;
    orm__record **records =
        orm__resize(&scope->allocator, scope->records, scope->record_capacity * sizeof *records,
                    capacity * sizeof *records);
    if (records == NULL) return false;
    scope->records = records;
    scope->record_capacity = capacity;
    return true;
}

static orm__record *record_add(look *at, uint64_t key, const orm_finding *finding)
{
    orm_scope *scope = at->scope;
    if (!make_room(scope)) return NULL;
    orm__record *record = orm__arena_zero(&scope->arena, sizeof *record);
    if (record == NULL) return NULL;
    record->key = key;
    record->finding = *finding;
    if (!orm__advise(scope, &record->finding, at->event, at->group, at->witness)) return NULL;
    size_t place = scope->record_count++;
    while (place > 0 && compare_sites(&record->finding, &scope->records[place - 1]->finding) < 0) {
        scope->records[place] = scope->records[place - 1];
        place--;
    }
    scope->records[place] = record;
    return record;
}

static void count_value(look *at, orm__record *record, uint64_t tuple, bool matched)
{
    orm__value_state state = orm__value_set_add(&at->scope->values, record->key ^ tuple);
    if (state == ORM_VALUE_UNTOLD) at->scope->statistics.untold++;
    if (state != ORM_VALUE_NEW) return;
    record->finding.distinct++;
    if (matched) record->finding.matched++;
}

/* Counts the values the group remembers, which came before there was a finding. */
static void count_seen(look *at, orm__record *record)
{
    const orm__group *group = at->group;
    bool relation = at->event->kind == ORM_EVENT_RELATION;
    for (uint8_t i = 0; i < group->seen_count; i++)
        count_value(at, record, group->seen[i].tuple,
                    relation || orm__link_holds(&group->link, group->seen[i].key));
}

static void attach(look *at, orm__record *record)
{
    orm__group *group = at->group;
    group->record = record;
    record->finding.sessions++;
    record->finding.statements += group->counted;
    record->finding.rows += group->rows;
    record->finding.duration_ns += group->duration_ns;
    count_seen(at, record);
}

/* A duplicate that turns out to be a loop over a list. */
static void upgrade(look *at, orm__record *record, const orm_finding *finding)
{
    orm_finding better = record->finding;
    better.kind = finding->kind;
    better.evidence = finding->evidence;
    better.origin = finding->origin;
    better.origin_rows = finding->origin_rows;
    if (!orm__advise(at->scope, &better, at->event, at->group, at->witness)) return;
    record->finding = better;
    for (uint8_t i = 0; i < at->group->seen_count; i++)
        if (orm__link_holds(&at->group->link, at->group->seen[i].key)) record->finding.matched++;
}

static void find_guilty(look *at, orm_finding_kind kind, orm_evidence evidence)
{
    orm__group *group = at->group;
    orm_finding finding = {.kind = kind, .evidence = evidence, .site = at->event->site};
    uint64_t key = cause_of(at->event);
    orm__record *record = group->record != NULL ? group->record : record_find(at->scope, key);
    if (at->event->kind == ORM_EVENT_RELATION) {
        finding.origin = at->event->origin;
        finding.origin_rows = (int64_t)at->event->origin_rows;
    } else if (group->link.result != NULL) {
        finding.origin = group->link.result->site;
        finding.origin_rows = (int64_t)group->link.result->count;
    }
    if (record == NULL) record = record_add(at, key, &finding);
    if (record == NULL) {
        at->scope->statistics.dropped++;
        group->quiet = true;
        return;
    }
    if (record->finding.kind == ORM_FINDING_DUP && kind == ORM_FINDING_N1)
        upgrade(at, record, &finding);
    if (group->record == NULL) attach(at, record);
}

/* A new value of a find, select, count, exists or raw statement. */
static void judge_read(look *at, const orm__caller *caller, const orm__bound *bound,
                       uint64_t earlier)
{
    orm__group *group = at->group;
    bool many = caller->distinct >= DISTINCT_UNPROVEN;
    if (caller->distinct < DISTINCT_PROVEN) return;
    if (bound != NULL && group->link.result == NULL && group->searches < SEARCHES_MAX) {
        group->searches++;
        (void)orm__link_find(bound, at->witness->results, earlier, many, &group->link);
    }
    if (group->link.result != NULL && group->link.proven)
        find_guilty(at, ORM_FINDING_N1, ORM_EVIDENCE_STEMS);
    else if (many)
        find_guilty(at, ORM_FINDING_N1,
                    group->link.result != NULL ? ORM_EVIDENCE_MATCHES : ORM_EVIDENCE_NONE);
}

static uint64_t earlier_key(const look *at)
{
    const orm__group *group = at->group;
    for (uint8_t i = 0; i < group->seen_count; i++)
        if (group->seen[i].tuple != at->tuple) return group->seen[i].key;
    return 0;
}

static void look_at_new(look *at)
{
    orm__group *group = at->group;
    orm__parameter parameters[ORM_PARAMETERS_MAX];
    orm__bound bound = {.event = at->event};
    bool varies = at->event->kind != ORM_EVENT_RELATION && !orm__is_write(at->event) &&
                  group->varying < at->event->value_count;
    uint64_t earlier = earlier_key(at);
    if (varies) {
        bool known = at->event->kind != ORM_EVENT_FIND && group->varying < ORM_PARAMETERS_MAX;
        if (known) (void)orm__parameters_read(at->event->sql, at->event->sql_size, parameters);
        bound =
            orm__bound_make(at->event, group->varying, known ? &parameters[group->varying] : NULL);
        if (orm__is_step(&bound, at->witness->results)) return;
    }
    orm__caller *caller = caller_of(at);
    caller->distinct++;
    if (at->event->kind == ORM_EVENT_RELATION) {
        if (caller->distinct >= DISTINCT_PROVEN)
            find_guilty(at, ORM_FINDING_N1, ORM_EVIDENCE_STEMS);
    } else if (orm__is_write(at->event)) {
        if (caller->distinct >= DISTINCT_WRITES)
            find_guilty(at, ORM_FINDING_WRITE, ORM_EVIDENCE_NONE);
    } else {
        judge_read(at, caller, varies ? &bound : NULL, earlier);
    }
}

/* Whether the session holds a list, made elsewhere, that a loop of that many executions may be
 * running over. */
static bool loops_over_list(const look *at, uint32_t runs)
{
    size_t walked = 0;
    for (const orm__result *result = at->witness->results; result != NULL && walked < DUP_LISTS_MAX;
         result = result->next, walked++)
        if (result->count >= runs && !orm__same_site(result->site, at->event->site)) return true;
    return false;
}

static void look_at_repeat(look *at, orm__seen *seen)
{
    if (seen->full != at->full) return; /* another page of the same */
    bool same = seen->epoch == at->scope->epoch && seen->rows == at->event->rows;
    seen->runs = same ? seen->runs + 1 : 1;
    seen->epoch = at->scope->epoch;
    seen->rows = at->event->rows;
    if (!same || at->group->record != NULL || at->event->kind == ORM_EVENT_RELATION ||
        orm__is_write(at->event))
        return;
    orm__caller *caller = caller_of(at);
    caller->runs++;
    if (seen->runs < DUP_RUNS || caller->runs < DUP_RUNS - 1) return;
    if (caller->distinct > 1 || loops_over_list(at, seen->runs))
        find_guilty(at, ORM_FINDING_DUP, ORM_EVIDENCE_NONE);
}

static void look_closely(look *at)
{
    bool is_new = false;
    if (++at->group->looks > LOOKS_MAX) at->group->quiet = true;
    orm__seen *seen = seen_of(at, &is_new);
    if (is_new)
        look_at_new(at);
    else
        look_at_repeat(at, seen);
}

/* One more execution of what is a finding already. */
static void count_more(look *at)
{
    orm__group *group = at->group;
    orm__record *record = group->record;
    orm_finding *finding = &record->finding;
    bool relation = at->event->kind == ORM_EVENT_RELATION;
    finding->statements++;
    finding->rows += at->event->rows + at->event->affected;
    finding->duration_ns += at->event->duration_ns;
    if (relation && (int64_t)at->event->origin_rows > finding->origin_rows)
        finding->origin_rows = (int64_t)at->event->origin_rows;
    int64_t before = finding->distinct;
    count_value(at, record, at->tuple, relation);
    bool follows = finding->distinct > before && group->link.result != NULL &&
                   group->varying < at->event->value_count;
    if (follows &&
        orm__link_follow(&group->link, at->witness->results, &at->event->values[group->varying]))
        finding->matched++;
}

static void note_lineage(orm__group *group, const orm_event *event)
{
    group->owner = event->owner;
    group->relation = event->relation;
    group->origin = event->origin;
    group->origin_rows = event->origin_rows;
}

void orm__detect(orm_scope *scope, const orm_event *event, const orm__witness *witness)
{
    look at = {.scope = scope, .event = event, .witness = witness};
    if (orm__is_write(event)) scope->epoch++;
    at.group = group_of(scope, event, witness->session);
    if (at.group == NULL) {
        scope->statistics.unwatched++;
        return;
    }
    if (event->kind == ORM_EVENT_RELATION) {
        note_lineage(at.group, event);
        if (!event->row_by_row || event->origin_rows < 2) return;
    }
    if (is_batch(event)) return;
    hash_values(&at);
    if (at.group->record != NULL) {
        count_more(&at);
        if (at.group->record->finding.kind != ORM_FINDING_DUP) return;
    } else {
        at.group->counted++;
        at.group->rows += event->rows + event->affected;
        at.group->duration_ns += event->duration_ns;
    }
    if (!at.group->quiet) look_closely(&at);
}
