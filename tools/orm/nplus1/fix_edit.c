#include "nplus1/fix.h"

#include <string.h>

void edit_add(struct patch *patch, size_t start, size_t length, const char *text)
{
    struct edit *edit = arena_alloc(patch->arena, sizeof *edit);

    edit->start = start;
    edit->length = length;
    edit->text = text;
    pointers_add(patch->arena, &patch->edits, edit);
}

void edit_range(struct patch *patch, struct range range, const char *text)
{
    edit_add(patch, range_start(patch->file, range), range_length(patch->file, range), text);
}

static size_t line_start(const struct c_file *file, size_t at)
{
    while (at > 0 && file->text[at - 1] != '\n')
        at--;
    return at;
}

const char *indent_of(const struct patch *patch, size_t token)
{
    const struct c_file *file = patch->file;
    size_t start = line_start(file, file->tokens[token].start);

    return arena_copy(patch->arena, file->text + start, strspn(file->text + start, " \t"));
}

static bool is_first_on_line(const struct c_file *file, size_t token)
{
    size_t start = line_start(file, file->tokens[token].start);

    return start + strspn(file->text + start, " \t") == file->tokens[token].start;
}

size_t token_end(const struct c_file *file, size_t token)
{
    return file->tokens[token].start + file->tokens[token].length;
}

size_t end_with_comment(const struct c_file *file, size_t token)
{
    size_t end = token_end(file, token);
    const char *rest = file->text + end;
    size_t length = strcspn(rest, "\n");
    const char *close = NULL;
    size_t blank = strspn(rest, " \t");

    if (strncmp(rest + blank, "//", 2) == 0)
        return end + length;
    if (strncmp(rest + blank, "/*", 2) != 0)
        return end;
    close = strstr(rest + blank + 2, "*/");
    if (!close || (size_t)(close - rest) + 2 + strspn(close + 2, " \t") != length)
        return end;
    return (size_t)(close - file->text) + 2;
}

bool needs_braces(const struct c_statement *statement)
{
    return statement->parent && statement->parent->kind != C_BLOCK &&
           statement->parent->kind != C_LABEL;
}

void place_statements(struct patch *patch, const struct c_statement *statement, const char *before,
                      const char *behind)
{
    const struct c_file *file = patch->file;
    struct range range = statement->range;
    const char *indent = indent_of(patch, range.first);
    bool braces = needs_braces(statement);
    bool fresh = is_first_on_line(file, range.first);
    const char *end = "";

    if (braces) {
        edit_add(patch, token_end(file, range.first - 1), 0, " {");
        if (!fresh)
            indent = arena_format(patch->arena, "%s    ", indent);
        end = arena_format(patch->arena, "\n%s}", indent_of(patch, statement->parent->range.first));
    }
    if (before && fresh)
        edit_add(patch, line_start(file, file->tokens[range.first].start), 0,
                 arena_format(patch->arena, "%s\n", code_lines(patch->arena, before, indent)));
    else if (before)
        edit_add(patch, file->tokens[range.first].start, 0,
                 arena_format(patch->arena, "%s\n%s", before, indent));
    if (behind || braces)
        edit_add(patch, end_with_comment(file, range.last), 0,
                 arena_format(patch->arena, "%s%s%s", behind ? "\n" : "",
                              behind ? code_lines(patch->arena, behind, indent) : "", end));
}

void replace_statement(struct patch *patch, const struct c_statement *statement, const char *code)
{
    const char *indent = indent_of(patch, statement->range.first);

    edit_range(patch, statement->range,
               code_lines(patch->arena, code, indent) + strlen(indent));
}

void remove_statement(struct patch *patch, const struct c_statement *statement)
{
    const struct c_file *file = patch->file;
    size_t start = file->tokens[statement->range.first].start;
    size_t end = token_end(file, statement->range.last);

    if (needs_braces(statement)) {
        edit_add(patch, start, end - start, ";");
        return;
    }
    end = end_with_comment(file, statement->range.last);
    if (is_first_on_line(file, statement->range.first) &&
        file->text[end + strspn(file->text + end, " \t")] == '\n') {
        start = line_start(file, start);
        end += strspn(file->text + end, " \t") + 1;
    }
    edit_add(patch, start, end - start, "");
}
