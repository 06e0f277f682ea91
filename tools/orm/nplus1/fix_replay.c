#include "nplus1/fix_replay.h"

#include <string.h>

static bool is_altered_at(const struct c_file *file, size_t token, size_t name)
{
    return tokens_equal(file, token, name) && is_target(file, token);
}

static bool in_values(const struct replay *replay, size_t token)
{
    for (size_t i = 0; i < replay->value_count; i++)
        if (range_holds(replay->values[i], token))
            return true;
    return false;
}

/* Whether the loops take their steps there. */
static bool in_steps(const struct replay *replay, size_t token)
{
    for (size_t i = 0; i < replay->depth; i++)
        if (range_holds(replay->levels[i].loop->header, token) ||
            range_holds(replay->levels[i].step, token))
            return true;
    return false;
}

struct c_statement *replay_loop(const struct replay *replay)
{
    return replay->levels[replay->depth - 1].loop;
}

/* Functions of C that only compute. */
static bool is_computing(const struct c_file *file, size_t name)
{
    static const char *const names[] = { "strlen",  "strtol",  "strtoll", "strtoul", "strtoull",
                                         "toupper", "tolower", "abs",     "labs",    "strcmp",
                                         "isdigit", "isspace", "isalpha", "sizeof",  "snprintf",
                                         "INT64_C", "UINT64_C", "strchr",  "if",      "for",
                                         "while",   "strncmp", "memcmp" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (token_is(file, name, names[i]))
            return true;
    return false;
}

/* `*p = x`, `p->x = y`: more than the variable is changed. */
static bool writes_through(const struct patch *patch, const struct function *function,
                           struct range range)
{
    const struct c_file *file = patch->file;

    for (size_t i = range.first; i <= range.last; i++) {
        struct variable variable;

        if (is_target(file, i) &&
            (!variable_find(patch->tree, function, i, &variable) ||
             (variable.name != i &&
              (token_is(file, i - 1, "*") || token_is(file, i + 1, "->") ||
               (token_is(file, i + 1, "[") && !variable.array)))))
            return true;
    }
    return false;
}

/* A function of this file that only computes. */
static bool is_pure_function(const struct patch *patch, size_t name, int depth);

static bool is_pure_body(const struct patch *patch, const struct function *function, int depth)
{
    const struct c_file *file = patch->file;
    struct range body = function->body->range;

    for (size_t i = body.first; i <= body.last; i++) {
        struct variable variable;

        if (file->tokens[i].kind != TOKEN_WORD || is_member(file, i))
            continue;
        if (token_is(file, i + 1, "(") && !is_computing(file, i) &&
            !is_pure_function(patch, i, depth))
            return false;
        if (is_target(file, i) &&
            (!variable_find(patch->tree, function, i, &variable) || variable.global ||
             variable.is_static))
            return false;
    }
    return !writes_through(patch, function, body);
}

static bool is_pure_function(const struct patch *patch, size_t name, int depth)
{
    for (size_t i = 0; depth < 3 && i < patch->tree->functions.count; i++) {
        const struct function *function = patch->tree->functions.items[i];

        if (tokens_equal(patch->file, function->name, name))
            return !function->conditional && is_pure_body(patch, function, depth + 1);
    }
    return false;
}

/* Whether the variable changes only where the loops take their steps. `*stepped_out`: there. */
static bool is_followed(const struct replay *replay, size_t name, bool *stepped_out)
{
    const struct c_file *file = replay->patch->file;
    struct range range = replay_loop(replay)->range;

    for (size_t i = range.first; i <= range.last; i++) {
        if (!is_altered_at(file, i, name) || i == name)
            continue;
        if (!in_steps(replay, i) && !in_values(replay, i))
            return false;
        *stepped_out = true;
    }
    return true;
}

/* The variable is set where the outermost loop starts, so that nothing is to be put back. */
static bool is_started(const struct replay *replay, size_t name)
{
    const struct c_file *file = replay->patch->file;

    for (size_t k = 0; k < replay->depth; k++) {
        struct range start = replay->levels[k].start;

        for (size_t i = start.first; !range_is_empty(start) && i <= start.last; i++)
            if (tokens_equal(file, i, name) && token_is(file, i + 1, "="))
                return true;
    }
    return false;
}

static void add_once(struct replay *replay, struct pointers *to, void *item)
{
    for (size_t i = 0; i < to->count; i++)
        if (to->items[i] == item)
            return;
    pointers_add(replay->patch->arena, to, item);
}

static bool keep(struct replay *replay, const struct variable *variable)
{
    struct variable *kept;

    if (variable->array || variable->global || range_is_empty(variable->type))
        return false;
    for (size_t i = 0; i < replay->kept.count; i++)
        if (((struct variable *)replay->kept.items[i])->name == variable->name)
            return true;
    kept = arena_alloc(replay->patch->arena, sizeof *kept);
    *kept = *variable;
    pointers_add(replay->patch->arena, &replay->kept, kept);
    return true;
}

static bool take(struct replay *replay, struct range range);

/* The statement before the call, in a block around it, that holds the token; NULL: none. */
static struct c_statement *on_the_way(const struct replay *replay, size_t token)
{
    struct c_statement *at = statement_around(replay->function, replay->call->name);

    for (; at && at != replay_loop(replay)->parent; at = at->parent) {
        const struct c_statement *block = at->parent;

        for (size_t i = 0; block && i < block->children.count && block->children.items[i] != at;
             i++) {
            struct c_statement *child = block->children.items[i];

            if (range_holds(child->range, token))
                return child;
        }
    }
    return NULL;
}

/* Only variables of the loop's body are changed by it. */
static bool changes_own(const struct replay *replay, const struct c_statement *statement)
{
    const struct c_file *file = replay->patch->file;
    size_t at = 0;

    if (range_find(file, statement->range, "return", &at) ||
        range_find(file, statement->range, "goto", &at))
        return false;
    for (size_t i = statement->range.first; i <= statement->range.last; i++) {
        struct variable variable;

        if (file->tokens[i].kind != TOKEN_WORD || !is_target(file, i))
            continue;
        if (!variable_find(replay->patch->tree, replay->function, i, &variable))
            return false;
        if (variable.name == i)
            continue;
        if (variable.global || variable.is_static || token_is(file, i - 1, "*") ||
            !range_holds(replay_loop(replay)->range, variable.name) ||
            (token_is(file, i + 1, "[") && !variable.array) || token_is(file, i + 1, "->"))
            return false;
    }
    return true;
}

static bool take_statement(struct replay *replay, struct c_statement *statement)
{
    size_t before = replay->needed.count;

    add_once(replay, &replay->needed, statement);
    if (replay->needed.count == before)
        return true;
    return replay->needed.count < 16 && changes_own(replay, statement) &&
           take(replay, statement->range);
}

/* What is declared in the loop's body, and all that makes it what it is when the call comes. */
static bool take_own(struct replay *replay, const struct variable *variable)
{
    const struct c_file *file = replay->patch->file;
    struct range range = replay_loop(replay)->range;

    if (!variable->statement || variable->statement->kind != C_DECLARATION ||
        variable->is_static || variable->name > replay->call->name)
        return false;
    if (on_the_way(replay, variable->name) == variable->statement &&
        !take_statement(replay, variable->statement))
        return false;
    for (size_t i = range.first; i <= range.last; i++) {
        struct c_statement *at;
        bool written = tokens_equal(file, i, variable->name) && !is_member(file, i) &&
                       token_is(file, i - 1, "(") && token_is(file, i - 2, "snprintf");

        if (i == variable->name || (!written && !is_altered_at(file, i, variable->name)))
            continue;
        if (in_values(replay, i) && !in_values(replay, i - 1))
            continue; /* "&id" of `orm_in(&id, 1)` */
        at = on_the_way(replay, i);
        if (!at || !take_statement(replay, at))
            return false;
    }
    return true;
}

static bool take_word(struct replay *replay, size_t token)
{
    struct variable variable;
    bool stepped = false;

    if (token_is(replay->patch->file, token + 1, "("))
        return is_computing(replay->patch->file, token) ||
               is_pure_function(replay->patch, token, 0);
    if (!variable_find(replay->patch->tree, replay->function, token, &variable))
        return true;
    for (size_t i = 0; i < replay->needed.count; i++) /* within what is repeated anyway */
        if (((struct c_statement *)replay->needed.items[i])->kind != C_DECLARATION &&
            range_holds(((struct c_statement *)replay->needed.items[i])->range, variable.name))
            return true;
    if (!range_holds(replay_loop(replay)->range, variable.name)) {
        if (!is_followed(replay, variable.name, &stepped))
            return false;
        return !stepped || is_started(replay, variable.name) || keep(replay, &variable);
    }
    if (in_steps(replay, variable.name))
        return is_followed(replay, variable.name, &stepped);
    return take_own(replay, &variable);
}

static bool take(struct replay *replay, struct range range)
{
    const struct c_file *file = replay->patch->file;

    for (size_t i = range.first; !range_is_empty(range) && i <= range.last; i++)
        if (file->tokens[i].kind == TOKEN_WORD && !is_member(file, i) &&
            !take_word(replay, i))
            return false;
    return true;
}

static size_t next_at_top(const struct c_file *file, size_t at, size_t last, const char *text)
{
    while (at <= last && !token_is(file, at, text))
        at = file->tokens[at].match > at ? file->tokens[at].match + 1 : at + 1;
    return at;
}

/* `status == ORM_OK`, `!found`: what may end the loop before, and is asked here as it is before the
 * first turn. */
static bool ends_loop(const struct replay *replay, struct range part)
{
    const struct c_file *file = replay->patch->file;
    struct variable variable;
    size_t at = part.first + (token_is(file, part.first, "!") ? 1 : 0);
    size_t found = 0;

    return is_quiet(file, part) && (range_find(file, part, "ORM_OK", &found) || at == part.last) &&
           (!variable_find(replay->patch->tree, replay->function, at, &variable) ||
            !range_holds(replay_loop(replay)->range, variable.name));
}

/* The parts of a condition that hold when the loop is run through before. */
static bool take_condition(struct replay *replay, struct replay_level *level, struct range whole)
{
    const struct c_file *file = replay->patch->file;
    struct arena *arena = replay->patch->arena;
    bool any = next_at_top(file, whole.first, whole.last, "||") <= whole.last;
    struct text text = { 0 };
    bool bounded = false;

    level->first = NULL;
    for (size_t at = whole.first; !range_is_empty(whole) && at <= whole.last;) {
        size_t end = any ? whole.last + 1 : next_at_top(file, at, whole.last, "&&");
        struct range part = { at, end - 1 };

        at = end + 1;
        if (!any && ends_loop(replay, part)) {
            const char *ends = range_text(arena, file, part);

            level->first = level->first ? arena_format(arena, "%s && %s", level->first, ends)
                                        : ends;
        } else if (is_quiet(file, part) && take(replay, part)) {
            bounded = true;
        } else {
            return false;
        }
        if (text.length)
            text_add_string(arena, &text, " && ");
        text_add_string(arena, &text, range_text(arena, file, part));
    }
    level->condition = bounded ? arena_text(arena, text.text) : NULL;
    if (any && level->condition)
        level->condition = arena_format(arena, "(%s)", level->condition);
    return level->condition != NULL;
}

/* `i++` and its like as a whole statement. */
static bool is_step(const struct c_file *file, const struct c_statement *statement)
{
    size_t at = 0;

    return statement->kind == C_EXPRESSION && !range_find(file, statement->range, "(", &at) &&
           (range_find(file, statement->range, "++", &at) ||
            range_find(file, statement->range, "--", &at) ||
            range_find(file, statement->range, "=", &at) ||
            range_find(file, statement->range, "+=", &at));
}

static bool read_while(const struct c_file *file, struct replay_level *level)
{
    const struct c_statement *body = level->loop->body;
    const struct c_statement *last;
    size_t at = 0;

    if (body->kind != C_BLOCK || !body->children.count ||
        range_find(file, body->range, "continue", &at))
        return false;
    last = body->children.items[body->children.count - 1];
    level->start = (struct range){ 1, 0 };
    level->step = (struct range){ last->range.first, last->range.last - 1 };
    return is_step(file, last);
}

/* The parts of the loop's parentheses. */
static bool read_level(struct replay *replay, size_t index, struct range *condition_out)
{
    const struct c_file *file = replay->patch->file;
    struct replay_level *level = &replay->levels[index];
    struct range header = level->loop->header;
    size_t first;
    size_t second;

    if (level->loop->kind == C_WHILE) {
        *condition_out = header;
        return read_while(file, level);
    }
    if (level->loop->kind != C_FOR || range_is_empty(header))
        return false;
    first = next_at_top(file, header.first, header.last, ";");
    second = next_at_top(file, first + 1, header.last, ";");
    if (second > header.last)
        return false;
    level->start = (struct range){ header.first, first - 1 };
    *condition_out = (struct range){ first + 1, second - 1 };
    level->step = (struct range){ second + 1, header.last };
    return !range_is_empty(*condition_out);
}

static bool passes_by(const struct c_statement *statement)
{
    return statement->kind == C_IF && !statement->other && statement_leaves(statement->body);
}

/* What stands between the loop's beginning and the call, and may pass it by. */
static void take_guards(struct replay *replay)
{
    struct c_statement *at = statement_around(replay->function, replay->call->name);

    for (; at && at != replay_loop(replay); at = at->parent) {
        struct c_statement *around = at->parent;

        if (around && around->kind == C_IF && !range_holds(around->header, replay->call->name)) {
            if (is_quiet(replay->patch->file, around->header) && take(replay, around->header))
                add_once(replay, &replay->guards, around);
            else
                replay->unguarded = true;
        }
        for (size_t i = 0; around && i < around->children.count && around->children.items[i] != at;
             i++) {
            struct c_statement *child = around->children.items[i];
            struct pointers needed = replay->needed;

            if (!passes_by(child) || range_holds(child->header, replay->call->name))
                continue;
            if (is_quiet(replay->patch->file, child->header) && take(replay, child->header)) {
                add_once(replay, &replay->guards, child);
                continue;
            }
            replay->needed = needed;
            replay->unguarded = true;
        }
    }
}

/* Nothing is followed that may be NULL: "items[i]->id" at most. */
static bool is_safe(const struct replay *replay, struct range range)
{
    const struct c_file *file = replay->patch->file;

    for (size_t i = range.first; i <= range.last; i++)
        if ((token_is(file, i, "->") && is_member(file, i - 1) &&
             !token_is(file, i - 1, "items")) ||
            (token_is(file, i, "*") && i > range.first && token_is(file, i - 1, "(")))
            return false;
    return true;
}

static bool are_safe(const struct replay *replay)
{
    for (size_t i = 0; i < replay->value_count; i++)
        if (!is_safe(replay, replay->values[i]))
            return false;
    for (size_t i = 0; i < replay->needed.count; i++)
        if (!is_safe(replay, ((struct c_statement *)replay->needed.items[i])->range))
            return false;
    return true;
}

static bool read_levels(struct replay *replay)
{
    struct range condition = { 1, 0 };

    for (size_t i = 0; i < replay->depth; i++)
        if (!read_level(replay, i, &condition))
            return false;
    for (size_t i = 0; i < replay->value_count; i++)
        if (!take(replay, replay->values[i]))
            return false;
    for (size_t i = 0; i < replay->depth; i++) {
        struct replay_level *level = &replay->levels[i];

        (void)read_level(replay, i, &condition);
        if (!take(replay, level->start) || !take(replay, level->step) ||
            !take_condition(replay, level, condition) ||
            writes_through(replay->patch, replay->function, level->loop->header))
            return false;
    }
    take_guards(replay);
    return !replay->unguarded || are_safe(replay);
}

bool replay_read(struct patch *patch, const struct call *call, const struct range *values,
                 size_t count, struct replay *replay_out)
{
    struct replay replay = { .patch = patch, .call = call, .value_count = count };
    struct c_statement *loop;
    bool found = false;

    replay.function = function_around(patch->tree, call->name);
    if (!replay.function || replay.function->conditional || count > REPLAY_VALUES)
        return false;
    memcpy(replay.values, values, count * sizeof *values);
    loop = loop_around(statement_around(replay.function, call->name));
    for (size_t depth = 0; loop && depth < REPLAY_DEPTH; loop = loop_around(loop)) {
        struct replay more = replay;

        more.levels[depth++].loop = loop;
        memcpy(more.levels, replay.levels, (depth - 1) * sizeof *more.levels);
        more.depth = depth;
        if (!read_levels(&more))
            break;
        memcpy(replay.levels, more.levels, sizeof replay.levels);
        *replay_out = more;
        found = true;
    }
    return found;
}

/* A variable of type size_t, a list's count, a number. */
static bool is_size(const struct replay *replay, struct range range)
{
    const struct c_file *file = replay->patch->file;
    struct variable variable;

    if (file->tokens[range.first].kind == TOKEN_NUMBER && range.first == range.last)
        return true;
    if (is_member(file, range.last) && token_is(file, range.last, "count"))
        return true;
    if (range.first + 1 == range.last - 2 && token_is(file, range.first, "sizeof"))
        return true;
    return range.first == range.last &&
           variable_find(replay->patch->tree, replay->function, range.first, &variable) &&
           range_is(replay->patch->arena, file, variable.type, "size_t");
}

const char *replay_turns(const struct replay *replay)
{
    const struct replay_level *level = &replay->levels[0];
    const struct c_file *file = replay->patch->file;
    struct range start = level->start;
    struct range bound = { 1, 0 };
    size_t index = start.last - 2;

    if (replay->depth != 1 || level->loop->kind != C_FOR || range_is_empty(start) ||
        start.last < start.first + 2 || !token_is(file, start.last, "0") ||
        !token_is(file, start.last - 1, "=") || level->step.last != level->step.first + 1 ||
        (!token_is(file, level->step.first, "++") && !token_is(file, level->step.last, "++")))
        return NULL;
    for (size_t i = start.last + 2; i < level->step.first - 1; i++) {
        size_t end = i + 2;

        if (!tokens_equal(file, i, index) || !token_is(file, i + 1, "<"))
            continue;
        while (end < level->step.first - 1 && !token_is(file, end, "&&"))
            end++;
        bound = (struct range){ i + 2, end - 1 };
        break;
    }
    if (range_is_empty(bound) || !is_size(replay, bound))
        return NULL;
    if (!level->first)
        return range_text(replay->patch->arena, file, bound);
    return arena_format(replay->patch->arena, "(%s ? %s : 0)", level->first,
                        range_text(replay->patch->arena, file, bound));
}

/* One thing that stands in a repeated loop before its values. */
struct piece {
    size_t at;
    const char *text;
};

static const char *guard_text(const struct replay *replay, const struct c_statement *guard)
{
    struct arena *arena = replay->patch->arena;
    const char *condition = range_text(arena, replay->patch->file, guard->header);
    bool within = guard->body && range_holds(guard->body->range, replay->call->name);

    return within ? arena_format(arena, "if (!(%s))\n    continue;", condition)
                  : arena_format(arena, "if (%s)\n    continue;", condition);
}

static struct c_statement *loop_of(const struct replay *replay, struct c_statement *statement)
{
    for (size_t i = 0; i < replay->depth; i++)
        if (range_holds(replay->levels[i].loop->range, statement->range.first))
            return replay->levels[i].loop;
    return NULL;
}

static size_t pieces_of(const struct replay *replay, size_t level, struct piece *pieces,
                        size_t limit)
{
    const struct pointers *from[] = { &replay->needed, &replay->guards };
    struct patch *patch = replay->patch;
    size_t count = 0;

    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < from[k]->count && count < limit; i++) {
            struct c_statement *at = from[k]->items[i];
            struct piece piece = { .at = at->range.first };
            size_t place = count;

            if (loop_of(replay, at) != replay->levels[level].loop)
                continue;
            piece.text = k ? guard_text(replay, at) : statement_text(patch, at);
            while (place > 0 && pieces[place - 1].at > piece.at) {
                pieces[place] = pieces[place - 1];
                place--;
            }
            pieces[place] = piece;
            count++;
        }
    return count;
}

static const char *header_text(const struct replay *replay, const struct replay_level *level,
                               const char *unless)
{
    struct arena *arena = replay->patch->arena;
    const struct c_file *file = replay->patch->file;
    const char *start = range_is_empty(level->start) ? "" : range_text(arena, file, level->start);
    const char *step = range_is_empty(level->step) ? "" : range_text(arena, file, level->step);

    return arena_format(arena, "for (%s; %s%s%s;%s%s)", start, unless ? unless : "",
                        unless ? " && " : "", level->condition, *step ? " " : "", step);
}

const char *replay_text(const struct replay *replay, const char *body, const char *unless)
{
    struct arena *arena = replay->patch->arena;
    const char *text = body;

    for (size_t k = 0; k < replay->depth; k++) {
        const struct replay_level *level = &replay->levels[k];
        struct piece pieces[32];
        size_t count = pieces_of(replay, k, pieces, sizeof pieces / sizeof *pieces);
        bool braces = count > 0 || strchr(text, '\n') != NULL;
        struct text inside = { 0 };

        for (size_t i = 0; i < count; i++) {
            text_add_string(arena, &inside, pieces[i].text);
            text_add(arena, &inside, "\n", 1);
        }
        text_add_string(arena, &inside, text);
        text = arena_format(arena, "%s%s\n%s%s", header_text(replay, level, unless),
                            braces ? " {" : "",
                            indented_text(arena, arena_text(arena, inside.text), "    "),
                            braces ? "\n}" : "");
    }
    return text;
}

const char *replay_keeping(const struct replay *replay)
{
    struct patch *patch = replay->patch;
    const char *text = "";

    for (size_t i = 0; i < replay->kept.count; i++) {
        const struct variable *it = replay->kept.items[i];
        const char *name = token_text(patch->arena, patch->file, it->name);

        text = arena_format(patch->arena, "%s%s%s%s_before = %s;\n", text,
                            range_text(patch->arena, patch->file, it->type), it->stars ? "" : " ",
                            name, name);
    }
    return text;
}

const char *replay_putting_back(const struct replay *replay)
{
    struct patch *patch = replay->patch;
    const char *text = "";

    for (size_t i = 0; i < replay->kept.count; i++) {
        const struct variable *it = replay->kept.items[i];
        const char *name = token_text(patch->arena, patch->file, it->name);

        text = arena_format(patch->arena, "%s%s = %s_before;\n", text, name, name);
    }
    return text;
}
