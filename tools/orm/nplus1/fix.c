#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "nplus1/run.h"
#include "nplus1/c_file.h"

/* One replacement in a file. */
struct edit {
    struct part span;
    const char *text;
};

struct edited {
    struct c_file *source;
    struct pointers edits; /* struct edit */
    const char *shown;     /* its path as the logs name it */
};

struct fixing {
    struct run *run;
    const char *root;
    struct pointers files; /* struct edited */
    size_t left;
};

static const char *full_path(struct fixing *fixing, const char *file)
{
    if (!fixing->root || *file == '/')
        return file;
    return arena_format(fixing->run->arena, "%s/%s", fixing->root, file);
}

/* NULL: it can't be read. */
static struct edited *file_of(struct fixing *fixing, const char *file)
{
    struct arena *arena = fixing->run->arena;
    struct edited *edited;

    for (size_t i = 0; i < fixing->files.count; i++) {
        edited = fixing->files.items[i];
        if (strcmp(edited->shown, file) == 0)
            return edited->source ? edited : NULL;
    }
    edited = arena_alloc(arena, sizeof *edited);
    edited->shown = file;
    edited->source = c_file_read(arena, full_path(fixing, file));
    pointers_add(arena, &fixing->files, edited);
    return edited->source ? edited : NULL;
}

static void add_edit(struct fixing *fixing, struct edited *file, struct part span, const char *text)
{
    struct edit *edit = arena_alloc(fixing->run->arena, sizeof *edit);

    edit->span = span;
    edit->text = text;
    pointers_add(fixing->run->arena, &file->edits, edit);
}

static bool overlaps(const struct edited *file, struct part span)
{
    for (size_t i = 0; i < file->edits.count; i++) {
        const struct edit *edit = file->edits.items[i];

        if (span.start < edit->span.start + edit->span.length + 1 &&
            edit->span.start < span.start + span.length + 1)
            return true;
    }
    return false;
}

/* A query written in place: behind its brace there is room for a member. False: it is another, or
 * it loads relations already. */
static bool literal_room(struct arena *arena, const struct c_file *source, struct part query,
                         const char *type, struct part *room_out)
{
    const char *text = arena_copy(arena, source->text + query.start, query.length);
    const char *brace = strchr(text, '{');
    const char *head = arena_format(arena, "&(%s)", type);
    size_t at = 0;

    if (!brace || strstr(text, ".with"))
        return false;
    for (const char *from = text; from < brace; from++) {
        if (strchr(" \t\n", *from))
            continue;
        if (head[at] != *from)
            return false;
        at++;
    }
    *room_out = (struct part){ query.start + (size_t)(brace - text) + 1, 0 };
    return head[at] == '\0';
}

static bool edit_query(struct fixing *fixing, const struct finding *finding, struct edited *file,
                       const struct call *call)
{
    struct arena *arena = fixing->run->arena;
    struct part query = call->count > 1 ? call->arguments[1] : (struct part){ 0, 0 };
    struct part room;

    if (query.length && c_file_is(file->source, query, "NULL")) {
        size_t length = strlen(finding->fix_member) - 1;

        if (overlaps(file, query))
            return false;
        add_edit(fixing, file, query,
                 arena_format(arena, "&(%s){%.*s}", finding->fix_query, (int)length,
                              finding->fix_member));
        return true;
    }
    if (!query.length ||
        !literal_room(arena, file->source, query, finding->fix_query, &room) ||
        overlaps(file, room))
        return false;
    add_edit(fixing, file, room, arena_format(arena, "%s ", finding->fix_member));
    return true;
}

static bool find_call(struct arena *arena, const struct c_file *source,
                      const struct finding *finding, struct call *call_out)
{
    const char *select = finding->fix_call;
    size_t stem = strlen(select) - strlen("select");
    int64_t line = finding->replacement_site.line;

    if (c_file_find_call(source, line, select, call_out))
        return true;
    if (finding->fix_rename)
        return false;
    return c_file_find_call(source, line, arena_format(arena, "%s_page", select), call_out) ||
           c_file_find_call(source, line, arena_format(arena, "%.*seach", (int)stem, select),
                            call_out);
}

static bool place(struct fixing *fixing, const struct finding *finding)
{
    struct edited *file;
    struct call call;

    if (!finding->fix_call || !finding->replacement_site.file)
        return false;
    file = file_of(fixing, finding->replacement_site.file);
    if (!file || !find_call(fixing->run->arena, file->source, finding, &call))
        return false;
    if (finding->fix_member)
        return edit_query(fixing, finding, file, &call);
    if (overlaps(file, call.name))
        return false;
    add_edit(fixing, file, call.name, finding->fix_rename);
    return true;
}

static int compare_edits(const void *left_item, const void *right_item)
{
    const struct edit *left = *(const struct edit *const *)left_item;
    const struct edit *right = *(const struct edit *const *)right_item;

    return (left->span.start > right->span.start) - (left->span.start < right->span.start);
}

static struct text edited_text(struct arena *arena, struct edited *file)
{
    struct text text = { 0 };
    size_t at = 0;

    qsort(file->edits.items, file->edits.count, sizeof *file->edits.items, compare_edits);
    for (size_t i = 0; i < file->edits.count; i++) {
        const struct edit *edit = file->edits.items[i];

        text_add(arena, &text, file->source->text + at, edit->span.start - at);
        text_add_string(arena, &text, edit->text);
        at = edit->span.start + edit->span.length;
    }
    text_add(arena, &text, file->source->text + at, file->source->length - at);
    return text;
}

static void exec_diff(struct arena *arena, const struct edited *file, int input)
{
    const char *old = arena_format(arena, "a/%s", file->shown);
    const char *new = arena_format(arena, "b/%s", file->shown);

    if (dup2(input, STDIN_FILENO) >= 0)
        execlp("diff", "diff", "-u", "--label", old, "--label", new, "--", file->source->path, "-",
               (char *)NULL);
    _exit(2);
}

static bool write_whole(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t done = write(fd, text, length);

        if (done < 0 && errno != EINTR)
            return false;
        if (done < 0)
            continue;
        text += done;
        length -= (size_t)done;
    }
    return true;
}

/* The difference to the file, by diff(1). */
static bool print_patch(struct arena *arena, struct edited *file)
{
    struct text text = edited_text(arena, file);
    FILE *made = tmpfile();
    int status = 0;
    pid_t child = -1;

    fflush(stdout);
    if (made && write_whole(fileno(made), text.text, text.length) &&
        lseek(fileno(made), 0, SEEK_SET) == 0)
        child = fork();
    if (child == 0)
        exec_diff(arena, file, fileno(made));
    if (made)
        fclose(made);
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) > 1) {
        report_error("diff can't be run; give --apply to change the files");
        return false;
    }
    return true;
}

static void name_left(struct fixing *fixing, const struct finding *finding)
{
    struct arena *arena = fixing->run->arena;

    fixing->left++;
    fprintf(stderr, "%s: %s %s: to be done by hand\n  %s\n",
            place_text(arena, &finding->site), finding->kind, finding_title(arena, finding),
            finding->advice);
}

static bool finish(struct fixing *fixing, bool apply)
{
    struct file_set files = { .arena = fixing->run->arena };

    for (size_t i = 0; i < fixing->files.count; i++) {
        struct edited *file = fixing->files.items[i];
        struct text text;

        if (!file->edits.count)
            continue;
        if (!apply && !print_patch(fixing->run->arena, file))
            return false;
        text = edited_text(fixing->run->arena, file);
        if (apply)
            files_add(&files, file->source->path, text.text, text.length);
    }
    return files_write(&files);
}

bool fix_findings(struct run *run, const char *root, bool apply, size_t *left_out)
{
    struct fixing fixing = { .run = run, .root = root };

    for (size_t i = 0; i < run->findings.count; i++)
        if (!place(&fixing, run->findings.items[i]))
            name_left(&fixing, run->findings.items[i]);
    *left_out = fixing.left;
    return finish(&fixing, apply);
}
