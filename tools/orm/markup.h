#ifndef ORM_TOOLS_ORM_MARKUP_H
#define ORM_TOOLS_ORM_MARKUP_H

#include "base/memory.h"

/* Text as XML and HTML take it, in content and in quoted attributes; what XML 1.0 has no character
 * for becomes U+FFFD. "" for NULL. */
const char *markup(struct arena *arena, const char *text);

#endif
