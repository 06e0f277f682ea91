/* PostgreSQL's types as the driver knows them, and numbers in network order. */
#ifndef ORM_DRIVER_POSTGRES_TYPES_H
#define ORM_DRIVER_POSTGRES_TYPES_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <libpq-fe.h>
#include <orm/model.h>

enum {
    ORM__PG_BOOL = 16,
    ORM__PG_BYTEA = 17,
    ORM__PG_CHAR = 18,
    ORM__PG_NAME = 19,
    ORM__PG_INT8 = 20,
    ORM__PG_INT2 = 21,
    ORM__PG_INT4 = 23,
    ORM__PG_TEXT = 25,
    ORM__PG_OID = 26,
    ORM__PG_JSON = 114,
    ORM__PG_XML = 142,
    ORM__PG_FLOAT4 = 700,
    ORM__PG_FLOAT8 = 701,
    ORM__PG_UNKNOWN = 705,
    ORM__PG_BPCHAR = 1042,
    ORM__PG_VARCHAR = 1043,
    ORM__PG_DATE = 1082,
    ORM__PG_TIME = 1083,
    ORM__PG_TIMESTAMP = 1114,
    ORM__PG_TIMESTAMPTZ = 1184,
    ORM__PG_INTERVAL = 1186,
    ORM__PG_NUMERIC = 1700,
    ORM__PG_UUID = 2950,
    ORM__PG_JSONB = 3802,
    ORM__PG_FIRST_USER_OID = 16384 /* types of extensions and users: citext, enums */
};

/* From 1970-01-01, where our dates and moments start, to 2000-01-01, where PostgreSQL's do. */
#define ORM__PG_EPOCH_DAYS   10957
#define ORM__PG_EPOCH_MICROS INT64_C(946684800000000)
/* What PostgreSQL's date and timestamp hold, counted from 2000-01-01; the ends are just beyond. */
#define ORM__PG_DATE_FIRST      (-2451545)
#define ORM__PG_DATE_END        2145031949
#define ORM__PG_TIMESTAMP_FIRST INT64_C(-211813488000000000)
#define ORM__PG_TIMESTAMP_END   INT64_C(9223371331200000000)
#define ORM__PG_DAY_MICROS      INT64_C(86400000000)

/*
 * The type a value of a column type is sent as, in binary; 0: as text, its type left to the server.
 */
Oid orm__pg_send_type(orm_type type);

/* The same for an array of them. */
Oid orm__pg_send_array_type(orm_type type);

/* The array of an element's type; 0: not known. */
Oid orm__pg_array_of(Oid element);

/*
 * Whether a result column (or an array's element) of PostgreSQL type `oid` can be read as `type`.
 */
bool orm__pg_accepts(orm_type type, Oid oid);

/* Whether a result column of PostgreSQL type `oid` can be an array of `type`. */
bool orm__pg_accepts_array(orm_type type, Oid oid);

/* Whether the binary form of `oid` is its text. */
bool orm__pg_is_text(Oid oid);

/* "bigint" for 20; "type 12345" for what is not known, written to `text` of 32 bytes. */
const char *orm__pg_type_name(Oid oid, char *text);

static inline uint16_t orm__pg_read16(const unsigned char *data)
{
    return (uint16_t)(data[0] << 8 | data[1]);
}

static inline uint32_t orm__pg_read32(const unsigned char *data)
{
    uint32_t wire;
    memcpy(&wire, data, sizeof wire);
    return be32toh(wire);
}

static inline uint64_t orm__pg_read64(const unsigned char *data)
{
    uint64_t wire;
    memcpy(&wire, data, sizeof wire);
    return be64toh(wire);
}

static inline float orm__pg_read_float(const unsigned char *data)
{
    uint32_t bits = orm__pg_read32(data);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double orm__pg_read_double(const unsigned char *data)
{
    uint64_t bits = orm__pg_read64(data);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void orm__pg_write16(unsigned char *data, uint16_t value)
{
    data[0] = (unsigned char)(value >> 8);
    data[1] = (unsigned char)value;
}

static inline void orm__pg_write32(unsigned char *data, uint32_t value)
{
    orm__pg_write16(data, (uint16_t)(value >> 16));
    orm__pg_write16(data + 2, (uint16_t)value);
}

static inline void orm__pg_write64(unsigned char *data, uint64_t value)
{
    orm__pg_write32(data, (uint32_t)(value >> 32));
    orm__pg_write32(data + 4, (uint32_t)value);
}

#endif
