#include <string.h>

#include "base/suggest.h"
#include "database/filter.h"
#include "diff/report.h"
#include "diff/side.h"
#include "migrate/plan.h"
#include "words.h"

struct diff_words {
    struct side_words side;
    const char *format;
    struct table_filter filter;
    bool order;
    bool help;
    struct pointers rest;
};

enum format { FORMAT_TEXT, FORMAT_SQL, FORMAT_JSON };

static const char *const format_names[] = {
    [FORMAT_TEXT] = "text", [FORMAT_SQL] = "sql", [FORMAT_JSON] = "json"};

static bool read_format(struct arena *arena, const char *word, enum format *format_out)
{
    struct suggestion near = suggest_for(word ? word : "");

    *format_out = FORMAT_TEXT;
    if (!word)
        return true;
    for (int i = FORMAT_TEXT; i <= FORMAT_JSON; i++) {
        suggest_offer(&near, format_names[i]);
        *format_out = (enum format)i;
        if (strcmp(word, format_names[i]) == 0)
            return true;
    }
    wrong_command(&command_diff, "diff: unknown format '%s'; there are text, sql and json%s", word,
                  suggest_text(arena, &near));
    return false;
}

/* Without what may be secret in it. */
static const char *shown(struct arena *arena, const char *word)
{
    const char *host = strstr(word, "://");
    const char *at = host ? strchr(host, '@') : NULL;
    const char *colon = at ? memchr(host + 3, ':', (size_t)(at - host - 3)) : NULL;

    if (strstr(word, "password") != NULL)
        return "a PostgreSQL database";
    if (!colon)
        return word;
    return arena_format(arena, "%.*s%s", (int)(colon - word), word, at);
}

static void print_sql(const struct changes *changes, const char *heading)
{
    struct plan plan = plan_make(changes, &(struct plan_options){0});

    if (changes->items.count)
        fputs(plan_text(&plan, heading, true), stdout);
    for (size_t i = 0; i < plan.warnings.count; i++)
        fprintf(stderr, "orm: warning: %s\n", (const char *)plan.warnings.items[i]);
    for (size_t i = 0; i < plan.faults.count; i++)
        report_error("%s", (const char *)plan.faults.items[i]);
}

static enum exit_code print(struct arena *arena, enum format format, const struct changes *changes,
                            const struct side *from, const struct side *to)
{
    const char *from_word = shown(arena, from->word);
    const char *to_word = shown(arena, to->word);

    if (format == FORMAT_JSON)
        diff_print_json(changes, from_word, to_word);
    else if (format == FORMAT_SQL)
        print_sql(changes, arena_format(arena, "From %s to %s.", from_word, to_word));
    else
        diff_print_text(changes, from_word, to_word);
    return changes->items.count ? EXIT_FOUND : EXIT_FINE;
}

static enum exit_code diff(struct arena *arena, const struct diff_words *words, enum format format)
{
    const char *const *sides = (const char *const *)words->rest.items;
    enum sql_dialect dialect;
    struct side_room room;
    struct side from = {0};
    struct side to = {0};
    enum exit_code code = EXIT_WRONG_INPUT;

    if (!side_dialect(&command_diff, arena, &words->side, sides, 2, &dialect))
        return EXIT_WRONG_INPUT;
    if (dialect == SQL_SQLITE && words->filter.schemas.count) {
        report_error("SQLite has no schemas; leave --schema out");
        return EXIT_WRONG_INPUT;
    }
    room = side_room_of(arena, dialect, side_dev_url(&words->side, sides, 2));
    if (side_open(&room, sides[0], &from) && side_open(&room, sides[1], &to)) {
        filter_apply(&words->filter, arena, &from.catalog);
        filter_apply(&words->filter, arena, &to.catalog);
        struct comparison comparison = {.from = &from.catalog,
                                        .to = &to.catalog,
                                        .from_models = from.models,
                                        .to_models = to.models,
                                        .order = words->order};
        struct changes changes = changes_find(arena, &comparison);

        code = print(arena, format, &changes, &from, &to);
    }
    side_close(&from);
    side_close(&to);
    side_room_close(&room);
    return code;
}

static enum exit_code run_diff(struct arena *arena, int count, char **words)
{
    struct diff_words read = {0};
    enum format format;
    const struct word_option options[] = {
        {.word = "--format", .value = &read.format, .takes = "text, sql or json"},
        {.word = "--dialect", .value = &read.side.dialect, .takes = "postgresql or sqlite"},
        {.word = "--dev-url", .value = &read.side.dev_url, .takes = "a URL"},
        {.word = "--schema", .values = &read.filter.schemas, .takes = "a name"},
        {.word = "--include", .values = &read.filter.include, .takes = "a pattern"},
        {.word = "--exclude", .values = &read.filter.exclude, .takes = "a pattern"},
        {.word = "--order", .flag = &read.order},
        {.word = "--help", .flag = &read.help},
    };

    if (!words_read(&command_diff, arena, options, sizeof options / sizeof *options, count, words,
                    &read.rest))
        return EXIT_WRONG_COMMAND;
    if (read.help) {
        help_command(&command_diff, stdout);
        return EXIT_FINE;
    }
    if (!read_format(arena, read.format, &format))
        return EXIT_WRONG_COMMAND;
    if (read.rest.count != 2)
        return wrong_command(&command_diff, "diff: give two sides to compare");
    return diff(arena, &read, format);
}

const struct command command_diff = {
    .name = "diff",
    .summary = "compare models, databases and migrations",
    .help = "orm diff - compare models, databases and migrations\n"
            "\n"
            "Usage:\n"
            "  orm diff [OPTIONS] A B\n"
            "\n"
            "Says what makes A into B. Each is one of\n"
            "\n"
            "  models        a YAML file, several joined by commas, or a folder of them\n"
            "  a database    postgresql://... or sqlite:PATH\n"
            "  migrations    a folder of .up.sql files\n"
            "\n"
            "Models and migrations are loaded into an empty database and read back, so that\n"
            "the database itself says how types and expressions are spelled: on SQLite in\n"
            "memory, on PostgreSQL in a database that is made on the server of --dev-url and\n"
            "always dropped again. Two databases can be compared when they are of one kind,\n"
            "models with either.\n"
            "\n"
            "  ~ column users.age\n"
            "      type: integer -> bigint\n"
            "  + index users_email_idx of users\n"
            "  > column users.name, was login\n"
            "\n"
            "What is called otherwise is a renaming when the models say `was`, else one thing\n"
            "that is gone and another that is new. The order of columns does not count, nor\n"
            "do the names of SQLite's keys, which nobody sees. What models have no words for\n"
            "(views, triggers, functions) stands in their `before` and `after` statements,\n"
            "and is compared where they have any of its kind. It ends with 0 when nothing\n"
            "differs and with 3 when something does: CI finds drift by it.\n"
            "\n"
            "Options:\n"
            "  --format FORMAT    text (when it is not given), sql: the statements that\n"
            "                     change A into B, or json (tools/orm/schemas/diff.schema.json)\n"
            "  --dialect DIALECT  postgresql or sqlite, where A and B do not tell\n"
            "  --dev-url URL      a PostgreSQL server for the empty database; that of A, B or\n"
            "                     ORM_DATABASE_URL when it is not given\n"
            "  --schema NAME      only this schema (PostgreSQL); may be given repeatedly\n"
            "  --include PATTERN  only tables like this, as in 'user*' or 'audit.*', and the\n"
            "                     types they use; may be given repeatedly\n"
            "  --exclude PATTERN  no tables like this; may be given repeatedly\n"
            "  --order            the order of columns counts, too\n"
            "  -h, --help         show this page\n"
            "\n"
            "Examples:\n"
            "  orm diff shop.yaml postgresql:///shop\n"
            "  orm diff --dialect sqlite migrations shop.yaml\n"
            "  orm diff --format sql sqlite:old.db sqlite:new.db\n",
    .run_words = run_diff,
};
