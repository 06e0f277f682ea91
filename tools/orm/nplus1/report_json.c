#include <jansson.h>

#include <stdlib.h>

#include "nplus1/json.h"
#include "nplus1/run.h"

json_t *json_place(const struct source_place *place)
{
    json_t *object;

    if (!place->file)
        return json_null();
    object = json_object();
    json_object_set_new(object, "file", json_word(place->file));
    json_object_set_new(object, "line", json_integer(place->line));
    json_object_set_new(object, "function", json_word(place->function));
    return object;
}

/* jansson refuses what is not UTF-8; the logs' own writer lets no such byte through. */
json_t *json_word(const char *text)
{
    json_t *value = text ? json_string(text) : json_null();

    return value ? value : json_null();
}

void json_finish(const struct run *run, json_t *root, struct text *to)
{
    char *dumped = json_dumps(root, JSON_INDENT(2));

    text_add_string(run->arena, to, dumped ? dumped : "null");
    text_add_string(run->arena, to, "\n");
    free(dumped);
    json_decref(root);
}

static json_t *scope_names(const struct finding *finding)
{
    json_t *names = json_array();

    for (size_t i = 0; i < finding->scopes.count; i++)
        json_array_append_new(names,
                              json_word(((const struct scope *)finding->scopes.items[i])->name));
    return names;
}

static json_t *finding_object(const struct run *run, const struct finding *finding)
{
    json_t *object = json_object();

    json_object_set_new(object, "kind", json_word(finding->kind));
    json_object_set_new(object, "subject", json_word(finding->subject));
    json_object_set_new(object, "title", json_word(finding_title(run->arena, finding)));
    json_object_set_new(object, "statement", json_word(finding->statement));
    json_object_set_new(object, "site", json_place(&finding->site));
    json_object_set_new(object, "caller", json_word(caller_text(run, finding)));
    json_object_set_new(object, "origin", json_place(&finding->origin));
    json_object_set_new(object, "origin_rows", json_integer(finding->origin_rows));
    json_object_set_new(object, "evidence", json_word(finding->evidence));
    json_object_set_new(object, "column", json_word(finding->column));
    json_object_set_new(object, "statements", json_integer(finding->statements));
    json_object_set_new(object, "statements_in_all_scopes", json_integer(finding->total));
    json_object_set_new(object, "distinct", json_integer(finding->distinct));
    json_object_set_new(object, "duration_ns", json_integer(finding->duration_ns));
    json_object_set_new(object, "advice", json_word(finding->advice));
    json_object_set_new(object, "replacement", json_word(finding->replacement));
    json_object_set_new(object, "replacement_site", json_place(&finding->replacement_site));
    json_object_set_new(object, "within_query", json_boolean(finding->within_query));
    json_object_set_new(object, "alternative", json_word(finding->alternative));
    json_object_set_new(object, "in_loop", json_word(finding->in_loop));
    json_object_set_new(object, "scopes", scope_names(finding));
    json_object_set_new(object, "in_baseline", json_boolean(finding->known));
    json_object_set_new(object, "fails", json_boolean(finding_fails(run, finding)));
    return object;
}

static json_t *stale_entries(const struct run *run)
{
    json_t *list = json_array();

    for (size_t i = 0; i < run->baseline.count; i++) {
        const struct known *known = run->baseline.items[i];
        json_t *entry;

        if (known->met)
            continue;
        entry = json_object();
        json_object_set_new(entry, "kind", json_word(known->kind));
        json_object_set_new(entry, "subject", json_word(known->subject));
        json_object_set_new(entry, "file", json_word(known->file));
        json_object_set_new(entry, "function", json_word(known->function));
        json_array_append_new(list, entry);
    }
    return list;
}

void report_json(const struct run *run, struct text *to)
{
    json_t *root = json_object();
    json_t *findings = json_array();

    for (size_t i = 0; i < run->findings.count; i++)
        if (finding_shown(run, run->findings.items[i]))
            json_array_append_new(findings, finding_object(run, run->findings.items[i]));
    json_object_set_new(root, "version", json_integer(1));
    json_object_set_new(root, "scopes", json_integer((json_int_t)run->scopes.count));
    json_object_set_new(root, "statements", json_integer(run->statements));
    json_object_set_new(root, "duration_ns", json_integer(run->duration_ns));
    json_object_set_new(root, "failing", json_integer((json_int_t)run_failing(run)));
    json_object_set_new(root, "unseen", json_integer(run->unseen));
    json_object_set_new(root, "verdict", json_word(run_verdict(run)));
    json_object_set_new(root, "findings", findings);
    json_object_set_new(root, "stale_baseline", stale_entries(run));
    json_finish(run, root, to);
}
