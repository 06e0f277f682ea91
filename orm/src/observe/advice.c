#include "observe/advice.h"

#include <string.h>

#include "observe/detector.h"
#include "observe/lineage.h"
#include "observe/parameters.h"
#include "observe/provenance.h"
#include "sql/fingerprint.h"

enum { STATEMENT_MAX = 240, CODE_MAX = 4096 };

static const char ELLIPSIS[] = "\xE2\x80\xA6";

/* Cuts at a character's start. */
static size_t whole_size(const char *text, size_t size)
{
    while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
        size--;
    return size;
}

void orm__sql_line(orm__buffer *buffer, const char *sql, size_t size, size_t limit, bool literals)
{
    orm__scanner scanner = {sql, sql + size};
    size_t start = buffer->size;
    for (orm__token token = orm__scan(&scanner); token.kind != ORM_TOKEN_END;
         token = orm__scan(&scanner)) {
        bool hidden =
            !literals && (token.kind == ORM_TOKEN_STRING || token.kind == ORM_TOKEN_NUMBER);
        if (token.spaced && buffer->size > start) orm__buffer_char(buffer, ' ');
        size_t used = buffer->size - start;
        if (hidden) {
            orm__buffer_text(buffer, token.kind == ORM_TOKEN_STRING ? "'\xE2\x80\xA6'" : ELLIPSIS);
        } else if (used + token.size <= limit) {
            orm__buffer_append(buffer, token.text, token.size);
        } else if (used < limit) {
            orm__buffer_append(buffer, token.text, whole_size(token.text, limit - used));
        }
        if (used + token.size <= limit) continue;
        orm__buffer_text(buffer, ELLIPSIS);
        return;
    }
}

/* ".with = { .albums = &(album_query){ .with = { .tracks = &track_all } } }" */
static void write_with(orm__buffer *code, const orm_relation *const *path, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *target = path[i]->target->c_name;
        orm__buffer_printf(code, ".with = { .%s = &", path[i]->name);
        if (i + 1 < count)
            orm__buffer_printf(code, "(%s_query){ ", target);
        else
            orm__buffer_printf(code, "%s_all }", target);
    }
    for (size_t i = 1; i < count; i++)
        orm__buffer_text(code, " } }");
}

static void write_select(orm__buffer *code, const orm__lineage *lineage)
{
    const char *name = lineage->root->c_name;
    /* What else the query says is the user's. */
    orm__buffer_printf(code, "%s_select(db, &(%s_query){ %s%s", name, name,
                       lineage->plain ? "" : ELLIPSIS, lineage->plain ? "" : ", ");
    write_with(code, lineage->path, lineage->count);
    orm__buffer_text(code, " }, &list)");
}

static void write_preload(orm__buffer *code, const orm_model *model,
                          const orm_relation *const *path, size_t count)
{
    orm__buffer_printf(code, "%s_preload_%s(db, &list, ", model->c_name, path[0]->name);
    if (count > 1) {
        orm__buffer_printf(code, "&(%s_query){ ", path[0]->target->c_name);
        write_with(code, path + 1, count - 1);
        orm__buffer_text(code, " }");
    } else {
        orm__buffer_text(code, "NULL");
    }
    orm__buffer_text(code, ");");
}

/* What one finding's text is made from. */
typedef struct writer {
    orm_scope *scope;
    orm_finding *finding;
    const orm_event *event;
    const orm__witness *witness;
    orm__buffer buffer;
    bool failed;
} writer;

/* Moves the buffer's text to the arena. */
static const char *keep(writer *at)
{
    const char *text = NULL;
    if (!at->buffer.failed && at->buffer.data != NULL)
        text = orm__arena_copy(&at->scope->arena, at->buffer.data, at->buffer.size);
    at->failed = at->failed || text == NULL;
    orm__buffer_clear(&at->buffer);
    return text;
}

/* The relation was loaded, or could have been, from a list: name it in the query, or load it for
 * the whole list. */
static void advise_relation(writer *at, orm_site list, const orm_model *model,
                            const orm_relation *relation)
{
    orm_finding *finding = at->finding;
    orm__lineage lineage;
    orm__lineage_trace(at->scope, at->witness, list, model, &lineage);
    lineage.path[lineage.count++] = relation;
    finding->replacement_site = lineage.site;
    if (lineage.kind == ORM_EVENT_SELECT || (unsigned)lineage.kind == 0) {
        write_select(&at->buffer, &lineage);
        finding->replacement = keep(at);
        write_preload(&at->buffer, lineage.root, lineage.path, lineage.count);
        finding->alternative = keep(at);
        finding->advice = "name the relation in the query that makes the list, or load it for the "
                          "whole list before the loop";
    } else {
        finding->replacement_site = list;
        write_preload(&at->buffer, model, &relation, 1);
        finding->replacement = keep(at);
        finding->advice =
            "load the relation for the whole list, after it is made and before the loop";
    }
}

static void advise_in(writer *at, const orm__bound *bound)
{
    orm_finding *finding = at->finding;
    const orm_model *model = at->event->model;
    const char *name = model->c_name;
    orm__buffer_printf(
        &at->buffer,
        "%s_select(db, &(%s_query){ .where = %s_%s_is(orm_in(values, count)) }, &list)", name, name,
        name, model->columns[bound->column].field);
    finding->replacement = keep(at);
    finding->replacement_site = at->event->site;
    finding->advice = "ask for all values in one statement, before the loop";
}

static void advise_read(writer *at, const orm__group *group)
{
    orm_finding *finding = at->finding;
    orm__parameter parameters[ORM_PARAMETERS_MAX];
    bool counts = at->event->kind == ORM_EVENT_COUNT || at->event->kind == ORM_EVENT_EXISTS;
    finding->advice =
        counts
            ? "ask once, grouped: orm_raw with SELECT key, count(*) … WHERE key IN (…) GROUP BY key"
            : "ask for all values in one statement: WHERE … IN, with the list as its values";
    if (group->varying >= at->event->value_count || group->varying >= ORM_PARAMETERS_MAX) return;
    (void)orm__parameters_read(at->event->sql, at->event->sql_size, parameters);
    orm__bound bound = orm__bound_make(at->event, group->varying, &parameters[group->varying]);
    const orm__link *link = &group->link;
    const orm_relation *relation = NULL;
    if (link->result != NULL) {
        const orm_model *model = link->result->model;
        orm__buffer_printf(&at->buffer, "%s.%s", model->name, model->columns[link->column].field);
        finding->column = keep(at);
        if (link->proven) relation = orm__link_relation(link, &bound);
    }
    if (relation != NULL)
        advise_relation(at, link->result->site, link->result->model, relation);
    else if (!counts && bound.column != UINT16_MAX)
        advise_in(at, &bound);
    if (relation != NULL && counts)
        finding->advice = "load the relation with the list and look at its count, or ask once with "
                          "GROUP BY";
}

static void advise_write(writer *at)
{
    orm_finding *finding = at->finding;
    const orm_model *model = at->event->model;
    finding->advice = "write all rows in one statement: orm_raw with INSERT … SELECT or UPDATE … "
                      "WHERE key IN (…)";
    if (at->event->kind != ORM_EVENT_DELETE || model == NULL || model->key_count != 1) return;
    const char *name = model->c_name;
    orm__buffer_printf(&at->buffer, "%s_delete_where(db, %s_%s_is(orm_in(keys, count)), NULL)",
                       name, name, model->columns[model->key[0]].field);
    finding->replacement = keep(at);
    finding->replacement_site = at->event->site;
    finding->advice = "delete all rows in one statement";
}

static void write_subject(writer *at)
{
    static const char *const verbs[ORM_EVENT_KIND_COUNT] = {
        [ORM_EVENT_FIND] = "find",     [ORM_EVENT_SELECT] = "select", [ORM_EVENT_COUNT] = "count",
        [ORM_EVENT_EXISTS] = "exists", [ORM_EVENT_INSERT] = "insert", [ORM_EVENT_UPDATE] = "update",
        [ORM_EVENT_DELETE] = "delete", [ORM_EVENT_RAW] = "raw",
    };
    const orm_event *event = at->event;
    if (event->kind == ORM_EVENT_RELATION)
        orm__buffer_printf(&at->buffer, "%s.%s", event->owner->name, event->relation->name);
    else
        orm__buffer_printf(&at->buffer, "%s %s", verbs[event->kind],
                           event->model == NULL ? "SQL" : event->model->name);
    at->finding->subject = keep(at);
    orm__sql_line(&at->buffer, event->sql, event->sql_size, STATEMENT_MAX, false);
    orm__buffer_text(&at->buffer, "");
    at->finding->statement = keep(at);
}

static void write_relation_column(writer *at)
{
    const orm_model *owner = at->event->owner;
    const orm_relation *relation = at->event->relation;
    if (relation->own_count == 0) return;
    orm__buffer_printf(&at->buffer, "%s.%s", owner->name,
                       owner->columns[relation->own_columns[0]].field);
    at->finding->column = keep(at);
}

bool orm__advise(orm_scope *scope, orm_finding *finding, const orm_event *event,
                 const orm__group *group, const orm__witness *witness)
{
    writer at = {.scope = scope, .finding = finding, .event = event, .witness = witness};
    orm__buffer_init(&at.buffer, &scope->allocator, CODE_MAX);
    write_subject(&at);
    if (event->kind == ORM_EVENT_RELATION) {
        write_relation_column(&at);
        advise_relation(&at, event->origin, event->owner, event->relation);
    } else if (finding->kind == ORM_FINDING_DUP) {
        finding->advice = "nothing was written in between: keep the first answer and use it again";
    } else if (finding->kind == ORM_FINDING_WRITE) {
        advise_write(&at);
    } else {
        advise_read(&at, group);
    }
    bool complete = !at.failed;
    orm__buffer_dispose(&at.buffer);
    return complete;
}
