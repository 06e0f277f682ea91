/* Who called: one number for the path of calls that led to a statement. */
#ifndef ORM_OBSERVE_CALLER_H
#define ORM_OBSERVE_CALLER_H

#include <stdint.h>

#include <orm/site.h>

/*
 * A hash of the return addresses above the frame `base`, up to a fixed number, without the
 * library's own when it is a shared library. A loop that the compiler unrolled is
 * several paths, and so is a helper it inlined. Costs microseconds: for the first executions of a
 * statement only.
 */
uint64_t orm__caller_hash(const void *base, orm_site site);

#endif
