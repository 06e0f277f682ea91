#include "observe/verdict.h"

#include "observe/record.h"

bool orm__is_inconclusive(const orm_scope_statistics *statistics)
{
    return statistics->unwatched > 0 || statistics->untold > 0 || statistics->dropped > 0 ||
           statistics->unsearched > 0;
}

orm_verdict orm__verdict(const orm_scope *scope, const orm_scope_statistics *statistics)
{
    if (orm__record_told(scope) > 0)
        return ORM_VERDICT_FINDINGS;
    return orm__is_inconclusive(statistics) ? ORM_VERDICT_INCONCLUSIVE : ORM_VERDICT_CLEAN;
}

bool orm_scope_is_inconclusive(orm_scope *scope)
{
    orm_scope_statistics statistics;
    orm_scope_get_statistics(scope, &statistics);
    return orm__is_inconclusive(&statistics);
}

orm_verdict orm_scope_verdict(orm_scope *scope)
{
    orm_scope_statistics statistics;
    orm_scope_get_statistics(scope, &statistics);
    (void)pthread_mutex_lock(&scope->lock);
    orm_verdict verdict = orm__verdict(scope, &statistics);
    (void)pthread_mutex_unlock(&scope->lock);
    return verdict;
}

const char *orm_verdict_name(orm_verdict verdict)
{
    switch (verdict) {
    case ORM_VERDICT_CLEAN:
        return "clean";
    case ORM_VERDICT_FINDINGS:
        return "findings";
    case ORM_VERDICT_INCONCLUSIVE:
        return "inconclusive";
    }
    return "?";
}
