#include "nplus1/fix.h"

#include <string.h>

const char *deepened_text(struct arena *arena, const char *code, const char *indent)
{
    struct text text = { 0 };

    for (; *code; code++) {
        text_add(arena, &text, code, 1);
        if (*code == '\n' && strncmp(code + 1, indent, strlen(indent)) == 0)
            text_add_string(arena, &text, "    ");
    }
    return arena_copy(arena, text.text ? text.text : "", text.length);
}

const char *indented_text(struct arena *arena, const char *code, const char *indent)
{
    struct text text = { 0 };

    for (;;) {
        size_t length = strcspn(code, "\n");

        if (length)
            text_add_string(arena, &text, indent);
        text_add(arena, &text, code, length);
        if (!code[length])
            break;
        text_add(arena, &text, "\n", 1);
        code += length + 1;
    }
    text_add(arena, &text, "", 0);
    return text.text ? arena_text(arena, text.text) : "";
}

enum { CODE_COLUMNS = 100, CONTINUED = 8 };

/* Where a line that is too long is best parted: behind a comma or before an operator outside of
 * text. 0: nowhere. */
static size_t break_of(const char *line, size_t length, size_t indent, size_t limit)
{
    size_t found = 0;
    bool quoted = false;

    for (size_t i = 0; i < length && i < limit; i++) {
        quoted = quoted != (line[i] == '"' && (i == 0 || line[i - 1] != '\\'));
        if (quoted || i <= indent + CONTINUED)
            continue;
        if (line[i] == ' ' && (line[i - 1] == ',' || strncmp(line + i, " && ", 4) == 0 ||
                               strncmp(line + i, " : ", 3) == 0))
            found = i + 1;
    }
    return found;
}

/* The code with lines of at most a hundred columns, where they can be parted. */
static const char *folded(struct arena *arena, const char *code)
{
    struct text text = { 0 };

    for (;;) {
        size_t length = strcspn(code, "\n");
        size_t indent = strspn(code, " \t");
        size_t taken = 0;

        while (length - taken + (taken ? indent + CONTINUED : 0) > CODE_COLUMNS) {
            size_t limit = CODE_COLUMNS - (taken ? indent + CONTINUED : 0);
            size_t part = break_of(code + taken, length - taken, taken ? 0 : indent, limit);

            if (!part)
                break;
            text_add(arena, &text, code + taken, part - 1);
            text_add_string(arena, &text,
                            arena_format(arena, "\n%.*s%*s", (int)indent, code, CONTINUED, ""));
            taken += part;
        }
        text_add(arena, &text, code + taken, length - taken);
        if (!code[length])
            break;
        text_add(arena, &text, "\n", 1);
        code += length + 1;
    }
    text_add(arena, &text, "", 0);
    return text.text ? arena_text(arena, text.text) : "";
}

/* The indentation of four spaces as tabs, where the lines around have tabs. */
static const char *as_around(struct arena *arena, const char *code, const char *indent)
{
    struct text text = { 0 };

    if (!strchr(indent, '\t'))
        return code;
    for (bool begins = true; *code; code++) {
        if (begins && strncmp(code, "    ", 4) == 0) {
            text_add_string(arena, &text, "\t");
            code += 3;
            continue;
        }
        begins = *code == '\n' || (begins && *code == '\t');
        text_add(arena, &text, code, 1);
    }
    return text.text ? arena_text(arena, text.text) : "";
}

const char *code_lines(struct arena *arena, const char *code, const char *indent)
{
    return as_around(arena, folded(arena, indented_text(arena, code, indent)), indent);
}

const char *flattened_text(struct patch *patch, const char *text, const char *indent)
{
    struct text to = { 0 };
    size_t width = strlen(indent);

    for (const char *at = text; *at;) {
        size_t length = strcspn(at, "\n");

        if (at != text && strncmp(at, indent, width) == 0) {
            at += width;
            length -= width;
        }
        text_add(patch->arena, &to, at, length + (at[length] == '\n'));
        at += length + (at[length] == '\n');
    }
    return to.text ? arena_copy(patch->arena, to.text, to.length) : "";
}

/* Where a name would meet one declared at the token: its function, and outside of functions. */
static size_t uses_near(const struct patch *patch, size_t token, const char *name)
{
    const struct function *function = function_around(patch->tree, token);
    struct range all = { 0, patch->file->count - 1 };
    size_t uses = word_uses(patch->file, all, name);

    for (size_t i = 0; i < patch->tree->functions.count; i++) {
        const struct function *other = patch->tree->functions.items[i];

        if (other != function)
            uses -= word_uses(patch->file, other->body->range, name);
    }
    return uses;
}

const char *free_name(const struct patch *patch, size_t token, const char *wish)
{
    const char *name = wish;

    for (int i = 2; uses_near(patch, token, name); i++)
        name = arena_format(patch->arena, "%s_%d", wish, i);
    return name;
}
