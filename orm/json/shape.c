#include "shape.h"

size_t orm__json_scalar_size(uint8_t type)
{
    switch (type) {
    case ORM_TYPE_BOOLEAN:
        return offsetof(orm_opt_bool, has);
    case ORM_TYPE_SMALLINT:
        return offsetof(orm_opt_i16, has);
    case ORM_TYPE_INTEGER:
        return offsetof(orm_opt_i32, has);
    case ORM_TYPE_REAL:
        return offsetof(orm_opt_float, has);
    case ORM_TYPE_DATE:
        return offsetof(orm_opt_date, has);
    case ORM_TYPE_BIGINT:
    case ORM_TYPE_DOUBLE:
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
        return offsetof(orm_opt_i64, has);
    case ORM_TYPE_UUID:
        return offsetof(orm_opt_uuid, has);
    case ORM_TYPE_INTERVAL:
        return offsetof(orm_opt_interval, has);
    default:
        return 0;
    }
}

size_t orm__json_item_size(uint8_t type)
{
    switch (type) {
    case ORM_TYPE_BOOLEAN:
        return sizeof(orm_opt_bool);
    case ORM_TYPE_SMALLINT:
        return sizeof(orm_opt_i16);
    case ORM_TYPE_INTEGER:
        return sizeof(orm_opt_i32);
    case ORM_TYPE_REAL:
        return sizeof(orm_opt_float);
    case ORM_TYPE_DATE:
        return sizeof(orm_opt_date);
    case ORM_TYPE_UUID:
        return sizeof(orm_opt_uuid);
    case ORM_TYPE_INTERVAL:
        return sizeof(orm_opt_interval);
    case ORM_TYPE_BYTEA:
        return sizeof(orm_bytes);
    case ORM_TYPE_ENUM:
        return sizeof(int);
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
    case ORM_TYPE_NUMERIC:
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB:
        return sizeof(const char *);
    default:
        return sizeof(orm_opt_i64);
    }
}
