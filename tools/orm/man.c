#include <string.h>

#include "help_page.h"

/* Manual pages in the man macros (man(7)), made of what --help prints. */

struct man {
    struct arena *arena;
    struct text *to;
    enum help_line_kind before; /* of the line before this one */
    bool listing;               /* under a heading whose entries are names and what they mean */
};

static void add(struct man *man, const char *text)
{
    text_add_string(man->arena, man->to, text);
}

/* Text in which nothing is a request or an escape. */
static void add_plain(struct man *man, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (i == 0 && (text[i] == '.' || text[i] == '\''))
            add(man, "\\&");
        if (text[i] == '\\')
            add(man, "\\e");
        else if (text[i] == '-')
            add(man, "\\-");
        else if (text[i] == '\'')
            add(man, "\\(aq");
        else if (text[i] == '`')
            add(man, "\\(ga");
        else
            text_add(man->arena, man->to, text + i, 1);
    }
}

static void add_heading(struct man *man, const char *text, size_t size)
{
    static const char *const renamed[][2] = { { "Usage", "SYNOPSIS" } };
    const char *word = arena_copy(man->arena, text, size);

    add(man, ".SH ");
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
        if (strcmp(word, renamed[i][0]) == 0)
            word = renamed[i][1];
    add(man, "\"");
    for (; *word; word++) {
        char upper = *word >= 'a' && *word <= 'z' ? (char)(*word - 'a' + 'A') : *word;

        text_add(man->arena, man->to, &upper, 1);
    }
    add(man, "\"\n");
}

static bool is_listing(const char *heading)
{
    return strncmp(heading, "Options", 7) == 0 || strncmp(heading, "Exit", 4) == 0 ||
           strncmp(heading, "Commands", 8) == 0;
}

/* "  --out DIR   where to write": the name, and behind two blanks what it means. */
static void add_entry(struct man *man, const char *line, size_t size)
{
    size_t indent = strspn(line, " ");
    const char *gap = line + indent;
    size_t name;

    if (indent > 3) {
        add_plain(man, line + indent, size - indent);
        add(man, "\n");
        return;
    }
    while (gap < line + size && strncmp(gap, "  ", 2) != 0)
        gap++;
    name = (size_t)(gap - line) - indent;
    add(man, ".TP\n\\fB");
    add_plain(man, line + indent, name);
    add(man, "\\fR\n");
    gap += strspn(gap, " ");
    if (gap < line + size) {
        add_plain(man, gap, size - (size_t)(gap - line));
        add(man, "\n");
    }
}

/* Lines that are shown as they are stand between .nf and .fi. */
static void add_line(struct man *man, enum help_line_kind kind, const char *line, size_t size)
{
    bool was_shown = man->before == HELP_INDENTED && !man->listing;

    if (was_shown && kind != HELP_INDENTED)
        add(man, ".fi\n.RE\n");
    switch (kind) {
    case HELP_BLANK:
        return;
    case HELP_HEADING:
        add_heading(man, line, size - 1);
        man->listing = is_listing(line);
        return;
    case HELP_INDENTED:
        if (man->listing) {
            add_entry(man, line, size);
            return;
        }
        if (!was_shown)
            add(man, ".PP\n.RS 4\n.nf\n");
        add_plain(man, line + 2, size - 2);
        break;
    case HELP_TEXT:
        if (man->before != HELP_TEXT)
            add(man, ".PP\n");
        man->listing = false;
        add_plain(man, line, size);
        break;
    }
    add(man, "\n");
}

/* The synopsis ends where text begins again; what follows has no heading in --help. */
static void add_page(struct man *man, const char *text)
{
    bool described = false;
    bool synopsis = false;

    while (*text) {
        size_t size;
        const char *line = help_line(&text, &size);
        enum help_line_kind kind = help_line_kind(line, size);

        if (kind == HELP_TEXT && synopsis && !described) {
            add_heading(man, "Description", strlen("Description"));
            described = true;
        }
        synopsis = synopsis || (kind == HELP_HEADING && strncmp(line, "Usage", 5) == 0);
        add_line(man, kind, line, size);
        man->before = kind;
    }
}

/* "orm check - report everything": the first line of each page. */
static const char *add_name(struct man *man, const char *name, const char *text)
{
    size_t size;
    const char *line = help_line(&text, &size);
    const char *dash = strstr(line, " - ");
    const char *told = dash && dash < line + size ? dash + 3 : line;

    add(man, ".SH NAME\n");
    add_plain(man, name, strlen(name));
    add(man, " \\- ");
    add_plain(man, told, size - (size_t)(told - line));
    add(man, "\n");
    return text;
}

static void add_references(struct man *man, const struct command *command)
{
    add_heading(man, "See also", strlen("See also"));
    if (command)
        add(man, "orm(1)\n");
    for (size_t i = 0; !command && commands[i]; i++)
        add(man, arena_format(man->arena, "%sorm\\-%s(1)%s\n", "", commands[i]->name,
                              commands[i + 1] ? "," : ""));
}

static void print_page(struct arena *arena, const struct command *command)
{
    struct text made = { 0 };
    struct man man = { arena, &made, HELP_BLANK, false };
    const char *name = command ? arena_format(arena, "orm-%s", command->name) : "orm";
    const char *help = command ? command->help : help_overview_text(arena);

    add(&man, arena_format(arena, ".TH \"%s\" 1 \"\" \"orm " ORM_VERSION "\" \"orm\"\n", name));
    add(&man, ".nh\n.ad l\n");
    add_page(&man, add_name(&man, name, help));
    add_page(&man, help_exit_codes);
    add_references(&man, command);
    fputs(made.text, stdout);
}

static enum exit_code run_man(struct arena *arena, int count, char **words)
{
    const struct command *command = count ? command_find(words[0]) : NULL;

    if (count && (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0)) {
        help_command(&command_man, stdout);
        return EXIT_FINE;
    }
    if (count > 1)
        return wrong_command(&command_man, "man: one command at a time");
    if (count && !command)
        return wrong_command(&command_man, "man: there is no command '%s'", words[0]);
    print_page(arena, command);
    return EXIT_FINE;
}

const struct command command_man = {
    .name = "man",
    .summary = "print the manual page of orm or of a command",
    .help = "orm man - print the manual page of orm or of a command\n"
            "\n"
            "Usage:\n"
            "  orm man [COMMAND]\n"
            "\n"
            "The page comes in the form that man reads, and says what --help says. The\n"
            "packages install the pages, so that man orm and man orm-check find them.\n"
            "\n"
            "Options:\n"
            "  -h, --help  show this page\n"
            "\n"
            "Examples:\n"
            "  orm man nplus1 | man -l -\n"
            "  orm man > /usr/local/share/man/man1/orm.1\n",
    .run_words = run_man,
};
