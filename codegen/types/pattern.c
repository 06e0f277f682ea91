#define _POSIX_C_SOURCE 200809L

#include "types/pattern.h"

#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define LENGTH_LIMIT 1000
#define DEPTH_LIMIT  32
#define SIZE_LIMIT   20000ul

/* The end of the bracket expression at at, or of the text. */
static const char *skip_set(const char *at)
{
    at++;
    at += *at == '^';
    at += *at == ']';
    while (*at && *at != ']')
        at++;
    return at;
}

static unsigned long repetitions(const char *at)
{
    unsigned long most = 2;

    if (*at != '{')
        return most;
    for (at++; *at && *at != '}'; at++) {
        unsigned long number = strtoul(at, NULL, 10);

        most = number > most ? number : most;
    }
    return most;
}

/* glibc copies what is repeated, so nested repetitions multiply: the size after copying. */
static bool is_too_large(const char *text)
{
    unsigned long sum[DEPTH_LIMIT + 1] = {0};
    unsigned long last = 0;
    size_t depth = 0;

    for (const char *at = text; *at; at++) {
        if (*at == '(' && ++depth > DEPTH_LIMIT)
            return true;
        if (*at == '(') {
            sum[depth] = 0;
            last = 0;
        } else if (*at == ')' && depth) {
            last = sum[depth--] + 1;
            sum[depth] += last;
        } else if (strchr("*+?{", *at)) {
            unsigned long copies = last * (repetitions(at) - 1);

            last += copies;
            sum[depth] += copies;
        } else {
            at = *at == '[' ? skip_set(at) : *at == '\\' && at[1] ? at + 1 : at;
            last = 1;
            sum[depth]++;
        }
        if (sum[depth] > SIZE_LIMIT)
            return true;
        if (!*at)
            break;
    }
    return false;
}

const char *pattern_fault(struct arena *arena, const char *text)
{
    char why[128];
    regex_t compiled;
    int error;

    if (strlen(text) > LENGTH_LIMIT)
        return "it is longer than 1000 bytes";
    if (is_too_large(text))
        return "it repeats or nests too much";
    error = regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB);
    if (!error) {
        regfree(&compiled);
        return NULL;
    }
    regerror(error, &compiled, why, sizeof why);
    return arena_text(arena, why);
}

bool pattern_matches(const char *pattern, const char *text)
{
    regex_t compiled;
    bool found;

    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return true;
    found = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return found;
}
