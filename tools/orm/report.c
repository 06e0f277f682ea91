#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define RED   "\033[1;31m"
#define CYAN  "\033[1;36m"
#define GREEN "\033[1;32m"
#define BOLD  "\033[1m"
#define PLAIN "\033[0m"

bool report_is_colourful(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return isatty(fileno(stream)) && !(no_color && *no_color) &&
           !(term && strcmp(term, "dumb") == 0);
}

static void print_part(const char *colour, const char *text, size_t length)
{
    fputs(colour, stderr);
    fwrite(text, 1, length, stderr);
    fputs(PLAIN, stderr);
}

/* "place: error: message": the place and the kind stand out. */
static bool print_headline(const char *line, size_t length, const char *kind, const char *colour)
{
    const char *found = strstr(line, kind);
    size_t place;

    if (!found || found >= line + length)
        return false;
    place = (size_t)(found - line) + 2;
    print_part(BOLD, line, place);
    print_part(colour, line + place, strlen(kind) - 2);
    fwrite(line + place + strlen(kind) - 2, 1, length - place - strlen(kind) + 2, stderr);
    return true;
}

static void print_line(const char *line, size_t length)
{
    size_t blank = strspn(line, " ");

    if (blank && blank + strspn(line + blank, "^~") == length)
        print_part(GREEN, line, length);
    else if (blank || !(print_headline(line, length, ": error: ", RED) ||
                        print_headline(line, length, ": note: ", CYAN)))
        fwrite(line, 1, length, stderr);
    fputc('\n', stderr);
}

static void print_coloured(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        print_line(text, length);
        text += length + (text[length] == '\n');
    }
}

void report_print(const struct diagnostics *diags)
{
    char *text = NULL;

    if (!report_is_colourful(stderr)) {
        diagnostics_print(diags, stderr);
        return;
    }
    text = diagnostics_text(diags);
    print_coloured(text ? text : "orm: error: out of memory\n");
    free(text);
}

void report_error(const char *format, ...)
{
    bool colourful = report_is_colourful(stderr);
    va_list arguments;

    fprintf(stderr, colourful ? BOLD "orm: " RED "error: " PLAIN : "orm: error: ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}
