#include "model/json_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 1000, POINT_SIZE = 8 };

/* The locale's decimal point, found by formatting, which unlike localeconv is safe among threads.
 */
static size_t local_point(char *point)
{
    char text[POINT_SIZE + 4];
    int length = snprintf(text, sizeof text, "%.1f", 0.0);
    size_t size = length < 3 || length > POINT_SIZE ? 1 : (size_t)length - 2;
    memcpy(point, text + 1, size);
    return size;
}

/* The nearest number to the locale's spelling of one. */
static double nearest(const char *text, bool narrow)
{
    return narrow ? (double)strtof(text, NULL) : strtod(text, NULL);
}

static bool is_number_char(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == 'e';
}

/* Replaces whatever stands for the decimal point by one. */
static size_t normalize(char *text)
{
    size_t length = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (is_number_char(*at))
            text[length++] = *at;
        else if (length > 0 && text[length - 1] != '.')
            text[length++] = '.';
    }
    text[length] = '\0';
    return length;
}

size_t orm__json_number_format(double value, bool narrow, char *text)
{
    int digits = narrow ? 6 : 15;
    int most = narrow ? 9 : 17;
    do {
        (void)snprintf(text, ORM__JSON_NUMBER_SIZE, "%.*g", digits, value);
    } while (nearest(text, narrow) != value && digits++ < most);
    return normalize(text);
}

bool orm__json_number_read(const char *text, size_t size, bool narrow, double *value_out)
{
    char local[LONGEST + POINT_SIZE + 1];
    char point[POINT_SIZE];
    if (size > LONGEST)
        return false;
    const char *dot = memchr(text, '.', size);
    size_t whole = dot == NULL ? size : (size_t)(dot - text);
    size_t length = whole;
    memcpy(local, text, whole);
    if (dot != NULL) {
        size_t point_size = local_point(point);
        memcpy(local + length, point, point_size);
        memcpy(local + length + point_size, dot + 1, size - whole - 1);
        length += point_size + size - whole - 1;
    }
    local[length] = '\0';
    double value = nearest(local, narrow);
    if (isinf(value))
        return false;
    *value_out = value;
    return true;
}
