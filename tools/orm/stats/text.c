#include "stats/stats.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "diff/sql_words.h"

/* For people, in 80 columns. */

enum { WIDTH = 80, NAME_WIDTH = 32 };

static const char *number_text(struct arena *arena, int64_t number, bool exact)
{
    const char *digits = arena_format(arena, "%" PRId64, number);
    size_t length = strlen(digits);
    struct text made = {0};

    if (number < 0)
        return "-";
    text_add_string(arena, &made, exact || !number ? "" : "~");
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            text_add_string(arena, &made, ",");
        text_add(arena, &made, digits + i, 1);
    }
    return made.text;
}

static const char *size_text(struct arena *arena, int64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double size = (double)bytes;
    size_t unit = 0;

    if (bytes < 0)
        return "-";
    for (; size >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++)
        size /= 1024;
    return arena_format(arena, unit && size < 100 ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

static const char *use_text(struct arena *arena, const struct table_stats *table)
{
    int64_t all = table->sequential_scans + table->index_scans;

    return table->sequential_scans < 0 || table->index_scans < 0 || !all
               ? "-"
               : arena_format(arena, "%.0f %%", 100.0 * (double)table->index_scans / (double)all);
}

/* A name that is too long has a line for itself. */
static void print_row(const char *name, const char *const cells[4])
{
    size_t width = utf8_count(name, strlen(name));

    if (width > NAME_WIDTH)
        printf("%s\n%*s", name, NAME_WIDTH, "");
    else
        printf("%s%*s", name, (int)(NAME_WIDTH - width), "");
    printf("%15s%10s%10s", cells[0], cells[1], cells[2]);
    if (*cells[3])
        printf("%12s", cells[3]);
    putchar('\n');
}

static void add_to(int64_t *sum, int64_t number)
{
    *sum = *sum < 0 || number < 0 ? -1 : *sum + number;
}

static void print_tables(const struct stats *stats)
{
    struct arena *arena = stats->arena;
    struct table_stats sum = {.exact = true};
    bool counts = stats->connection->pg; /* scans */

    print_row("table",
              (const char *const[]){"rows", "data", "indexes", counts ? "index scans" : ""});
    for (size_t i = 0; i < stats->table_count; i++) {
        const struct table_stats *table = &stats->tables[i];

        print_row(words_shown(arena, table->table->schema, table->table->name),
                  (const char *const[]){
                      number_text(arena, table->rows, table->exact), size_text(arena, table->bytes),
                      size_text(arena, table->index_bytes), counts ? use_text(arena, table) : ""});
        add_to(&sum.rows, table->rows);
        add_to(&sum.bytes, table->bytes);
        add_to(&sum.index_bytes, table->index_bytes);
        sum.exact = sum.exact && table->exact;
    }
    if (stats->table_count > 1)
        print_row(arena_format(arena, "%zu tables", stats->table_count),
                  (const char *const[]){number_text(arena, sum.rows, sum.exact),
                                        size_text(arena, sum.bytes),
                                        size_text(arena, sum.index_bytes), ""});
    if (!stats->exact)
        puts("\nRows with ~ are what the database estimates; --exact counts them.");
}

/* Words in lines of 80 columns, the first behind `at` columns, the others behind `indent`. */
static void print_words(const char *text, size_t at, size_t indent)
{
    while (*text) {
        size_t size = strcspn(text, " ");
        size_t width = utf8_count(text, size);

        if (at > indent && at + 1 + width > WIDTH) {
            printf("\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            putchar(' ');
            at++;
        }
        printf("%.*s", (int)size, text);
        at += width;
        text += size + (text[size] == ' ');
    }
    putchar('\n');
}

static void print_finding(const struct stats *stats, const struct stats_finding *finding)
{
    const struct catalog_table *table = finding->table->table;
    const char *name = words_shown(stats->arena, table->schema, table->name);

    fputs("  ", stdout);
    print_words(arena_format(stats->arena, "%s: %s", name, finding->message), 2, 2 + 4);
    if (finding->yaml)
        printf("      YAML:  %s\n", finding->yaml);
    if (finding->sql)
        printf("      SQL:   %s\n", finding->sql);
}

static void print_heading(const struct stats *stats, enum stats_kind kind, size_t count)
{
    static const char *const headings[] = {
        [STATS_MISSING_INDEX] = "Foreign keys without an index",
        [STATS_UNUSED_INDEX] = "Indexes that were never read",
        [STATS_DUPLICATE_INDEX] = "Indexes that another one makes needless",
        [STATS_NO_KEY] = "Tables without a primary key",
    };

    printf("\n%s (%s): %zu\n", headings[kind], stats_kind_word(kind), count);
    if (kind == STATS_UNUSED_INDEX && stats->since)
        printf("  The database counts since %s, on this server only.\n", stats->since);
    else if (kind == STATS_UNUSED_INDEX)
        puts("  The database counts on this server only, not on replicas.");
}

static size_t count_of(const struct stats *stats, enum stats_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < stats->findings.count; i++)
        count += ((const struct stats_finding *)stats->findings.items[i])->kind == kind;
    return count;
}

void stats_print_text(const struct stats *stats)
{
    if (!stats->table_count) {
        puts("there are no tables");
        return;
    }
    print_tables(stats);
    for (int kind = 0; kind < STATS_KINDS; kind++) {
        size_t count = count_of(stats, (enum stats_kind)kind);

        if (count)
            print_heading(stats, (enum stats_kind)kind, count);
        for (size_t i = 0; count && i < stats->findings.count; i++) {
            const struct stats_finding *finding = stats->findings.items[i];

            if (finding->kind == (enum stats_kind)kind)
                print_finding(stats, finding);
        }
    }
    if (!stats->findings.count)
        puts("\nEvery foreign key has an index, and no index is needless.");
}
