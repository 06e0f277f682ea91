/* Bytes as text that may stand in a URL: RFC 4648's base64url without padding. */
#ifndef ORM_BASE_BASE64URL_H
#define ORM_BASE_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text's length without its NUL. */
size_t orm__base64url_size(size_t size);
/* `text` holds orm__base64url_size(size) + 1 bytes. */
void orm__base64url_encode(const uint8_t *data, size_t size, char *text);
/*
 * `data` holds length / 4 * 3 + 2 bytes. False unless the text is exactly what encoding gives: no
 * two texts decode to the same bytes.
 */
bool orm__base64url_decode(const char *text, size_t length, uint8_t *data, size_t *size_out);

#endif
