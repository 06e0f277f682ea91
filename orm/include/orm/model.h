/* Descriptors of models: constant data that the generator writes and the library interprets. */
#ifndef ORM_MODEL_H
#define ORM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/export.h>
#include <orm/predicate.h>
#include <orm/value.h>

typedef enum orm_type {
    ORM_TYPE_NONE,
    ORM_TYPE_BOOLEAN,
    ORM_TYPE_SMALLINT,
    ORM_TYPE_INTEGER,
    ORM_TYPE_BIGINT,
    ORM_TYPE_REAL,
    ORM_TYPE_DOUBLE,
    ORM_TYPE_NUMERIC,
    ORM_TYPE_TEXT,
    ORM_TYPE_VARCHAR,
    ORM_TYPE_CHAR,
    ORM_TYPE_BYTEA,
    ORM_TYPE_UUID,
    ORM_TYPE_DATE,
    ORM_TYPE_TIME,
    ORM_TYPE_TIMESTAMP,
    ORM_TYPE_TIMESTAMPTZ,
    ORM_TYPE_INTERVAL,
    ORM_TYPE_JSON,
    ORM_TYPE_JSONB,
    ORM_TYPE_ENUM
} orm_type;

enum {
    ORM_COLUMN_ARRAY = 1 << 0,
    ORM_COLUMN_NULLABLE = 1 << 1,
    ORM_COLUMN_PRIMARY_KEY = 1 << 2,
    ORM_COLUMN_IDENTITY =
        1 << 3, /* identity or serial: the database makes the value unless one is set */
    ORM_COLUMN_COMPUTED = 1 << 4, /* a generated expression: never written */
    ORM_COLUMN_DEFAULT = 1 << 5,  /* the database has a default */
    ORM_COLUMN_VERSION = 1 << 6,  /* counts updates; a stale update is ORM_STALE */
    ORM_COLUMN_CREATED = 1 << 7,  /* set to the present moment by an insert that leaves it unset */
    ORM_COLUMN_UPDATED = 1 << 8,  /* the same, and by every update that leaves it unset */
    ORM_COLUMN_UNIQUE = 1 << 9,   /* unique by itself */
    ORM_COLUMN_DEFERRED = 1 << 10, /* read only when asked for; stands behind the row struct */
    ORM_COLUMN_RAW = 1 << 11 /* of a type of the database that is none of ours: read as its text */
};

/* The labels of an enum: C value n is labels[n - 1]; 0 means unset. */
typedef struct orm_enum_labels {
    const char *name; /* of the database's enum type */
    const char *const *labels;
    size_t count;
} orm_enum_labels;

#define ORM_NO_OFFSET UINT32_MAX

/*
 * One column and where its value stands in the generated structs. C type of a field: the bare type
 * when not nullable, orm_opt_<type> when nullable; text is const char *, enums are the generated
 * enum (0 is NULL), arrays orm_array_<type>.
 */
typedef struct orm_column {
    const char *field;             /* C name, also the YAML name */
    const char *name;              /* the database's name */
    const orm_enum_labels *labels; /* enum columns */
    uint32_t offset;               /* in the row struct, or of a deferred one behind it */
    uint32_t new_offset; /* in <model>_new, an orm_set_*; ORM_NO_OFFSET when it can't be given */
    uint32_t changes_offset; /* in <model>_changes; ORM_NO_OFFSET when it can't be changed */
    uint16_t flags;          /* ORM_COLUMN_* */
    uint8_t type;            /* orm_type */
    int32_t length;          /* varchar, char: characters; numeric: precision; 0: unlimited */
    int32_t scale;           /* numeric */
} orm_column;

typedef enum orm_relation_kind {
    ORM_BELONGS_TO = 1,
    ORM_HAS_ONE,
    ORM_HAS_MANY,
    ORM_MANY_TO_MANY
} orm_relation_kind;

/* The table between the two sides of a many_to_many; both column lists match the keys of their side
 * in order. */
typedef struct orm_link {
    const char *schema; /* NULL: the connection's default */
    const char *table;
    const char *const *own_columns;    /* referring to the relation's own_columns */
    const char *const *target_columns; /* referring to the relation's target_columns */
    const struct orm_model *model;     /* of the table; NULL: it has none */
    uint16_t target_count;
} orm_link;

/* One column of a relation's default order. */
typedef struct orm_relation_order {
    uint16_t column; /* of the target */
    bool descending;
} orm_relation_order;

#define ORM_NO_RELATION UINT16_MAX

/* What the database does with rows that refer to a deleted one. */
typedef enum orm_delete_action {
    ORM_DELETE_NOTHING, /* it refuses */
    ORM_DELETE_CASCADE,
    ORM_DELETE_SET_NULL
} orm_delete_action;

typedef struct orm_relation {
    const char *name;
    const struct orm_model *target;
    const orm_link *link;           /* many_to_many only */
    const uint16_t *own_columns;    /* key columns on this side, by index */
    const uint16_t *target_columns; /* the columns they equal (or, through a link, are linked to) */
    const orm_relation_order *order;
    uint16_t order_count;
    uint16_t own_count;
    uint32_t new_offset;     /* in <model>_new, a const row *; 0: it can't be given */
    uint32_t changes_offset; /* the same in <model>_changes */
    uint16_t inverse;        /* index among the target's relations, or ORM_NO_RELATION */
    uint8_t kind;            /* orm_relation_kind */
    uint8_t on_delete;       /* orm_delete_action; of a belongs_to */
} orm_relation;

/* Where the members of the generated <model>_query stand. */
typedef struct orm_query_layout {
    uint32_t size;     /* of <model>_query */
    uint32_t where;    /* orm_pred */
    uint32_t order_by; /* enum[ORM_ORDER_MAX], as order.h says; 0 ends the list */
    uint32_t limit;    /* int64_t */
    uint32_t offset;   /* int64_t */
    uint32_t load;     /* orm_load_strategy */
    uint32_t depth;    /* uint32_t: levels of a self relation, 0 is 1 */
    uint32_t
        refresh; /* bool: ask again for what is loaded, overwrite the fields of known objects */
    uint32_t collation; /* const char * */
    uint32_t after;     /* const char *: a page's cursors */
    uint32_t before;
    uint32_t union_with; /* const <model>_query * */
    uint32_t distinct;   /* bool */
    uint32_t lock;       /* orm_lock */
    uint32_t lock_wait;  /* orm_lock_wait */
    uint32_t undefer;    /* a bool for each deferred column in order; ORM_NO_OFFSET without any */
    uint32_t with;   /* const <target>_query *, one per relation in order; ORM_NO_OFFSET when there
                        are none */
    uint32_t counts; /* the same of the relations to many only */
} orm_query_layout;

typedef struct orm_model {
    const char *name;   /* the YAML name */
    const char *c_name; /* prefix and name: what generated functions start with */
    const char *schema; /* NULL: the connection's default */
    const char *table;
    const orm_column *columns;
    const uint16_t *key; /* primary key columns by index */
    const orm_relation *relations;
    uint16_t column_count;
    uint16_t key_count; /* 0: a view without a key; its rows are never the same object */
    uint16_t relation_count;
    uint16_t abi;           /* ORM_CODEGEN_ABI of the generator */
    uint32_t size;          /* of the row struct with what stands behind it */
    uint32_t loaded_offset; /* of a bool for each deferred column: whether its value is there */
    uint16_t deferred_count;
    uint32_t object_offset; /* of its `orm_object *` member */
    uint32_t new_size;
    uint32_t changes_size;
    bool view; /* never written */
    /* Of a result struct: where its fields come from. Else NULL. */
    const struct orm_row_shape *rows;
    orm_query_layout query;
} orm_model;

/*
 * What rows of hand-written SQL look like as a C struct: a model without a table, of which only
 * name, columns, column_count and size count, and of its columns field, name, type, flags
 * (ORM_COLUMN_ARRAY and ORM_COLUMN_NULLABLE), offset, labels, length and scale.
 */
typedef orm_model orm_shape;

#endif
