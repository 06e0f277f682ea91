#ifndef ORM_CODEGEN_BASE_UTF8_H
#define ORM_CODEGEN_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What some editors begin a file with ("byte order mark"). */
#define UTF8_MARK "\xEF\xBB\xBF"

/* Length in bytes of the well-formed character at text, 0 when it is none; its code point. */
size_t utf8_decode(const char *text, size_t length, uint32_t *code_out);

/* Characters; every byte of an ill-formed stretch counts as one. */
size_t utf8_count(const char *text, size_t length);

/* Nothing a terminal or an editor would hide or act on: controls, line marks, direction marks. */
bool utf8_is_visible(uint32_t code);

/* Length of the line break at text as libyaml counts lines (LF, CR, CRLF, NEL, LS, PS), or 0. */
size_t utf8_line_break(const char *text, size_t length);

#endif
