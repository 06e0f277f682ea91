#include "nplus1/fix_member.h"

#include <string.h>

/* A path of relations, "albums.tracks", parted. */
struct path {
    const char *names[MEMBER_DEPTH];
    size_t count;
    bool counts; /* the last one is only counted */
};

static struct path read_path(struct arena *arena, const char *text)
{
    struct path path = { 0 };

    while (*text && path.count < MEMBER_DEPTH) {
        size_t length = strcspn(text, ".");

        path.names[path.count++] = arena_copy(arena, text, length);
        text += length + (text[length] == '.');
    }
    return path;
}

static bool is_relation(const struct c_file *file, size_t token, const char *name)
{
    size_t length = file->tokens[token].length;

    if (token_is(file, token, name))
        return true;
    return length == strlen(name) + 1 &&
           file->text[file->tokens[token].start + length - 1] == '_' &&
           memcmp(file->text + file->tokens[token].start, name, length - 1) == 0;
}

static size_t braces_of(const struct c_file *file, struct range value)
{
    size_t brace = value.first;

    if (token_is(file, value.first, "&") && token_is(file, value.first + 1, "("))
        brace = file->tokens[value.first + 1].match + 1;
    return token_is(file, brace, "{") && file->tokens[brace].match == value.last ? brace : 0;
}

/* Takes an element with its comma, and white space around it. */
static void remove_element(struct patch *patch, const struct element *elements, size_t count,
                           size_t index)
{
    const struct c_file *file = patch->file;
    size_t start = range_start(file, elements[index].range);
    size_t end = start + range_length(file, elements[index].range);

    if (elements[index].comma) {
        size_t comma = file->tokens[elements[index].range.last + 1].start + 1;

        if (index + 1 < count)
            end = range_start(file, elements[index + 1].range);
        else
            end = comma;
    } else if (index > 0) {
        const struct token *before = &file->tokens[elements[index].range.first - 1];

        start = before->start;
    }
    edit_add(patch, start, end - start, "");
}

/* A query that says nothing any more. */
static void empty_query(struct patch *patch, size_t brace)
{
    const struct c_file *file = patch->file;
    size_t close = file->tokens[brace].match;

    if (token_is(file, brace - 1, ")") && file->tokens[brace - 1].match == brace - 3) {
        const char *type = token_text(patch->arena, file, brace - 2);
        struct range whole = { brace - 3, close };

        if (strlen(type) > 6)
            edit_range(patch, whole, arena_format(patch->arena, "%.*s_all",
                                                  (int)strlen(type) - 6, type));
        return;
    }
    edit_range(patch, (struct range){ brace, close }, "{0}");
}

/* Removes what loads the path from the braces. `*emptied_out`: nothing is left in them. */
static bool omit(struct patch *patch, size_t brace, const struct path *path, size_t from,
                 bool in_with, bool *emptied_out)
{
    const struct c_file *file = patch->file;
    struct element elements[ELEMENTS_MAX];
    size_t count = elements_of(file, brace, elements, ELEMENTS_MAX);

    const char *container = path->counts && from + 1 == path->count ? "counts" : "with";

    *emptied_out = false;
    for (size_t i = 0; i < count; i++) {
        const struct element *it = &elements[i];
        size_t relation = in_with ? 0 : 1;
        size_t inner = braces_of(file, it->value);
        bool emptied = false;

        if (!in_with && (!it->depth || !token_is(file, it->names[0], container)))
            continue;
        if (!in_with && it->depth == 1) {
            if (!inner || !omit(patch, inner, path, from, true, &emptied))
                continue;
        } else if (it->depth != relation + 1 ||
                   !is_relation(file, it->names[relation], path->names[from])) {
            continue;
        } else if (from + 1 < path->count) {
            if (!inner || !omit(patch, inner, path, from + 1, false, &emptied))
                return false;
            if (emptied)
                empty_query(patch, inner);
            return true;
        } else {
            emptied = true;
        }
        *emptied_out = emptied && count == 1;
        if (emptied && count > 1)
            remove_element(patch, elements, count, i);
        return true;
    }
    return false;
}

/* The braces of a query that is a variable's, or written in place. */
static size_t query_of(const struct patch *patch, const struct function *function,
                       struct range query)
{
    const struct c_file *file = patch->file;
    struct variable variable;

    if (query.last == query.first + 1 && token_is(file, query.first, "&") &&
        variable_find(patch->tree, function, query.last, &variable) &&
        !range_is_empty(variable.value))
        return braces_of(file, variable.value);
    return braces_of(file, query);
}

/* `query.with.albums = …;`, of the variable that the call is given. */
static bool omit_assignment(struct patch *patch, const struct function *function,
                            struct range query, const struct path *path)
{
    const struct c_file *file = patch->file;
    size_t found = 0;
    size_t at = 0;

    if (query.last != query.first + 1 || path->count != 1)
        return false;
    for (size_t i = function->body->range.first; i + 6 < function->body->range.last; i++)
        if (tokens_equal(file, i, query.last) && token_is(file, i + 1, ".") &&
            token_is(file, i + 2, path->counts ? "counts" : "with") &&
            token_is(file, i + 3, ".") &&
            is_relation(file, i + 4, path->names[0]) && token_is(file, i + 5, "=")) {
            at = i;
            found++;
        }
    if (found != 1)
        return false;
    remove_statement(patch, statement_around(function, at));
    return true;
}

/* A call that only preloads goes as a whole. */
static bool omit_call(struct fixing *fixing, struct patch *patch, const struct function *function,
                      const struct call *call)
{
    struct c_statement *statement = statement_around(function, call->name);

    if (!statement_with(patch, call, "ORM_OK"))
        return refuse_fix(fixing, "it can't be seen what becomes of the call's status");
    while (statement->parent && statement->parent->kind == C_IF &&
           !statement->parent->other && is_quiet(patch->file, statement->parent->header))
        statement = statement->parent;
    if (statement->kind == C_DECLARATION)
        edit_range(patch, (struct range){ call->name, call->close }, "ORM_OK");
    else
        remove_statement(patch, statement);
    return true;
}

static bool omit_in_call(struct fixing *fixing, struct patch *patch, const struct call *call,
                         const struct path *path)
{
    const char *name = token_text(fixing->arena, patch->file, call->name);
    const struct function *function = function_around(patch->tree, call->name);
    const char *preload = strstr(name, "_preload_");
    const char *whole = path->counts && path->count == 1
                            ? arena_format(fixing->arena, "%s_count", path->names[0])
                            : path->names[0];
    bool of_preload = preload && strcmp(preload + 9, whole) == 0;
    struct path inner = *path;
    bool emptied = false;
    size_t brace = 0;

    if (!function || function->conditional)
        return false;
    if (of_preload && path->count == 1)
        return omit_call(fixing, patch, function, call);
    if (of_preload) {
        memmove(inner.names, inner.names + 1, (inner.count - 1) * sizeof *inner.names);
        inner.count--;
    }
    for (size_t i = 1; i < call->count; i++) {
        brace = query_of(patch, function, call->arguments[i]);
        if (brace && omit(patch, brace, &inner, 0, false, &emptied)) {
            if (emptied)
                empty_query(patch, brace);
            return true;
        }
        if (omit_assignment(patch, function, call->arguments[i], &inner))
            return true;
    }
    return false;
}

bool fix_omit(struct fixing *fixing)
{
    struct patch *patch = fixing->site;
    int64_t line = fixing->finding->site.line;
    struct path path = read_path(fixing->arena, fixing->finding->fix_omit);

    path.counts = fixing->finding->fix_counts;
    if (!patch || !path.count)
        return refuse_fix(fixing, "the query is not known");
    for (size_t i = 0; i + 1 < patch->file->count; i++) {
        struct call call;

        if (!c_file_call_at(patch->file, i, &call) || call.count < 2 ||
            !c_file_call_stands(patch->file, &call, line) ||
            c_file_find_call(patch->file, line, token_text(fixing->arena, patch->file, i),
                             &call) != 1 ||
            call.name != i)
            continue;
        if (omit_in_call(fixing, patch, &call, &path))
            return true;
        patch->edits.count = 0;
    }
    return refuse_fix(fixing, "what loads it is not written in the call");
}
