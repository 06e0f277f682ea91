#include "migrate/plan_postgresql.h"

/* What is known as statements only: functions, collations, rules, policies, options ... */

static bool is_early(const struct catalog_other *other)
{
    return other->stage == STAGE_FIRST || other->stage == STAGE_EARLY;
}

static void drop(struct work *work, const struct change *change)
{
    const struct catalog_other *other = change->old;
    struct step *step = plan_add(work->plan, "%s", other->drop);

    if (change->action == CHANGE_DROP && other->routine)
        step->destroys = other->name;
}

/* Another text of a function replaces it; all else is made again. */
static bool is_replaced(const struct change *change)
{
    return change->action == CHANGE_ALTER && ((const struct catalog_other *)change->new)->routine;
}

void others_drop(struct work *work, enum catalog_stage first, enum catalog_stage last)
{
    for (size_t i = work->changes->items.count; i-- > 0;) {
        const struct change *change = work->changes->items.items[i];
        const struct catalog_other *other = change->old;

        if (change->kind == OBJECT_OTHER && change->action != CHANGE_ADD && other->stage >= first &&
            other->stage <= last && !is_replaced(change) &&
            (!is_early(other) || change->action == CHANGE_DROP))
            drop(work, change);
    }
}

void others_add(struct work *work, enum catalog_stage stage)
{
    bool unchecked = false;

    for (size_t i = 0; i < work->changes->items.count; i++) {
        const struct change *change = work->changes->items.items[i];
        const struct catalog_other *other = change->new;

        if (change->kind != OBJECT_OTHER || change->action == CHANGE_DROP || other->stage != stage)
            continue;
        if (change->action == CHANGE_ALTER && is_early(other) && !other->routine)
            drop(work, change);
        if (other->routine && !unchecked) {
            plan_add(work->plan, "SET check_function_bodies = off")->note =
                "Functions may name tables that come later.";
            unchecked = true;
        }
        plan_add(work->plan, "%s", other->definition);
    }
}
