#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "migrate/migrate.h"
#include "words.h"

/* "3", behind up and down; `otherwise` when there is nothing. */
static bool read_count(const char *verb, const struct migrate_words *words, size_t otherwise,
                       size_t *count_out)
{
    const char *word = words->rest.count ? words->rest.items[0] : NULL;
    char *end = NULL;

    *count_out = otherwise;
    if (!word)
        return true;
    *count_out = (size_t)strtoul(word, &end, 10);
    if (words->rest.count == 1 && *end == '\0' && *count_out && !words->to)
        return true;
    wrong_command(&command_migrate, "migrate %s: one number may follow, or --to VERSION", verb);
    return false;
}

enum verb { VERB_UP, VERB_DOWN, VERB_BASELINE };

static bool is_version(const struct runner *runner, const char *version)
{
    if (!version || runner_find(runner, version) || strcmp(version, "0") == 0)
        return true;
    report_error("%s: there is no migration of version %s", runner->folder->path, version);
    return false;
}

static enum exit_code run_on_target(struct arena *arena, const struct migrate_words *words,
                                    enum verb verb, size_t count)
{
    struct target target;
    struct folder folder;
    struct runner runner = {.arena = arena, .target = &target, .folder = &folder};
    bool ok;

    if (!target_open(arena, words->url, verb == VERB_UP, &target))
        return EXIT_WRONG_INPUT;
    ok = folder_read(arena, target.dialect, words->dir, false, &folder) &&
         target_set_lock_timeout(&target, words->lock_timeout) && is_version(&runner, words->to) &&
         target_lock(&target) && runner_prepare(&runner);
    if (ok && verb == VERB_UP)
        ok = runner_up(&runner, count, words->to);
    else if (ok && verb == VERB_DOWN)
        ok = runner_down(&runner, count, words->to);
    else if (ok)
        ok = (words->force || verify_baseline(arena, words, &target, &folder)) &&
             runner_baseline(&runner, words->to);
    target_close(&target);
    return ok ? EXIT_FINE : EXIT_WRONG_INPUT;
}

static enum exit_code run_up(struct arena *arena, const struct migrate_words *words)
{
    size_t count;

    if (!read_count("up", words, SIZE_MAX, &count))
        return EXIT_WRONG_COMMAND;
    return run_on_target(arena, words, VERB_UP, count);
}

static enum exit_code run_down(struct arena *arena, const struct migrate_words *words)
{
    size_t count;

    if (!read_count("down", words, 1, &count))
        return EXIT_WRONG_COMMAND;
    return run_on_target(arena, words, VERB_DOWN, count);
}

static enum exit_code run_baseline(struct arena *arena, const struct migrate_words *words)
{
    return run_on_target(arena, words, VERB_BASELINE, 0);
}

static const struct {
    const char *name;
    enum exit_code (*run)(struct arena *arena, const struct migrate_words *words);
} verbs[] = {
    {"new", migrate_new},       {"up", run_up},
    {"down", run_down},         {"status", migrate_status},
    {"verify", migrate_verify}, {"baseline", run_baseline},
};

enum { VERBS = sizeof verbs / sizeof *verbs };

static enum exit_code unknown_verb(struct arena *arena, const char *name)
{
    struct suggestion near = suggest_for(name);

    for (size_t i = 0; i < VERBS; i++)
        suggest_offer(&near, verbs[i].name);
    return wrong_command(&command_migrate, "migrate: unknown word '%s'%s", name,
                         suggest_text(arena, &near));
}

static enum exit_code run_verb(struct arena *arena, struct migrate_words *words)
{
    const char *verb;

    if (words->help) {
        help_command(&command_migrate, stdout);
        return EXIT_FINE;
    }
    if (!words->rest.count)
        return wrong_command(&command_migrate,
                             "migrate: say what: new, up, down, status, verify or baseline");
    verb = words->rest.items[0];
    words->rest.items++;
    words->rest.count--;
    words->dir = words->dir ? words->dir : "migrations";
    if (words->lock_timeout && target_duration(words->lock_timeout) < 0)
        return wrong_command(&command_migrate,
                             "migrate: '%s' is no duration; write 5s, 500ms, 2min, or 0 to wait "
                             "without end",
                             words->lock_timeout);
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, verb) == 0)
            return verbs[i].run(arena, words);
    return unknown_verb(arena, verb);
}

static enum exit_code run_migrate(struct arena *arena, int count, char **words)
{
    struct migrate_words read = {0};
    const struct word_option options[] = {
        {.word = "--url", .value = &read.url, .takes = "a URL"},
        {.word = "--dir", .value = &read.dir, .takes = "a folder"},
        {.word = "--to", .value = &read.to, .takes = "a version"},
        {.word = "--dialect", .value = &read.dialect, .takes = "postgresql or sqlite"},
        {.word = "--dev-url", .value = &read.dev_url, .takes = "a URL"},
        {.word = "--lock-timeout", .value = &read.lock_timeout, .takes = "a duration"},
        {.word = "--fill", .values = &read.fills, .takes = "TABLE.COLUMN=EXPRESSION"},
        {.word = "--allow-destructive", .flag = &read.allow_destructive},
        {.word = "--empty", .flag = &read.empty},
        {.word = "--online", .flag = &read.online},
        {.word = "--force", .flag = &read.force},
        {.word = "--help", .flag = &read.help},
    };

    if (!words_read(&command_migrate, arena, options, sizeof options / sizeof *options, count,
                    words, &read.rest))
        return EXIT_WRONG_COMMAND;
    return run_verb(arena, &read);
}

const struct command command_migrate = {
    .name = "migrate",
    .summary = "apply reviewed changes of the schema to a database",
    .help = "orm migrate - apply reviewed changes of the schema to a database\n"
            "\n"
            "Usage:\n"
            "  orm migrate new NAME MODELS... [--dialect DIALECT] [--dev-url URL]\n"
            "              [--fill TABLE.COLUMN=EXPRESSION] [--allow-destructive] [--online]\n"
            "  orm migrate new NAME --empty [--dialect DIALECT]\n"
            "  orm migrate up [COUNT | --to VERSION] [--url URL]\n"
            "  orm migrate down [COUNT | --to VERSION] [--url URL]\n"
            "  orm migrate status [--url URL]\n"
            "  orm migrate verify [MODELS...] [--url URL] [--dev-url URL]\n"
            "  orm migrate baseline [--to VERSION] [--force] [--url URL]\n"
            "\n"
            "A migration is a pair of files, written for review and kept with the code, as\n"
            "migrations/20260131120000_add_orders.up.sql and .down.sql.\n"
            "\n"
            "  new       writes one: what is missing from the migrations there are to make\n"
            "            the tables of MODELS, and the way back. Both ways are tried out in\n"
            "            an empty database first. With --empty, for you to write\n"
            "  up        applies those that the database lacks, oldest first: all, COUNT of\n"
            "            them, or those up to VERSION\n"
            "  down      takes back the last one, the last COUNT, or all later than VERSION\n"
            "            (0: all)\n"
            "  status    tells of each whether it is applied, pending, half done, or changed\n"
            "            since; ends with 3 unless all are applied and unchanged\n"
            "  verify    applies all and takes them back in an empty database; with MODELS,\n"
            "            compares what they make; with --url, their checksums: for CI\n"
            "  baseline  notes all, or those up to VERSION, as applied without running them:\n"
            "            for a database that has their tables already, which is compared\n"
            "\n"
            "What only got another name says so: `was: old_name` at a model or a column of\n"
            "the YAML; it is renamed, nothing is ever guessed. A step that destroys something\n"
            "is refused by 'new', each by its name, until you say --allow-destructive; 'up'\n"
            "applies what was reviewed. A new column that is NOT NULL and has no default gets\n"
            "the expression of --fill in rows that are there. Steps that keep others waiting\n"
            "on PostgreSQL say so, and how nobody would. What SQLite's ALTER TABLE can't do,\n"
            "a new table does, its foreign keys checked.\n"
            "\n"
            "Each file runs in one transaction: it is applied as a whole or not at all, also\n"
            "when the command is killed. What can't run so stands in a file with the line\n"
            "'-- orm: no transaction'; its statements are counted as they are done\n"
            "in orm_migrations, and 'up' goes on behind them. '-- orm: foreign keys off' lets\n"
            "SQLite rebuild tables; the keys are checked before COMMIT. '-- orm: dialect\n"
            "sqlite' keeps a file from PostgreSQL.\n"
            "\n"
            "Only one deployer runs at a time, the others wait: on PostgreSQL by an advisory\n"
            "lock (give a URL of the server itself, not of a pooler), on SQLite by a lock of\n"
            "the file. A file that was changed after it was applied is refused.\n"
            "\n"
            "Options:\n"
            "  --url URL             postgresql://... or sqlite:PATH; else ORM_DATABASE_URL.\n"
            "                        'up' makes a SQLite file that is not there\n"
            "  --dir DIR             the migrations; else 'migrations'\n"
            "  --to VERSION          the 14 digits of its name\n"
            "  --dialect DIALECT     of new ones: postgresql or sqlite; else as those there\n"
            "  --dev-url URL         a PostgreSQL server for the empty database, which is\n"
            "                        dropped again; else that of --url\n"
            "  --lock-timeout TIME   how long a statement of 'up' or 'down' waits for a lock:\n"
            "                        500ms, 5s, 2min; 0: without end. PostgreSQL: 5s, if the\n"
            "                        server says no other; others queue up behind it\n"
            "  --fill TABLE.COLUMN=EXPRESSION\n"
            "                        what rows get that have no value; repeatable\n"
            "  --allow-destructive   write steps that destroy something\n"
            "  --online              PostgreSQL: what would keep others waiting goes into a\n"
            "                        second migration, as it does not\n"
            "  --empty               no statements\n"
            "  --force               baseline: do not compare\n"
            "  -h, --help            show this page\n"
            "\n"
            "Examples:\n"
            "  orm migrate new init shop.yaml --dialect sqlite\n"
            "  orm migrate new add_phone shop.yaml --fill \"users.phone=''\"\n"
            "  orm migrate verify shop.yaml --dev-url postgresql:///postgres\n",
    .run_words = run_migrate,
};
