#include "observe/checks.h"

#include <string.h>

#include "base/hash.h"
#include "observe/record.h"
#include "sql/fingerprint.h"

/* A name as the database takes it: words in any case, quoted ones as they are. */
static uint64_t hash_name(const orm__token *token)
{
    char name[64];
    size_t quotes = token->kind == ORM_TOKEN_QUOTED && token->size >= 2 ? 1 : 0;
    size_t size = token->size - 2 * quotes;
    if (size > sizeof name)
        size = sizeof name;
    for (size_t i = 0; i < size; i++) {
        char byte = token->text[quotes + i];
        name[i] = quotes == 0 && byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    }
    return orm__hash_bytes(name, size);
}

static bool is_name(const orm__token *token)
{
    return token->kind == ORM_TOKEN_WORD || token->kind == ORM_TOKEN_QUOTED;
}

/* The first table that hand-written SQL names; of "a.b" the last part. */
static uint64_t first_table(const char *sql, size_t size)
{
    orm__scanner scanner = {sql, sql + size};
    orm__token token = orm__scan(&scanner);
    while (token.kind != ORM_TOKEN_END && !orm__token_is(&token, "from") &&
           !orm__token_is(&token, "into") && !orm__token_is(&token, "update"))
        token = orm__scan(&scanner);
    token = orm__scan(&scanner);
    if (!is_name(&token))
        return 0;
    uint64_t hash = hash_name(&token);
    token = orm__scan(&scanner);
    if (token.kind != ORM_TOKEN_PUNCTUATION || *token.text != '.')
        return hash;
    token = orm__scan(&scanner);
    return is_name(&token) ? hash_name(&token) : 0;
}

uint64_t orm__checks_table(const orm_event *event)
{
    bool known = event->model != NULL && event->model->rows == NULL &&
                 event->model->table != NULL && event->kind != ORM_EVENT_RAW;
    if (event->kind == ORM_EVENT_RELATION || event->kind == ORM_EVENT_COLUMN)
        return 0;
    return known ? orm__hash_bytes(event->model->table, strlen(event->model->table))
                 : first_table(event->sql, event->sql_size);
}

static bool is_check(const orm__group *read, const orm__group *write)
{
    bool reads = !read->writes && read->kind != ORM_EVENT_RELATION;
    return reads && read->session == write->session && read->table == write->table &&
           read->last_used > write->used_before && read->executions >= write->executions;
}

/* What to write instead is another thing when the row may be there. */
static void advise(orm_scope *scope, orm__record *record, bool by_key)
{
    orm_finding *finding = &record->finding;
    const char *call = finding->alternative;
    const char *insert = call == NULL ? NULL : strstr(call, "_insert_all(db, values, count, ");
    record->own_fix = finding->fix;
    finding->fix = (orm_finding_fix){.call = NULL};
    finding->replacement = NULL;
    finding->alternative = NULL;
    finding->advice = "ask for all rows that may be there in one statement, before the loop, and "
                      "write the others together; where a unique key decides, an upsert of all "
                      "rows does both";
    if (insert == NULL || !by_key)
        return;
    finding->advice = "give all rows to one upsert: what .on names decides whether a row is there, "
                      "and with .nothing such a row is left alone";
    finding->replacement =
        orm__arena_printf(&scope->arena, "%.*s_upsert_all(db, values, count, &conflict, &list);",
                          (int)(insert - call), call);
}

/* Where it is known what the check asks for: that is asked for together, and the write queued. */
static void advise_together(orm_scope *scope, const orm__group *read, orm_finding *finding,
                            const orm_finding *asked)
{
    const orm_finding_fix own =
        finding->fix.gather == NULL ? read->check_of->own_fix : finding->fix;
    const orm__link *link = &read->link;
    if (own.rename == NULL || asked->fix.gather == NULL || asked->fix.loop == NULL)
        return;
    finding->fix = (orm_finding_fix){.call = own.call,
                                     .rename = own.rename,
                                     .loop = asked->fix.loop,
                                     .gather = asked->fix.gather,
                                     .element = asked->fix.element,
                                     .order_by = asked->fix.order_by,
                                     .field = asked->fix.field};
    finding->fix.distinct =
        link->model != NULL && link->model->key_count == 1 && link->model->key[0] == link->column;
    finding->in_loop =
        orm__arena_printf(&scope->arena, "status = %s(db, %s);", own.rename,
                          strstr(own.rename, "_add") != NULL ? "&values, &row" : "row, &changes");
    finding->alternative = NULL;
    finding->replacement = asked->replacement;
    finding->replacement_site = asked->replacement == NULL ? finding->site : read->site;
    if (asked->replacement == NULL) {
        finding->replacement = finding->in_loop;
        finding->in_loop = NULL;
    }
    finding->advice = "ask for all rows that may be there in one statement, before the loop, and "
                      "queue what is written; where a unique key decides, an upsert of all rows "
                      "does both";
}

static void claim(orm_scope *scope, orm__group *read, orm__record *record)
{
    orm_finding *finding = &record->finding;
    if (finding->checks == 0) {
        finding->check_site = read->site;
        advise(scope, record, read->kind == ORM_EVENT_FIND);
    }
    finding->checks += (int64_t)read->executions;
    read->check_of = record;
    orm__checks_absorb(scope, read);
}

void orm__checks_claim(orm_scope *scope, const orm__group *write, orm__record *record)
{
    orm__group_table *table = &scope->groups;
    if (write->table == 0)
        return;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->hashes[i] != 0 && table->groups[i].check_of == NULL &&
            is_check(&table->groups[i], write))
            claim(scope, &table->groups[i], record);
}

void orm__checks_count(const orm__group *read)
{
    if (read->check_of != NULL)
        read->check_of->finding.checks++;
}

void orm__checks_absorb(orm_scope *scope, const orm__group *read)
{
    if (read->check_of == NULL || read->record == NULL)
        return;
    advise_together(scope, read, &read->check_of->finding, &read->record->finding);
    size_t before = scope->record_count;
    orm__record_remove(scope, read->record);
    if (scope->record_count == before)
        return; /* it was one already */
    read->record->next = scope->parts;
    scope->parts = read->record;
}
