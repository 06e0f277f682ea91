/* What jansson does not tell: how deep a text nests, before it is parsed, and how numbers are
 * spelled. */
#include "input.h"

#include <string.h>

/* The end of the string that begins at `at`. */
static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\' && at + 1 < end)
            at++;
    return at < end ? at + 1 : end;
}

bool orm__json_is_too_deep(const char *text, size_t size, int max_depth, size_t *offset_out)
{
    const char *end = text + size;
    int depth = 0;
    for (const char *at = text; at < end;) {
        if (*at == '"') {
            at = skip_string(at, end);
            continue;
        }
        if (*at == '{' || *at == '[')
            depth++;
        else if ((*at == '}' || *at == ']') && depth > 0)
            depth--;
        if (depth > max_depth) {
            *offset_out = (size_t)(at - text);
            return true;
        }
        at++;
    }
    return false;
}

bool orm__json_next_number(const char **at, const char *end, const char **start_out,
                           size_t *size_out)
{
    const char *here = *at;
    while (here < end && *here != '-' && (*here < '0' || *here > '9'))
        here = *here == '"' ? skip_string(here, end) : here + 1;
    *start_out = here;
    while (here < end && *here != '\0' && strchr("+-.0123456789eE", *here) != NULL)
        here++;
    *size_out = (size_t)(here - *start_out);
    *at = here;
    return *size_out > 0;
}
