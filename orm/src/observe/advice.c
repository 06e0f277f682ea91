#include "observe/advice.h"

#include <string.h>

#include "observe/detector.h"
#include "observe/fix.h"
#include "observe/lineage.h"
#include "observe/parameters.h"
#include "observe/provenance.h"
#include "sql/fingerprint.h"

enum { STATEMENT_MAX = 120, COLUMNS_MAX = 24, CODE_MAX = 4096 };

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
        if (token.spaced && buffer->size > start)
            orm__buffer_char(buffer, ' ');
        size_t used = buffer->size - start;
        if (hidden) {
            orm__buffer_text(buffer, token.kind == ORM_TOKEN_STRING ? "'\xE2\x80\xA6'" : ELLIPSIS);
        } else if (used + token.size <= limit) {
            orm__buffer_append(buffer, token.text, token.size);
        } else if (used < limit) {
            orm__buffer_append(buffer, token.text, whole_size(token.text, limit - used));
        }
        if (used + token.size <= limit)
            continue;
        orm__buffer_text(buffer, ELLIPSIS);
        return;
    }
}

/* Code of a statement of its own, which the report indents. */
enum { CODE_COLUMNS = 75, CODE_INDENT = 4 };

static void write_indent(orm__buffer *code, size_t depth)
{
    orm__buffer_printf(code, "\n%*s", (int)(depth * CODE_INDENT), "");
}

static size_t with_width(const orm_relation *const *path, size_t count)
{
    size_t width = 0;
    for (size_t i = 0; i < count; i++) {
        const char *target = path[i]->target->c_name;
        width += strlen(".with. = &") + strlen(path[i]->name) + strlen(target);
        width += i + 1 < count ? strlen("(_query){}") : strlen("_all");
    }
    return width;
}

/* The same as a member of a query's braces, with a comma, each level on a line where one line would
 * be too long. */
static void write_member(orm__buffer *code, const orm_relation *const *path, size_t count,
                         size_t depth)
{
    size_t level = 0;
    while (level + 1 < count &&
           (depth + level) * CODE_INDENT + with_width(path + level, count - level) + 1 >
               CODE_COLUMNS) {
        orm__buffer_printf(code, ".with.%s = &(%s_query){", path[level]->name,
                           path[level]->target->c_name);
        level++;
        write_indent(code, depth + level);
    }
    orm__write_with(code, path + level, count - level);
    orm__buffer_char(code, ',');
    for (; level > 0; level--) {
        write_indent(code, depth + level - 1);
        orm__buffer_text(code, "},");
    }
}

static void write_select(orm__buffer *code, const orm__lineage *lineage)
{
    const char *name = lineage->root->c_name;
    orm__buffer_printf(code, "status = %s_%s(db, &(%s_query){", name,
                       lineage->streamed ? "each" : "select", name);
    write_indent(code, 1);
    write_member(code, lineage->path, lineage->count, 1);
    write_indent(code, 0);
    orm__buffer_text(code, lineage->streamed ? "}, &options, callback, context);" : "}, &list);");
}

static void write_preload(orm__buffer *code, const orm_model *model,
                          const orm_relation *const *path, size_t count)
{
    orm__buffer_printf(code, "status = %s_preload_%s(db, &list, ", model->c_name, path[0]->name);
    if (count == 1) {
        orm__buffer_text(code, "NULL);");
        return;
    }
    orm__buffer_printf(code, "&(%s_query){", path[0]->target->c_name);
    write_indent(code, 1);
    write_member(code, path + 1, count - 1, 1);
    write_indent(code, 0);
    orm__buffer_text(code, "});");
}

static bool is_to_many(const orm_relation *relation)
{
    return relation->kind == ORM_HAS_MANY || relation->kind == ORM_MANY_TO_MANY;
}

/* What one finding's text is made from. */
typedef struct writer {
    orm_scope *scope;
    orm_finding *finding;
    const orm_event *event;
    const orm__witness *witness;
    size_t bound_count; /* values before the literals of hand-written SQL */
    orm__buffer buffer;
    bool failed;
} writer;

static orm__fixer fixer_of(const writer *at)
{
    return (orm__fixer){.scope = at->scope, .finding = at->finding, .event = at->event};
}

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

/* Whether rows that were walked to know each other: the client can match their keys. */
static bool is_filled_by_walk(const orm_model *model, const orm_relation *relation)
{
    bool filled = relation->link == NULL;
    for (uint16_t i = 0; i < relation->own_count && filled; i++) {
        uint8_t type = model->columns[relation->own_columns[i]].type;
        filled = type >= ORM_TYPE_SMALLINT && type <= ORM_TYPE_BIGINT;
    }
    return filled;
}

/* The walk in words, where the call in the recursion can't stay as it is. */
static void advise_steps(writer *at, const orm_model *model, const orm_relation *relation)
{
    at->finding->advice = orm__arena_printf(
        &at->scope->arena,
        "walk the relation once, from the row it begins at, by %s_walk_%s: one statement then "
        "brings all rows it leads to",
        model->c_name, relation->name);
    at->failed = at->failed || at->finding->advice == NULL;
}

/* A relation of a model to itself, asked for again and again for the rows it gave. */
static void advise_walk(writer *at, const orm_model *model, const orm_relation *relation)
{
    orm_finding *finding = at->finding;
    const char *name = model->c_name;
    if (!is_filled_by_walk(model, relation)) {
        advise_steps(at, model, relation);
        return;
    }
    orm__buffer_printf(&at->buffer, "status = %s_walk_%s(db, row, NULL, NULL, &list);", name,
                       relation->name);
    finding->replacement = keep(at);
    finding->replacement_site = at->event->site;
    finding->advice =
        "walk the relation once, from the row it begins at: one statement then brings "
        "all rows it leads to";
    orm__buffer_printf(&at->buffer, "status = %s_%s(row, &%s);", name, relation->name,
                       is_to_many(relation) ? "list" : "found");
    finding->in_loop = keep(at);
    orm__fixer fixer = fixer_of(at);
    orm__fix_walk(&fixer, model, relation);
    at->failed = at->failed || fixer.failed;
}

/* The relation was loaded, or could have been, from a list: name it in the query, or load it for
 * the whole list. */
static void advise_relation(writer *at, orm_site list, const orm_model *model,
                            const orm_relation *relation)
{
    orm_finding *finding = at->finding;
    orm__fixer fixer = fixer_of(at);
    orm__lineage lineage;
    orm__lineage_trace(at->scope, at->witness, list, model, &lineage);
    lineage.path[lineage.count++] = relation;
    finding->replacement_site = lineage.site;
    orm__buffer_printf(&at->buffer, "status = %s_%s(row, &%s);", model->c_name, relation->name,
                       is_to_many(relation) ? "list" : "found");
    finding->in_loop = keep(at);
    if (lineage.kind == ORM_EVENT_SELECT || (unsigned)lineage.kind == 0) {
        orm__fix_load(&fixer, &lineage);
        finding->within_query = !lineage.plain;
        if (lineage.plain)
            write_select(&at->buffer, &lineage);
        else
            write_member(&at->buffer, lineage.path, lineage.count, 0);
        finding->replacement = keep(at);
        if (!lineage.streamed) {
            write_preload(&at->buffer, lineage.root, lineage.path, lineage.count);
            finding->alternative = keep(at);
        }
        finding->advice =
            lineage.streamed
                ? "name the relation in the query of the stream: one "
                  "statement then loads it for each batch of rows"
                : "name the relation in the query that makes the list: one more statement "
                  "then loads it for all rows";
    } else {
        finding->replacement_site = list;
        write_preload(&at->buffer, model, &relation, 1);
        finding->replacement = keep(at);
        orm__fix_preload(&fixer, model, relation);
        finding->advice = "load the relation for all rows at once, after the list is made and "
                          "before the loop";
    }
    at->failed = at->failed || fixer.failed;
}

static void advise_in(writer *at, const orm__bound *bound)
{
    orm_finding *finding = at->finding;
    const orm_model *model = at->event->model;
    const char *name = model->c_name;
    finding->advice = "ask for all values in one statement, before the loop";
    /* The event does not tell which result struct it is. */
    if (at->event->kind == ORM_EVENT_ROWS)
        return;
    orm__buffer_printf(&at->buffer, "status = %s_select(db, &(%s_query){", name, name);
    write_indent(&at->buffer, 1);
    orm__buffer_printf(&at->buffer, ".where = %s_%s_is(orm_in(values, count)),", name,
                       model->columns[bound->column].field);
    write_indent(&at->buffer, 0);
    orm__buffer_text(&at->buffer, "}, &list);");
    finding->replacement = keep(at);
    finding->replacement_site = at->event->site;
    orm__fixer fixer = fixer_of(at);
    if (!orm__fix_gather(&fixer, &model->columns[bound->column])) {
        finding->fix = (orm_finding_fix){0};
        finding->replacement = NULL;
    }
    at->failed = at->failed || fixer.failed;
}

static bool asks_for_number(const orm_event *event)
{
    return event->kind == ORM_EVENT_COUNT || event->kind == ORM_EVENT_EXISTS ||
           (event->kind == ORM_EVENT_RAW &&
            (orm__sql_mentions(event->sql, event->sql_size, "count") ||
             orm__sql_mentions(event->sql, event->sql_size, "exists")));
}

/* Counts per parent: one grouped statement for the whole list. */
static void advise_count(writer *at, const orm__link *list, const orm_relation *relation)
{
    orm_finding *finding = at->finding;
    const char *name = list->model->c_name;
    const orm_event *event = at->event;
    bool filtered = event->value_count > 1 || orm__sql_mentions(event->sql, event->sql_size, "and");
    orm__buffer_printf(&at->buffer, "status = %s_preload_%s_count(db, &list, %s);", name,
                       relation->name, filtered ? "&query" : "NULL");
    finding->replacement = keep(at);
    finding->replacement_site = list->site;
    orm__buffer_printf(&at->buffer, "status = %s_%s_count(row, &total);", name, relation->name);
    finding->in_loop = keep(at);
    finding->advice = "count once for all rows of the list, after it is made and before the loop; "
                      "a query given holds per row";
    orm__lineage lineage;
    orm__fixer fixer = fixer_of(at);
    orm__lineage_trace(at->scope, at->witness, list->site, list->model, &lineage);
    if (lineage.kind == ORM_EVENT_RELATION)
        return;
    lineage.path[lineage.count++] = relation;
    finding->replacement_site = lineage.site;
    orm__fix_count(&fixer, &lineage);
    if (lineage.count > 1) {
        finding->replacement = finding->fix.member;
        finding->within_query = true;
    }
    at->failed = at->failed || fixer.failed;
}

/* A deferred column: the query that makes the list can read it too. */
static void advise_column(writer *at, const orm__link *list)
{
    orm_finding *finding = at->finding;
    const char *field = at->event->column->field;
    orm__buffer_printf(&at->buffer, ".undefer = {.%s = true},", field);
    finding->replacement = keep(at);
    finding->replacement_site = list->site;
    finding->within_query = true;
    orm__buffer_printf(&at->buffer, "status = %s_%s(row, &value);", list->model->c_name, field);
    finding->in_loop = keep(at);
    finding->advice = "have the column read by the query that makes the list";
    orm__lineage lineage;
    orm__fixer fixer = fixer_of(at);
    orm__lineage_trace(at->scope, at->witness, list->site, list->model, &lineage);
    if (lineage.kind == ORM_EVENT_RELATION)
        return;
    finding->replacement_site = lineage.site;
    orm__fix_column(&fixer, &lineage, at->event->column);
    if (lineage.count > 0)
        finding->replacement = finding->fix.member;
    at->failed = at->failed || fixer.failed;
}

static void advise_read(writer *at, const orm__group *group)
{
    orm_finding *finding = at->finding;
    orm__reading reading;
    bool counts = asks_for_number(at->event);
    finding->advice = counts
                          ? "ask once for all rows: SELECT key, count(*) … WHERE key "
                            "IN (…) GROUP BY key"
                          : "ask for all values in one statement: WHERE … IN, with the list as its "
                            "values";
    if (group->varying >= at->event->value_count)
        return;
    orm__parameters_read(at->event->sql, at->event->sql_size, &reading);
    orm__bound bound = orm__bound_make(at->event, at->bound_count, group->varying, &reading);
    const orm__link *link = &group->link;
    const orm_relation *relation = NULL;
    if (link->model != NULL) {
        const orm_model *model = link->model;
        orm__buffer_printf(&at->buffer, "%s.%s", model->name, model->columns[link->column].field);
        finding->column = keep(at);
        if (link->proven)
            relation = orm__link_relation(link, &bound);
    }
    bool is_walk = relation != NULL && relation->target == link->model &&
                   orm__same_site(link->site, at->event->site);
    if (at->event->kind == ORM_EVENT_COLUMN && link->model != NULL &&
        link->model == at->event->model)
        advise_column(at, link);
    else if (relation != NULL && counts && is_to_many(relation))
        advise_count(at, link, relation);
    else if (is_walk)
        advise_steps(at, link->model, relation);
    else if (relation != NULL && at->event->kind == ORM_EVENT_AGGREGATE &&
             orm__summed_column(at->event) == NULL)
        finding->advice = "declare a result struct with the value, grouped by the key, under the "
                          "model's `rows`, and select it once for all rows";
    else if (relation != NULL)
        advise_relation(at, link->site, link->model, relation);
    else if (at->event->kind == ORM_EVENT_AGGREGATE)
        finding->advice = "declare a result struct with the value, grouped by the key, under the "
                          "model's `rows`, and select it once for all values";
    else if ((!counts || at->event->kind == ORM_EVENT_EXISTS) && bound.column != UINT16_MAX)
        advise_in(at, &bound);
    bool is_other = at->event->kind == ORM_EVENT_AGGREGATE && orm__summed_column(at->event) == NULL;
    if (relation == NULL || is_walk || is_other || at->event->kind == ORM_EVENT_COLUMN)
        return;
    orm__fixer fixer = fixer_of(at);
    orm__fix_reading(&fixer, link, relation, &bound);
    const orm_column *column =
        bound.column == UINT16_MAX ? NULL : &at->event->model->columns[bound.column];
    if (finding->fix.read != NULL)
        (void)orm__fix_gather(&fixer, column);
    else if (!counts && column != NULL &&
             (relation->own_count == 1 || at->event->kind == ORM_EVENT_FIND))
        advise_in(at, &bound);
    at->failed = at->failed || fixer.failed;
}

/* Rows written one by one are better queued: one statement then writes all of one shape. */
static void advise_queue(writer *at)
{
    static const char *const queued[ORM_EVENT_KIND_COUNT][2] = {
        [ORM_EVENT_INSERT] = {"add", "&values, &row"},
        [ORM_EVENT_UPDATE] = {"change", "row, &changes"},
        [ORM_EVENT_DELETE] = {"remove", "row"},
    };
    orm_finding *finding = at->finding;
    const orm_model *model = at->event->model;
    const char *const *code = queued[at->event->kind];
    orm__buffer_printf(&at->buffer, "status = %s_%s(db, %s);", model->c_name, code[0], code[1]);
    finding->replacement = keep(at);
    finding->replacement_site = at->event->site;
    if (at->event->kind == ORM_EVENT_INSERT) {
        orm__buffer_printf(&at->buffer, "status = %s_insert_all(db, values, count, &list);",
                           model->c_name);
        finding->alternative = keep(at);
    } else if (at->event->kind == ORM_EVENT_DELETE && model->key_count == 1) {
        orm__buffer_printf(&at->buffer, "status = %s_delete_where(", model->c_name);
        write_indent(&at->buffer, 1);
        orm__buffer_printf(&at->buffer, "db, %s_%s_is(orm_in(keys, count)), NULL);", model->c_name,
                           model->columns[model->key[0]].field);
        finding->alternative = keep(at);
    }
    finding->advice = "queue each row; commit, orm_session_flush or the next query that could see "
                      "it then sends one statement for all";
}

/* One condition for all keys; the column that it is on is what varies. */
static void advise_where(writer *at, const orm__group *group)
{
    orm_finding *finding = at->finding;
    const orm_model *model = at->event->model;
    orm__reading reading;
    finding->advice = "gather the keys, and write to the rows of all of them in one statement";
    if (group->varying >= at->event->value_count)
        return;
    orm__parameters_read(at->event->sql, at->event->sql_size, &reading);
    orm__bound bound = orm__bound_make(at->event, at->bound_count, group->varying, &reading);
    if (bound.column == UINT16_MAX)
        return;
    bool updates = at->event->kind == ORM_EVENT_UPDATE;
    orm__buffer_printf(&at->buffer, "status = %s_%s_where(", model->c_name,
                       updates ? "update" : "delete");
    write_indent(&at->buffer, 1);
    orm__buffer_printf(&at->buffer, "db, %s_%s_is(orm_in(keys, count)), %sNULL);", model->c_name,
                       model->columns[bound.column].field, updates ? "&changes, " : "");
    finding->alternative = keep(at);
    orm__fixer fixer = fixer_of(at);
    orm__fix_where(&fixer, &model->columns[bound.column]);
    at->failed = at->failed || fixer.failed;
}

/* What waits is written in each turn. */
static void advise_flush(writer *at)
{
    orm_finding *finding = at->finding;
    bool flushes = at->event->session != NULL && orm__session_is_flushing(at->event->session);
    finding->advice = "place by hand, because rows of the turns before a failure would not stay: "
                      "flush or commit behind the loop and not in each of its turns; one statement "
                      "then writes all rows that wait";
    if (!flushes)
        return;
    finding->advice = "flush behind the loop and not in each of its turns: one statement then "
                      "writes all rows that wait";
    finding->alternative = "status = orm_session_flush(db);";
    finding->fix.hoist = "orm_session_flush";
}

static void advise_write(writer *at, const orm__group *group)
{
    const orm_event *event = at->event;
    bool upsert = event->kind == ORM_EVENT_INSERT && !event->one_row &&
                  orm__sql_mentions(event->sql, event->sql_size, "conflict");
    if (event->kind == ORM_EVENT_RAW || event->model == NULL) {
        at->finding->advice = "write all rows in one statement: INSERT … SELECT, or UPDATE or "
                              "DELETE … WHERE key IN (…)";
    } else if (event->one_row) {
        orm__fixer fixer = fixer_of(at);
        advise_queue(at);
        orm__fix_write(&fixer);
        at->failed = at->failed || fixer.failed;
    } else if (event->by_condition) {
        advise_where(at, group);
    } else if (upsert) {
        at->finding->advice = orm__arena_printf(
            &at->scope->arena,
            "gather the rows, each key once, and give them to one %s_upsert_all behind the loop",
            event->model->c_name);
        at->failed = at->failed || at->finding->advice == NULL;
        orm__buffer_printf(&at->buffer,
                           "status = %s_upsert_all(db, values, count, &conflict, &list);",
                           event->model->c_name);
        at->finding->alternative = keep(at);
        orm__fixer fixer = fixer_of(at);
        orm__fix_upsert(&fixer);
        at->failed = at->failed || fixer.failed;
    } else {
        advise_flush(at);
    }
}

/* Where FROM begins when a long list of columns stands before it; else 0. */
static size_t skipped_columns(const char *sql, size_t size)
{
    orm__scanner scanner = {sql, sql + size};
    orm__token token = orm__scan(&scanner);
    int depth = 0;
    if (!orm__token_is(&token, "select"))
        return 0;
    const char *columns = token.text + token.size;
    for (token = orm__scan(&scanner); token.kind != ORM_TOKEN_END; token = orm__scan(&scanner)) {
        if (token.kind == ORM_TOKEN_PUNCTUATION)
            depth += *token.text == '(';
        if (token.kind == ORM_TOKEN_PUNCTUATION)
            depth -= *token.text == ')';
        if (depth > 0 || !orm__token_is(&token, "from"))
            continue;
        return token.text - columns > COLUMNS_MAX ? (size_t)(token.text - sql) : 0;
    }
    return 0;
}

static void write_statement(writer *at)
{
    const orm_event *event = at->event;
    size_t skipped = skipped_columns(event->sql, event->sql_size);
    if (skipped > 0)
        orm__buffer_printf(&at->buffer, "SELECT %s ", ELLIPSIS);
    orm__sql_line(&at->buffer, event->sql + skipped, event->sql_size - skipped, STATEMENT_MAX,
                  false);
    orm__buffer_text(&at->buffer, "");
    at->finding->statement = keep(at);
}

static void write_subject(writer *at)
{
    static const char *const verbs[ORM_EVENT_KIND_COUNT] = {
        [ORM_EVENT_FIND] = "find",           [ORM_EVENT_SELECT] = "select",
        [ORM_EVENT_COUNT] = "count",         [ORM_EVENT_EXISTS] = "exists",
        [ORM_EVENT_INSERT] = "insert",       [ORM_EVENT_UPDATE] = "update",
        [ORM_EVENT_DELETE] = "delete",       [ORM_EVENT_RAW] = "raw",
        [ORM_EVENT_AGGREGATE] = "aggregate", [ORM_EVENT_ROWS] = "rows of",
    };
    const orm_event *event = at->event;
    if (event->kind == ORM_EVENT_RELATION)
        orm__buffer_printf(&at->buffer, "%s.%s", event->owner->name, event->relation->name);
    else if (event->kind == ORM_EVENT_COLUMN)
        orm__buffer_printf(&at->buffer, "%s.%s", event->model->name, event->column->field);
    else
        orm__buffer_printf(&at->buffer, "%s %s", verbs[event->kind],
                           event->model == NULL ? "SQL" : event->model->name);
    at->finding->subject = keep(at);
    write_statement(at);
}

static void write_relation_column(writer *at)
{
    const orm_model *owner = at->event->owner;
    const orm_relation *relation = at->event->relation;
    if (relation->own_count == 0)
        return;
    orm__buffer_printf(&at->buffer, "%s.%s", owner->name,
                       owner->columns[relation->own_columns[0]].field);
    at->finding->column = keep(at);
}

/* Nothing but words. */
static void say(orm_finding *finding, const char *words)
{
    finding->fix = (orm_finding_fix){0};
    finding->replacement = NULL;
    finding->alternative = NULL;
    finding->in_loop = NULL;
    finding->within_query = false;
    finding->advice = words;
}

/* Calls that have no form for many rows, and loops that are not of this session's code. */
static void advise_elsewhere(const writer *at)
{
    orm_finding *finding = at->finding;
    if (at->event->refreshes)
        say(finding, "place by hand, because a refresh tells of a row that is gone: read all rows "
                     "again before the loop, by one select of their keys with .refresh");
    else if (at->event->kind == ORM_EVENT_SELECT &&
             orm__sql_mentions(at->event->sql, at->event->sql_size, "recursive"))
        say(finding, "place by hand, because rows that several rows lead to come once: walk from "
                     "all rows of the list at once, by the walk_all function, and read the "
                     "relation from memory");
    else if (at->event->kind == ORM_EVENT_COUNT && at->event->model != NULL &&
             at->event->model->rows != NULL)
        say(finding, "place by hand, because result structs have no grouped count: declare a "
                     "result struct with the count under the model's `rows`, and select it once");
    else if (at->witness->member != NULL)
        say(finding, "place by hand, because each statement is another session's: ask for the rows "
                     "of all in one session, before the work is handed out, and hand those out");
    else if (finding->kind == ORM_FINDING_DUP && at->event->session != NULL &&
             orm__session_is_streaming(at->event->session))
        say(finding, "place by hand, because the loop is the stream's: ask before it, and give the "
                     "answer to the callback by its context");
}

bool orm__advise(orm_scope *scope, orm_finding *finding, const orm_event *event, size_t bound_count,
                 const orm__group *group, const orm__witness *witness)
{
    writer at = {.scope = scope,
                 .finding = finding,
                 .event = event,
                 .witness = witness,
                 .bound_count = bound_count};
    orm__buffer_init(&at.buffer, &scope->allocator, CODE_MAX);
    write_subject(&at);
    if (event->kind == ORM_EVENT_RELATION) {
        write_relation_column(&at);
        if (orm__is_walk(event))
            advise_walk(&at, event->owner, event->relation);
        else
            advise_relation(&at, event->origin, event->owner, event->relation);
    } else if (finding->kind == ORM_FINDING_DUP) {
        orm__fixer fixer = fixer_of(&at);
        finding->advice = "ask once, keep the answer, and use it again";
        orm__fix_keep(&fixer);
        at.failed = at.failed || fixer.failed;
    } else if (finding->kind == ORM_FINDING_WRITE) {
        advise_write(&at, group);
    } else {
        advise_read(&at, group);
    }
    advise_elsewhere(&at);
    bool complete = !at.failed;
    orm__buffer_dispose(&at.buffer);
    return complete;
}
