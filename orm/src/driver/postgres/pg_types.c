#include "driver/postgres/pg_types.h"

#include <stdio.h>

enum {
    BOOL_ARRAY = 1000,
    BYTEA_ARRAY = 1001,
    CHAR_ARRAY = 1002,
    NAME_ARRAY = 1003,
    INT2_ARRAY = 1005,
    INT4_ARRAY = 1007,
    TEXT_ARRAY = 1009,
    BPCHAR_ARRAY = 1014,
    VARCHAR_ARRAY = 1015,
    INT8_ARRAY = 1016,
    FLOAT4_ARRAY = 1021,
    FLOAT8_ARRAY = 1022,
    TIMESTAMP_ARRAY = 1115,
    DATE_ARRAY = 1182,
    TIME_ARRAY = 1183,
    TIMESTAMPTZ_ARRAY = 1185,
    INTERVAL_ARRAY = 1187,
    NUMERIC_ARRAY = 1231,
    XML_ARRAY = 143,
    JSON_ARRAY = 199,
    UUID_ARRAY = 2951,
    JSONB_ARRAY = 3807
};

static const struct {
    Oid oid;
    Oid array;
    const char *name;
} types[] = {
    {ORM__PG_BOOL, BOOL_ARRAY, "boolean"},
    {ORM__PG_BYTEA, BYTEA_ARRAY, "bytea"},
    {ORM__PG_CHAR, CHAR_ARRAY, "\"char\""},
    {ORM__PG_NAME, NAME_ARRAY, "name"},
    {ORM__PG_INT8, INT8_ARRAY, "bigint"},
    {ORM__PG_INT2, INT2_ARRAY, "smallint"},
    {ORM__PG_INT4, INT4_ARRAY, "integer"},
    {ORM__PG_TEXT, TEXT_ARRAY, "text"},
    {ORM__PG_JSON, JSON_ARRAY, "json"},
    {ORM__PG_XML, XML_ARRAY, "xml"},
    {ORM__PG_FLOAT4, FLOAT4_ARRAY, "real"},
    {ORM__PG_FLOAT8, FLOAT8_ARRAY, "double precision"},
    {ORM__PG_BPCHAR, BPCHAR_ARRAY, "char"},
    {ORM__PG_VARCHAR, VARCHAR_ARRAY, "varchar"},
    {ORM__PG_DATE, DATE_ARRAY, "date"},
    {ORM__PG_TIME, TIME_ARRAY, "time"},
    {ORM__PG_TIMESTAMP, TIMESTAMP_ARRAY, "timestamp"},
    {ORM__PG_TIMESTAMPTZ, TIMESTAMPTZ_ARRAY, "timestamptz"},
    {ORM__PG_INTERVAL, INTERVAL_ARRAY, "interval"},
    {ORM__PG_NUMERIC, NUMERIC_ARRAY, "numeric"},
    {ORM__PG_UUID, UUID_ARRAY, "uuid"},
    {ORM__PG_JSONB, JSONB_ARRAY, "jsonb"},
    {ORM__PG_OID, 1028, "oid"},
};

enum { TYPE_COUNT = sizeof types / sizeof *types };

Oid orm__pg_send_type(orm_type type)
{
    switch (type) {
    case ORM_TYPE_BOOLEAN: return ORM__PG_BOOL;
    case ORM_TYPE_SMALLINT: return ORM__PG_INT2;
    case ORM_TYPE_INTEGER: return ORM__PG_INT4;
    case ORM_TYPE_BIGINT: return ORM__PG_INT8;
    case ORM_TYPE_REAL: return ORM__PG_FLOAT4;
    case ORM_TYPE_DOUBLE: return ORM__PG_FLOAT8;
    case ORM_TYPE_BYTEA: return ORM__PG_BYTEA;
    case ORM_TYPE_UUID: return ORM__PG_UUID;
    case ORM_TYPE_DATE: return ORM__PG_DATE;
    case ORM_TYPE_TIME: return ORM__PG_TIME;
    case ORM_TYPE_TIMESTAMP: return ORM__PG_TIMESTAMP;
    case ORM_TYPE_TIMESTAMPTZ: return ORM__PG_TIMESTAMPTZ;
    case ORM_TYPE_INTERVAL: return ORM__PG_INTERVAL;
    default: return 0;
    }
}

Oid orm__pg_array_of(Oid element)
{
    for (int i = 0; element != 0 && i < TYPE_COUNT; i++)
        if (types[i].oid == element) return types[i].array;
    return 0;
}

Oid orm__pg_send_array_type(orm_type type)
{
    return orm__pg_array_of(orm__pg_send_type(type));
}

bool orm__pg_is_text(Oid oid)
{
    switch (oid) {
    case ORM__PG_TEXT:
    case ORM__PG_VARCHAR:
    case ORM__PG_BPCHAR:
    case ORM__PG_NAME:
    case ORM__PG_CHAR:
    case ORM__PG_JSON:
    case ORM__PG_XML:
    case ORM__PG_UNKNOWN: return true;
    default: return oid >= ORM__PG_FIRST_USER_OID;
    }
}

bool orm__pg_accepts(orm_type type, Oid oid)
{
    switch (type) {
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT: return oid == ORM__PG_INT2 || oid == ORM__PG_INT4 || oid == ORM__PG_INT8;
    case ORM_TYPE_DOUBLE: return oid == ORM__PG_FLOAT4 || oid == ORM__PG_FLOAT8;
    case ORM_TYPE_NUMERIC: return oid == ORM__PG_NUMERIC;
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB: return oid == ORM__PG_JSONB || orm__pg_is_text(oid);
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
    case ORM_TYPE_ENUM: return orm__pg_is_text(oid);
    default: return oid != 0 && oid == orm__pg_send_type(type);
    }
}

bool orm__pg_accepts_array(orm_type type, Oid oid)
{
    if (oid >= ORM__PG_FIRST_USER_OID) return true; /* the elements tell */
    for (int i = 0; i < TYPE_COUNT; i++)
        if (types[i].array == oid) return orm__pg_accepts(type, types[i].oid);
    return false;
}

const char *orm__pg_type_name(Oid oid, char *text)
{
    for (int i = 0; i < TYPE_COUNT; i++) {
        if (types[i].oid == oid) return types[i].name;
        if (types[i].array != oid) continue;
        (void)snprintf(text, 32, "%s[]", types[i].name);
        return text;
    }
    (void)snprintf(text, 32, "type %u", oid);
    return text;
}
