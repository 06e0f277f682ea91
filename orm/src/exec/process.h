/* Which process this is, for what a forked child must not touch. */
#ifndef ORM_EXEC_PROCESS_H
#define ORM_EXEC_PROCESS_H

#include <stdbool.h>

typedef struct orm__process {
    long id;
    /* Memory that a forked child finds wiped, so that asking needs no system call; NULL where the
     * system has none: then it needs one. */
    unsigned char *page;
} orm__process;

/* Notes the process that calls. */
void orm__process_note(orm__process *process);

/* Whether the calling process is the one noted. */
bool orm__process_is_same(const orm__process *process);

void orm__process_dispose(orm__process *process);

#endif
