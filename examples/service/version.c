#include "version.h"

#include <stdio.h>
#include <string.h>

#include "problem.h"

void version_tag(struct request *request, int32_t version)
{
    reply_header_set(request, "ETag", "\"%d\"", (int)version);
}

/* Whether a list of tags ("1", W/"2") has this one. Weak ones never match: RFC 9110, 13.1.1. */
static bool has_tag(const char *list, const char *tag)
{
    size_t length = strlen(tag);
    for (const char *at = list; (at = strstr(at, tag)) != NULL; at += length) {
        bool starts = at == list || strchr(", \t", at[-1]) != NULL;
        bool ends = at[length] == '\0' || strchr(", \t", at[length]) != NULL;
        if (starts && ends)
            return true;
    }
    return false;
}

orm_status version_check(struct request *request, int32_t version, bool required)
{
    char tag[16];
    const char *list = request->if_match;
    snprintf(tag, sizeof tag, "\"%d\"", (int)version);
    if (list == NULL && !required)
        return ORM_OK;
    if (list == NULL)
        return problem_refuse(request, 428, "if_match", "If-Match must say what is to be changed.");
    if (strcmp(list, "*") == 0 || has_tag(list, tag))
        return ORM_OK;
    return problem_refuse(request, 412, "stale", "It was changed meanwhile; get it again.");
}
