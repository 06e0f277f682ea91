/* The demo's text: at most 80 columns, colour only for a person at a terminal. */
#include <inttypes.h>
#include <stdio.h>

#include "demo.h"

enum { ROUND_TRIP_MS = 1 };

static void print_heading(const char *text, bool color)
{
    printf("\n%s%s%s\n\n", color ? "\033[1m" : "", text, color ? "\033[0m" : "");
}

/* "1,234" into `text`. */
static const char *grouped(int64_t value, char text[static 32])
{
    char digits[32];
    size_t count = (size_t)snprintf(digits, sizeof digits, "%" PRId64, value);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        text[used++] = digits[i];
        if (i + 1 < count && (count - i - 1) % 3 == 0)
            text[used++] = ',';
    }
    text[used] = '\0';
    return text;
}

static bool print_report(const way *it, bool color)
{
    const char *text = NULL;
    orm_report_options report_options = {.color = color, .root = CHINOOK_SOURCE_DIR};
    if (orm_scope_report(it->scope, &report_options, &text) != ORM_OK) {
        fputs("chinook: no memory for the report\n", stderr);
        return false;
    }
    fputs(text, stdout);
    return true;
}

static void print_task(const way *naive)
{
    char artists[32];
    char albums[32];
    char tracks[32];
    printf("A music shop has %s artists with %s albums of %s tracks. The task: add up\n"
           "the playing time of every artist's albums. The program does it in two ways.\n",
           grouped(naive->result.artists, artists), grouped(naive->result.albums, albums),
           grouped(naive->result.tracks, tracks));
}

static void print_naive(const way *it)
{
    char statements[32];
    char artists[32];
    char albums[32];
    printf("One statement reads the list of artists. Then a loop asks for each artist's\n"
           "albums, and a loop in it for each album's tracks: 1 + %s + %s statements.\n"
           "This is an \"N+1\": one for a list of N rows, and N more, one for each of them.\n"
           "Nobody notices while the list is short; it grows with the data. Nothing in the\n"
           "code looks wrong either. But the library saw all %s statements, and reports:\n\n",
           grouped(it->result.artists, artists), grouped(it->result.albums, albums),
           grouped(it->statements, statements));
}

static void print_eager(const way *it)
{
    char statements[32];
    printf("The query that makes the list names what the loops will need:\n\n"
           "    .with.albums = &(chinook_album_query){.with.tracks = &chinook_track_all},\n\n"
           "Each relation named is one statement for all rows together: %s in all, however\n"
           "many artists there are. The loops stay, and read what is in memory. The report:\n\n",
           grouped(it->statements, statements));
}

/* One line of the table: a label, and what was measured of both ways. */
static void print_row(const char *label, const char *naive, const char *eager)
{
    printf("    %-38s%14s%14s\n", label, naive, eager);
}

static const char *milliseconds(double value, char text[static 32])
{
    snprintf(text, 32, "%.1f ms", value);
    return text;
}

static void print_table(const way *naive, const way *eager, orm_dialect_name dialect)
{
    char left[32];
    char right[32];
    bool sqlite = dialect == ORM_DIALECT_SQLITE;
    double naive_ms = (double)naive->best_ns / 1e6;
    double eager_ms = (double)eager->best_ns / 1e6;
    print_row("", "naive", "eager");
    print_row("statements", grouped(naive->statements, left), grouped(eager->statements, right));
    print_row(sqlite ? "time, SQLite in this process" : "time, this PostgreSQL",
              milliseconds(naive_ms, left), milliseconds(eager_ms, right));
    naive_ms += (double)(naive->statements * ROUND_TRIP_MS);
    eager_ms += (double)(eager->statements * ROUND_TRIP_MS);
    print_row("reckoned: 1 ms of network a statement", milliseconds(naive_ms, left),
              milliseconds(eager_ms, right));
    print_row("playing time, minutes", grouped(naive->result.milliseconds / 60000, left),
              grouped(eager->result.milliseconds / 60000, right));
    printf("\nTimes are the best of %d runs by turns, with no detector watching.\n", DEMO_RUNS);
}

bool demo_print(const way *naive, const way *eager, orm_dialect_name dialect)
{
    bool color = orm_report_wants_color(stdout);
    print_task(naive);
    print_heading("1. The naive way: row by row (naive.c)", color);
    print_naive(naive);
    if (!print_report(naive, color))
        return false;
    print_heading("2. The eager way: say what you need (eager.c)", color);
    print_eager(eager);
    if (!print_report(eager, color))
        return false;
    print_heading("3. Side by side", color);
    print_table(naive, eager, dialect);
    return fflush(stdout) == 0 && !ferror(stdout);
}
