/* The command line. */
#include <stdio.h>
#include <string.h>

#include "chinook.h"

static const char HELP[] =
    "chinook - a music shop on orm: an example to learn from\n"
    "\n"
    "Usage:\n"
    "  chinook demo  [--url URL] [--data FILE]\n"
    "  chinook load  [--url URL] [--data FILE]\n"
    "  chinook graph [--url URL]\n"
    "\n"
    "Commands:\n"
    "  demo   shows what loading row by row costs, how it is found, and the line to\n"
    "         write instead. Without --url it fills a SQLite database in memory, so\n"
    "         it needs no server and leaves nothing behind; with --url it only reads\n"
    "         a database that was loaded before\n"
    "  load   creates the tables, as `orm schema` prints them, and loads the rows:\n"
    "         everything or, when something fails, nothing\n"
    "  graph  prints artists with albums, tracks, genres and playlists; playlists\n"
    "         with tracks; employees with customers, invoices, lines and reports.\n"
    "         The text is the same on every database, and what graph.sql prints\n"
    "\n"
    "Options:\n"
    "  --url URL    sqlite:PATH, postgresql://USER@HOST/DATABASE or libpq's\n"
    "               \"host=... dbname=...\". load and graph take it from the\n"
    "               environment's ORM_DATABASE_URL when it is not given\n"
    "  --data FILE  SQL with the rows, instead of the project's own copy\n"
    "  -h, --help   show this page\n"
    "\n"
    "Examples:\n"
    "  chinook demo\n"
    "  chinook load --url sqlite:shop.db\n"
    "  chinook graph --url sqlite:shop.db | head\n"
    "  chinook graph --url sqlite:shop.db >a; sqlite3 shop.db <graph.sql | cmp a -\n"
    "\n"
    "Exit status:\n"
    "  0  everything is fine\n"
    "  1  the database or a file could not be used; demo: it did not show its point\n"
    "  2  the command line is wrong\n"
    "\n"
    "demo uses colour on a terminal; set NO_COLOR to turn colour off.\n";

typedef struct command {
    const char *name;
    int (*run)(const options *given);
    bool takes_data;
} command;

static const command COMMANDS[] = {
    {"demo", demo_command, true},
    {"graph", graph_command, false},
    {"load", load_command, true},
};

static int usage_error(const char *problem, const char *word)
{
    fprintf(stderr, "chinook: %s%s%s; see chinook --help\n", problem, *word == '\0' ? "" : ": ",
            word);
    return EXIT_USAGE;
}

static int help(void)
{
    return fputs(HELP, stdout) < 0 || fflush(stdout) != 0 ? EXIT_FAILED : EXIT_FINE;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static const command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        if (strcmp(COMMANDS[i].name, name) == 0)
            return &COMMANDS[i];
    return NULL;
}

/* Where the option's value goes; NULL when there is no such option. */
static const char **find_option(const command *chosen, options *given, const char *word)
{
    if (strcmp(word, "--url") == 0)
        return &given->url;
    if (strcmp(word, "--data") == 0 && chosen->takes_data)
        return &given->data;
    return NULL;
}

int main(int argc, char **argv)
{
    options given = {0};
    if (argc < 2)
        return usage_error("a command is missing", "");
    if (is_help(argv[1]))
        return help();
    const command *chosen = find_command(argv[1]);
    if (chosen == NULL)
        return usage_error("unknown command", argv[1]);
    for (int i = 2; i < argc; i++) {
        if (is_help(argv[i]))
            return help();
        const char **value = find_option(chosen, &given, argv[i]);
        if (value == NULL)
            return usage_error("unknown argument", argv[i]);
        if (i + 1 == argc)
            return usage_error("a value is missing after", argv[i]);
        *value = argv[++i];
    }
    return chosen->run(&given);
}
