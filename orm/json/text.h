/* Small parts of JSON text: UTF-8, base64, numbers. */
#ifndef ORM_JSON_TEXT_H
#define ORM_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { JSON_NUMBER_SIZE = 48 };

/* Whether the bytes are UTF-8; `*count_out` (may be NULL) is the number of characters. */
bool orm__json_is_utf8(const char *text, size_t size, size_t *count_out);

/* A finite number with the fewest digits that read back as the same double, or float when `narrow`,
 * whatever the locale. `text` holds JSON_NUMBER_SIZE bytes. */
void orm__json_format_number(double value, bool narrow, char *text);
/* Reads a JSON number, whatever the locale. False when it is beyond the greatest. */
bool orm__json_read_number(const char *text, bool narrow, double *value_out);

size_t orm__json_base64_size(size_t size);
void orm__json_base64_encode(const unsigned char *data, size_t size, char *text);
/* `data` holds 3 bytes for every 4 characters. False when it is no base64, or not padded. */
bool orm__json_base64_decode(const char *text, size_t size, unsigned char *data, size_t *size_out);

#endif
