/* JSON, written into a buffer. */
#ifndef ORM_OBSERVE_JSON_H
#define ORM_OBSERVE_JSON_H

#include <stddef.h>

#include <orm/site.h>

#include "base/buffer.h"

/* A string with its quotes. Bytes that are not UTF-8 become U+FFFD. */
void orm__json_string(orm__buffer *buffer, const char *text, size_t size);
/* The same for text that ends in NUL; `null` for NULL. */
void orm__json_text(orm__buffer *buffer, const char *text);
/* {"file":…,"line":…,"function":…}, or null when the site is unknown. */
void orm__json_site(orm__buffer *buffer, orm_site site);

#endif
