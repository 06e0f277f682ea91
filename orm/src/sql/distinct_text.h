/* Equal rows once: of views, as the rows of tables differ by their keys. */
#ifndef ORM_SQL_DISTINCT_TEXT_H
#define ORM_SQL_DISTINCT_TEXT_H

#include "sql/text.h"
#include "sql/view.h"

/* Whether rows of the view's model have to be made distinct. ORM_INVALID: and are to be locked. */
orm_status orm__view_distinct(const orm__view *view, orm__query *query, orm_error *error);

/* ORM_UNSUPPORTED: a column of `model`, of those that are not deferred, or with `deferred` of all,
 * knows no equality. */
void orm__gather_distinct(orm__gathered *gathered, const orm_model *model, bool deferred);

/* Table 0 with its alias, as FROM and JOIN take it. */
void orm__write_own_table(orm__text *text, const orm__query *query, const char *alias);

#endif
