#include "base/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"

#define LONGEST 63

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Capitals are how a name is spelled elsewhere, not a mistake of their own. */
static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Letters added, dropped, changed or swapped with their neighbour; both at most LONGEST long. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0];
    size_t *above = rows[1];
    size_t *row = rows[2];

    for (size_t j = 0; j <= b_length; j++)
        above[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *spare = before;

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = above[j - 1] + !same(a[i - 1], b[j - 1]);
            row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[b_length];
}

struct suggestion suggest_for(const char *wrong)
{
    return (struct suggestion){.wrong = wrong, .distance = strlen(wrong) / 3 + 1};
}

void suggest_offer(struct suggestion *suggestion, const char *candidate)
{
    size_t wrong_length = strlen(suggestion->wrong);
    size_t length = strlen(candidate);
    size_t distance;

    if (wrong_length > LONGEST || length > LONGEST || !wrong_length)
        return;
    distance = edit_distance(suggestion->wrong, wrong_length, candidate, length);
    if (distance > suggestion->distance || (distance == suggestion->distance && suggestion->best))
        return;
    if (distance >= length)
        return;
    suggestion->best = candidate;
    suggestion->distance = distance;
}

const char *suggest_text(struct arena *arena, const struct suggestion *suggestion)
{
    if (!suggestion->best)
        return "";
    return arena_format(arena, "; did you mean '%s'?", suggestion->best);
}
