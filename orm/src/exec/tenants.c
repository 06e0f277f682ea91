#include <stdio.h>

#include "base/clock.h"
#include "base/fail.h"
#include "exec/engine.h"

enum { LISTED_MAX = 5 };

void orm__tenant_enter(orm_engine *engine, orm__tenant *tenant)
{
    tenant->since = orm__now();
    tenant->newer = NULL;
    (void)pthread_mutex_lock(&engine->tenant_mutex);
    tenant->older = engine->tenants;
    if (tenant->older != NULL)
        tenant->older->newer = tenant;
    engine->tenants = tenant;
    (void)pthread_mutex_unlock(&engine->tenant_mutex);
}

void orm__tenant_leave(orm_engine *engine, orm__tenant *tenant)
{
    (void)pthread_mutex_lock(&engine->tenant_mutex);
    if (tenant->newer != NULL)
        tenant->newer->older = tenant->older;
    else
        engine->tenants = tenant->older;
    if (tenant->older != NULL)
        tenant->older->newer = tenant->newer;
    (void)pthread_mutex_unlock(&engine->tenant_mutex);
}

/* With the mutex held: how many there are, and where the newest were opened. */
static size_t list_tenants(const orm_engine *engine, char *text, size_t size)
{
    size_t count = 0;
    size_t length = 0;
    text[0] = '\0';
    for (const orm__tenant *at = engine->tenants; at != NULL; at = at->older, count++) {
        if (count >= LISTED_MAX || length >= size)
            continue;
        int written = snprintf(text + length, size - length, "%s%s:%d (%lld ms ago)",
                               count > 0 ? ", " : "", at->site.file, at->site.line,
                               (long long)((orm__now() - at->since) / 1000000));
        length += written < 0 ? size : (size_t)written;
    }
    return count;
}

orm_status orm__tenants_check(orm_engine *engine, orm_error *error)
{
    char sites[384];
    (void)pthread_mutex_lock(&engine->tenant_mutex);
    size_t count = list_tenants(engine, sites, sizeof sites);
    (void)pthread_mutex_unlock(&engine->tenant_mutex);
    if (count == 0)
        return ORM_OK;
    return orm__fail(error, ORM_MISUSE,
                     count == 1 ? "%zu session is still open, opened at %s; close it first"
                                : "%zu sessions are still open, opened at %s; close them first",
                     count, sites);
}
