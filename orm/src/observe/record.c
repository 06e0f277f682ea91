#include "observe/record.h"

#include <string.h>

#include "base/allocator.h"
#include "base/site.h"
#include "observe/ignore.h"

orm__record *orm__record_find(const orm_scope *scope, uint64_t key)
{
    for (size_t i = 0; i < scope->record_count; i++)
        if (scope->records[i]->key == key)
            return scope->records[i];
    for (orm__record *part = scope->parts; part != NULL; part = part->next)
        if (part->key == key)
            return part;
    return NULL;
}

static int compare_sites(const orm_finding *left, const orm_finding *right)
{
    const char *left_file = left->site.file == NULL ? "" : left->site.file;
    const char *right_file = right->site.file == NULL ? "" : right->site.file;
    int order = strcmp(left_file, right_file);
    if (order != 0)
        return order;
    if (left->site.line != right->site.line)
        return left->site.line < right->site.line ? -1 : 1;
    if (left->site.counter != right->site.counter)
        return left->site.counter < right->site.counter ? -1 : 1;
    order = strcmp(left->subject, right->subject);
    return order != 0 ? order : strcmp(left->statement, right->statement);
}

static bool make_room(orm_scope *scope)
{
    if (scope->record_count >= scope->options.max_findings)
        return false;
    if (scope->record_count < scope->record_capacity)
        return true;
    size_t capacity = scope->record_capacity == 0 ? 8 : scope->record_capacity * 2;
    orm__record **records =
        orm__resize(&scope->allocator, scope->records, scope->record_capacity * sizeof *records,
                    capacity * sizeof *records);
    if (records == NULL)
        return false;
    scope->records = records;
    scope->record_capacity = capacity;
    return true;
}

orm__record *orm__record_new(orm_scope *scope, uint64_t key, const orm_finding *finding)
{
    if (!make_room(scope))
        return NULL;
    orm__record *record = orm__arena_zero(&scope->arena, sizeof *record);
    if (record == NULL)
        return NULL;
    record->key = key;
    record->finding = *finding;
    return record;
}

void orm__record_insert(orm_scope *scope, orm__record *record)
{
    orm__ignore_judge(scope, record);
    size_t place = scope->record_count++;
    while (place > 0 && compare_sites(&record->finding, &scope->records[place - 1]->finding) < 0) {
        scope->records[place] = scope->records[place - 1];
        place--;
    }
    scope->records[place] = record;
}

size_t orm__record_told(const orm_scope *scope)
{
    size_t count = 0;
    for (size_t i = 0; i < scope->record_count; i++)
        count += !scope->records[i]->ignored;
    return count;
}

void orm__record_remove(orm_scope *scope, const orm__record *record)
{
    size_t kept = 0;
    for (size_t i = 0; i < scope->record_count; i++)
        if (scope->records[i] != record)
            scope->records[kept++] = scope->records[i];
    scope->record_count = kept;
}

static bool is_loop_at(const orm_finding *finding, orm_site site)
{
    return (finding->kind == ORM_FINDING_N1 || finding->kind == ORM_FINDING_WRITE) &&
           orm__same_site(finding->site, site);
}

bool orm__record_of_loop(const orm_scope *scope, orm_site site)
{
    for (size_t i = 0; i < scope->record_count; i++)
        if (is_loop_at(&scope->records[i]->finding, site))
            return true;
    for (const orm__record *part = scope->parts; part != NULL; part = part->next)
        if (is_loop_at(&part->finding, site))
            return true;
    return false;
}
