#include <string.h>

#include "base/suggest.h"
#include "command.h"
#include "nplus1/run.h"

enum { REPORTS_MAX = 8 };

struct format {
    const char *name;
    report_writer *write;
};

static const struct format formats[] = {
    { "text", report_text },   { "json", report_json },
    { "sarif", report_sarif }, { "junit", report_junit },
    { "annotations", report_annotations }, { "html", report_html },
};

enum { FORMATS = sizeof formats / sizeof *formats };

struct report {
    const struct format *format;
    const char *path; /* NULL: standard output */
};

struct asked {
    struct report reports[REPORTS_MAX];
    size_t report_count;
    const char *baseline;
    const char *fail_on;
    bool update_baseline;
    bool new_only;
    bool apply;
    const char *root;
    bool help;
    const char **logs;
    size_t log_count;
};

/* "orm: nplus1 check: BEFORE WORD AFTER", and where to read more. */
static bool refuse(const char *before, const char *word, const char *after)
{
    wrong_command(&command_nplus1, "nplus1: %s%s%s", before, word, after);
    return false;
}

/* FORMAT or FORMAT=FILE. */
static bool read_report(struct arena *arena, const char *word, struct asked *asked)
{
    size_t length = strcspn(word, "=");
    const char *name = arena_copy(arena, word, length);
    struct suggestion suggestion = suggest_for(name);

    if (asked->report_count == REPORTS_MAX)
        return refuse("more than 8 reports", "", "");
    if (word[length] && !word[length + 1])
        return refuse("--report ", word, " names no file");
    for (size_t i = 0; i < FORMATS; i++) {
        suggest_offer(&suggestion, formats[i].name);
        if (strcmp(formats[i].name, name) != 0)
            continue;
        asked->reports[asked->report_count++] =
            (struct report){ &formats[i], word[length] ? word + length + 1 : NULL };
        return true;
    }
    return refuse("unknown report ", arena_format(arena, "'%s'", name),
                  suggest_text(arena, &suggestion));
}

/* Whether word is the option; its value may stand behind '=' or in the next word. */
static bool takes(const char *option, char **words, int count, int *at, const char **value_out)
{
    const char *word = words[*at];
    size_t length = strlen(option);

    if (strncmp(word, option, length) != 0 || (word[length] && word[length] != '='))
        return false;
    *value_out = word[length] ? word + length + 1 : NULL;
    if (!*value_out && *at + 1 < count)
        *value_out = words[++*at];
    return true;
}

static bool read_flag(const char *word, struct asked *asked)
{
    if (strcmp(word, "--update-baseline") == 0)
        asked->update_baseline = true;
    else if (strcmp(word, "--new-only") == 0)
        asked->new_only = true;
    else if (strcmp(word, "--apply") == 0)
        asked->apply = true;
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        asked->help = true;
    else
        return false;
    return true;
}

static bool check_kinds(const char *list)
{
    static const char *const kinds[] = { "N1", "DUP", "BUDGET", "WRITE", "UNUSED", "LATENT" };

    while (list && *list) {
        size_t size = strcspn(list, ",");
        bool found = false;

        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            found = found || (strlen(kinds[i]) == size && strncmp(kinds[i], list, size) == 0);
        if (!found)
            return refuse("--fail-on takes N1, DUP, BUDGET, WRITE, UNUSED and LATENT, not '", list,
                          "'");
        list += size + (list[size] == ',');
    }
    return true;
}

static bool read_option(struct arena *arena, char **words, int count, int *at,
                        struct asked *asked)
{
    const char *value = NULL;
    const char *word = words[*at];

    if (read_flag(word, asked))
        return true;
    if (takes("--report", words, count, at, &value))
        return value ? read_report(arena, value, asked) : refuse(word, " needs a format", "");
    if (takes("--baseline", words, count, at, &asked->baseline))
        return asked->baseline && *asked->baseline ? true : refuse(word, " needs a file", "");
    if (takes("--root", words, count, at, &asked->root))
        return asked->root && *asked->root ? true : refuse(word, " needs a folder", "");
    if (takes("--fail-on", words, count, at, &asked->fail_on))
        return asked->fail_on ? check_kinds(asked->fail_on) : refuse(word, " needs kinds", "");
    return refuse("unknown option '", word, "'");
}

static bool read_words(struct arena *arena, int count, char **words, struct asked *asked)
{
    bool only_logs = false;

    asked->logs = arena_array(arena, (size_t)count + 1, sizeof *asked->logs);
    for (int at = 0; at < count; at++) {
        const char *word = words[at];

        if (!only_logs && strcmp(word, "--") == 0)
            only_logs = true;
        else if (only_logs || *word != '-' || !word[1])
            asked->logs[asked->log_count++] = word;
        else if (!read_option(arena, words, count, &at, asked))
            return false;
    }
    if (asked->help)
        return true;
    if (!asked->log_count)
        return refuse("no logs given", "", "");
    if ((asked->update_baseline || asked->new_only) && !asked->baseline)
        return refuse("--update-baseline and --new-only need --baseline FILE", "", "");
    return true;
}

static bool write_reports(struct run *run, const struct asked *asked)
{
    struct file_set files = { .arena = run->arena };

    for (size_t i = 0; i < asked->report_count; i++) {
        struct text text = { 0 };

        run->color = !asked->reports[i].path && report_is_colourful(stdout);
        asked->reports[i].format->write(run, &text);
        if (asked->reports[i].path)
            files_add(&files, asked->reports[i].path, text.text ? text.text : "", text.length);
        else if (text.length)
            fwrite(text.text, 1, text.length, stdout);
    }
    if (asked->update_baseline) {
        const char *text = baseline_text(run);

        files_add(&files, asked->baseline, text, strlen(text));
    }
    return files_write(&files);
}

/* A baseline that is to be made need not be there. */
static bool read_baseline(struct run *run, const struct asked *asked)
{
    FILE *file = asked->baseline ? fopen(asked->baseline, "r") : NULL;
    bool there = file != NULL;

    if (file)
        fclose(file);
    if (!asked->baseline || (asked->update_baseline && !there))
        return true;
    return baseline_read(run, asked->baseline);
}

static bool read_logs(struct run *run, const struct asked *asked)
{
    for (size_t i = 0; i < asked->log_count; i++)
        if (!log_read(run, asked->logs[i]))
            return false;
    if (!run->scopes.count) {
        report_error("the logs hold no scope; write them with orm_scope_append");
        return false;
    }
    run_finish(run);
    return true;
}

static enum exit_code fix(struct arena *arena, const struct asked *asked)
{
    struct run run = { .arena = arena, .fail = "" };
    size_t left = 0;

    if (!read_logs(&run, asked) || !fix_findings(&run, asked->root, asked->apply, &left))
        return EXIT_WRONG_INPUT;
    return left ? EXIT_FOUND : EXIT_FINE;
}

static enum exit_code check(struct arena *arena, struct asked *asked)
{
    struct run run = { .arena = arena, .new_only = asked->new_only };

    run.fail = asked->fail_on ? asked->fail_on : "N1,DUP,BUDGET";
    if (!asked->report_count)
        asked->reports[asked->report_count++] = (struct report){ &formats[0], NULL };
    if (!read_logs(&run, asked))
        return EXIT_WRONG_INPUT;
    if (!read_baseline(&run, asked) || !write_reports(&run, asked))
        return EXIT_WRONG_INPUT;
    if (asked->update_baseline)
        return EXIT_FINE;
    if (run_failing(&run))
        return EXIT_FOUND;
    return run.unseen ? EXIT_INCONCLUSIVE : EXIT_FINE;
}

static enum exit_code run_nplus1(struct arena *arena, int count, char **words)
{
    struct asked asked = { 0 };

    if (!count)
        return wrong_command(&command_nplus1, "nplus1: say what to do: check or fix");
    if (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0)
        asked.help = true;
    else if (strcmp(words[0], "check") != 0 && strcmp(words[0], "fix") != 0)
        return wrong_command(&command_nplus1,
                             "nplus1: unknown action '%s'; there are check and fix", words[0]);
    else if (!read_words(arena, count - 1, words + 1, &asked))
        return EXIT_WRONG_COMMAND;
    if (asked.help) {
        help_command(&command_nplus1, stdout);
        return EXIT_FINE;
    }
    return strcmp(words[0], "fix") == 0 ? fix(arena, &asked) : check(arena, &asked);
}

const struct command command_nplus1 = {
    .name = "nplus1",
    .summary = "judge the logs of watched test runs, or mend what they find",
    .help = "orm nplus1 - judge the logs of watched test runs, or mend what they find\n"
            "\n"
            "Usage:\n"
            "  orm nplus1 check [OPTIONS] LOG...\n"
            "  orm nplus1 fix [--apply] [--root DIR] LOG...\n"
            "\n"
            "LOG is a file that orm_scope_append (orm/nplusone.h) has written, one line for\n"
            "each scope; - is standard input. Give the files of all shards together: what\n"
            "one call does in many scopes is one finding.\n"
            "\n"
            "fix prints a patch of what leaves the program's results as they are: relations,\n"
            "counts and columns named in the query that makes the list, or loaded behind it;\n"
            "what is asked for in the loop then read from memory; keys that a loop makes asked\n"
            "for before it; recursions walked before they begin; rows queued and flushed\n"
            "behind the loop; answers kept; what nothing reads left out. What it leaves alone\n"
            "it names on standard error, and why, and ends with 3; with 0 when nothing is\n"
            "left. Compile what it changed, and run it again: what was hidden behind one loop\n"
            "is found then.\n"
            "\n"
            "Options of check:\n"
            "  --report FORMAT[=FILE]  text (when none is asked for), json, sarif, junit,\n"
            "                          annotations (GitHub) or html, to standard output\n"
            "                          or a file; may be given several times\n"
            "  --fail-on KINDS         what fails the check [N1,DUP,BUDGET]; also WRITE,\n"
            "                          UNUSED, LATENT; \"\" is none\n"
            "  --baseline FILE         findings that are known and do not fail. They are\n"
            "                          known by kind, relation, file and function, so lines\n"
            "                          may move. Entries that are no longer met are named\n"
            "  --update-baseline       write the findings of this run to the baseline\n"
            "  --new-only              leave what is in the baseline out of the reports\n"
            "\n"
            "Options of fix:\n"
            "  --apply                 change the files instead of printing a patch\n"
            "  --root DIR              where the paths in the logs start [here]\n"
            "\n"
            "  -h, --help              show this page\n"
            "\n"
            "Examples:\n"
            "  orm nplus1 check build/*.jsonl\n"
            "  orm nplus1 check --report text --report sarif=nplus1.sarif logs/*.jsonl\n"
            "  orm nplus1 check --baseline nplus1.json --update-baseline logs/*.jsonl\n"
            "  orm nplus1 fix build/*.jsonl | git apply\n",
    .run_words = run_nplus1,
};
