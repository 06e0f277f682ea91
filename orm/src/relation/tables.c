#include "relation/tables.h"

#include <string.h>

#include "base/fail.h"
#include "sql/view.h"

static bool is_joined_too(const orm__query *query)
{
    for (uint16_t i = 0; i < query->join_count; i++)
        if (query->joins[i].relation->target == query->model)
            return true;
    return false;
}

static bool init_join(orm__tables *tables, orm_site site, uint16_t i, const orm__field *fields,
                      bool refresh)
{
    orm_session *session = tables->session;
    const orm__join *join = &tables->query->joins[i];
    const orm_model *target = join->relation->target;
    orm__view view;
    orm__view_read(&view, target, join->query);
    orm__result *result = orm__session_result(session, site, target);
    orm__load *load = orm__arena_zero(&session->arena, sizeof *load);
    if (result == NULL || load == NULL)
        return false;
    load->site = site;
    load->epoch = session->map.epoch;
    load->partial = orm__view_is_partial(&view);
    result->relation = join->relation;
    tables->loads[i + 1] = load;
    tables->joined[i + 1].arena = &session->arena;
    return orm__mapper_init(&tables->mappers[i + 1], session, session->engine->driver,
                            &session->arena, &session->map, target, fields, result, false,
                            refresh || view.refresh);
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
    bool ok = orm__mapper_init(&tables->mappers[0], session, session->engine->driver,
                               &session->arena, &session->map, query->model, fields, result,
                               distinct && !is_joined_too(query), refresh);
    fields += query->model->column_count;
    for (uint16_t i = 0; i < query->join_count && ok; i++) {
        ok = init_join(tables, site, i, fields, refresh);
        fields += query->joins[i].relation->target->column_count;
    }
    const orm_model *link = orm__query_link(query);
    if (ok && link != NULL) {
        orm__result *linking = orm__session_result(session, site, link);
        ok = linking != NULL &&
             orm__mapper_init(&tables->link, session, session->engine->driver, &session->arena,
                              &session->map, link, fields, linking, false, refresh);
    }
    tables->ordinal = statement->field_count;
    return ok ? ORM_OK : orm__session_nomem(session);
}

void orm__tables_dispose(orm__tables *tables)
{
    for (uint16_t i = 1; i <= tables->query->join_count; i++)
        if (tables->joined[i].arena != NULL)
            orm__row_list_dispose(&tables->joined[i]);
}

/* Whether a LEFT JOIN found no row: the columns it was matched by are NULL. */
static bool is_absent(const orm__tables *tables, uint16_t table, orm__rows *rows)
{
    const orm__mapper *mapper = &tables->mappers[table];
    const orm_relation *relation = tables->query->joins[table - 1].relation;
    return mapper->driver->is_null(rows, mapper->fields[relation->target_columns[0]].position);
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

orm_status orm__tables_take(orm__tables *tables, orm__rows *rows, void **row_out, orm_error *error)
{
    orm_status status = orm__mapper_take(&tables->mappers[0], rows, row_out, error);
    if (tables->query->join_count == 0 || status != ORM_OK)
        return status;
    void *taken[ORM__JOIN_MAX + 1];
    taken[0] = *row_out;
    for (uint16_t i = 1; i <= tables->query->join_count && status == ORM_OK; i++)
        status = take_join(tables, i, rows, taken, error);
    return status;
}
