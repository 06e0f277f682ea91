#include "nplus1/fix.h"

#include <ctype.h>
#include <string.h>

/* Something to start with for a variable that is declared before the loop. */
static const char *first_value(const struct patch *patch, const struct variable *variable)
{
    const struct c_file *file = patch->file;
    static const char *const numbers[] = { "int", "int64_t", "int32_t", "size_t", "long", "double",
                                           "float" };

    if (variable->stars)
        return "NULL";
    if (token_is(file, variable->type.last, "bool"))
        return "false";
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (token_is(file, variable->type.last, numbers[i]))
            return "0";
    return "{0}";
}

/* What the call fills must last as long as the answer is kept. NULL: it can't. */
static const char *declared_before(struct fixing *fixing, const struct function *function,
                                   const struct c_statement *loop, const struct call *call)
{
    struct patch *patch = fixing->site;
    const struct c_file *file = patch->file;
    struct range out = call->arguments[call->count - 1];
    struct variable variable;
    const char *name;

    if (token_is(file, call->name, "orm_raw")) {
        if (!token_is(file, call->arguments[4].first, "NULL") || !token_is(file, out.first, "NULL"))
            return NULL; /* a callback is to be called each time */
        return "";
    }
    if (out.last != out.first + 1 || !token_is(file, out.first, "&") ||
        !variable_find(patch->tree, function, out.last, &variable) || variable.global)
        return NULL;
    if (is_altered(file, loop->range, variable.name, call))
        return NULL;
    if (!range_holds(loop->range, variable.name))
        return "";
    name = token_text(fixing->arena, file, variable.name);
    if (!variable.statement || variable.statement->kind != C_DECLARATION ||
        !variable.alone || variable.array || variable.is_static ||
        word_uses(file, function->body->range, name) != word_uses(file, loop->range, name))
        return NULL;
    remove_statement(patch, variable.statement);
    return arena_format(fixing->arena, "%s%s%s = %s;\n",
                        range_text(fixing->arena, file, variable.type),
                        variable.stars ? "" : " ", name, first_value(patch, &variable));
}

/* The outermost loop in whose turns the call asks for the same. */
static struct c_statement *steady_loop(const struct patch *patch, const struct function *function,
                                     const struct call *call)
{
    struct c_statement *found = NULL;
    struct range given = { call->arguments[0].first, call->arguments[call->count - 2].last };

    for (struct c_statement *at = loop_around(statement_around(function, call->name)); at;
         at = loop_around(at)) {
        if (!is_steady(patch, function, at, given, call) || may_write(patch, at->range, NULL, 0))
            break;
        found = at;
    }
    return found;
}

bool fix_keep(struct fixing *fixing)
{
    struct patch *patch = fixing->site;
    const struct finding *finding = fixing->finding;
    const struct function *function;
    struct c_statement *loop;
    struct range whole;
    struct call call;
    const char *declaration;
    const char *kept;

    if (!patch || !finding->fix_call ||
        !find_site_call(fixing, patch, finding->site.line, finding->fix_call, &call))
        return refuse_fix(fixing, "the call is not known");
    function = function_around(patch->tree, call.name);
    if (!function || function->conditional || call.count < 3)
        return refuse_fix(fixing, "the call stands in a macro, or between #if and #endif");
    loop = steady_loop(patch, function, &call);
    if (!loop)
        return refuse_fix(fixing, "no loop around it asks for the same, without writing, in each "
                                  "of its turns");
    declaration = declared_before(fixing, function, loop, &call);
    if (!declaration)
        return refuse_fix(fixing, "what it fills is made anew in each turn of the loop");
    kept = free_name(patch, call.name, "asked");
    whole = (struct range){ call.name, call.close };
    edit_range(patch, whole,
               arena_format(fixing->arena, "(%s == ORM_OK ? ORM_OK : (%s = %s))", kept, kept,
                            range_text(fixing->arena, patch->file, whole)));
    place_statements(patch, loop,
                     arena_format(fixing->arena, "%sorm_status %s = ORM_NOT_LOADED;", declaration,
                                  kept),
                     NULL);
    return true;
}

/* The one call of a recursive function from outside. */
static bool outer_call(const struct patch *patch, const struct function *recursive,
                       struct call *call_out)
{
    const struct c_file *file = patch->file;
    size_t found = 0;

    for (size_t i = 0; i < file->count; i++) {
        const struct function *around = function_around(patch->tree, i);

        if (!around || around == recursive || !tokens_equal(file, i, recursive->name) ||
            is_member(file, i))
            continue;
        found += c_file_call_at(file, i, call_out) ? 1 : 2;
    }
    return found == 1;
}

/* "roots.items[i]" in a loop over them: "roots". NULL: it is a row by itself. */
static const char *list_of_row(const struct patch *patch, struct range row)
{
    const struct c_file *file = patch->file;
    size_t bracket = file->tokens[row.last].match;

    if (!token_is(file, row.last, "]") || bracket < row.first + 3 ||
        !token_is(file, bracket - 1, "items") || !token_is(file, bracket - 2, "."))
        return NULL;
    return range_text(patch->arena, file, (struct range){ row.first, bracket - 3 });
}

bool fix_walk(struct fixing *fixing)
{
    struct patch *patch = fixing->site;
    const struct finding *finding = fixing->finding;
    const struct function *function;
    const struct c_statement *at;
    struct call call;
    struct call outer;
    size_t row = 0;
    size_t session = 0;
    const char *list;
    const char *below;
    const char *code;

    if (!patch || !find_site_call(fixing, patch, finding->site.line, finding->fix_loop, &call))
        return refuse_fix(fixing, "the call is not known");
    function = function_around(patch->tree, call.name);
    if (!function || !token_is(patch->file, function->name - 1, "orm_status") ||
        !parameter_index(patch, function, call.arguments[1], &row) ||
        !parameter_index(patch, function, call.arguments[0], &session) ||
        !outer_call(patch, function, &outer) || row >= outer.count || session >= outer.count ||
        !is_quiet(patch->file, outer.arguments[row]))
        return refuse_fix(fixing, "it can't be seen where the recursion begins");
    at = statement_around(function_around(patch->tree, outer.name), outer.name);
    list = list_of_row(patch, outer.arguments[row]);
    if (!list && loop_around((struct c_statement *)at))
        return refuse_fix(fixing, "the recursion begins in a loop");
    if (list)
        at = loop_around((struct c_statement *)at);
    below = free_name(patch, outer.name, "walked");
    code = arena_format(fixing->arena, "%s(%s, %s%s, NULL, NULL, &%s)",
                        list ? finding->fix_walk_all : finding->fix_walk,
                        range_text(fixing->arena, patch->file, outer.arguments[session]),
                        list ? "&" : "",
                        list ? list : range_text(fixing->arena, patch->file, outer.arguments[row]),
                        below);
    return at && place_before(fixing, patch, &outer, at, code,
                              arena_format(fixing->arena, "%s %s;\n", finding->fix_list, below));
}
