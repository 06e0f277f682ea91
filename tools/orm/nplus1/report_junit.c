/*
 * JUnit's XML, as CI servers read it: a test case per scope. What is written is what the schemas of
 * Ant's JUnit task and of Jenkins have in common: at most one failure in a test case, and no
 * attributes of the root.
 */
#include <stdlib.h>
#include <time.h>

#include "markup.h"
#include "nplus1/run.h"

static const char *detail(const struct run *run, const struct finding *finding)
{
    struct arena *arena = run->arena;
    const char *origin = finding->origin.file ? arena_format(arena, "\nlist made at %s",
                                                             place_text(arena, &finding->origin))
                                              : "";
    const char *caller = caller_text(run, finding);
    const char *code = finding_code(finding);

    return arena_format(arena, "%s %s\n%s %s%s%s%s\nstatement: %s\n%s\n%s\n",
                        finding->kind, finding_title(arena, finding),
                        finding_site_name(finding), place_text(arena, &finding->site),
                        caller ? "\ncalled from " : "", caller ? caller : "", origin,
                        finding->statement, finding->advice,
                        code ? code : "");
}

/* The findings of the scope that fail; the first of them in `first_out`. */
static size_t count_failing(const struct run *run, const struct scope *scope,
                            const struct finding **first_out)
{
    size_t count = 0;

    for (size_t i = 0; i < scope->findings.count; i++) {
        if (!finding_fails(run, scope->findings.items[i]))
            continue;
        if (count++ == 0)
            *first_out = scope->findings.items[i];
    }
    return count;
}

/* Where bounds left something out, no finding is no clean bill. */
static void write_unseen(const struct run *run, const struct scope *scope, struct text *to)
{
    struct arena *arena = run->arena;

    if (scope->unseen)
        text_add_string(arena, to,
                        arena_format(arena,
                                     "      <error type=\"INCONCLUSIVE\" message=\"%s\"/>\n",
                                     markup(arena, unseen_text(run, scope->unseen))));
}

/* The type is the first one's: CI servers show it beside the message. */
static void write_failure(const struct run *run, const struct scope *scope, struct text *to)
{
    struct arena *arena = run->arena;
    const struct finding *first = NULL;
    size_t count = count_failing(run, scope, &first);
    const char *title;

    if (!count) {
        write_unseen(run, scope, to);
        return;
    }
    title = finding_title(arena, first);
    if (count > 1)
        title = arena_format(arena, "%s; and %zu more", title, count - 1);
    text_add_string(arena, to,
                    arena_format(arena, "      <failure type=\"%s\" message=\"%s\">",
                                 markup(arena, first->kind), markup(arena, title)));
    for (size_t i = 0; i < scope->findings.count; i++)
        if (finding_fails(run, scope->findings.items[i]))
            text_add_string(arena, to, markup(arena, detail(run, scope->findings.items[i])));
    text_add_string(arena, to, "</failure>\n");
}

static void write_scope(const struct run *run, const struct scope *scope, struct text *to)
{
    struct arena *arena = run->arena;

    text_add_string(arena, to,
                    arena_format(arena,
                                 "    <testcase classname=\"orm.nplus1\" name=\"%s\" "
                                 "time=\"%.6f\">\n",
                                 markup(arena, scope->name), (double)scope->duration_ns / 1e9));
    write_failure(run, scope, to);
    text_add_string(arena, to, "    </testcase>\n");
}

/* Builds that are to be the same each time say what time it is. */
static const char *now_text(struct arena *arena)
{
    const char *given = getenv("SOURCE_DATE_EPOCH");
    time_t now = given && *given ? (time_t)strtoll(given, NULL, 10) : time(NULL);
    struct tm parts;
    char text[32];

    if (!gmtime_r(&now, &parts) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts))
        return "1970-01-01T00:00:00";
    return arena_format(arena, "%s", text);
}

static void write_suite_head(const struct run *run, struct text *to)
{
    struct arena *arena = run->arena;
    const struct finding *first = NULL;
    size_t failures = 0;
    size_t errors = 0;

    for (size_t i = 0; i < run->scopes.count; i++) {
        const struct scope *scope = run->scopes.items[i];
        bool fails = count_failing(run, scope, &first) > 0;

        failures += fails;
        errors += !fails && scope->unseen;
    }
    text_add_string(arena, to,
                    arena_format(arena,
                                 "  <testsuite name=\"orm nplus1\" package=\"orm\" id=\"0\" "
                                 "hostname=\"localhost\" timestamp=\"%s\" tests=\"%zu\" "
                                 "failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"%.3f\">\n",
                                 now_text(arena), run->scopes.count, failures, errors,
                                 (double)run->duration_ns / 1e9));
}

void report_junit(const struct run *run, struct text *to)
{
    struct arena *arena = run->arena;

    text_add_string(arena, to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    write_suite_head(run, to);
    text_add_string(arena, to, "    <properties/>\n");
    for (size_t i = 0; i < run->scopes.count; i++)
        write_scope(run, run->scopes.items[i], to);
    text_add_string(arena, to,
                    "    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n");
}
