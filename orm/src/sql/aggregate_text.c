#include "sql/aggregate_text.h"

#include "sql/predicate_text.h"

/* What stands before the column, behind it, and behind the whole. */
typedef struct around {
    const char *before;
    const char *behind;
    const char *cast;
} around;

static bool is_integer(const orm_column *column)
{
    return column->type >= ORM_TYPE_SMALLINT && column->type <= ORM_TYPE_BIGINT;
}

/* Integers are added as numeric there and must fit a bigint in the end. */
static around postgresql_number(orm_aggregate_kind kind, const orm_column *column)
{
    if (kind == ORM_AGGREGATE_SUM && is_integer(column))
        return (around){"sum(", ")", "::bigint"};
    if (kind == ORM_AGGREGATE_SUM)
        return (around){"sum(", column->type == ORM_TYPE_REAL ? "::float8)" : ")", ""};
    return (around){"avg(", ")", is_integer(column) ? "::float8" : ""};
}

static around sqlite_number(orm_aggregate_kind kind, const orm_column *column)
{
    bool sum = kind == ORM_AGGREGATE_SUM;
    if (is_integer(column))
        return (around){sum ? "orm_sum_integer(" : "orm_avg_integer(", ")", ""};
    if (column->type == ORM_TYPE_NUMERIC)
        return (around){sum ? "orm_sum_numeric(" : "orm_avg_numeric(", ")", ""};
    if (column->type == ORM_TYPE_INTERVAL)
        return (around){"orm_sum_interval(", ")", ""};
    return (around){sum ? "sum(" : "avg(", ")", ""};
}

static around words(const orm__dialect *dialect, orm_aggregate_kind kind, const orm_column *column)
{
    switch (kind) {
    case ORM_AGGREGATE_COUNT_DISTINCT:
        return (around){"count(DISTINCT ", ")", ""};
    case ORM_AGGREGATE_MIN:
        return (around){"min(", ")", ""};
    case ORM_AGGREGATE_MAX:
        return (around){"max(", ")", ""};
    case ORM_AGGREGATE_SUM:
    case ORM_AGGREGATE_AVG:
        return dialect->name == ORM_DIALECT_POSTGRESQL ? postgresql_number(kind, column)
                                                       : sqlite_number(kind, column);
    default:
        return (around){"count(", ")", ""};
    }
}

void orm__text_aggregate(orm__text *text, orm_aggregate_kind kind, const orm_column *column,
                         const char *alias, const char *name, const orm_pred *filter)
{
    around text_around = words(text->dialect, kind, column);
    orm__text_add(text, text_around.before);
    if (column == NULL) {
        orm__text_add(text, "*");
    } else {
        orm__text_column(text, alias, name);
        if (kind == ORM_AGGREGATE_MIN || kind == ORM_AGGREGATE_MAX ||
            kind == ORM_AGGREGATE_COUNT_DISTINCT)
            orm__text_add(text, text->dialect->collation(column));
    }
    orm__text_add(text, text_around.behind);
    if (orm__pred_is_given(filter)) {
        orm__text_add(text, " FILTER (WHERE ");
        orm__text_pred(text, alias, filter);
        orm__text_add(text, ")");
    }
    orm__text_add(text, text_around.cast);
}
