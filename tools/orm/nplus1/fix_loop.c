#include "nplus1/fix.h"

#include <string.h>

static const char *const effects[] = { "=",  "++", "--", "+=", "-=",  "*=", "/=",
                                       "%=", "&=", "|=", "^=", "<<=", ">>=" };

/* The outermost loop around a statement in its function; NULL: none. */
struct c_statement *outermost_loop(struct c_statement *statement)
{
    struct c_statement *found = NULL;

    for (struct c_statement *at = loop_around(statement); at; at = loop_around(at))
        found = at;
    return found;
}

/* What each row's failure is told apart by. */
static bool tells_failures_apart(const struct c_file *file, struct range loop)
{
    static const char *const names[] = { "ORM_UNIQUE", "ORM_FOREIGN_KEY", "ORM_STALE",
                                         "ORM_CHECK",  "ORM_NOT_NULL",    "ORM_RANGE",
                                         "ORM_INVALID", "ORM_BUSY" };
    size_t at = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (range_find(file, loop, names[i], &at))
            return true;
    return false;
}

static bool ends_transactions(const struct c_file *file, struct range loop)
{
    static const char *const names[] = { "orm_session_commit",    "orm_session_rollback",
                                         "orm_session_savepoint", "orm_session_nested",
                                         "orm_session_flush",     "orm_session_release" };
    size_t at = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (range_find(file, loop, names[i], &at))
            return true;
    return false;
}

bool ends_work(const struct c_file *file, struct range loop)
{
    size_t at = 0;

    for (size_t i = loop.first; i <= loop.last; i++)
        if (!token_is(file, i, "orm_session_flush") &&
            ends_transactions(file, (struct range){ i, i }))
            return true;
    return tells_failures_apart(file, loop) || range_find(file, loop, "ORM_NOT_FOUND", &at);
}

bool treats_rows_apart(const struct c_file *file, struct range loop)
{
    return tells_failures_apart(file, loop) || ends_transactions(file, loop);
}

static bool ends_with(const struct c_file *file, size_t token, const char *end)
{
    size_t length = file->tokens[token].length;
    size_t size = strlen(end);

    return length >= size &&
           memcmp(file->text + file->tokens[token].start + length - size, end, size) == 0;
}

/* `orm_raw(db, "SELECT …", …)`. */
static bool only_selects(const struct c_file *file, size_t name)
{
    struct call call;
    const char *text;

    if (!c_file_call_at(file, name, &call) || call.count < 2 ||
        file->tokens[call.arguments[1].first].kind != TOKEN_STRING)
        return false;
    text = file->text + file->tokens[call.arguments[1].first].start + 1;
    return strncmp(text, "SELECT ", 7) == 0 || strncmp(text, "select ", 7) == 0;
}

/* A call that may write rows of the model (NULL: any), or more than it says. */
static bool is_write(const struct c_file *file, size_t name, const char *model)
{
    static const char *const wide[] = { "_delete", "_delete_where", "_remove",   "_rollback",
                                        "orm_raw", "_nested",       "_savepoint" };
    static const char *const plain[] = { "_insert", "_insert_all", "_update", "_update_where",
                                         "_upsert", "_upsert_all", "_add",    "_change",
                                         "_bulk_load", "_refresh" };
    static const char *const ends[] = { "_flush", "_commit" };
    size_t length = model ? strlen(model) : 0;

    if (token_is(file, name, "orm_raw") && only_selects(file, name))
        return false;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (ends_with(file, name, wide[i]))
            return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !model; i++)
        if (ends_with(file, name, ends[i]))
            return true;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (ends_with(file, name, plain[i]))
            return !model || strncmp(file->text + file->tokens[name].start, model, length) == 0;
    return false;
}

bool may_write(const struct patch *patch, struct range range, const char *model, int depth)
{
    const struct c_file *file = patch->file;

    for (size_t i = range.first; i <= range.last; i++) {
        if (file->tokens[i].kind != TOKEN_WORD || !token_is(file, i + 1, "("))
            continue;
        if (is_write(file, i, model))
            return true;
        for (size_t k = 0; depth < 3 && k < patch->tree->functions.count; k++) {
            const struct function *function = patch->tree->functions.items[k];

            if (tokens_equal(file, function->name, i) &&
                may_write(patch, function->body->range, model, depth + 1))
                return true;
        }
    }
    return false;
}

static const struct function *function_named(const struct patch *patch, size_t name)
{
    for (size_t i = 0; i < patch->tree->functions.count; i++) {
        const struct function *function = patch->tree->functions.items[i];

        if (tokens_equal(patch->file, function->name, name))
            return function;
    }
    return NULL;
}

bool writes_unseen(const struct patch *patch, struct range range, const char *stem)
{
    static const char *const anyones[] = { "orm_raw", "_rollback", "_nested", "_savepoint" };
    static const char *const own[] = { "_update_where", "_delete_where", "_bulk_load" };
    const struct c_file *file = patch->file;
    size_t length = strlen(stem);

    for (size_t i = range.first; i <= range.last; i++) {
        if (file->tokens[i].kind != TOKEN_WORD || !token_is(file, i + 1, "("))
            continue;
        for (size_t k = 0; k < sizeof anyones / sizeof *anyones; k++)
            if (ends_with(file, i, anyones[k]) && is_write(file, i, NULL))
                return true;
        for (size_t k = 0; k < sizeof own / sizeof *own; k++)
            if (ends_with(file, i, own[k]) && file->tokens[i].length > length &&
                memcmp(file->text + file->tokens[i].start, stem, length) == 0)
                return true;
    }
    return false;
}

/* What the names of generated functions and the library's say. */
static bool is_known_call(const struct c_file *file, size_t name)
{
    static const char *const parts[] = { "_select", "_find",  "_count",  "_exists", "_load_",
                                         "_preload_", "_each", "_walk_", "_all_of", "_any_of",
                                         "_not",    "_has_",  "_where",  "_insert", "_update",
                                         "_delete", "_upsert", "_add",   "_change", "_remove",
                                         "_refresh", "_raw",  "_explain", "_bulk_load" };
    const char *text = file->text + file->tokens[name].start;
    size_t length = file->tokens[name].length;

    if (length > 4 && strncmp(text, "orm_", 4) == 0)
        return true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (size_t k = 0; k + strlen(parts[i]) <= length; k++)
            if (memcmp(text + k, parts[i], strlen(parts[i])) == 0)
                return true;
    return false;
}

static bool is_session(const struct patch *patch, const struct function *function,
                       struct range argument, size_t session)
{
    struct variable variable;
    size_t at = 0;

    if (argument.first != argument.last)
        return false;
    return tokens_equal(patch->file, argument.first, session) ||
           (variable_find(patch->tree, function, argument.first, &variable) &&
            range_find(patch->file, variable.type, "orm_session", &at));
}

bool hands_session_on(const struct patch *patch, struct range range, size_t session, int depth)
{
    const struct function *function = function_around(patch->tree, range.first);
    struct call call;

    for (size_t i = range.first; function && i <= range.last; i++) {
        const struct function *known;

        if (patch->file->tokens[i].kind != TOKEN_WORD || !c_file_call_at(patch->file, i, &call))
            continue;
        known = function_named(patch, i);
        if (known == function)
            continue;
        if (known && depth < 3 && hands_session_on(patch, known->body->range, session, depth + 1))
            return true;
        for (size_t k = 0; k < call.count && !known && !is_known_call(patch->file, i); k++)
            if (is_session(patch, function, call.arguments[k], session))
                return true;
    }
    return false;
}

bool is_target(const struct c_file *file, size_t token)
{
    size_t end = token + 1;

    if (token < 2 || file->tokens[token].kind != TOKEN_WORD || is_member(file, token))
        return false;
    if (token_is(file, token - 1, "++") || token_is(file, token - 1, "--") ||
        (token_is(file, token - 1, "&") && file->tokens[token - 2].kind != TOKEN_WORD &&
         !token_is(file, token - 2, ")") && !token_is(file, token - 2, "]")))
        return true;
    while (token_is(file, end, ".") || token_is(file, end, "[") || token_is(file, end, "->"))
        end = token_is(file, end, "[") ? file->tokens[end].match + 1 : end + 2;
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        if (token_is(file, end, effects[i]))
            return true;
    return token_is(file, token - 1, "(") &&
           (token_is(file, token - 2, "qsort") || token_is(file, token - 2, "memset"));
}

/* Whether anything in the range is put into the variable, or may be by a call. */
bool is_altered(const struct c_file *file, struct range range, size_t name,
                const struct call *but)
{
    for (size_t i = range.first; i <= range.last; i++)
        if ((i < but->name || i > but->close) && tokens_equal(file, i, name) && i != name &&
            is_target(file, i))
            return true;
    return false;
}

/* Whether what the range names is the same in each turn of the loop. */
static bool is_steady_at(const struct patch *patch, const struct function *function,
                         const struct c_statement *loop, struct range range,
                         const struct call *call, int depth)
{
    const struct c_file *file = patch->file;

    for (size_t i = range.first; i <= range.last; i++) {
        struct variable variable;

        if (token_is(file, i, "++") || token_is(file, i, "--"))
            return false;
        if (file->tokens[i].kind != TOKEN_WORD ||
            !variable_find(patch->tree, function, i, &variable))
            continue;
        if (variable.global)
            continue;
        if (is_altered(file, loop->range, variable.name, call))
            return false;
        if (!range_holds(loop->range, variable.name))
            continue;
        if (depth > 2 || range_is_empty(variable.value) ||
            range_holds(loop->header, variable.name) ||
            !is_steady_at(patch, function, loop, variable.value, call, depth + 1))
            return false;
    }
    return true;
}

bool is_steady(const struct patch *patch, const struct function *function,
               const struct c_statement *loop, struct range range, const struct call *but)
{
    return is_steady_at(patch, function, loop, range, but, 0);
}
