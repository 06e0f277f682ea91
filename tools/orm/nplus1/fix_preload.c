#include "nplus1/fix.h"

#include <string.h>

/* "lists[k].items[i]": "lists[k]"; of a row that is a variable what it is set to. */
static bool read_list(struct fixing *fixing, const struct function *function, struct range row,
                      struct range *list_out)
{
    const struct c_file *file = fixing->site->file;
    struct variable variable;
    size_t bracket;

    if (row.first == row.last &&
        variable_find(fixing->site->tree, function, row.first, &variable) &&
        !range_is_empty(variable.value) && variable.statement &&
        !is_altered(file, function->body->range, variable.name, &(struct call){ .name = 1 }))
        row = variable.value;
    bracket = file->tokens[row.last].match;
    if (!token_is(file, row.last, "]") || bracket < row.first + 3 ||
        !token_is(file, bracket - 1, "items") || !is_member(file, bracket - 1))
        return false;
    *list_out = (struct range){ row.first, bracket - 3 };
    return is_quiet(file, *list_out);
}

/* How the list is given to a function. */
static const char *list_argument(struct fixing *fixing, const struct function *function,
                                 struct range list, const char *type)
{
    const struct c_file *file = fixing->site->file;
    const char *text = range_text(fixing->arena, file, list);
    const char *dot = token_is(file, list.last + 1, "->") ? "->" : ".";
    struct variable variable;
    size_t at = 0;

    if (variable_find(fixing->site->tree, function, list.first, &variable) &&
        range_find(file, variable.type, type, &at) && !range_find(file, list, ".", &at) &&
        !range_find(file, list, "->", &at))
        return *dot == '.' ? arena_format(fixing->arena, "&%s", text) : text;
    return arena_format(fixing->arena, "&(%s){.count = %s%scount, .items = %s%sitems}", type, text,
                        dot, text, dot);
}

/* The loop through the list. */
static struct c_statement *loop_through(struct fixing *fixing, const struct function *function,
                                        const struct call *call, struct range list)
{
    struct c_statement *loop = loop_around(statement_around(function, call->name));

    for (; loop; loop = loop_around(loop))
        if (!range_is_empty(loop->header) &&
            word_uses(fixing->site->file, loop->header,
                      token_text(fixing->arena, fixing->site->file, list.first)))
            break;
    return loop && is_steady(fixing->site, function, loop, list, call) ? loop : NULL;
}

bool preload_before(struct fixing *fixing, const struct call *call, struct range row,
                    const char *preload, const char *query)
{
    struct patch *patch = fixing->site;
    const struct function *function = function_around(patch->tree, call->name);
    struct range session = call->arguments[0];
    struct call around = *call;
    struct range list = { 1, 0 };
    struct c_statement *loop;
    const char *type;
    size_t index = 0;
    size_t db = 0;

    if (!function || function->conditional)
        return refuse_fix(fixing, "the call stands in a macro, or between #if and #endif");
    if (!loop_around(statement_around(function, call->name))) {
        if (!parameter_index(patch, function, row, &index) ||
            !parameter_index(patch, function, session, &db) ||
            !only_caller(patch, function, &around) || index >= around.count || db >= around.count)
            return refuse_fix(fixing, "the loop around it is not known");
        function = function_around(patch->tree, around.name);
        row = around.arguments[index];
        session = around.arguments[db];
    }
    if (!function || function->conditional || !read_list(fixing, function, row, &list))
        return refuse_fix(fixing, "the list that its rows are of is not known");
    loop = loop_through(fixing, function, &around, list);
    if (!loop || !is_steady(patch, function, loop, session, &around))
        return refuse_fix(fixing, "the loop through the list is not known");
    if (fixing->finding->fix_read && fixing->finding->fix_list &&
        may_write(patch, outermost_loop(loop->body)->range,
                  arena_copy(fixing->arena, fixing->finding->fix_list,
                             strlen(fixing->finding->fix_list) - strlen("list")), 0))
        return refuse_fix(fixing, "such rows may be written before the loop ends");
    type = arena_format(fixing->arena, "%.*s_list", (int)(strstr(preload, "_preload_") - preload),
                        preload);
    return place_before(fixing, patch, &around, loop,
                        arena_format(fixing->arena, "%s(%s, %s, %s)", preload,
                                     range_text(fixing->arena, patch->file, session),
                                     list_argument(fixing, function, list, type), query),
                        "");
}

bool fix_preload(struct fixing *fixing)
{
    const char *load = fixing->finding->fix_loop;
    const char *part = load ? strstr(load, "_load_") : NULL;
    struct call call;

    if (!part || !fixing->site ||
        !find_site_call(fixing, fixing->site, fixing->finding->site.line, load, &call) ||
        call.count < 3)
        return refuse_fix(fixing, "the call is not known");
    return preload_before(fixing, &call, call.arguments[1],
                          arena_format(fixing->arena, "%.*s_preload_%s", (int)(part - load), load,
                                       part + 6),
                          "NULL");
}
