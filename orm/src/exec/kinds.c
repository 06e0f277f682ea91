#include "exec/kinds.h"

#include <string.h>

#include "base/hash.h"

/* Long is what takes eight times as long as the quickest, within these bounds: less disturbs
 * nobody, more disturbs everybody. */
#define BOUND_LEAST INT64_C(20000000)
#define BOUND_MOST  INT64_C(100000000)
#define REVIEW_NS   INT64_C(100000000)

enum { KNOWN = 2, TIMES_QUICKEST = 8 };

static void list_add(orm__kind_list *list, orm__kind *kind)
{
    kind->newer = NULL;
    kind->older = list->newest;
    if (list->newest != NULL)
        list->newest->newer = kind;
    else
        list->oldest = kind;
    list->newest = kind;
}

static void list_remove(orm__kind_list *list, orm__kind *kind)
{
    if (kind->newer != NULL)
        kind->newer->older = kind->older;
    else
        list->newest = kind->older;
    if (kind->older != NULL)
        kind->older->newer = kind->newer;
    else
        list->oldest = kind->newer;
}

void orm__kinds_init(orm__kinds *kinds, bool alike)
{
    memset(kinds, 0, sizeof *kinds);
    kinds->alike = alike;
    kinds->bound = BOUND_MOST;
    list_add(&kinds->resting, &kinds->other);
}

static void drop_from_bucket(orm__kinds *kinds, const orm__kind *kind)
{
    orm__kind **at = &kinds->buckets[kind->key % ORM__KINDS];
    while (*at != kind)
        at = &(*at)->chain;
    *at = kind->chain;
}

/* Room for one more; NULL: all are busy. */
static orm__kind *take_room(orm__kinds *kinds)
{
    if (kinds->made < ORM__KINDS)
        return &kinds->all[kinds->made++];
    orm__kind *kind = kinds->resting.oldest;
    if (kind == &kinds->other)
        kind = kind->newer;
    if (kind == NULL)
        return NULL;
    list_remove(&kinds->resting, kind);
    drop_from_bucket(kinds, kind);
    return kind;
}

orm__kind *orm__kinds_find(orm__kinds *kinds, uint64_t key, bool exempt)
{
    if (kinds->alike)
        return &kinds->other;
    key = orm__hash_word(key + (exempt ? 1 : 0));
    orm__kind **bucket = &kinds->buckets[key % ORM__KINDS];
    for (orm__kind *kind = *bucket; kind != NULL; kind = kind->chain)
        if (kind->key == key && kind->exempt == exempt)
            return kind;
    orm__kind *kind = take_room(kinds);
    if (kind == NULL)
        return &kinds->other;
    *kind = (orm__kind){.key = key, .chain = *bucket, .exempt = exempt};
    *bucket = kind;
    list_add(&kinds->resting, kind);
    return kind;
}

orm__pace orm__kinds_pace(const orm__kinds *kinds, const orm__kind *kind)
{
    if (kinds->alike)
        return ORM__PACE_QUICK;
    if (kind->uses < KNOWN)
        return ORM__PACE_NEW;
    return kind->average < kinds->bound ? ORM__PACE_QUICK : ORM__PACE_LONG;
}

static bool is_busy(const orm__kind *kind)
{
    return kind->waiting + kind->held > 0;
}

static int64_t bound_of(int64_t quickest)
{
    if (quickest >= BOUND_MOST / TIMES_QUICKEST)
        return BOUND_MOST;
    int64_t bound = quickest * TIMES_QUICKEST;
    return bound < BOUND_LEAST ? BOUND_LEAST : bound;
}

void orm__kinds_ask(orm__kinds *kinds, orm__kind *kind, int64_t now)
{
    if (!is_busy(kind)) {
        list_remove(&kinds->resting, kind);
        list_add(&kinds->busy, kind);
    }
    kind->waiting++;
    kind->seen = now;
    if (kind->uses >= KNOWN && bound_of(kind->average) < kinds->bound)
        kinds->bound = bound_of(kind->average);
}

void orm__kinds_start(orm__kinds *kinds, orm__kind *kind, int64_t now)
{
    kind->waiting--;
    kind->held++;
    if (orm__kinds_pace(kinds, kind) != ORM__PACE_QUICK)
        kinds->moved = now;
}

static void rest(orm__kinds *kinds, orm__kind *kind)
{
    if (is_busy(kind))
        return;
    list_remove(&kinds->busy, kind);
    list_add(&kinds->resting, kind);
}

void orm__kinds_leave(orm__kinds *kinds, orm__kind *kind)
{
    kind->waiting--;
    rest(kinds, kind);
}

static int64_t quickest_of(const orm__kind_list *list, int64_t now, int64_t quickest)
{
    for (const orm__kind *kind = list->newest; kind != NULL; kind = kind->older)
        if (kind->uses >= KNOWN && kind->average < quickest &&
            now - kind->seen < ORM__KINDS_ABOUT_NS)
            quickest = kind->average;
    return quickest;
}

static void review(orm__kinds *kinds, int64_t now)
{
    int64_t quickest = quickest_of(&kinds->busy, now, INT64_MAX);
    kinds->bound = bound_of(quickest_of(&kinds->resting, now, quickest));
    kinds->reviewed = now;
}

/* The first use may find everything cold, and a single long one of a quick kind says little. */
static void learn(orm__kind *kind, int64_t held_ns)
{
    int64_t most = 4 * kind->average + 4000000;
    if (kind->uses == 0 || (kind->uses < KNOWN && held_ns < kind->average))
        kind->average = held_ns;
    else if (kind->uses >= KNOWN)
        kind->average += ((held_ns < most ? held_ns : most) - kind->average) / 8;
    if (kind->uses < KNOWN)
        kind->uses++;
}

void orm__kinds_end(orm__kinds *kinds, orm__kind *kind, int64_t held_ns, int64_t now)
{
    if (held_ns >= kinds->bound || orm__kinds_pace(kinds, kind) != ORM__PACE_QUICK)
        kinds->moved = now;
    kind->held--;
    kind->seen = now;
    if (held_ns >= 0)
        learn(kind, held_ns);
    rest(kinds, kind);
    if (now - kinds->reviewed >= REVIEW_NS && !kinds->alike)
        review(kinds, now);
}

static void note_about(orm__survey *survey, orm__pace pace)
{
    survey->quick = survey->quick || pace == ORM__PACE_QUICK;
    survey->fresh = survey->fresh || pace == ORM__PACE_NEW;
}

orm__survey orm__kinds_survey(const orm__kinds *kinds, int64_t now)
{
    orm__survey survey = {0};
    for (const orm__kind *kind = kinds->busy.newest; kind != NULL; kind = kind->older) {
        orm__pace pace = orm__kinds_pace(kinds, kind);
        if (kind->waiting > 0 || now - kind->seen < ORM__KINDS_ABOUT_NS)
            note_about(&survey, pace);
        survey.held_new += pace == ORM__PACE_NEW ? kind->held : 0;
        survey.held_long += pace == ORM__PACE_LONG ? kind->held : 0;
        survey.waiting_long += pace == ORM__PACE_LONG ? kind->waiting : 0;
        if (kind->average > survey.longest)
            survey.longest = kind->average;
    }
    /* One that was never used is there as well. */
    for (const orm__kind *kind = kinds->resting.newest;
         kind != NULL && (kind->seen == 0 || now - kind->seen < ORM__KINDS_ABOUT_NS);
         kind = kind->older)
        if (kind->seen != 0)
            note_about(&survey, orm__kinds_pace(kinds, kind));
    return survey;
}
