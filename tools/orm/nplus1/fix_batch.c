#include "nplus1/fix.h"

#include <string.h>

/* What is gathered before it is sent. */
#define GATHERED "100"

/* The value that the condition compares with: "x" of `review_id_is(orm_eq(x))`. */
static bool read_value(struct fixing *fixing, struct range where, struct range *value_out)
{
    const struct c_file *file = fixing->site->file;
    struct call condition;
    struct call operator;

    if (!token_is(file, where.first, fixing->finding->fix_condition) ||
        !c_file_call_at(file, where.first, &condition) || condition.close != where.last ||
        condition.count != 1 ||
        !c_file_call_at(file, condition.arguments[0].first, &operator) ||
        operator.close != condition.arguments[0].last || operator.count != 1 ||
        !token_is(file, operator.name, "orm_eq"))
        return false;
    *value_out = operator.arguments[0];
    return is_quiet(file, *value_out);
}

/* Whether anything else in the loop is given the session. */
static bool asks_besides(const struct patch *patch, const struct call *call,
                         const struct c_statement *loop)
{
    const struct c_file *file = patch->file;

    for (size_t i = loop->range.first; i <= loop->range.last; i++)
        if (tokens_equal(file, i, call->arguments[0].first) && !is_member(file, i) &&
            (i < call->name || i > call->close))
            return true;
    return false;
}

/* Changes that are the loop's own stand before it. NULL: they can't. */
static const char *changes_before(struct fixing *fixing, const struct function *function,
                                  const struct c_statement *loop, struct range changes)
{
    struct patch *patch = fixing->site;
    const struct c_file *file = patch->file;
    struct variable variable;

    if (changes.last != changes.first + 1 || !token_is(file, changes.first, "&") ||
        !variable_find(patch->tree, function, changes.last, &variable) ||
        !range_holds(loop->range, variable.name))
        return "";
    if (!variable.alone || !variable.statement || variable.array ||
        variable.statement->kind != C_DECLARATION ||
        word_uses(file, function->body->range,
                  token_text(fixing->arena, file, variable.name)) != 2)
        return NULL;
    remove_statement(patch, variable.statement);
    return arena_format(fixing->arena, "%s\n",
                        range_text(fixing->arena, file, variable.statement->range));
}

static const char *sent(struct fixing *fixing, const struct call *call, const char *keys,
                        const char *count)
{
    const struct c_file *file = fixing->site->file;
    struct text rest = { 0 };

    for (size_t i = 2; i < call->count; i++) {
        text_add_string(fixing->arena, &rest, ", ");
        text_add_string(fixing->arena, &rest,
                        range_text(fixing->arena, file, call->arguments[i]));
    }
    return arena_format(fixing->arena, "%s(%s, %s(orm_in(%s, %s))%s)",
                        fixing->finding->fix_batch,
                        range_text(fixing->arena, file, call->arguments[0]),
                        fixing->finding->fix_condition, keys, count, rest.text ? rest.text : "");
}

static bool gather(struct fixing *fixing, const struct call *call, const struct function *function,
                   const struct c_statement *loop, struct range value)
{
    struct patch *patch = fixing->site;
    struct arena *arena = fixing->arena;
    const char *keys = free_name(patch, call->name, "keys");
    const char *count = free_name(patch, call->name, "key_count");
    const char *left = arena_format(arena, "%s %% " GATHERED, count);
    const char *before = "";

    if (call->count == 4)
        before = changes_before(fixing, function, loop, call->arguments[2]);
    if (!before || !statement_with(patch, call, "ORM_OK"))
        return refuse_fix(fixing, "the changes, or what becomes of the status, can't be kept");
    place_statements(patch, loop,
                     arena_format(arena, "%s%s %s[" GATHERED "];\nsize_t %s = 0;", before,
                                  fixing->finding->fix_element, keys, count),
                     NULL);
    place_statements(patch, statement_around(function, call->name),
                     arena_format(arena, "%s[%s++ %% " GATHERED "] = %s;", keys, count,
                                  range_text(arena, patch->file, value)),
                     NULL);
    edit_range(patch, (struct range){ call->name, call->close },
               arena_format(arena, "(%s > 0 ? ORM_OK : %s)", left,
                            sent(fixing, call, keys, GATHERED)));
    return place_after_loop(fixing, patch, call, loop,
                            arena_format(arena, "(%s == 0 ? ORM_OK : %s)", left,
                                         sent(fixing, call, keys, left)));
}

bool fix_batch(struct fixing *fixing)
{
    struct patch *patch = fixing->site;
    const struct finding *finding = fixing->finding;
    const struct function *function;
    const struct c_statement *loop;
    struct range value;
    struct call call;

    if (!patch || !finding->fix_element ||
        !find_site_call(fixing, patch, finding->site.line, finding->fix_loop, &call))
        return refuse_fix(fixing, "the call is not known");
    function = function_around(patch->tree, call.name);
    loop = function ? outermost_loop(statement_around(function, call.name)) : NULL;
    if (!loop || function->conditional || call.count < 3 || call.count > 4)
        return refuse_fix(fixing, "there is no loop around it, or it stands in a macro");
    if (!read_value(fixing, call.arguments[1], &value))
        return refuse_fix(fixing, "its condition is more than that on the key");
    if (!token_is(patch->file, call.arguments[call.count - 1].first, "NULL"))
        return refuse_fix(fixing, "the number of rows of each key is asked for");
    if (treats_rows_apart(patch->file, loop->range) || asks_besides(patch, &call, loop))
        return refuse_fix(fixing, "the loop asks for more, or treats failures of single rows");
    if (call.count == 4 && !is_steady(patch, function, loop, call.arguments[2], &call))
        return refuse_fix(fixing, "the changes are not the same for each key");
    return gather(fixing, &call, function, loop, value);
}
