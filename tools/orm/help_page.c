#include "help_page.h"

#include <ctype.h>
#include <string.h>

static bool is_name_part(char c)
{
    return (c >= 'a' && c <= 'z') || c == '-';
}

static size_t blanks_of(const char *text)
{
    return strspn(text, " ");
}

const char *help_line(const char **text, size_t *size_out)
{
    const char *line = *text;
    size_t size = strcspn(line, "\n");

    *size_out = size;
    *text = line + size + (line[size] == '\n');
    return line;
}

static bool is_heading(const char *line, size_t size)
{
    size_t words = 1;

    if (line[size - 1] != ':' || !isupper((unsigned char)*line))
        return false;
    for (size_t i = 0; i + 1 < size; i++) {
        if (!isalpha((unsigned char)line[i]) && line[i] != ' ')
            return false;
        words += line[i] == ' ';
    }
    return words <= 3;
}

enum help_line_kind help_line_kind(const char *line, size_t size)
{
    if (size == 0)
        return HELP_BLANK;
    if (*line == ' ')
        return HELP_INDENTED;
    return is_heading(line, size) ? HELP_HEADING : HELP_TEXT;
}

static void add_word(struct arena *arena, struct pointers *list, const char *word, size_t size)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *known = list->items[i];

        if (strlen(known) == size && strncmp(known, word, size) == 0)
            return;
    }
    pointers_add(arena, list, arena_copy(arena, word, size));
}

/* "  orm migrate up|down [OPTIONS]": what follows the command, when it can only be an action. */
static void read_usage(struct arena *arena, const char *line, struct help_page *page)
{
    size_t length = strlen(page->command->name);
    const char *at = line + blanks_of(line);

    if (strncmp(at, "orm ", 4) != 0 || strncmp(at + 4, page->command->name, length) != 0 ||
        at[4 + length] != ' ')
        return;
    at += 5 + length;
    for (;;) {
        size_t size = 0;

        while (is_name_part(at[size]))
            size++;
        if (size == 0 || *at == '-' || !strchr(" |\n", at[size]))
            return;
        add_word(arena, &page->actions, at, size);
        if (at[size] != '|')
            return;
        at += size + 1;
    }
}

static bool is_known(const struct help_page *page, const char *word, size_t size)
{
    for (size_t i = 0; i < page->options.count; i++) {
        const struct help_option *known = page->options.items[i];

        if (strlen(known->word) == size && strncmp(known->word, word, size) == 0)
            return true;
    }
    return false;
}

/* "  -o, --out DIR   where to write" */
static void read_option(struct arena *arena, const char *line, struct help_page *page)
{
    struct help_option *option;
    const char *at = line + 2;
    const char *letter = NULL;
    size_t size = 2;

    if (strncmp(line, "  -", 3) != 0)
        return;
    if (at[1] != '-' && strncmp(at + 2, ", --", 4) == 0) {
        letter = arena_copy(arena, at, 2);
        at += 4;
    }
    while (is_name_part(at[size]))
        size++;
    if (strncmp(at, "--", 2) != 0 || is_known(page, at, size))
        return;
    option = arena_alloc(arena, sizeof *option);
    option->letter = letter;
    option->word = arena_copy(arena, at, size);
    at += size;
    if (*at == ' ' && isupper((unsigned char)at[1]))
        option->value = arena_copy(arena, at + 1, strcspn(at + 1, " \n"));
    pointers_add(arena, &page->options, option);
}

struct help_page *help_page_read(struct arena *arena, const struct command *command)
{
    struct help_page *page = arena_alloc(arena, sizeof *page);
    const char *text = command->help;
    const char *heading = "";

    page->command = command;
    while (*text) {
        size_t size;
        const char *line = help_line(&text, &size);

        if (help_line_kind(line, size) == HELP_HEADING)
            heading = line;
        else if (strncmp(heading, "Usage", 5) == 0 && *line == ' ')
            read_usage(arena, line, page);
        else if (strncmp(heading, "Options", 7) == 0)
            read_option(arena, line, page);
    }
    return page;
}
