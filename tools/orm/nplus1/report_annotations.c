/* GitHub's workflow commands: a mark on the line of each finding. */
#include <string.h>

#include "nplus1/run.h"

/* Data escapes % and line ends, properties ':' and ',' as well. */
static const char *escape(struct arena *arena, const char *text, bool property)
{
    struct text made = { 0 };

    text_add_string(arena, &made, "");
    for (; *text; text++) {
        if (strchr("%\r\n", *text) || (property && strchr(":,", *text)))
            text_add_string(arena, &made, arena_format(arena, "%%%02X", (unsigned char)*text));
        else
            text_add(arena, &made, text, 1);
    }
    return made.text ? made.text : "";
}

static void write_finding(const struct run *run, const struct finding *finding, struct text *to)
{
    struct arena *arena = run->arena;
    const char *place = "";
    const char *caller = caller_text(run, finding);
    const char *code = finding_code(finding);
    const char *said = arena_format(arena, "%s%s%s. %s%s%s", finding_title(arena, finding),
                                    caller ? ", called from " : "", caller ? caller : "",
                                    finding->advice, code ? "\n" : "", code ? code : "");

    if (finding->site.file)
        place = arena_format(arena, "file=%s,line=%lld,", escape(arena, finding->site.file, true),
                             (long long)finding->site.line);
    text_add_string(arena, to,
                    arena_format(arena, "::%s %stitle=%s::%s\n",
                                 finding_fails(run, finding) ? "error" : "warning", place,
                                 escape(arena, finding->kind, true), escape(arena, said, false)));
}

void report_annotations(const struct run *run, struct text *to)
{
    text_add_string(run->arena, to, "");
    for (size_t i = 0; i < run->findings.count; i++)
        if (finding_shown(run, run->findings.items[i]))
            write_finding(run, run->findings.items[i], to);
    if (run->unseen)
        text_add_string(run->arena, to,
                        arena_format(run->arena, "::warning title=INCONCLUSIVE::%s\n",
                                     escape(run->arena, unseen_text(run, run->unseen), false)));
}
