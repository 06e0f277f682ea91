#include "nplus1/fix.h"

#include <ctype.h>
#include <string.h>

void forget_edits(struct fixing *fixing)
{
    if (fixing->list)
        fixing->list->edits.count = 0;
    if (fixing->site)
        fixing->site->edits.count = 0;
    fixing->clash = false;
}

bool refuse_fix(struct fixing *fixing, const char *why)
{
    if (!fixing->why)
        fixing->why = why;
    return false;
}

bool is_quiet(const struct c_file *file, struct range range)
{
    static const char *const effects[] = { "=",  "++", "--", "+=", "-=", "*=", "/=",
                                           "%=", "&=", "|=", "^=", "<<=", ">>=" };

    for (size_t i = range.first; !range_is_empty(range) && i <= range.last; i++) {
        for (size_t k = 0; k < sizeof effects / sizeof *effects; k++)
            if (token_is(file, i, effects[k]) && !is_member(file, i - 1))
                return false;
        if (file->tokens[i].kind == TOKEN_WORD && token_is(file, i + 1, "(") &&
            !token_is(file, i, "sizeof") && i < range.last)
            return false;
    }
    return true;
}

/* Whether nothing else happens in the range than the call, handed on by others. */
static bool only_call(const struct c_file *file, struct range range, const struct call *call)
{
    for (size_t i = range.first; i <= range.last; i++) {
        struct range one = { i, i };

        if (i == call->name) {
            i = call->close;
            continue;
        }
        if (!is_quiet(file, one))
            return false;
        if (file->tokens[i].kind == TOKEN_WORD && token_is(file, i + 1, "(") &&
            file->tokens[i + 1].match < call->close && !token_is(file, i, "if"))
            return false;
    }
    return true;
}

const char *statement_text(struct patch *patch, const struct c_statement *statement)
{
    return flattened_text(patch, range_text(patch->arena, patch->file, statement->range),
                     indent_of(patch, statement->range.first));
}

/* The range as text, with code instead of the call. */
static const char *text_with(struct patch *patch, struct range range, const struct call *call,
                             const char *code)
{
    const struct c_file *file = patch->file;
    size_t start = range_start(file, range);
    size_t name = file->tokens[call->name].start;
    size_t end = token_end(file, call->close);

    return arena_format(patch->arena, "%.*s%s%.*s", (int)(name - start), file->text + start, code,
                        (int)(start + range_length(file, range) - end), file->text + end);
}

/* A function of the same file that does more with what it is given than to judge it. */
static bool is_busy_function(const struct patch *patch, size_t name)
{
    static const char *const signs[] = { "++", "+=", "printf", "fprintf", "puts", "fputs" };

    for (size_t i = 0; i < patch->tree->functions.count; i++) {
        const struct function *function = patch->tree->functions.items[i];
        size_t at = 0;

        if (!tokens_equal(patch->file, function->name, name))
            continue;
        for (size_t k = 0; k < sizeof signs / sizeof *signs; k++)
            if (range_find(patch->file, function->body->range, signs[k], &at))
                return true;
    }
    return false;
}

/* `CHECK(call);` and `(void)call;`. */
static bool is_handed_over(const struct patch *patch, const struct c_statement *statement,
                           const struct call *call)
{
    const struct c_file *file = patch->file;
    struct range range = statement->range;

    if (statement->kind != C_EXPRESSION)
        return false;
    if (token_is(file, range.first, "(") && token_is(file, range.first + 1, "void"))
        return call->name == range.first + 3;
    return token_is(file, range.first + 1, "(") && range.first != call->name &&
           file->tokens[range.first + 1].match + 1 >= range.last &&
           !is_busy_function(patch, range.first) && only_call(file, range, call);
}

/* What the call's answer is put into: `status = call;` or its declaration. NULL: it is not. */
static const char *assigned_to(struct patch *patch, const struct c_statement *statement,
                               const struct call *call)
{
    const struct c_file *file = patch->file;
    struct range left = { statement->range.first, call->name - 2 };

    if (call->name < statement->range.first + 2 || !token_is(file, call->name - 1, "=") ||
        !token_is(file, call->close + 1, ";"))
        return NULL;
    if (statement->kind == C_EXPRESSION && is_quiet(file, left))
        return range_text(patch->arena, file, left);
    if (statement->kind != C_DECLARATION || left.last != left.first + 1 ||
        !token_is(file, left.first, "orm_status"))
        return NULL;
    return token_text(patch->arena, file, left.last);
}

/* `call != ORM_OK` and `(status = call) == ORM_OK`: the comparison's tokens, and the variable. */
struct comparison {
    struct range range;
    const char *variable; /* NULL: none */
    bool fails;           /* it holds when the call failed */
};

static bool read_comparison(struct patch *patch, const struct call *call,
                            struct comparison *comparison_out)
{
    const struct c_file *file = patch->file;
    struct comparison it = { .range = { call->name, call->close } };

    if (call->name > 2 && token_is(file, call->name - 1, "=") &&
        token_is(file, call->name - 3, "(") && token_is(file, call->close + 1, ")")) {
        it.variable = token_text(patch->arena, file, call->name - 2);
        it.range = (struct range){ call->name - 3, call->close + 1 };
    }
    it.fails = token_is(file, it.range.last + 1, "!=");
    if ((!it.fails && !token_is(file, it.range.last + 1, "==")) ||
        !token_is(file, it.range.last + 2, "ORM_OK"))
        return false;
    it.range.last += 2;
    *comparison_out = it;
    return true;
}

static void extend_comparison(struct patch *patch, const struct comparison *it, const char *code)
{
    const struct c_file *file = patch->file;
    const char *more = it->variable ? arena_format(patch->arena, "(%s = %s)", it->variable, code)
                                    : code;
    bool whole = token_is(file, it->range.first - 1, "(") &&
                 file->tokens[it->range.first - 1].match == it->range.last + 1;

    if (!whole)
        edit_add(patch, range_start(file, it->range), 0, "(");
    edit_add(patch, token_end(file, it->range.last), 0,
             arena_format(patch->arena, "%s%s%s%s%s", it->fails ? " || " : " && ", more,
                          it->fails ? " != " : " == ", "ORM_OK", whole ? "" : ")"));
}

/* `return call;` becomes a variable of its own. */
static bool extend_return(struct fixing *fixing, struct patch *patch,
                          const struct c_statement *statement, const struct call *call,
                          const char *code)
{
    const struct c_file *file = patch->file;
    const char *name = free_name(patch, call->name, "status");
    const char *indent = indent_of(patch, statement->range.first);
    struct range range = { call->name, call->close };
    const char *text;

    if (call->name != statement->range.first + 1 || !token_is(file, call->close + 1, ";") ||
        needs_braces(statement))
        return refuse_fix(fixing, "what it answers is returned at once");
    text = arena_format(patch->arena,
                        "orm_status %s = %s;\n%sif (%s == ORM_OK)\n%s    %s = %s;\n%sreturn %s;",
                        name, range_text(patch->arena, file, range), indent, name, indent, name,
                        code, indent, name);
    edit_range(patch, statement->range, text);
    return true;
}

static bool leaves_function(const struct c_file *file, const struct c_statement *statement)
{
    size_t at = 0;

    return statement_leaves(statement) && !range_find(file, statement->range, "break", &at) &&
           !range_find(file, statement->range, "continue", &at);
}

/* Whether the function has such a call, of the same for the same, already. */
static bool is_there(struct patch *patch, const struct function *function, const char *code)
{
    const struct c_file *wanted = c_file_of_text(patch->arena, code);
    struct range body = function->body->range;
    struct call given;

    if (!wanted->count || !c_file_call_at(wanted, 0, &given) || given.count < 2)
        return false;
    for (size_t i = body.first; i <= body.last; i++) {
        struct call call;

        if (token_is(patch->file, i, token_text(patch->arena, wanted, 0)) &&
            c_file_call_at(patch->file, i, &call) && call.count == given.count &&
            range_is(patch->arena, patch->file, call.arguments[1],
                     range_text(patch->arena, wanted, given.arguments[1])))
            return true;
    }
    return false;
}

bool place_behind(struct fixing *fixing, struct patch *patch, const struct call *call,
                  const char *code)
{
    const struct function *function = function_around(patch->tree, call->name);
    struct c_statement *statement = function ? statement_around(function, call->name) : NULL;
    struct comparison comparison;
    const char *variable = NULL;

    if (!statement || function->conditional)
        return refuse_fix(fixing, "the call stands in a macro, or between #if and #endif");
    if (is_there(patch, function, code))
        return refuse_fix(fixing, "it is there already");
    if (read_comparison(patch, call, &comparison)) {
        extend_comparison(patch, &comparison, code);
        return true;
    }
    variable = assigned_to(patch, statement, call);
    if (variable) {
        place_statements(patch, statement, NULL,
                         arena_format(patch->arena, "if (%s == ORM_OK)\n    %s = %s;", variable,
                                      variable, code));
        return true;
    }
    if (is_handed_over(patch, statement, call)) {
        place_statements(patch, statement, NULL,
                         flattened_text(patch, text_with(patch, statement->range, call, code),
                                   indent_of(patch, statement->range.first)));
        return true;
    }
    if (statement->kind == C_IF && !statement->other &&
        range_holds(statement->header, call->name) && statement_leaves(statement->body) &&
        only_call(patch->file, statement->header, call)) {
        place_statements(patch, statement, NULL,
                         flattened_text(patch, text_with(patch, statement->range, call, code),
                                   indent_of(patch, statement->range.first)));
        return true;
    }
    if (statement->kind == C_RETURN)
        return extend_return(fixing, patch, statement, call, code);
    return refuse_fix(fixing, "it can't be seen what becomes of the call's status");
}

const char *statement_with(struct patch *patch, const struct call *call, const char *code)
{
    const struct function *function = function_around(patch->tree, call->name);
    const struct c_statement *statement = function ? statement_around(function, call->name) : NULL;
    const char *variable;

    if (!statement || function->conditional)
        return NULL;
    variable = assigned_to(patch, statement, call);
    if (variable)
        return arena_format(patch->arena, "%s = %s;", variable, code);
    if (is_handed_over(patch, statement, call) ||
        (statement->kind == C_IF && !statement->other &&
         range_holds(statement->header, call->name) && statement_leaves(statement->body) &&
         only_call(patch->file, statement->header, call)))
        return text_with(patch, statement->range, call, code);
    return NULL;
}

/* The statement behind another one in its block; NULL: none. */
static const struct c_statement *next_statement(const struct c_statement *statement)
{
    const struct c_statement *block = statement->parent;

    for (size_t i = 0; block && i + 1 < block->children.count; i++)
        if (block->children.items[i] == statement)
            return block->children.items[i + 1];
    return NULL;
}

/* Whether the statement is that jump, alone or in braces. */
static bool is_jump(const struct c_file *file, const struct c_statement *statement,
                    const char *jump)
{
    if (statement->kind == C_BLOCK && statement->children.count == 1)
        statement = statement->children.items[0];
    return statement->kind == C_JUMP && token_is(file, statement->range.first, jump);
}

/* Behind what is done about a row that is not there. */
static const struct c_statement *behind_not_found(const struct patch *patch,
                                                  const struct c_statement *statement)
{
    size_t at = 0;

    if (!statement || statement->kind != C_IF ||
        !range_find(patch->file, statement->header, "ORM_NOT_FOUND", &at) ||
        range_find(patch->file, statement->header, "!=", &at) ||
        range_find(patch->file, statement->header, "ORM_OK", &at))
        return statement;
    return statement->other ? statement->other : next_statement(statement);
}

/* Behind `if (status == ORM_OK) continue;`, where all that follows is about failures. */
static const struct c_statement *behind_success(struct patch *patch,
                                                const struct c_statement *statement,
                                                const char *variable)
{
    const struct c_file *file = patch->file;
    struct range header;

    if (!statement || statement->kind != C_IF || statement->other ||
        !(is_jump(file, statement->body, "continue") || is_jump(file, statement->body, "return")))
        return statement;
    header = statement->header;
    if (!range_is(patch->arena, file, header,
                  arena_format(patch->arena, "%s == ORM_OK", variable)))
        return statement;
    return next_statement(statement);
}

/* What comes next when the statement is done: also behind an if that it is the last of. */
static const struct c_statement *what_follows(const struct c_statement *statement)
{
    const struct c_statement *next = next_statement(statement);

    while (!next && statement->parent && !statement_is_loop(statement->parent) &&
           (statement->parent->kind == C_BLOCK || statement->parent->kind == C_IF)) {
        statement = statement->parent;
        next = next_statement(statement);
    }
    return next;
}

/* `if (status != ORM_OK) return …;` behind `status = call;`. */
static const struct c_statement *judged_by(struct patch *patch,
                                         const struct c_statement *statement, const char *variable)
{
    const struct c_statement *follows = behind_success(patch, what_follows(statement), variable);
    const struct c_statement *next = behind_not_found(patch, follows);

    if (!next || next->kind != C_IF || next->other ||
        !leaves_function(patch->file, next->body) ||
        !word_uses(patch->file, next->header, variable) || !is_quiet(patch->file, next->header))
        return NULL;
    return next;
}

/* Whether success never comes to what judges a failure. */
static bool knows_failure(struct patch *patch, const struct c_statement *judge,
                          const char *variable)
{
    const struct c_statement *block = judge->parent;

    for (size_t i = 1; block && i < block->children.count; i++)
        if (block->children.items[i] == judge)
            return behind_success(patch, block->children.items[i - 1], variable) == judge;
    return false;
}

/* It, as deep as the other statement. */
static const char *judge_text(struct patch *patch, const struct c_statement *judge,
                              const struct c_statement *at)
{
    return indented_text(patch->arena, statement_text(patch, judge),
                         indent_of(patch, at->range.first));
}

/* Where the variable is the loop's own, one of the same name judges. */
static const char *block_of_its_own(struct patch *patch, const struct c_statement *judge,
                                    const char *variable, const char *code)
{
    const char *text = range_text(patch->arena, patch->file, judge->range);
    const char *inside = indent_of(patch, judge->range.first);
    const char *guard = "";

    if (knows_failure(patch, judge, variable)) {
        guard = arena_format(patch->arena, "if (%s != ORM_OK)\n%s        ", variable, inside);
        text = deepened_text(patch->arena, text, inside);
    }
    return arena_format(patch->arena, "{\n%s    orm_status %s = %s;\n%s    %s%s\n%s}", inside,
                        variable, code, inside, guard, deepened_text(patch->arena, text, inside),
                        inside);
}

/* The same for `status = call;`: the variable must be there before the statement. */
static const char *assignment_before(struct patch *patch, const struct call *call,
                                     const struct c_statement *at,
                                     const struct c_statement *statement, const char *variable,
                                     const char *code)
{
    const struct function *function = function_around(patch->tree, call->name);
    const struct c_statement *judge = judged_by(patch, at, variable);
    struct variable found;
    bool declared = variable_of_name(patch->tree, function, statement->range.first, variable,
                                     &found);
    bool own = at->kind == C_DECLARATION || !declared;

    if (judge && own)
        return block_of_its_own(patch, judge, variable, code);
    if (judge)
        return arena_format(patch->arena, "%s = %s;\n%s%s", variable, code,
                            knows_failure(patch, judge, variable)
                                ? arena_format(patch->arena, "if (%s != ORM_OK)\n    ", variable)
                                : "",
                            judge_text(patch, judge, at));
    if (own)
        return NULL;
    if (word_uses(patch->file, statement->header, variable))
        return arena_format(patch->arena, "if (%s == ORM_OK)\n    %s = %s;", variable, variable,
                            code);
    return NULL;
}

/* The loop's condition asks for the status, too. */
static bool ask_in_header(struct patch *patch, const struct c_statement *loop,
                          const char *variable)
{
    const struct c_file *file = patch->file;
    struct range condition = loop->header;
    const char *text = arena_format(patch->arena, "%s == ORM_OK && ", variable);
    size_t at = 0;

    if (loop->kind == C_FOR) {
        size_t end = 0;

        if (!range_find(file, loop->header, ";", &at) ||
            !range_find(file, (struct range){ at + 1, loop->header.last }, ";", &end))
            return false;
        condition = (struct range){ at + 1, end - 1 };
    } else if (loop->kind != C_WHILE) {
        return false;
    }
    if (range_is_empty(condition))
        return false;
    if (!range_find(file, condition, "||", &at) && !range_find(file, condition, "?", &at)) {
        edit_add(patch, range_start(file, condition), 0, text);
        return true;
    }
    edit_add(patch, range_start(file, condition), 0, arena_format(patch->arena, "%s(", text));
    edit_add(patch, token_end(file, condition.last), 0, ")");
    return true;
}

/* `status = call; if (status != ORM_OK) break;`, or both in one: what is to stand before the loop,
 * which then does not turn. NULL: it is none of these. */
static const char *before_break(struct patch *patch, const struct call *call,
                                const struct c_statement *at, const struct c_statement *loop,
                                const char *code)
{
    const struct c_file *file = patch->file;
    const struct function *function = function_around(patch->tree, call->name);
    const struct c_statement *judge = at;
    struct comparison comparison = { .variable = NULL };
    const char *variable = assigned_to(patch, (struct c_statement *)at, call);
    struct variable found;

    if (variable)
        judge = behind_not_found(patch, next_statement(at));
    else if (read_comparison(patch, call, &comparison) && comparison.fails)
        variable = comparison.variable;
    if (!variable || !judge || judge->kind != C_IF || judge->other ||
        !is_jump(file, judge->body, "break") ||
        loop_around((struct c_statement *)judge) != loop ||
        !word_uses(file, judge->header, variable) ||
        !variable_of_name(patch->tree, function, loop->range.first, variable, &found) ||
        !ask_in_header(patch, loop, variable))
        return NULL;
    return arena_format(patch->arena, "%s = %s;", variable, code);
}

/* `if (call != ORM_OK) continue;`: nothing fails before the loop, either. */
static const char *before_continue(struct fixing *fixing, struct patch *patch,
                                   const struct call *call, const struct c_statement *at,
                                   const char *code)
{
    struct comparison comparison = { .variable = NULL };

    if (at->kind != C_IF || at->other || !is_jump(patch->file, at->body, "continue") ||
        !read_comparison(patch, call, &comparison) || !comparison.fails || comparison.variable ||
        fixing->finding->fix_order_by)
        return NULL;
    return arena_format(patch->arena,
                        "if (%s != ORM_OK) {\n    /* each is then asked for by itself */\n}",
                        code);
}

/* `return call;` and `return status == ORM_OK ? call : status;` in which nothing turns. */
static const char *before_return(struct patch *patch, const struct call *call,
                                 const struct c_statement *at, const char *code)
{
    const struct c_file *file = patch->file;
    const char *indent = indent_of(patch, at->range.first);
    size_t first = at->range.first + 1;
    const char *name;

    if (call->name == first && token_is(file, call->close + 1, ";")) {
        name = free_name(patch, call->name, "status");
        return indented_text(patch->arena,
                             arena_format(patch->arena,
                                          "orm_status %s = %s;\nif (%s != ORM_OK)\n    return %s;",
                                          name, code, name, name),
                             indent) + strlen(indent);
    }
    if (call->name != first + 4 || file->tokens[first].kind != TOKEN_WORD ||
        !token_is(file, first + 1, "==") || !token_is(file, first + 2, "ORM_OK") ||
        !token_is(file, first + 3, "?") || !token_is(file, call->close + 1, ":") ||
        !tokens_equal(file, call->close + 2, first) || !token_is(file, call->close + 3, ";"))
        return NULL;
    name = token_text(patch->arena, file, first);
    return indented_text(
        patch->arena,
        arena_format(patch->arena, "if (%s == ORM_OK)\n    %s = %s;", name, name, code), indent) +
        strlen(indent);
}

bool place_before(struct fixing *fixing, struct patch *patch, const struct call *call,
                  const struct c_statement *statement, const char *code, const char *declarations)
{
    const struct function *function = function_around(patch->tree, call->name);
    const struct c_statement *at = function ? statement_around(function, call->name) : NULL;
    struct comparison comparison = { .variable = NULL };
    const char *text = NULL;
    const char *variable = NULL;

    if (!at || function->conditional)
        return refuse_fix(fixing, "the call stands in a macro, or between #if and #endif");
    if (is_there(patch, function, code))
        return refuse_fix(fixing, "it is there already");
    variable = assigned_to(patch, at, call);
    if (variable)
        text = assignment_before(patch, call, at, statement, variable, code);
    else if (is_handed_over(patch, at, call))
        text = text_with(patch, at->range, call, code);
    else if (at->kind == C_IF && !at->other && range_holds(at->header, call->name) &&
             leaves_function(patch->file, at->body))
        text = text_with(patch, at->range, call, code);
    if (read_comparison(patch, call, &comparison) && comparison.variable && text) {
        struct variable found;

        if (!variable_of_name(patch->tree, function, statement->range.first, comparison.variable,
                              &found))
            text = NULL;
    }
    if (at->kind == C_RETURN && at == statement)
        text = before_return(patch, call, at, code);
    if (!text)
        text = before_break(patch, call, at, statement, code);
    if (!text)
        text = before_continue(fixing, patch, call, at, code);
    if (!text)
        return refuse_fix(fixing, "a failure before the loop can't be treated as one in it is");
    text = flattened_text(patch, text, indent_of(patch, at->range.first));
    place_statements(patch, statement,
                     arena_format(patch->arena, "%s%s", declarations, text), NULL);
    return true;
}

/* Whether the variable is there, and has a value whatever the loop did. */
static bool is_set_before(struct patch *patch, const struct call *call,
                          const struct c_statement *loop, const char *name)
{
    const struct function *function = function_around(patch->tree, call->name);
    struct variable found;

    return variable_of_name(patch->tree, function, loop->range.first, name, &found) &&
           (found.parameter || !range_is_empty(found.value) ||
            word_uses(patch->file, loop->header, name) ||
            word_uses(patch->file, (struct range){ found.name + 1, loop->range.first - 1 }, name));
}

static const char *text_after_loop(struct patch *patch, const struct call *call,
                                   const struct c_statement *at, const struct c_statement *loop,
                                   const char *code)
{
    const char *variable = assigned_to(patch, at, call);
    struct comparison comparison = { .variable = NULL };
    bool compared = read_comparison(patch, call, &comparison);
    const struct c_statement *judge = variable ? judged_by(patch, at, variable) : NULL;

    const struct function *function = function_around(patch->tree, call->name);
    struct variable found;

    if (judge && (at->kind == C_DECLARATION ||
                  !variable_of_name(patch->tree, function, loop->range.first, variable, &found)))
        return block_of_its_own(patch, judge, variable, code);
    if (compared && comparison.variable)
        variable = comparison.variable;
    if (variable && at->kind != C_DECLARATION &&
        is_set_before(patch, call, loop, variable)) {
        if (judge)
            return arena_format(patch->arena, "%s = %s;\n%s", variable, code,
                                judge_text(patch, judge, at));
        if ((!compared || !leaves_function(patch->file, at->body ? at->body : at)) &&
            word_uses(patch->file,
                      (struct range){ loop->range.last + 1, function->body->range.last },
                      variable))
            return arena_format(patch->arena, "if (%s == ORM_OK)\n    %s = %s;", variable,
                                variable, code);
    }
    if (is_handed_over(patch, at, call) ||
        (at->kind == C_IF && !at->other && range_holds(at->header, call->name) &&
         leaves_function(patch->file, at->body)))
        return text_with(patch, at->range, call, code);
    return NULL;
}

bool place_after_loop(struct fixing *fixing, struct patch *patch, const struct call *call,
                      const struct c_statement *loop, const char *code)
{
    const struct function *function = function_around(patch->tree, call->name);
    const struct c_statement *at = function ? statement_around(function, call->name) : NULL;
    const char *text = at ? text_after_loop(patch, call, at, loop, code) : NULL;

    if (!text)
        return refuse_fix(fixing, "a failure behind the loop can't be treated as one in it is");
    place_statements(patch, loop, NULL,
                     flattened_text(patch, text, indent_of(patch, at->range.first)));
    return true;
}
