#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "nplus1/fix.h"

struct fixer {
    struct run *run;
    const char *root;
    struct pointers patches; /* struct patch */
    size_t left;
};

static const char *full_path(struct fixer *fixer, const char *file)
{
    if (!fixer->root || *file == '/')
        return file;
    return arena_format(fixer->run->arena, "%s/%s", fixer->root, file);
}

/* NULL: it can't be read. */
static struct patch *patch_of(struct fixer *fixer, const char *file)
{
    struct arena *arena = fixer->run->arena;
    struct patch *patch;

    for (size_t i = 0; file && i < fixer->patches.count; i++) {
        patch = fixer->patches.items[i];
        if (strcmp(patch->shown, file) == 0)
            return patch->file ? patch : NULL;
    }
    if (!file)
        return NULL;
    patch = arena_alloc(arena, sizeof *patch);
    patch->arena = arena;
    patch->shown = file;
    patch->file = c_file_read(arena, full_path(fixer, file));
    pointers_add(arena, &fixer->patches, patch);
    if (!patch->file)
        return NULL;
    patch->tree = c_tree_read(arena, patch->file);
    patch->original = patch->file->text;
    return patch;
}

static int compare_edits(const void *left_item, const void *right_item)
{
    const struct edit *left = *(const struct edit *const *)left_item;
    const struct edit *right = *(const struct edit *const *)right_item;

    return (left->start > right->start) - (left->start < right->start);
}

/* Sorted by place, those of one place in the order they were made in. */
static void sort_edits(struct patch *patch)
{
    for (size_t i = 1; i < patch->edits.count; i++)
        for (size_t k = i; k > 0 && compare_edits(&patch->edits.items[k - 1],
                                                  &patch->edits.items[k]) > 0; k--) {
            void *edit = patch->edits.items[k];

            patch->edits.items[k] = patch->edits.items[k - 1];
            patch->edits.items[k - 1] = edit;
        }
}

static bool edits_overlap(const struct patch *patch)
{
    for (size_t i = 1; i < patch->edits.count; i++) {
        const struct edit *before = patch->edits.items[i - 1];
        const struct edit *edit = patch->edits.items[i];

        if (before->start + before->length > edit->start)
            return true;
    }
    return false;
}

static void apply_edits(struct patch *patch)
{
    for (size_t i = patch->edits.count; i-- > 0;) {
        const struct edit *edit = patch->edits.items[i];

        c_file_replace(patch->arena, patch->file, edit->start, edit->length, edit->text);
    }
    if (patch->edits.count) {
        c_file_scan(patch->arena, patch->file);
        patch->tree = c_tree_read(patch->arena, patch->file);
        patch->changed = true;
    }
    patch->edits.count = 0;
}

/* A local variable, by name, and how often it is named. */
struct counted {
    const char *function;
    const char *name;
    size_t uses;
    bool parameter;
};

static void count_variables(struct patch *patch, const struct function *function,
                            const struct c_statement *statement, struct pointers *to)
{
    struct variable variable;

    for (size_t i = statement->range.first;
         statement->kind == C_DECLARATION && i <= statement->range.last; i++) {
        struct counted *counted;

        if (!variable_find(patch->tree, function, i, &variable) || variable.name != i)
            continue;
        counted = arena_alloc(patch->arena, sizeof *counted);
        counted->function = token_text(patch->arena, patch->file, function->name);
        counted->name = token_text(patch->arena, patch->file, i);
        counted->uses = word_uses(patch->file, function->body->range, counted->name);
        pointers_add(patch->arena, to, counted);
    }
    for (size_t i = 0; i < statement->children.count; i++)
        count_variables(patch, function, statement->children.items[i], to);
    if (statement->body)
        count_variables(patch, function, statement->body, to);
    if (statement->other)
        count_variables(patch, function, statement->other, to);
}

static void count_parameters(struct patch *patch, const struct function *function,
                             struct pointers *to)
{
    struct range range = function->parameters;

    for (size_t i = range.first; !range_is_empty(range) && i <= range.last; i++) {
        struct variable variable;
        struct counted *counted;
        const char *name = token_text(patch->arena, patch->file, i);

        if (!variable_of_name(patch->tree, function, function->body->range.first, name,
                              &variable) ||
            !variable.parameter || variable.name != i)
            continue;
        counted = arena_alloc(patch->arena, sizeof *counted);
        counted->function = token_text(patch->arena, patch->file, function->name);
        counted->name = name;
        counted->uses = word_uses(patch->file, function->body->range, name);
        counted->parameter = true;
        pointers_add(patch->arena, to, counted);
    }
}

/* A parameter that is named nowhere any more is left unused on purpose. */
static void pass_over(struct patch *patch, const struct function *function,
                      const struct counted *counted)
{
    struct range body = function->body->range;
    const struct c_statement *first;

    if (!counted->uses || word_uses(patch->file, body, counted->name) ||
        !function->body->children.count)
        return;
    first = function->body->children.items[0];
    place_statements(patch, first, arena_format(patch->arena, "(void)%s;", counted->name), NULL);
}

/* Takes away the declaration of a variable that is named nowhere else any more. */
static bool remove_unnamed(struct patch *patch, const struct function *function,
                           const struct counted *counted)
{
    struct range body = function->body->range;
    struct variable variable;

    if (counted->uses < 2 || word_uses(patch->file, body, counted->name) != 1 ||
        !variable_of_name(patch->tree, function, body.last, counted->name, &variable)) {
        for (size_t i = body.first; i <= body.last; i++)
            if (counted->uses > 1 && token_is(patch->file, i, counted->name) &&
                word_uses(patch->file, body, counted->name) == 1 &&
                variable_find(patch->tree, function, i, &variable) && variable.name == i &&
                variable.alone && variable.statement) {
                remove_statement(patch, variable.statement);
                return true;
            }
        return false;
    }
    if (!variable.alone || !variable.statement)
        return false;
    remove_statement(patch, variable.statement);
    return true;
}

/* Whether one of the edits is in the function. */
static bool is_edited(const struct patch *patch, const struct function *function)
{
    size_t start = range_start(patch->file, function->body->range);
    size_t end = start + range_length(patch->file, function->body->range);

    for (size_t i = 0; i < patch->edits.count; i++) {
        const struct edit *edit = patch->edits.items[i];

        if (edit->start >= start && edit->start < end)
            return true;
    }
    return false;
}

/* The variables of the functions that are edited. */
static void count_all(struct patch *patch, struct pointers *to)
{
    for (size_t i = 0; i < patch->tree->functions.count; i++) {
        const struct function *function = patch->tree->functions.items[i];

        if (!is_edited(patch, function))
            continue;
        count_variables(patch, function, function->body, to);
        count_parameters(patch, function, to);
    }
}

/* Variables that the edits left without use. */
static void sweep(struct patch *patch, const struct pointers *before)
{
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < before->count && !again; i++) {
            const struct counted *counted = before->items[i];

            for (size_t k = 0; k < patch->tree->functions.count && !again; k++) {
                const struct function *function = patch->tree->functions.items[k];

                again = !counted->parameter &&
                        token_is(patch->file, function->name, counted->function) &&
                        remove_unnamed(patch, function, counted);
            }
        }
        apply_edits(patch);
    }
    for (size_t i = 0; i < before->count; i++) {
        const struct counted *counted = before->items[i];

        for (size_t k = 0; counted->parameter && k < patch->tree->functions.count; k++) {
            const struct function *function = patch->tree->functions.items[k];

            if (token_is(patch->file, function->name, counted->function))
                pass_over(patch, function, counted);
        }
        apply_edits(patch);
    }
}

/* The relation is read from memory; where that can't be, its rows are asked for together. */
static bool read_or_gather(struct fixing *fixing)
{
    bool clash;

    if (fix_reading(fixing))
        return true;
    clash = fixing->clash; /* loaded again, it would be another list for others */
    forget_edits(fixing);
    fixing->before_loop = true;
    if (!clash && fix_reading(fixing))
        return true;
    forget_edits(fixing);
    return fixing->finding->fix_gather && fix_gather(fixing);
}

static bool find_edits(struct fixing *fixing)
{
    const struct finding *finding = fixing->finding;

    if (finding->fix_omit)
        return fix_omit(fixing);
    if (finding->fix_walk)
        return fix_walk(fixing);
    if (finding->fix_keep)
        return fix_keep(fixing);
    if (finding->fix_hoist)
        return fix_hoist(fixing);
    if (finding->fix_batch)
        return finding->fix_condition ? fix_batch(fixing) : fix_upsert(fixing);
    if (finding->fix_rename)
        return finding->fix_gather ? fix_checked(fixing) : fix_write(fixing);
    if (finding->fix_read)
        return read_or_gather(fixing);
    if (finding->fix_gather)
        return fix_gather(fixing);
    if (finding->fix_call || finding->fix_after)
        return fix_query(fixing);
    return refuse_fix(fixing, "it is advice in words");
}

/* All edits of a finding are made, or none. */
static bool make_edits(struct fixing *fixing)
{
    struct patch *patches[] = { fixing->list, fixing->site };
    size_t count = fixing->list == fixing->site ? 1 : 2;
    bool good = find_edits(fixing);

    for (size_t i = 0; i < count; i++)
        if (patches[i]) {
            sort_edits(patches[i]);
            if (good && edits_overlap(patches[i]))
                good = refuse_fix(fixing, "its edits meet");
        }
    for (size_t i = 0; i < count; i++) {
        struct pointers before = { 0 };

        if (!patches[i])
            continue;
        if (!good || !patches[i]->edits.count) {
            patches[i]->edits.count = 0;
            continue;
        }
        count_all(patches[i], &before);
        apply_edits(patches[i]);
        sweep(patches[i], &before);
    }
    return good;
}

static bool place(struct fixer *fixer, struct fixing *fixing)
{
    const struct finding *finding = fixing->finding;

    fixing->list = patch_of(fixer, finding->replacement_site.file);
    fixing->site = patch_of(fixer, finding->site.file);
    if ((fixing->list && !fixing->list->file->balanced) ||
        (fixing->site && !fixing->site->file->balanced))
        return refuse_fix(fixing, "the file's brackets can't be matched");
    if (!fixing->list && !fixing->site)
        return refuse_fix(fixing, "its file can't be read");
    return make_edits(fixing);
}

static void exec_diff(struct arena *arena, const struct patch *file, int input)
{
    const char *old = arena_format(arena, "a/%s", file->shown);
    const char *new = arena_format(arena, "b/%s", file->shown);

    if (dup2(input, STDIN_FILENO) >= 0)
        execlp("diff", "diff", "-u", "--label", old, "--label", new, "--", file->file->path, "-",
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
static bool print_patch(struct arena *arena, struct patch *file)
{
    FILE *made = tmpfile();
    int status = 0;
    pid_t child = -1;

    fflush(stdout);
    if (made && write_whole(fileno(made), file->file->text, file->file->length) &&
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

static void name_left(struct fixer *fixer, const struct fixing *fixing)
{
    const struct finding *finding = fixing->finding;
    struct arena *arena = fixer->run->arena;

    fixer->left++;
    fprintf(stderr, "%s: %s %s: to be done by hand", place_text(arena, &finding->site),
            finding->kind, finding_title(arena, finding));
    if (fixing->why)
        fprintf(stderr, " (%s)", fixing->why);
    fprintf(stderr, "\n  %s\n", finding->advice);
}

static bool finish(struct fixer *fixer, bool apply)
{
    struct file_set files = { .arena = fixer->run->arena };

    for (size_t i = 0; i < fixer->patches.count; i++) {
        struct patch *patch = fixer->patches.items[i];

        if (!patch->changed)
            continue;
        if (!apply && !print_patch(fixer->run->arena, patch))
            return false;
        if (apply)
            files_add(&files, patch->file->path, patch->file->text, patch->file->length);
    }
    return files_write(&files);
}

bool fix_findings(struct run *run, const char *root, bool apply, size_t *left_out)
{
    struct fixer fixer = { .run = run, .root = root };

    for (size_t i = 0; i < run->findings.count; i++) {
        struct fixing fixing = { .arena = run->arena, .finding = run->findings.items[i] };

        if (!place(&fixer, &fixing))
            name_left(&fixer, &fixing);
    }
    *left_out = fixer.left;
    return finish(&fixer, apply);
}
