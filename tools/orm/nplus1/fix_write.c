#include "nplus1/fix.h"

#include <string.h>

/* Whether the same expression stands in the range. */
static bool is_named_in(const struct c_file *file, struct range what, struct range where)
{
    size_t length = what.last - what.first;

    for (size_t i = where.first; !range_is_empty(where) && i + length <= where.last; i++) {
        size_t same = 0;

        while (same <= length && tokens_equal(file, i + same, what.first + same))
            same++;
        if (same > length && !is_member(file, i))
            return true;
    }
    return false;
}

/* A row that is used as another's relation may be one that is only queued. */
static bool only_refers(const struct c_file *file, struct range what, struct range where)
{
    for (size_t i = where.first; !range_is_empty(where) && i <= where.last; i++)
        if (tokens_equal(file, i, what.first) && !is_member(file, i) &&
            !(token_is(file, i - 1, "=") && is_member(file, i - 2) &&
              (token_is(file, i + 1, ",") || token_is(file, i + 1, "}"))))
            return false;
    return true;
}

/* Whether the loop goes on with what the call wrote. */
static bool is_used_on(struct fixing *fixing, const struct call *call, struct range loop,
                       bool inserts)
{
    struct patch *patch = fixing->site;
    const struct c_file *file = patch->file;
    const struct function *function = function_around(patch->tree, call->name);
    struct range row = call->arguments[inserts ? call->count - 1 : 1];
    struct range behind = { call->close + 1, loop.last };
    struct variable variable;

    if (inserts && token_is(file, row.first, "NULL"))
        return false;
    if (inserts && token_is(file, row.first, "&") && row.last == row.first + 1) {
        row.first++;
        return !only_refers(file, row, behind) ||
               word_uses(file, (struct range){ loop.first, call->name - 1 },
                         token_text(fixing->arena, file, row.first)) >
                   (variable_find(patch->tree, function, row.first, &variable) &&
                    range_holds(loop, variable.name));
    }
    if (inserts || is_named_in(file, row, behind))
        return true;
    if (row.first == row.last && variable_find(patch->tree, function, row.first, &variable) &&
        !range_is_empty(variable.value) && is_quiet(file, variable.value))
        return is_named_in(file, variable.value, behind);
    return false;
}

static bool flush_behind(struct fixing *fixing, const struct call *write, const struct call *call,
                         const struct c_statement *loop)
{
    struct patch *patch = fixing->site;
    const struct function *function = function_around(patch->tree, call->name);
    const char *session = range_text(fixing->arena, patch->file, write->arguments[0]);
    struct variable variable;

    if (!is_quiet(patch->file, write->arguments[0]) ||
        (call->name != write->name &&
         !variable_of_name(patch->tree, function, loop->range.first, session, &variable)))
        return refuse_fix(fixing, "the session has another name outside of the loop");
    return place_after_loop(fixing, patch, call, loop,
                            arena_format(fixing->arena, "orm_session_flush(%s)", session));
}

/* The function is the callback of one stream alone: that call. */
static bool find_stream(const struct patch *patch, const struct function *function,
                        struct call *call_out)
{
    const struct c_file *file = patch->file;
    size_t found = 0;

    for (size_t i = 0; i < file->count; i++) {
        struct call call;
        size_t length = file->tokens[i].length;

        if (i != function->name && tokens_equal(file, i, function->name) && !is_member(file, i))
            found += function_around(patch->tree, i) != NULL;
        if (length < 5 || !c_file_call_at(file, i, &call) ||
            memcmp(file->text + file->tokens[i].start + length - 5, "_each", 5) != 0)
            continue;
        for (size_t k = 0; k < call.count; k++)
            if (call.arguments[k].first == call.arguments[k].last &&
                tokens_equal(file, call.arguments[k].first, function->name))
                *call_out = call;
    }
    return found == 1 && call_out->count > 0;
}

/* What a stream's callback writes is queued; the queue is flushed behind the stream. */
static bool queue_in_stream(struct fixing *fixing, const struct call *write,
                            const struct function *function, const struct call *stream)
{
    struct patch *patch = fixing->site;

    if (is_used_on(fixing, write, function->body->range, true))
        return refuse_fix(fixing, "the callback goes on with the row");
    if (treats_rows_apart(patch->file, function->body->range))
        return refuse_fix(fixing, "the callback treats failures of single rows");
    edit_range(patch, (struct range){ write->name, write->name }, fixing->finding->fix_rename);
    return place_behind(fixing, patch, stream,
                        arena_format(fixing->arena, "orm_session_flush(%s)",
                                     range_text(fixing->arena, patch->file,
                                                stream->arguments[0])));
}

bool queue_write(struct fixing *fixing, const struct call *write, bool inserts)
{
    struct patch *patch = fixing->site;
    const struct c_file *file = patch->file;
    const struct function *function = function_around(patch->tree, write->name);
    struct call call = *write;
    struct call stream;
    struct c_statement *loop = NULL;

    for (int depth = 0; function && depth < 4 && !loop; depth++) {
        loop = outermost_loop(statement_around(function, call.name));
        if (function->conditional)
            return refuse_fix(fixing, "the call stands between #if and #endif");
        if (is_used_on(fixing, write, loop ? loop->range : function->body->range, inserts) &&
            depth == 0)
            return refuse_fix(fixing, "the loop goes on with the row");
        if (loop)
            break;
        stream = (struct call){ .count = 0 };
        if (inserts && call.name == write->name && find_stream(patch, function, &stream))
            return queue_in_stream(fixing, write, function, &stream);
        if (!only_caller(patch, function, &call))
            return refuse_fix(fixing, "the loop around it is not in this file");
        function = function_around(patch->tree, call.name);
    }
    if (!loop || !call.count)
        return refuse_fix(fixing, "there is no loop around it");
    if (treats_rows_apart(file, loop->range))
        return refuse_fix(fixing, "the loop treats failures of single rows, or has transactions");
    edit_range(patch, (struct range){ write->name, write->name }, fixing->finding->fix_rename);
    return flush_behind(fixing, write, &call, loop);
}

bool fix_write(struct fixing *fixing)
{
    const struct finding *finding = fixing->finding;
    struct call call;

    if (!fixing->site || !finding->fix_call || !finding->fix_rename)
        return refuse_fix(fixing, "the call is not known");
    if (!find_site_call(fixing, fixing->site, finding->replacement_site.line, finding->fix_call,
                        &call))
        return false;
    return queue_write(fixing, &call, strcmp(finding->fix_rename + strlen(finding->fix_rename) - 4,
                                       "_add") == 0);
}
