/* Who called: the path of calls that led to a statement. */
#ifndef ORM_OBSERVE_CALLER_H
#define ORM_OBSERVE_CALLER_H

#include <stddef.h>
#include <stdint.h>

#include <orm/site.h>

enum { ORM_CALLER_FRAMES = 16, ORM_CALLER_KNOWN = 64 };

/* Return addresses, the innermost first. */
typedef struct orm__path {
    uint64_t hash; /* of all of them */
    size_t count;
    uintptr_t frames[ORM_CALLER_FRAMES];
} orm__path;

/* Paths, by their hashes, along which frame pointers were seen to tell the truth. */
typedef struct orm__known_paths {
    uint64_t hashes[ORM_CALLER_KNOWN];
} orm__known_paths;

/*
 * The return addresses above the frame `base` of the library, up to a fixed number, without the
 * library's own when it is a shared library. A loop that the compiler unrolled is several paths,
 * and so is a helper it inlined. Frame pointers are followed, within the thread's stack, when that
 * was once seen to give what the unwinder finds; else the unwinder is asked, which costs
 * microseconds.
 */
void orm__caller_path(orm__known_paths *known, const void *base, orm_site site,
                      orm__path *path_out);

/*
 * The frames of a path, each once, as numbers, and their sum, which is the same at whatever depth
 * of a recursion. Returns how many there are; `parts` has room for ORM_CALLER_FRAMES.
 */
size_t orm__path_sum(const orm__path *path, uint64_t *parts, uint64_t *sum_out);

#endif
