/* Text that every database takes. */
#ifndef ORM_MODEL_UTF8_H
#define ORM_MODEL_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Why a text is refused. */
typedef enum orm__utf8_fault {
    ORM__UTF8_OK,
    ORM__UTF8_NUL,    /* a NUL within the text */
    ORM__UTF8_INVALID /* not UTF-8: surrogates, overlong forms and numbers above U+10FFFF included
                       */
} orm__utf8_fault;

/* Checks `size` bytes; they need no NUL at their end. Runs of ASCII are checked a word at a time.
 */
orm__utf8_fault orm__utf8_check(const char *text, size_t size);

/* Characters (code points) of a valid text. */
size_t orm__utf8_length(const char *text, size_t size);

/* Bytes taken by the first `characters` of a valid text; `size` when it has no more than those. */
size_t orm__utf8_offset(const char *text, size_t size, size_t characters);

/* Writes a code point that is no surrogate and at most 0x10FFFF; returns the 1 to 4 bytes written.
 */
size_t orm__utf8_put(char *text, unsigned long code_point);

#endif
