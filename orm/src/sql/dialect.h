/* What differs between databases in the text of a statement. */
#ifndef ORM_SQL_DIALECT_H
#define ORM_SQL_DIALECT_H

#include <stdbool.h>

#include <orm/engine.h>
#include <orm/model.h>

typedef struct orm__dialect {
    orm_dialect_name name;
    char placeholder;      /* before a parameter's number */
    bool has_schemas;      /* tables can be qualified */
    bool nulls_need_order; /* NULLs sort first by default: the text says NULLS LAST, as PostgreSQL
                              does */
    bool offset_needs_limit;
    bool labels_are_text; /* enums would be ordered by their labels, not by their place */
    bool locks_rows;      /* else what may write holds the whole database */
    bool keys_are_table;  /* key lists are the orm_keys table; else arrays */
    const char *like;     /* operator, or NULL: function orm_like(pattern, text) */
    const char *ilike;
    const char *distinct; /* operators that take NULL for a value */
    const char *not_distinct;
    const char *strip_before; /* around a char(n): text without its padding */
    const char *strip_behind;
    const char *raw_behind; /* makes the text of a value of any type */
    bool searches; /* has operators that look into arrays and documents */
    /* COLLATE clause with which a column of this type is compared and ordered, or "". */
    const char *(*collation)(const orm_column *column);
    /* Whether columns of this type know equality, and an order. */
    bool (*can_equal)(const orm_column *column);
    bool (*can_order)(const orm_column *column);
} orm__dialect;

extern const orm__dialect orm__dialect_postgresql;
extern const orm__dialect orm__dialect_sqlite;

const orm__dialect *orm__dialect_of(orm_dialect_name name);

#endif
