#include "model/decimal_sum.h"

#include <string.h>

#include "base/allocator.h"
#include "model/numeric.h"

enum {
    LIMB = 10000, /* PostgreSQL's base: its rule for the digits of an average counts in it */
    LIMB_DIGITS = 4,
    CARRY_LIMBS = 5, /* above the highest: 64 bits spill no further */
    POINT_MAX = 131072,
    SCALE_MAX = 16383,
    AVERAGE_DIGITS = 16,
    AVERAGE_SCALE_MAX = 1000
};

void orm__decimal_sum_dispose(orm__decimal_sum *sum)
{
    orm__free(sum->allocator, sum->whole, sum->whole_count * sizeof *sum->whole);
    orm__free(sum->allocator, sum->part, sum->part_count * sizeof *sum->part);
    sum->whole = NULL;
    sum->part = NULL;
}

/* Room for limb `index`. */
static bool reach(const orm_allocator *allocator, int64_t **limbs, size_t *count, size_t index)
{
    if (index < *count)
        return true;
    size_t larger = index + 4;
    int64_t *grown = orm__resize(allocator, *limbs, *count * sizeof *grown, larger * sizeof *grown);
    if (grown == NULL)
        return false;
    memset(grown + *count, 0, (larger - *count) * sizeof *grown);
    *limbs = grown;
    *count = larger;
    return true;
}

orm_status orm__decimal_sum_add_integer(orm__decimal_sum *sum, int64_t value)
{
    if (!reach(sum->allocator, &sum->whole, &sum->whole_count, 4))
        return ORM_NOMEM;
    for (size_t i = 0; value != 0; i++) {
        sum->whole[i] += value % LIMB;
        value /= LIMB;
    }
    sum->count++;
    return ORM_OK;
}

static void add_special(orm__decimal_sum *sum, const orm__decimal *number)
{
    if (number->kind == ORM__DECIMAL_NAN)
        sum->nan = true;
    else if (number->negative)
        sum->minus_infinity = true;
    else
        sum->infinity = true;
}

static void add_digits(orm__decimal_sum *sum, const orm__decimal *number)
{
    static const int64_t weights[LIMB_DIGITS] = {1, 10, 100, 1000};
    for (size_t i = 0; i < number->count; i++) {
        int64_t digit = number->digits[i + (i >= number->dot)] - '0';
        int64_t place = number->point - 1 - (int64_t)i;
        int64_t below = -1 - place; /* places behind the point, from 0 */
        if (number->negative)
            digit = -digit;
        if (place >= 0)
            sum->whole[place / LIMB_DIGITS] += digit * weights[place % LIMB_DIGITS];
        else
            sum->part[below / LIMB_DIGITS] +=
                digit * weights[LIMB_DIGITS - 1 - below % LIMB_DIGITS];
    }
}

orm_status orm__decimal_sum_add(orm__decimal_sum *sum, const char *text, size_t size)
{
    orm__decimal number;
    orm_status status = orm__decimal_read(text, size, &number);
    if (status != ORM_OK)
        return status;
    if (number.kind != ORM__DECIMAL_FINITE) {
        add_special(sum, &number);
        sum->count++;
        return ORM_OK;
    }
    if (number.point > POINT_MAX || number.scale > SCALE_MAX)
        return ORM_RANGE;
    size_t highest = number.point > 0 ? (size_t)number.point / LIMB_DIGITS : 0;
    if (!reach(sum->allocator, &sum->whole, &sum->whole_count, highest) ||
        !reach(sum->allocator, &sum->part, &sum->part_count, (size_t)number.scale / LIMB_DIGITS))
        return ORM_NOMEM;
    add_digits(sum, &number);
    if (number.scale > sum->scale)
        sum->scale = number.scale;
    sum->count++;
    return ORM_OK;
}

/* A sum carried through: limbs from the lowest, all within 0 and 9,999, and the sign. */
typedef struct settled {
    int64_t *limbs;
    size_t count;
    size_t parts; /* of them behind the point */
    bool negative;
} settled;

/* What is left above the highest limb: -1 for a negative number, else 0. */
static int64_t carry(settled *number)
{
    int64_t over = 0;
    for (size_t i = 0; i < number->count; i++) {
        int64_t limb = number->limbs[i] + over;
        over = limb / LIMB;
        limb -= over * LIMB;
        if (limb < 0) {
            limb += LIMB;
            over--;
        }
        number->limbs[i] = limb;
    }
    return over;
}

static void copy_limbs(settled *number, const orm__decimal_sum *sum, int64_t sign)
{
    for (size_t i = 0; i < sum->part_count; i++)
        number->limbs[i] = sign * sum->part[sum->part_count - 1 - i];
    for (size_t i = 0; i < sum->whole_count; i++)
        number->limbs[sum->part_count + i] = sign * sum->whole[i];
    for (size_t i = sum->part_count + sum->whole_count; i < number->count; i++)
        number->limbs[i] = 0;
}

static bool settle(const orm__decimal_sum *sum, orm__arena *arena, settled *number)
{
    number->parts = sum->part_count;
    number->count = sum->part_count + sum->whole_count + CARRY_LIMBS;
    number->limbs = orm__arena_alloc(arena, number->count * sizeof *number->limbs);
    if (number->limbs == NULL)
        return false;
    copy_limbs(number, sum, 1);
    number->negative = carry(number) < 0;
    if (number->negative) {
        copy_limbs(number, sum, -1);
        (void)carry(number);
    }
    return true;
}

/* The digit at a place: 0 is that of the units, -1 the first behind the point. */
static int digit_at(const settled *number, int64_t place)
{
    static const int64_t weights[LIMB_DIGITS] = {1, 10, 100, 1000};
    int64_t at = place + (int64_t)number->parts * LIMB_DIGITS;
    if (at < 0 || at / LIMB_DIGITS >= (int64_t)number->count)
        return 0;
    return (int)(number->limbs[at / LIMB_DIGITS] / weights[at % LIMB_DIGITS] % 10);
}

static int64_t highest_place(const settled *number)
{
    int64_t place = (int64_t)(number->count - number->parts) * LIMB_DIGITS - 1;
    while (place > 0 && digit_at(number, place) == 0)
        place--;
    return place;
}

/* What a sum with something infinite in it is; NULL: nothing is. */
static const char *special_text(const orm__decimal_sum *sum)
{
    if (sum->nan || (sum->infinity && sum->minus_infinity))
        return "NaN";
    if (sum->infinity || sum->minus_infinity)
        return sum->infinity ? "Infinity" : "-Infinity";
    return NULL;
}

orm_status orm__decimal_sum_text(const orm__decimal_sum *sum, orm__arena *arena,
                                 const char **text_out)
{
    settled number;
    *text_out = special_text(sum);
    if (*text_out != NULL)
        return ORM_OK;
    if (!settle(sum, arena, &number))
        return ORM_NOMEM;
    int64_t place = highest_place(&number);
    char *text = orm__arena_alloc(arena, (size_t)(place + sum->scale) + 4);
    if (text == NULL)
        return ORM_NOMEM;
    *text_out = text;
    if (number.negative)
        *text++ = '-';
    for (; place >= -sum->scale; place--) {
        if (place == -1)
            *text++ = '.';
        *text++ = (char)('0' + digit_at(&number, place));
    }
    *text = '\0';
    return ORM_OK;
}

/* The weight and value of a number's first limb that is not 0; both 0 for zero. */
static int64_t first_limb(const settled *number, int64_t *value_out)
{
    size_t at = number->count;
    while (at > 0 && number->limbs[at - 1] == 0)
        at--;
    *value_out = at == 0 ? 0 : number->limbs[at - 1];
    return at == 0 ? 0 : (int64_t)at - 1 - (int64_t)number->parts;
}

/* How many digits behind the point PostgreSQL gives such a quotient. */
static int64_t average_scale(const settled *number, int64_t count, int64_t scale)
{
    int64_t first;
    int64_t weight = first_limb(number, &first);
    int64_t count_weight = 0;
    int64_t count_first = count;
    while (count_first >= LIMB) {
        count_first /= LIMB;
        count_weight++;
    }
    int64_t quotient = weight - count_weight - (first <= count_first ? 1 : 0);
    int64_t wanted = AVERAGE_DIGITS - quotient * LIMB_DIGITS;
    if (wanted < scale)
        wanted = scale;
    if (wanted < 0)
        wanted = 0;
    return wanted > AVERAGE_SCALE_MAX ? AVERAGE_SCALE_MAX : wanted;
}

/* Adds one to the last digit; `text` begins with a 0 that takes the last carry. */
static void increment(char *text, size_t size)
{
    for (char *at = text + size - 1; at >= text; at--) {
        if (*at == '.')
            continue;
        if (*at != '9') {
            (*at)++;
            return;
        }
        *at = '0';
    }
}

/* The digits of the quotient, one more than are kept, from which the last is rounded. */
static size_t divide(const settled *number, int64_t count, int64_t scale, char *text)
{
    char *at = text;
    int64_t rest = 0;
    *at++ = '0';
    for (int64_t place = highest_place(number); place >= -scale; place--) {
        if (place == -1)
            *at++ = '.';
        rest = rest * 10 + digit_at(number, place);
        *at++ = (char)('0' + rest / count);
        rest %= count;
    }
    size_t size = (size_t)(at - text);
    if ((rest * 10 + digit_at(number, -scale - 1)) / count >= 5)
        increment(text, size);
    return size;
}

static bool is_zero(const char *digits)
{
    return digits[strspn(digits, "0.")] == '\0';
}

orm_status orm__decimal_sum_average(const orm__decimal_sum *sum, orm__arena *arena,
                                    const char **text_out)
{
    settled number;
    *text_out = special_text(sum);
    if (*text_out != NULL)
        return ORM_OK;
    if (!settle(sum, arena, &number))
        return ORM_NOMEM;
    int64_t scale = average_scale(&number, sum->count, sum->scale);
    char *text = orm__arena_alloc(arena, (size_t)(highest_place(&number) + scale) + 6);
    if (text == NULL)
        return ORM_NOMEM;
    text[0] = '-';
    text[1 + divide(&number, sum->count, scale, text + 1)] = '\0';
    char *start = text + 1;
    while (*start == '0' && start[1] != '\0' && start[1] != '.')
        start++;
    if (number.negative && !is_zero(start))
        *--start = '-';
    *text_out = start;
    return ORM_OK;
}
