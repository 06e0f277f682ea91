/* JUnit's XML, as CI servers read it: a test case per scope. */
#include "nplus1/markup.h"
#include "nplus1/run.h"

static const char *detail(const struct run *run, const struct finding *finding)
{
    struct arena *arena = run->arena;
    const char *origin =
        finding->origin.file
            ? arena_format(arena, "\nlist made at %s", place_text(arena, &finding->origin))
            : "";

    return arena_format(arena, "call in loop at %s%s\nstatement: %s\n%s\n%s",
                        place_text(arena, &finding->site), origin, finding->statement,
                        finding->advice, finding->replacement ? finding->replacement : "");
}

static void write_failure(const struct run *run, const struct finding *finding, struct text *to)
{
    struct arena *arena = run->arena;

    text_add_string(arena, to,
                    arena_format(arena, "      <failure type=\"%s\" message=\"%s\">%s</failure>\n",
                                 markup(arena, finding->kind),
                                 markup(arena, finding_title(arena, finding)),
                                 markup(arena, detail(run, finding))));
}

static void write_scope(const struct run *run, const struct scope *scope, struct text *to)
{
    struct arena *arena = run->arena;

    text_add_string(arena, to,
                    arena_format(arena,
                                 "    <testcase classname=\"orm.nplus1\" name=\"%s\" "
                                 "time=\"%.6f\">\n",
                                 markup(arena, scope->name), (double)scope->duration_ns / 1e9));
    for (size_t i = 0; i < scope->findings.count; i++)
        if (finding_fails(run, scope->findings.items[i]))
            write_failure(run, scope->findings.items[i], to);
    text_add_string(arena, to, "    </testcase>\n");
}

static bool scope_fails(const struct run *run, const struct scope *scope)
{
    for (size_t i = 0; i < scope->findings.count; i++)
        if (finding_fails(run, scope->findings.items[i]))
            return true;
    return false;
}

void report_junit(const struct run *run, struct text *to)
{
    struct arena *arena = run->arena;
    const char *numbers;
    size_t failures = 0;

    for (size_t i = 0; i < run->scopes.count; i++)
        failures += scope_fails(run, run->scopes.items[i]);
    numbers = arena_format(arena, "tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"%.6f\"",
                           run->scopes.count, failures, (double)run->duration_ns / 1e9);
    text_add_string(arena, to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text_add_string(arena, to, arena_format(arena, "<testsuites %s>\n", numbers));
    text_add_string(arena, to,
                    arena_format(arena, "  <testsuite name=\"orm nplus1\" skipped=\"0\" %s>\n",
                                 numbers));
    for (size_t i = 0; i < run->scopes.count; i++)
        write_scope(run, run->scopes.items[i], to);
    text_add_string(arena, to, "  </testsuite>\n</testsuites>\n");
}
