#include "check.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a part of a check comes to. */
enum value_kind { VALUE_UNKNOWN, VALUE_NULL, VALUE_TRUTH, VALUE_NUMBER, VALUE_TEXT };

struct value {
    enum value_kind kind;
    bool truth;
    long double number;
    const char *text;
    const orm_column *column; /* whose literals texts beside it are */
};

static struct value evaluate(const struct check *check, const struct check_row *row);

static struct value of_number(long double number)
{
    return (struct value){.kind = VALUE_NUMBER, .number = number};
}

static struct value of_truth(bool truth)
{
    return (struct value){.kind = VALUE_TRUTH, .truth = truth};
}

static struct value of_text(const char *text)
{
    return text == NULL ? (struct value){.kind = VALUE_UNKNOWN}
                        : (struct value){.kind = VALUE_TEXT, .text = text};
}

/* What a column is that the row leaves to the database. */
static struct value of_unset(const struct check_row *row, uint16_t index)
{
    const orm_column *column = &row->factory->model->columns[index];
    const char *literal = row->factory->columns[index].default_value;
    struct value value = {.kind = VALUE_UNKNOWN, .column = column};
    if (literal != NULL && orm__is_number(column) &&
        orm__literal_number(column, literal, &value.number))
        value.kind = VALUE_NUMBER;
    else if (literal != NULL && column->type == ORM_TYPE_BOOLEAN)
        value = of_truth(strcmp(literal, "true") == 0);
    else if (literal != NULL && (orm__is_text(column) || column->type == ORM_TYPE_ENUM))
        value = of_text(literal);
    else if ((column->flags & ORM_COLUMN_NULLABLE) &&
             !(column->flags & (ORM_COLUMN_DEFAULT | ORM_COLUMN_COMPUTED | ORM_COLUMN_CREATED |
                                ORM_COLUMN_UPDATED)))
        value.kind = VALUE_NULL;
    value.column = column;
    return value;
}

static struct value of_moment(const orm_column *column, const void *set)
{
    struct value value = of_number(0);
    value.column = column;
    if (column->type == ORM_TYPE_DATE) {
        value.number = ((const orm_set_date *)set)->value.days;
    } else if (column->type == ORM_TYPE_INTERVAL) {
        const orm_interval *interval = &((const orm_set_interval *)set)->value;
        value.number =
            (long double)interval->micros +
            ((long double)interval->days + 30.0L * (long double)interval->months) * 86400e6L;
    } else {
        value.number = (long double)((const orm_set_timestamp *)set)->value.micros;
    }
    return value;
}

static struct value of_set(const orm_column *column, const void *set)
{
    int64_t integer = ((const orm_set_int *)set)->value;
    struct value value = {.kind = VALUE_UNKNOWN};
    switch (column->type) {
    case ORM_TYPE_BOOLEAN:
        return of_truth(integer != 0);
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
        return of_number((long double)integer);
    case ORM_TYPE_REAL:
    case ORM_TYPE_DOUBLE:
        return of_number((long double)((const orm_set_double *)set)->value);
    case ORM_TYPE_NUMERIC:
        if (orm__literal_number(column, ((const orm_set_numeric *)set)->value.text, &value.number))
            value.kind = VALUE_NUMBER;
        return value;
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
        return of_text(((const orm_set_text *)set)->value);
    case ORM_TYPE_ENUM:
        return integer > 0 && (size_t)integer <= column->labels->count
                   ? of_text(column->labels->labels[integer - 1])
                   : value;
    case ORM_TYPE_DATE:
    case ORM_TYPE_TIME:
    case ORM_TYPE_TIMESTAMP:
    case ORM_TYPE_TIMESTAMPTZ:
    case ORM_TYPE_INTERVAL:
        return of_moment(column, set);
    default:
        return value;
    }
}

static struct value of_column(const struct check_row *row, uint16_t index)
{
    const orm_column *column = &row->factory->model->columns[index];
    const void *set = NULL;
    if (column->new_offset == ORM_NO_OFFSET || !orm__is_given(column, row->values))
        return of_unset(row, index);
    set = (const char *)row->values + column->new_offset;
    if (*(const orm_set_state *)set == ORM_IS_NULL)
        return (struct value){.kind = VALUE_NULL};
    if ((column->flags & ORM_COLUMN_ARRAY) || *(const orm_set_state *)set != ORM_IS_SET)
        return (struct value){.kind = VALUE_UNKNOWN};
    struct value value = of_set(column, set);
    value.column = column;
    return value;
}

/* A number that a text beside a column of numbers means. */
static bool as_number(const struct value *value, const struct value *other, long double *number_out)
{
    char *end = NULL;
    if (value->kind == VALUE_NUMBER) {
        *number_out = value->number;
        return true;
    }
    if (value->kind == VALUE_TRUTH) {
        *number_out = value->truth;
        return true;
    }
    if (other->column != NULL && orm__is_number(other->column))
        return orm__literal_number(other->column, value->text, number_out);
    *number_out = strtold(value->text, &end);
    return end != value->text && *end == '\0';
}

/* -1, 0 or 1; false when the two can't be compared. */
static bool compare(const struct value *a, const struct value *b, int *order_out)
{
    long double left;
    long double right;
    if (a->kind == VALUE_TEXT && b->kind == VALUE_TEXT) {
        int order = strcmp(a->text, b->text);
        *order_out = (order > 0) - (order < 0);
        return true;
    }
    if (!as_number(a, b, &left) || !as_number(b, a, &right))
        return false;
    *order_out = (left > right) - (left < right);
    return true;
}

/* NULL when one of the operands is, unknown when one is unknown; VALUE_TRUTH: both are there. */
static enum value_kind known(const struct value *a, const struct value *b)
{
    if (a->kind == VALUE_NULL || b->kind == VALUE_NULL)
        return VALUE_NULL;
    return a->kind == VALUE_UNKNOWN || b->kind == VALUE_UNKNOWN ? VALUE_UNKNOWN : VALUE_TRUTH;
}

static struct value compared(enum check_op op, const struct value *a, const struct value *b)
{
    int order = 0;
    enum value_kind kind = known(a, b);
    if (kind != VALUE_TRUTH || !compare(a, b, &order))
        return (struct value){.kind = kind == VALUE_NULL ? VALUE_NULL : VALUE_UNKNOWN};
    switch (op) {
    case CHECK_EQ:
        return of_truth(order == 0);
    case CHECK_NE:
        return of_truth(order != 0);
    case CHECK_LT:
        return of_truth(order < 0);
    case CHECK_LE:
        return of_truth(order <= 0);
    case CHECK_GT:
        return of_truth(order > 0);
    default:
        return of_truth(order >= 0);
    }
}

static struct value calculated(enum check_op op, const struct value *a, const struct value *b)
{
    struct value result = {.kind = known(a, b), .column = a->column ? a->column : b->column};
    if (result.kind == VALUE_TRUTH)
        result.kind =
            a->kind == VALUE_NUMBER && b->kind == VALUE_NUMBER ? VALUE_NUMBER : VALUE_UNKNOWN;
    if (result.kind != VALUE_NUMBER)
        return result;
    bool by_zero = (op == CHECK_DIVIDE || op == CHECK_REMAINDER) && !(fabsl(b->number) > 0);
    if (by_zero)
        return (struct value){.kind = VALUE_UNKNOWN};
    switch (op) {
    case CHECK_ADD:
        result.number = a->number + b->number;
        break;
    case CHECK_SUBTRACT:
        result.number = a->number - b->number;
        break;
    case CHECK_MULTIPLY:
        result.number = a->number * b->number;
        break;
    case CHECK_DIVIDE:
        result.number = a->number / b->number;
        if (a->column && b->column && a->column->type <= ORM_TYPE_BIGINT)
            result.number = truncl(result.number);
        break;
    default:
        result.number = fmodl(a->number, b->number);
        break;
    }
    return result;
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static struct value of_function(enum check_op op, const struct value *inner, orm_session *db)
{
    if (inner->kind == VALUE_NULL || inner->kind == VALUE_UNKNOWN)
        return (struct value){.kind = inner->kind};
    if (op == CHECK_ABS)
        return inner->kind == VALUE_NUMBER ? of_number(fabsl(inner->number))
                                           : (struct value){.kind = VALUE_UNKNOWN};
    if (inner->kind != VALUE_TEXT)
        return (struct value){.kind = VALUE_UNKNOWN};
    if (op == CHECK_LENGTH)
        return of_number((long double)characters(inner->text));
    if (op == CHECK_BYTES)
        return of_number((long double)strlen(inner->text));
    size_t size = strlen(inner->text);
    const char *from = inner->text;
    if (op == CHECK_TRIM) {
        for (; *from == ' '; size--)
            from++;
        while (size > 0 && from[size - 1] == ' ')
            size--;
    }
    char *text = orm__testing_printf(db, "%.*s", (int)size, from);
    for (char *at = text; at != NULL && *at != '\0' && op != CHECK_TRIM; at++)
        *at = (char)(op == CHECK_LOWER ? tolower((unsigned char)*at) : toupper((unsigned char)*at));
    return of_text(text);
}

static struct value of_pattern(enum check_op op, const struct value *text,
                               const struct value *pattern, orm_session *db)
{
    enum value_kind kind = known(text, pattern);
    if (kind != VALUE_TRUTH)
        return (struct value){.kind = kind};
    if (text->kind != VALUE_TEXT || pattern->kind != VALUE_TEXT || op == CHECK_ILIKE)
        return (struct value){.kind = VALUE_UNKNOWN};
    const char *expression =
        op == CHECK_LIKE ? orm__like_pattern(db, pattern->text) : pattern->text;
    if (expression == NULL)
        return (struct value){.kind = VALUE_UNKNOWN};
    return of_truth(orm__pattern_matches(expression, text->text));
}

static struct value of_in(const struct check *check, const struct check_row *row)
{
    struct value left = evaluate(check->first, row);
    struct value result = of_truth(false);
    for (const struct check *item = check->first->next; item != NULL; item = item->next) {
        struct value right = evaluate(item, row);
        struct value equal = compared(CHECK_EQ, &left, &right);
        if (equal.kind == VALUE_TRUTH && equal.truth)
            return equal;
        if (equal.kind != VALUE_TRUTH)
            result.kind = equal.kind;
    }
    return result;
}

static struct value of_logic(const struct check *check, const struct check_row *row)
{
    struct value left = evaluate(check->first, row);
    struct value right = evaluate(check->first->next, row);
    bool decides = check->op == CHECK_OR;
    if (left.kind == VALUE_TRUTH && left.truth == decides)
        return left;
    if (right.kind == VALUE_TRUTH && right.truth == decides)
        return right;
    if (left.kind == VALUE_UNKNOWN || right.kind == VALUE_UNKNOWN)
        return (struct value){.kind = VALUE_UNKNOWN};
    return left.kind != VALUE_TRUTH ? left : right;
}

static struct value of_coalesce(const struct check *check, const struct check_row *row)
{
    for (const struct check *item = check->first; item != NULL; item = item->next) {
        struct value value = evaluate(item, row);
        if (value.kind != VALUE_NULL)
            return value;
    }
    return (struct value){.kind = VALUE_NULL};
}

static struct value of_one(const struct check *check, const struct check_row *row)
{
    struct value inner = evaluate(check->first, row);
    if (check->op == CHECK_IS_NULL)
        return inner.kind == VALUE_UNKNOWN ? inner : of_truth(inner.kind == VALUE_NULL);
    if (check->op == CHECK_NOT) {
        inner.truth = !inner.truth;
        return inner;
    }
    return of_function(check->op, &inner, row->db);
}

static struct value of_two(const struct check *check, const struct check_row *row)
{
    struct value left = evaluate(check->first, row);
    struct value right = evaluate(check->first->next, row);
    if (check->op >= CHECK_EQ && check->op <= CHECK_GE)
        return compared(check->op, &left, &right);
    if (check->op >= CHECK_LIKE && check->op <= CHECK_MATCHES)
        return of_pattern(check->op, &left, &right, row->db);
    return calculated(check->op, &left, &right);
}

static struct value evaluate(const struct check *check, const struct check_row *row)
{
    switch (check->op) {
    case CHECK_COLUMN:
        return of_column(row, check->column);
    case CHECK_NUMBER:
        return of_number(check->number);
    case CHECK_TEXT:
        return of_text(check->text);
    case CHECK_TRUE:
    case CHECK_FALSE:
        return of_truth(check->op == CHECK_TRUE);
    case CHECK_NULL:
        return (struct value){.kind = VALUE_NULL};
    case CHECK_AND:
    case CHECK_OR:
        return of_logic(check, row);
    case CHECK_IN:
        return of_in(check, row);
    case CHECK_COALESCE:
        return of_coalesce(check, row);
    case CHECK_NOT:
    case CHECK_IS_NULL:
    case CHECK_LENGTH:
    case CHECK_BYTES:
    case CHECK_LOWER:
    case CHECK_UPPER:
    case CHECK_TRIM:
    case CHECK_ABS:
        return of_one(check, row);
    default:
        return of_two(check, row);
    }
}

bool orm__check_holds(const struct check *check, const struct check_row *row)
{
    struct value value = evaluate(check, row);
    if (value.kind == VALUE_NUMBER)
        return value.number < 0 || value.number > 0;
    return value.kind != VALUE_TRUTH || value.truth;
}

bool orm__check_names(const struct check *check, uint16_t column)
{
    if (check->op == CHECK_COLUMN && check->column == column)
        return true;
    for (const struct check *inner = check->first; inner != NULL; inner = inner->next)
        if (orm__check_names(inner, column))
            return true;
    return false;
}

static bool try_value(const struct check_row *row, const orm_column *column, struct value *value,
                      int shift, void *values)
{
    long double number;
    struct value beside = {.column = column};
    if (value->kind == VALUE_NULL) {
        if (!(column->flags & ORM_COLUMN_NULLABLE) || shift != 0)
            return false;
        *orm__given_state(column, values) = ORM_IS_NULL;
        return true;
    }
    if (value->kind == VALUE_UNKNOWN)
        return false;
    if (!orm__is_number(column)) {
        const char *text = value->kind == VALUE_TEXT    ? value->text
                           : value->kind == VALUE_TRUTH ? (value->truth ? "true" : "false")
                                                        : NULL;
        if (value->kind == VALUE_NUMBER && column->type == ORM_TYPE_BOOLEAN)
            text = value->number > 0 ? "1" : "0";
        return text != NULL && shift == 0 && orm__set_literal(row->db, column, text, values);
    }
    return as_number(value, &beside, &number) &&
           orm__set_number(row->db, column, number + (long double)shift, values);
}

/* Every part that has a value is a value to try, and its neighbours. */
static bool candidate(const struct check *check, const struct check_row *row,
                      const orm_column *column, size_t *index, void *values)
{
    static const int shifts[] = {0, 1, -1};
    if (check->op < CHECK_AND || check->op >= CHECK_ADD) {
        struct value value = evaluate(check, row);
        for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++)
            if (value.column != column && (*index)-- == 0)
                return try_value(row, column, &value, shifts[i], values) ||
                       try_value(row, column, &value, 0, values);
    }
    for (const struct check *inner = check->first; inner != NULL; inner = inner->next)
        if (candidate(inner, row, column, index, values))
            return true;
    return false;
}

bool orm__check_candidate(const struct check *check, const struct check_row *row, uint16_t column,
                          size_t index, void *values)
{
    return candidate(check, row, &row->factory->model->columns[column], &index, values);
}
