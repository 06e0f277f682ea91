#ifndef ORM_TOOLS_ORM_PROGRESS_H
#define ORM_TOOLS_ORM_PROGRESS_H

/* One line on standard error that tells how far long work is, on a terminal only. */

#include <stdbool.h>
#include <stddef.h>

struct progress {
    const char *what; /* "counting rows" */
    size_t total;     /* steps; 0: not known */
    size_t done;
    bool shown;    /* the line is there */
    double last;   /* when it was written, in seconds */
    bool terminal; /* somebody sees it */
};

struct progress progress_begin(const char *what, size_t total);
/* The next step begins; `name` may be NULL. */
void progress_step(struct progress *progress, const char *name);
/* Takes the line away: always before something else is written, and at the end. */
void progress_end(struct progress *progress);

#endif
