/*
 * For tests: rows made up from the models, and the growth test. Its code is a library of its own,
 * orm::testing, and the functions of each model are files of their own (`orm generate
 * --factories`), so that what is deployed holds none of it.
 *
 *     orm_maker *maker = NULL;
 *     status = orm_maker_open(&(orm_maker_options){.seed = 7}, &maker, NULL);
 *     status = app_project_make_one(db, maker, &(app_project_new){.title = ORM_SET("Notes")},
 *                                   &project);
 *     status = app_user_make_many(db, maker, 3, NULL, &users);
 *
 * A row that is made has a value in every column that needs one: of the column's type, within its
 * length, min, max and pattern, one of an enum's values, as the model's checks ask, and different
 * from row to row. The rows that its foreign keys need are made too. What may be NULL is NULL; what
 * the database or the library fills in (identities, defaults, generated columns, versions, moments
 * of creation and change) is left to them. What is given in `values` stands as it is, and rows it
 * refers to are there already. The same seed gives the same rows.
 */
#ifndef ORM_TESTING_H
#define ORM_TESTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/gen.h>
#include <orm/nplusone.h>

ORM_BEGIN_DECLS

/* Counts the rows that were made, so that no two are alike, whatever sessions they are made in.
 * Used by one thread at a time. */
typedef struct orm_maker orm_maker;

/* All-zero means the defaults given in brackets. */
typedef struct orm_maker_options {
    uint64_t seed; /* another number gives other values [0] */
    /* Rows that need a parent share one of each model, as far as no unique key forbids it; it is
     * made by the first. [each has a parent of its own] */
    bool share_parents;
    /* Make parents for foreign keys that may be NULL as well, except where they lead back to a
     * model whose row is just being made. [they are NULL] */
    bool optional_parents;
    /* Paused while rows are made, so that what a test counts and judges is not the making of its
     * rows. borrowed [none] */
    orm_scope *scope;
    orm_allocator allocator; /* [the C library's heap] */
} orm_maker_options;

/* `options` and `error` may be NULL. `*maker_out` is owned: orm_maker_close; NULL on failure.
 * ORM_NOMEM. */
ORM_MUST_USE orm_status orm_maker_open(const orm_maker_options *options, orm_maker **maker_out,
                                       orm_error *error);
/* NULL is allowed. */
void orm_maker_close(orm_maker *maker);

/* What a model says of one column beside its orm_column; a NULL text: nothing. */
typedef struct orm_factory_column {
    const char *min; /* literals as the YAML reference describes them */
    const char *max;
    const char *pattern;
    const char *default_value; /* a literal; of an SQL expression NULL */
    uint32_t max_length;       /* 0: none */
} orm_factory_column;

/* A primary key, a unique constraint or a unique index: columns by index. */
typedef struct orm_factory_key {
    const uint16_t *columns;
    uint16_t count;
} orm_factory_key;

/* A foreign key. */
typedef struct orm_factory_parent {
    const struct orm_factory *target; /* NULL: a table without a model */
    const uint16_t *columns;
    const uint16_t *target_columns;
    uint16_t count;
} orm_factory_parent;

/* How rows of a model are made: constant data, written by `orm generate --factories`. */
typedef struct orm_factory {
    const orm_model *model;
    const orm_factory_column *columns; /* as many as the model has */
    const orm_factory_key *keys;
    const orm_factory_parent *parents;
    const char *const *checks; /* SQL conditions */
    /* Beside each relation of the model: how its target's rows are made, and those of its link;
     * NULL: a view, or no model. */
    const struct orm_factory *const *targets;
    const struct orm_factory *const *links;
    uint16_t key_count;
    uint16_t parent_count;
    uint16_t check_count;
} orm_factory;

/*
 * What <model>_make_one and <model>_make_many call. make: `values` (may be NULL) is the model's
 * <model>_new and holds for all `count` rows; `list_out` (may be NULL) is its list, session. The
 * rows are one statement, and those of each foreign key one. ORM_INVALID, naming model, column and
 * what to give, when no value can be made up; ORM_CHECK, the same, when the database refuses what
 * was made up; every status of an insert. What was sent is undone then, by a savepoint.
 */
ORM_MUST_USE orm_status orm_make_rows(orm_site site, orm_session *db, orm_maker *maker,
                                      const orm_factory *factory, const void *values, size_t count,
                                      void *list_out);
ORM_MUST_USE orm_status orm_make_row(orm_site site, orm_session *db, orm_maker *maker,
                                     const orm_factory *factory, const void *values, void *row_out);

/* A graph of rows. All-zero means the defaults given in brackets. */
typedef struct orm_graph_options {
    size_t rows;     /* of the model itself, and of each relation to many of each row [2] */
    uint32_t depth;  /* relations from the first rows to the last [3] */
    size_t max_rows; /* ORM_INVALID beyond [20,000] */
} orm_graph_options;

/*
 * Makes rows and everything their relations lead to: `options->rows` of the factory's model, each
 * with so many rows in each relation to many, one in each to one, and so on; each relation of each
 * model is filled where it is first reached. Relations back to where one came from, and to views,
 * are not followed. `options` may be NULL; `list_out` (may be NULL) gets the first rows. As
 * orm_make_rows.
 */
#define orm_make_graph(...) orm_make_graph_at(ORM_SITE, __VA_ARGS__)
ORM_MUST_USE orm_status orm_make_graph_at(orm_site site, orm_session *db, orm_maker *maker,
                                          const orm_factory *factory,
                                          const orm_graph_options *options, void *list_out);

enum { ORM_GROWTH_ROOTS = 8 };

/* The first rows of a growth test, one list for each of its roots: `rows[0]` is a <model>_list. */
typedef struct orm_growth_rows {
    orm_list roots[ORM_GROWTH_ROOTS];
    size_t root_count;
} orm_growth_rows;

/*
 * A growth test: runs something twice, first with `few` rows in each relation, then with `many`,
 * and compares how many statements it sends. Each run has an engine of its own whose writes are
 * undone (.sandbox). All-zero means the defaults given in brackets.
 */
typedef struct orm_growth_options {
    orm_engine_options engine; /* .sandbox and .scope are set for you */
    /* Of which models to make graphs of rows; see orm_make_graph. */
    const orm_factory *roots[ORM_GROWTH_ROOTS];
    size_t few;              /* [2] */
    size_t many;             /* [3] */
    orm_graph_options graph; /* its .rows is not used */
    uint64_t seed;
    /* Before the rows are made, in a session that is committed: tables, rows that must be there. */
    orm_session_handler *prepare;
    /* After they are made, in the same session: takes keys of them for what is tested, or adds
     * more. `rows` are borrowed for the call. */
    orm_status (*arrange)(orm_session *db, const orm_growth_rows *rows, void *context);
    /* What is tested: a handler, run by orm_session_run, or a function that opens its sessions
     * itself. */
    orm_session_handler *handler;
    orm_status (*request)(orm_engine *engine, void *context);
    void *context; /* of all of these */
    /* Statements that each row more may cost [0]. */
    int64_t allowed;
} orm_growth_options;

/* What a growth test found. Owned: orm_growth_dispose. */
typedef struct orm_growth {
    int64_t few_statements; /* without control statements */
    int64_t many_statements;
    bool grows;       /* beyond what is allowed */
    size_t findings;  /* of kind N1, DUP, WRITE or BUDGET, with many rows */
    char *text;       /* both counts, the statements that grew with their lines, the report */
    size_t text_size; /* with its NUL */
    orm_allocator allocator;
} orm_growth;

/*
 * Runs it. ORM_OK whether or not it grows. `*growth_out` is all-zero on failure; `error` (may be
 * NULL) then tells what failed, which may be what is tested. ORM_INVALID: no root, nothing to run.
 */
ORM_MUST_USE orm_status orm_growth_run(const orm_growth_options *options, orm_growth *growth_out,
                                       orm_error *error);
void orm_growth_dispose(orm_growth *growth);

ORM_END_DECLS

#endif
