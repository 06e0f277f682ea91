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
    ORM_PARAMETER_SET    /* what UPDATE writes */
} orm__parameter_role;

typedef struct orm__parameter {
    orm__parameter_role role;
    const char *column; /* borrowed from the statement, without quotes; NULL: not known */
    size_t column_size;
} orm__parameter;

enum { ORM_PARAMETERS_MAX = 16 };

/*
 * Fills `parameters` by position, what is not in the text with OTHER. Returns a hash of the
 * literals that stand where a value would tell one row from another.
 */
uint64_t orm__parameters_read(const char *sql, size_t size, orm__parameter *parameters);

/* Whether a word or quoted name of the statement is `name`. */
bool orm__sql_mentions(const char *sql, size_t size, const char *name);

#endif
