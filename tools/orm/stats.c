#include <string.h>

#include "base/suggest.h"
#include "stats/stats.h"
#include "words.h"

struct stats_words {
    const char *url;
    struct pointers schemas;
    struct table_filter filter;
    struct pointers fail_on; /* kinds, "any" */
    bool exact;
    bool json;
    bool help;
};

static bool is_kind(struct arena *arena, const char *word)
{
    struct suggestion near = suggest_for(word);
    bool known = strcmp(word, "any") == 0;

    suggest_offer(&near, "any");
    for (int i = 0; i < STATS_KINDS; i++) {
        known = known || strcmp(word, stats_kind_word((enum stats_kind)i)) == 0;
        suggest_offer(&near, stats_kind_word((enum stats_kind)i));
    }
    if (!known)
        wrong_command(&command_stats, "stats: nothing is found by the name '%s'%s", word,
                      suggest_text(arena, &near));
    return known;
}

/* Whether what was found is asked about by --fail-on. */
static bool fails(const struct stats *stats, const struct pointers *fail_on)
{
    for (size_t i = 0; i < stats->findings.count; i++) {
        const struct stats_finding *finding = stats->findings.items[i];

        for (size_t k = 0; k < fail_on->count; k++)
            if (strcmp(fail_on->items[k], "any") == 0 ||
                strcmp(fail_on->items[k], stats_kind_word(finding->kind)) == 0)
                return true;
    }
    return false;
}

static enum exit_code stats(struct arena *arena, const struct stats_words *words)
{
    struct connection connection = {0};
    struct stats stats = {.arena = arena, .connection = &connection, .exact = words->exact};
    enum exit_code code = EXIT_WRONG_INPUT;

    if (!connection_open(arena, words->url, &connection) ||
        !catalog_read(&connection, (const char *const *)words->schemas.items, words->schemas.count,
                      &stats.catalog))
        goto out;
    filter_apply(&words->filter, arena, &stats.catalog);
    if (!stats_measure(&stats))
        goto out;
    stats_find(&stats);
    if (words->json)
        stats_print_json(&stats);
    else
        stats_print_text(&stats);
    code = fails(&stats, &words->fail_on) ? EXIT_FOUND : EXIT_FINE;
out:
    connection_close(&connection);
    return code;
}

static enum exit_code run_stats(struct arena *arena, int count, char **words)
{
    struct stats_words read = {0};
    struct pointers rest = {0};
    const struct word_option options[] = {
        {.word = "--url", .value = &read.url, .takes = "a URL"},
        {.word = "--schema", .values = &read.schemas, .takes = "a name"},
        {.word = "--include", .values = &read.filter.include, .takes = "a pattern"},
        {.word = "--exclude", .values = &read.filter.exclude, .takes = "a pattern"},
        {.word = "--fail-on", .values = &read.fail_on, .takes = "what is found"},
        {.word = "--exact", .flag = &read.exact},
        {.word = "--json", .flag = &read.json},
        {.word = "--help", .flag = &read.help},
    };

    if (!words_read(&command_stats, arena, options, sizeof options / sizeof *options, count, words,
                    &rest))
        return EXIT_WRONG_COMMAND;
    if (read.help) {
        help_command(&command_stats, stdout);
        return EXIT_FINE;
    }
    if (rest.count)
        return wrong_command(&command_stats, "stats: what is '%s'? Give --url URL",
                             (const char *)rest.items[0]);
    for (size_t i = 0; i < read.fail_on.count; i++)
        if (!is_kind(arena, read.fail_on.items[i]))
            return EXIT_WRONG_COMMAND;
    return stats(arena, &read);
}

const struct command command_stats = {
    .name = "stats",
    .summary = "tell how large tables are and which indexes lack",
    .help = "orm stats - tell how large tables are and which indexes lack\n"
            "\n"
            "Usage:\n"
            "  orm stats --url URL [OPTIONS]\n"
            "\n"
            "Lists the tables of a PostgreSQL or SQLite database, the largest first, with\n"
            "their rows, the size of their data and of their indexes, and how many of the\n"
            "scans of a table went over an index. Rows are the database's own estimate, ~;\n"
            "SQLite's is that of ANALYZE, or the largest row id. What is not known is -:\n"
            "SQLite does not count scans. Below are\n"
            "\n"
            "  missing-index        foreign keys that no index covers, with the line to add\n"
            "                       to the model's YAML, and the statement\n"
            "  unused-index         indexes that nothing has read since the server began to\n"
            "                       count (PostgreSQL); not unique ones, nor what a foreign\n"
            "                       key needs\n"
            "  duplicate-index      indexes whose work another one does: it has the same\n"
            "                       columns, or begins with them\n"
            "  missing-primary-key  tables without one\n"
            "\n"
            "It ends with 0 unless --fail-on asks for more.\n"
            "\n"
            "Options:\n"
            "  --url URL          postgresql://... or sqlite:PATH; that of the variable\n"
            "                     ORM_DATABASE_URL when absent\n"
            "  --exact            count the rows: reads every table\n"
            "  --fail-on KIND     end with 3 when there is a missing-index, unused-index,\n"
            "                     duplicate-index, missing-primary-key, or any of them; may\n"
            "                     be given repeatedly\n"
            "  --json             write JSON (tools/orm/schemas/stats.schema.json)\n"
            "  --schema NAME      only this schema (PostgreSQL); may be given repeatedly\n"
            "  --include PATTERN  only tables like this, as in 'user*' or 'audit.*'; may be\n"
            "                     given repeatedly\n"
            "  --exclude PATTERN  no tables like this; may be given repeatedly\n"
            "  -h, --help         show this page\n"
            "\n"
            "Examples:\n"
            "  orm stats --url postgresql:///shop\n"
            "  orm stats --url sqlite:shop.db --exact --fail-on missing-index\n",
    .run_words = run_stats,
};
