#ifndef ORM_CODEGEN_TYPES_SCHEMA_TYPES_H
#define ORM_CODEGEN_TYPES_SCHEMA_TYPES_H

/*
 * The resolved schema: what the emitters read.
 *
 * Every reference is a pointer, every default is filled in, every rule of models/README.md
 * holds. All of it lives in the schema's arena and is freed by schema_free(). No string is
 * NULL unless its comment says so. Lists are in YAML order unless their comment says otherwise.
 *
 * Three kinds of names:
 *   name     as in the YAML: [a-z][a-z0-9_]*, safe inside a C identifier
 *   c_name   ready for C: prefix added, reserved words resolved
 *   db_name  (also table, db_schema) the database's spelling: any printable text of 1 to 63
 *            bytes, so always quote it
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct column;
struct model;
struct relation;

enum type_kind {
    TYPE_BOOLEAN,
    TYPE_SMALLINT,
    TYPE_INTEGER,
    TYPE_BIGINT,
    TYPE_REAL,
    TYPE_DOUBLE,
    TYPE_NUMERIC,
    TYPE_TEXT,
    TYPE_VARCHAR,
    TYPE_CHAR,
    TYPE_BYTEA,
    TYPE_UUID,
    TYPE_DATE,
    TYPE_TIME,
    TYPE_TIMESTAMP,
    TYPE_TIMESTAMPTZ,
    TYPE_INTERVAL,
    TYPE_JSON,
    TYPE_JSONB,
    TYPE_ENUM,
    TYPE_RAW, /* a type of the database that is none of ours: text; `sql_type` says which */
    TYPE_KIND_COUNT
};

/* Where a thing was written; line and column count from 1, columns in characters. */
struct place {
    const char *file; /* as given on the command line or joined from an include */
    unsigned line;
    unsigned column;
};

struct enum_label {
    const char *label;  /* the database's text, 1 to 63 bytes */
    const char *c_name; /* the enumerator: SHOP_ROLE_ADMIN; its value is the index + 1 */
    const char *was;    /* its old text, for migrations; NULL: none */
};

struct enum_type {
    const char *name;               /* role; for an inline enum <model>_<column> */
    const char *c_name;             /* the tag of the C enum: shop_role */
    const char *c_upper;            /* SHOP_ROLE; SHOP_ROLE_UNSET is the zero enumerator */
    const char *db_name;            /* the database type; for an inline enum <table>_<column> */
    const char *db_schema;          /* NULL: the default schema */
    const char *comment;            /* NULL: none */
    const char *source;             /* the YAML file that declares it */
    const struct column *inline_of; /* NULL: declared under `enums` */
    struct enum_label *labels;
    size_t label_count; /* at least 1 */
    struct place place;
};

struct column_type {
    enum type_kind kind; /* of the element when `array` */
    bool array;
    bool has_precision; /* numeric(p) or numeric(p,s); plain `numeric` is unconstrained */
    unsigned precision; /* 1 to 1000 */
    unsigned scale;     /* 0 to precision */
    unsigned length;    /* varchar(n), char(n); 0: varchar without a limit */
    const struct enum_type *enumeration; /* TYPE_ENUM only, else NULL */
    const char *text; /* normalised YAML spelling: "numeric(12,2)", "text[]", "role" */
};

enum generated_kind {
    GENERATED_NONE,
    GENERATED_IDENTITY,
    GENERATED_SERIAL,
    GENERATED_EXPRESSION /* a stored generated column; see `expression` */
};

enum default_kind {
    DEFAULT_NONE,
    DEFAULT_LITERAL,    /* `text`, in the form below */
    DEFAULT_SQL,        /* `text` is an SQL expression, checked to be self-contained */
    DEFAULT_EMPTY_ARRAY /* an array column's `default: "[]"`; text is "[]" */
};

/*
 * Literal forms by type (all normalised, none quoted or escaped):
 *   boolean true, false; integers [-]digits; real, double, numeric [-]digits[.digits][e[-]digits],
 *   NaN, Infinity, -Infinity; text, varchar, char the text itself; bytea lower-case hex digits
 *   only; uuid 8-4-4-4-12 lower-case; date YYYY-MM-DD; time HH:MM:SS[.ffffff]; timestamp
 *   YYYY-MM-DD HH:MM:SS[.ffffff]; timestamptz the same with Z or +HH:MM; date and timestamps
 *   also infinity and -infinity; interval ISO 8601 (P1DT2H); json and jsonb the JSON text;
 *   enum the label.
 */
struct default_value {
    enum default_kind kind;
    const char *text;   /* NULL when DEFAULT_NONE */
    size_t label_index; /* enum literals: index into enumeration->labels */
};

/* For generated validation; a NULL text means "no such bound". */
struct column_limits {
    const char *min; /* a literal of the column's type, inclusive */
    const char *max;
    bool has_max_length;
    uint32_t max_length; /* text types: characters; bytea: bytes. Not varchar's own length */
    const char *pattern; /* POSIX extended regular expression, text types only */
};

/* Who sees a column in generated JSON; as the YAML has them, 0 when it says nothing. */
enum json_access { JSON_READ_WRITE, JSON_READ_ONLY, JSON_WRITE_ONLY, JSON_HIDDEN };

struct column {
    const char *name;
    const char *c_name;  /* the struct field; a reserved word has a trailing underscore */
    const char *c_upper; /* the name in upper case, for USER_BY_<COLUMN> */
    const char *db_name;
    size_t index; /* position in model->columns */
    struct model *model;
    struct column_type type;
    bool nullable;
    bool primary_key; /* member of the primary key, single or composite */
    bool unique;      /* by itself: unique: true, or a one-column unique or primary key */
    bool deferred;
    bool version;
    bool created;
    bool updated;
    enum generated_kind generated;
    const char *expression; /* GENERATED_EXPRESSION only, else NULL */
    bool computed;          /* the expression's value is not stored, on SQLite */
    bool always;            /* GENERATED_IDENTITY that no insert may set */
    bool rowid;             /* GENERATED_IDENTITY; on SQLite without AUTOINCREMENT */
    const char *sql_type;   /* what DDL says instead of the type's own, NULL: the type's own */
    const char *collation;  /* NULL: the type's */
    struct default_value default_value;
    struct column_limits limits;
    enum json_access json;
    const char *check;   /* NULL: none; it is also in model->checks */
    const char *was;     /* old database name, NULL: none */
    const char *comment; /* NULL: none; raw text, not yet safe inside a C comment */
    const char *yaml;    /* the entry as written, on one line, safe inside a C comment */
    const struct foreign_key *foreign_key; /* the first one this column is part of, or NULL */
    const struct column *references;       /* the column it points to there, or NULL */
    struct place place;
};

/* A column list; all columns belong to one model. */
struct key {
    const struct column **columns;
    size_t count;
};

/* Every unique constraint, those of `unique: true` columns included; not the primary key. */
struct unique {
    const char *db_name; /* constraint name */
    struct key key;
    struct place place;
};

struct index_part {
    const struct column *column; /* NULL: an expression */
    const char *expression;      /* NULL: a column */
    bool descending;
    bool verbatim; /* the expression is the whole part: order, collation and all */
};

struct index {
    const char *db_name;
    struct index_part *parts; /* columns first, then expressions */
    size_t part_count;
    struct key include;
    const char *method; /* NULL: the database's usual one */
    bool unique;
    const char *where; /* partial index condition, NULL: none */
    struct place place;
};

/* Every check, the columns' own included. */
struct check {
    const char *db_name;
    const char *expression;
    const struct column *column; /* NULL: written under `checks` */
    struct place place;
};

/* A constraint in the database's own words. */
struct raw_constraint {
    const char *db_name;
    const char *definition; /* what stands after CONSTRAINT name */
    struct place place;
};

enum deferral { DEFERRAL_NONE, DEFERRAL_IMMEDIATE, DEFERRAL_DEFERRED };

enum key_action {
    ACTION_NO_ACTION,
    ACTION_RESTRICT,
    ACTION_CASCADE,
    ACTION_SET_NULL,
    ACTION_SET_DEFAULT
};

/* A constraint FOREIGN KEY (key) REFERENCES target (target_key); derived, each only once. */
struct foreign_key {
    const char *db_name;
    struct key key;
    struct model *target;
    struct key target_key; /* primary key or a unique key of target, same length as key */
    enum key_action on_delete;
    enum key_action on_update;
    enum deferral deferrable;
    bool in_cycle; /* target is created later: add it with ALTER TABLE. Never for self references */
    const struct relation *relation; /* that first declared it */
    struct place place;
};

enum relation_kind {
    RELATION_BELONGS_TO,
    RELATION_HAS_MANY,
    RELATION_HAS_ONE,
    RELATION_MANY_TO_MANY
};

struct order_term {
    const struct column *column; /* of the relation's target */
    bool descending;
};

/*
 * own_key of the relation's model equals target_key of the target. With many_to_many:
 * own_key = link_own_key and link_target_key = target_key, both link lists being columns of
 * `link`. A link given as a bare table is a model too, with link_only set.
 */
struct relation {
    const char *name;
    const char *c_name; /* member of `.with`; a reserved word has a trailing underscore */
    size_t index;       /* position in model->relations */
    enum relation_kind kind;
    bool to_many;          /* has_many, many_to_many */
    bool self_referential; /* target is the model itself */
    bool optional;         /* to-one that may be absent: has_one, belongs_to over a nullable key */
    struct model *model;
    struct model *target;
    struct key own_key;
    struct key target_key;
    struct model *link; /* many_to_many only, else NULL */
    struct key link_own_key;
    struct key link_target_key;
    const struct relation *inverse; /* NULL: none declared */
    struct order_term *order_by;
    size_t order_count;
    enum key_action on_delete; /* of the constraint behind it */
    enum key_action on_update;
    const char *comment; /* NULL: none */
    const char *yaml;    /* the entry as written, on one line, safe inside a C comment */
    struct place place;
};

/* Where the rows of a result struct come from: table 0 is the model's own. */
struct row_table {
    const struct relation *relation; /* that leads here; NULL: table 0 */
    const struct model *model;
    const char *name;   /* the path to it, joined with underscores; "" for table 0 */
    const char *c_name; /* the same as a struct member */
    size_t parent;      /* the table it starts from */
    bool joined;        /* under `joins`; else only to reach a column */
    bool inner;
    bool optional; /* there may be no such row */
    struct place place;
};

enum aggregate_kind {
    AGGREGATE_NONE,
    AGGREGATE_COUNT,
    AGGREGATE_COUNT_DISTINCT,
    AGGREGATE_SUM,
    AGGREGATE_AVG,
    AGGREGATE_MIN,
    AGGREGATE_MAX
};

/* What a field of a result struct holds; beside its column in `shape`. */
struct row_source {
    size_t table;
    const struct relation **path; /* of a value: from there to the rows that are aggregated */
    size_t path_count;
    const struct column *column; /* NULL: a count of rows */
    enum aggregate_kind aggregate;
    bool grouped; /* the rows are grouped by it */
};

/* A whole row as a member of a result struct. */
struct row_object {
    const char *name;
    const char *c_name;
    size_t table;
};

/* A result struct, declared under `rows`. */
struct row {
    const char *name;
    const char *yaml; /* as written, on one line, safe inside a C comment */
    struct model *model;
    struct model *shape; /* its fields as a model without table, key and relations */
    struct row_table *tables;
    size_t table_count; /* at least 1 */
    struct row_source *sources; /* one per column of `shape` */
    struct row_object *objects;
    size_t object_count;
    bool grouped; /* one row per group, or one for all */
    struct place place;
};

struct model {
    const char *name;
    const char *c_name;  /* shop_user: struct tag and the start of every function name */
    const char *c_upper; /* SHOP_USER */
    const char *table;
    const char *db_schema; /* NULL: the default schema */
    const char *was;       /* old table name, NULL: none */
    const char *comment;   /* NULL: none; raw text */
    const char *source;    /* the YAML file that declares it */
    size_t index;          /* position in schema->models */
    bool keyless;          /* a table without a primary key: read only, but DDL makes it */
    const char *options;   /* what stands behind the table's columns in DDL, NULL: nothing */
    const char *key_name;  /* of the primary key's constraint, NULL: the usual one */
    bool view;             /* an existing view: read only, no DDL, the key may be empty */
    bool link_only;        /* a bare link table: DDL yes, C no; its columns' C names mean nothing */
    bool in_cycle;         /* part of a cycle of foreign keys longer than one table */
    struct column *columns;
    size_t column_count;
    struct key primary_key; /* empty for some views only */
    struct relation *relations;
    size_t relation_count;
    struct foreign_key *foreign_keys; /* of this table, to create with it */
    size_t foreign_key_count;
    struct unique *uniques;
    size_t unique_count;
    struct index *indexes;
    size_t index_count;
    struct check *checks;
    size_t check_count;
    struct raw_constraint *constraints;
    size_t constraint_count;
    const struct column *version; /* the optimistic lock column, NULL: none */
    struct row *rows;
    size_t row_count;
    const struct row *row; /* of a `shape`: whose it is; else NULL */
    struct place place;
};

enum statement_kind { STATEMENT_MANY, STATEMENT_ONE, STATEMENT_EXEC };

/*
 * A named statement of an SQL file. Its parameters and the columns of its rows are columns of no
 * model, of which only names, type, nullable, index, yaml (the annotation) and place count.
 */
struct statement {
    const char *name;
    const char *c_name;
    enum statement_kind kind;
    const char *sql;       /* without comments; parameters are $1 and so on, in their order */
    const size_t *origins; /* per byte of sql: its offset in the file */
    const char *comment;   /* NULL: none; raw text of any number of lines */
    struct column *params;
    size_t param_count;
    struct column *columns; /* none with STATEMENT_EXEC and with `returns` */
    size_t column_count;
    const struct model *returns; /* rows are those of a model; else NULL */
    struct place place;          /* of its name */
    /* Of a draft only, see schema_load_draft(): what the annotations do not say yet. */
    size_t typeless_params; /* the last ones; their type's text is NULL */
    bool lacks_columns;
    size_t sql_offset; /* in the file; annotations stand before */
};

struct statement_file {
    const char *path;
    const char *prefix;
    const char *listed_by; /* the YAML file whose `queries` names it, or NULL */
    struct statement *statements;
    size_t statement_count;
};

/* A statement of the schema that models do not say, before or after the tables. */
struct schema_statement {
    const char *sql;
    int dialect; /* enum sql_dialect, -1: both */
};

struct schema_file {
    const char *path;
    unsigned version;   /* of the format: 1 */
    const char *prefix; /* without the trailing underscore; "" when there is none */
    bool included;      /* reached by `include` only, not named by the caller */
};

struct schema {
    struct schema_file *files; /* every file read, in the order of reading, each once */
    size_t file_count;
    struct enum_type **enums; /* declared and inline ones, in order of declaration */
    size_t enum_count;
    struct model **models; /* in order of declaration; link-only ones last */
    size_t model_count;
    struct statement_file *statement_files;
    size_t statement_file_count;
    struct schema_statement *before;
    size_t before_count;
    struct schema_statement *after;
    size_t after_count;
    struct model **creation_order; /* all tables, no views, targets first; see in_cycle */
    size_t creation_count;
    struct arena *arena;
};

#endif
