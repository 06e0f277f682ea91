#include "observe/report.h"

#include <string.h>

#include "observe/record.h"
#include "observe/source_line.h"

enum { COLUMNS = 80, LABEL_AT = 3, TEXT_AT = 18, QUOTE_AT = 20, CODE_AT = 5, LINE_SIZE = 512 };

typedef struct writer {
    orm__buffer *out;
    orm__buffer line; /* one field's text before it is broken into lines */
    const orm_report_options *options;
    const orm__report_root *root;
} writer;

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

static void paint(writer *at, const char *code)
{
    if (at->options->color)
        orm__buffer_printf(at->out, "\033[%sm", code);
}

static void indent(writer *at, size_t columns)
{
    orm__buffer_printf(at->out, "%*s", (int)columns, "");
}

/* Characters, not bytes. */
static size_t width(const char *text, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* Writes text that starts at column `start`, broken at blanks; further lines start at `next`. */
static void wrap(writer *at, const char *text, size_t start, size_t next)
{
    size_t column = start;
    bool first = true;
    while (*text != '\0') {
        size_t size = strcspn(text, " ");
        size_t word = width(text, size);
        if (!first && column + 1 + word > COLUMNS) {
            orm__buffer_char(at->out, '\n');
            indent(at, next);
            column = next;
        } else if (!first) {
            orm__buffer_char(at->out, ' ');
            column++;
        }
        orm__buffer_append(at->out, text, size);
        column += word;
        first = false;
        text += size;
        while (*text == ' ')
            text++;
    }
    orm__buffer_char(at->out, '\n');
}

static void label(writer *at, const char *name)
{
    indent(at, LABEL_AT);
    paint(at, "2");
    orm__buffer_printf(at->out, "%-*s", TEXT_AT - LABEL_AT, name);
    paint(at, "0");
}

/* What was composed in `line`, behind a label. */
static void field(writer *at, const char *name)
{
    label(at, name);
    wrap(at, at->line.data == NULL ? "" : at->line.data, TEXT_AT, TEXT_AT);
    orm__buffer_clear(&at->line);
}

/* Code has its own line breaks. */
static void code(writer *at, const char *text)
{
    paint(at, "32");
    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        indent(at, CODE_AT);
        orm__buffer_append(at->out, text, size);
        orm__buffer_char(at->out, '\n');
        text += size + (text[size] == '\n');
    }
    paint(at, "0");
}

/* The line of the user's source, on one line of ours. */
static void quote_source(writer *at, orm_site site)
{
    char line[LINE_SIZE];
    size_t size = 0;
    size_t columns = 0;
    if (at->options->no_source)
        return;
    if (!orm__source_line(at->options->root, site.file, site.line, line, sizeof line))
        return;
    for (; line[size] != '\0'; size++) {
        if ((unsigned char)line[size] < ' ')
            line[size] = ' ';
        if (((unsigned char)line[size] & 0xC0) == 0x80)
            continue;
        if (++columns >= COLUMNS - QUOTE_AT && line[size + 1] != '\0')
            break;
    }
    indent(at, QUOTE_AT);
    orm__buffer_append(at->out, line, size);
    orm__buffer_text(at->out, line[size] == '\0' ? "\n" : "\xE2\x80\xA6\n");
}

static void compose_place(writer *at, orm_site site)
{
    const char *file = orm__report_path(at->root, site.file);
    orm__buffer_printf(&at->line, "%s:%d", file == NULL ? "?" : file, site.line);
}

static void compose_site(writer *at, orm_site site)
{
    compose_place(at, site);
    if (site.function != NULL)
        orm__buffer_printf(&at->line, " (%s)", site.function);
}

static void write_sites(writer *at, const orm_finding *it)
{
    bool loop = it->kind != ORM_FINDING_UNUSED && it->kind != ORM_FINDING_BUDGET &&
                it->kind != ORM_FINDING_LATENT;
    compose_site(at, it->site);
    field(at, loop ? "call in loop" : "call");
    quote_source(at, it->site);
    if (it->caller.function != NULL) {
        if (it->caller.line > 0)
            compose_site(at, it->caller);
        else
            orm__buffer_text(&at->line, it->caller.function);
        field(at, "called from");
    }
    if (it->origin.line == 0)
        return;
    compose_site(at, it->origin);
    if (it->origin_rows > 0)
        orm__buffer_printf(&at->line, ", %lld row%s", (long long)it->origin_rows,
                           plural(it->origin_rows));
    if (it->origin_lists > 1)
        orm__buffer_printf(&at->line, " in %lld lists", (long long)it->origin_lists);
    field(at, it->origin_lists > 1 ? "lists made at" : "list made at");
    quote_source(at, it->origin);
    if (it->other_origin.line == 0)
        return;
    compose_site(at, it->other_origin);
    field(at, "and at");
    quote_source(at, it->other_origin);
}

/* Where the values of an N1 finding come from. */
static void compose_values(writer *at, const orm_finding *it)
{
    long long distinct = (long long)it->distinct;
    const char *verb = it->evidence == ORM_EVIDENCE_STEMS ? "are" : "match";
    if (it->evidence == ORM_EVIDENCE_NONE) {
        orm__buffer_printf(&at->line, "%lld different values, from no list of the session",
                           distinct);
        return;
    }
    if (it->matched == it->distinct)
        orm__buffer_printf(&at->line, "all %lld values sent", distinct);
    else
        orm__buffer_printf(&at->line, "%lld of %lld values sent", (long long)it->matched, distinct);
    orm__buffer_printf(&at->line, " %s %s of %s made at ", verb,
                       it->column == NULL ? "keys" : it->column,
                       it->origin_lists > 1 ? "the lists" : "the list");
    compose_place(at, it->origin);
}

static void compose_repeats(writer *at, const orm_finding *it)
{
    if (it->distinct == 1)
        orm__buffer_text(&at->line, "the same values each time, and nothing written between");
    else
        orm__buffer_printf(&at->line,
                           "only %lld different sets of values, and nothing written between",
                           (long long)it->distinct);
}

static void compose_evidence(writer *at, const orm_finding *it)
{
    switch (it->kind) {
    case ORM_FINDING_WRITE:
        orm__buffer_printf(&at->line, "%lld different rows, each in a statement of its own",
                           (long long)it->distinct);
        if (it->checks > 0) {
            orm__buffer_printf(&at->line, "; before them %lld read%s of the same table, at ",
                               (long long)it->checks, plural(it->checks));
            compose_place(at, it->check_site);
        }
        break;
    case ORM_FINDING_N1:
        compose_values(at, it);
        break;
    case ORM_FINDING_DUP:
        compose_repeats(at, it);
        break;
    case ORM_FINDING_UNUSED:
        orm__buffer_printf(&at->line, "%lld row%s for %lld parent%s, none of them looked at",
                           (long long)it->rows, plural(it->rows), (long long)it->origin_rows,
                           plural(it->origin_rows));
        break;
    case ORM_FINDING_LATENT:
        orm__buffer_text(&at->line, "the row is the only one of its list");
        break;
    case ORM_FINDING_BUDGET:
        orm__buffer_text(&at->line, "the statement below was the first beyond it");
        break;
    }
    if (it->sessions > 1)
        orm__buffer_printf(&at->line, "; in %lld sessions", (long long)it->sessions);
}

/* Code for which the call in the loop has no like: it takes the place of all of it. */
static void write_alternative(writer *at, const orm_finding *it)
{
    orm__buffer_text(&at->line, it->fix.hoist == NULL ? "instead of the loop" : "behind the loop");
    field(at, "write");
    code(at, it->alternative);
}

static void write_code(writer *at, const orm_finding *it)
{
    orm__buffer_text(&at->line, it->advice);
    field(at, "what to do");
    if (it->replacement == NULL && it->alternative != NULL)
        write_alternative(at, it);
    if (it->replacement == NULL)
        return;
    if (it->within_query)
        orm__buffer_text(&at->line, "in the query at ");
    compose_site(at, it->replacement_site);
    field(at, it->within_query ? "add" : "write at");
    code(at, it->replacement);
    if (it->alternative != NULL) {
        orm__buffer_text(&at->line, it->kind == ORM_FINDING_WRITE ? "instead of the loop"
                                                                  : "behind it, before the loop");
        field(at, "or");
        code(at, it->alternative);
    }
    if (it->in_loop == NULL)
        return;
    orm__buffer_text(&at->line, "read what was loaded; this sends nothing");
    field(at, "in the loop");
    code(at, it->in_loop);
}

static const char *what_happens(const orm_finding *it)
{
    bool relation = strchr(it->subject, ' ') == NULL;
    switch (it->kind) {
    case ORM_FINDING_N1:
        return relation ? "is loaded row by row" : "is asked for row by row";
    case ORM_FINDING_DUP:
        return "is asked again and again";
    case ORM_FINDING_WRITE:
        return "is written row by row";
    case ORM_FINDING_UNUSED:
        return "is loaded and never read";
    case ORM_FINDING_LATENT:
        return "is loaded for the only row of a list; more rows would be N1";
    case ORM_FINDING_BUDGET:
        break;
    }
    return "";
}

static void compose_title(writer *at, const orm_finding *it)
{
    if (it->kind == ORM_FINDING_BUDGET) {
        orm__buffer_printf(&at->line, "%lld %s where the budget allows %lld",
                           (long long)it->matched, it->subject, (long long)it->distinct);
        return;
    }
    orm__buffer_printf(&at->line, "%s %s: %lld statement%s", it->subject, what_happens(it),
                       (long long)it->statements, plural(it->statements));
    if (it->kind == ORM_FINDING_N1 || it->kind == ORM_FINDING_WRITE)
        orm__buffer_printf(&at->line,
                           it->sessions > 1 ? " where 1 a session would do" : " where 1 would do");
    if (it->duration_ns > 0)
        orm__buffer_printf(&at->line, ", %.1f ms", (double)it->duration_ns / 1e6);
}

static bool is_mild(const orm_finding *it)
{
    return it->kind == ORM_FINDING_WRITE || it->kind == ORM_FINDING_UNUSED ||
           it->kind == ORM_FINDING_LATENT;
}

static void write_finding(writer *at, const orm_finding *it)
{
    paint(at, is_mild(it) ? "1;33" : "1;31");
    orm__buffer_printf(at->out, "%s", orm_finding_kind_name(it->kind));
    paint(at, "0");
    orm__buffer_char(at->out, ' ');
    compose_title(at, it);
    wrap(at, at->line.data == NULL ? "" : at->line.data,
         strlen(orm_finding_kind_name(it->kind)) + 1, LABEL_AT);
    orm__buffer_clear(&at->line);
    write_sites(at, it);
    compose_evidence(at, it);
    field(at, "evidence");
    orm__buffer_text(&at->line, it->statement);
    field(at, "statement");
    write_code(at, it);
}

static void write_summary(writer *at, const orm_scope_statistics *it, const orm_scope *scope)
{
    size_t findings = orm__record_told(scope);
    size_t ignored = scope->record_count - findings;
    orm__buffer_printf(&at->line, "%zu finding%s in %lld statement%s", findings,
                       plural((int64_t)findings), (long long)it->statements,
                       plural(it->statements));
    if (ignored > 0)
        orm__buffer_printf(&at->line, " (%zu ignored)", ignored);
    if (it->by_kind[ORM_EVENT_RELATION] > 0)
        orm__buffer_printf(&at->line, ", %lld of them relation loads",
                           (long long)it->by_kind[ORM_EVENT_RELATION]);
    if (it->row_by_row > 0)
        orm__buffer_printf(&at->line, " (%lld row by row)", (long long)it->row_by_row);
    orm__buffer_printf(&at->line, "; %lld row%s read", (long long)it->rows, plural(it->rows));
    if (it->affected > 0)
        orm__buffer_printf(&at->line, ", %lld written", (long long)it->affected);
    if (it->errors > 0)
        orm__buffer_printf(&at->line, "; %lld error%s", (long long)it->errors, plural(it->errors));
    if (it->duration_ns > 0)
        orm__buffer_printf(&at->line, "; %.1f ms", (double)it->duration_ns / 1e6);
    wrap(at, at->line.data == NULL ? "" : at->line.data, 0, LABEL_AT);
    orm__buffer_clear(&at->line);
}

/* Never a clean bill where bounds left something out. */
static void write_limit(writer *at, int64_t count, const char *what)
{
    if (count == 0)
        return;
    orm__buffer_printf(&at->line, "INCONCLUSIVE: %lld %s.", (long long)count, what);
    wrap(at, at->line.data == NULL ? "" : at->line.data, 0, LABEL_AT);
    orm__buffer_clear(&at->line);
}

static void write_limits(writer *at, const orm_scope_statistics *it)
{
    write_limit(at, it->unwatched, "statements were not watched to the end: raise .max_statements");
    write_limit(at, it->untold, "values were not told apart: raise .max_values");
    write_limit(at, it->dropped, "findings were dropped: raise .max_findings");
    write_limit(at, it->unsearched,
                "statements may have values of lists that were not searched: use shorter sessions");
}

/* The names in suggested code are not the user's. */
static void write_legend(writer *at, const orm_scope *scope)
{
    bool code_shown = false;
    for (size_t i = 0; i < scope->record_count; i++)
        code_shown = code_shown || (!scope->records[i]->ignored &&
                                    scope->records[i]->finding.replacement != NULL);
    if (code_shown)
        orm__buffer_text(at->out,
                         "\nIn the code suggested, status, db, list, row, found, values, keys,"
                         " changes,\nquery, count and total stand for your own variables.\n");
}

void orm__report_text(const orm_scope *scope, const orm_scope_statistics *statistics,
                      const orm_report_options *options, const orm__report_root *root,
                      orm__buffer *buffer)
{
    writer at = {.out = buffer, .options = options, .root = root};
    orm__buffer_init(&at.line, &scope->allocator, SIZE_MAX / 2);
    write_summary(&at, statistics, scope);
    write_limits(&at, statistics);
    for (size_t i = 0; i < scope->record_count; i++) {
        if (scope->records[i]->ignored)
            continue;
        orm__buffer_char(buffer, '\n');
        write_finding(&at, &scope->records[i]->finding);
    }
    write_legend(&at, scope);
    buffer->failed = buffer->failed || at.line.failed;
    orm__buffer_dispose(&at.line);
}
