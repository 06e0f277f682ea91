#ifndef ORM_TOOLS_ORM_DATABASE_CATALOG_H
#define ORM_TOOLS_ORM_DATABASE_CATALOG_H

/*
 * A database's schema as the database itself has it: what `orm introspect` writes models from
 * and `orm diff` compares. Names and types are spelled as the database prints them, expressions
 * likewise but for what catalog_expression() evens out; nothing here knows models.
 *
 * Everything lives in the connection's arena. Texts are never NULL unless their comment says so.
 * A `schema` is NULL for the default one (PostgreSQL's current_schema()) and always on SQLite.
 * Order never depends on when something was made: tables, types, constraints and indexes come
 * by name (those of SQLite tables that may lack a name as they are written), columns by position.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "database/connection.h"

enum catalog_dialect { CATALOG_POSTGRESQL, CATALOG_SQLITE };

/* What a query's condition says of a namespace n, by its value. */
#define CATALOG_WANTED                                                                             \
    "(CASE WHEN $1::text IS NULL THEN n.nspname !~ '^pg_' AND n.nspname <> "                       \
    "'information_schema' ELSE n.nspname = ANY (string_to_array($1, E'\\x1f')) END)"

struct catalog_names {
    const char **items;
    size_t count;
};

/* PostgreSQL: pg_type.typtype of the type, of an array that of its elements. */
enum catalog_type_kind {
    CATALOG_BASE,
    CATALOG_ENUM,
    CATALOG_DOMAIN,
    CATALOG_COMPOSITE,
    CATALOG_RANGE,
    CATALOG_OTHER
};

enum catalog_generated {
    CATALOG_PLAIN,
    CATALOG_IDENTITY_ALWAYS,     /* PostgreSQL */
    CATALOG_IDENTITY_BY_DEFAULT, /* PostgreSQL */
    CATALOG_SERIAL,              /* PostgreSQL: the default is the next of a sequence it owns */
    CATALOG_AUTOINCREMENT,       /* SQLite */
    CATALOG_ROWID,               /* SQLite: INTEGER PRIMARY KEY without AUTOINCREMENT */
    CATALOG_STORED,              /* an expression */
    CATALOG_VIRTUAL              /* an expression, SQLite */
};

struct catalog_column {
    const char *name;
    const char *type; /* "character varying(20)[]"; SQLite: as declared, "" when it is not */
    enum catalog_type_kind type_kind;
    const char *type_schema;    /* PostgreSQL, of the element: NULL for the default schema */
    const char *type_name;      /* PostgreSQL, of the element: "varchar", "mood"; SQLite: type */
    const char *type_extension; /* PostgreSQL: the extension the element is of, or NULL */
    bool type_builtin;          /* PostgreSQL: in pg_catalog */
    unsigned dimensions;        /* PostgreSQL: 1 of an array, which has any number all the same */
    const char *collation;      /* when it is not that of the type; else NULL */
    bool not_null;              /* always in a primary key */
    enum catalog_generated generated;
    const char *expression;       /* CATALOG_STORED, CATALOG_VIRTUAL; else NULL */
    const char *default_sql;      /* NULL: none, also where a number is generated */
    const char *default_literal;  /* its value when it is a plain constant (no quotes, no cast) */
    const char *sequence;         /* PostgreSQL, the owned one, as regclass prints it; or NULL */
    const char *sequence_options; /* what is unusual of it: "START WITH 100"; "" when nothing */
    const char *comment;          /* NULL: none */
};

/* A primary key or a unique constraint. */
struct catalog_key {
    const char *name; /* NULL: none, only on SQLite */
    struct catalog_names columns;
    struct catalog_names include; /* PostgreSQL */
    bool nulls_not_distinct;      /* PostgreSQL 15 */
    bool deferrable;
    bool deferred;
    const char *conflict;   /* SQLite: what stands after ON CONFLICT; NULL: nothing */
    const char *definition; /* PostgreSQL: what stands after CONSTRAINT name; else NULL */
    const char *comment;    /* NULL: none */
};

struct catalog_check {
    const char *name;       /* NULL: none, only on SQLite */
    const char *expression; /* without CHECK and its parentheses */
    const char *column;     /* SQLite: of the column it is written at; else NULL */
    bool no_inherit;
    bool valid;             /* PostgreSQL: false while NOT VALID */
    const char *definition; /* PostgreSQL: what stands after CONSTRAINT name; else NULL */
};

/* An exclusion constraint, PostgreSQL's. */
struct catalog_exclusion {
    const char *name;
    const char *definition; /* what stands after CONSTRAINT name */
};

/* Actions in SQL's words: "NO ACTION", "SET NULL (a, b)" ... */
struct catalog_foreign_key {
    const char *name; /* NULL: none, only on SQLite */
    struct catalog_names columns;
    const char *target_schema;
    const char *target_table;
    struct catalog_names target_columns; /* also where SQLite's text leaves them out */
    const char *on_delete;
    const char *on_update;
    bool match_full;
    bool deferrable;
    bool deferred;
    bool valid;
    const char *definition; /* PostgreSQL: what stands after CONSTRAINT name; else NULL */
};

struct catalog_index_part {
    const char *column;     /* NULL: an expression */
    const char *expression; /* NULL: a column */
    const char *collation;  /* when it is not the column's; else NULL */
    const char *opclass; /* PostgreSQL, with its options, when it is not the default; else NULL */
    bool descending;
    bool nulls_first; /* of an ascending part, nulls last of a descending one: the unusual */
};

struct catalog_index {
    const char *name;
    const char *method; /* "btree" */
    bool unique;
    bool nulls_not_distinct;
    bool valid;
    struct catalog_index_part *parts;
    size_t part_count;
    struct catalog_names include;
    const char *where;      /* NULL: none */
    const char *options;    /* PostgreSQL: "fillfactor=70"; NULL: none */
    const char *definition; /* the CREATE INDEX statement */
    const char *comment;    /* NULL: none */
};

struct catalog_trigger {
    const char *name;
    const char *definition; /* the CREATE TRIGGER statement */
};

struct catalog_partition {
    const char *schema;
    const char *name;
    const char *parent_schema;
    const char *parent;        /* another partition's name; NULL: the table itself */
    const char *bounds;        /* "FOR VALUES FROM (1) TO (2)", "DEFAULT" */
    const char *partition_key; /* when it is partitioned itself; else NULL */
};

enum catalog_table_kind {
    CATALOG_TABLE,
    CATALOG_PARTITIONED, /* see partition_key */
    CATALOG_FOREIGN,     /* a foreign table */
    CATALOG_VIEW,
    CATALOG_MATERIALIZED_VIEW,
    CATALOG_VIRTUAL_TABLE /* SQLite's CREATE VIRTUAL TABLE; its shadow tables are left out */
};

struct catalog_table {
    const char *schema;
    const char *name;
    enum catalog_table_kind kind;
    struct catalog_column *columns;
    size_t column_count;
    struct catalog_key *primary_key; /* NULL: none */
    struct catalog_key *uniques;
    size_t unique_count;
    struct catalog_check *checks;
    size_t check_count;
    struct catalog_exclusion *exclusions;
    size_t exclusion_count;
    struct catalog_foreign_key *foreign_keys;
    size_t foreign_key_count;
    struct catalog_index *indexes; /* those of no constraint */
    size_t index_count;
    struct catalog_trigger *triggers;
    size_t trigger_count;
    struct catalog_partition *partitions; /* of all levels, parents first */
    size_t partition_count;
    const char *partition_key;   /* "RANGE (created_at)"; NULL: not partitioned */
    const char *definition;      /* a view's SELECT, without ';'; else NULL */
    struct catalog_names inputs; /* a view's: the views it reads, "name" or "schema.name" */
    const char *sql;             /* SQLite: the CREATE statement; else NULL */
    bool unlogged;
    bool without_rowid;
    bool strict;
    const char *comment; /* NULL: none */
    const char *fault;   /* SQLite: why its columns can't be read; NULL: they can */
};

struct catalog_enum {
    const char *schema;
    const char *name;
    struct catalog_names labels;
    const char *comment; /* NULL: none */
};

struct catalog_domain {
    const char *schema;
    const char *name;
    /* Its type, collation, not_null, default and comment; the name is not set. */
    struct catalog_column base;
    struct catalog_check *checks;
    size_t check_count;
};

/* A composite or range type. */
struct catalog_type {
    const char *schema;
    const char *name;
    const char *definition; /* what stands after CREATE TYPE name */
    const char *comment;    /* NULL: none */
};

/* When something is made: before types, before tables, behind them, behind views, behind all. */
enum catalog_stage { STAGE_FIRST, STAGE_EARLY, STAGE_TABLES, STAGE_LATE, STAGE_LAST };

/* PostgreSQL: what is known only as the statements that make it and take it away: functions,
 * collations, rules, policies, options of tables, comments on what models do not comment. */
struct catalog_other {
    const char *name; /* "function public.total(integer)" */
    const char *definition;
    const char *drop;
    const char *table_schema;
    const char *table; /* that it goes with; NULL: none */
    enum catalog_stage stage;
    bool routine; /* a function or procedure: its statement also replaces one */
};

/* One that no column owns. */
struct catalog_sequence {
    const char *schema;
    const char *name;
    const char *options; /* what stands after CREATE SEQUENCE name */
};

struct catalog_extension {
    const char *schema; /* as it is called, also the default one */
    const char *name;
};

struct catalog {
    enum catalog_dialect dialect;
    int version;                  /* 150020, 3040001 */
    const char *default_schema;   /* its real name; NULL on SQLite */
    struct catalog_names schemas; /* the others that were read, by name */
    struct catalog_table *tables;
    size_t table_count;
    struct catalog_enum *enums;
    size_t enum_count;
    struct catalog_domain *domains;
    size_t domain_count;
    struct catalog_type *types;
    size_t type_count;
    struct catalog_sequence *sequences;
    size_t sequence_count;
    struct catalog_other **others; /* in an order in which those of a stage can be made */
    size_t other_count;
    struct catalog_extension *extensions; /* but plpgsql */
    size_t extension_count;
};

/*
 * Reads everything of the named schemas, or with none of all that are not the database's own. A
 * handful of queries whatever the number of tables, in one snapshot. What belongs to extensions
 * is left out. False: it has said why.
 */
bool catalog_read(struct connection *connection, const char *const *schemas, size_t count,
                  struct catalog *catalog_out);

/* NULL when there is none. */
const struct catalog_table *catalog_table_find(const struct catalog *catalog, const char *schema,
                                               const char *name);
const struct catalog_column *catalog_column_find(const struct catalog_table *table,
                                                 const char *name);

/* catalog_expression.c: an expression on one line, and PostgreSQL's spellings of one IN list
 * (which change when they are loaded again) as that list. */
const char *catalog_expression(struct arena *arena, const char *text);
/* The value of a plain constant as PostgreSQL or SQLite prints it, NULL when it is none. */
const char *catalog_literal(struct arena *arena, const char *expression);
/* Without parentheses around the whole. */
const char *catalog_unwrapped(struct arena *arena, const char *expression);

/* What the readers share. */
bool catalog_read_postgresql(struct connection *connection, const char *const *schemas,
                             size_t count, struct catalog *catalog);
/* `tables` finds them by oid; the query's one value names the schemas. */
bool catalog_read_postgresql_keys(struct connection *connection, const char *const *values,
                                  const struct map *tables);
bool catalog_read_postgresql_indexes(struct connection *connection, const char *const *values,
                                     const struct map *tables);
bool catalog_read_postgresql_types(struct connection *connection, const char *const *values,
                                   struct catalog *catalog);
bool catalog_read_postgresql_others(struct connection *connection, const char *const *values,
                                    struct catalog *catalog);
/* The rows from `from` on whose first cell is the same: where they end. */
size_t catalog_run(const struct cells *cells, size_t from);
bool catalog_read_sqlite(struct connection *connection, struct catalog *catalog);
/* catalog_sqlite_text.c: what only the text of CREATE TABLE tells. The table has its columns
 * and, in the order in which they are written, its foreign keys. */
bool catalog_read_sqlite_text(struct arena *arena, struct catalog_table *table);

/* A cell that is true on either database. */
bool catalog_is_true(const char *cell);
/* Names that a query joined with the unit separator, which no name holds. */
struct catalog_names catalog_names_split(struct arena *arena, const char *joined);

#endif
