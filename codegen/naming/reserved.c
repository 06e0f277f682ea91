#include "naming/reserved.h"

#include <stdlib.h>
#include <string.h>

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_in(const char *const *words, size_t count, const char *name)
{
    return bsearch(&name, words, count, sizeof *words, compare_words) != NULL;
}

const char *reserved_owner(const char *name)
{
    if (is_in(reserved_keywords, reserved_keywords_count, name))
        return "a keyword of C or C++";
    if (is_in(reserved_macros, reserved_macros_count, name) ||
        is_in(reserved_system, reserved_system_count, name) ||
        is_in(reserved_constants, reserved_constants_count, name))
        return "a name of the C or POSIX headers";
    if (strcmp(name, "orm") == 0 || strncmp(name, "orm_", 4) == 0 || strncmp(name, "ORM_", 4) == 0)
        return "a name of the orm library";
    return NULL;
}

bool reserved_as_member(const char *name)
{
    return is_in(reserved_keywords, reserved_keywords_count, name) ||
           is_in(reserved_macros, reserved_macros_count, name);
}
