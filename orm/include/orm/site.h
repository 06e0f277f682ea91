/* The place in the user's source that asked for something. */
#ifndef ORM_SITE_H
#define ORM_SITE_H

#include <orm/export.h>

/*
 * One expression in the user's source. The strings are static. `counter` differs between two
 * expressions on one line. Of a call spread over several lines gcc gives the first line, clang the
 * last.
 */
typedef struct orm_site {
    const char *file;     /* static: as given to the compiler */
    const char *function; /* static */
    int line;             /* 1-based; 0 means "unknown" */
    int counter;          /* tells apart expressions on one line */
} orm_site;

#ifdef __cplusplus
/* The C++ spelling of the compound literal below. */
inline orm_site orm_site_make(const char *file, const char *function, int line, int counter)
{
    orm_site site = {file, function, line, counter};
    return site;
}
#define ORM_SITE orm_site_make(__FILE__, __func__, __LINE__, __COUNTER__)
#else
/* The site of the expression it stands in. A helper may take an orm_site and pass its caller's on
 * to `…_at`. */
#define ORM_SITE ((orm_site){__FILE__, __func__, __LINE__, __COUNTER__})
#endif

#endif
