/* Rows of one model, with what they need. */
#include "plan.h"

#include <string.h>

enum { MAKE_ATTEMPTS = 5 };

/* Rows given for relations stand for their keys. */
static void take_relations(const orm_model *model, void *row)
{
    for (size_t i = 0; i < model->relation_count; i++) {
        const orm_relation *relation = &model->relations[i];
        const void *given = NULL;
        if (relation->new_offset == 0)
            continue;
        char *at = (char *)row + relation->new_offset;
        memcpy(&given, at, sizeof given);
        if (given == NULL)
            continue;
        for (size_t k = 0; k < relation->own_count; k++)
            (void)orm__set_from_row(&relation->target->columns[relation->target_columns[k]], given,
                                    &model->columns[relation->own_columns[k]], row);
        memset(at, 0, sizeof given);
    }
}

/* Whether other numbers would give other keys. */
static bool has_invented_key(const struct plan *plan)
{
    for (size_t i = 0; i < plan->factory->key_count; i++)
        for (size_t k = 0; k < plan->factory->keys[i].count; k++)
            if (plan->invented[plan->factory->keys[i].columns[k]])
                return true;
    return false;
}

/* The database's refusal, with what to do about it. */
static orm_status explain_refusal(const struct plan *plan, orm_status status,
                                  const orm_error *refusal)
{
    orm_error error = *refusal; /* which the next call replaces */
    const char *name = plan->model->c_name;
    if (status == ORM_CHECK)
        return orm_session_fail(plan->db, status,
                                "no row of %s can be made up: the check %s refuses the values "
                                "(%.160s); set its columns in the %s_new that is given",
                                plan->model->name, error.constraint, error.message, name);
    if (status == ORM_UNIQUE)
        return orm_session_fail(plan->db, status,
                                "no row of %s can be made up: %.200s; give another seed, or set "
                                "the columns of that key in the %s_new that is given",
                                plan->model->name, error.message, name);
    return orm_session_fail(plan->db, status, "no row of %s can be made up: %.300s",
                            plan->model->name, error.message);
}

static orm_status insert(struct plan *plan, orm_list *list_out)
{
    orm_savepoint savepoint;
    orm_error refusal = {0};
    orm_status status = orm_session_savepoint_at(plan->site, plan->db, &savepoint);
    if (status != ORM_OK)
        return status;
    status =
        orm_gen_insert_all(plan->site, plan->db, plan->model, plan->rows, plan->count, list_out);
    if (status == ORM_OK)
        return orm_savepoint_release_at(plan->site, plan->db, savepoint);
    refusal = *orm_session_error(plan->db);
    orm_status undone = orm_savepoint_rollback_at(plan->site, plan->db, savepoint);
    if (undone == ORM_FAILED_TRANSACTION) /* and why is what was told first */
        return orm_session_fail(plan->db, status, "%s", refusal.message);
    return undone == ORM_OK ? explain_refusal(plan, status, &refusal) : undone;
}

/* With numbers further on when rows that are there already have those keys. */
static orm_status try_values(struct plan *plan, orm_list *list_out)
{
    size_t size = plan->count * plan->model->new_size;
    char *given = orm__testing_alloc(plan->db, size);
    uint64_t further = 1000;
    orm_status status = ORM_OK;
    if (given == NULL)
        return ORM_NOMEM;
    memcpy(given, plan->rows, size);
    for (int i = 0; i < MAKE_ATTEMPTS; i++, further *= 10) {
        status = orm__plan_values(plan);
        if (status == ORM_OK)
            status = insert(plan, list_out);
        if (status != ORM_UNIQUE || !has_invented_key(plan))
            return status;
        plan->made->count += further;
        memcpy(plan->rows, given, size);
    }
    return status;
}

orm_status orm__make(orm_site site, orm_session *db, orm_maker *maker, const orm_factory *factory,
                     const void *values, size_t count, void *list_out)
{
    orm_list list = {0};
    struct plan plan = {.site = site,
                        .db = db,
                        .maker = maker,
                        .factory = factory,
                        .model = factory->model,
                        .count = count};
    if (maker->depth >= MAKER_MAX_DEPTH)
        return orm_session_fail(db, ORM_INVALID, "rows of %s need parents over too many levels",
                                factory->model->name);
    plan.made = orm__maker_model(maker, factory);
    plan.rows = orm__testing_alloc(db, count * plan.model->new_size);
    if (plan.made == NULL || plan.rows == NULL)
        return ORM_NOMEM;
    if (values != NULL)
        memcpy(plan.rows, values, count * plan.model->new_size);
    for (size_t i = 0; i < count; i++)
        take_relations(plan.model, plan_row(&plan, i));
    maker->stack[maker->depth++] = factory;
    orm_status status = orm__plan_start(&plan);
    if (status == ORM_OK)
        status = orm__plan_parents(&plan);
    if (status == ORM_OK)
        status = try_values(&plan, &list);
    maker->depth--;
    if (status == ORM_OK)
        plan.made->rows += count;
    if (list_out != NULL)
        *(orm_list *)list_out = list;
    return status;
}

/* The whole call is undone when a part of it fails. */
static orm_status make_all(orm_site site, orm_session *db, orm_maker *maker,
                           const orm_factory *factory, const void *values, size_t count,
                           orm_list *list_out)
{
    orm_savepoint savepoint;
    orm_status status = orm_session_savepoint_at(site, db, &savepoint);
    if (status != ORM_OK)
        return status;
    status = orm__make(site, db, maker, factory, values, count, list_out);
    if (status == ORM_OK)
        return orm_savepoint_release_at(site, db, savepoint);
    orm_error error = *orm_session_error(db);
    orm_status undone = orm_savepoint_rollback_at(site, db, savepoint);
    if (undone == ORM_OK || undone == ORM_FAILED_TRANSACTION)
        (void)orm_session_fail(db, status, "%s", error.message);
    for (struct made *made = maker->models; made != NULL; made = made->next)
        made->session = NULL; /* shared rows may be gone */
    return status;
}

orm_status orm_make_rows(orm_site site, orm_session *db, orm_maker *maker,
                         const orm_factory *factory, const void *values, size_t count,
                         void *list_out)
{
    size_t size = factory->model->new_size;
    orm_list list = {0};
    char *all = NULL;
    if (list_out != NULL)
        *(orm_list *)list_out = list;
    if (count == 0)
        return ORM_OK;
    if (maker->options.scope != NULL)
        orm_scope_pause(maker->options.scope);
    orm_status status = ORM_NOMEM;
    if (count < SIZE_MAX / size)
        all = orm__testing_alloc(db, count * size);
    for (size_t i = 0; all != NULL && values != NULL && i < count; i++)
        memcpy(all + i * size, values, size);
    if (all != NULL)
        status = make_all(site, db, maker, factory, all, count, &list);
    if (maker->options.scope != NULL)
        orm_scope_resume(maker->options.scope);
    if (list_out != NULL && status == ORM_OK)
        *(orm_list *)list_out = list;
    return status;
}

orm_status orm_make_row(orm_site site, orm_session *db, orm_maker *maker,
                        const orm_factory *factory, const void *values, void *row_out)
{
    orm_list list = {0};
    orm_status status = orm_make_rows(site, db, maker, factory, values, 1, &list);
    if (row_out != NULL)
        *(void **)row_out = status == ORM_OK ? list.items[0] : NULL;
    return status;
}
