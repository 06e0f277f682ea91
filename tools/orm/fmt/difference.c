#include "fmt/fmt.h"

#include <string.h>

/* A unified diff: the shortest way from one text to the other, found by its number of changes. */

enum { CONTEXT = 3, CHANGES_MAX = 2000 };

struct lines {
    const char **items; /* one more, where the text ends */
    size_t count;
};

struct edit {
    char kind; /* ' ', '-' or '+' */
    const char *line;
    size_t size;
};

struct difference {
    struct arena *arena;
    struct lines from;
    struct lines to;
    struct edit *edits; /* from the last to the first */
    size_t count;
};

static struct lines split(struct arena *arena, const char *text)
{
    struct lines lines = {0};
    const char *at = text;

    for (const char *scan = text; *scan; scan++)
        lines.count += *scan == '\n' || !scan[1];
    lines.items = arena_array(arena, lines.count + 1, sizeof *lines.items);
    for (size_t i = 0; i < lines.count; i++) {
        lines.items[i] = at;
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    lines.items[lines.count] = at;
    return lines;
}

static size_t size_of(const struct lines *lines, size_t index)
{
    return (size_t)(lines->items[index + 1] - lines->items[index]);
}

static bool is_same(const struct difference *d, size_t from, size_t to)
{
    return size_of(&d->from, from) == size_of(&d->to, to) &&
           memcmp(d->from.items[from], d->to.items[to], size_of(&d->from, from)) == 0;
}

static void push(struct difference *d, char kind, const struct lines *lines, size_t index)
{
    d->edits[d->count++] =
        (struct edit){.kind = kind, .line = lines->items[index], .size = size_of(lines, index)};
}

/* Where diagonal k goes on: true when by a line that is new. */
static bool goes_down(const size_t *reach, long k, long changes)
{
    return k == -changes || (k != changes && reach[k - 1] < reach[k + 1]);
}

/* Back along the reaches, writing down each line. */
static void trace(struct difference *d, size_t **kept, long changes)
{
    size_t x = d->from.count;
    size_t y = d->to.count;

    for (; changes >= 0; changes--) {
        long k = (long)x - (long)y;
        const size_t *reach = changes ? kept[changes - 1] + changes : NULL;
        bool down = changes && goes_down(reach, k, changes);
        size_t start = !changes ? 0 : down ? reach[k + 1] : reach[k - 1] + 1;

        while (x > start) {
            x--;
            y--;
            push(d, ' ', &d->from, x);
        }
        if (changes && down)
            push(d, '+', &d->to, --y);
        else if (changes)
            push(d, '-', &d->from, --x);
    }
}

static void find_edits(struct difference *d)
{
    long most = (long)(d->from.count + d->to.count);
    size_t **kept;
    size_t *reach;

    d->edits = arena_array(d->arena, (size_t)most, sizeof *d->edits);
    if (most > CHANGES_MAX)
        most = CHANGES_MAX;
    kept = arena_array(d->arena, (size_t)most + 1, sizeof *kept);
    reach = (size_t *)arena_array(d->arena, (size_t)most * 2 + 3, sizeof *reach) + most + 1;
    for (long changes = 0; changes <= most; changes++) {
        for (long k = -changes; k <= changes; k += 2) {
            size_t x = !changes                       ? 0
                       : goes_down(reach, k, changes) ? reach[k + 1]
                                                      : reach[k - 1] + 1;
            long y = (long)x - k;

            while (y >= 0 && x < d->from.count && (size_t)y < d->to.count &&
                   is_same(d, x, (size_t)y)) {
                x++;
                y++;
            }
            reach[k] = x;
            if (x >= d->from.count && y >= (long)d->to.count) {
                trace(d, kept, changes);
                return;
            }
        }
        kept[changes] = arena_array(d->arena, (size_t)changes * 2 + 3, sizeof **kept);
        memcpy(kept[changes], reach - changes - 1, ((size_t)changes * 2 + 3) * sizeof **kept);
    }
    /* too much is new to look for more */
    for (size_t i = d->to.count; i; i--)
        push(d, '+', &d->to, i - 1);
    for (size_t i = d->from.count; i; i--)
        push(d, '-', &d->from, i - 1);
}

static const struct edit *edit_at(const struct difference *d, size_t index)
{
    return &d->edits[d->count - 1 - index];
}

/* Where the changes that begin at `first` end, with no more than twice the context between. */
static size_t end_of_hunk(const struct difference *d, size_t first)
{
    size_t end = first;

    for (size_t i = first; i < d->count && i < end + 2 * CONTEXT + 1; i++)
        if (edit_at(d, i)->kind != ' ')
            end = i + 1;
    return end;
}

static void add_edit(struct difference *d, struct text *to, const struct edit *edit)
{
    text_add(d->arena, to, &edit->kind, 1);
    text_add(d->arena, to, edit->line, edit->size);
    if (!edit->size || edit->line[edit->size - 1] != '\n')
        text_add_string(d->arena, to, "\n\\ No newline at end of file\n");
}

static const char *range(struct arena *arena, size_t line, size_t count)
{
    return count == 1 ? arena_format(arena, "%zu", line + 1)
                      : arena_format(arena, "%zu,%zu", line + (count != 0), count);
}

/* The edits from `start` to `end`; the lines before them are counted in `at`. */
static void add_hunk(struct difference *d, struct text *to, size_t start, size_t end,
                     const size_t at[2])
{
    size_t count[2] = {0};

    for (size_t i = start; i < end; i++) {
        count[0] += edit_at(d, i)->kind != '+';
        count[1] += edit_at(d, i)->kind != '-';
    }
    text_add_string(d->arena, to,
                    arena_format(d->arena, "@@ -%s +%s @@\n", range(d->arena, at[0], count[0]),
                                 range(d->arena, at[1], count[1])));
    for (size_t i = start; i < end; i++)
        add_edit(d, to, edit_at(d, i));
}

const char *fmt_difference(struct arena *arena, const char *name, const char *from, const char *to)
{
    struct difference d = {.arena = arena, .from = split(arena, from), .to = split(arena, to)};
    struct text made = {0};
    size_t at[2] = {0};

    text_add_string(arena, &made, "");
    find_edits(&d);
    for (size_t i = 0; i < d.count;) {
        size_t begin = i;
        size_t ahead = 0;
        size_t end;

        while (begin + ahead < d.count && edit_at(&d, begin + ahead)->kind == ' ')
            ahead++;
        if (begin + ahead == d.count)
            break;
        if (ahead > CONTEXT) {
            begin += ahead - CONTEXT;
            at[0] += ahead - CONTEXT;
            at[1] += ahead - CONTEXT;
        }
        end = end_of_hunk(&d, i + ahead);
        end = end + CONTEXT < d.count ? end + CONTEXT : d.count;
        if (!made.length)
            text_add_string(arena, &made, arena_format(arena, "--- %s\n+++ %s\n", name, name));
        add_hunk(&d, &made, begin, end, at);
        for (; begin < end; begin++) {
            at[0] += edit_at(&d, begin)->kind != '+';
            at[1] += edit_at(&d, begin)->kind != '-';
        }
        i = end;
    }
    return made.text;
}
