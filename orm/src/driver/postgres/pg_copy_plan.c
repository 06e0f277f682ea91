/*
 * COPY takes each value in the form its column's receive function reads, and converts nothing. So
 * the server is asked what the columns are, once for each statement on a connection; what does not
 * fit, rules and row security (which COPY passes by, or refuses), and identities that only the
 * server may give are left to INSERT.
 */
#include <string.h>

#include "base/fail.h"
#include "driver/postgres/pg_copy.h"

static const char question[] =
    "WITH RECURSIVE t AS (SELECT c.oid FROM pg_catalog.pg_class c"
    " WHERE c.oid = pg_catalog.to_regclass(coalesce(pg_catalog.quote_ident($1) || '.', '')"
    " || pg_catalog.quote_ident($2)) AND c.relkind IN ('r', 'p', 'f') AND NOT c.relhasrules"
    " AND NOT pg_catalog.row_security_active(c.oid)), "
    "b AS (SELECT a.attname, a.attidentity = 'a' AS fixed, a.atttypid AS type"
    " FROM t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0"
    " AND NOT a.attisdropped"
    " UNION ALL SELECT b.attname, b.fixed, y.typbasetype"
    " FROM b JOIN pg_catalog.pg_type y ON y.oid = b.type AND y.typtype = 'd') "
    "SELECT b.attname::text, p.proname::text, coalesce(e.oid, 0)::bigint"
    " FROM b JOIN pg_catalog.pg_type y ON y.oid = b.type AND y.typtype <> 'd'"
    " LEFT JOIN pg_catalog.pg_type e ON e.oid = y.typelem AND y.typcategory = 'A'"
    " JOIN pg_catalog.pg_proc p ON p.oid = coalesce(e.typreceive, y.typreceive)"
    " WHERE NOT b.fixed";

static const struct {
    const char *name; /* of the receive function */
    orm__pg_wire wire;
    orm_type type;
} receivers[] = {
    {"boolrecv", ORM__PG_WIRE_FIXED, ORM_TYPE_BOOLEAN},
    {"int2recv", ORM__PG_WIRE_FIXED, ORM_TYPE_SMALLINT},
    {"int4recv", ORM__PG_WIRE_FIXED, ORM_TYPE_INTEGER},
    {"int8recv", ORM__PG_WIRE_FIXED, ORM_TYPE_BIGINT},
    {"float4recv", ORM__PG_WIRE_FIXED, ORM_TYPE_REAL},
    {"float8recv", ORM__PG_WIRE_FIXED, ORM_TYPE_DOUBLE},
    {"bytearecv", ORM__PG_WIRE_FIXED, ORM_TYPE_BYTEA},
    {"uuid_recv", ORM__PG_WIRE_FIXED, ORM_TYPE_UUID},
    {"date_recv", ORM__PG_WIRE_FIXED, ORM_TYPE_DATE},
    {"time_recv", ORM__PG_WIRE_FIXED, ORM_TYPE_TIME},
    {"timestamp_recv", ORM__PG_WIRE_FIXED, ORM_TYPE_TIMESTAMP},
    {"timestamptz_recv", ORM__PG_WIRE_FIXED, ORM_TYPE_TIMESTAMPTZ},
    {"interval_recv", ORM__PG_WIRE_FIXED, ORM_TYPE_INTERVAL},
    {"numeric_recv", ORM__PG_WIRE_NUMERIC, ORM_TYPE_NUMERIC},
    {"textrecv", ORM__PG_WIRE_TEXT, ORM_TYPE_TEXT},
    {"varcharrecv", ORM__PG_WIRE_TEXT, ORM_TYPE_TEXT},
    {"bpcharrecv", ORM__PG_WIRE_TEXT, ORM_TYPE_TEXT},
    {"citextrecv", ORM__PG_WIRE_TEXT, ORM_TYPE_TEXT},
    {"enum_recv", ORM__PG_WIRE_TEXT, ORM_TYPE_ENUM},
    {"json_recv", ORM__PG_WIRE_TEXT, ORM_TYPE_JSON},
    {"jsonb_recv", ORM__PG_WIRE_JSONB, ORM_TYPE_JSONB},
};

enum { RECEIVERS = sizeof receivers / sizeof *receivers };

static bool is_integer(orm_type type)
{
    return type == ORM_TYPE_SMALLINT || type == ORM_TYPE_INTEGER || type == ORM_TYPE_BIGINT;
}

/* Whether values of a model's column can be written to a column that a function receives. */
static bool fits(orm_type type, int receiver)
{
    orm_type other = receivers[receiver].type;
    switch (type) {
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
        return is_integer(other);
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
    case ORM_TYPE_ENUM:
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB:
        return receivers[receiver].wire == ORM__PG_WIRE_TEXT ||
               receivers[receiver].wire == ORM__PG_WIRE_JSONB;
    default:
        return type == other;
    }
}

typedef struct plan {
    orm__link *link;
    const orm__statement *statement;
    Oid *columns; /* two for each: 1 + its receiver, and an array's element; 0: not met */
} plan;

static void note_column(plan *making, const char *name, const char *receive, int64_t element)
{
    const orm__statement *statement = making->statement;
    for (size_t i = 0; i < statement->param_count; i++) {
        const orm__param *param = &statement->params[i];
        if (strcmp(param->column->name, name) != 0 || param->array != (element != 0))
            continue;
        for (int r = 0; r < RECEIVERS; r++)
            if (strcmp(receivers[r].name, receive) == 0 && fits((orm_type)param->type, r)) {
                making->columns[2 * i] = (Oid)r + 1;
                making->columns[2 * i + 1] = (Oid)element;
            }
    }
}

static orm_status take_columns(orm__call *call, orm__rows *rows, orm_error *error)
{
    plan *making = call->context;
    const orm__driver *driver = &orm__driver_postgresql;
    orm__arena *arena = &making->link->scratch;
    bool more = false;
    orm_status status = driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        const char *name = NULL;
        const char *receive = NULL;
        orm_opt_i64 element = {0};
        status = driver->raw_text(rows, 0, arena, &name);
        if (status == ORM_OK)
            status = driver->raw_text(rows, 1, arena, &receive);
        if (status == ORM_OK)
            status = driver->raw_int(rows, 2, &element);
        if (status != ORM_OK)
            return orm__fail(error, status, "the columns to copy into can't be read: %s",
                             orm_status_text(status));
        if (name != NULL && receive != NULL)
            note_column(making, name, receive, element.value);
        status = driver->next(rows, &more, error);
    }
    return status;
}

/* Keeps what was found as the statement's handle; of what can't be copied, nothing but that. */
static orm_status keep(plan *making, orm__statement *statement, orm_error *error)
{
    size_t count = 2 * (size_t)statement->param_count;
    for (size_t i = 0; i < count; i += 2)
        if (making->columns[i] == 0)
            count = 0;
    if (orm__pg_prepared_new(making->link, statement, making->columns, count) != ORM_OK)
        return orm__fail(error, ORM_NOMEM, "no memory for a statement");
    return ORM_OK;
}

static orm_status ask(orm__link *link, orm__copy *copy, orm_deadline deadline, orm_error *error)
{
    static const orm__param params[2] = {{.type = ORM_TYPE_TEXT}, {.type = ORM_TYPE_TEXT}};
    orm__statement *statement = copy->call.statement;
    const orm_model *model = statement->params[0].model;
    size_t size = 2 * (size_t)statement->param_count * sizeof(Oid);
    plan making = {link, statement, orm__arena_zero(&link->scratch, size)};
    if (making.columns == NULL)
        return orm__fail(error, ORM_NOMEM, "no memory for a statement");
    copy->question_values[0] =
        model->schema == NULL ? (orm_value){.kind = ORM_KIND_NULL} : orm_bind_text(model->schema);
    copy->question_values[1] = orm_bind_text(model->table);
    copy->question = (orm__statement){.sql = question,
                                      .sql_size = sizeof question - 1,
                                      .params = params,
                                      .param_count = 2,
                                      .column_count = UINT16_MAX,
                                      .once = true};
    copy->asked = (orm__call){.statement = &copy->question,
                              .values = copy->question_values,
                              .value_count = 2,
                              .consume = take_columns,
                              .context = &making};
    orm__flight flight = {
        .calls = &copy->asked, .count = 1, .timed = copy->timed, .cancel = copy->cancel};
    orm_status status = orm__pg_run_flight(link, &flight, deadline, error);
    return status == ORM_OK ? keep(&making, statement, error) : status;
}

orm_status orm__pg_copy_plan(orm__link *link, orm__copy *copy, orm_deadline deadline,
                             const orm__pg_copied **columns_out, orm_error *error)
{
    orm__statement *statement = copy->call.statement;
    orm_status status = ORM_OK;
    *columns_out = NULL;
    if (statement->handle == NULL)
        status = ask(link, copy, deadline, error);
    if (status != ORM_OK)
        return status;
    const orm__pg_prepared *prepared = statement->handle;
    if (prepared->oid_count == 0)
        return ORM_OK;
    orm__pg_copied *columns =
        orm__arena_zero(&link->scratch, statement->param_count * sizeof *columns);
    if (columns == NULL)
        return orm__fail(error, ORM_NOMEM, "no memory for the rows");
    for (size_t i = 0; i < statement->param_count; i++) {
        Oid receiver = prepared->oids[2 * i] - 1;
        columns[i] = (orm__pg_copied){receivers[receiver].wire, receivers[receiver].type,
                                      prepared->oids[2 * i + 1]};
    }
    *columns_out = columns;
    return ORM_OK;
}
