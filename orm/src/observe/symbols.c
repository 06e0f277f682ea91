#define _GNU_SOURCE
#include "observe/symbols.h"

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/allocator.h"

#if ORM_HAS_LIBDW
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

/* The library is looked for when a report needs it, so that programs do not depend on it. */
#define FUNCTIONS(_)                                                                               \
    _(dwfl_begin)                                                                                  \
    _(dwfl_end)                                                                                    \
    _(dwfl_linux_proc_find_elf)                                                                    \
    _(dwfl_linux_proc_report)                                                                      \
    _(dwfl_report_end)                                                                             \
    _(dwfl_addrmodule)                                                                             \
    _(dwfl_module_addrinfo)                                                                        \
    _(dwfl_module_getsrc)                                                                          \
    _(dwfl_lineinfo)                                                                               \
    _(dwfl_module_addrdie)                                                                         \
    _(dwarf_getscopes)                                                                             \
    _(dwarf_getscopes_die)                                                                         \
    _(dwarf_tag)                                                                                   \
    _(dwarf_diename)                                                                               \
    _(dwarf_attr)                                                                                  \
    _(dwarf_formudata)                                                                             \
    _(dwarf_getsrcfiles)                                                                           \
    _(dwarf_filesrc)

typedef struct libdw {
#define MEMBER(name) __typeof__(&name) name;
    FUNCTIONS(MEMBER)
} libdw;

struct orm__symbols {
    orm__arena *arena;
    bool ready;
    libdw use;
    Dwfl_Callbacks callbacks;
    Dwfl *process;
};

/* It is never closed again: what it allocated once may be in use by others. */
static bool load(libdw *use)
{
    void *library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
    bool found = library != NULL;
#define FIND(name)                                                                                 \
    if (found) {                                                                                   \
        void *symbol = dlsym(library, #name);                                                      \
        memcpy(&use->name, &symbol, sizeof symbol);                                                \
        found = symbol != NULL;                                                                    \
    }
    FUNCTIONS(FIND)
    return found;
}

/* Files of debug information that stand apart are not looked for: that may ask the network. */
static int find_nothing(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
                        const char *file, const char *link, GElf_Word sum, char **found)
{
    (void)module;
    (void)data;
    (void)name;
    (void)base;
    (void)file;
    (void)link;
    (void)sum;
    (void)found;
    return -1;
}

static void start(orm__symbols *it)
{
    if (!load(&it->use))
        return;
    it->callbacks = (Dwfl_Callbacks){.find_elf = it->use.dwfl_linux_proc_find_elf,
                                     .find_debuginfo = find_nothing};
    it->process = it->use.dwfl_begin(&it->callbacks);
    it->ready = it->process != NULL && it->use.dwfl_linux_proc_report(it->process, getpid()) == 0 &&
                it->use.dwfl_report_end(it->process, NULL, NULL) == 0;
}

orm__symbols *orm__symbols_open(orm__arena *arena)
{
    orm__symbols *it = orm__arena_zero(arena, sizeof *it);
    if (it == NULL)
        return NULL;
    it->arena = arena;
    start(it);
    return it;
}

void orm__symbols_close(orm__symbols *symbols)
{
    if (symbols != NULL && symbols->process != NULL)
        symbols->use.dwfl_end(symbols->process);
}

static const char *keep(orm__arena *arena, const char *text)
{
    return text == NULL ? NULL : orm__arena_copy(arena, text, strlen(text));
}

static int number_of(const orm__symbols *it, Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (it->use.dwarf_attr(die, name, &attribute) == NULL ||
        it->use.dwarf_formudata(&attribute, &value) != 0)
        return 0;
    return (int)value;
}

static const char *call_file(const orm__symbols *it, Dwarf_Die *unit, Dwarf_Die *inlined)
{
    Dwarf_Files *files = NULL;
    size_t count = 0;
    size_t number = (size_t)number_of(it, inlined, DW_AT_call_file);
    if (it->use.dwarf_getsrcfiles(unit, &files, &count) != 0 || number >= count)
        return NULL;
    return keep(it->arena, it->use.dwarf_filesrc(files, number, NULL, NULL));
}

/* Each inlined function is followed by the one that has the call, at the call. */
static size_t unfold(const orm__symbols *it, Dwarf_Die *unit, Dwarf_Die *scopes, int scope_count,
                     orm__symbol *found, size_t most)
{
    size_t count = 0;
    for (int i = 0; i < scope_count && count < most; i++) {
        int tag = it->use.dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
            continue;
        found[count++].function = keep(it->arena, it->use.dwarf_diename(&scopes[i]));
        if (tag == DW_TAG_subprogram)
            break;
        if (count < most)
            found[count] = (orm__symbol){.file = call_file(it, unit, &scopes[i]),
                                         .line = number_of(it, &scopes[i], DW_AT_call_line)};
    }
    return count;
}

static size_t find_inlined(const orm__symbols *it, Dwfl_Module *module, Dwarf_Addr address,
                           orm__symbol *found, size_t most)
{
    const orm_allocator heap = {.resize = NULL};
    Dwarf_Addr bias = 0;
    Dwarf_Die *inner = NULL;
    Dwarf_Die *outer = NULL;
    Dwarf_Die *unit = it->use.dwfl_module_addrdie(module, address, &bias);
    if (unit == NULL || it->use.dwarf_getscopes(unit, address - bias, &inner) <= 0)
        return 0;
    int count = it->use.dwarf_getscopes_die(&inner[0], &outer);
    size_t result = count <= 0 ? 0 : unfold(it, unit, outer, count, found, most);
    /* libdw's memory is the C library's. */
    orm__free(&heap, outer, 1);
    orm__free(&heap, inner, 1);
    return result;
}

static size_t find(const orm__symbols *it, uintptr_t address, orm__symbol *found, size_t most)
{
    Dwfl_Module *module = it->use.dwfl_addrmodule(it->process, address);
    GElf_Off offset = 0;
    GElf_Sym symbol;
    int line = 0;
    if (module == NULL)
        return 0;
    const char *name =
        it->use.dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, NULL, NULL);
    found[0] = (orm__symbol){.function = keep(it->arena, name), .offset = (size_t)offset + 1};
    Dwfl_Line *place = it->use.dwfl_module_getsrc(module, address);
    if (place != NULL)
        found[0].file =
            keep(it->arena, it->use.dwfl_lineinfo(place, NULL, &line, NULL, NULL, NULL));
    found[0].line = line;
    size_t inlined = place == NULL ? 0 : find_inlined(it, module, address, found, most);
    return inlined > 0 ? inlined : (found[0].function != NULL);
}
#else
struct orm__symbols {
    orm__arena *arena;
    bool ready;
};

orm__symbols *orm__symbols_open(orm__arena *arena)
{
    orm__symbols *it = orm__arena_zero(arena, sizeof *it);
    if (it != NULL)
        it->arena = arena;
    return it;
}

void orm__symbols_close(orm__symbols *symbols)
{
    (void)symbols;
}

static size_t find(const orm__symbols *it, uintptr_t address, orm__symbol *found, size_t most)
{
    (void)it;
    (void)address;
    (void)found;
    (void)most;
    return 0;
}
#endif

/* Exported functions only: the nearest one before the address may not be the one it is in. */
static size_t find_exported(const orm__symbols *it, uintptr_t address, orm__symbol *found)
{
    Dl_info info;
    ElfW(Sym) *symbol = NULL;
    void *extra = NULL;
    if (dladdr1((const void *)address, &info, &extra, RTLD_DL_SYMENT) == 0 || extra == NULL ||
        info.dli_sname == NULL)
        return 0;
    symbol = extra;
    size_t offset = address - (uintptr_t)info.dli_saddr;
    if (offset >= symbol->st_size)
        return 0;
    *found = (orm__symbol){.function =
                               orm__arena_copy(it->arena, info.dli_sname, strlen(info.dli_sname)),
                           .offset = offset + 1};
    return found->function != NULL;
}

size_t orm__symbols_at(orm__symbols *symbols, uintptr_t address, orm__symbol *found, size_t most)
{
    /* The call stands before the address it returns to. */
    size_t count = 0;
    if (symbols == NULL || address == 0)
        return 0;
    if (symbols->ready)
        count = find(symbols, address - 1, found, most);
    return count > 0 ? count : find_exported(symbols, address - 1, found);
}
