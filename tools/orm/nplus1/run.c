#include "nplus1/run.h"

#include <stdlib.h>
#include <string.h>

static int compare_text(const char *left, const char *right)
{
    return strcmp(left ? left : "", right ? right : "");
}

static int compare_findings(const void *left_item, const void *right_item)
{
    const struct finding *left = *(const struct finding *const *)left_item;
    const struct finding *right = *(const struct finding *const *)right_item;
    int order = compare_text(left->site.file, right->site.file);

    if (order == 0)
        order = (left->site.line > right->site.line) - (left->site.line < right->site.line);
    if (order == 0)
        order = compare_text(left->subject, right->subject);
    return order != 0 ? order : compare_text(left->statement, right->statement);
}

static bool is_at(const struct source_place *left, const struct source_place *right)
{
    return left->line && left->line == right->line && compare_text(left->file, right->file) == 0;
}

static const struct finding *finding_of(const struct scope *scope, const struct traced *traced)
{
    if (strcmp(traced->kind, "control") == 0)
        return NULL;
    for (size_t i = 0; i < scope->findings.count; i++) {
        const struct finding *finding = scope->findings.items[i];
        bool relation = !strchr(finding->subject, ' ');

        if (!is_at(&finding->site, &traced->site))
            continue;
        if (!relation || compare_text(finding->subject, traced->subject) == 0)
            return finding;
    }
    return NULL;
}

void run_finish(struct run *run)
{
    if (run->findings.count)
        qsort(run->findings.items, run->findings.count, sizeof *run->findings.items,
              compare_findings);
    for (size_t i = 0; i < run->scopes.count; i++) {
        struct scope *scope = run->scopes.items[i];

        for (size_t k = 0; k < scope->trace.count; k++) {
            struct traced *traced = scope->trace.items[k];

            traced->finding = finding_of(scope, traced);
        }
    }
}

/* Whether a word is among those parted by commas. */
static bool is_listed(const char *list, const char *word)
{
    size_t length = strlen(word);

    while (*list) {
        size_t size = strcspn(list, ",");

        if (size == length && strncmp(list, word, size) == 0)
            return true;
        list += size + (list[size] == ',');
    }
    return false;
}

bool finding_fails(const struct run *run, const struct finding *finding)
{
    return !finding->known && is_listed(run->fail, finding->kind);
}

bool finding_shown(const struct run *run, const struct finding *finding)
{
    return !run->new_only || !finding->known;
}

size_t run_failing(const struct run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->findings.count; i++)
        count += finding_fails(run, run->findings.items[i]);
    return count;
}

const char *run_verdict(const struct run *run)
{
    if (run_failing(run))
        return "findings";
    return run->unseen ? "inconclusive" : "clean";
}

const char *unseen_text(const struct run *run, int64_t unseen)
{
    return arena_format(run->arena,
                        "%lld statements, values or findings were beyond the bounds of their "
                        "scopes; raise .max_statements, .max_values or .max_findings, or make "
                        "scopes and sessions shorter.",
                        (long long)unseen);
}

const char *place_text(struct arena *arena, const struct source_place *place)
{
    if (!place->file)
        return "?";
    return arena_format(arena, "%s:%lld", place->file, (long long)place->line);
}

static bool is_kind(const struct finding *finding, const char *kind)
{
    return strcmp(finding->kind, kind) == 0;
}

static const char *what_happens(const struct finding *finding)
{
    if (is_kind(finding, "N1"))
        return strchr(finding->subject, ' ') ? " is asked for row by row" : " is loaded row by row";
    if (is_kind(finding, "DUP"))
        return " is asked again and again";
    if (is_kind(finding, "WRITE"))
        return " is written row by row";
    if (is_kind(finding, "UNUSED"))
        return " is loaded and never read";
    if (is_kind(finding, "LATENT"))
        return " is loaded for the only row of a list; more rows would be N1";
    return "";
}

const char *finding_title(struct arena *arena, const struct finding *finding)
{
    bool countable = is_kind(finding, "N1") || is_kind(finding, "WRITE");

    if (is_kind(finding, "BUDGET"))
        return arena_format(arena, "%lld %s where the budget allows %lld",
                            (long long)finding->matched, finding->subject,
                            (long long)finding->distinct);
    return arena_format(arena, "%s%s: %lld statement%s%s", finding->subject, what_happens(finding),
                        (long long)finding->statements, finding->statements == 1 ? "" : "s",
                        countable ? " where 1 would do" : "");
}

const char *finding_site_name(const struct finding *finding)
{
    if (is_kind(finding, "UNUSED"))
        return "loaded by";
    return is_kind(finding, "BUDGET") ? "exceeded by" : "call in loop";
}

static const char *row_evidence(struct arena *arena, const struct finding *finding)
{
    bool stems = finding->evidence && strcmp(finding->evidence, "stems") == 0;
    const char *column = finding->column ? finding->column : "keys";

    if (!finding->evidence || strcmp(finding->evidence, "none") == 0)
        return arena_format(arena, "%lld different values, from no list of the session",
                            (long long)finding->distinct);
    return arena_format(arena, "%lld of %lld values sent %s %s of the list's %lld rows",
                        (long long)finding->matched, (long long)finding->distinct,
                        stems ? "are" : "match", column, (long long)finding->origin_rows);
}

const char *finding_evidence(struct arena *arena, const struct finding *finding)
{
    if (is_kind(finding, "N1"))
        return row_evidence(arena, finding);
    if (is_kind(finding, "WRITE"))
        return arena_format(arena, "%lld different rows, each in a statement of its own",
                            (long long)finding->distinct);
    if (is_kind(finding, "DUP") && finding->distinct > 1)
        return arena_format(arena, "only %lld different sets of values, nothing written between",
                            (long long)finding->distinct);
    if (is_kind(finding, "DUP"))
        return "the same values each time, and nothing written between";
    return NULL;
}

const char *finding_alternative(const struct finding *finding)
{
    if (finding->fix_hoist)
        return "behind the loop";
    return is_kind(finding, "WRITE") ? "instead of the loop" : "behind it, before the loop";
}

const char *finding_code(const struct finding *finding)
{
    return finding->replacement ? finding->replacement : finding->alternative;
}

const char *caller_text(const struct run *run, const struct finding *finding)
{
    const struct source_place *caller = &finding->caller;

    if (!caller->function || !caller->file)
        return caller->function;
    return arena_format(run->arena, "%s (%s)", place_text(run->arena, caller), caller->function);
}
