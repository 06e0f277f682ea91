/* What the simple conditions of a check say of one column each. */
#include "check.h"

#include <math.h>
#include <string.h>

const char *orm__like_pattern(orm_session *db, const char *like)
{
    char *pattern = orm__testing_alloc(db, 4 * strlen(like) + 3);
    size_t size = 0;
    if (pattern == NULL)
        return NULL;
    pattern[size++] = '^';
    for (; *like != '\0'; like++) {
        bool escaped = *like == '\\' && like[1] != '\0';
        like += escaped;
        if (!escaped && *like == '%') {
            pattern[size++] = '.';
            pattern[size++] = '*';
        } else if (!escaped && *like == '_') {
            pattern[size++] = '.';
        } else {
            if (strchr("^$.[]|()*+?{}\\", *like) != NULL)
                pattern[size++] = '\\';
            pattern[size++] = *like;
        }
    }
    pattern[size++] = '$';
    pattern[size] = '\0';
    return pattern;
}

/* A constant's text; NULL when the node is none. */
static const char *constant(orm_session *db, const struct check *check)
{
    if (check->op == CHECK_TEXT)
        return check->text;
    if (check->op == CHECK_NUMBER)
        return orm__testing_printf(db, "%.18Lg", check->number);
    if (check->op == CHECK_TRUE || check->op == CHECK_FALSE)
        return check->op == CHECK_TRUE ? "true" : "false";
    if (check->op == CHECK_SUBTRACT && check->first->op == CHECK_NUMBER &&
        check->first->next->op == CHECK_NUMBER)
        return orm__testing_printf(db, "%.18Lg", check->first->number - check->first->next->number);
    return NULL;
}

static enum check_op mirrored(enum check_op op)
{
    switch (op) {
    case CHECK_LT:
        return CHECK_GT;
    case CHECK_LE:
        return CHECK_GE;
    case CHECK_GT:
        return CHECK_LT;
    case CHECK_GE:
        return CHECK_LE;
    default:
        return op;
    }
}

static void choose(orm_session *db, struct domain *domain, const struct check *items, size_t count)
{
    const char **choices = orm__testing_alloc(db, count * sizeof *choices);
    size_t made = 0;
    if (choices == NULL || domain->choice_count > 0)
        return;
    for (; items != NULL && made < count; items = items->next) {
        const char *text = constant(db, items);
        if (text == NULL)
            return;
        choices[made++] = text;
    }
    domain->choices = choices;
    domain->choice_count = made;
}

static void narrow_length(struct domain *domain, enum check_op op, const char *text)
{
    static const orm_column integer = {.type = ORM_TYPE_BIGINT};
    long double number;
    if (!orm__literal_number(&integer, text, &number) || number < 0 || number > 1e6L)
        return;
    size_t length = (size_t)number;
    bool above = op == CHECK_GT || op == CHECK_GE || op == CHECK_EQ;
    bool below = op == CHECK_LT || op == CHECK_LE || op == CHECK_EQ;
    if (op == CHECK_NE && length == 0)
        above = true;
    size_t least = op == CHECK_GT || op == CHECK_NE ? length + 1 : length;
    size_t most = op == CHECK_LT && length > 0 ? length - 1 : length;
    if (above && least > domain->min_length)
        domain->min_length = least;
    if (below && most < domain->max_length)
        domain->max_length = most;
}

static void narrow_value(orm_session *db, const orm_column *column, struct domain *domain,
                         enum check_op op, const struct check *operand, const char *text)
{
    long double number;
    if (op == CHECK_EQ) {
        choose(db, domain, operand, 1);
        return;
    }
    if (!orm__is_number(column) || !orm__literal_number(column, text, &number))
        return;
    if (op == CHECK_GT || op == CHECK_GE)
        orm__domain_above(column, domain, number, op == CHECK_GT);
    if (op == CHECK_LT || op == CHECK_LE)
        orm__domain_below(column, domain, number, op == CHECK_LT);
}

static void narrow_comparison(orm_session *db, const struct check *check, const orm_model *model,
                              struct domain *domains)
{
    const struct check *left = check->first;
    const struct check *right = check->first->next;
    enum check_op op = check->op;
    if (constant(db, left) != NULL) {
        const struct check *swapped = left;
        left = right;
        right = swapped;
        op = mirrored(op);
    }
    const char *text = constant(db, right);
    if (text == NULL)
        return;
    if (left->op == CHECK_COLUMN)
        narrow_value(db, &model->columns[left->column], &domains[left->column], op,
                     &(struct check){.op = right->op,
                                     .text = right->text,
                                     .number = right->number,
                                     .first = right->first},
                     text);
    else if ((left->op == CHECK_LENGTH || left->op == CHECK_BYTES) &&
             left->first->op == CHECK_COLUMN)
        narrow_length(&domains[left->first->column], op, text);
    else if (left->op == CHECK_LENGTH && left->first->op == CHECK_TRIM &&
             left->first->first->op == CHECK_COLUMN)
        narrow_length(&domains[left->first->first->column], op, text);
}

static void narrow_pattern(orm_session *db, const struct check *check, const orm_model *model,
                           struct domain *domains)
{
    const struct check *left = check->first;
    const struct check *right = left->next;
    if (left->op != CHECK_COLUMN || right->op != CHECK_TEXT ||
        !orm__is_text(&model->columns[left->column]))
        return;
    const char *pattern =
        check->op == CHECK_MATCHES ? right->text : orm__like_pattern(db, right->text);
    if (domains[left->column].pattern == NULL)
        domains[left->column].pattern = pattern;
}

static void narrow_in(orm_session *db, const struct check *check, struct domain *domains)
{
    const struct check *left = check->first;
    size_t count = 0;
    for (const struct check *item = left->next; item != NULL; item = item->next)
        count++;
    if (left->op == CHECK_COLUMN)
        choose(db, &domains[left->column], left->next, count);
}

void orm__check_narrow(orm_session *db, const struct check *check, const orm_model *model,
                       struct domain *domains)
{
    switch (check->op) {
    case CHECK_AND:
        orm__check_narrow(db, check->first, model, domains);
        orm__check_narrow(db, check->first->next, model, domains);
        return;
    case CHECK_EQ:
    case CHECK_NE:
    case CHECK_LT:
    case CHECK_LE:
    case CHECK_GT:
    case CHECK_GE:
        narrow_comparison(db, check, model, domains);
        return;
    case CHECK_IN:
        narrow_in(db, check, domains);
        return;
    case CHECK_LIKE:
    case CHECK_ILIKE:
    case CHECK_MATCHES:
        narrow_pattern(db, check, model, domains);
        return;
    case CHECK_NOT:
        if (check->first->op == CHECK_IS_NULL && check->first->first->op == CHECK_COLUMN)
            domains[check->first->first->column].wanted = true;
        return;
    case CHECK_COLUMN: /* a boolean that has to be true */
        if (model->columns[check->column].type == ORM_TYPE_BOOLEAN)
            choose(db, &domains[check->column], &(struct check){.op = CHECK_TRUE}, 1);
        return;
    default:
        return;
    }
}
