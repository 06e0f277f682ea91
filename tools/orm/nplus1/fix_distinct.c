#include "nplus1/fix_replay.h"

/* Elements of an array that are all literals, no two of them the same. */
static bool are_literals_apart(const struct c_file *file, struct range braces)
{
    for (size_t i = braces.first + 1; i < braces.last; i += 2) {
        if ((file->tokens[i].kind != TOKEN_NUMBER && file->tokens[i].kind != TOKEN_STRING) ||
            (i + 1 < braces.last && !token_is(file, i + 1, ",")))
            return false;
        for (size_t k = braces.first + 1; k < i; k += 2)
            if (tokens_equal(file, i, k))
                return false;
    }
    return token_is(file, braces.first, "{");
}

bool replay_is_distinct(const struct replay *replay, bool by_rows)
{
    const struct c_tree *tree = replay->patch->tree;
    const struct c_file *file = replay->patch->file;
    struct range key = replay->values[0];
    struct variable variable;
    const struct replay_level *level = &replay->levels[0];

    if (replay->value_count != 1 || replay->depth != 1)
        return false;
    if (key.first == key.last && variable_find(tree, replay->function, key.first, &variable) &&
        variable.statement && variable.statement->kind == C_DECLARATION &&
        range_holds(level->loop->range, variable.name) && !range_is_empty(variable.value))
        key = variable.value;
    if (key.first == key.last)
        return level->step.last == level->step.first + 1 &&
               (tokens_equal(file, key.first, level->step.first) ||
                tokens_equal(file, key.first, level->step.last)) &&
               !token_is(file, level->step.first, "--");
    if (key.last == key.first + 3 && token_is(file, key.last, "]"))
        return variable_find(tree, replay->function, key.first, &variable) &&
               variable.array && replay_turns(replay) && !range_is_empty(variable.value) &&
               are_literals_apart(file, variable.value);
    return by_rows && is_member(file, key.last) && replay_turns(replay) &&
           range_find(file, key, "items", &(size_t){ 0 });
}
