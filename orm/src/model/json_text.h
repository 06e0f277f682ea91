/* JSON text (RFC 8259): its smallest parts, and whether a whole text is a document. */
#ifndef ORM_MODEL_JSON_TEXT_H
#define ORM_MODEL_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { ORM__JSON_MAX_DEPTH = 1000 };

typedef enum orm__json_verdict {
    ORM__JSON_OK,
    ORM__JSON_INVALID,
    ORM__JSON_TOO_DEEP,    /* arrays and objects nest deeper than ORM__JSON_MAX_DEPTH */
    ORM__JSON_NO_CHARACTER /* an escape that names no character */
} orm__json_verdict;

/*
 * Judges `size` bytes of UTF-8. Where `decoded`, escapes must name characters other than NUL, as
 * jsonb asks; else four digits are enough. `*at_out` is the offset of the fault.
 */
orm__json_verdict orm__json_check(const char *text, size_t size, bool decoded, size_t *at_out);

/* Past blanks. */
const char *orm__json_skip_space(const char *at, const char *end);

/* A hexadecimal digit's value, -1 for anything else. */
int orm__json_hex(char digit);

/* What follows "\u": the end of the four digits, NULL when they are none. */
const char *orm__json_unit(const char *at, const char *end, unsigned *unit_out);

/*
 * What follows "\u": the end of one code point, of two escapes when it takes a surrogate pair. NULL
 * for what is no character, and for NUL.
 */
const char *orm__json_code_point(const char *at, const char *end, unsigned long *code_out);

/* The end of a number, NULL when there is none; `*whole_out`: it has no fraction and no exponent.
 */
const char *orm__json_number(const char *at, const char *end, bool *whole_out);

#endif
