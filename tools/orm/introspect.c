#include <string.h>

#include "fmt/fmt.h"
#include "introspect/draft.h"
#include "introspect/previous.h"
#include "progress.h"
#include "words.h"

struct words {
    const char *url;
    const char *out;
    const char *prefix;
    struct pointers schemas;
    struct table_filter filter;
    bool help;
};

static bool read_words(struct arena *arena, int count, char **words, struct words *to)
{
    const struct word_option options[] = {
        {.word = "--url", .value = &to->url, .takes = "a URL"},
        {.word = "--out", .value = &to->out, .takes = "a file"},
        {.word = "--prefix", .value = &to->prefix, .takes = "a name"},
        {.word = "--schema", .values = &to->schemas, .takes = "a name"},
        {.word = "--include", .values = &to->filter.include, .takes = "a pattern"},
        {.word = "--exclude", .values = &to->filter.exclude, .takes = "a pattern"},
        {.word = "--help", .flag = &to->help},
    };
    struct pointers rest = {0};

    *to = (struct words){0};
    if (!words_read(&command_introspect, arena, options, sizeof options / sizeof *options, count,
                    words, &rest))
        return false;
    if (rest.count)
        wrong_command(&command_introspect, "introspect: what is '%s'? Give --url URL",
                      (const char *)rest.items[0]);
    return !rest.count;
}

static bool write_out(struct arena *arena, const char *out, const char *text)
{
    struct file_set set = {.arena = arena};

    if (!out) {
        fputs(text, stdout);
        return true;
    }
    files_add(&set, out, text, strlen(text));
    return files_write(&set);
}

/* As `orm fmt` would write it. The text was read once already: it has no faults. */
static const char *canonical(struct arena *arena, const char *text)
{
    struct diagnostics *diags = diagnostics_new();
    struct document *document =
        document_parse(arena, diags, diagnostics_add_source(diags, "models", text, strlen(text)));
    const char *made = fmt_text(document);

    report_print(diags);
    document_close(document);
    diagnostics_free(diags);
    return made;
}

static enum exit_code introspect(struct arena *arena, const struct words *words)
{
    struct connection connection = {0};
    struct catalog catalog;
    const struct previous *previous = NULL;
    struct draft draft = {
        .arena = arena,
        .catalog = &catalog,
        .filter = &words->filter,
    };
    struct progress progress = progress_begin("introspect", 2);
    enum exit_code code = EXIT_WRONG_INPUT;
    const char *text;

    if (!connection_open(arena, words->url, &connection))
        goto out;
    progress_step(&progress, "reading the database");
    if (!catalog_read(&connection, (const char *const *)words->schemas.items, words->schemas.count,
                      &catalog))
        goto out;
    if (words->out && !previous_open(arena, words->out, &previous))
        goto out;
    draft.previous = previous;
    draft.prefix = words->prefix ? words->prefix : previous ? previous_prefix(previous) : "db";
    progress_end(&progress);
    draft_build(&draft);
    progress_step(&progress, arena_format(arena, "writing %zu models", draft.model_count));
    text = draft_settle(&draft, words->out);
    text = text ? canonical(arena, text) : NULL;
    progress_end(&progress);
    if (text && write_out(arena, words->out, text))
        code = EXIT_FINE;
out:
    progress_end(&progress);
    previous_close(previous);
    connection_close(&connection);
    return code;
}

static enum exit_code run_introspect(struct arena *arena, int count, char **words)
{
    struct words read;

    if (!read_words(arena, count, words, &read))
        return EXIT_WRONG_COMMAND;
    if (read.help) {
        help_command(&command_introspect, stdout);
        return EXIT_FINE;
    }
    return introspect(arena, &read);
}

const struct command command_introspect = {
    .name = "introspect",
    .summary = "write models of an existing database",
    .help = "orm introspect - write models of an existing database\n"
            "\n"
            "Usage:\n"
            "  orm introspect --url URL [--out FILE] [OPTIONS]\n"
            "\n"
            "Reads the tables and views of a PostgreSQL or SQLite database and writes YAML:\n"
            "columns, keys, indexes, checks, enums, and relations on both sides of every\n"
            "foreign key, also through tables that link two others. A relation is called by\n"
            "its column without _id, the other side by the plural of the model; where a\n"
            "choice had to be made, a comment begins with '# introspect:'. A type that is\n"
            "none of ours is 'raw', used as text.\n"
            "\n"
            "When FILE is there already, what people wrote in it stays: names of models,\n"
            "columns, relations and enums, keys that a database does not know (max_length,\n"
            "order_by, rows ...), relations without a foreign key, and comments above and\n"
            "behind entries. Everything else is as the database says now.\n"
            "\n"
            "Options:\n"
            "  --url URL          postgresql://... or sqlite:PATH; that of the variable\n"
            "                     ORM_DATABASE_URL when absent\n"
            "  --out FILE         write there instead of standard output\n"
            "  --prefix NAME      of the C names; that of FILE, or db\n"
            "  --schema NAME      only this schema (PostgreSQL); may be given repeatedly\n"
            "  --include PATTERN  only tables like this, as in 'user*' or 'audit.*'; may be\n"
            "                     given repeatedly\n"
            "  --exclude PATTERN  no tables like this; may be given repeatedly\n"
            "  -h, --help         show this page\n"
            "\n"
            "Examples:\n"
            "  orm introspect --url sqlite:shop.db --out shop.yaml\n"
            "  orm introspect --url postgresql:///shop --prefix shop --exclude 'tmp_*'\n",
    .run_words = run_introspect,
};
