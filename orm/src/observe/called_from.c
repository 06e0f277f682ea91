#include "observe/called_from.h"

#include <string.h>

#include "observe/symbols.h"

enum { INLINED_MAX = 16, NAME_MAX_SIZE = 160 };

/* Within one function the line tells; without lines, how far in it is. */
static orm_site site_of(orm_scope *scope, const orm__symbol *symbol)
{
    orm_site site = {.file = symbol->line > 0 ? symbol->file : NULL,
                     .function = symbol->function,
                     .line = symbol->file != NULL ? symbol->line : 0};
    if (site.line == 0 && symbol->offset > 0)
        site.function = orm__arena_printf(&scope->arena, "%.*s+0x%zx", NAME_MAX_SIZE,
                                          symbol->function, symbol->offset);
    return site;
}

/* Frames are unfolded until the function of the site is met: the next one called it. */
static bool find(orm_scope *scope, orm__symbols *symbols, const orm__path *path, orm_site site,
                 orm_site *caller_out)
{
    bool met = false;
    for (size_t i = 0; i < path->count; i++) {
        orm__symbol found[INLINED_MAX];
        memset(found, 0, sizeof found);
        size_t count = orm__symbols_at(symbols, path->frames[i], found, INLINED_MAX);
        for (size_t k = 0; k < count; k++) {
            if (found[k].function == NULL)
                continue;
            if (met) {
                *caller_out = site_of(scope, &found[k]);
                return caller_out->function != NULL;
            }
            met = strcmp(found[k].function, site.function) == 0;
        }
        if (met && count == 0)
            return false; /* what is further up did not call it */
    }
    return false;
}

void orm__called_from(orm_scope *scope)
{
    orm__symbols *symbols = NULL;
    for (size_t i = 0; i < scope->record_count; i++) {
        orm__record *record = scope->records[i];
        if (record->ignored || record->resolved || record->path.count == 0 ||
            record->finding.site.function == NULL)
            continue;
        if (symbols == NULL && (symbols = orm__symbols_open(&scope->arena)) == NULL)
            return;
        record->resolved = true;
        (void)find(scope, symbols, &record->path, record->finding.site, &record->finding.caller);
    }
    orm__symbols_close(symbols);
}
