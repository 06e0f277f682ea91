#include "nplus1/fix_member.h"

#include <string.h>

/* What the index is less than, in a condition that may ask for more. */
static bool read_bound(const struct c_file *file, struct range condition, size_t index,
                       struct range *count_out)
{
    for (size_t i = condition.first; i + 2 <= condition.last; i++) {
        size_t end = i + 2;

        if (!tokens_equal(file, i, index) || !token_is(file, i + 1, "<"))
            continue;
        while (end <= condition.last && !token_is(file, end, "&&"))
            end++;
        *count_out = (struct range){ i + 2, end - 1 };
        return is_quiet(file, condition) && !range_find(file, condition, "||", &end);
    }
    return false;
}

/* `for (… i = 0; i < count; i++)`: the index and the count. */
static bool read_header(const struct c_file *file, const struct c_statement *loop,
                        size_t *index_out, struct range *count_out)
{
    size_t first = 0;
    size_t second = 0;
    size_t index;

    if (loop->kind != C_FOR || !range_find(file, loop->header, ";", &first) ||
        !range_find(file, (struct range){ first + 1, loop->header.last }, ";", &second) ||
        first < loop->header.first + 3)
        return false;
    index = first - 3;
    *index_out = index;
    return token_is(file, first - 2, "=") && token_is(file, first - 1, "0") &&
           loop->header.last == second + 2 &&
           ((tokens_equal(file, index, second + 1) && token_is(file, second + 2, "++")) ||
            (tokens_equal(file, index, second + 2) && token_is(file, second + 1, "++"))) &&
           read_bound(file, (struct range){ first + 1, second - 1 }, index, count_out);
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

/* What the loop's call is given. */
struct sought {
    struct call call;
    const struct function *function;
    struct c_statement *loop;
    struct range key;
    size_t values; /* the array */
    struct range count;
};

/* The value that a query's only condition compares with, its only member. */
static bool read_query_key(struct fixing *fixing, const struct sought *sought,
                           struct range *key_out)
{
    const struct c_file *file = fixing->site->file;
    struct range query = sought->call.arguments[1];
    struct element elements[2];
    struct variable variable;
    size_t brace = 0;
    struct call condition;
    struct call operator;

    if (token_is(file, query.first, "&") && token_is(file, query.first + 1, "("))
        brace = file->tokens[query.first + 1].match + 1;
    else if (query.last == query.first + 1 &&
             variable_find(fixing->site->tree, sought->function, query.last, &variable) &&
             range_holds(sought->loop->range, variable.name) && !range_is_empty(variable.value) &&
             !is_altered(file, sought->loop->range, variable.name, &sought->call))
        brace = variable.value.first;
    if (!brace || !token_is(file, brace, "{") || elements_of(file, brace, elements, 2) != 1 ||
        elements[0].depth != 1 || !token_is(file, elements[0].names[0], "where") ||
        !token_is(file, elements[0].value.first, fixing->finding->fix_gather) ||
        !c_file_call_at(file, elements[0].value.first, &condition) || condition.count != 1 ||
        condition.close != elements[0].value.last ||
        !c_file_call_at(file, condition.arguments[0].first, &operator) ||
        operator.close != condition.arguments[0].last)
        return false;
    *key_out = operator.arguments[0];
    if (token_is(file, operator.name, "orm_eq"))
        return operator.count == 1;
    if (!token_is(file, operator.name, "orm_in") || operator.count != 2 ||
        !range_is(fixing->arena, file, operator.arguments[1], "1") ||
        !token_is(file, key_out->first, "&"))
        return false;
    key_out->first++;
    return true;
}

/* A variable that is set once, from the array, stands for what it is set to. */
static struct range spelled_out(struct fixing *fixing, const struct sought *sought)
{
    struct variable variable;

    if (sought->key.first == sought->key.last &&
        variable_find(fixing->site->tree, sought->function, sought->key.first, &variable) &&
        variable.statement && variable.statement->kind == C_DECLARATION &&
        range_holds(sought->loop->range, variable.name) && !range_is_empty(variable.value) &&
        !is_altered(fixing->site->file, sought->loop->range, variable.name, &sought->call))
        return variable.value;
    return sought->key;
}

static bool read_sought(struct fixing *fixing, struct sought *it)
{
    struct patch *patch = fixing->site;
    const struct finding *finding = fixing->finding;
    size_t index = 0;

    if (!patch || !find_site_call(fixing, patch, finding->site.line, finding->fix_loop, &it->call))
        return refuse_fix(fixing, "the call is not known");
    it->function = function_around(patch->tree, it->call.name);
    it->loop = it->function ? loop_around(statement_around(it->function, it->call.name)) : NULL;
    if (!it->loop || it->call.count != 3 || it->function->conditional ||
        !read_header(patch->file, it->loop, &index, &it->count))
        return refuse_fix(fixing, "its keys are not those of an array that a loop goes through");
    it->key = it->call.arguments[1];
    if (finding->fix_order_by && !read_query_key(fixing, it, &it->key))
        return refuse_fix(fixing, "its query says more than the key");
    if (!read_values(patch, it->function, it->loop, spelled_out(fixing, it), index, &it->values))
        return refuse_fix(fixing, "its keys are not those of an array that a loop goes through");
    return true;
}

/* The rows of the key among those gathered, which stand together. */
static bool pick_rows(struct fixing *fixing, const struct sought *it, const char *list)
{
    struct patch *patch = fixing->site;
    struct arena *arena = fixing->arena;
    const struct c_file *file = patch->file;
    struct c_statement *statement = statement_around(it->function, it->call.name);
    struct range out = it->call.arguments[2];
    const char *status = statement_with(patch, &it->call, "ORM_OK");
    const char *key = range_text(arena, file, it->key);
    const char *field = fixing->finding->fix_key;
    const char *name;

    if (!token_is(file, out.first, "&") || !status || !is_quiet(file, it->key) ||
        statement->kind == C_DECLARATION || !statement->parent ||
        statement->parent->kind != C_BLOCK)
        return refuse_fix(fixing, "the list that it fills has no name, or its status is kept");
    out.first++;
    name = range_text(arena, file, out);
    if (!strchr(status, '=') || statement->kind == C_IF)
        status = "";
    place_statements(
        patch, statement,
        arena_format(arena,
                     "%s = (%s){.items = %s.items};\n"
                     "while (%s.items < %s.items + %s.count && (*%s.items)->%s != %s)\n"
                     "    %s.items++;\n"
                     "while (%s.items + %s.count < %s.items + %s.count &&\n"
                     "       %s.items[%s.count]->%s == %s)\n"
                     "    %s.count++;",
                     name, fixing->finding->fix_list, list, name, list, list, name, field, key,
                     name, name, name, list, list, name, name, field, key, name),
        NULL);
    edit_range(patch, statement->range, status);
    return true;
}

bool fix_gather(struct fixing *fixing)
{
    const struct finding *finding = fixing->finding;
    struct sought it = { 0 };
    struct arena *arena = fixing->arena;
    const char *order = "";
    const char *list;

    if (!read_sought(fixing, &it))
        return false;
    list = free_name(fixing->site, it.call.name, "gathered");
    if (finding->fix_order_by)
        order = arena_format(arena, ", .order_by = {%s}", finding->fix_order_by);
    if (finding->fix_order_by &&
        may_write(fixing->site, it.loop->range,
                  arena_copy(arena, finding->fix_list, strlen(finding->fix_list) - 4), 0))
        return refuse_fix(fixing, "such rows may be written in the loop");
    if (finding->fix_order_by && !pick_rows(fixing, &it, list))
        return false;
    return place_before(
        fixing, fixing->site, &it.call, it.loop,
        arena_format(arena, "%s(%s, &(%s){.where = %s(orm_in(%s, %s))%s}, &%s)", finding->fix_call,
                     range_text(arena, fixing->site->file, it.call.arguments[0]),
                     finding->fix_query, finding->fix_gather,
                     token_text(arena, fixing->site->file, it.values),
                     range_text(arena, fixing->site->file, it.count), order, list),
        arena_format(arena, "%s %s;\n", finding->fix_list, list));
}
