/* Floating-point numbers as JSON has them, whatever the locale. */
#ifndef ORM_MODEL_JSON_NUMBER_H
#define ORM_MODEL_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

enum { ORM__JSON_NUMBER_SIZE = 40 };

/*
 * Writes a finite number with the fewest digits that read back as the same double (or float, when
 * `narrow`). `text` holds ORM__JSON_NUMBER_SIZE bytes; returns the length.
 */
size_t orm__json_number_format(double value, bool narrow, char *text);

/*
 * Reads `size` bytes that are a JSON number as the nearest double or float. False when it is beyond
 * the greatest, or longer than any number we write needs to be (1,000 bytes).
 */
bool orm__json_number_read(const char *text, size_t size, bool narrow, double *value_out);

#endif
