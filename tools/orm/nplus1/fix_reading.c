#include "nplus1/fix_member.h"

#include <string.h>

/* What the call in the loop asks for. */
struct asked {
    struct call call;
    const struct function *function;
    struct c_statement *statement;
    struct range row; /* "artists.items[i]": the row whose key it is given */
    bool nullable;    /* the key is one that may be NULL */
    const char *rest; /* what its query says besides, as members; "" */
    size_t last_of_rest; /* tokens of it stand before this one and behind first_of_rest */
    struct range query; /* the query's own tokens, or none */
};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t size = strlen(end);

    return length >= size && strcmp(text + length - size, end) == 0;
}

/* Whether something is put into the variable behind its declaration. */
static bool is_set_again(const struct c_file *file, struct range range,
                         const struct variable *variable)
{
    static const char *const sets[] = { "=", "++", "--", "+=", "-=", "*=", "/=", "|=", "&=" };

    for (size_t i = range.first; i <= range.last; i++) {
        if (i == variable->name || !tokens_equal(file, i, variable->name) || is_member(file, i))
            continue;
        if (token_is(file, i - 1, "&") || token_is(file, i - 1, "++") ||
            token_is(file, i - 1, "--"))
            return true;
        for (size_t k = 0; k < sizeof sets / sizeof *sets; k++)
            if (token_is(file, i + 1, sets[k]))
                return true;
    }
    return false;
}

/* "(int64_t)x" and "(x)" are x. */
static struct range bare(const struct c_file *file, struct range range)
{
    for (;;) {
        size_t close = file->tokens[range.first].match;

        if (!token_is(file, range.first, "(") || close == range.first)
            return range;
        if (close == range.last)
            range = (struct range){ range.first + 1, range.last - 1 };
        else if (close == range.first + 2)
            range.first = close + 1;
        else
            return range;
    }
}

/* "artists.items[i]->id" of key "id": the row. */
static bool read_key(struct fixing *fixing, struct asked *asked, struct range key, int depth)
{
    const struct c_file *file = fixing->site->file;
    struct variable variable;

    key = bare(file, key);
    if (key.first == key.last && depth < 3 &&
        variable_find(fixing->site->tree, asked->function, key.first, &variable) &&
        !variable.parameter && !variable.global && !range_is_empty(variable.value) &&
        !is_set_again(file, asked->function->body->range, &variable))
        return read_key(fixing, asked, variable.value, depth + 1);
    if (key.last > key.first + 2 && token_is(file, key.last, "value") &&
        token_is(file, key.last - 1, ".")) {
        asked->nullable = true;
        key.last -= 2;
    }
    if (key.last < key.first + 2 || !token_is(file, key.last, fixing->finding->fix_key) ||
        !token_is(file, key.last - 1, "->"))
        return false;
    key.last -= 2;
    asked->row = key;
    return is_quiet(file, key);
}

/* One of the conditions that the rows are found by: the one on the key. */
static bool is_key_condition(struct fixing *fixing, struct asked *asked, struct range range)
{
    const struct c_file *file = fixing->site->file;
    struct call condition;
    struct call operator;

    if (strstr(token_text(fixing->arena, file, range.first), "_has_") &&
        c_file_call_at(file, range.first, &condition) && condition.close == range.last &&
        condition.count == 2)
        range = condition.arguments[1]; /* a condition on the rows, through a link */
    if (!token_is(file, range.first, fixing->finding->fix_condition) ||
        !c_file_call_at(file, range.first, &condition) || condition.close != range.last ||
        condition.count != 1 ||
        !c_file_call_at(file, condition.arguments[0].first, &operator) ||
        operator.close != condition.arguments[0].last)
        return false;
    if (token_is(file, operator.name, "orm_eq") && operator.count == 1)
        return read_key(fixing, asked, operator.arguments[0], 0);
    if (!token_is(file, operator.name, "orm_in") || operator.count != 2 ||
        !range_is(fixing->arena, file, operator.arguments[1], "1") ||
        !only_element(fixing->site, &operator.arguments[0]))
        return false;
    return read_key(fixing, asked, operator.arguments[0], 0);
}

/* The condition, or all of several: those that are left. NULL: the key's is not among them. */
static const char *read_where(struct fixing *fixing, struct asked *asked, struct range where)
{
    const struct c_file *file = fixing->site->file;
    const char *name = token_text(fixing->arena, file, where.first);
    struct text rest = { 0 };
    struct call all;
    size_t met = 0;
    size_t left = 0;

    if (is_key_condition(fixing, asked, where))
        return "";
    if (!ends_with(name, "_all_of") || !c_file_call_at(file, where.first, &all) ||
        all.close != where.last || all.count < 2)
        return NULL;
    for (size_t i = 1; i < all.count; i++) {
        if (!met && is_key_condition(fixing, asked, all.arguments[i])) {
            met++;
            continue;
        }
        text_add_string(fixing->arena, &rest, left++ ? ", " : "");
        text_add_string(fixing->arena, &rest,
                        range_text(fixing->arena, file, all.arguments[i]));
    }
    if (!met || !left)
        return met ? "" : NULL;
    if (left == 1)
        return arena_format(fixing->arena, ".where = %s", rest.text);
    return arena_format(fixing->arena, ".where = %s(%s, %s)", name,
                        range_text(fixing->arena, file, all.arguments[0]), rest.text);
}

/* The braces of the query that a call is given: written in place, or a variable's of its own. */
static size_t query_braces(struct fixing *fixing, struct asked *asked, struct range query)
{
    const struct c_file *file = fixing->site->file;
    struct variable variable;

    if (token_is(file, query.first, "&") && token_is(file, query.first + 1, "(")) {
        size_t brace = file->tokens[query.first + 1].match + 1;

        return token_is(file, brace, "{") && file->tokens[brace].match == query.last ? brace : 0;
    }
    if (query.last != query.first + 1 || !token_is(file, query.first, "&") ||
        !variable_find(fixing->site->tree, asked->function, query.last, &variable) ||
        variable.parameter || range_is_empty(variable.value) ||
        !token_is(file, variable.value.first, "{"))
        return 0;
    for (size_t i = asked->function->body->range.first; i <= asked->function->body->range.last; i++)
        if (i != variable.name && tokens_equal(file, i, variable.name) && !is_member(file, i) &&
            (!token_is(file, i - 1, "&") ||
             (!token_is(file, i + 1, ",") && !token_is(file, i + 1, ")"))))
            return 0;
    return variable.value.first;
}

static bool read_query(struct fixing *fixing, struct asked *asked, struct range query)
{
    const struct c_file *file = fixing->site->file;
    size_t brace = query_braces(fixing, asked, query);
    struct element elements[ELEMENTS_MAX];
    size_t count = brace ? elements_of(file, brace, elements, ELEMENTS_MAX) : 0;
    struct text rest = { 0 };
    bool met = false;

    text_add_string(fixing->arena, &rest, "");
    for (size_t i = 0; i < count; i++) {
        const char *text = range_text(fixing->arena, file, elements[i].range);

        if (elements[i].depth == 1 && token_is(file, elements[i].names[0], "where")) {
            text = read_where(fixing, asked, elements[i].value);
            met = text != NULL;
            if (!met)
                break;
        }
        if (*text && rest.length)
            text_add_string(fixing->arena, &rest, ", ");
        text_add_string(fixing->arena, &rest, text);
    }
    if (!met)
        return refuse_fix(fixing, "its query can't be read, or finds rows by more than the key");
    asked->rest = arena_text(fixing->arena, rest.text ? rest.text : "");
    asked->query = (struct range){ brace, file->tokens[brace].match };
    return true;
}

/* Whether what the rest names is there where the list is made, and the same. */
static bool rest_holds_there(struct fixing *fixing, const struct asked *asked)
{
    const struct c_file *file = fixing->site->file;
    struct call list;
    bool together;

    if (!*asked->rest)
        return true;
    if (fixing->before_loop)
        return refuse_fix(fixing, "its query asks for more than the rows of one key");
    if (!find_list_call(fixing, &list))
        return false;
    together = fixing->list == fixing->site &&
               function_around(fixing->list->tree, list.name) == asked->function;
    for (size_t i = asked->query.first; i <= asked->query.last; i++) {
        struct variable variable;
        struct variable there;
        const char *name;

        if (range_holds(asked->row, i) || file->tokens[i].kind != TOKEN_WORD ||
            token_is(file, i + 1, "(") ||
            !variable_find(fixing->site->tree, asked->function, i, &variable))
            continue;
        name = token_text(fixing->arena, file, i);
        if (!word_uses(c_file_of_text(fixing->arena, asked->rest),
                       (struct range){ 0, c_file_of_text(fixing->arena, asked->rest)->count - 1 },
                       name))
            continue;
        if (!together ||
            !variable_of_name(fixing->site->tree, asked->function, list.name, name, &there) ||
            there.name != variable.name ||
            is_set_again(file, (struct range){ list.close, asked->function->body->range.last },
                         &variable))
            return refuse_fix(fixing, "its query depends on more than the row");
    }
    return true;
}

/* The member, or the call, with what the query says besides in the innermost query. */
static const char *narrowed(struct arena *arena, const char *code, const char *member,
                            const char *rest)
{
    const char *all = NULL;
    const char *start;
    size_t type;

    if (!*rest || !code)
        return code;
    if (!member)
        return NULL;
    for (const char *at = strstr(member, "_all"); at; at = strstr(at + 1, "_all"))
        all = at;
    if (!all)
        return NULL;
    for (start = all; start > member && start[-1] != '&'; start--)
        continue;
    type = (size_t)(all - start);
    if (code != member && ends_with(code, ", NULL)"))
        return arena_format(arena, "%.*s&(%.*s_query){%s})", (int)(strlen(code) - 5), code,
                            (int)type, start, rest);
    all = NULL;
    for (const char *at = strstr(code, "_all"); at; at = strstr(at + 1, "_all"))
        all = at;
    if (!all || (size_t)(all - code) < type)
        return NULL;
    return arena_format(arena, "%.*s(%.*s_query){%s}%s", (int)(all - code - (long)type), code,
                        (int)type, start, rest, all + 4);
}

/* Of an aggregate it stands in the call that names its rows. */
static struct range query_argument(struct fixing *fixing, const struct call *call)
{
    const struct c_file *file = fixing->site->file;
    struct call rows;

    if (c_file_call_at(file, call->arguments[1].first, &rows) &&
        rows.close == call->arguments[1].last && rows.count == 1)
        return rows.arguments[0];
    return call->arguments[1];
}

static bool read_asked(struct fixing *fixing, struct asked *asked)
{
    const struct finding *finding = fixing->finding;
    struct call *call = &asked->call;

    if (!fixing->site ||
        !find_site_call(fixing, fixing->site, finding->site.line, finding->fix_loop, call))
        return refuse_fix(fixing, "the call in the loop is not known");
    asked->function = function_around(fixing->site->tree, call->name);
    if (!asked->function || asked->function->conditional || call->count < 3)
        return refuse_fix(fixing, "the call stands in a macro, or between #if and #endif");
    asked->statement = statement_around(asked->function, call->name);
    asked->rest = "";
    if (finding->fix_condition)
        return read_query(fixing, asked, query_argument(fixing, call)) &&
               rest_holds_there(fixing, asked);
    for (size_t i = 1; i + 1 < call->count; i++)
        if (read_key(fixing, asked, call->arguments[i], 0))
            return true;
    return refuse_fix(fixing, "it can't be seen which row's key it is given");
}

/* What is read with the list must be what it would be in the loop. */
static bool is_written_meanwhile(struct fixing *fixing, const struct asked *asked,
                                 const struct call *list)
{
    const char *type = fixing->finding->fix_list;
    const struct c_statement *loop = outermost_loop(asked->statement);
    struct range range = { list->close, loop ? loop->range.last : asked->statement->range.last };

    if (!may_write(fixing->site, range,
                   arena_copy(fixing->arena, type, strlen(type) - strlen("list")), 0))
        return false;
    return !refuse_fix(fixing, "such rows may be written before the loop ends");
}

/* Rows that are not of the list have nothing to be read. */
static bool all_from_list(struct fixing *fixing, const struct asked *asked)
{
    const struct finding *finding = fixing->finding;
    struct call list;

    if (fixing->before_loop) {
        if (*asked->rest)
            return false;
        list = (struct call){ .close = asked->statement->range.first };
        if (loop_around(asked->statement))
            list.close = outermost_loop(asked->statement)->range.first;
        return !is_written_meanwhile(fixing, asked, &list);
    }
    if (!find_list_call(fixing, &list))
        return false;
    if (fixing->list != fixing->site || finding->matched < finding->distinct ||
        function_around(fixing->list->tree, list.name) != asked->function)
        return refuse_fix(fixing, "other rows than those of the list may come there");
    return !is_written_meanwhile(fixing, asked, &list);
}

/* "&category" is category; "row_out" is *row_out. */
static const char *pointed_to(struct fixing *fixing, const struct asked *asked)
{
    struct range out = asked->call.arguments[asked->call.count - 1];
    const struct c_file *file = fixing->site->file;

    if (token_is(file, out.first, "&")) {
        out.first++;
        return range_text(fixing->arena, file, out);
    }
    return arena_format(fixing->arena, "*%s", range_text(fixing->arena, file, out));
}

static struct range call_range(const struct asked *asked)
{
    return (struct range){ asked->call.name, asked->call.close };
}

/* Whether the statement only goes on for keys that are there. */
static bool is_guarded(struct fixing *fixing, const struct asked *asked)
{
    const struct c_file *file = fixing->site->file;
    const struct c_statement *loop = loop_around(asked->statement);
    struct range range = loop ? loop->range : asked->function->body->range;

    for (size_t i = range.first; i + 2 <= range.last; i++)
        if (token_is(file, i, fixing->finding->fix_key) && token_is(file, i + 1, ".") &&
            token_is(file, i + 2, "has"))
            return true;
    return false;
}

/* A row that is not there was ORM_NOT_FOUND. */
static bool keep_not_found(struct fixing *fixing, const struct asked *asked)
{
    const char *out = pointed_to(fixing, asked);
    const char *text;

    if (!fixing->finding->fix_maybe || (asked->nullable && is_guarded(fixing, asked)))
        return true;
    text = statement_with(fixing->site, &asked->call,
                          arena_format(fixing->arena, "%s == NULL ? ORM_NOT_FOUND : ORM_OK", out));
    if (!text)
        return refuse_fix(fixing, "what it does when there is no such row can't be kept");
    if (strstr(text, " = ") && strstr(text, " = ") < strstr(text, out)) {
        size_t length = (size_t)(strstr(text, " = ") - text);

        text = arena_format(fixing->arena,
                            "if (%.*s == ORM_OK && %s == NULL)\n    %.*s = ORM_NOT_FOUND;",
                            (int)length, text, out, (int)length, text);
    }
    place_statements(fixing->site, asked->statement, NULL, text);
    return true;
}

/* A row that nothing can be loaded into. */
static bool is_constant(struct fixing *fixing, const struct asked *asked)
{
    struct variable variable;

    return variable_find(fixing->site->tree, asked->function, asked->row.first, &variable) &&
           variable.is_const;
}

static bool read_rows(struct fixing *fixing, const struct asked *asked)
{
    const struct c_file *file = fixing->site->file;
    const char *row = range_text(fixing->arena, file, asked->row);
    struct range out = asked->call.arguments[asked->call.count - 1];
    bool read = *asked->rest || is_constant(fixing, asked);
    const char *text;

    if (read && !all_from_list(fixing, asked))
        return false;
    if (read)
        text = arena_format(fixing->arena, "%s(%s, %s)", fixing->finding->fix_read, row,
                            range_text(fixing->arena, file, out));
    else
        text = arena_format(fixing->arena, "%s(%s, %s, %s)", fixing->finding->fix_load,
                            range_text(fixing->arena, file, asked->call.arguments[0]), row,
                            range_text(fixing->arena, file, out));
    edit_range(fixing->site, call_range(asked), text);
    return fixing->finding->fix_condition ? true : keep_not_found(fixing, asked);
}

/* A list of one row, or none. */
static bool read_one(struct fixing *fixing, const struct asked *asked)
{
    struct patch *patch = fixing->site;
    const struct c_file *file = patch->file;
    struct range out = asked->call.arguments[asked->call.count - 1];
    const struct c_statement *block = asked->statement->parent;
    const char *row = free_name(patch, asked->call.name, "only");
    const char *type = fixing->finding->fix_list;
    struct variable variable;
    const char *name;

    if (*asked->rest)
        return refuse_fix(fixing, "its query asks for more than the row");
    if (!block || block->kind != C_BLOCK || asked->statement->kind == C_DECLARATION ||
        !token_is(file, out.first, "&") || out.last != out.first + 1 ||
        !variable_find(patch->tree, asked->function, out.last, &variable) ||
        !statement_with(patch, &asked->call, ""))
        return refuse_fix(fixing, "the list that it fills is not the loop's alone");
    name = token_text(fixing->arena, file, out.last);
    if (word_uses(file, (struct range){ block->range.last, asked->function->body->range.last },
                  name))
        return refuse_fix(fixing, "the list that it fills is used behind the loop");
    edit_range(patch, call_range(asked),
               arena_format(fixing->arena, "%s(%s, %s, &%s)", fixing->finding->fix_load,
                            range_text(fixing->arena, file, asked->call.arguments[0]),
                            range_text(fixing->arena, file, asked->row), row));
    place_statements(patch, asked->statement,
                     arena_format(fixing->arena, "%.*s *%s = NULL;", (int)strlen(type) - 5, type,
                                  row),
                     arena_format(fixing->arena, "%s = (%s){.count = %s != NULL, .items = &%s};",
                                  name, type, row, row));
    return true;
}

static bool read_count(struct fixing *fixing, const struct asked *asked)
{
    const struct c_file *file = fixing->site->file;
    struct range out = asked->call.arguments[asked->call.count - 1];

    if (!all_from_list(fixing, asked))
        return false;
    edit_range(fixing->site, call_range(asked),
               arena_format(fixing->arena, "%s(%s, %s)", fixing->finding->fix_read,
                            range_text(fixing->arena, file, asked->row),
                            range_text(fixing->arena, file, out)));
    return true;
}

/* A number, and what is made of it, where a statement can stand. */
static bool read_through(struct fixing *fixing, const struct asked *asked, const char *type,
                         const char *variable, const char *behind)
{
    const struct c_file *file = fixing->site->file;
    const struct c_statement *at = asked->statement;

    if (!statement_with(fixing->site, &asked->call, ""))
        return refuse_fix(fixing, "what it answers is used in the same statement");
    edit_range(fixing->site, call_range(asked),
               arena_format(fixing->arena, "%s(%s, &%s)", fixing->finding->fix_read,
                            range_text(fixing->arena, file, asked->row), variable));
    place_statements(fixing->site, at, arena_format(fixing->arena, "%s %s;", type, variable),
                     behind);
    return true;
}

static bool read_exists(struct fixing *fixing, const struct asked *asked)
{
    const char *count = free_name(fixing->site, asked->call.name, "how_many");

    const char *out = pointed_to(fixing, asked);
    bool unread = word_uses(fixing->site->file, asked->function->body->range, out) == 2;

    if (!all_from_list(fixing, asked))
        return false;
    return read_through(fixing, asked, "int64_t", count,
                        unread ? NULL /* nothing but its declaration names it */
                               : arena_format(fixing->arena, "%s = %s > 0;", out, count));
}

/* The field that is summed: "shop_product_columns.stock". */
static bool read_sum(struct fixing *fixing, const struct asked *asked)
{
    const struct c_file *file = fixing->site->file;
    const struct finding *finding = fixing->finding;
    struct range column = asked->call.arguments[2];
    const char *out = pointed_to(fixing, asked);
    const char *rows = free_name(fixing->site, asked->call.name, "summed");
    const char *at = free_name(fixing->site, asked->call.name, "k");
    const char *field;
    const char *value;

    if (column.last != column.first + 2 || !all_from_list(fixing, asked))
        return refuse_fix(fixing, "it can't be seen what is summed");
    field = arena_format(fixing->arena, "%s.items[%s]->%s", rows, at,
                         token_text(fixing->arena, file, column.last));
    value = finding->fix_sum_nullable ? arena_format(fixing->arena, "%s.value", field) : field;
    return read_through(
        fixing, asked, finding->fix_list, rows,
        arena_format(fixing->arena,
                     "%s = (orm_opt_i64){0};\nfor (size_t %s = 0; %s < %s.count; %s++)\n%s%s%s"
                     "    %s%s = (orm_opt_i64){.value = %s.value + %s, .has = true};",
                     out, at, at, rows, at, finding->fix_sum_nullable ? "    if (" : "",
                     finding->fix_sum_nullable ? field : "",
                     finding->fix_sum_nullable ? ".has)\n" : "",
                     finding->fix_sum_nullable ? "    " : "", out, out, value));
}

/* Before the loop, for the list that it goes through. */
static bool load_before(struct fixing *fixing, const struct asked *asked)
{
    const struct finding *finding = fixing->finding;
    const char *load = finding->fix_load;
    const char *relation = load ? strstr(load, "_load_") : NULL;
    const char *after = finding->fix_after;
    const char *preload = NULL;

    if (relation)
        preload = arena_format(fixing->arena, "%.*s_preload_%s", (int)(relation - load), load,
                               relation + 6);
    else if (after && strchr(after, '('))
        preload = arena_copy(fixing->arena, after, strcspn(after, "("));
    if (!preload || *asked->rest)
        return refuse_fix(fixing, "its query asks for more than the rows of one key");
    return preload_before(fixing, &asked->call, asked->row, preload, "NULL");
}

bool fix_reading(struct fixing *fixing)
{
    const struct finding *finding = fixing->finding;
    struct asked asked = { .rest = "" };
    bool good;

    if (!read_asked(fixing, &asked))
        return false;
    if (ends_with(finding->fix_loop, "_count"))
        good = read_count(fixing, &asked);
    else if (ends_with(finding->fix_loop, "_exists"))
        good = read_exists(fixing, &asked);
    else if (strcmp(finding->fix_loop, "orm_sum") == 0)
        good = read_sum(fixing, &asked);
    else if (finding->fix_to_one)
        good = read_one(fixing, &asked);
    else
        good = read_rows(fixing, &asked);
    if (good && fixing->before_loop)
        return load_before(fixing, &asked);
    return good && list_add(fixing,
                            narrowed(fixing->arena, finding->fix_member, finding->fix_member,
                                     asked.rest),
                            narrowed(fixing->arena, finding->fix_after, finding->fix_member,
                                     asked.rest));
}
