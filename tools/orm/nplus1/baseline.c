#include <jansson.h>

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "nplus1/run.h"

static const char *member(struct run *run, const json_t *entry, const char *name)
{
    const json_t *value = json_object_get(entry, name);

    return json_is_string(value) ? arena_text(run->arena, json_string_value(value)) : NULL;
}

static struct known *read_entry(struct run *run, const json_t *entry)
{
    struct known *known = arena_alloc(run->arena, sizeof *known);

    known->kind = member(run, entry, "kind");
    known->subject = member(run, entry, "subject");
    known->file = member(run, entry, "file");
    known->function = member(run, entry, "function");
    known->reason = member(run, entry, "reason");
    if (!known->kind || !known->subject || !known->file || !known->function)
        return NULL;
    known->key = arena_format(run->arena, "%s %s %s %s", known->kind, known->subject, known->file,
                              known->function);
    return known;
}

static void match(struct run *run, struct known *known)
{
    for (size_t i = 0; i < run->findings.count; i++) {
        struct finding *finding = run->findings.items[i];

        if (strcmp(finding->key, known->key) != 0)
            continue;
        finding->known = true;
        known->met = true;
    }
}

static bool read_entries(struct run *run, const char *path, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct known *known = read_entry(run, json_array_get(list, i));

        if (!known) {
            report_error("%s: finding %zu of the baseline needs kind, subject, file and function",
                         path, i + 1);
            return false;
        }
        match(run, known);
        pointers_add(run->arena, &run->baseline, known);
    }
    return true;
}

bool baseline_read(struct run *run, const char *path)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    bool good = false;

    run->baseline_path = path;
    if (!root && json_error_code(&error) == json_error_cannot_open_file)
        report_error("%s: can't be opened; --update-baseline makes a baseline", path);
    else if (!root)
        report_error("%s:%d:%d: %s", path, error.line, error.column, error.text);
    else if (!json_is_array(json_object_get(root, "findings")))
        report_error("%s: not a baseline: it has no list \"findings\"", path);
    else
        good = read_entries(run, path, json_object_get(root, "findings"));
    json_decref(root);
    return good;
}

static const char *reason_of(const struct run *run, const char *key)
{
    for (size_t i = 0; i < run->baseline.count; i++) {
        const struct known *known = run->baseline.items[i];

        if (strcmp(known->key, key) == 0)
            return known->reason;
    }
    return NULL;
}

static json_t *entry_of(const struct run *run, const struct finding *finding)
{
    const char *reason = reason_of(run, finding->key);
    json_t *entry = json_object();

    json_object_set_new(entry, "kind", json_string(finding->kind));
    json_object_set_new(entry, "subject", json_string(finding->subject));
    json_object_set_new(entry, "file", json_string(finding->site.file ? finding->site.file : "?"));
    json_object_set_new(entry, "function",
                        json_string(finding->site.function ? finding->site.function : "?"));
    if (reason)
        json_object_set_new(entry, "reason", json_string(reason));
    return entry;
}

const char *baseline_text(const struct run *run)
{
    struct text to = { 0 };
    struct map written = { 0 };
    const char *comma = "\n";

    text_add_string(run->arena, &to, "{\"version\": 1, \"findings\": [");
    for (size_t i = 0; i < run->findings.count; i++) {
        struct finding *finding = run->findings.items[i];
        json_t *entry;
        char *line;

        if (map_add(run->arena, &written, finding->key, finding))
            continue;
        entry = entry_of(run, finding);
        line = json_dumps(entry, 0);
        text_add_string(run->arena, &to, comma);
        text_add_string(run->arena, &to, "  ");
        text_add_string(run->arena, &to, line ? line : "null");
        comma = ",\n";
        free(line);
        json_decref(entry);
    }
    text_add_string(run->arena, &to, "\n]}\n");
    return to.text;
}

size_t baseline_stale(const struct run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->baseline.count; i++)
        count += !((const struct known *)run->baseline.items[i])->met;
    return count;
}
