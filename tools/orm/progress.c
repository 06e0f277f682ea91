#define _XOPEN_SOURCE 700

#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"
#include "command.h"

/* Not more often, in seconds. */
#define PAUSE 0.05
#define ERASE "\r\033[K"

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A line that is longer would be two, and only one of them taken away. */
static size_t room(void)
{
    struct winsize size = {0};

    return ioctl(fileno(stderr), TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79;
}

struct progress progress_begin(const char *what, size_t total)
{
    const char *term = getenv("TERM");

    return (struct progress){
        .what = what,
        .total = total,
        .terminal = isatty(fileno(stderr)) && term && *term && strcmp(term, "dumb") != 0,
    };
}

/* As many whole characters as there is room for; what a terminal would act on is left out. */
static void print_name(const char *name, size_t left)
{
    uint32_t code;

    for (size_t at = 0, length = strlen(name); at < length && left; left--) {
        size_t size = utf8_decode(name + at, length - at, &code);

        if (size && utf8_is_visible(code))
            fwrite(name + at, 1, size, stderr);
        else
            fputc('?', stderr);
        at += size ? size : 1;
    }
}

void progress_step(struct progress *progress, const char *name)
{
    bool colourful = progress->terminal && report_is_colourful(stderr);
    char head[64];
    size_t left = room();
    double now = seconds_now();
    int size;

    progress->done++;
    if (!progress->terminal || (progress->shown && now - progress->last < PAUSE))
        return;
    if (progress->total)
        size = snprintf(head, sizeof head, "[%zu/%zu] %s", progress->done, progress->total,
                        progress->what);
    else
        size = snprintf(head, sizeof head, "%s", progress->what);
    if (size < 0 || (size_t)size >= sizeof head || (size_t)size > left)
        return;
    fprintf(stderr, ERASE "%s%s%s", colourful ? "\033[36m" : "", head, colourful ? "\033[0m" : "");
    if (name && left > (size_t)size + 2) {
        fputs(": ", stderr);
        print_name(name, left - (size_t)size - 2);
    }
    fputc('\r', stderr); /* what is said meanwhile begins the line anew */
    fflush(stderr);
    progress->shown = true;
    progress->last = now;
}

void progress_end(struct progress *progress)
{
    if (!progress->shown)
        return;
    fputs(ERASE, stderr);
    fflush(stderr);
    progress->shown = false;
}
