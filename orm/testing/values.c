/* Values for the columns of the rows of a plan. */
#include "plan.h"

#include <inttypes.h>
#include <string.h>

enum { MORE_TRIES = 40, CANDIDATES = 64, SEED_STEP = 1000 };

static orm_status refuse(const struct plan *plan, const orm_column *column,
                         const struct domain *domain, enum invented why)
{
    const char *model = plan->model->name;
    const char *field = column->field;
    if (why == INVENTED_NOMEM || orm__testing_ran_out(plan->db))
        return ORM_NOMEM;
    if (why == INVENTED_ALL)
        return orm_session_fail(plan->db, ORM_INVALID,
                                "no further value can be made up for %s.%s: it is unique, and all "
                                "that it can hold were used; set .%s in the %s_new that is given",
                                model, field, field, plan->model->c_name);
    if (domain->pattern != NULL)
        return orm_session_fail(plan->db, ORM_INVALID,
                                "no value can be made up for %s.%s that matches '%s' and its "
                                "length; set .%s in the %s_new that is given",
                                model, field, domain->pattern, field, plan->model->c_name);
    return orm_session_fail(plan->db, ORM_INVALID,
                            "no value can be made up for %s.%s: nothing is within its bounds and "
                            "checks; set .%s in the %s_new that is given",
                            model, field, field, plan->model->c_name);
}

static orm_status invent_column(struct plan *plan, uint16_t index, uint64_t serial, void *row)
{
    const orm_column *column = &plan->model->columns[index];
    const struct domain *domain = &plan->domains[index];
    uint64_t seed = plan->maker->options.seed;
    uint64_t at = (serial + seed * SEED_STEP) / plan->strides[index];
    uint64_t size = orm__domain_size(column, domain);
    bool used_up = plan->alone[index] && plan->made->rows + plan->at >= size;
    enum invented result =
        used_up ? INVENTED_ALL : orm__invent(plan->db, column, domain, at, seed, true, row);
    return result == INVENTED ? ORM_OK : refuse(plan, column, domain, result);
}

/* A row that has to refer to itself needs its key beforehand. */
static orm_status refer_to_itself(struct plan *plan, uint64_t serial, void *row)
{
    for (size_t p = 0; p < plan->factory->parent_count; p++) {
        const orm_factory_parent *parent = &plan->factory->parents[p];
        for (size_t i = 0; parent->target == plan->factory && i < parent->count; i++) {
            const orm_column *own = &plan->model->columns[parent->columns[i]];
            const orm_column *key = &plan->model->columns[parent->target_columns[i]];
            if ((own->flags & ORM_COLUMN_NULLABLE) || orm__is_given(own, row))
                continue;
            if (key->new_offset == ORM_NO_OFFSET)
                return refuse(plan, own, &plan->domains[parent->columns[i]], INVENTED_NONE);
            if (!orm__is_given(key, row) && (key->flags & ORM_COLUMN_IDENTITY)) {
                long double first = key->type == ORM_TYPE_SMALLINT ? 16384.0L : 1073741824.0L;
                (void)orm__set_number(plan->db, key, first + (long double)serial, row);
            } else if (!orm__is_given(key, row)) {
                orm_status status = invent_column(plan, parent->target_columns[i], serial, row);
                if (status != ORM_OK)
                    return status;
            }
            if (own != key)
                orm__set_copy(key, row, own, row);
        }
    }
    return ORM_OK;
}

/* What neither the caller nor a parent gives. */
static orm_status invent_row(struct plan *plan, const void *given, void *row)
{
    uint64_t serial = plan->made->count++;
    orm_status status = ORM_OK;
    memcpy(row, given, plan->model->new_size);
    for (uint16_t i = 0; i < plan->model->column_count && status == ORM_OK; i++)
        if (plan->invented[i] && !orm__is_given(&plan->model->columns[i], given))
            status = invent_column(plan, i, serial, row);
    return status == ORM_OK ? refer_to_itself(plan, serial, row) : status;
}

static size_t failing(const struct plan *plan, const struct check_row *row)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->factory->check_count; i++)
        count += plan->checks[i] != NULL && !orm__check_holds(plan->checks[i], row);
    return count;
}

/* The `index`-th thing to try in a column: what the check suggests, or another made up value. */
static bool try_candidate(struct plan *plan, const struct check *check, uint16_t column,
                          size_t index, const struct check_row *row, void *values)
{
    if (orm__check_candidate(check, row, column, index, values))
        return true;
    return index == CANDIDATES - 1 &&
           orm__invent(plan->db, &plan->model->columns[column], &plan->domains[column],
                       plan->made->count, plan->maker->options.seed, true, values) == INVENTED;
}

static bool may_change(const struct plan *plan, const struct check *check, uint16_t column,
                       const void *given)
{
    const orm_column *it = &plan->model->columns[column];
    return it->new_offset != ORM_NO_OFFSET && !orm__is_given(it, given) &&
           !plan->of_parent[column] && !(it->flags & (ORM_COLUMN_IDENTITY | ORM_COLUMN_VERSION)) &&
           orm__check_names(check, column);
}

/*
 * Other values in one column of the failing check, or (`others`) in two of them, so that fewer than
 * `most` checks fail.
 */
static bool repair(struct plan *plan, const struct check *check, const void *given, void *row,
                   size_t most, bool others)
{
    struct check_row asked = {.db = plan->db, .factory = plan->factory, .values = row};
    void *kept = orm__testing_alloc(plan->db, plan->model->new_size);
    if (kept == NULL)
        return false;
    memcpy(kept, row, plan->model->new_size);
    for (uint16_t c = 0; c < plan->model->column_count; c++) {
        for (size_t i = 0; i < CANDIDATES && may_change(plan, check, c, given); i++) {
            memcpy(row, kept, plan->model->new_size);
            if (!try_candidate(plan, check, c, i, &asked, row))
                continue;
            if (failing(plan, &asked) < most ||
                (others && repair(plan, check, given, row, most, false)))
                return true;
        }
    }
    memcpy(row, kept, plan->model->new_size);
    return false;
}

static orm_status refuse_check(const struct plan *plan, const char *expression)
{
    if (orm__testing_ran_out(plan->db))
        return ORM_NOMEM;
    return orm_session_fail(plan->db, ORM_INVALID,
                            "no row of %s can be made up for which the check (%s) holds; set its "
                            "columns in the %s_new that is given",
                            plan->model->name, expression, plan->model->c_name);
}

/* Mends the checks that fail, one after another. */
static orm_status mend(struct plan *plan, const void *given, void *row)
{
    struct check_row asked = {.db = plan->db, .factory = plan->factory, .values = row};
    const char *refused = NULL;
    for (size_t most = failing(plan, &asked); most > 0; most = failing(plan, &asked)) {
        bool mended = false;
        for (size_t i = 0; i < plan->factory->check_count && !mended; i++) {
            const struct check *check = plan->checks[i];
            if (check == NULL || orm__check_holds(check, &asked))
                continue;
            refused = plan->factory->checks[i];
            mended = repair(plan, check, given, row, most, false) ||
                     repair(plan, check, given, row, most, true);
        }
        if (!mended)
            return refuse_check(plan, refused);
    }
    return ORM_OK;
}

/* First the values that come next, then those that the checks themselves suggest. */
static orm_status satisfy(struct plan *plan, const void *given, void *row)
{
    struct check_row asked = {.db = plan->db, .factory = plan->factory, .values = row};
    orm_status status = ORM_OK;
    uint64_t count = plan->made->count;
    for (int i = 0; i < MORE_TRIES && status == ORM_OK && failing(plan, &asked) > 0; i++)
        status = invent_row(plan, given, row);
    if (status != ORM_OK || failing(plan, &asked) == 0)
        return status;
    plan->made->count = count - 1;
    status = invent_row(plan, given, row);
    return status == ORM_OK ? mend(plan, given, row) : status;
}

orm_status orm__plan_values(struct plan *plan)
{
    orm_status status = ORM_OK;
    char *given = orm__testing_alloc(plan->db, plan->model->new_size);
    if (given == NULL)
        return ORM_NOMEM;
    for (size_t i = 0; i < plan->count && status == ORM_OK; i++) {
        void *row = plan_row(plan, i);
        plan->at = i;
        memcpy(given, row, plan->model->new_size);
        status = invent_row(plan, given, row);
        if (status == ORM_OK)
            status = satisfy(plan, given, row);
    }
    return status;
}
