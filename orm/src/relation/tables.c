#include "relation/tables.h"

#include <string.h>

#include "base/fail.h"
#include "sql/view.h"

static bool is_joined_too(const orm__query *query)
{
    for (uint16_t i = 0; i < query->join_count; i++)
        if (query->joins[i].relation->target == query->model ||
            orm__join_link(&query->joins[i]) == query->model)
            return true;
    return false;
}

/* What is joined is read again if its own query says so, as by a statement of its own. */
static bool init_join(orm__tables *tables, orm_site site, uint16_t i, const orm__field *fields)
{
    orm_session *session = tables->session;
    const orm__join *join = &tables->query->joins[i];
    const orm_model *target = join->relation->target;
    orm__view view;
    orm__view_read(&view, target, join->query);
    orm__result *result = orm__session_result(session, site, target);
    orm__load *load = orm__session_load(session, site);
    if (result == NULL || load == NULL)
        return false;
    load->partial = orm__view_is_partial(&view);
    memcpy(load->order_by, view.order_by, sizeof load->order_by);
    result->relation = join->relation;
    tables->loads[i + 1] = load;
    tables->joined[i + 1].arena = &session->arena;
    return orm__mapper_init(&tables->mappers[i + 1], session, session->engine->driver,
                            &session->arena, &session->map, target, fields, result, false,
                            view.refresh);
}

/* The mapper of a link's columns, which are the next of `fields`. */
static bool init_link(orm__tables *tables, orm_site site, orm__mapper *mapper,
                      const orm_model *model, const orm__field *fields, bool refresh)
{
    orm_session *session = tables->session;
    orm__result *result = orm__session_result(session, site, model);
    return result != NULL &&
           orm__mapper_init(mapper, session, session->engine->driver, &session->arena,
                            &session->map, model, fields, result, false, refresh);
}

static orm__spread *new_spread(orm_session *session, const orm__query *query)
{
    orm__spread *spread = orm__arena_zero(&session->arena, sizeof *spread);
    if (spread == NULL)
        return NULL;
    spread->lists = orm__arena_zero(&session->arena, query->join_count * sizeof *spread->lists);
    if (spread->lists == NULL)
        return NULL;
    bool last = true;
    for (uint16_t i = query->join_count; i > 0; i--) {
        orm__spread_list *list = &spread->lists[i - 1];
        list->owners.arena = list->items.arena = list->links.arena = &session->arena;
        list->last = last;
        last = last && !query->joins[i - 1].many;
    }
    return spread;
}

static bool init_joins(orm__tables *tables, orm_site site, const orm__field *fields, bool refresh)
{
    const orm__query *query = tables->query;
    bool ok = true;
    for (uint16_t i = 0; i < query->join_count && ok; i++) {
        const orm_model *link = orm__join_link(&query->joins[i]);
        ok = init_join(tables, site, i, fields);
        if (!ok)
            break;
        orm__mapper_undefer(&tables->mappers[i + 1], query->joins[i].undefer);
        fields += tables->mappers[i + 1].field_count;
        if (link == NULL)
            continue;
        ok = init_link(tables, site, &tables->spread->lists[i].link, link, fields, refresh);
        fields += tables->spread->lists[i].link.field_count;
    }
    if (ok && orm__query_link(query) != NULL)
        ok = init_link(tables, site, &tables->link, orm__query_link(query), fields, refresh);
    return ok;
}

orm_status orm__tables_init(orm__tables *tables, orm_session *session, orm_site site,
                            const orm__query *query, const orm__statement *statement,
                            orm__result *result, bool distinct, bool refresh,
                            orm__assigned *assigned)
{
    tables->session = session;
    tables->query = query;
    tables->assigned = assigned;
    const orm__field *fields = statement->fields;
    /* All of them, since all are disposed of when one of the joins can't be prepared. */
    memset(&tables->joined[1], 0, query->join_count * sizeof tables->joined[1]);
    tables->ordinal = statement->field_count;
    tables->spread = query->spreads ? new_spread(session, query) : NULL;
    if (query->spreads && tables->spread == NULL)
        return orm__session_nomem(session);
    if (!orm__mapper_init(&tables->mappers[0], session, session->engine->driver, &session->arena,
                          &session->map, query->model, fields, result,
                          distinct && !is_joined_too(query), refresh))
        return orm__session_nomem(session);
    orm__mapper_undefer(&tables->mappers[0], query->undefer);
    return init_joins(tables, site, fields + tables->mappers[0].field_count, refresh)
               ? ORM_OK
               : orm__session_nomem(session);
}

void orm__tables_dispose(orm__tables *tables)
{
    for (uint16_t i = 1; i <= tables->query->join_count; i++) {
        if (tables->joined[i].arena != NULL)
            orm__row_list_dispose(&tables->joined[i]);
        if (tables->spread == NULL)
            continue;
        orm__row_list_dispose(&tables->spread->lists[i - 1].owners);
        orm__row_list_dispose(&tables->spread->lists[i - 1].items);
        orm__row_list_dispose(&tables->spread->lists[i - 1].links);
    }
}

/* Whether a LEFT JOIN found no row: the columns it was matched by are NULL. */
static bool is_absent(const orm__tables *tables, uint16_t table, orm__rows *rows)
{
    const orm__mapper *mapper = &tables->mappers[table];
    const orm_relation *relation = tables->query->joins[table - 1].relation;
    return mapper->driver->is_null(
        rows, orm__mapper_field(mapper, relation->target_columns[0])->position);
}

static orm_status take_join(orm__tables *tables, uint16_t table, orm__rows *rows, void **taken,
                            orm_error *error)
{
    const orm__join *join = &tables->query->joins[table - 1];
    void *parent = taken[join->parent];
    orm_status status = ORM_OK;
    taken[table] = NULL;
    if (parent == NULL)
        return ORM_OK;
    if (!is_absent(tables, table, rows)) {
        status = orm__mapper_take(&tables->mappers[table], rows, &taken[table], error);
        if (status != ORM_OK)
            return status;
        if (!orm__row_list_add(&tables->joined[table], taken[table]))
            return orm__fail(error, ORM_NOMEM, "out of memory");
    }
    orm_object *object = orm__object_of(tables->mappers[join->parent].model, parent);
    if (!orm__assign(tables->assigned, &object->slots[join->relation_index], taken[table],
                     tables->loads[table]))
        return orm__fail(error, ORM_NOMEM, "out of memory");
    return ORM_OK;
}

static orm_status add_item(orm__tables *tables, uint16_t table, orm__rows *rows, orm_error *error)
{
    orm__spread_list *list = &tables->spread->lists[table - 1];
    const orm__join *join = &tables->query->joins[table - 1];
    void *link = NULL;
    orm_status status = ORM_OK;
    if (orm__join_link(join) != NULL)
        status = orm__mapper_take(&list->link, rows, &link, error);
    if (status != ORM_OK)
        return status;
    if (!orm__row_list_add(&list->owners, tables->spread->taken[join->parent]) ||
        !orm__row_list_add(&list->items, tables->spread->taken[table]) ||
        !orm__row_list_add(&list->links, link))
        return orm__fail(error, ORM_NOMEM, "out of memory");
    return ORM_OK;
}

/* Starts the list of an owner, unless it has it. */
static bool start_list(orm__tables *tables, orm__spread_list *list, void *owner)
{
    bool is_new = false;
    if (!orm__visited_add(&list->visited, &tables->session->arena, owner, &is_new))
        return false;
    list->active = is_new;
    return !is_new ||
           (orm__row_list_add(&list->owners, owner) && orm__row_list_add(&list->items, NULL) &&
            orm__row_list_add(&list->links, NULL));
}

static orm_status take_item(orm__tables *tables, uint16_t table, orm__rows *rows, orm_error *error)
{
    orm__spread *spread = tables->spread;
    orm__spread_list *list = &spread->lists[table - 1];
    uint16_t above = tables->query->joins[table - 1].parent;
    void *before = spread->taken[table];
    void *owner = spread->taken[above];
    spread->taken[table] = NULL;
    spread->fresh[table] = spread->fresh[above];
    if (owner != NULL && spread->fresh[above] && !start_list(tables, list, owner))
        return orm__fail(error, ORM_NOMEM, "out of memory");
    if (owner == NULL || is_absent(tables, table, rows))
        return ORM_OK;
    orm_status status =
        orm__mapper_take(&tables->mappers[table], rows, &spread->taken[table], error);
    if (status != ORM_OK)
        return status;
    spread->fresh[table] = spread->fresh[above] || list->last || spread->taken[table] != before;
    if (!spread->fresh[table])
        return ORM_OK;
    if (!orm__row_list_add(&tables->joined[table], spread->taken[table]))
        return orm__fail(error, ORM_NOMEM, "out of memory");
    return list->active ? add_item(tables, table, rows, error) : ORM_OK;
}

static orm_status take_spread(orm__tables *tables, orm__rows *rows, void **row_out,
                              orm_error *error)
{
    orm__spread *spread = tables->spread;
    int64_t number = 0;
    *row_out = NULL;
    orm_status status = tables->mappers[0].driver->read_int(rows, tables->ordinal, &number, error);
    if (status != ORM_OK)
        return status;
    spread->fresh[0] = number != spread->number;
    spread->number = number;
    if (spread->fresh[0])
        status = orm__mapper_take(&tables->mappers[0], rows, &spread->taken[0], error);
    for (uint16_t i = 1; i <= tables->query->join_count && status == ORM_OK; i++) {
        const orm__join *join = &tables->query->joins[i - 1];
        spread->fresh[i] = !join->many && spread->fresh[join->parent];
        if (join->many)
            status = take_item(tables, i, rows, error);
        else if (spread->fresh[i])
            status = take_join(tables, i, rows, spread->taken, error);
    }
    *row_out = spread->fresh[0] ? spread->taken[0] : NULL;
    return status;
}

orm_status orm__tables_take(orm__tables *tables, orm__rows *rows, void **row_out, orm_error *error)
{
    if (tables->spread != NULL)
        return take_spread(tables, rows, row_out, error);
    orm_status status = orm__mapper_take(&tables->mappers[0], rows, row_out, error);
    if (tables->query->join_count == 0 || status != ORM_OK)
        return status;
    void *taken[ORM__JOIN_MAX + 1];
    taken[0] = *row_out;
    for (uint16_t i = 1; i <= tables->query->join_count && status == ORM_OK; i++)
        status = take_join(tables, i, rows, taken, error);
    return status;
}
