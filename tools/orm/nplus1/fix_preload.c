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

/* "count" of `for (size_t i = 0; i < count; i++)`, where `i` is the token's word. */
static bool read_bound(const struct c_file *file, const struct c_statement *loop, size_t index,
                       struct range *bound_out)
{
    struct range header = loop->header;
    size_t semicolon = 0;
    size_t end = 0;

    if (loop->kind != C_FOR || !range_find(file, header, ";", &semicolon) ||
        !range_find(file, (struct range){ semicolon + 1, header.last }, ";", &end) ||
        !token_is(file, semicolon - 1, "0") || !token_is(file, semicolon - 2, "=") ||
        !tokens_equal(file, semicolon - 3, index) || !tokens_equal(file, semicolon + 1, index) ||
        !token_is(file, semicolon + 2, "<") || end < semicolon + 4)
        return false;
    *bound_out = (struct range){ semicolon + 3, end - 1 };
    return is_quiet(file, *bound_out) && !range_find(file, *bound_out, "&&", &(size_t){ 0 });
}

/* Whether each turn of the loop comes to the call: nothing before it leaves or chooses. */
static bool is_always_reached(const struct c_file *file, const struct c_statement *loop,
                              const struct call *call)
{
    static const char *const choices[] = { "if", "continue", "break", "return", "goto",
                                           "switch", "?", "&&", "||" };
    struct range before = { loop->body->range.first, call->name };

    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (range_find(file, before, choices[i], &(size_t){ 0 }))
            return false;
    return true;
}

/* "found[i]", of an array of rows that a loop over all of it reads: the array as a list. */
static const char *array_as_list(struct fixing *fixing, const struct function *function,
                                 struct range row, const struct call *call, const char *type,
                                 struct c_statement **loop_out)
{
    struct patch *patch = fixing->site;
    const struct c_file *file = patch->file;
    struct c_statement *loop = loop_around(statement_around(function, call->name));
    struct range bound;
    struct variable variable;

    if (row.first == row.last && variable_find(patch->tree, function, row.first, &variable) &&
        !range_is_empty(variable.value) && variable.statement)
        row = variable.value;
    if (!loop || row.last != row.first + 3 || !token_is(file, row.first + 1, "[") ||
        !variable_find(patch->tree, function, row.first, &variable) || !variable.array ||
        variable.stars != 1 || variable.global ||
        !read_bound(file, loop, row.first + 2, &bound) ||
        !is_steady(patch, function, loop, (struct range){ row.first, row.first }, call) ||
        !is_steady(patch, function, loop, bound, call) || !is_always_reached(file, loop, call))
        return NULL;
    *loop_out = loop;
    return arena_format(fixing->arena, "&(%s){.count = %s, .items = %s}", type,
                        range_text(fixing->arena, file, bound),
                        token_text(fixing->arena, file, row.first));
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
    struct c_statement *loop = NULL;
    const char *type;
    const char *given = NULL;
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
    type = arena_format(fixing->arena, "%.*s_list", (int)(strstr(preload, "_preload_") - preload),
                        preload);
    if (!function || function->conditional)
        return refuse_fix(fixing, "the call stands in a macro, or between #if and #endif");
    if (read_list(fixing, function, row, &list)) {
        loop = loop_through(fixing, function, &around, list);
        given = list_argument(fixing, function, list, type);
    } else {
        given = array_as_list(fixing, function, row, &around, type, &loop);
    }
    if (!given)
        return refuse_fix(fixing, "the list that its rows are of is not known");
    if (!loop || !is_steady(patch, function, loop, session, &around))
        return refuse_fix(fixing, "the loop through the list is not known");
    if (fixing->finding->fix_read && fixing->finding->fix_list &&
        may_write(patch, outermost_loop(loop->body)->range,
                  arena_copy(fixing->arena, fixing->finding->fix_list,
                             strlen(fixing->finding->fix_list) - strlen("list")), 0))
        return refuse_fix(fixing, "such rows may be written before the loop ends");
    return place_before(fixing, patch, &around, loop,
                        arena_format(fixing->arena, "%s(%s, %s, %s)", preload,
                                     range_text(fixing->arena, patch->file, session),
                                     given, query),
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
