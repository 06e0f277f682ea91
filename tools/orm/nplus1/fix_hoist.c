#include "nplus1/fix.h"

#include <string.h>

/* Whether a row that waits is looked at behind the call, in the same turn. */
static bool is_looked_at(struct fixing *fixing, const struct call *call, struct range loop)
{
    const struct c_file *file = fixing->site->file;
    struct range behind = { call->close + 1, loop.last };

    for (size_t i = loop.first; i < call->name; i++) {
        struct call queued;
        size_t length = file->tokens[i].length;
        struct range row;

        if (length < 5 || !c_file_call_at(file, i, &queued) || queued.count < 2 ||
            (memcmp(file->text + file->tokens[i].start + length - 4, "_add", 4) != 0 &&
             (length < 8 ||
              memcmp(file->text + file->tokens[i].start + length - 7, "_change", 7) != 0)))
            continue;
        row = queued.arguments[token_is(file, queued.arguments[queued.count - 1].first, "&")
                                   ? queued.count - 1
                                   : 1];
        for (size_t k = row.first; k <= row.last; k++)
            if (file->tokens[k].kind == TOKEN_WORD && !is_member(file, k) &&
                word_uses(file, behind, token_text(fixing->arena, file, k)))
                return true;
    }
    return false;
}

bool fix_hoist(struct fixing *fixing)
{
    struct patch *patch = fixing->site;
    const char *hoist = fixing->finding->fix_hoist;
    const struct function *function;
    struct c_statement *statement;
    struct c_statement *loop;
    const char *text;
    struct call call;

    if (!patch || !find_site_call(fixing, patch, fixing->finding->site.line, hoist, &call))
        return refuse_fix(fixing, "the call is not known");
    function = function_around(patch->tree, call.name);
    statement = function ? statement_around(function, call.name) : NULL;
    loop = statement ? loop_around(statement) : NULL;
    if (!loop || function->conditional || call.count != 1)
        return refuse_fix(fixing, "no loop around it is known");
    if (ends_work(patch->file, loop->range))
        return refuse_fix(fixing, "the loop treats failures of single rows, or has transactions");
    if (is_looked_at(fixing, &call, loop->range))
        return refuse_fix(fixing, "the loop goes on with the row");
    text = statement_with(patch, &call, "ORM_OK");
    if (!text || !is_steady(patch, function, loop, call.arguments[0], &call))
        return refuse_fix(fixing, "it can't be seen what becomes of the call's status");
    if (strchr(text, '=') && statement->kind != C_IF)
        edit_range(patch, (struct range){ call.name, call.close }, "ORM_OK");
    else
        remove_statement(patch, statement);
    return place_after_loop(fixing, patch, &call, loop,
                            arena_format(fixing->arena, "%s(%s)", hoist,
                                         range_text(fixing->arena, patch->file,
                                                    call.arguments[0])));
}
