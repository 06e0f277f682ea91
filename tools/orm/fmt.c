#define _XOPEN_SOURCE 700

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/utf8.h"
#include "fmt/fmt.h"
#include "words.h"

struct fmt_words {
    struct pointers rest;
    bool check;
    bool diff;
    bool help;
};

struct run {
    struct arena *arena;
    const struct fmt_words *words;
    struct diagnostics *diags;
    struct pointers documents; /* to close */
    struct pointers seen;      /* struct stat: no file twice */
    struct file_set set;
    size_t changed;
    bool failed;
};

static bool was_seen(struct run *run, const char *path)
{
    struct stat *found = arena_alloc(run->arena, sizeof *found);

    if (stat(path, found) != 0)
        return false; /* reading it says why */
    for (size_t i = 0; i < run->seen.count; i++) {
        const struct stat *other = run->seen.items[i];

        if (other->st_dev == found->st_dev && other->st_ino == found->st_ino)
            return true;
    }
    pointers_add(run->arena, &run->seen, found);
    return false;
}

/* What the file holds, as it is, also the mark that the source is without. */
static const char *whole_text(struct arena *arena, const struct source *source)
{
    struct text made = {0};

    text_add_string(arena, &made, source->marked ? UTF8_MARK : "");
    text_add(arena, &made, source->text, source->length);
    return made.text;
}

/* Formats one file, and notes what is to be written. NULL: standard input. */
static void format(struct run *run, const char *path, const struct source *source)
{
    const char *name = path ? path : "<stdin>";
    size_t faults = diagnostics_error_count(run->diags);
    struct document *document = document_parse(run->arena, run->diags, source);
    const char *was;
    const char *text;

    pointers_add(run->arena, &run->documents, document);
    if (!source || diagnostics_error_count(run->diags) > faults)
        return;
    was = whole_text(run->arena, source);
    text = fmt_text(document);
    if (!text)
        return;
    if (!path && !run->words->check && !run->words->diff)
        fputs(text, stdout);
    if (strcmp(was, text) == 0)
        return;
    run->changed++;
    if (run->words->diff)
        fputs(fmt_difference(run->arena, name, was, text), stdout);
    else if (run->words->check)
        printf("%s\n", name);
    else if (path)
        files_add(&run->set, path, text, strlen(text));
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t tail = strlen(end);

    return length > tail && strcmp(text + length - tail, end) == 0;
}

static void add_folder(struct arena *arena, const char *path, struct pointers *files);

static void add_entry(struct arena *arena, const char *path, struct pointers *files)
{
    struct stat found;

    if (lstat(path, &found) != 0)
        return;
    if (S_ISDIR(found.st_mode))
        add_folder(arena, path, files);
    else if (S_ISREG(found.st_mode) && (ends_with(path, ".yaml") || ends_with(path, ".yml")))
        pointers_add(arena, files, arena_text(arena, path));
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All YAML files of the folder and those in it, but of hidden ones, sorted. */
static void add_folder(struct arena *arena, const char *path, struct pointers *files)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && (entry = readdir(directory)) != NULL)
        if (*entry->d_name != '.')
            add_entry(
                arena,
                arena_format(arena, "%s%s%s", path, ends_with(path, "/") ? "" : "/", entry->d_name),
                files);
    if (directory)
        closedir(directory);
    if (files->count)
        qsort(files->items, files->count, sizeof *files->items, compare_paths);
}

/* A file that was found in a folder, and whose YAML is of something else. */
static bool is_foreign(struct run *run, const struct source *source)
{
    struct diagnostics *diags = diagnostics_new();
    struct document *document =
        document_parse(run->arena, diags,
                       diagnostics_add_source(diags, source->path, source->text, source->length));
    bool foreign =
        document_root(document) && !document_get(document, document_root(document), "models");

    document_close(document);
    diagnostics_free(diags);
    return foreign;
}

static void format_folder(struct run *run, const char *path)
{
    struct pointers files = {0};
    size_t skipped = 0;

    add_folder(run->arena, path, &files);
    for (size_t i = 0; i < files.count; i++) {
        const char *file = files.items[i];
        const struct source *source =
            was_seen(run, file) ? NULL : source_read(run->diags, file, (struct span){0});

        if (source && is_foreign(run, source)) {
            fprintf(stderr, "orm: note: %s has no 'models'; it is left alone\n", file);
            skipped++;
        } else if (source) {
            format(run, file, source);
        }
    }
    if (files.count > skipped)
        return;
    report_error("%s: there are no models in this folder", path);
    run->failed = true;
}

static void format_word(struct run *run, const char *word)
{
    struct stat found;

    if (strcmp(word, "-") == 0)
        format(run, NULL, source_take(run->diags, stdin, "<stdin>", (struct span){0}));
    else if (stat(word, &found) == 0 && S_ISDIR(found.st_mode))
        format_folder(run, word);
    else if (!was_seen(run, word))
        format(run, word, source_read(run->diags, word, (struct span){0}));
}

static enum exit_code finish(struct run *run)
{
    if (run->failed)
        return EXIT_WRONG_INPUT;
    if (!run->words->check && !run->words->diff) {
        if (!files_write(&run->set))
            return EXIT_WRONG_INPUT;
        files_print(&run->set, "formatted");
    }
    if (!run->words->check || !run->changed)
        return EXIT_FINE;
    fprintf(stderr, "orm: %zu file%s not in canonical form; 'orm fmt' writes %s so\n", run->changed,
            run->changed == 1 ? " is" : "s are", run->changed == 1 ? "it" : "them");
    return EXIT_FOUND;
}

static enum exit_code format_all(struct arena *arena, const struct fmt_words *words)
{
    struct run run = {.arena = arena, .words = words, .set = {.arena = arena}};
    enum exit_code code;

    run.diags = diagnostics_new();
    for (size_t i = 0; i < words->rest.count; i++)
        format_word(&run, words->rest.items[i]);
    report_print(run.diags);
    run.failed = run.failed || diagnostics_error_count(run.diags) > 0;
    code = finish(&run);
    for (size_t i = 0; i < run.documents.count; i++)
        document_close(run.documents.items[i]);
    diagnostics_free(run.diags);
    return code;
}

static enum exit_code run_fmt(struct arena *arena, int count, char **words)
{
    struct fmt_words read = {0};
    const struct word_option options[] = {
        {.word = "--check", .flag = &read.check},
        {.word = "--diff", .flag = &read.diff},
        {.word = "--help", .flag = &read.help},
    };

    if (!words_read(&command_fmt, arena, options, sizeof options / sizeof *options, count, words,
                    &read.rest))
        return EXIT_WRONG_COMMAND;
    if (read.help) {
        help_command(&command_fmt, stdout);
        return EXIT_FINE;
    }
    if (!read.rest.count)
        return wrong_command(&command_fmt,
                             "fmt: give files or folders of models, or - for standard input");
    return format_all(arena, &read);
}

const struct command command_fmt = {
    .name = "fmt",
    .summary = "write models in their canonical form",
    .help = "orm fmt - write models in their canonical form\n"
            "\n"
            "Usage:\n"
            "  orm fmt [--check] [--diff] FILE|FOLDER...\n"
            "  orm fmt [--check] [--diff] -\n"
            "\n"
            "Writes YAML files of models over themselves, in the one form that 'orm\n"
            "introspect' writes too. Of a folder all .yaml and .yml files, also in folders\n"
            "below it, that have 'models'; - reads standard input and writes to standard\n"
            "output. What the models say stays the same, and every comment is kept: it goes\n"
            "where the key or the entry goes that it stands above, behind, or within.\n"
            "\n"
            "  order        keys come in one order: name first, comment last\n"
            "  entries      columns, relations, indexes ... stand on one line, in { }, while\n"
            "               they fit into 120 columns and have no comment within; else every\n"
            "               key has its line. Lists of words likewise, in [ ]\n"
            "  indentation  two blanks a level; dashes below their key\n"
            "  quotes       only where needed, or where a reader of YAML would take the text\n"
            "               for a number, a flag or a date; texts of several lines after |\n"
            "  empty lines  one between models and before the lists of the file; elsewhere\n"
            "               as they are, at most one\n"
            "  bytes        UTF-8 without a mark, lines end with LF, also the last\n"
            "\n"
            "A file with faults in its YAML, or with keys that models do not have, is left\n"
            "as it is, and the faults are told with their places; then no other file is\n"
            "written either. Each is written beside its place and then put there.\n"
            "\n"
            "Options:\n"
            "  --check     write nothing; name the files that would change, and end with 3\n"
            "              when there are any: for CI\n"
            "  --diff      write nothing; show what would change, line by line\n"
            "  -h, --help  show this page\n"
            "\n"
            "Examples:\n"
            "  orm fmt models\n"
            "  orm fmt --check --diff shop.yaml people.yaml\n"
            "  orm fmt - < shop.yaml\n",
    .run_words = run_fmt,
};
