/* SARIF 2.1.0 (OASIS), as code hosts read it. */
#include <string.h>

#include "nplus1/json.h"

static const char *const rules[][3] = {
    { "N1", "RowByRow", "Rows are asked for one at a time where one statement would do." },
    { "DUP", "AskedAgain", "The same statement is sent again with the same values." },
    { "WRITE", "WrittenRowByRow", "Rows are written one at a time where one statement would do." },
    { "UNUSED", "LoadedInVain", "A relation is loaded and never read." },
    { "BUDGET", "BeyondBudget", "A scope does more than its budget allows." },
    { "LATENT", "RowByRowWithMore", "One row today; with more it would be row by row." },
};

enum { RULES = sizeof rules / sizeof *rules };

static json_t *message(const char *text)
{
    json_t *object = json_object();

    json_object_set_new(object, "text", json_word(text));
    return object;
}

static json_t *rule_list(void)
{
    json_t *list = json_array();

    for (size_t i = 0; i < RULES; i++) {
        json_t *rule = json_object();

        json_object_set_new(rule, "id", json_word(rules[i][0]));
        json_object_set_new(rule, "name", json_word(rules[i][1]));
        json_object_set_new(rule, "shortDescription", message(rules[i][2]));
        json_array_append_new(list, rule);
    }
    return list;
}

static bool is_absolute(const char *file)
{
    return *file == '/';
}

/* A path as a relative or file: URI. */
static const char *uri_of(struct arena *arena, const char *file)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-._~/";
    struct text uri = { 0 };

    text_add_string(arena, &uri, is_absolute(file) ? "file://" : "");
    for (; *file; file++) {
        if (strchr(plain, *file))
            text_add(arena, &uri, file, 1);
        else
            text_add_string(arena, &uri, arena_format(arena, "%%%02X", (unsigned char)*file));
    }
    return uri.text;
}

static json_t *location(const struct run *run, const struct source_place *place, const char *text)
{
    json_t *root = json_object();
    json_t *physical = json_object();
    json_t *artifact = json_object();
    json_t *region = json_object();

    json_object_set_new(artifact, "uri", json_word(uri_of(run->arena, place->file)));
    if (!is_absolute(place->file))
        json_object_set_new(artifact, "uriBaseId", json_word("%SRCROOT%"));
    json_object_set_new(region, "startLine", json_integer(place->line > 0 ? place->line : 1));
    json_object_set_new(physical, "artifactLocation", artifact);
    json_object_set_new(physical, "region", region);
    json_object_set_new(root, "physicalLocation", physical);
    if (text)
        json_object_set_new(root, "message", message(text));
    return root;
}

static const char *message_text(const struct run *run, const struct finding *finding)
{
    const char *caller = caller_text(run, finding);
    const char *code = finding_code(finding);

    return arena_format(run->arena, "%s%s%s. %s%s%s", finding_title(run->arena, finding),
                        caller ? ", called from " : "", caller ? caller : "", finding->advice,
                        code ? "\n" : "", code ? code : "");
}

static json_t *result(const struct run *run, const struct finding *finding)
{
    json_t *object = json_object();
    json_t *locations = json_array();
    json_t *prints = json_object();

    json_object_set_new(object, "ruleId", json_word(finding->kind));
    json_object_set_new(object, "level",
                        json_word(finding_fails(run, finding) ? "error" : "warning"));
    json_object_set_new(object, "message", message(message_text(run, finding)));
    if (finding->site.file)
        json_array_append_new(locations, location(run, &finding->site, NULL));
    json_object_set_new(object, "locations", locations);
    if (finding->origin.file) {
        json_t *related = json_array();

        json_array_append_new(related, location(run, &finding->origin, "the list is made here"));
        json_object_set_new(object, "relatedLocations", related);
    }
    json_object_set_new(prints, "orm/v1", json_word(finding->key));
    json_object_set_new(object, "partialFingerprints", prints);
    if (run->baseline_path)
        json_object_set_new(object, "baselineState",
                            json_word(finding->known ? "unchanged" : "new"));
    return object;
}

static json_t *tool(void)
{
    json_t *object = json_object();
    json_t *driver = json_object();

    json_object_set_new(driver, "name", json_word("orm nplus1"));
    json_object_set_new(driver, "version", json_word(ORM_VERSION));
    json_object_set_new(driver, "rules", rule_list());
    json_object_set_new(object, "driver", driver);
    return object;
}

/* That a bound left something out is said of the run, not of a place in the source. */
static json_t *invocations(const struct run *run)
{
    json_t *list = json_array();
    json_t *only = json_object();
    json_t *notices = json_array();

    json_object_set_new(only, "executionSuccessful", json_true());
    if (run->unseen) {
        json_t *notice = json_object();
        json_t *descriptor = json_object();

        json_object_set_new(descriptor, "id", json_word("INCONCLUSIVE"));
        json_object_set_new(notice, "descriptor", descriptor);
        json_object_set_new(notice, "level", json_word("warning"));
        json_object_set_new(notice, "message", message(unseen_text(run, run->unseen)));
        json_array_append_new(notices, notice);
    }
    json_object_set_new(only, "toolExecutionNotifications", notices);
    json_array_append_new(list, only);
    return list;
}

void report_sarif(const struct run *run, struct text *to)
{
    json_t *root = json_object();
    json_t *runs = json_array();
    json_t *only = json_object();
    json_t *results = json_array();

    for (size_t i = 0; i < run->findings.count; i++)
        if (finding_shown(run, run->findings.items[i]))
            json_array_append_new(results, result(run, run->findings.items[i]));
    json_object_set_new(only, "tool", tool());
    json_object_set_new(only, "invocations", invocations(run));
    json_object_set_new(only, "results", results);
    json_object_set_new(only, "columnKind", json_word("unicodeCodePoints"));
    json_array_append_new(runs, only);
    json_object_set_new(root, "$schema",
                        json_word("https://json.schemastore.org/sarif-2.1.0.json"));
    json_object_set_new(root, "version", json_word("2.1.0"));
    json_object_set_new(root, "runs", runs);
    json_finish(run, root, to);
}
