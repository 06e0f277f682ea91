#define _GNU_SOURCE
#include "observe/caller.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>
#include <unwind.h>

#include <pthread.h>

#include "base/hash.h"
#include "base/stack.h"

enum { FRAMES_WALKED_MAX = 64, FRAMES_BELOW_MAIN = 2, RECENT_FRAMES = 4 };

/* A frame that a frame pointer leads to: two words, where the compiler keeps to the custom. */
#if defined __x86_64__ || defined __aarch64__
#define HAS_FRAME_RECORDS 1
#else
#define HAS_FRAME_RECORDS 0
#endif

#if defined __clang__
#define NOT_INSTRUMENTED __attribute__((no_sanitize("address", "thread", "undefined")))
#else
#define NOT_INSTRUMENTED                                                                           \
    __attribute__((no_sanitize_address, no_sanitize_thread, no_sanitize_undefined))
#endif

/* Made by the linker: the bounds of the program or library this file was linked into. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

static bool is_own(uintptr_t address)
{
    return address >= (uintptr_t)__ehdr_start && address < (uintptr_t)_end;
}

/* False: there is room for no more. */
static bool take(orm__path *path, uintptr_t address)
{
    /* Of a recursion once. */
    for (size_t i = 1; i <= RECENT_FRAMES && i <= path->count; i++)
        if (path->frames[path->count - i] == address)
            return true;
    if (path->count == ORM_CALLER_FRAMES)
        return false;
    path->frames[path->count++] = address;
    path->hash = orm__hash_word(path->hash ^ address);
    return true;
}

/*
 * Code without frame pointers leaves anything in their register: each step must lead upwards within
 * the thread's stack, and what it finds is not believed before it was compared.
 */
NOT_INSTRUMENTED static void follow_frames(const void *base, bool skip_own, orm__path *path)
{
    *path = (orm__path){.hash = 1};
    uintptr_t top = HAS_FRAME_RECORDS ? orm__stack_top(base) : 0;
    uintptr_t frame = (uintptr_t)base;
    for (int i = 0; i < FRAMES_WALKED_MAX && top > 0; i++) {
        if (frame % sizeof frame != 0 || frame > top - 2 * sizeof frame)
            return;
        const uintptr_t *record = (const uintptr_t *)frame;
        uintptr_t next = record[0];
        uintptr_t address = record[1];
        skip_own = skip_own && is_own(address);
        if (address == 0 || (!skip_own && !take(path, address)) || next <= frame)
            return;
        frame = next;
    }
}

typedef struct unwinding {
    uintptr_t base;
    uintptr_t first; /* where the walk begins; 0: above `base` */
    bool skip_own;
    bool begun;
    int walked;
    size_t beyond; /* frames above those that fit */
    orm__path *path;
} unwinding;

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument)
{
    unwinding *at = argument;
    uintptr_t address = (uintptr_t)_Unwind_GetIP(context);
    if (++at->walked > FRAMES_WALKED_MAX || address == 0)
        return _URC_END_OF_STACK;
    at->begun = at->begun || (at->first != 0 ? address == at->first
                                             : (uintptr_t)_Unwind_GetCFA(context) > at->base);
    if (!at->begun)
        return _URC_NO_REASON;
    at->skip_own = at->skip_own && is_own(address);
    if (at->skip_own || take(at->path, address))
        return _URC_NO_REASON;
    return _URC_END_OF_STACK;
}

static void unwind(const void *base, uintptr_t first, bool skip_own, orm__path *path)
{
    unwinding at = {.base = (uintptr_t)base, .first = first, .skip_own = skip_own, .path = path};
    *path = (orm__path){.hash = 1};
    (void)_Unwind_Backtrace(visit, &at);
}

/* Where threads begin is code without frame pointers that everything is called from. */
static bool is_start(uintptr_t address)
{
    Dl_info there;
    Dl_info threads;
    pthread_t (*own)(void) = pthread_self;
    const void *library = NULL;
    memcpy(&library, &own, sizeof library);
    return dladdr((const void *)address, &there) != 0 && dladdr(library, &threads) != 0 &&
           there.dli_fbase == threads.dli_fbase;
}

/* Whether the frame pointers led to the same, or to all but what lies below main. */
static bool agree(const orm__path *followed, const orm__path *truth)
{
    size_t count = followed->count;
    if (count == 0 || count > truth->count ||
        memcmp(followed->frames, truth->frames, count * sizeof *followed->frames) != 0)
        return false;
    return count == truth->count ||
           (truth->count < ORM_CALLER_FRAMES && truth->count - count <= FRAMES_BELOW_MAIN &&
            is_start(followed->frames[count - 1]));
}

NOT_INSTRUMENTED static uintptr_t return_address(const void *base)
{
    return HAS_FRAME_RECORDS ? ((const uintptr_t *)base)[1] : 0;
}

void orm__caller_path(orm__known_paths *known, const void *base, orm_site site, orm__path *path_out)
{
    /* In a program linked with the static library own frames and the user's cannot be told apart.
     */
    bool skip_own = !is_own((uintptr_t)site.file);
    orm__path truth;
    follow_frames(base, skip_own, path_out);
    uint64_t *place = &known->hashes[path_out->hash % ORM_CALLER_KNOWN];
    if (*place == path_out->hash && path_out->count > 0)
        return;
    unwind(base, return_address(base), skip_own, &truth);
    if (agree(path_out, &truth))
        *place = path_out->hash;
    else
        *path_out = truth;
}

size_t orm__path_sum(const orm__path *path, uint64_t *parts, uint64_t *sum_out)
{
    size_t count = 0;
    *sum_out = 1;
    for (size_t i = 0; i < path->count; i++) {
        uint64_t part = orm__hash_word(path->frames[i]);
        bool known = false;
        for (size_t k = 0; k < count && !known; k++)
            known = parts[k] == part;
        if (known)
            continue;
        parts[count++] = part;
        *sum_out += part;
    }
    return count;
}
