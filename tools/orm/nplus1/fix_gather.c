#include "nplus1/fix_member.h"
#include "nplus1/fix_replay.h"

#include <string.h>

/* A call that is given keys, and what is known of it. */
struct sought {
    struct call call;
    const struct function *function;
    struct range keys[REPLAY_VALUES]; /* of the model's key, or the one of the condition */
    const char *conditions[REPLAY_VALUES];
    const char *elements[REPLAY_VALUES]; /* the C types of arrays of them */
    size_t count;
    const char *rest;   /* conditions of the query besides, each behind a comma */
    const char *more;   /* its members besides, each behind a comma */
    const char *order;  /* its own order */
    struct call around; /* the call in the loop: of a helper that the call stands in, or the same */
    struct range session; /* of that call */
    const char *stem;   /* "shop_product" */
};

static const char *part_of(struct arena *arena, const char *text, size_t index)
{
    for (; text && index > 0; index--) {
        text = strstr(text, ", ");
        text = text ? text + 2 : NULL;
    }
    return text ? arena_copy(arena, text, strcspn(text, ",")) : NULL;
}

/* Names of this function that are the same whenever the loop turns. */
static bool is_the_same(struct fixing *fixing, const struct sought *it, struct range range)
{
    const struct c_statement *loop = outermost_loop(statement_around(it->function, it->call.name));

    return loop && is_steady(fixing->site, it->function, loop, range, &it->call);
}

/* The value that a condition on the key compares with. */
static bool read_condition(struct fixing *fixing, struct range where, struct range *key_out)
{
    const struct c_file *file = fixing->site->file;
    struct call condition;
    struct call operator;

    if (!token_is(file, where.first, fixing->finding->fix_gather) ||
        !c_file_call_at(file, where.first, &condition) || condition.count != 1 ||
        condition.close != where.last ||
        !c_file_call_at(file, condition.arguments[0].first, &operator) ||
        operator.close != condition.arguments[0].last)
        return false;
    *key_out = operator.arguments[0];
    if (token_is(file, operator.name, "orm_eq"))
        return operator.count == 1;
    return token_is(file, operator.name, "orm_in") && operator.count == 2 &&
           range_is(fixing->arena, file, operator.arguments[1], "1") &&
           only_element(fixing->site, key_out);
}

/* The key's condition alone, or among others that are the same in each turn. */
static bool read_where(struct fixing *fixing, struct sought *it, struct range where)
{
    const struct c_file *file = fixing->site->file;
    const char *all_of = arena_format(fixing->arena, "%s_all_of", it->stem);
    struct call all;
    bool met = false;

    if (read_condition(fixing, where, &it->keys[0]))
        return true;
    if (!token_is(file, where.first, all_of) || !c_file_call_at(file, where.first, &all) ||
        all.close != where.last)
        return false;
    for (size_t i = 1; i < all.count; i++) {
        if (!met && read_condition(fixing, all.arguments[i], &it->keys[0])) {
            met = true;
            continue;
        }
        if (!is_the_same(fixing, it, all.arguments[i]))
            return false;
        it->rest = arena_format(fixing->arena, "%s, %s", it->rest,
                                range_text(fixing->arena, file, all.arguments[i]));
    }
    return met;
}

/* The braces of the query, written in place or a variable's that only this call is given. */
static size_t braces_of(struct fixing *fixing, const struct sought *it)
{
    const struct c_file *file = fixing->site->file;
    struct range query = it->call.arguments[1];
    struct variable variable;

    if (token_is(file, query.first, "&") && token_is(file, query.first + 1, "("))
        return file->tokens[query.first + 1].match + 1;
    if (query.last != query.first + 1 || !token_is(file, query.first, "&") ||
        !variable_find(fixing->site->tree, it->function, query.last, &variable) ||
        variable.global || variable.parameter || range_is_empty(variable.value) ||
        is_altered(file, it->function->body->range, variable.name, &it->call))
        return 0;
    return variable.value.first;
}

static bool read_query(struct fixing *fixing, struct sought *it)
{
    static const char *const kept[] = { "with", "counts", "undefer", "load" };
    const struct c_file *file = fixing->site->file;
    struct element elements[ELEMENTS_MAX];
    size_t brace = braces_of(fixing, it);
    size_t count = brace && token_is(file, brace, "{")
                       ? elements_of(file, brace, elements, ELEMENTS_MAX)
                       : 0;
    bool met = false;

    for (size_t i = 0; i < count; i++) {
        const char *text = range_text(fixing->arena, file, elements[i].range);
        bool passed = false;

        if (elements[i].depth == 1 && token_is(file, elements[i].names[0], "where")) {
            met = read_where(fixing, it, elements[i].value);
            passed = met;
        } else if (elements[i].depth == 1 && token_is(file, elements[i].names[0], "order_by") &&
                   token_is(file, elements[i].value.first, "{") &&
                   elements[i].value.last > elements[i].value.first + 1) {
            struct range inner = { elements[i].value.first + 1, elements[i].value.last - 1 };

            it->order = range_text(fixing->arena, file, inner);
            passed = is_the_same(fixing, it, inner);
        } else {
            for (size_t k = 0; elements[i].depth && k < sizeof kept / sizeof *kept; k++)
                passed = passed || token_is(file, elements[i].names[0], kept[k]);
            passed = passed && is_the_same(fixing, it, elements[i].value);
            it->more = arena_format(fixing->arena, "%s, %s", it->more, text);
        }
        if (!passed)
            return refuse_fix(fixing, "its query says more than the key, or what differs");
    }
    return met || refuse_fix(fixing, "its query can't be read, or does not compare the key alone");
}

/* The call in a loop: this one, or that of the helper that it stands in, with its keys there. */
static bool find_around(struct fixing *fixing, struct sought *it)
{
    struct patch *patch = fixing->site;
    const struct function *outside;
    size_t session = 0;

    it->around = it->call;
    it->session = it->call.arguments[0];
    if (loop_around(statement_around(it->function, it->call.name)))
        return true;
    if (fixing->finding->fix_order_by || !only_caller(patch, it->function, &it->around) ||
        !parameter_index(patch, it->function, it->session, &session) ||
        session >= it->around.count)
        return false;
    it->session = it->around.arguments[session];
    for (size_t i = 0; i < it->count; i++) {
        size_t index = 0;

        if (!parameter_index(patch, it->function, it->keys[i], &index) ||
            index >= it->around.count ||
            is_altered(patch->file, it->function->body->range, it->keys[i].first, &it->call))
            return false;
        it->keys[i] = it->around.arguments[index];
    }
    outside = function_around(patch->tree, it->around.name);
    if (!outside || outside->conditional ||
        !loop_around(statement_around(outside, it->around.name)))
        return false;
    it->function = outside;
    return true;
}

static bool read_sought(struct fixing *fixing, struct sought *it)
{
    struct patch *patch = fixing->site;
    const struct finding *finding = fixing->finding;
    size_t keys = 0;

    if (!patch || !find_site_call(fixing, patch,
                                  fixing->checked ? finding->check_site.line : finding->site.line,
                                  finding->fix_loop, &it->call))
        return refuse_fix(fixing, "the call is not known");
    it->function = function_around(patch->tree, it->call.name);
    if (!it->function || it->function->conditional || it->call.count < 3)
        return refuse_fix(fixing, "the call stands in a macro, or between #if and #endif");
    it->stem = arena_copy(fixing->arena, finding->fix_loop,
                          (size_t)(strrchr(finding->fix_loop, '_') - finding->fix_loop));
    for (; keys < REPLAY_VALUES; keys++) {
        it->conditions[keys] = part_of(fixing->arena, finding->fix_gather, keys);
        it->elements[keys] = part_of(fixing->arena, finding->fix_element, keys);
        if (!it->conditions[keys] || !it->elements[keys])
            break;
    }
    it->count = keys;
    if (finding->fix_order_by ? !read_query(fixing, it) : it->call.count != keys + 2)
        return refuse_fix(fixing, "its keys are not known");
    for (size_t i = 0; i < keys && !finding->fix_order_by; i++)
        it->keys[i] = it->call.arguments[i + 1];
    if (!keys || !find_around(fixing, it))
        return refuse_fix(fixing, "no loop around it is known");
    return true;
}

/* Whether the session is the same one before the loop. */
static bool session_stays(struct fixing *fixing, const struct sought *it)
{
    const struct c_statement *loop =
        outermost_loop(statement_around(it->function, it->around.name));
    struct variable variable;

    if (!loop || !is_quiet(fixing->site->file, it->session))
        return false;
    if (variable_find(fixing->site->tree, it->function, it->session.first, &variable) &&
        range_holds(loop->range, variable.name))
        return false;
    return is_steady(fixing->site, it->function, loop, it->session, &it->around);
}

/* "shop_product_id_is(orm_in(keys, key_count))", or all of several. */
static const char *condition_text(struct fixing *fixing, const struct sought *it,
                                  const char *const *arrays, const char *count)
{
    const struct c_file *file = fixing->site->file;
    struct arena *arena = fixing->arena;
    const char *text = "";

    for (size_t i = 0; i < it->count; i++) {
        const char *value =
            arrays[i] ? arena_format(arena, "orm_in(%s, %s)", arrays[i], count)
                      : arena_format(arena, "orm_eq(%s)", range_text(arena, file, it->keys[i]));

        text = arena_format(arena, "%s%s%s(%s)", text, i ? ", " : "", it->conditions[i], value);
    }
    if (it->count == 1 && !*it->rest)
        return text;
    return arena_format(arena, "%s_all_of(%s, %s%s)", it->stem,
                        range_text(arena, file, it->session), text, it->rest);
}

static const char *select_text(struct fixing *fixing, const struct sought *it, const char *where,
                               const char *list)
{
    struct arena *arena = fixing->arena;
    const char *order = "";

    if (fixing->finding->fix_order_by)
        order = fixing->finding->fix_order_by;
    if (it->order && *order)
        order = arena_format(arena, "%s, %s", part_of(arena, order, 0), it->order);
    if (*order)
        order = arena_format(arena, ", .order_by = {%s}", order);
    return arena_format(arena, "%s_select(%s, &(%s_query){.where = %s%s%s}, &%s)", it->stem,
                        range_text(arena, fixing->site->file, it->session), it->stem,
                        where, order, it->more, list);
}

/* What is put into the array: of text that is made in the loop, a copy. */
static const char *value_text(struct fixing *fixing, const struct sought *it, size_t index)
{
    const struct c_file *file = fixing->site->file;
    struct arena *arena = fixing->arena;
    struct range key = it->keys[index];
    const char *text = range_text(arena, file, key);
    struct variable variable;

    if (strchr(it->elements[index], '*') && key.first == key.last &&
        variable_find(fixing->site->tree, it->function, key.first, &variable) && variable.array)
        return arena_format(arena, "orm_session_printf(%s, \"%%s\", %s)",
                            range_text(arena, file, it->session), text);
    if (!fixing->finding->fix_order_by || strcmp(it->elements[index], "int64_t") != 0 ||
        (key.last > key.first && token_is(file, key.last - 1, "->")))
        return text;
    return key.first == key.last ? arena_format(arena, "(int64_t)%s", text)
                                 : arena_format(arena, "(int64_t)(%s)", text);
}

/* The loop through an array of keys: the array itself is what it goes through. */
static const char *array_of(struct fixing *fixing, const struct sought *it,
                            const struct replay *replay)
{
    const struct c_file *file = fixing->site->file;
    struct range key = it->keys[0];
    struct range start = replay->levels[0].start;
    struct variable variable;

    if (it->count != 1 || replay->depth != 1 || replay->needed.count || replay->guards.count ||
        replay->kept.count || key.last != key.first + 3 || !token_is(file, key.first + 1, "[") ||
        !tokens_equal(file, key.first + 2, start.last - 2) ||
        !variable_find(fixing->site->tree, it->function, key.first, &variable) ||
        variable.stars + variable.array != 1 + (size_t)(it->elements[0][0] == 'c'))
        return NULL;
    return token_text(fixing->arena, file, key.first);
}

/* Whether rows that are read before the loop could be others by the time they are asked for. */
static bool may_be_others(struct fixing *fixing, const struct sought *it,
                          const struct c_statement *loop)
{
    const struct call *checked = fixing->checked;

    if (hands_session_on(fixing->site, loop->range, it->session.first, 0))
        return true;
    if (checked && fixing->finding->fix_order_by) { /* the write itself is for other keys */
        const char *model = arena_format(fixing->arena, "%s_", it->stem);
        struct range before = { loop->range.first, checked->name - 1 };
        struct range behind = { checked->close + 1, loop->range.last };

        return may_write(fixing->site, before, model, 0) ||
               may_write(fixing->site, behind, model, 0);
    }
    return fixing->finding->fix_order_by
               ? may_write(fixing->site, loop->range,
                           arena_format(fixing->arena, "%s_", it->stem), 0)
               : writes_unseen(fixing->site, loop->range, it->stem);
}

/* A turn of a loop that only counts its turns. */
static const char *count_text(struct fixing *fixing, const struct sought *it, const char *count)
{
    const char *text = "";
    size_t at = 0;

    for (size_t i = 0; i < it->count; i++)
        if (range_find(fixing->site->file, it->keys[i], "&", &at))
            text = arena_format(fixing->arena, "%s(void)%s;\n", text,
                                range_text(fixing->arena, fixing->site->file, it->keys[i]));
    return arena_format(fixing->arena, "%s%s++;", text, count);
}

/* Arrays, and the loops that fill them. The arrays' names by key; NULL: the same in each turn. */
static const char *filling(struct fixing *fixing, const struct sought *it,
                           const struct replay *replay, const char **arrays, const char *count)
{
    struct arena *arena = fixing->arena;
    const char *turns = replay_turns(replay);
    const char *session = range_text(arena, fixing->site->file, it->session);
    const char *text = arena_format(arena, "%ssize_t %s = 0;\n", replay_keeping(replay), count);
    const char *body = "";
    const char *missing = NULL;
    size_t final = it->count - 1;
    bool last = false;

    while (final > 0 && !arrays[final])
        final--;
    if (!turns) {
        text = arena_format(arena, "%s%s\n%s", text,
                            replay_text(replay, count_text(fixing, it, count), NULL),
                            replay_putting_back(replay));
        turns = count;
    }
    for (size_t i = 0; i < it->count; i++) {
        if (!arrays[i])
            continue;
        text = arena_format(arena, "%s%s%s*%s = orm_session_alloc(%s, (%s + 1) * sizeof *%s);\n",
                            text, it->elements[i], strchr(it->elements[i], '*') ? "" : " ",
                            arrays[i], session, turns, arrays[i]);
        last = i == final;
        body = arena_format(arena, "%s%s[%s%s] = %s;%s", body, arrays[i], count, last ? "++" : "",
                            value_text(fixing, it, i), last ? "" : "\n");
        missing = missing ? arena_format(arena, "%s && %s != NULL", missing, arrays[i])
                          : arena_format(arena, "%s != NULL", arrays[i]);
    }
    if (turns == count)
        text = arena_format(arena, "%s%s = 0;\n", text, count);
    return arena_format(arena, "%s%s\n%s", text, replay_text(replay, body, missing),
                        replay_putting_back(replay));
}

static bool place_replayed(struct fixing *fixing, struct sought *it, const struct replay *replay,
                           const char *list)
{
    struct arena *arena = fixing->arena;
    struct patch *patch = fixing->site;
    const char *arrays[REPLAY_VALUES] = { NULL };
    const char *count = free_name(patch, it->around.name, "key_count");
    const char *code;
    const char *declarations;
    const char *where;
    size_t varying = 0;
    const char *nothing = "";

    for (size_t i = 0; i < it->count; i++)
        if (!is_steady(patch, it->function, replay_loop(replay), it->keys[i], &it->around)) {
            arrays[i] = varying ? arena_format(arena, "%s_%zu",
                                               free_name(patch, it->around.name, "keys"),
                                               varying + 1)
                                : free_name(patch, it->around.name, "keys");
            nothing = arena_format(arena, "%s%s%s == NULL", nothing, varying ? " || " : "",
                                   arrays[i]);
            varying++;
        }
    if (!varying)
        return refuse_fix(fixing, "its keys are the same in each turn of the loop");
    declarations = filling(fixing, it, replay, arrays, count);
    where = condition_text(fixing, it, arrays, count);
    code = arena_format(arena, "(%s ? ORM_NOMEM : %s)", nothing,
                        select_text(fixing, it, where, list));
    return place_before(fixing, patch, &it->around, replay_loop(replay), code,
                        arena_format(arena, "%s%s_list %s;\n", declarations, it->stem, list));
}

/* Whether what is written for one key may be found, or counted on, by another turn. */
static bool may_meet(struct fixing *fixing, const struct sought *it, const struct replay *replay)
{
    const struct c_file *file = fixing->site->file;
    const struct call *write = fixing->checked;
    struct range found = it->call.arguments[it->call.count - 1];

    if (it->count == 1 && replay_is_distinct(replay, fixing->finding->fix_distinct))
        return false;
    return fixing->finding->fix_order_by || write->count != 3 ||
           !range_is(fixing->arena, file, write->arguments[1],
                     token_text(fixing->arena, file, found.last)) ||
           word_uses(file, write->arguments[2], token_text(fixing->arena, file, found.last));
}

static bool ends_in(const char *text, const char *end)
{
    return strlen(text) > strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* What the call in the loop then does. */
static bool pick(struct fixing *fixing, const struct sought *it, const char *list)
{
    const struct finding *finding = fixing->finding;
    bool text = strchr(it->elements[0], '*') != NULL;

    if (ends_in(finding->fix_loop, "_exists"))
        return pick_existence(fixing, &it->call, it->keys[0], list, text);
    if (finding->fix_order_by)
        return pick_rows(fixing, &it->call, it->keys[0], list, text);
    if (!fixing->checked || !ends_in(finding->fix_rename, "_add"))
        return true; /* the session knows the rows */
    if (it->count != 1 || strcmp(it->elements[0], "orm_uuid") == 0)
        return refuse_fix(fixing, "rows of such keys can't be told apart in the loop");
    return pick_found(fixing, &it->call, it->keys[0], list, text);
}

bool fix_checked(struct fixing *fixing)
{
    const struct finding *finding = fixing->finding;
    struct call write;

    if (!fixing->site || !finding->fix_call ||
        !find_site_call(fixing, fixing->site, finding->site.line, finding->fix_call, &write))
        return refuse_fix(fixing, "the call is not known");
    fixing->checked = &write;
    return fix_gather(fixing) &&
           queue_write(fixing, &write, ends_in(finding->fix_rename, "_add"));
}

bool fix_gather(struct fixing *fixing)
{
    struct sought it = { .rest = "", .more = "" };
    struct arena *arena = fixing->arena;
    struct replay replay = { .depth = 0 };
    const char *array;
    const char *list;
    const char *turns;

    if (!read_sought(fixing, &it))
        return false;
    if (!session_stays(fixing, &it))
        return refuse_fix(fixing, "its session can't be named before the loop");
    if (!replay_read(fixing->site, &it.around, it.keys, it.count, &replay))
        return refuse_fix(fixing, "its keys can't be told before the loop without running it");
    if (may_be_others(fixing, &it, replay_loop(&replay)))
        return refuse_fix(fixing, "such rows may be written in the loop");
    list = free_name(fixing->site, it.around.name, "gathered");
    array = array_of(fixing, &it, &replay);
    turns = replay_turns(&replay);
    if (fixing->checked && (it.around.name != it.call.name || may_meet(fixing, &it, &replay)))
        return refuse_fix(fixing, "a key may come twice, and what is written for it be found then");
    if (!pick(fixing, &it, list))
        return false;
    if (!array || !turns)
        return place_replayed(fixing, &it, &replay, list);
    return place_before(
        fixing, fixing->site, &it.around, replay_loop(&replay),
        select_text(fixing, &it, condition_text(fixing, &it, &array, turns), list),
        arena_format(arena, "%s_list %s;\n", it.stem, list));
}
