/* What a statement does with each of its parameters, read from its text. */
#ifndef ORM_OBSERVE_PARAMETERS_H
#define ORM_OBSERVE_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum orm__parameter_role {
    ORM_PARAMETER_OTHER,
    ORM_PARAMETER_EQUAL, /* =, IN, IS, LIKE, ANY */
    ORM_PARAMETER_RANGE, /* <, >=, BETWEEN, <> … */
    ORM_PARAMETER_PAGE,  /* LIMIT, OFFSET, FETCH */
    ORM_PARAMETER_LIST,  /* one of several in IN (…) */
    ORM_PARAMETER_SET    /* what UPDATE writes */
} orm__parameter_role;

typedef struct orm__parameter {
    orm__parameter_role role;
    const char *column; /* borrowed from the statement, without quotes; NULL: not known */
    size_t column_size;
    const char *beyond; /* RANGE: the column, likewise */
    size_t beyond_size;
} orm__parameter;

/* A value written into the statement, where it would tell one row from another. */
typedef struct orm__literal {
    const char *text; /* borrowed from the statement, with its quotes */
    size_t size;
    orm__parameter parameter;
} orm__literal;

enum { ORM_PARAMETERS_MAX = 16, ORM_LITERALS_MAX = 4 };

typedef struct orm__reading {
    orm__parameter parameters[ORM_PARAMETERS_MAX]; /* by position; OTHER: not in the text */
    orm__literal literals[ORM_LITERALS_MAX];       /* the first ones */
    size_t literal_count;
    uint64_t literal_hash; /* of all literals that would tell one row from another */
} orm__reading;

void orm__parameters_read(const char *sql, size_t size, orm__reading *reading_out);

/* Whether a word or quoted name of the statement is `name`. */
bool orm__sql_mentions(const char *sql, size_t size, const char *name);

#endif
