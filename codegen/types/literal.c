#include "types/literal.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "types/moment.h"
#include "types/types.h"

struct reading {
    struct arena *arena;
    const struct column_type *type;
    const char *text;
    const char **why_out;
};

static const char *refuse(const struct reading *r, const char *why)
{
    *r->why_out = why;
    return NULL;
}

static const char *read_boolean(const struct reading *r)
{
    if (strcmp(r->text, "true") == 0 || strcmp(r->text, "false") == 0)
        return r->text;
    return refuse(r, "is not true or false");
}

static bool is_integer(const char *text)
{
    size_t digits;

    text += *text == '-';
    digits = strspn(text, "0123456789");
    return digits && !text[digits] && !(text[0] == '0' && digits > 1);
}

static const char *read_integer(const struct reading *r)
{
    int64_t most = r->type->kind == TYPE_SMALLINT  ? INT16_MAX
                   : r->type->kind == TYPE_INTEGER ? INT32_MAX
                                                   : INT64_MAX;
    long long value;

    if (!is_integer(r->text))
        return refuse(r, "is not a decimal integer");
    errno = 0;
    value = strtoll(r->text, NULL, 10);
    if (errno == ERANGE || value > most || value < -most - 1)
        return refuse(r,
                      arena_format(r->arena, "is out of range for %s (%" PRId64 " to %" PRId64 ")",
                                   type_info(r->type->kind)->name, -most - 1, most));
    return strcmp(r->text, "-0") == 0 ? "0" : r->text;
}

static bool is_special_number(const char *text)
{
    return strcmp(text, "NaN") == 0 || strcmp(text, "Infinity") == 0 ||
           strcmp(text, "-Infinity") == 0;
}

/* [-]digits[.digits][e[+-]digits]; the counts are those before and after the point. */
static bool is_decimal(const char *text, bool exponent, size_t *whole_out, size_t *fraction_out)
{
    text += *text == '-';
    *whole_out = strspn(text, "0123456789");
    if (!*whole_out)
        return false;
    text += *whole_out;
    *fraction_out = *text == '.' ? strspn(text + 1, "0123456789") : 0;
    if (*text == '.' && !*fraction_out)
        return false;
    text += *fraction_out ? *fraction_out + 1 : 0;
    if (exponent && (*text == 'e' || *text == 'E')) {
        text++;
        text += *text == '-' || *text == '+';
        text += strspn(text, "0123456789");
        if (!isdigit((unsigned char)text[-1]))
            return false;
    }
    return !*text;
}

static bool is_zero(const char *text)
{
    return text[strspn(text, "-0.")] == '\0' || strchr("eE", text[strspn(text, "-0.")]);
}

static const char *read_floating(const struct reading *r)
{
    size_t whole;
    size_t fraction;
    double value;

    if (is_special_number(r->text))
        return r->text;
    if (!is_decimal(r->text, true, &whole, &fraction))
        return refuse(r, "is not a number");
    value = r->type->kind == TYPE_REAL ? (double)strtof(r->text, NULL) : strtod(r->text, NULL);
    if (isinf(value) || (value == 0.0 && !is_zero(r->text)))
        return refuse(
            r, arena_format(r->arena, "is out of range for %s", type_info(r->type->kind)->name));
    return r->text;
}

static const char *read_numeric(const struct reading *r)
{
    const char *digits = r->text + (*r->text == '-');
    size_t whole;
    size_t fraction;

    if (strcmp(r->text, "NaN") == 0 || (is_special_number(r->text) && !r->type->has_precision))
        return r->text;
    if (!is_decimal(r->text, false, &whole, &fraction))
        return refuse(r, "is not a decimal number");
    if (!r->type->has_precision)
        return r->text;
    whole -= strspn(digits, "0") < whole ? strspn(digits, "0") : whole;
    if (fraction > r->type->scale)
        return refuse(
            r, arena_format(r->arena, "has more than %u digits after the point", r->type->scale));
    if (whole > r->type->precision - r->type->scale)
        return refuse(r, arena_format(r->arena, "has more than %u digits before the point",
                                      r->type->precision - r->type->scale));
    return r->text;
}

static const char *read_text(const struct reading *r)
{
    if (r->type->length && utf8_count(r->text, strlen(r->text)) > r->type->length)
        return refuse(r, arena_format(r->arena, "is longer than %u characters", r->type->length));
    return r->text;
}

/* \x0aff as in PostgreSQL, or 0aff; kept as lower-case digits. */
static const char *read_bytes(const struct reading *r)
{
    const char *digits = strncmp(r->text, "\\x", 2) == 0 ? r->text + 2 : r->text;
    size_t length = strlen(digits);
    char *bytes;

    if (length % 2 || strspn(digits, "0123456789abcdefABCDEF") != length)
        return refuse(r, "is not a row of hexadecimal bytes such as 0aff");
    bytes = arena_copy(r->arena, digits, length);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)tolower((unsigned char)bytes[i]);
    return bytes;
}

static const char *read_uuid(const struct reading *r)
{
    char *uuid = arena_text(r->arena, r->text);
    bool ok = strlen(uuid) == 36;

    for (size_t i = 0; ok && i < 36; i++) {
        uuid[i] = (char)tolower((unsigned char)uuid[i]);
        ok = i == 8 || i == 13 || i == 18 || i == 23 ? uuid[i] == '-'
                                                     : isxdigit((unsigned char)uuid[i]) != 0;
    }
    return ok ? uuid : refuse(r, "is not a uuid (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)");
}

static const char *read_moment(const struct reading *r)
{
    const char *found = moment_read(r->arena, r->type->kind, r->text);

    if (found)
        return found;
    switch (r->type->kind) {
    case TYPE_DATE:
        return refuse(r, "is not a date (YYYY-MM-DD)");
    case TYPE_TIME:
        return refuse(r, "is not a time (HH:MM:SS)");
    case TYPE_TIMESTAMP:
        return refuse(r, "is not a timestamp (YYYY-MM-DD HH:MM:SS, without a time zone)");
    case TYPE_TIMESTAMPTZ:
        return refuse(r, "is not a timestamptz (YYYY-MM-DD HH:MM:SS and Z or +HH:MM)");
    default:
        return refuse(r, "is not an ISO 8601 interval such as P1DT2H");
    }
}

static const char *read_label(const struct reading *r)
{
    const struct enum_type *of = r->type->enumeration;

    for (size_t i = 0; of && i < of->label_count; i++)
        if (strcmp(of->labels[i].label, r->text) == 0)
            return of->labels[i].label;
    return refuse(r, "is not one of the enum's values");
}

static const char *read_json(const struct reading *r)
{
    if (!json_is_valid(r->text, false))
        return refuse(r, "is not JSON");
    if (r->type->kind == TYPE_JSONB && !json_is_valid(r->text, true))
        return refuse(r, "holds \\u0000 or half a surrogate pair, which jsonb can't store");
    return r->text;
}

const char *literal_read(struct arena *arena, const struct column_type *type, const char *text,
                         const char **why_out)
{
    struct reading r = {.arena = arena, .type = type, .text = text, .why_out = why_out};

    switch (type->kind) {
    case TYPE_BOOLEAN:
        return read_boolean(&r);
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        return read_integer(&r);
    case TYPE_REAL:
    case TYPE_DOUBLE:
        return read_floating(&r);
    case TYPE_NUMERIC:
        return read_numeric(&r);
    case TYPE_BYTEA:
        return read_bytes(&r);
    case TYPE_UUID:
        return read_uuid(&r);
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
    case TYPE_INTERVAL:
        return read_moment(&r);
    case TYPE_JSON:
    case TYPE_JSONB:
        return read_json(&r);
    case TYPE_ENUM:
        return read_label(&r);
    default:
        return read_text(&r);
    }
}

static int compare_magnitude(const char *a, const char *b)
{
    size_t a_whole;
    size_t b_whole;
    int order;

    a += strspn(a, "0");
    b += strspn(b, "0");
    a_whole = strspn(a, "0123456789");
    b_whole = strspn(b, "0123456789");
    if (a_whole != b_whole)
        return a_whole > b_whole ? 1 : -1;
    order = strncmp(a, b, a_whole);
    if (order)
        return order;
    a += a_whole + (a[a_whole] == '.');
    b += b_whole + (b[b_whole] == '.');
    while (*a || *b) {
        char left = *a ? *a++ : '0';
        char right = *b ? *b++ : '0';

        if (left != right)
            return left > right ? 1 : -1;
    }
    return 0;
}

/* Exact, since doubles can't tell neighbouring bigints apart. */
static int compare_decimals(const char *a, const char *b)
{
    if (*a == '-' && *b == '-')
        return compare_magnitude(b + 1, a + 1);
    if (*a == '-' || *b == '-') {
        int order = compare_magnitude(a + (*a == '-'), b + (*b == '-'));

        return order || strpbrk(a, "123456789") ? (*a == '-' ? -1 : 1) : 0;
    }
    return compare_magnitude(a, b);
}

int literal_compare(const struct column_type *type, const char *a, const char *b)
{
    double left;
    double right;

    if (type_info(type->kind)->integer ||
        (type->kind == TYPE_NUMERIC && !is_special_number(a) && !is_special_number(b)))
        return compare_decimals(a, b);
    if (type->kind == TYPE_REAL || type->kind == TYPE_DOUBLE || type->kind == TYPE_NUMERIC) {
        left = strtod(a, NULL);
        right = strtod(b, NULL);
        return (left > right) - (left < right);
    }
    return moment_compare(a, b);
}
