#include "model/numeric.h"

#include <string.h>

#include <orm/value.h>

enum {
    POINT_MAX = 131072, /* digits before the point that PostgreSQL's numeric can hold */
    SCALE_MAX = 16383   /* and after it */
};

/* An exponent beyond this is far outside every limit; cutting it here keeps the arithmetic from
 * overflowing. */
#define EXPONENT_MAX INT64_C(1000000000000)

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && is_digit(*at))
        at++;
    return (size_t)(at - start);
}

static bool is_word(const char *text, size_t size, const char *word)
{
    return size == strlen(word) && memcmp(text, word, size) == 0;
}

/* NaN and the infinities. */
static bool read_special(const char *text, size_t size, orm__decimal *decimal)
{
    if (is_word(text, size, "NaN")) {
        decimal->kind = ORM__DECIMAL_NAN;
        return true;
    }
    decimal->negative = size > 0 && text[0] == '-';
    if (decimal->negative) {
        text++;
        size--;
    }
    if (!is_word(text, size, "Infinity"))
        return false;
    decimal->kind = ORM__DECIMAL_INFINITY;
    return true;
}

/* The rest of a number from its 'e' on. */
static bool read_exponent(const char *at, const char *end, int64_t *exponent_out)
{
    bool negative = at + 1 < end && at[1] == '-';
    at += at + 1 < end && (at[1] == '-' || at[1] == '+') ? 2 : 1;
    if (at == end)
        return false;
    int64_t exponent = 0;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        if (exponent < EXPONENT_MAX)
            exponent = exponent * 10 + (*at - '0');
    }
    *exponent_out = negative ? -exponent : exponent;
    return true;
}

/* Finds the first digit that counts among `whole` digits at `text` and `part` digits after a point.
 */
static void place_digits(orm__decimal *decimal, const char *text, size_t whole, size_t part,
                         int64_t exponent)
{
    int64_t scale = (int64_t)part - exponent;
    decimal->scale = scale > 0 ? scale : 0;
    size_t zeros = 0;
    while (zeros < whole + part && text[zeros + (zeros >= whole)] == '0')
        zeros++;
    if (zeros == whole + part) {
        decimal->negative = false;
        return;
    }
    decimal->digits = text + zeros + (zeros >= whole);
    decimal->count = whole + part - zeros;
    decimal->dot = zeros < whole ? whole - zeros : SIZE_MAX;
    decimal->point = (int64_t)whole - (int64_t)zeros + exponent;
}

orm_status orm__decimal_read(const char *text, size_t size, orm__decimal *decimal_out)
{
    if (size == SIZE_MAX)
        size = strlen(text);
    const char *end = text + size;
    orm__decimal decimal = {.negative = size > 0 && text[0] == '-'};
    const char *start = text + decimal.negative;
    size_t whole = count_digits(start, end);
    const char *at = start + whole;
    size_t part = 0;
    int64_t exponent = 0;
    if (whole == 0) {
        if (!read_special(text, size, &decimal))
            return ORM_INVALID;
        *decimal_out = decimal;
        return ORM_OK;
    }
    if (at < end && *at == '.') {
        part = count_digits(at + 1, end);
        if (part == 0)
            return ORM_INVALID;
        at += 1 + part;
    }
    if (at < end && (*at != 'e' && *at != 'E'))
        return ORM_INVALID;
    if (at < end && !read_exponent(at, end, &exponent))
        return ORM_INVALID;
    place_digits(&decimal, start, whole, part, exponent);
    *decimal_out = decimal;
    return ORM_OK;
}

static inline char digit_at(const orm__decimal *decimal, size_t index)
{
    return decimal->digits[index + (index >= decimal->dot)];
}

/* Digits up to the last that is not zero. */
static size_t significant(const orm__decimal *decimal)
{
    size_t count = decimal->count;
    while (count > 0 && digit_at(decimal, count - 1) == '0')
        count--;
    return count;
}

static bool within_limits(int64_t point, int64_t scale)
{
    return point <= POINT_MAX && scale <= SCALE_MAX;
}

/* Whether dropping the digits from `index` on rounds the number up (away from zero). */
static bool rounds_up(const orm__decimal *decimal, int64_t index)
{
    return index >= 0 && index < (int64_t)decimal->count && digit_at(decimal, (size_t)index) >= '5';
}

/* Whether the first `count` digits are all nines, so that rounding up gives one more digit. */
static bool all_nines(const orm__decimal *decimal, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (digit_at(decimal, (size_t)i) != '9')
            return false;
    return true;
}

orm_status orm__decimal_fits(const orm__decimal *decimal, int32_t precision, int32_t scale)
{
    if (decimal->kind == ORM__DECIMAL_NAN)
        return ORM_OK;
    if (precision == 0)
        return within_limits(decimal->point, decimal->scale) ? ORM_OK : ORM_RANGE;
    if (decimal->kind == ORM__DECIMAL_INFINITY)
        return ORM_RANGE;
    int64_t dropped = decimal->point + scale;
    bool up = rounds_up(decimal, dropped);
    if (decimal->count == 0 || dropped < 0 || (dropped == 0 && !up))
        return ORM_OK; /* zero */
    int64_t point = decimal->point + (up && all_nines(decimal, dropped) ? 1 : 0);
    return point <= (int64_t)precision - scale ? ORM_OK : ORM_RANGE;
}

/* Digits from `index` up to `end`, zeros where the number has none. */
static char *put_digits(const orm__decimal *decimal, char *at, int64_t index, int64_t end)
{
    for (; index < end; index++) {
        bool known = index >= 0 && index < (int64_t)decimal->count;
        *at++ = known ? digit_at(decimal, (size_t)index) : '0';
    }
    return at;
}

static orm_status put_special(const orm__decimal *decimal, const char **text_out, size_t *size_out)
{
    const char *text = decimal->kind == ORM__DECIMAL_NAN ? "NaN" : "-Infinity";
    if (decimal->kind == ORM__DECIMAL_INFINITY && !decimal->negative)
        text++;
    *text_out = text;
    *size_out = strlen(text);
    return ORM_OK;
}

/* Writes a finite number with `scale` digits after the point; digits beyond are dropped. */
static orm_status put_plain(const orm__decimal *decimal, int64_t scale, orm__arena *arena,
                            char **text_out, size_t *size_out)
{
    if (!within_limits(decimal->point, scale))
        return ORM_RANGE;
    int64_t whole = decimal->point > 0 ? decimal->point : 0;
    char *text = orm__arena_alloc(arena, (size_t)(whole + scale) + sizeof "-0.");
    if (text == NULL)
        return ORM_NOMEM;
    char *at = text;
    if (decimal->negative)
        *at++ = '-';
    if (whole == 0)
        *at++ = '0';
    at = put_digits(decimal, at, 0, whole);
    if (scale > 0) {
        *at++ = '.';
        at = put_digits(decimal, at, decimal->point, decimal->point + scale);
    }
    *at = '\0';
    *text_out = text;
    *size_out = (size_t)(at - text);
    return ORM_OK;
}

static orm_status put_number(const orm__decimal *decimal, int64_t scale, orm__arena *arena,
                             const char **text_out, size_t *size_out)
{
    if (decimal->kind != ORM__DECIMAL_FINITE)
        return put_special(decimal, text_out, size_out);
    char *text = NULL;
    orm_status status = put_plain(decimal, scale, arena, &text, size_out);
    if (status == ORM_OK)
        *text_out = text;
    return status;
}

orm_status orm__numeric_expand(const char *text, size_t size, orm__arena *arena,
                               const char **text_out, size_t *size_out)
{
    orm__decimal decimal;
    orm_status status = orm__decimal_read(text, size, &decimal);
    return status == ORM_OK ? put_number(&decimal, decimal.scale, arena, text_out, size_out)
                            : status;
}

orm_status orm__numeric_pad(const char *text, size_t size, int32_t scale, orm__arena *arena,
                            const char **text_out, size_t *size_out)
{
    orm__decimal decimal;
    orm_status status = orm__decimal_read(text, size, &decimal);
    if (status != ORM_OK)
        return status;
    int64_t shown = decimal.scale;
    if (scale >= 0) {
        int64_t needed = (int64_t)significant(&decimal) - decimal.point;
        shown = needed > scale ? needed : scale;
    }
    return put_number(&decimal, shown, arena, text_out, size_out);
}

orm_status orm__numeric_canonical(const char *text, size_t size, orm__arena *arena,
                                  const char **text_out, size_t *size_out)
{
    return orm__numeric_pad(text, size, 0, arena, text_out, size_out);
}

/* Adds one to the digit at `at` and carries to those before it. The caller knows that one is no
 * nine. */
static void increment(char *at)
{
    for (;; at--) {
        if (*at == '.')
            continue;
        if (*at != '9')
            break;
        *at = '0';
    }
    ++*at;
}

/* Writes a number rounded at `scale` digits after the point (before it, when negative). */
static orm_status put_rounded(const orm__decimal *number, int32_t scale, orm__arena *arena,
                              const char **text_out, size_t *size_out)
{
    static const orm__decimal zero = {.kind = ORM__DECIMAL_FINITE};
    orm__decimal decimal = *number;
    int64_t dropped = decimal.point + scale;
    int64_t shown = scale > 0 ? scale : 0;
    bool up = decimal.count > 0 && rounds_up(&decimal, dropped);
    if (up && all_nines(&decimal, dropped)) {
        decimal.digits = "1";
        decimal.count = 1;
        decimal.dot = SIZE_MAX;
        decimal.point++;
        up = false;
    } else if (dropped < (int64_t)decimal.count) {
        if (dropped <= 0)
            decimal = zero;
        else
            decimal.count = (size_t)dropped;
    }
    if (decimal.count == 0)
        decimal = zero;
    char *text = NULL;
    orm_status status = put_plain(&decimal, shown, arena, &text, size_out);
    if (status != ORM_OK)
        return status;
    /* What follows the last kept digit are the zeros that a negative scale leaves before the point.
     */
    if (up)
        increment(text + *size_out - 1 - (scale < 0 ? -(int64_t)scale : 0));
    *text_out = text;
    return ORM_OK;
}

orm_status orm__numeric_round(const char *text, size_t size, int32_t precision, int32_t scale,
                              orm__arena *arena, const char **text_out, size_t *size_out)
{
    orm__decimal decimal;
    orm_status status = orm__decimal_read(text, size, &decimal);
    if (status == ORM_OK)
        status = orm__decimal_fits(&decimal, precision, scale);
    if (status != ORM_OK)
        return status;
    if (decimal.kind != ORM__DECIMAL_FINITE)
        return put_special(&decimal, text_out, size_out);
    if (precision == 0)
        return put_number(&decimal, decimal.scale, arena, text_out, size_out);
    return put_rounded(&decimal, scale, arena, text_out, size_out);
}

/* Compares numbers without their signs. */
static int compare_magnitudes(const orm__decimal *left, const orm__decimal *right)
{
    if (left->count == 0 || right->count == 0)
        return (left->count > 0) - (right->count > 0);
    if (left->point != right->point)
        return left->point < right->point ? -1 : 1;
    size_t left_count = significant(left);
    size_t right_count = significant(right);
    size_t common = left_count < right_count ? left_count : right_count;
    for (size_t i = 0; i < common; i++) {
        int difference = digit_at(left, i) - digit_at(right, i);
        if (difference != 0)
            return difference;
    }
    return (left_count > right_count) - (left_count < right_count);
}

/* The four classes in their order: -Infinity, finite numbers, Infinity, NaN. */
static int class_of(const orm__decimal *decimal)
{
    if (decimal->kind == ORM__DECIMAL_FINITE)
        return 1;
    if (decimal->kind == ORM__DECIMAL_NAN)
        return 3;
    return decimal->negative ? 0 : 2;
}

static int compare_decimals(const orm__decimal *left, const orm__decimal *right)
{
    int difference = class_of(left) - class_of(right);
    if (difference != 0 || left->kind != ORM__DECIMAL_FINITE)
        return difference;
    if (left->negative != right->negative)
        return left->negative ? -1 : 1;
    return left->negative ? compare_magnitudes(right, left) : compare_magnitudes(left, right);
}

static int compare_bytes(const char *left, size_t left_size, const char *right, size_t right_size)
{
    size_t common = left_size < right_size ? left_size : right_size;
    int difference = common == 0 ? 0 : memcmp(left, right, common);
    return difference != 0 ? difference : (left_size > right_size) - (left_size < right_size);
}

int orm__numeric_compare(const char *left, size_t left_size, const char *right, size_t right_size)
{
    orm__decimal a;
    orm__decimal b;
    if (left_size == SIZE_MAX)
        left_size = strlen(left);
    if (right_size == SIZE_MAX)
        right_size = strlen(right);
    bool a_valid = orm__decimal_read(left, left_size, &a) == ORM_OK;
    bool b_valid = orm__decimal_read(right, right_size, &b) == ORM_OK;
    if (a_valid && b_valid)
        return compare_decimals(&a, &b);
    if (a_valid != b_valid)
        return a_valid ? -1 : 1;
    return compare_bytes(left, left_size, right, right_size);
}

int orm_numeric_compare(orm_numeric left, orm_numeric right)
{
    return orm__numeric_compare(left.text, SIZE_MAX, right.text, SIZE_MAX);
}

bool orm_numeric_is_valid(const char *text)
{
    orm__decimal decimal;
    return text != NULL && orm__decimal_read(text, SIZE_MAX, &decimal) == ORM_OK;
}
