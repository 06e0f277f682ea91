#ifndef ORM_TOOLS_ORM_NPLUS1_FIX_MEMBER_H
#define ORM_TOOLS_ORM_NPLUS1_FIX_MEMBER_H

/* Members of queries that are written in braces. */

#include "nplus1/fix.h"

enum { MEMBER_DEPTH = 8, ELEMENTS_MAX = 64 };

struct member {
    const char *names[MEMBER_DEPTH];
    size_t depth;
    const char *value;
};

/* One of the elements in braces. */
struct element {
    struct range range; /* without its comma */
    struct range value;
    size_t names[MEMBER_DEPTH]; /* tokens; of ".with.albums" two */
    size_t depth;               /* 0: it names no member */
    bool comma;
};

/* How many elements the braces hold; 0 when they are more than limit, too. */
size_t elements_of(const struct c_file *file, size_t brace, struct element *elements,
                   size_t limit);

#endif
