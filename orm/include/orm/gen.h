/*
 * What generated files stand on. Generated functions are the documented interface; what is declared
 * here takes descriptors and untyped pointers and is called by them.
 */
#ifndef ORM_GEN_H
#define ORM_GEN_H

#include <orm/aggregate.h>
#include <orm/batch.h>
#include <orm/column.h>
#include <orm/lock.h>
#include <orm/model.h>
#include <orm/order.h>
#include <orm/predicate.h>
#include <orm/raw.h>
#include <orm/rows.h>
#include <orm/session.h>
#include <orm/set.h>
#include <orm/site.h>
#include <orm/status.h>
#include <orm/value.h>

/* Raised when generated files and library no longer fit together; a generated header refuses any
 * other number. */
#define ORM_CODEGEN_ABI 2

ORM_BEGIN_DECLS

/* What the library knows of one loaded row: its session, relations and origin. session. */
typedef struct orm_object orm_object;

/*
 * The shape of every generated <model>_list: `count` rows at `items`. `partial` says that a
 * relation's list was loaded with a filter, limit or offset and is not the complete relation.
 */
typedef struct orm_list {
    size_t count;
    void **items;
    bool partial;
} orm_list;

/* The shape of every generated <model>_page: an orm_list with cursors, session or NULL. */
typedef struct orm_page {
    size_t count;
    void **items;
    bool partial;
    const char *next;
    const char *previous;
} orm_page;

/* find: `key` holds one value per key column, text borrowed for the call. ORM_NOT_FOUND when there
 * is no such row. */
ORM_API ORM_MUST_USE orm_status orm_gen_find(orm_site site, orm_session *db, const orm_model *model,
                                             const orm_value *key, void *row_out);
/* refresh: brings the fields of `row` to what is stored. ORM_NOT_FOUND when it is gone, ORM_MISUSE
 * for a row that is detached or not this session's. */
ORM_API ORM_MUST_USE orm_status orm_gen_refresh(orm_site site, orm_session *db,
                                                const orm_model *model, void *row);
/* select, count, exists: `query` is the model's <model>_query or NULL for all rows. */
ORM_API ORM_MUST_USE orm_status orm_gen_select(orm_site site, orm_session *db,
                                               const orm_model *model, const void *query,
                                               void *list_out);
/*
 * select_page: the query's `limit` rows behind `after` or before `before`, with cursors for the
 * pages around them. ORM_INVALID: no limit, an offset, a model without a key, a cursor that was
 * changed or is of another model or order, or made with another key.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_select_page(orm_site site, orm_session *db,
                                                    const orm_model *model, const void *query,
                                                    void *page_out);
ORM_API ORM_MUST_USE orm_status orm_gen_count(orm_site site, orm_session *db,
                                              const orm_model *model, const void *query,
                                              int64_t *count_out);
ORM_API ORM_MUST_USE orm_status orm_gen_exists(orm_site site, orm_session *db,
                                               const orm_model *model, const void *query,
                                               bool *exists_out);
/*
 * batch_find, …_select, …_count, …_exists, …_load: the same when the batch is run. What is given is
 * copied, outs are borrowed until then. ORM_MISUSE for a batch that was run; ORM_NOMEM.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_batch_find(orm_site site, orm_batch *batch,
                                                   const orm_model *model, const orm_value *key,
                                                   void *row_out);
ORM_API ORM_MUST_USE orm_status orm_gen_batch_select(orm_site site, orm_batch *batch,
                                                     const orm_model *model, const void *query,
                                                     void *list_out);
ORM_API ORM_MUST_USE orm_status orm_gen_batch_count(orm_site site, orm_batch *batch,
                                                    const orm_model *model, const void *query,
                                                    int64_t *count_out);
ORM_API ORM_MUST_USE orm_status orm_gen_batch_exists(orm_site site, orm_batch *batch,
                                                     const orm_model *model, const void *query,
                                                     bool *exists_out);
ORM_API ORM_MUST_USE orm_status orm_gen_batch_load(orm_site site, orm_batch *batch,
                                                   const orm_model *model, uint16_t relation,
                                                   void *row, void *out);
/*
 * each: gives the rows of a query one by one to the model's callback, `take`, by way of `call`,
 * which knows its type. `options` may be NULL.
 */
typedef void orm_gen_function(void);
typedef orm_status orm_gen_call(orm_gen_function *take, orm_session *db, void *row, void *context);
ORM_API ORM_MUST_USE orm_status orm_gen_each(orm_site site, orm_session *db, const orm_model *model,
                                             const void *query, const orm_each *options,
                                             orm_gen_call *call, orm_gen_function *take,
                                             void *context);
/*
 * walk: the rows reached from `rows`, a generated list, along a self relation; each once, whatever
 * cycles there are. `options` and `query` may be NULL.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_walk(orm_site site, orm_session *db, const orm_model *model,
                                             uint16_t relation, const void *rows,
                                             const orm_walk *options, const void *query,
                                             void *list_out);
ORM_API ORM_MUST_USE orm_status orm_gen_walk_row(orm_site site, orm_session *db,
                                                 const orm_model *model, uint16_t relation,
                                                 void *row, const orm_walk *options,
                                                 const void *query, void *list_out);
/*
 * explain: the statements that selecting by `query` (may be NULL) would send, with their values and
 * the database's plans, as text of 80 columns. Nothing is read but plans; the statements of
 * relations are planned for ten made-up parents. session.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_explain(orm_site site, orm_session *db,
                                                const orm_model *model, const void *query,
                                                const char **text_out);
/* insert: `values` is the model's <model>_new; `row_out` (may be NULL) gets the row as stored. */
ORM_API ORM_MUST_USE orm_status orm_gen_insert(orm_site site, orm_session *db,
                                               const orm_model *model, const void *values,
                                               void *row_out);
/*
 * insert_all: `values` is an array of `count` <model>_new. One statement for each set of columns
 * that are given, whatever the count (above 20,000 rows further executions of it, in the same
 * flight). Every value is checked first: the error names the row, from 0. `list_out` (may be NULL)
 * gets the rows as stored, in the order given.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_insert_all(orm_site site, orm_session *db,
                                                   const orm_model *model, const void *values,
                                                   size_t count, void *list_out);
/*
 * bulk_load: inserts an array of `count` <model>_new in parts and makes no objects of the rows, so
 * that memory is bound by a part. Values are checked part by part. What fails, or is ended by
 * `options->progress`, leaves a transaction that can only be rolled back; the error names the row
 * where the value was refused here, or PostgreSQL says its line. Relations that are loaded expire.
 * `options` and `count_out` (the rows inserted) may be NULL.
 *
 * On PostgreSQL each set of columns of a part is one COPY in binary; what kinds of columns the
 * table has is asked once for each connection and set. INSERT is taken instead where COPY would do
 * otherwise or can't: views, tables with rules or with row security for this user, identities that
 * are generated always, columns of types that are not the model's, rows of nothing but defaults.
 * ORM_STALE_PLAN: the table's columns changed since it was asked; the next transaction asks again.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_bulk_load(orm_site site, orm_session *db,
                                                  const orm_model *model, const void *values,
                                                  size_t count, const orm_bulk_options *options,
                                                  int64_t *count_out);
/* update: writes what is set in `changes` (<model>_changes) and brings `row` to what is stored. */
ORM_API ORM_MUST_USE orm_status orm_gen_update(orm_site site, orm_session *db,
                                               const orm_model *model, void *row,
                                               const void *changes);
ORM_API ORM_MUST_USE orm_status orm_gen_delete(orm_site site, orm_session *db,
                                               const orm_model *model, void *row);
/* delete_where: `count_out` may be NULL. */
ORM_API ORM_MUST_USE orm_status orm_gen_delete_where(orm_site site, orm_session *db,
                                                     const orm_model *model, const orm_pred *where,
                                                     int64_t *count_out);
/*
 * update_where: writes what is set in `changes` to all rows for which `where` holds; a version
 * counts on. Rows in hand keep their fields until they are read again. `count_out` may be NULL.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_update_where(orm_site site, orm_session *db,
                                                     const orm_model *model, const orm_pred *where,
                                                     const void *changes, int64_t *count_out);
/*
 * upsert: inserts, or where a row with that key is there already writes to it. `conflict` is the
 * model's <model>_conflict or NULL for all its defaults. A version counts on, moments of creation
 * stay. `row_out` and `list_out` (may be NULL) get the rows as stored, in the order given; a row
 * that was left alone (.nothing) is NULL, in a list it is left out.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_upsert(orm_site site, orm_session *db,
                                               const orm_model *model, const void *values,
                                               const void *conflict, void *row_out);
ORM_API ORM_MUST_USE orm_status orm_gen_upsert_all(orm_site site, orm_session *db,
                                                   const orm_model *model, const void *values,
                                                   size_t count, const void *conflict,
                                                   void *list_out);
/*
 * The unit of work: what is to be written is checked and copied now, and sent by the next flush.
 * add: `*row_out` (may be NULL) is a row whose fields are empty until then. change and remove: of a
 * row that is only added, they alter what will be inserted, or take it back. ORM_INVALID, ORM_RANGE
 * and ORM_NOT_NULL as for the immediate calls; ORM_MISUSE for a row that is to be removed.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_add(orm_site site, orm_session *db, const orm_model *model,
                                            const void *values, void *row_out);
ORM_API ORM_MUST_USE orm_status orm_gen_change(orm_site site, orm_session *db,
                                               const orm_model *model, void *row,
                                               const void *changes);
ORM_API ORM_MUST_USE orm_status orm_gen_remove(orm_site site, orm_session *db,
                                               const orm_model *model, void *row);
/*
 * raw SQL mapped to a model: every column of the model must be there by its name in the database,
 * further ones are ignored. raw_with loads the relations and counts that `query` (may be NULL)
 * names; what else would choose or order rows is ORM_INVALID there.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_raw(orm_site site, orm_session *db, const orm_model *model,
                                            const char *sql, const orm_value *values, size_t count,
                                            void *list_out);
ORM_API ORM_MUST_USE orm_status orm_gen_raw_with(orm_site site, orm_session *db,
                                                 const orm_model *model, const char *sql,
                                                 const orm_value *values, size_t count,
                                                 const void *query, void *list_out);

/*
 * Deferred columns. column: the value a row has, `value_out` being of the member's type;
 * ORM_NOT_LOADED, ORM_MISUSE for a row no session made. load_column: asks the database for it,
 * unless the row has it; ORM_NOT_FOUND when the row is gone.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_column(const orm_model *model, uint16_t column,
                                               const orm_object *object, void *value_out);
ORM_API ORM_MUST_USE orm_status orm_gen_load_column(orm_site site, orm_session *db,
                                                    const orm_model *model, uint16_t column,
                                                    void *row, void *value_out);

/*
 * Relations: reading memory (ORM_NOT_LOADED; ORM_MISUSE for a row no session made), loading for one
 * row, loading for all of `rows`, a generated list (`query` may be NULL).
 */
ORM_API ORM_MUST_USE orm_status orm_gen_to_many(const orm_model *model, uint16_t relation,
                                                const orm_object *object, void *list_out);
ORM_API ORM_MUST_USE orm_status orm_gen_to_one(const orm_model *model, uint16_t relation,
                                               const orm_object *object, void *row_out);
ORM_API ORM_MUST_USE orm_status orm_gen_load(orm_site site, orm_session *db, const orm_model *model,
                                             uint16_t relation, void *row, void *out);
ORM_API ORM_MUST_USE orm_status orm_gen_preload(orm_site site, orm_session *db,
                                                const orm_model *model, uint16_t relation,
                                                const void *rows, const void *query);
/*
 * How many rows of a relation to many there are: reading memory (a count that was loaded, else the
 * length of the complete list; ORM_NOT_LOADED), loading for all of `rows` (`query` may be NULL).
 */
ORM_API ORM_MUST_USE orm_status orm_gen_to_count(const orm_model *model, uint16_t relation,
                                                 const orm_object *object, int64_t *count_out);
ORM_API ORM_MUST_USE orm_status orm_gen_preload_count(orm_site site, orm_session *db,
                                                      const orm_model *model, uint16_t relation,
                                                      const void *rows, const void *query);
/*
 * The row of a many_to_many's link model that leads to `target`, a row of the relation's list.
 * ORM_NOT_LOADED as the list, ORM_NOT_FOUND when `target` is not in it.
 */
ORM_API ORM_MUST_USE orm_status orm_gen_link(const orm_model *model, uint16_t relation,
                                             const orm_object *object, const void *target,
                                             void *link_out);

/* Predicates. */
ORM_API orm_pred orm_gen_pred(const orm_model *model, uint16_t column, orm_cond cond);
ORM_API orm_pred orm_gen_pred_bool(const orm_model *model, uint16_t column, bool value);
ORM_API orm_pred orm_gen_pred_enum(const orm_model *model, uint16_t column, int value);
/* One of `count` values, which are of the enum's type and as large as an int; borrowed. */
ORM_API orm_pred orm_gen_pred_enum_in(const orm_model *model, uint16_t column, const int *values,
                                      size_t count);
ORM_API orm_pred orm_gen_pred_null(const orm_model *model, uint16_t column);
ORM_API orm_pred orm_gen_pred_everything(const orm_model *model);
ORM_API orm_pred orm_gen_pred_has(orm_session *db, const orm_model *model, uint16_t relation,
                                  const orm_pred *target);
ORM_API orm_pred orm_gen_pred_has_no(orm_session *db, const orm_model *model, uint16_t relation,
                                     const orm_pred *target);
ORM_API orm_pred orm_gen_pred_has_only(orm_session *db, const orm_model *model, uint16_t relation,
                                       const orm_pred *target);
ORM_API orm_pred orm_gen_pred_count(orm_session *db, const orm_model *model, uint16_t relation,
                                    orm_cond cond, const orm_pred *target);
/* A fragment of SQL with {column} and $1; text and values are copied into the session. */
ORM_API orm_pred orm_gen_pred_sql(orm_session *db, const orm_model *model, const char *text,
                                  const orm_value *values, size_t count);
ORM_API orm_pred orm_gen_pred_not(orm_session *db, const orm_model *model, const orm_pred *pred);
ORM_API orm_pred orm_gen_pred_group(orm_session *db, const orm_model *model, orm_pred_kind kind,
                                    const orm_pred *items, size_t count);
/* Adds `pred` to `*where` by AND. */
ORM_API void orm_gen_where(orm_session *db, const orm_model *model, orm_pred *where,
                           const orm_pred *pred);

ORM_END_DECLS

#endif
