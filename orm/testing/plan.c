#include "plan.h"

#include <inttypes.h>
#include <string.h>

static bool key_is_within(const orm_factory_key *key, const orm_factory_parent *parent)
{
    for (size_t i = 0; i < key->count; i++) {
        bool found = false;
        for (size_t k = 0; k < parent->count && !found; k++)
            found = parent->columns[k] == key->columns[i];
        if (!found)
            return false;
    }
    return true;
}

static bool is_foreign(const orm_factory *factory, uint16_t column)
{
    for (size_t i = 0; i < factory->parent_count; i++)
        for (size_t k = 0; k < factory->parents[i].count; k++)
            if (factory->parents[i].columns[k] == column)
                return true;
    return false;
}

/* Whether rows differ in the column without our doing. */
static bool differs(const struct plan *plan, uint16_t index)
{
    const orm_column *column = &plan->model->columns[index];
    bool sql_default = (column->flags & ORM_COLUMN_DEFAULT) != 0 &&
                       plan->factory->columns[index].default_value == NULL;
    return plan->invented[index] || sql_default || is_foreign(plan->factory, index) ||
           (column->flags & (ORM_COLUMN_IDENTITY | ORM_COLUMN_COMPUTED | ORM_COLUMN_NULLABLE)) != 0;
}

/* A unique key all of whose columns have constant defaults would hold one row only. */
static void vary_key(struct plan *plan, const orm_factory_key *key)
{
    for (size_t i = 0; i < key->count; i++)
        if (differs(plan, key->columns[i]))
            return;
    for (size_t i = 0; i < key->count; i++)
        if (plan->model->columns[key->columns[i]].new_offset != ORM_NO_OFFSET) {
            plan->invented[key->columns[i]] = true;
            return;
        }
}

/* Columns of one key count like the digits of a number, so that no two rows have the same. */
static void stride_key(struct plan *plan, const orm_factory_key *key)
{
    uint64_t stride = 1;
    if (key->count == 1) {
        plan->alone[key->columns[0]] = true;
        return;
    }
    for (size_t i = 0; i < key->count; i++) {
        uint16_t index = key->columns[i];
        uint64_t size = orm__domain_size(&plan->model->columns[index], &plan->domains[index]);
        if (!plan->invented[index] || plan->alone[index])
            continue;
        plan->strides[index] = stride;
        if (size == 0 || size > UINT32_MAX || stride > UINT32_MAX)
            return;
        stride *= size;
    }
}

static orm_status read_checks(struct plan *plan)
{
    const orm_factory *factory = plan->factory;
    plan->checks = orm__testing_alloc(plan->db, factory->check_count * sizeof *plan->checks);
    if (plan->checks == NULL)
        return ORM_NOMEM;
    for (size_t i = 0; i < factory->check_count; i++) {
        plan->checks[i] = orm__check_read(plan->db, plan->model, factory->checks[i]);
        if (plan->checks[i] != NULL)
            orm__check_narrow(plan->db, plan->checks[i], plan->model, plan->domains);
    }
    /* What was not read for lack of memory would be taken for what can't be read. */
    return orm__testing_ran_out(plan->db) ? ORM_NOMEM : ORM_OK;
}

orm_status orm__plan_start(struct plan *plan)
{
    size_t columns = plan->model->column_count;
    if (orm__testing_ran_out(plan->db)) /* of an earlier call */
        (void)orm_session_fail(plan->db, ORM_OK, "%s", "");
    plan->domains = orm__testing_alloc(plan->db, columns * sizeof *plan->domains);
    plan->strides = orm__testing_alloc(plan->db, columns * sizeof *plan->strides);
    plan->invented = orm__testing_alloc(plan->db, 3 * columns * sizeof *plan->invented);
    if (plan->domains == NULL || plan->strides == NULL || plan->invented == NULL)
        return ORM_NOMEM;
    plan->alone = plan->invented + columns;
    plan->of_parent = plan->alone + columns;
    for (size_t i = 0; i < columns; i++) {
        const orm_column *column = &plan->model->columns[i];
        orm__domain_start(column, &plan->factory->columns[i], &plan->domains[i]);
        plan->strides[i] = 1;
    }
    orm_status status = read_checks(plan);
    for (size_t i = 0; i < columns && status == ORM_OK; i++) {
        const orm_column *column = &plan->model->columns[i];
        bool needed = !(column->flags & ORM_COLUMN_NULLABLE) || plan->domains[i].wanted;
        plan->invented[i] =
            needed && !plan_is_filled_in(column) && !is_foreign(plan->factory, (uint16_t)i);
    }
    for (size_t i = 0; i < plan->factory->key_count && status == ORM_OK; i++)
        vary_key(plan, &plan->factory->keys[i]);
    for (size_t i = 0; i < plan->factory->key_count && status == ORM_OK; i++)
        stride_key(plan, &plan->factory->keys[i]);
    return status;
}

/* Which rows need the parent: none of its columns may stay as it is. */
static bool needs_parent(const struct plan *plan, const orm_factory_parent *parent, void *row)
{
    bool missing = false;
    bool required = false;
    bool of_parent = true;
    for (size_t i = 0; i < parent->count; i++) {
        const orm_column *column = &plan->model->columns[parent->columns[i]];
        if (column->new_offset == ORM_NO_OFFSET)
            return false; /* computed: it refers to what its expression says */
        if (*orm__given_state(column, row) == ORM_IS_NULL)
            return false;
        bool given = orm__is_given(column, row);
        missing = missing || !given;
        of_parent = of_parent && given && plan->of_parent[parent->columns[i]];
        required = required || (!given && !(column->flags & ORM_COLUMN_NULLABLE));
    }
    if (of_parent) /* of another parent, which may be this one, or one under whose key it lives */
        return true;
    return missing && (required || plan->maker->options.optional_parents);
}

static bool is_being_made(const orm_maker *maker, const orm_factory *factory)
{
    for (size_t i = 0; i < maker->depth; i++)
        if (maker->stack[i] == factory)
            return true;
    return false;
}

static bool is_optional_key(const orm_factory *factory, const orm_factory_parent *parent)
{
    for (size_t i = 0; i < parent->count; i++)
        if (factory->model->columns[parent->columns[i]].flags & ORM_COLUMN_NULLABLE)
            return true;
    return false;
}

/* Whether a row can be made now, with all that it needs. */
static bool can_be_made(const orm_maker *maker, const orm_factory *factory, int levels)
{
    if (factory == NULL || is_being_made(maker, factory) || levels == 0)
        return false;
    for (size_t i = 0; i < factory->parent_count; i++) {
        const orm_factory_parent *parent = &factory->parents[i];
        if (parent->target != factory && !is_optional_key(factory, parent) &&
            !can_be_made(maker, parent->target, levels - 1))
            return false;
    }
    return true;
}

/* A key that consists of foreign keys alone needs one parent that differs: the last of them. */
static bool may_share(const struct plan *plan, size_t index)
{
    const orm_factory *factory = plan->factory;
    for (size_t i = 0; i < factory->key_count; i++) {
        bool foreign = true;
        size_t last = factory->parent_count;
        for (size_t k = 0; k < factory->keys[i].count; k++)
            foreign = foreign && is_foreign(factory, factory->keys[i].columns[k]);
        for (size_t p = 0; foreign && p < factory->parent_count; p++)
            for (size_t k = 0; k < factory->parents[p].count; k++)
                for (size_t c = 0; c < factory->keys[i].count; c++)
                    if (factory->parents[p].columns[k] == factory->keys[i].columns[c])
                        last = p;
        if (foreign && last == index)
            return false;
        if (key_is_within(&factory->keys[i], &factory->parents[index]))
            return false;
    }
    return true;
}

static void set_keys(struct plan *plan, const orm_factory_parent *parent, void *row,
                     const void *parent_row)
{
    for (size_t i = 0; i < parent->count; i++) {
        const orm_column *own = &plan->model->columns[parent->columns[i]];
        const orm_column *target = &parent->target->model->columns[parent->target_columns[i]];
        if (orm__is_given(own, row))
            continue;
        (void)orm__set_from_row(target, parent_row, own, row);
        plan->of_parent[parent->columns[i]] = true;
    }
}

/* What the parent's key has to be, as far as the row's columns are given. */
static void ask_parent(const struct plan *plan, const orm_factory_parent *parent, const void *row,
                       void *values)
{
    for (size_t i = 0; i < parent->count; i++) {
        const orm_column *own = &plan->model->columns[parent->columns[i]];
        const orm_column *target = &parent->target->model->columns[parent->target_columns[i]];
        if (orm__is_given(own, row) && target->new_offset != ORM_NO_OFFSET)
            orm__set_copy(own, row, target, values);
    }
}

static bool fits(const struct plan *plan, const orm_factory_parent *parent, const void *row,
                 const void *shared)
{
    for (size_t i = 0; i < parent->count; i++) {
        const orm_column *own = &plan->model->columns[parent->columns[i]];
        const orm_column *target = &parent->target->model->columns[parent->target_columns[i]];
        if (orm__is_given(own, row) && !orm__set_equals_row(target, shared, own, row))
            return false;
    }
    return true;
}

/* One parent for every row that has none. */
static orm_status make_own(struct plan *plan, const orm_factory_parent *parent, void **rows,
                           size_t count)
{
    const orm_model *target = parent->target->model;
    orm_list list = {0};
    char *values = orm__testing_alloc(plan->db, count * target->new_size);
    if (values == NULL)
        return ORM_NOMEM;
    for (size_t i = 0; i < count; i++)
        ask_parent(plan, parent, rows[i], values + i * target->new_size);
    orm_status status =
        orm__make(plan->site, plan->db, plan->maker, parent->target, values, count, &list);
    for (size_t i = 0; i < count && status == ORM_OK; i++)
        set_keys(plan, parent, rows[i], list.items[i]);
    return status;
}

static orm_status make_shared(struct plan *plan, const orm_factory_parent *parent, void **rows,
                              size_t count)
{
    struct made *made = orm__maker_model(plan->maker, parent->target);
    orm_status status = made == NULL ? ORM_NOMEM : ORM_OK;
    for (size_t i = 0; i < count && status == ORM_OK; i++) {
        if (made->session == plan->db && fits(plan, parent, rows[i], made->shared)) {
            set_keys(plan, parent, rows[i], made->shared);
            continue;
        }
        orm_list list = {0};
        void *values = orm__testing_alloc(plan->db, parent->target->model->new_size);
        if (values == NULL)
            return ORM_NOMEM;
        ask_parent(plan, parent, rows[i], values);
        status = orm__make(plan->site, plan->db, plan->maker, parent->target, values, 1, &list);
        if (status != ORM_OK)
            return status;
        made->session = plan->db;
        made->shared = list.items[0];
        set_keys(plan, parent, rows[i], list.items[0]);
    }
    return status;
}

static orm_status refuse_parent(const struct plan *plan, const orm_factory_parent *parent,
                                const char *why)
{
    const orm_column *column = &plan->model->columns[parent->columns[0]];
    return orm_session_fail(plan->db, ORM_INVALID,
                            "no row of %s can be made up: %s.%s refers to %s; set .%s in the "
                            "%s_new that is given",
                            plan->model->name, plan->model->name, column->field, why, column->field,
                            plan->model->c_name);
}

/* Whether the row that a complete key refers to is there. */
static orm_status exists(const struct plan *plan, const orm_factory_parent *parent, const void *row,
                         bool *exists_out)
{
    const orm_model *target = parent->target->model;
    orm_pred parts[8];
    size_t count = 0;
    *exists_out = false;
    for (size_t i = 0; i < parent->count; i++) {
        const orm_column *own = &plan->model->columns[parent->columns[i]];
        if (!orm__is_given(own, row))
            return ORM_OK;
        orm_value value = orm__set_value(own, row);
        uint16_t column = parent->target_columns[i];
        orm_cond equal = {.op = ORM_OP_EQ, .as = {.values = {value}}};
        parts[count++] =
            own->type == ORM_TYPE_BOOLEAN ? orm_gen_pred_bool(target, column, value.as.boolean)
            : own->type == ORM_TYPE_ENUM  ? orm_gen_pred_enum(target, column, (int)value.as.integer)
                                          : orm_gen_pred(target, column, equal);
    }
    char *query = orm__testing_alloc(plan->db, target->query.size);
    if (query == NULL)
        return ORM_NOMEM;
    orm_pred where = orm_gen_pred_group(plan->db, target, ORM_PRED_ALL_OF, parts, count);
    memcpy(query + target->query.where, &where, sizeof where);
    return orm_gen_exists(plan->site, plan->db, target, query, exists_out);
}

/* The rows for which a parent has to be made. */
static orm_status rows_without(struct plan *plan, const orm_factory_parent *parent, void **rows,
                               size_t *count_out)
{
    orm_status status = ORM_OK;
    *count_out = 0;
    for (size_t i = 0; i < plan->count && status == ORM_OK; i++) {
        void *row = plan_row(plan, i);
        bool there = false;
        if (!needs_parent(plan, parent, row))
            continue;
        if (parent->target != NULL)
            status = exists(plan, parent, row, &there);
        if (!there)
            rows[(*count_out)++] = row;
    }
    return status;
}

static orm_status make_parent(struct plan *plan, size_t index)
{
    const orm_factory_parent *parent = &plan->factory->parents[index];
    void **rows = orm__testing_alloc(plan->db, plan->count * sizeof *rows);
    size_t count = 0;
    if (rows == NULL)
        return ORM_NOMEM;
    orm_status status = rows_without(plan, parent, rows, &count);
    if (status != ORM_OK || count == 0)
        return status;
    if (is_optional_key(plan->factory, parent) && !can_be_made(plan->maker, parent->target, 16))
        return ORM_OK; /* NULL */
    if (parent->target == NULL)
        return refuse_parent(plan, parent, "a table whose rows have no factory");
    if (is_being_made(plan->maker, parent->target)) {
        if (parent->target == plan->factory)
            return ORM_OK; /* the row itself */
        return refuse_parent(plan, parent,
                             "rows that need such a row themselves (a cycle of keys that may not "
                             "be NULL)");
    }
    return plan->maker->options.share_parents && may_share(plan, index)
               ? make_shared(plan, parent, rows, count)
               : make_own(plan, parent, rows, count);
}

/* Keys of many columns first: their parents have the parents that keys of fewer refer to. */
orm_status orm__plan_parents(struct plan *plan)
{
    orm_status status = ORM_OK;
    for (uint16_t size = 8; size > 0; size--)
        for (size_t i = 0; i < plan->factory->parent_count && status == ORM_OK; i++)
            if (plan->factory->parents[i].count == size)
                status = make_parent(plan, i);
    return status;
}
