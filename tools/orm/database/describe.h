#ifndef ORM_TOOLS_ORM_DATABASE_DESCRIBE_H
#define ORM_TOOLS_ORM_DATABASE_DESCRIBE_H

/* What a database says of a statement without running it. */

#include "database/connection.h"

enum described_nulls {
    NULLS_UNKNOWN,  /* an expression, or a column that a join may leave out */
    NULLS_NEVER,    /* a column that is NOT NULL */
    NULLS_POSSIBLE, /* one that is not */
};

/* A parameter or a column of the result. */
struct described {
    const char *name;    /* of a column */
    const char *type;    /* to write in an annotation; NULL: the database does not tell */
    const char *db_type; /* as the database spells it; NULL likewise */
    const char *element; /* PostgreSQL: the type's own name, of an array that of its elements */
    bool array;
    bool user_type; /* of an extension or of users: read as text */
    enum described_nulls nulls;
    const struct column *column; /* that of a model it is; else NULL */
};

struct description {
    const char *fault; /* the database refuses it; NULL: no */
    size_t fault_at;   /* byte of the statement's sql; SIZE_MAX: not told */
    struct described *params;
    size_t param_count;
    struct described *columns;
    size_t column_count;
};

struct description describe(struct connection *connection, const struct schema *schema,
                            const struct statement *statement);

/* The type that the library sends a parameter to PostgreSQL as; 0: that of its place. */
Oid describe_parameter(const struct column *param);

/* Whether a value of the described type can be read as the annotated one. */
bool describe_fits(const struct connection *connection, const struct described *found,
                   const struct column *wanted);

#endif
