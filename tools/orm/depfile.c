#include <string.h>

#include "command.h"

/* As gcc -MD escapes: make and ninja read it back to the same name. */
static void add_path(struct arena *arena, struct text *to, const char *path)
{
    for (; *path; path++) {
        if (*path == '$')
            text_add_string(arena, to, "$");
        else if (*path == ' ' || *path == '\t' || *path == '#')
            text_add_string(arena, to, "\\");
        text_add(arena, to, path, 1);
    }
}

const char *depfile_text(struct arena *arena, const char *const *targets, size_t count,
                         const struct diagnostics *diags)
{
    struct text rule = { 0 };

    for (size_t i = 0; i < count; i++) {
        text_add_string(arena, &rule, i ? " \\\n " : "");
        add_path(arena, &rule, targets[i]);
    }
    text_add_string(arena, &rule, ":");
    for (size_t i = 0; i < diagnostics_file_count(diags); i++) {
        text_add_string(arena, &rule, " \\\n ");
        add_path(arena, &rule, diagnostics_file(diags, i));
    }
    text_add_string(arena, &rule, "\n");
    return rule.text;
}
