/* The pattern, a NUL, the text; short ones are compared with the plainest matcher there is. */
#include "fuzz/fuzz.h"

#include <stdbool.h>

#include "driver/sqlite/sqlite_link.h"

/* For ASCII without case folding. */
static bool plain_match(const char *p, const char *p_end, const char *t, const char *t_end)
{
    if (p == p_end)
        return t == t_end;
    if (*p == '%')
        return plain_match(p + 1, p_end, t, t_end) ||
               (t < t_end && plain_match(p, p_end, t + 1, t_end));
    if (t == t_end)
        return false;
    if (*p == '_')
        return plain_match(p + 1, p_end, t + 1, t_end);
    if (*p == '\\')
        p++;
    return *p == *t && plain_match(p + 1, p_end, t + 1, t_end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *split = size > 0 ? memchr(data, '\0', size) : NULL;
    bool ascii = true;
    if (split == NULL)
        return 0;
    size_t pattern_size = (size_t)(split - data);
    size_t text_size = size - pattern_size - 1;
    char *pattern = fuzz_text(data, pattern_size);
    char *text = fuzz_text(split + 1, text_size);
    for (size_t i = 0; i < size; i++)
        ascii = ascii && data[i] < 0x80;
    int result = orm__sqlite_like(pattern, pattern_size, text, text_size, false);
    int folded = orm__sqlite_like(pattern, pattern_size, text, text_size, true);
    HOLDS(result >= -1 && result <= 1);
    HOLDS(result != 1 || folded == 1);
    if (result >= 0 && ascii && pattern_size <= 12 && text_size <= 16)
        HOLDS(result ==
              plain_match(pattern, pattern + pattern_size, text, text + text_size));
    free(pattern);
    free(text);
    return 0;
}
