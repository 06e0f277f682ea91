/* Checks of a model, as far as they are simple: read, asked of a row, and turned into bounds. */
#ifndef ORM_TESTING_CHECK_H
#define ORM_TESTING_CHECK_H

#include "invent.h"

struct check;

/* A row whose values are being made up. */
struct check_row {
    orm_session *db;
    const orm_factory *factory;
    const void *values; /* <model>_new */
};

/* NULL when it says something that is not understood (or memory is out). */
struct check *orm__check_read(orm_session *db, const orm_model *model, const char *expression);

/* Narrows the domains of the columns it is about, one for each of the model's. */
void orm__check_narrow(orm_session *db, const struct check *check, const orm_model *model,
                       struct domain *domains);

/* False only when the database would refuse the row. */
bool orm__check_holds(const struct check *check, const struct check_row *row);

/* Whether the column stands in it. */
bool orm__check_names(const struct check *check, uint16_t column);

/* A value worth trying in a column so that the check holds: the `index`-th, set in `values`; false
 * when there are no more. */
bool orm__check_candidate(const struct check *check, const struct check_row *row, uint16_t column,
                          size_t index, void *values);

/* Nodes, for the two files that work on them. */
enum check_op {
    CHECK_COLUMN,
    CHECK_NUMBER,
    CHECK_TEXT,
    CHECK_TRUE,
    CHECK_FALSE,
    CHECK_NULL,
    CHECK_AND,
    CHECK_OR,
    CHECK_NOT,
    CHECK_EQ,
    CHECK_NE,
    CHECK_LT,
    CHECK_LE,
    CHECK_GT,
    CHECK_GE,
    CHECK_IN, /* the first of the rest */
    CHECK_IS_NULL,
    CHECK_LIKE, /* of a text and a pattern */
    CHECK_ILIKE,
    CHECK_MATCHES, /* ~ */
    CHECK_ADD,
    CHECK_SUBTRACT,
    CHECK_MULTIPLY,
    CHECK_DIVIDE,
    CHECK_REMAINDER,
    CHECK_LENGTH,
    CHECK_BYTES,
    CHECK_LOWER,
    CHECK_UPPER,
    CHECK_TRIM,
    CHECK_ABS,
    CHECK_COALESCE
};

struct check {
    enum check_op op;
    uint16_t column;
    long double number;
    const char *text;
    struct check *first; /* operands */
    struct check *next;
};

/* The regular expression that stands for a pattern of LIKE; NULL when out of memory. */
const char *orm__like_pattern(orm_session *db, const char *like);

#endif
