#include "nplusone/expectation.h"

#include <stdio.h>

#include "support/testing.h"

enum { CALL_LINES_MAX = 12 };

/* A source, its lines counted from 1. */
typedef struct source {
    const char *path;
    char *text;
    char **lines;
    int count;
} source;

static void source_open(source *at, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s can't be read", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    *at = (source){.path = path, .text = calloc(size + 1, 1)};
    assert_non_null(at->text);
    assert_int_equal(fread(at->text, 1, size, file), size);
    (void)fclose(file);
    at->lines = calloc(size + 2, sizeof *at->lines);
    assert_non_null(at->lines);
    for (char *line = at->text; line != NULL;) {
        at->lines[++at->count] = line;
        line = strchr(line, '\n');
        if (line != NULL)
            *line++ = '\0';
    }
}

static void source_close(source *at)
{
    free(at->lines);
    free(at->text);
}

/* From `line` on, the first that begins with a closing brace. */
static int end_of_function(const source *at, int line)
{
    while (line < at->count && at->lines[line][0] != '}')
        line++;
    return line;
}

/* The line behind the scenario before. */
static int start_of(const source *at, int line)
{
    for (line--; line > 0; line--)
        if (strncmp(at->lines[line], "scenario", 8) == 0)
            return end_of_function(at, line) + 1;
    return 1;
}

/* "@loop" at the end of the words: cut off, and its name kept. */
static bool take_mark(char *words, expected_lines *lines)
{
    char *mark = strrchr(words, '@');
    if (mark == NULL || sscanf(mark, "@%31[a-z_0-9]", lines->name) != 1)
        return false;
    *mark = '\0';
    return true;
}

/* "N1 artist.albums 5 statements @loop @list matches" */
static bool read_finding(char *words, expected_finding *finding)
{
    int subject = 0;
    char *matches = strstr(words, " matches");
    *finding = (expected_finding){.matches = matches != NULL};
    if (matches != NULL)
        *matches = '\0';
    if (!take_mark(words, &finding->site))
        return false;
    expected_lines first;
    memset(&first, 0, sizeof first);
    if (take_mark(words, &first)) {
        finding->origin = finding->site;
        finding->site = first;
    }
    char *counted = NULL; /* the last of them: the subject may be "statements" */
    for (char *at = words; (at = strstr(at, " statement")) != NULL; at++)
        counted = at;
    if (counted == NULL || sscanf(words, "%15[A-Z1] %n", finding->kind, &subject) != 1)
        return false;
    while (counted > words && counted[-1] >= '0' && counted[-1] <= '9')
        counted--;
    finding->statements = strtoll(counted, NULL, 10);
    int size = (int)(counted - (words + subject)) - 1;
    if (size <= 0 || size >= (int)sizeof finding->subject)
        return false;
    (void)snprintf(finding->subject, sizeof finding->subject, "%.*s", size, words + subject);
    return true;
}

static void read_expectation(const source *at, int line, expectation *into)
{
    static const char word[] = " * expect ";
    char words[256];
    if (strncmp(at->lines[line], word, sizeof word - 1) != 0)
        return;
    (void)snprintf(words, sizeof words, "%s", at->lines[line] + sizeof word - 1);
    into->stated = true;
    if (strncmp(words, "none", 4) == 0)
        return;
    if (into->count == EXPECTED_MAX || !read_finding(words, &into->items[into->count]))
        fail_msg("%s:%d: not an expectation:%s", at->path, line, at->lines[line] + 2);
    into->count++;
}

/* Of a call over several lines gcc names the first, clang the last, which carries the mark. */
static void add_line(const source *at, int line, expected_lines *lines)
{
    int start = line;
    if (lines->count + 2 > LINES_MAX)
        fail_msg("%s:%d: too many lines for @%s", at->path, line, lines->name);
    lines->lines[lines->count++] = line;
    while (start > 1 && strstr(at->lines[start], "TRY(") == NULL && line - start < CALL_LINES_MAX)
        start--;
    if (start < line && strstr(at->lines[start], "TRY(") != NULL)
        lines->lines[lines->count++] = start;
}

static void find_marks(const source *at, int from, int to, expected_lines *lines)
{
    char mark[40];
    size_t size = (size_t)snprintf(mark, sizeof mark, "@%s", lines->name);
    for (int line = from; line <= to; line++) {
        const char *comment = strstr(at->lines[line], "/* @");
        for (; comment != NULL; comment = strchr(comment + 1, '@')) {
            comment = strchr(comment, '@');
            if (strncmp(comment, mark, size) != 0 || comment[size] != ' ')
                continue;
            add_line(at, line, lines);
            break;
        }
    }
}

static void place(const source *at, int from, int to, expected_lines *lines)
{
    if (lines->name[0] == '\0')
        return;
    find_marks(at, from, to, lines);
    if (lines->count == 0) /* in a function that several scenarios share */
        find_marks(at, 1, at->count, lines);
    if (lines->count == 0)
        fail_msg("%s: no line carries @%s", at->path, lines->name);
}

void expectation_read(const char *path, int line, expectation *expectation_out)
{
    source at;
    memset(expectation_out, 0, sizeof *expectation_out);
    source_open(&at, path);
    assert_in_range(line, 1, at.count);
    int from = start_of(&at, line);
    int to = end_of_function(&at, line);
    for (int i = from; i < line; i++)
        read_expectation(&at, i, expectation_out);
    for (size_t i = 0; i < expectation_out->count; i++) {
        place(&at, from, to, &expectation_out->items[i].site);
        place(&at, from, to, &expectation_out->items[i].origin);
    }
    source_close(&at);
}

static bool is_at(const expected_lines *lines, orm_site site)
{
    for (size_t i = 0; i < lines->count; i++)
        if (lines->lines[i] == site.line)
            return true;
    return lines->count == 0 && site.line == 0;
}

bool expectation_meets(const expected_finding *expected, const orm_finding *finding)
{
    orm_evidence evidence = expected->matches            ? ORM_EVIDENCE_MATCHES
                            : expected->origin.count > 0 ? ORM_EVIDENCE_STEMS
                                                         : ORM_EVIDENCE_NONE;
    bool linked = finding->kind == ORM_FINDING_N1 || finding->kind == ORM_FINDING_LATENT ||
                  finding->kind == ORM_FINDING_WRITE;
    return strcmp(expected->kind, orm_finding_kind_name(finding->kind)) == 0 &&
           strcmp(expected->subject, finding->subject) == 0 &&
           expected->statements == finding->statements && is_at(&expected->site, finding->site) &&
           is_at(&expected->origin, finding->origin) && (!linked || evidence == finding->evidence);
}
