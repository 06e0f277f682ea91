#include "nplus1/fix.h"

#include <string.h>

/* `for (… i = 0; i < count; i++)`: the index and the count. */
static bool read_header(const struct c_file *file, const struct c_statement *loop,
                        size_t *index_out, struct range *count_out)
{
    size_t first = 0;
    size_t second = 0;
    struct range rest;
    size_t index;

    if (loop->kind != C_FOR || !range_find(file, loop->header, ";", &first))
        return false;
    rest = (struct range){ first + 1, loop->header.last };
    if (!range_find(file, rest, ";", &second) || first < loop->header.first + 3)
        return false;
    index = first - 3;
    if (!token_is(file, first - 2, "=") || !token_is(file, first - 1, "0") ||
        !tokens_equal(file, index, first + 1) || !token_is(file, first + 2, "<") ||
        second < first + 4 || loop->header.last != second + 2 ||
        (!(tokens_equal(file, index, second + 1) && token_is(file, second + 2, "++")) &&
         !(tokens_equal(file, index, second + 2) && token_is(file, second + 1, "++"))))
        return false;
    *index_out = index;
    *count_out = (struct range){ first + 3, second - 1 };
    return is_quiet(file, *count_out);
}

/* The values that the loop goes through: "ids" of "ids[i]". */
static bool read_values(const struct patch *patch, const struct function *function,
                        const struct c_statement *loop, struct range key, size_t index,
                        size_t *values_out)
{
    const struct c_file *file = patch->file;
    struct variable variable;

    if (key.last != key.first + 3 || !token_is(file, key.first + 1, "[") ||
        !tokens_equal(file, key.first + 2, index) ||
        !variable_find(patch->tree, function, key.first, &variable) ||
        range_holds(loop->range, variable.name))
        return false;
    *values_out = key.first;
    return true;
}

bool fix_gather(struct fixing *fixing)
{
    struct patch *patch = fixing->site;
    const struct finding *finding = fixing->finding;
    const struct function *function;
    const struct c_statement *loop;
    struct range count;
    struct call call;
    size_t index = 0;
    size_t values = 0;
    const char *list;

    if (!patch || !find_site_call(fixing, patch, finding->site.line, finding->fix_loop, &call))
        return refuse_fix(fixing, "the call is not known");
    function = function_around(patch->tree, call.name);
    loop = function ? loop_around(statement_around(function, call.name)) : NULL;
    if (!loop || call.count != 3 || function->conditional ||
        !read_header(patch->file, loop, &index, &count) ||
        !read_values(patch, function, loop, call.arguments[1], index, &values))
        return refuse_fix(fixing, "its keys are not those of an array that a loop goes through");
    list = free_name(patch, call.name, "gathered");
    return place_before(
        fixing, patch, &call, loop,
        arena_format(fixing->arena, "%s(%s, &(%s){.where = %s(orm_in(%s, %s))}, &%s)",
                     finding->fix_call, range_text(fixing->arena, patch->file, call.arguments[0]),
                     finding->fix_query, finding->fix_gather,
                     token_text(fixing->arena, patch->file, values),
                     range_text(fixing->arena, patch->file, count), list),
        arena_format(fixing->arena, "%s %s;\n", finding->fix_list, list));
}
