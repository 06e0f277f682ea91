#include "observe/caller.h"

#include <stdbool.h>
#include <stddef.h>
#include <unwind.h>

#include "base/hash.h"

enum { FRAMES_MAX = 16, FRAMES_WALKED_MAX = 64 };

/* Made by the linker: the bounds of the program or library this file was linked into. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

typedef struct walk {
    uintptr_t base;
    bool skip_own; /* the library's frames come first and may differ from call to call */
    int walked;
    int taken;
    uint64_t hash;
} walk;

static bool is_own(uintptr_t address)
{
    return address >= (uintptr_t)__ehdr_start && address < (uintptr_t)_end;
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument)
{
    walk *at = argument;
    uintptr_t address = (uintptr_t)_Unwind_GetIP(context);
    if (++at->walked > FRAMES_WALKED_MAX || at->taken >= FRAMES_MAX)
        return _URC_END_OF_STACK;
    if ((uintptr_t)_Unwind_GetCFA(context) <= at->base)
        return _URC_NO_REASON;
    if (at->skip_own && is_own(address))
        return _URC_NO_REASON;
    at->skip_own = false;
    at->taken++;
    at->hash = orm__hash_word(at->hash ^ address);
    return _URC_NO_REASON;
}

uint64_t orm__caller_hash(const void *base, orm_site site)
{
    /* In a program linked with the static library own frames and the user's cannot be told apart.
     */
    walk at = {.base = (uintptr_t)base, .skip_own = !is_own((uintptr_t)site.file), .hash = 1};
    (void)_Unwind_Backtrace(visit, &at);
    return at.hash;
}
