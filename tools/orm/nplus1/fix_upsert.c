#include "nplus1/fix_member.h"
#include "nplus1/fix_replay.h"

#include <string.h>

/* What is gathered before it is sent. */
#define GATHERED "100"

/* A call that upserts a row in a loop. */
struct upsert {
    struct call call;
    const struct function *function;
    struct c_statement *loop;
    size_t brace; /* of the row's values */
};

/* The row's values: written in place, or a variable's of the loop that nothing else changes. */
static bool read_values(struct fixing *fixing, struct upsert *it)
{
    const struct c_file *file = fixing->site->file;
    struct range values = it->call.arguments[1];
    struct variable variable;

    if (token_is(file, values.first, "&") && token_is(file, values.first + 1, "(")) {
        it->brace = file->tokens[values.first + 1].match + 1;
        return token_is(file, it->brace, "{");
    }
    if (values.last != values.first + 1 || !token_is(file, values.first, "&") ||
        !variable_find(fixing->site->tree, it->function, values.last, &variable) ||
        !range_holds(it->loop->range, variable.name) || range_is_empty(variable.value) ||
        is_altered(file, it->loop->range, variable.name, &it->call))
        return false;
    it->brace = variable.value.first;
    return token_is(file, it->brace, "{");
}

/* Text that another turn of the loop writes over does not last. */
static bool lasts(struct fixing *fixing, const struct upsert *it)
{
    const struct c_file *file = fixing->site->file;
    size_t close = file->tokens[it->brace].match;
    size_t at = 0;

    if (range_find(file, it->loop->range, "free", &at))
        return false;
    for (size_t i = it->brace; i < close; i++) {
        struct variable variable;

        if (file->tokens[i].kind != TOKEN_WORD || is_member(file, i))
            continue;
        if (token_is(file, i + 1, "(") && !token_is(file, i, "ORM_SET"))
            return false;
        if (variable_find(fixing->site->tree, it->function, i, &variable) && variable.array &&
            (range_holds(it->loop->range, variable.name) ||
             word_uses(file, it->loop->range, token_text(fixing->arena, file, i)) != 1))
            return false;
    }
    return true;
}

/* The column that decides whether the row is there: of `.on = {.name = true}` "name". */
static const char *key_of(struct fixing *fixing, const struct upsert *it)
{
    const struct c_file *file = fixing->site->file;
    struct range conflict = it->call.arguments[2];
    const char *key = NULL;

    if (range_is(fixing->arena, file, conflict, "NULL"))
        return fixing->finding->fix_key;
    for (size_t i = conflict.first; i + 4 <= conflict.last; i++) {
        if (!token_is(file, i, "on") || !is_member(file, i))
            continue;
        if (token_is(file, i + 1, "."))
            key = token_text(fixing->arena, file, i + 2);
        else if (token_is(file, i + 2, "{") && !range_find(file, (struct range){ i + 2,
                 file->tokens[i + 2].match }, ",", &(size_t){ 0 }))
            key = token_text(fixing->arena, file, i + 4);
    }
    return key;
}

/* Whether no two turns of the loop write to the same row. */
static bool is_distinct(struct fixing *fixing, const struct upsert *it)
{
    const struct c_file *file = fixing->site->file;
    const char *key = key_of(fixing, it);
    struct element elements[ELEMENTS_MAX];
    size_t count = elements_of(file, it->brace, elements, ELEMENTS_MAX);
    struct replay replay;
    struct call set;

    for (size_t i = 0; key && i < count; i++)
        if (elements[i].depth == 1 && token_is(file, elements[i].names[0], key) &&
            c_file_call_at(file, elements[i].value.first, &set) && set.count == 1 &&
            set.close == elements[i].value.last && token_is(file, set.name, "ORM_SET"))
            return replay_read(fixing->site, &it->call, set.arguments, 1, &replay) &&
                   replay_is_distinct(&replay, false);
    return false;
}

static bool is_session_used(const struct patch *patch, const struct upsert *it)
{
    const struct c_file *file = patch->file;

    for (size_t i = it->loop->range.first; i <= it->loop->range.last; i++)
        if (tokens_equal(file, i, it->call.arguments[0].first) && !is_member(file, i) &&
            (i < it->call.name || i > it->call.close))
            return true;
    return false;
}

static const char *sent(struct fixing *fixing, const struct upsert *it, const char *rows,
                        const char *count, const char *list)
{
    const struct c_file *file = fixing->site->file;

    return arena_format(fixing->arena, "%s(%s, %s, %s, %s, &%s)", fixing->finding->fix_batch,
                        range_text(fixing->arena, file, it->call.arguments[0]), rows, count,
                        range_text(fixing->arena, file, it->call.arguments[2]), list);
}

static bool gather(struct fixing *fixing, const struct upsert *it)
{
    struct patch *patch = fixing->site;
    struct arena *arena = fixing->arena;
    const char *batch = fixing->finding->fix_batch;
    const char *rows = free_name(patch, it->call.name, "rows");
    const char *count = free_name(patch, it->call.name, "row_count");
    const char *list = free_name(patch, it->call.name, "upserted");
    const char *left = arena_format(arena, "%s %% " GATHERED, count);
    struct range values = it->call.arguments[1];

    values.first++;
    if (!statement_with(patch, &it->call, "ORM_OK"))
        return refuse_fix(fixing, "what becomes of the status can't be kept");
    place_statements(patch, it->loop,
                     arena_format(arena,
                                  "%.*s_new %s[" GATHERED "];\nsize_t %s = 0;\n%s %s;",
                                  (int)(strlen(batch) - strlen("_upsert_all")), batch, rows, count,
                                  fixing->finding->fix_list, list),
                     NULL);
    place_statements(patch, statement_around(it->function, it->call.name),
                     arena_format(arena, "%s[%s++ %% " GATHERED "] = %s;", rows, count,
                                  range_text(arena, patch->file, values)),
                     NULL);
    edit_range(patch, (struct range){ it->call.name, it->call.close },
               arena_format(arena, "(%s > 0 ? ORM_OK : %s)", left,
                            sent(fixing, it, rows, GATHERED, list)));
    return place_after_loop(fixing, patch, &it->call, it->loop,
                            arena_format(arena, "(%s == 0 ? ORM_OK : %s)", left,
                                         sent(fixing, it, rows, left, list)));
}

bool fix_upsert(struct fixing *fixing)
{
    struct patch *patch = fixing->site;
    const struct finding *finding = fixing->finding;
    struct upsert it = { .brace = 0 };

    if (!patch || !find_site_call(fixing, patch, finding->site.line, finding->fix_loop, &it.call))
        return refuse_fix(fixing, "the call is not known");
    it.function = function_around(patch->tree, it.call.name);
    it.loop = it.function ? loop_around(statement_around(it.function, it.call.name)) : NULL;
    if (!it.loop || it.function->conditional || it.call.count != 4 ||
        outermost_loop(statement_around(it.function, it.call.name)) != it.loop)
        return refuse_fix(fixing, "there is no single loop around it, or it stands in a macro");
    if (!token_is(patch->file, it.call.arguments[3].first, "NULL"))
        return refuse_fix(fixing, "the row is asked for");
    if (!read_values(fixing, &it) || !lasts(fixing, &it) ||
        !is_steady(patch, it.function, it.loop, it.call.arguments[2], &it.call))
        return refuse_fix(fixing, "the values are not written in place, or do not last");
    if (!is_distinct(fixing, &it))
        return refuse_fix(fixing, "a key may come twice, which one statement can't write");
    if (treats_rows_apart(patch->file, it.loop->range) || is_session_used(patch, &it))
        return refuse_fix(fixing, "the loop asks for more, or treats failures of single rows");
    return gather(fixing, &it);
}
