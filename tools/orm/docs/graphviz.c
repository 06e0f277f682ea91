#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "docs/docs.h"

extern char **environ;

/* A file without a name that holds the text, read from its start; -1: there is none. */
static int file_of(const char *text)
{
    FILE *file = tmpfile();
    int copy = -1;

    if (!file)
        return -1;
    if (fputs(text, file) >= 0 && fflush(file) == 0 && fseek(file, 0, SEEK_SET) == 0)
        copy = dup(fileno(file));
    fclose(file);
    return copy;
}

static bool read_all(struct arena *arena, int from, struct text *to)
{
    char bytes[16384];

    for (;;) {
        ssize_t size = read(from, bytes, sizeof bytes);

        if (size == 0)
            return true;
        if (size < 0 && errno != EINTR)
            return false;
        if (size > 0)
            text_add(arena, to, bytes, (size_t)size);
    }
}

static pid_t start_dot(int in, int out)
{
    static char name[] = "dot";
    static char format[] = "-Tsvg";
    char *const words[] = { name, format, NULL };
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    if (posix_spawn_file_actions_adddup2(&actions, in, 0) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, out, 1) != 0 ||
        posix_spawnp(&pid, "dot", &actions, NULL, words, environ) != 0)
        pid = -1;
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

/* What a page takes of a file of SVG: the element itself. */
static const char *element_of(const char *svg)
{
    return svg ? strstr(svg, "<svg") : NULL;
}

const char *docs_svg(struct arena *arena, const char *diagram)
{
    struct text made = { 0 };
    int in = file_of(diagram);
    int pipes[2] = { -1, -1 };
    int status = -1;
    pid_t pid = -1;
    bool ok = in >= 0 && pipe(pipes) == 0 && fcntl(pipes[0], F_SETFD, FD_CLOEXEC) == 0;

    if (ok)
        pid = start_dot(in, pipes[1]);
    if (pipes[1] >= 0)
        close(pipes[1]);
    ok = ok && pid > 0 && read_all(arena, pipes[0], &made);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    if (pipes[0] >= 0)
        close(pipes[0]);
    if (in >= 0)
        close(in);
    if (ok && WIFEXITED(status) && WEXITSTATUS(status) == 0 && element_of(made.text))
        return element_of(made.text);
    report_error("the diagram can't be drawn: Graphviz's dot is missing or failed; install the "
                 "package graphviz, or use --no-diagram");
    return NULL;
}
