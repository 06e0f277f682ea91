#include <jansson.h>

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "nplus1/run.h"

/* Where a record stands, for messages. */
struct reading {
    struct run *run;
    const char *path;
    size_t line;
};

/* What a terminal would act on becomes blank; code may have lines. The text is UTF-8. */
static void blank_controls(char *text, bool code)
{
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        bool plain = code && (*at == '\n' || *at == '\t');

        if ((*at < 0x20 && !plain) || *at == 0x7F) {
            *at = ' ';
        } else if (*at == 0xC2 && at[1] < 0xA0) {
            *at = ' ';
            at[1] = ' ';
        }
    }
}

static const char *member_of(const struct reading *reading, const json_t *object, const char *name,
                             bool code)
{
    const json_t *value = json_object_get(object, name);
    char *text = NULL;

    if (json_is_string(value)) {
        text = arena_text(reading->run->arena, json_string_value(value));
        blank_controls(text, code);
    }
    return text;
}

static const char *text_of(const struct reading *reading, const json_t *object, const char *name)
{
    return member_of(reading, object, name, false);
}

static const char *code_of(const struct reading *reading, const json_t *object, const char *name)
{
    return member_of(reading, object, name, true);
}

static const char *word_of(const struct reading *reading, const json_t *object, const char *name)
{
    const char *text = text_of(reading, object, name);

    return text ? text : "?";
}

/* Far above what is counted and timed; sums of a few stay in range. */
#define NUMBER_MAX (INT64_MAX / 4)

static void add_to(int64_t *sum, int64_t number)
{
    *sum = *sum > NUMBER_MAX - number ? NUMBER_MAX : *sum + number;
}

static int64_t number_of(const json_t *object, const char *name)
{
    int64_t number = json_integer_value(json_object_get(object, name));

    return number < 0 ? 0 : number > NUMBER_MAX ? NUMBER_MAX : number;
}

static struct source_place place_of(const struct reading *reading, const json_t *object,
                                    const char *name)
{
    const json_t *site = json_object_get(object, name);
    struct source_place place = { 0 };

    if (!json_is_object(site))
        return place;
    place.file = text_of(reading, site, "file");
    place.function = text_of(reading, site, "function");
    place.line = number_of(site, "line");
    return place;
}

/* Lines move with every change above them; a function keeps its name. */
static const char *key_of(struct arena *arena, const struct finding *finding)
{
    return arena_format(arena, "%s %s %s %s", finding->kind, finding->subject,
                        finding->site.file ? finding->site.file : "?",
                        finding->site.function ? finding->site.function : "?");
}

static void read_fix(const struct reading *reading, const json_t *fix, struct finding *finding)
{
    finding->fix_call = text_of(reading, fix, "call");
    finding->fix_query = text_of(reading, fix, "query");
    finding->fix_member = code_of(reading, fix, "member");
    finding->fix_rename = text_of(reading, fix, "rename");
    finding->fix_after = code_of(reading, fix, "after");
    finding->fix_loop = text_of(reading, fix, "loop");
    finding->fix_load = text_of(reading, fix, "load");
    finding->fix_read = text_of(reading, fix, "read");
    finding->fix_key = text_of(reading, fix, "key");
    finding->fix_condition = text_of(reading, fix, "condition");
    finding->fix_omit = text_of(reading, fix, "omit");
    finding->fix_walk = text_of(reading, fix, "walk");
    finding->fix_walk_all = text_of(reading, fix, "walk_all");
    finding->fix_batch = text_of(reading, fix, "batch");
    finding->fix_gather = text_of(reading, fix, "gather");
    finding->fix_list = text_of(reading, fix, "list");
    finding->fix_order_by = text_of(reading, fix, "order_by");
    finding->fix_hoist = text_of(reading, fix, "hoist");
    finding->fix_element = text_of(reading, fix, "element");
    finding->fix_field = text_of(reading, fix, "field");
    finding->fix_to_one = json_is_true(json_object_get(fix, "to_one"));
    finding->fix_counts = json_is_true(json_object_get(fix, "counts"));
    finding->fix_maybe = json_is_true(json_object_get(fix, "maybe"));
    finding->fix_sum_nullable = json_is_true(json_object_get(fix, "nullable"));
    finding->fix_distinct = json_is_true(json_object_get(fix, "distinct"));
    finding->fix_keep = json_is_true(json_object_get(fix, "keep"));
}

static struct finding *new_finding(const struct reading *reading, const json_t *object)
{
    struct finding *finding = arena_alloc(reading->run->arena, sizeof *finding);

    finding->kind = word_of(reading, object, "kind");
    finding->subject = word_of(reading, object, "subject");
    finding->statement = word_of(reading, object, "statement");
    finding->advice = word_of(reading, object, "advice");
    finding->column = text_of(reading, object, "column");
    finding->evidence = text_of(reading, object, "evidence");
    finding->replacement = code_of(reading, object, "replacement");
    finding->alternative = code_of(reading, object, "alternative");
    finding->in_loop = code_of(reading, object, "in_loop");
    finding->site = place_of(reading, object, "site");
    finding->caller = place_of(reading, object, "caller");
    finding->origin = place_of(reading, object, "origin");
    finding->replacement_site = place_of(reading, object, "replacement_site");
    finding->check_site = place_of(reading, object, "check_site");
    finding->within_query = json_is_true(json_object_get(object, "within_query"));
    read_fix(reading, json_object_get(object, "fix"), finding);
    finding->key = key_of(reading->run->arena, finding);
    return finding;
}

static void merge_numbers(struct finding *finding, const json_t *object)
{
    int64_t statements = number_of(object, "statements");

    add_to(&finding->total, statements);
    add_to(&finding->duration_ns, number_of(object, "duration_ns"));
    if (statements < finding->statements)
        return;
    finding->statements = statements;
    finding->distinct = number_of(object, "distinct");
    finding->matched = number_of(object, "matched");
    finding->origin_rows = number_of(object, "origin_rows");
}

/*
 * One expression that asks for one thing is one finding, in however many scopes it was met. The
 * text of a statement differs from database to database; only hand-written ones are told by it.
 */
static const char *cause_of(struct arena *arena, const struct finding *finding)
{
    const char *said = finding->column ? finding->column : finding->replacement;

    if (!said || strstr(finding->subject, "SQL"))
        said = finding->statement;
    return arena_format(arena, "%lld %s %s", (long long)finding->site.line, finding->key, said);
}

static struct finding *merged_finding(const struct reading *reading, const json_t *object)
{
    struct run *run = reading->run;
    struct finding *finding = new_finding(reading, object);
    const char *where = cause_of(run->arena, finding);
    struct finding *earlier = map_get(&run->by_site, where);

    if (!earlier) {
        map_add(run->arena, &run->by_site, where, finding);
        pointers_add(run->arena, &run->findings, finding);
        earlier = finding;
    }
    merge_numbers(earlier, object);
    return earlier;
}

static void read_trace(const struct reading *reading, const json_t *list, struct scope *scope)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *object = json_array_get(list, i);
        struct traced *traced = arena_alloc(reading->run->arena, sizeof *traced);

        traced->kind = word_of(reading, object, "kind");
        traced->subject = text_of(reading, object, "subject");
        traced->sql = word_of(reading, object, "sql");
        traced->status = word_of(reading, object, "status");
        traced->site = place_of(reading, object, "site");
        traced->start_ns = number_of(object, "start_ns");
        traced->duration_ns = number_of(object, "duration_ns");
        traced->rows = number_of(object, "rows");
        traced->row_by_row = json_is_true(json_object_get(object, "row_by_row"));
        pointers_add(reading->run->arena, &scope->trace, traced);
    }
}

static void read_scope(const struct reading *reading, const json_t *record)
{
    struct run *run = reading->run;
    const json_t *numbers = json_object_get(record, "statistics");
    const json_t *findings = json_object_get(record, "findings");
    struct scope *scope = arena_alloc(run->arena, sizeof *scope);

    scope->name = text_of(reading, record, "scope");
    if (!scope->name)
        scope->name = arena_format(run->arena, "%s:%zu", reading->path, reading->line);
    scope->log = reading->path;
    scope->line = reading->line;
    scope->statements = number_of(numbers, "statements");
    scope->rows = number_of(numbers, "rows");
    scope->duration_ns = number_of(numbers, "duration_ns");
    scope->errors = number_of(numbers, "errors");
    add_to(&scope->unseen, number_of(numbers, "unwatched"));
    add_to(&scope->unseen, number_of(numbers, "untold"));
    add_to(&scope->unseen, number_of(numbers, "dropped"));
    add_to(&scope->unseen, number_of(numbers, "unsearched"));
    scope->trace_lost = number_of(record, "trace_lost");
    for (size_t i = 0; i < json_array_size(findings); i++) {
        struct finding *finding = merged_finding(reading, json_array_get(findings, i));

        pointers_add(run->arena, &finding->scopes, scope);
        pointers_add(run->arena, &scope->findings, finding);
    }
    read_trace(reading, json_object_get(record, "trace"), scope);
    pointers_add(run->arena, &run->scopes, scope);
    add_to(&run->statements, scope->statements);
    add_to(&run->duration_ns, scope->duration_ns);
    add_to(&run->unseen, scope->unseen);
}

static bool is_scope(const json_t *record)
{
    return json_is_object(json_object_get(record, "statistics")) &&
           json_is_array(json_object_get(record, "findings"));
}

/* A line of orm_log's is no scope, and no fault either. */
static bool is_statement(const json_t *record)
{
    return json_is_string(json_object_get(record, "sql")) &&
           json_is_string(json_object_get(record, "kind"));
}

static bool read_record(const struct reading *reading, const char *line, size_t length)
{
    json_error_t error;
    json_t *record = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    bool understood = true;

    if (!record) {
        report_error("%s:%zu:%d: not a JSON record: %s", reading->path, reading->line,
                     error.column > 0 ? error.column : 1, error.text);
        return false;
    }
    reading->run->records++;
    if (is_scope(record)) {
        read_scope(reading, record);
    } else if (!is_statement(record)) {
        report_error("%s:%zu: a JSON record that neither orm_scope_append nor orm_log wrote",
                     reading->path, reading->line);
        understood = false;
    }
    json_decref(record);
    return understood;
}

static bool read_lines(struct reading *reading, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    bool good = true;

    while (good && (length = getline(&line, &room, file)) >= 0) {
        reading->line++;
        if (strspn(line, " \t\r\n") != (size_t)length)
            good = read_record(reading, line, (size_t)length);
    }
    if (good && ferror(file)) {
        report_error("%s: can't be read", reading->path);
        good = false;
    }
    free(line);
    return good;
}

bool log_read(struct run *run, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    struct reading reading = {run, standard ? "standard input" : path, 0};
    FILE *file = standard ? stdin : fopen(path, "r");
    bool good;

    if (!file) {
        report_error("%s: can't be opened; give logs that orm_scope_append has written", path);
        return false;
    }
    good = read_lines(&reading, file);
    if (!standard)
        fclose(file);
    return good;
}
