#include <string.h>

#include "nplus1/run.h"

enum { COLUMNS = 80, TEXT_AT = 18, CODE_AT = 5, SCOPES_NAMED = 3 };

struct writer {
    const struct run *run;
    struct text *to;
};

static void add(struct writer *at, const char *text)
{
    text_add_string(at->run->arena, at->to, text);
}

static size_t width(const char *text, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* Text from column start on, broken at blanks, further lines at column next. */
static void wrap(struct writer *at, const char *text, size_t start, int next)
{
    size_t column = start;
    bool first = true;

    while (*text) {
        size_t size = strcspn(text, " ");
        size_t word = width(text, size);

        if (!first && column + 1 + word > COLUMNS) {
            add(at, arena_format(at->run->arena, "\n%*s", next, ""));
            column = (size_t)next;
        } else if (!first) {
            add(at, " ");
            column++;
        }
        text_add(at->run->arena, at->to, text, size);
        column += word;
        first = false;
        text += size + strspn(text + size, " ");
    }
    add(at, "\n");
}

static void field(struct writer *at, const char *name, const char *text)
{
    add(at, arena_format(at->run->arena, "   %-15s", name));
    wrap(at, text, TEXT_AT, TEXT_AT);
}

static void code(struct writer *at, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, "\n");

        add(at, arena_format(at->run->arena, "%*s%.*s\n", CODE_AT, "", (int)size, text));
        text += size + (text[size] == '\n');
    }
}

static const char *site_text(struct arena *arena, const struct source_place *place)
{
    const char *where = place_text(arena, place);

    return place->function ? arena_format(arena, "%s (%s)", where, place->function) : where;
}

static const char *scopes_text(struct arena *arena, const struct finding *finding)
{
    struct text names = { 0 };
    size_t shown = finding->scopes.count < SCOPES_NAMED ? finding->scopes.count : SCOPES_NAMED;

    for (size_t i = 0; i < shown; i++) {
        const struct scope *scope = finding->scopes.items[i];

        text_add_string(arena, &names, i ? ", " : "");
        text_add_string(arena, &names, scope->name);
    }
    if (shown < finding->scopes.count)
        text_add_string(arena, &names,
                        arena_format(arena, " and %zu more", finding->scopes.count - shown));
    return names.text ? names.text : "?";
}

static void write_code(struct writer *at, const struct finding *finding)
{
    const char *where = site_text(at->run->arena, &finding->replacement_site);

    field(at, "what to do", finding->advice);
    if (!finding->replacement && finding->alternative) {
        field(at, "write", finding_alternative(finding));
        code(at, finding->alternative);
    }
    if (!finding->replacement)
        return;
    if (finding->within_query)
        field(at, "add", arena_format(at->run->arena, "in the query at %s", where));
    else
        field(at, "write at", where);
    code(at, finding->replacement);
    if (finding->alternative) {
        field(at, "or", finding_alternative(finding));
        code(at, finding->alternative);
    }
    if (finding->in_loop) {
        field(at, "in the loop", "read what was loaded; this sends nothing");
        code(at, finding->in_loop);
    }
}

static void write_finding(struct writer *at, const struct finding *finding)
{
    struct arena *arena = at->run->arena;
    const char *mark = finding->known ? " (in the baseline)" : "";
    const char *head =
        arena_format(arena, "%s %s%s", finding->kind, finding_title(arena, finding), mark);
    const char *evidence = finding_evidence(arena, finding);

    add(at, "\n");
    if (at->run->color)
        add(at, finding_fails(at->run, finding) ? "\033[1;31m" : "\033[1;33m");
    wrap(at, head, 0, 3);
    if (at->run->color)
        add(at, "\033[0m");
    field(at, finding_site_name(finding), site_text(arena, &finding->site));
    if (caller_text(at->run, finding))
        field(at, "called from", caller_text(at->run, finding));
    if (finding->origin.file)
        field(at, "list made at", site_text(arena, &finding->origin));
    if (evidence)
        field(at, "evidence", evidence);
    field(at, "statement", finding->statement);
    field(at, finding->scopes.count == 1 ? "scope" : "scopes", scopes_text(arena, finding));
    write_code(at, finding);
}

static void write_stale(struct writer *at)
{
    if (!baseline_stale(at->run))
        return;
    add(at, arena_format(at->run->arena,
                         "\nIn %s, but not met; take them out if the run was complete:\n",
                         at->run->baseline_path));
    for (size_t i = 0; i < at->run->baseline.count; i++) {
        const struct known *known = at->run->baseline.items[i];

        if (!known->met)
            add(at, arena_format(at->run->arena, "   %s %s, %s (%s)\n", known->kind, known->subject,
                                 known->file, known->function));
    }
}

static const char *count_text(struct arena *arena, size_t count, const char *noun)
{
    return arena_format(arena, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

static void write_summary(struct writer *at)
{
    const struct run *run = at->run;
    struct arena *arena = run->arena;
    size_t known = 0;

    for (size_t i = 0; i < run->findings.count; i++)
        known += ((const struct finding *)run->findings.items[i])->known;
    add(at, count_text(arena, run->findings.count, "finding"));
    if (run->baseline_path)
        add(at, arena_format(arena, " (%zu new, %zu in the baseline)", run->findings.count - known,
                             known));
    add(at, arena_format(arena, " in %s, %s\n", count_text(arena, run->scopes.count, "scope"),
                         count_text(arena, (size_t)run->statements, "statement")));
}

void report_text(const struct run *run, struct text *to)
{
    struct writer at = {run, to};

    write_summary(&at);
    for (size_t i = 0; i < run->findings.count; i++)
        if (finding_shown(run, run->findings.items[i]))
            write_finding(&at, run->findings.items[i]);
    write_stale(&at);
    if (run->unseen)
        wrap(&at,
             arena_format(run->arena, "INCONCLUSIVE: %s", unseen_text(run, run->unseen)),
             0, 3);
}
