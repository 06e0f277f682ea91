/* One page without scripts or other files: findings first, then each scope's statements in time. */
#include <string.h>

#include "markup.h"
#include "nplus1/run.h"

enum { ROWS_SHOWN = 500 };

struct page {
    const struct run *run;
    struct text *to;
};

static const char style[] =
    ":root{--paper:#fff;--ink:#1d2330;--soft:#5d6678;--line:#dfe3ea;--card:#f6f7f9;"
    "--bar:#8aa4c8;--bad:#c62f2f;--warn:#b26a00;--good:#2b7a4b;--code:#eef1f5}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#14171d;--ink:#e6e9ef;--soft:#9aa4b5;"
    "--line:#2c323d;--card:#1b1f27;--bar:#4c6a94;--bad:#ff7b72;--warn:#e3a04f;--good:#6cc48d;"
    "--code:#232832}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--paper);color:var(--ink);"
    "font:16px/1.5 system-ui,sans-serif}\n"
    "main{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 4rem;overflow-wrap:anywhere}\n"
    "h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .8rem}\n"
    "h3{font-size:1rem;margin:0;overflow-wrap:anywhere}\n"
    "code,pre{font:.85rem/1.5 ui-monospace,monospace}\n"
    "pre{background:var(--code);padding:.7rem .9rem;border-radius:.4rem;white-space:pre-wrap;"
    "overflow-wrap:anywhere;margin:.4rem 0}\n"
    ".lead{color:var(--soft);margin:.2rem 0 0}\n"
    ".numbers{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0 0;padding:0;list-style:none}\n"
    ".numbers li{flex:1 1 8rem;background:var(--card);border:1px solid var(--line);"
    "border-radius:.5rem;padding:.6rem .9rem}\n"
    ".numbers b{display:block;font-size:1.5rem;line-height:1.2}\n"
    ".numbers span{color:var(--soft);font-size:.85rem}\n"
    ".finding{border:1px solid var(--line);border-left:.35rem solid var(--bad);"
    "border-radius:.5rem;padding:.9rem 1rem;margin:0 0 1rem;background:var(--card)}\n"
    ".finding.calm{border-left-color:var(--warn)}\n"
    ".kind{display:inline-block;font-size:.75rem;font-weight:700;padding:.1rem .5rem;"
    "border-radius:1rem;background:var(--bad);color:var(--paper);margin-right:.2rem}\n"
    ".calm .kind{background:var(--warn)}\n"
    "dl{display:grid;grid-template-columns:8rem 1fr;gap:.15rem .8rem;margin:.6rem 0}\n"
    "dt{color:var(--soft)}dt::first-letter{text-transform:uppercase}dd{margin:0;overflow-wrap:"
    "anywhere}\n"
    "details{border:1px solid var(--line);border-radius:.5rem;margin:0 0 .6rem}\n"
    "summary{cursor:pointer;padding:.55rem .9rem;overflow-wrap:anywhere}\n"
    "summary small{color:var(--soft);margin-left:.2rem}\n"
    "summary .kind{margin:0 0 0 .2rem}\n"
    ".falls{padding:0 .9rem .8rem}\n"
    ".fall{display:grid;grid-template-columns:minmax(0,20rem) minmax(0,1fr) 5.5rem;gap:.8rem;"
    "align-items:center;padding:.12rem 0;font-size:.85rem}\n"
    ".fall>span:first-child{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}\n"
    ".fall i{font-style:normal;color:var(--soft)}\n"
    ".track{background:var(--code);border-radius:.2rem;height:.9rem;position:relative;"
    "overflow:hidden}\n"
    ".track b{position:absolute;top:0;bottom:0;min-width:2px;background:var(--bar);"
    "border-radius:.2rem}\n"
    ".bad .track b{background:var(--bad)}.bad>span:first-child{color:var(--bad)}\n"
    ".time{text-align:right;color:var(--soft);font-variant-numeric:tabular-nums}\n"
    ".clean{color:var(--good)}\n"
    "@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.3rem}"
    ".fall{grid-template-columns:minmax(0,1fr) 5rem;gap:.1rem .6rem}"
    ".track{grid-row:2;grid-column:1/3}}\n"
    "@media print{details{break-inside:avoid}}\n";

static void add(struct page *page, const char *text)
{
    text_add_string(page->run->arena, page->to, text);
}

static const char *escaped(struct page *page, const char *text)
{
    return markup(page->run->arena, text);
}

static const char *time_text(struct page *page, int64_t duration_ns)
{
    if (duration_ns <= 0)
        return "";
    return arena_format(page->run->arena, "%.2f ms", (double)duration_ns / 1e6);
}

static void number(struct page *page, int64_t value, const char *what)
{
    add(page, arena_format(page->run->arena, "<li><b>%lld</b> <span>%s</span></li>\n",
                           (long long)value, what));
}

static void write_head(struct page *page)
{
    const struct run *run = page->run;

    add(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
              "<title>N+1 report</title>\n<style>\n");
    add(page, style);
    add(page, "</style>\n</head>\n<body>\n<main>\n<h1>N+1 report</h1>\n"
              "<p class=\"lead\">Statements that ask row by row for what one statement would "
              "bring.</p>\n<ul class=\"numbers\">\n");
    number(page, (int64_t)run->findings.count, run->findings.count == 1 ? "finding" : "findings");
    number(page, (int64_t)run_failing(run), "that fail the check");
    number(page, (int64_t)run->scopes.count, run->scopes.count == 1 ? "scope" : "scopes");
    number(page, run->statements, run->statements == 1 ? "statement" : "statements");
    add(page, "</ul>\n");
    if (run->unseen)
        add(page, arena_format(run->arena,
                               "<p class=\"lead\"><strong>INCONCLUSIVE</strong>: %s</p>\n",
                               escaped(page, unseen_text(run, run->unseen))));
}

static void fact(struct page *page, const char *name, const char *text)
{
    add(page,
        arena_format(page->run->arena, "<dt>%s</dt><dd>%s</dd>\n", name, escaped(page, text)));
}

static void fact_place(struct page *page, const char *name, const struct source_place *place)
{
    struct arena *arena = page->run->arena;
    const char *function =
        place->function ? arena_format(arena, " (%s)", escaped(page, place->function)) : "";

    if (place->file)
        add(page, arena_format(arena, "<dt>%s</dt><dd><code>%s</code>%s</dd>\n", name,
                               escaped(page, place_text(arena, place)), function));
}

static void write_code(struct page *page, const char *said, const char *code)
{
    add(page, arena_format(page->run->arena, "<div>%s</div>\n<pre>%s</pre>\n", said,
                           escaped(page, code)));
}

static void write_remedy(struct page *page, const struct finding *finding)
{
    struct arena *arena = page->run->arena;
    const char *where = escaped(page, place_text(arena, &finding->replacement_site));

    if (!finding->replacement && finding->alternative)
        write_code(page, arena_format(arena, "Write %s", finding_alternative(finding)),
                   finding->alternative);
    if (!finding->replacement)
        return;
    write_code(page,
               arena_format(arena, "%s <code>%s</code>",
                            finding->within_query ? "Add to the query at" : "Write at", where),
               finding->replacement);
    if (finding->alternative)
        write_code(page, arena_format(arena, "Or %s", finding_alternative(finding)),
                   finding->alternative);
    if (finding->in_loop)
        write_code(page, "In the loop; this sends nothing", finding->in_loop);
}

static void write_finding(struct page *page, const struct finding *finding)
{
    struct arena *arena = page->run->arena;
    const struct scope *first = finding->scopes.count ? finding->scopes.items[0] : NULL;
    const char *evidence = finding_evidence(arena, finding);

    add(page,
        arena_format(arena,
                     "<article class=\"finding%s\">\n<h3><span class=\"kind\">%s</span> %s%s"
                     "</h3>\n<dl>\n",
                     finding_fails(page->run, finding) ? "" : " calm", escaped(page, finding->kind),
                     escaped(page, finding_title(arena, finding)),
                     finding->known ? " (in the baseline)" : ""));
    fact_place(page, finding_site_name(finding), &finding->site);
    if (caller_text(page->run, finding))
        fact(page, "called from", caller_text(page->run, finding));
    fact_place(page, "list made at", &finding->origin);
    if (evidence)
        fact(page, "evidence", evidence);
    fact(page, "statement", finding->statement);
    if (finding->duration_ns > 0)
        fact(page, "took", time_text(page, finding->duration_ns));
    if (first && finding->scopes.count == 1)
        fact(page, "scope", first->name);
    else if (first)
        fact(page, "scopes",
             arena_format(arena, "%zu, the first is %s", finding->scopes.count, first->name));
    fact(page, "what to do", finding->advice);
    add(page, "</dl>\n");
    write_remedy(page, finding);
    add(page, "</article>\n");
}

static void write_findings(struct page *page)
{
    const struct run *run = page->run;
    size_t shown = 0;

    add(page, "<h2>Findings</h2>\n");
    for (size_t i = 0; i < run->findings.count; i++) {
        if (!finding_shown(run, run->findings.items[i]))
            continue;
        write_finding(page, run->findings.items[i]);
        shown++;
    }
    if (!shown)
        add(page, "<p class=\"clean\">None.</p>\n");
}

static int64_t span_of(const struct scope *scope)
{
    int64_t end = 1;

    for (size_t i = 0; i < scope->trace.count; i++) {
        const struct traced *traced = scope->trace.items[i];

        if (traced->start_ns + traced->duration_ns > end)
            end = traced->start_ns + traced->duration_ns;
    }
    return end;
}

static void write_traced(struct page *page, const struct traced *traced, int64_t span)
{
    struct arena *arena = page->run->arena;
    double left = traced->start_ns > 0 ? 100.0 * (double)traced->start_ns / (double)span : 0;
    const char *what = traced->subject ? traced->subject : traced->sql;
    const char *hint =
        arena_format(arena, "%s\n%s, %lld rows, %s", traced->sql, place_text(arena, &traced->site),
                     (long long)traced->rows, traced->status);

    add(page, arena_format(arena,
                           "<div class=\"fall%s\" title=\"%s\"><span><i>%s</i> %s</span>"
                           "<span class=\"track\"><b style=\"left:%.2f%%;width:%.2f%%\"></b></span>"
                           "<span class=\"time\">%s</span></div>\n",
                           traced->finding ? " bad" : "", escaped(page, hint),
                           escaped(page, traced->kind), escaped(page, what), left,
                           100.0 * (double)traced->duration_ns / (double)span,
                           time_text(page, traced->duration_ns)));
}

static void write_scope_head(struct page *page, const struct scope *scope)
{
    struct arena *arena = page->run->arena;

    add(page, arena_format(arena, "<details%s>\n<summary>%s <small>%lld statement%s, %lld rows",
                           scope->findings.count ? " open" : "", escaped(page, scope->name),
                           (long long)scope->statements, scope->statements == 1 ? "" : "s",
                           (long long)scope->rows));
    if (scope->duration_ns > 0)
        add(page, arena_format(arena, ", %s", time_text(page, scope->duration_ns)));
    add(page, "</small>");
    if (scope->findings.count)
        add(page, arena_format(arena, " <span class=\"kind\">%zu</span>", scope->findings.count));
    add(page, "</summary>\n<div class=\"falls\">\n");
}

static void write_scope(struct page *page, const struct scope *scope)
{
    int64_t span = span_of(scope);
    size_t shown = scope->trace.count < ROWS_SHOWN ? scope->trace.count : ROWS_SHOWN;
    int64_t left = scope->trace_lost + (int64_t)(scope->trace.count - shown);

    write_scope_head(page, scope);
    for (size_t i = 0; i < shown; i++)
        write_traced(page, scope->trace.items[i], span);
    if (!scope->trace.count)
        add(page, "<p class=\"lead\">Its statements were not kept; set .max_trace.</p>\n");
    else if (left)
        add(page, arena_format(page->run->arena, "<p class=\"lead\">and %lld more</p>\n",
                               (long long)left));
    add(page, "</div>\n</details>\n");
}

/* Scopes with findings come first. */
static void write_scopes(struct page *page)
{
    const struct pointers *scopes = &page->run->scopes;

    add(page, "<h2>Scopes</h2>\n");
    for (int calm = 0; calm < 2; calm++)
        for (size_t i = 0; i < scopes->count; i++) {
            const struct scope *scope = scopes->items[i];

            if ((scope->findings.count == 0) == (calm == 1))
                write_scope(page, scope);
        }
}

void report_html(const struct run *run, struct text *to)
{
    struct page page = {run, to};

    write_head(&page);
    write_findings(&page);
    write_scopes(&page);
    add(&page, "</main>\n</body>\n</html>\n");
}
