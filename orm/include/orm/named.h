/*
 * Named statements: hand-written SQL that the generator reads from files and makes into typed
 * functions. What is declared here takes descriptors and untyped pointers and is called by them;
 * `orm_raw_rows` in raw.h reads rows of a shape from any SQL.
 */
#ifndef ORM_NAMED_H
#define ORM_NAMED_H

#include <orm/gen.h>

ORM_BEGIN_DECLS

/*
 * A statement, constant data. Its parameters are $1, $2, … in the order of the columns of
 * `params`, of which the type, the flags and the name count.
 */
typedef struct orm_named {
    const char *name;
    const char *sql;
    const orm_shape *params; /* NULL: none */
    const orm_model *model;  /* rows are objects of this model; or */
    const orm_shape *rows;   /* structs of this shape; both NULL: there are none */
} orm_named;

/*
 * Run a statement; `values` holds one value for each parameter, borrowed for the call. list_out is
 * a generated <statement>_list or <model>_list, row_out a pointer to a row; what they get is
 * session. Columns are found by name, further ones are ignored. Every status of the database;
 * before anything is sent ORM_NOT_NULL, ORM_RANGE and ORM_INVALID for a value that is not of its
 * parameter's type; ORM_SCHEMA when a column is missing, is of another type or is NULL without
 * being nullable. one: ORM_NOT_FOUND for no row, ORM_INVALID for several. Errors name the
 * statement as their model.
 */
ORM_API ORM_MUST_USE orm_status orm_named_list(orm_site site, orm_session *db,
                                               const orm_named *named, const orm_value *values,
                                               void *list_out);
ORM_API ORM_MUST_USE orm_status orm_named_one(orm_site site, orm_session *db,
                                              const orm_named *named, const orm_value *values,
                                              void *row_out);
/* `count_out` (may be NULL) gets the number of rows written. */
ORM_API ORM_MUST_USE orm_status orm_named_exec(orm_site site, orm_session *db,
                                               const orm_named *named, const orm_value *values,
                                               int64_t *count_out);

/* The value of an array for parameter `param`, from 0; `has` false: NULL. Items are borrowed. */
ORM_API orm_value orm_named_array(const orm_named *named, size_t param, bool has, const void *items,
                                  size_t count);

ORM_END_DECLS

#endif
