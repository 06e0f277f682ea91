#include "nplus1/fix.h"

#include <string.h>

bool only_caller(const struct patch *patch, const struct function *function,
                 struct call *call_out)
{
    const struct c_file *file = patch->file;
    size_t found = 0;

    for (size_t i = 0; i < file->count; i++)
        if (i != function->name && tokens_equal(file, i, function->name) && !is_member(file, i)) {
            if (!function_around(patch->tree, i) && token_is(file, i + 1, "("))
                continue; /* its declaration */
            found += c_file_call_at(file, i, call_out) ? 1 : 2;
        }
    return found == 1;
}

bool parameter_index(const struct patch *patch, const struct function *function,
                     struct range argument, size_t *index_out)
{
    const struct c_file *file = patch->file;
    size_t index = 0;

    if (argument.first != argument.last)
        return false;
    for (size_t i = function->parameters.first; i <= function->parameters.last; i++) {
        index += token_is(file, i, ",");
        if (tokens_equal(file, i, argument.first) &&
            (i == function->parameters.last || token_is(file, i + 1, ","))) {
            *index_out = index;
            return true;
        }
    }
    return false;
}
