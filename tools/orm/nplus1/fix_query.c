#include "nplus1/fix.h"
#include "nplus1/fix_member.h"

#include <string.h>

enum { LINE_MAX_COLUMNS = 100 };

bool find_site_call(struct fixing *fixing, struct patch *patch, int64_t line, const char *name,
                    struct call *call_out)
{
    size_t found = c_file_find_call(patch->file, line, name, call_out);

    if (found > 1)
        return refuse_fix(fixing, arena_format(fixing->arena,
                                               "line %lld calls %s more than once",
                                               (long long)line, name));
    if (!found)
        return refuse_fix(fixing, arena_format(fixing->arena, "line %lld holds no call of %s",
                                               (long long)line, name));
    return true;
}

/* Calls that make lists otherwise than by a query of their rows. */
static bool is_list_maker(struct arena *arena, const struct c_file *file, size_t name)
{
    static const char *const parts[] = { "_raw",  "_insert_all", "_upsert_all",
                                         "_walk", "_load_",      "_select" };
    const char *text = token_text(arena, file, name);

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(text, parts[i]))
            return true;
    return false;
}

/* Whether the call's last argument is a variable's address whose type is that of the list. */
static bool fills_list(struct fixing *fixing, const struct call *call)
{
    const char *query = fixing->finding->fix_query;
    const struct c_file *file = fixing->list->file;
    const struct function *function = function_around(fixing->list->tree, call->name);
    struct range last = call->arguments[call->count - 1];
    struct variable variable;

    return query && function && token_is(file, last.first, "&") && last.last > last.first &&
           variable_find(fixing->list->tree, function, last.first + 1, &variable) &&
           range_is(fixing->arena, file, variable.type,
                    arena_format(fixing->arena, "%.*s_list", (int)strlen(query) - 6, query));
}

static bool find_list_maker(struct fixing *fixing, struct call *call_out)
{
    struct c_file *file = fixing->list->file;
    int64_t line = fixing->finding->replacement_site.line;
    size_t found = 0;

    for (size_t i = 0; i + 1 < file->count; i++) {
        struct call call;

        if (!c_file_call_at(file, i, &call) || call.count < 2 ||
            !c_file_call_stands(file, &call, line) ||
            (!(is_list_maker(fixing->arena, file, i) && call.count > 2) &&
             !fills_list(fixing, &call)) ||
            c_file_find_call(file, line, token_text(fixing->arena, file, i), &call) != 1 ||
            call.name != i)
            continue;
        *call_out = call;
        found++;
    }
    return found == 1;
}

bool find_list_call(struct fixing *fixing, struct call *call_out)
{
    static const char *const endings[] = { "select", "select_page", "each" };
    const char *select = fixing->finding->fix_call;

    if (!select)
        return find_list_maker(fixing, call_out);
    size_t stem = strlen(select) >= 6 ? strlen(select) - 6 : 0;
    int64_t line = fixing->finding->replacement_site.line;

    if (strcmp(select + stem, "select") != 0)
        return find_site_call(fixing, fixing->list, line, select, call_out);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const char *name = arena_format(fixing->arena, "%.*s%s", (int)stem, select, endings[i]);
        size_t found = c_file_find_call(fixing->list->file, line, name, call_out);

        if (found == 1)
            return true;
        if (found > 1)
            return refuse_fix(fixing, arena_format(fixing->arena,
                                                   "line %lld calls %s more than once",
                                                   (long long)line, name));
    }
    return refuse_fix(fixing, arena_format(fixing->arena, "line %lld holds no call of %s",
                                           (long long)line, select));
}

/* ".with.albums" and what it is set to; the text is the arena's. */
static bool read_member(struct arena *arena, const char *text, struct member *member_out)
{
    struct c_file *file = c_file_of_text(arena, text);
    struct member member = { 0 };
    size_t at = 0;
    size_t last = file->count;

    while (token_is(file, at, ".") && at + 1 < file->count && member.depth < MEMBER_DEPTH) {
        member.names[member.depth++] = token_text(arena, file, at + 1);
        at += 2;
    }
    if (!member.depth || !token_is(file, at, "=") || !file->balanced)
        return false;
    if (token_is(file, last - 1, ","))
        last--;
    member.value = range_text(arena, file, (struct range){ at + 1, last - 1 });
    *member_out = member;
    return true;
}

size_t elements_of(const struct c_file *file, size_t brace, struct element *elements, size_t limit)
{
    size_t close = file->tokens[brace].match;
    size_t count = 0;

    for (size_t at = brace + 1; at < close;) {
        struct element *it = &elements[count];

        if (count == limit)
            return 0;
        *it = (struct element){ .range = { at, at } };
        while (token_is(file, at, ".") && it->depth < MEMBER_DEPTH) {
            it->names[it->depth++] = at + 1;
            at += 2;
        }
        it->value.first = it->depth && token_is(file, at, "=") ? at + 1 : it->range.first;
        while (at < close && !token_is(file, at, ","))
            at = file->tokens[at].match > at ? file->tokens[at].match + 1 : at + 1;
        it->range.last = it->value.last = at - 1;
        it->comma = at < close;
        at += it->comma;
        count++;
    }
    return count;
}

/* How many of the member's names the element's are; 0: it is another. */
static size_t shared_names(const struct c_file *file, const struct element *element,
                           const struct member *member, size_t from)
{
    for (size_t i = 0; i < element->depth; i++)
        if (from + i >= member->depth ||
            !token_is(file, element->names[i], member->names[from + i]))
            return 0;
    return element->depth;
}

static const char *spelled(struct arena *arena, const struct member *member, size_t from)
{
    struct text text = { 0 };

    for (size_t i = from; i < member->depth; i++) {
        text_add_string(arena, &text, ".");
        text_add_string(arena, &text, member->names[i]);
    }
    text_add_string(arena, &text, " = ");
    text_add_string(arena, &text, member->value);
    return arena_text(arena, text.text);
}

static size_t column_of(const struct c_file *file, size_t at)
{
    size_t column = 0;

    while (at > column && file->text[at - column - 1] != '\n')
        column++;
    return column;
}

/* How far the line goes on behind the token. */
static size_t rest_of_line(const struct c_file *file, size_t at)
{
    return strcspn(file->text + at, "\n");
}

static void insert_first(struct patch *patch, size_t brace, const char *text)
{
    struct range inside = { brace, patch->file->tokens[brace].match };

    edit_range(patch, inside, arena_format(patch->arena, "{%s}", text));
}

/* Behind the last element, on a line of its own where the elements have lines of their own. */
static void insert_last(struct patch *patch, const struct element *last, const char *text)
{
    const struct c_file *file = patch->file;
    size_t start = range_start(file, last->range);
    size_t end = start + range_length(file, last->range);
    size_t indent = strlen(indent_of(patch, last->range.first));
    bool own_line = column_of(file, start) == indent;
    bool wide = column_of(file, end) + strlen(text) + rest_of_line(file, end) > LINE_MAX_COLUMNS;
    size_t behind = end_with_comment(file, last->range.last + last->comma);

    if (!own_line && !wide) {
        edit_add(patch, end, 0, arena_format(patch->arena, ", %s", text));
        return;
    }
    if (!last->comma)
        edit_add(patch, end, 0, ",");
    edit_add(patch, behind, 0,
             arena_format(patch->arena, "\n%*s%s%s", (int)(own_line ? indent : indent + 8), "",
                          text, last->comma ? "," : ""));
}

static bool is_zero(const struct c_file *file, const struct element *element)
{
    return !element->depth && element->range.first == element->range.last &&
           token_is(file, element->range.first, "0");
}

/* A query's members, given in braces. */
static size_t braces_of_query(const struct c_file *file, struct range value)
{
    if (token_is(file, value.first, "&") && token_is(file, value.first + 1, "(")) {
        size_t brace = file->tokens[value.first + 1].match + 1;

        if (token_is(file, brace, "{") && file->tokens[brace].match == value.last)
            return brace;
    }
    return 0;
}

static bool add_to_braces(struct fixing *fixing, struct patch *patch, size_t brace,
                          const struct member *member, size_t from);

/* What a query says besides what it loads. */
static bool is_narrower(const struct c_file *file, const struct element *element)
{
    static const char *const loads[] = { "with", "counts", "undefer", "load", "order_by" };

    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++)
        if (element->depth && token_is(file, element->names[0], loads[i]))
            return false;
    return true;
}

static bool is_narrow(const struct c_file *file, size_t brace)
{
    struct element elements[ELEMENTS_MAX];
    size_t count = elements_of(file, brace, elements, ELEMENTS_MAX);

    for (size_t i = 0; i < count; i++)
        if (is_narrower(file, &elements[i]))
            return true;
    return false;
}

/* The relation is loaded, or counted, another way already. */
static bool refuse_other(struct fixing *fixing)
{
    fixing->clash = true;
    return refuse_fix(fixing, "its query already says something else of the relation");
}

/* The members of a query that is there already and of the one to be there, together. */
static bool add_to_value(struct fixing *fixing, struct patch *patch, struct range value,
                         const struct member *member)
{
    struct arena *arena = patch->arena;
    const struct c_file *wanted = c_file_of_text(arena, member->value);
    size_t inner = wanted->count ? braces_of_query(wanted, (struct range){ 0, wanted->count - 1 })
                                 : 0;
    size_t there = braces_of_query(patch->file, value);
    struct element elements[ELEMENTS_MAX];
    size_t count;

    if (strcmp(range_text(arena, patch->file, value), member->value) == 0)
        return true;
    if (!inner && there)
        return is_narrow(patch->file, there) ? refuse_other(fixing) : true;
    if (!inner || (!there && is_narrow(wanted, inner)))
        return refuse_other(fixing);
    if (!there && value.last == value.first + 1 && token_is(patch->file, value.first, "&")) {
        edit_range(patch, value, member->value);
        return true;
    }
    if (!there)
        return refuse_fix(fixing, "the query of the relation is not written in place");
    count = elements_of(wanted, inner, elements, ELEMENTS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct member nested;

        if (is_narrower(wanted, &elements[i]) ||
            !read_member(arena, range_text(arena, wanted, elements[i].range), &nested) ||
            !add_to_braces(fixing, patch, there, &nested, 0))
            return refuse_other(fixing);
    }
    return true;
}

static bool add_to_braces(struct fixing *fixing, struct patch *patch, size_t brace,
                          const struct member *member, size_t from)
{
    const struct c_file *file = patch->file;
    struct element elements[ELEMENTS_MAX];
    size_t count = elements_of(file, brace, elements, ELEMENTS_MAX);
    const char *text = spelled(patch->arena, member, from);

    if (!count && file->tokens[brace].match != brace + 1)
        return refuse_fix(fixing, "the query has too many members");
    if (!count || (count == 1 && is_zero(file, &elements[0]))) {
        insert_first(patch, brace, text);
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        size_t shared = shared_names(file, &elements[i], member, from);

        if (!elements[i].depth)
            return refuse_fix(fixing, "the query has members without names");
        if (!shared)
            continue;
        if (from + shared == member->depth)
            return add_to_value(fixing, patch, elements[i].value, member);
        if (!token_is(file, elements[i].value.first, "{"))
            return refuse_fix(fixing, "the query sets all its relations at once");
        return add_to_braces(fixing, patch, elements[i].value.first, member, from + shared);
    }
    insert_last(patch, &elements[count - 1], text);
    return true;
}

/* Uses of a query that is a variable, other than this call, members set or read, and conditions
 * added. */
static bool is_used_elsewhere(const struct patch *patch, struct range where, const char *name,
                              const struct call *call, size_t declared)
{
    const struct c_file *file = patch->file;

    for (size_t i = where.first; i <= where.last; i++) {
        if (!token_is(file, i, name) || is_member(file, i) || i == declared)
            continue;
        if (i > call->open && i < call->close)
            continue;
        if (token_is(file, i + 1, ".") && !token_is(file, i - 1, "&"))
            continue;
        if (token_is(file, i - 1, "&") && i > 4 && token_is(file, i - 2, ",") &&
            token_is(file, i - 4, "(") && file->tokens[i - 5].length > 6 &&
            memcmp(file->text + file->tokens[i - 5].start + file->tokens[i - 5].length - 6,
                   "_where", 6) == 0)
            continue;
        return true;
    }
    return false;
}

/* A variable that only this call is given: its initialiser, or a line before the call. */
static bool add_to_variable(struct fixing *fixing, struct patch *patch, const struct call *call,
                            size_t use, const struct member *member)
{
    const struct c_file *file = patch->file;
    const struct function *function = function_around(patch->tree, use);
    struct variable found;
    struct range where = { 0, file->count - 1 };
    size_t brace;

    if (!function || function->conditional || !variable_find(patch->tree, function, use, &found) ||
        found.parameter || found.stars || found.array)
        return refuse_fix(fixing, "its query comes from elsewhere");
    if (!found.global)
        where = function->body->range;
    if (is_used_elsewhere(patch, where, token_text(patch->arena, file, use), call, found.name))
        return refuse_fix(fixing, "its query is used elsewhere too");
    brace = found.value.first;
    if (range_is_empty(found.value) || !token_is(file, brace, "{") ||
        (found.is_static && !found.global && strchr(member->value, '{')))
        return refuse_fix(fixing, "its query is not written in place");
    for (size_t i = where.first; i < where.last; i++) /* set a second time */
        if (token_is(file, i, token_text(patch->arena, file, use)) && !is_member(file, i) &&
            token_is(file, i + 1, ".") && token_is(file, i + 2, member->names[0]))
            return refuse_fix(fixing, "its query's relations are set elsewhere");
    return add_to_braces(fixing, patch, brace, member, 0);
}

/* What follows the query moves to the next line where the line would be too long. */
static void break_line(struct patch *patch, const struct call *call, size_t length)
{
    const struct c_file *file = patch->file;
    size_t start = range_start(file, call->arguments[1]);
    size_t end = start + range_length(file, call->arguments[1]);
    size_t comma = file->tokens[call->arguments[1].last + 1].start + 1;

    if (call->count < 3 || comma > end + 1 || file->text[comma] != ' ' ||
        column_of(file, start) + length + rest_of_line(file, end) <= LINE_MAX_COLUMNS)
        return;
    edit_add(patch, comma, 1,
             arena_format(patch->arena, "\n%*s",
                          (int)column_of(file, file->tokens[call->open].start) + 1, ""));
}

bool query_add(struct fixing *fixing, struct patch *patch, const struct call *call,
               const char *member_text)
{
    const char *type = fixing->finding->fix_query;
    struct arena *arena = patch->arena;
    const struct c_file *file = patch->file;
    struct range query;
    struct member member;
    const char *everything;
    size_t brace;

    if (call->count < 2 || !type || !read_member(arena, member_text, &member))
        return refuse_fix(fixing, "the call is given no query");
    query = call->arguments[1];
    everything = arena_format(arena, "%.*s_all", (int)strlen(type) - 6, type);
    if (range_is(arena, file, query, "NULL") ||
        range_is(arena, file, query, arena_format(arena, "&%s", everything))) {
        const char *text = arena_format(arena, "&(%s){%s}", type, spelled(arena, &member, 0));

        edit_range(patch, query, text);
        break_line(patch, call, strlen(text));
        return true;
    }
    brace = braces_of_query(file, query);
    if (brace) {
        struct range named = { query.first + 2, brace - 2 };

        if (!range_is(arena, file, named, type))
            return refuse_fix(fixing, "the call is given a query of another type");
        return add_to_braces(fixing, patch, brace, &member, 0);
    }
    if (query.last == query.first + 1 && token_is(file, query.first, "&"))
        return add_to_variable(fixing, patch, call, query.last, &member);
    return refuse_fix(fixing, "its query is not written in place");
}

/* The list that a call fills, as an argument: "&artists". NULL: none that can be named again. */
static const char *list_argument(struct patch *patch, const struct call *call, const char *type)
{
    struct range last = call->arguments[call->count - 1];
    const char *text = range_text(patch->arena, patch->file, last);
    size_t name = patch->file->tokens[call->name].length;
    const char *function = patch->file->text + patch->file->tokens[call->name].start;

    if (!is_quiet(patch->file, last) || strcmp(text, "NULL") == 0)
        return NULL;
    if (name < 5 || memcmp(function + name - 5, "_page", 5) != 0)
        return text;
    if (text[0] != '&')
        return NULL;
    return arena_format(patch->arena, "&(%.*s_list){.count = %s.count, .items = %s.items}",
                        (int)strlen(type) - 6, type, text + 1, text + 1);
}

/* `code` names the session `db` and the list `&list`. */
static bool add_behind(struct fixing *fixing, const struct call *call, const char *code)
{
    struct patch *patch = fixing->list;
    struct arena *arena = fixing->arena;
    const char *session = range_text(arena, patch->file, call->arguments[0]);
    const char *list = list_argument(patch, call, fixing->finding->fix_query);
    const char *open = strchr(code, '(');
    const char *rest = strstr(code, "&list");

    if (!list || !open || !rest || !is_quiet(patch->file, call->arguments[0]))
        return refuse_fix(fixing, "the list has no name");
    return place_behind(fixing, patch, call,
                        arena_format(arena, "%.*s%s, %s%s", (int)(open - code) + 1, code, session,
                                     list, rest + 5));
}

bool only_element(const struct patch *patch, struct range *list)
{
    const struct c_file *file = patch->file;
    const struct function *function = function_around(patch->tree, list->first);
    struct variable variable;

    if (token_is(file, list->first, "&")) {
        list->first++;
        return true;
    }
    if (list->first != list->last || !function ||
        !variable_find(patch->tree, function, list->first, &variable) || !variable.array ||
        variable.global || range_is_empty(variable.value) ||
        !token_is(file, variable.value.first, "{") ||
        range_find(file, variable.value, ",", &(size_t){ 0 }) ||
        is_altered(file, function->body->range, variable.name, &(struct call){ .name = 1 }))
        return false;
    *list = (struct range){ variable.value.first + 1, variable.value.last - 1 };
    return !range_is_empty(*list);
}

bool list_add(struct fixing *fixing, const char *member, const char *code)
{
    struct call call;

    if (!fixing->list || !find_list_call(fixing, &call))
        return refuse_fix(fixing, "the call that makes the list is not known");
    size_t edits = fixing->list->edits.count;

    if (member && query_add(fixing, fixing->list, &call, member))
        return true;
    fixing->list->edits.count = edits;
    if (!code || fixing->clash)
        return refuse_fix(fixing, "its query can't take what is to be loaded");
    return add_behind(fixing, &call, code);
}

/* Rows of more lists than that one are asked for, too. */
static bool has_others(const struct finding *finding)
{
    return finding->fix_loop && finding->matched < finding->distinct;
}

bool fix_query(struct fixing *fixing)
{
    const struct finding *finding = fixing->finding;

    if (has_others(finding) && fix_preload(fixing))
        return true;
    forget_edits(fixing);
    if (list_add(fixing, finding->fix_member, finding->fix_after))
        return true;
    if (fixing->clash)
        return false;
    forget_edits(fixing);
    return finding->fix_loop && !has_others(finding) && fix_preload(fixing);
}
