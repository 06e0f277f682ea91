#include "nplus1/c_tree.h"

#include <string.h>

struct parser {
    struct c_tree *tree;
    const struct c_file *file;
    size_t at;
    size_t end; /* the closing brace */
};

static struct c_statement *parse(struct parser *parser, struct c_statement *parent);

static bool is_one_of(const struct c_file *file, size_t token, const char *const *words)
{
    for (; *words; words++)
        if (token_is(file, token, *words))
            return true;
    return false;
}

static size_t match(const struct c_file *file, size_t token)
{
    return file->tokens[token].match;
}

static struct c_statement *new_statement(struct parser *parser, struct c_statement *parent)
{
    struct c_statement *statement = arena_alloc(parser->tree->arena, sizeof *statement);

    statement->parent = parent;
    statement->range = (struct range){ parser->at, parser->at };
    statement->header = (struct range){ 1, 0 };
    return statement;
}

/* The parentheses at the current token; behind them goes on. */
static void take_header(struct parser *parser, struct c_statement *statement)
{
    size_t close = match(parser->file, parser->at);

    statement->header = (struct range){ parser->at + 1, close - 1 };
    parser->at = close + 1;
}

static void parse_block(struct parser *parser, struct c_statement *block)
{
    size_t close = match(parser->file, parser->at);

    block->kind = C_BLOCK;
    parser->at++;
    while (parser->at < close)
        pointers_add(parser->tree->arena, &block->children, parse(parser, block));
    parser->at = close + 1;
}

static void parse_controlled(struct parser *parser, struct c_statement *statement,
                             enum c_statement_kind kind)
{
    statement->kind = kind;
    parser->at++;
    if (token_is(parser->file, parser->at, "("))
        take_header(parser, statement);
    statement->body = parse(parser, statement);
    if (kind == C_IF && token_is(parser->file, parser->at, "else")) {
        parser->at++;
        statement->other = parse(parser, statement);
    }
}

static void parse_do(struct parser *parser, struct c_statement *statement)
{
    statement->kind = C_DO;
    parser->at++;
    statement->body = parse(parser, statement);
    if (token_is(parser->file, parser->at, "while") &&
        token_is(parser->file, parser->at + 1, "(")) {
        parser->at++;
        take_header(parser, statement);
    }
    if (token_is(parser->file, parser->at, ";"))
        parser->at++;
}

static const char *const type_words[] = { "static",   "const",  "struct", "enum",   "union",
                                          "unsigned", "signed", "int",    "char",   "long",
                                          "short",    "bool",   "double", "float",  "size_t",
                                          "volatile", "typedef", "register", "extern", "_Bool",
                                          NULL };

/* "type name", "type *name". */
static bool is_declaration(const struct c_file *file, size_t at, size_t end)
{
    static const char *const behind[] = { "=", ";", ",", "[", NULL };
    size_t stars = 0;

    if (is_one_of(file, at, type_words))
        return true;
    if (file->tokens[at].kind != TOKEN_WORD)
        return false;
    for (at++; at < end && token_is(file, at, "*"); at++)
        stars++;
    while (at < end && token_is(file, at, "const"))
        at++;
    return at < end && file->tokens[at].kind == TOKEN_WORD &&
           (stars == 0 || is_one_of(file, at + 1, behind));
}

/* Where a statement without keyword ends: behind its semicolon, or behind a macro that has none. */
static void parse_plain(struct parser *parser, struct c_statement *statement)
{
    const struct c_file *file = parser->file;
    size_t start = parser->at;

    statement->kind = is_declaration(file, start, parser->end) ? C_DECLARATION
                                                              : C_EXPRESSION;
    while (parser->at < parser->end && !token_is(file, parser->at, ";")) {
        size_t close = match(file, parser->at);
        bool macro = parser->at == start + 1 && token_is(file, parser->at, "(");

        parser->at = close > parser->at ? close + 1 : parser->at + 1;
        if (macro && token_is(file, parser->at, "{")) {
            statement->kind = C_EACH;
            statement->header = (struct range){ start + 2, close - 1 };
            statement->body = parse(parser, statement);
            return;
        }
        if (macro && (token_is(file, parser->at, "}") ||
                      file->tokens[parser->at].kind == TOKEN_WORD))
            return;
    }
    parser->at += parser->at < parser->end;
}

static bool is_label(const struct c_file *file, size_t at)
{
    static const char *const words[] = { "case", "default", NULL };

    return is_one_of(file, at, words) ||
           (file->tokens[at].kind == TOKEN_WORD && token_is(file, at + 1, ":"));
}

static void parse_label(struct parser *parser, struct c_statement *statement)
{
    statement->kind = C_LABEL;
    while (parser->at < parser->end && !token_is(parser->file, parser->at, ":"))
        parser->at++;
    parser->at++;
    if (parser->at < parser->end)
        statement->body = parse(parser, statement);
}

static void parse_jump(struct parser *parser, struct c_statement *statement)
{
    statement->kind = token_is(parser->file, parser->at, "return") ? C_RETURN
                                                                   : C_JUMP;
    while (parser->at < parser->end && !token_is(parser->file, parser->at, ";")) {
        size_t close = match(parser->file, parser->at);

        parser->at = close > parser->at ? close + 1 : parser->at + 1;
    }
    parser->at += parser->at < parser->end;
}

static struct c_statement *parse(struct parser *parser, struct c_statement *parent)
{
    static const char *const jumps[] = { "return", "goto", "break", "continue", NULL };
    const struct c_file *file = parser->file;
    struct c_statement *statement = new_statement(parser, parent);
    size_t at = parser->at;

    if (at >= parser->end)
        return statement;
    if (token_is(file, at, "{"))
        parse_block(parser, statement);
    else if (token_is(file, at, "if"))
        parse_controlled(parser, statement, C_IF);
    else if (token_is(file, at, "for"))
        parse_controlled(parser, statement, C_FOR);
    else if (token_is(file, at, "while"))
        parse_controlled(parser, statement, C_WHILE);
    else if (token_is(file, at, "switch"))
        parse_controlled(parser, statement, C_SWITCH);
    else if (token_is(file, at, "do"))
        parse_do(parser, statement);
    else if (is_one_of(file, at, jumps))
        parse_jump(parser, statement);
    else if (is_label(file, at))
        parse_label(parser, statement);
    else
        parse_plain(parser, statement);
    statement->range.last = parser->at > at ? parser->at - 1 : at;
    parser->at += parser->at == at;
    return statement;
}

static bool has_conditionals(const struct c_file *file, struct range range)
{
    size_t start = range_start(file, range);

    for (size_t i = 0; i < file->conditionals.count; i++) {
        size_t at = *(const size_t *)file->conditionals.items[i];

        if (at > start && at < start + range_length(file, range))
            return true;
    }
    return false;
}

/* A function's body begins at the brace. */
static void add_function(struct c_tree *tree, size_t brace)
{
    const struct c_file *file = tree->file;
    struct parser parser = { .tree = tree, .file = file, .at = brace };
    struct function *function = arena_alloc(tree->arena, sizeof *function);
    size_t close = brace - 1;

    parser.end = match(file, brace) + 1;
    function->name = match(file, close) - 1;
    function->parameters = (struct range){ match(file, close) + 1, close - 1 };
    function->body = parse(&parser, NULL);
    function->conditional = has_conditionals(file, function->body->range);
    pointers_add(tree->arena, &tree->functions, function);
}

struct c_tree *c_tree_read(struct arena *arena, const struct c_file *file)
{
    struct c_tree *tree = arena_alloc(arena, sizeof *tree);

    tree->arena = arena;
    tree->file = file;
    for (size_t i = 0; file->balanced && i < file->count; i++) {
        if (token_is(file, i, "{") && i > 1 && token_is(file, i - 1, ")") &&
            match(file, i - 1) > 0 && file->tokens[match(file, i - 1) - 1].kind == TOKEN_WORD)
            add_function(tree, i);
        if (match(file, i) > i)
            i = token_is(file, i, "(") || token_is(file, i, "{") || token_is(file, i, "[")
                    ? match(file, i)
                    : i;
    }
    return tree;
}

bool range_holds(struct range range, size_t token)
{
    return range.first <= token && token <= range.last;
}

const struct function *function_around(const struct c_tree *tree, size_t token)
{
    for (size_t i = 0; i < tree->functions.count; i++) {
        const struct function *function = tree->functions.items[i];

        if (range_holds(function->body->range, token))
            return function;
    }
    return NULL;
}

struct c_statement *statement_around(const struct function *function, size_t token)
{
    struct c_statement *at = function->body;

    for (;;) {
        struct c_statement *next = NULL;

        for (size_t i = 0; i < at->children.count; i++) {
            struct c_statement *child = at->children.items[i];

            if (range_holds(child->range, token))
                next = child;
        }
        if (at->body && range_holds(at->body->range, token))
            next = at->body;
        if (at->other && range_holds(at->other->range, token))
            next = at->other;
        if (!next)
            return at;
        at = next;
    }
}

bool statement_is_loop(const struct c_statement *statement)
{
    return statement->kind == C_FOR || statement->kind == C_WHILE ||
           statement->kind == C_DO || statement->kind == C_EACH;
}

struct c_statement *loop_around(struct c_statement *statement)
{
    for (statement = statement->parent; statement; statement = statement->parent)
        if (statement_is_loop(statement))
            return statement;
    return NULL;
}

bool statement_leaves(const struct c_statement *statement)
{
    if (statement->kind == C_BLOCK)
        return statement->children.count &&
               statement_leaves(statement->children.items[statement->children.count - 1]);
    return statement->kind == C_RETURN || statement->kind == C_JUMP;
}

bool is_member(const struct c_file *file, size_t token)
{
    return token > 0 && (token_is(file, token - 1, ".") || token_is(file, token - 1, "->"));
}

size_t word_uses(const struct c_file *file, struct range range, const char *name)
{
    size_t count = 0;

    for (size_t i = range.first; !range_is_empty(range) && i <= range.last; i++)
        count += file->tokens[i].kind == TOKEN_WORD && token_is(file, i, name) &&
                 !is_member(file, i);
    return count;
}

/* The declarator's end: a comma or the end of the declaration outside of brackets. */
static size_t declarator_end(const struct c_file *file, size_t at, size_t end)
{
    while (at < end && !token_is(file, at, ",") && !token_is(file, at, ";"))
        at = match(file, at) > at ? match(file, at) + 1 : at + 1;
    return at;
}

static void read_type(const struct c_file *file, struct variable *variable, size_t first)
{
    variable->type = (struct range){ first, variable->name - 1 };
    for (size_t i = first; i < variable->name; i++) {
        variable->stars += token_is(file, i, "*");
        variable->is_static = variable->is_static || token_is(file, i, "static");
        variable->is_const = variable->is_const || token_is(file, i, "const");
    }
}

/* Looks for a declarator of that name in tokens that declare something. */
static bool read_declaration(const struct c_file *file, struct range range, const char *name,
                             struct variable *variable_out)
{
    struct variable variable = { 0 };
    size_t at = range.first;
    size_t declarators = 0;
    bool found = false;

    while (at <= range.last && !range_is_empty(range)) {
        size_t end = declarator_end(file, at, range.last + 1);
        size_t name_at = at;

        while (name_at < end && !token_is(file, name_at, "=") && !token_is(file, name_at, "["))
            name_at++;
        declarators++;
        if (name_at > at && token_is(file, name_at - 1, name) && name_at - 1 > range.first) {
            variable.name = name_at - 1;
            variable.array = token_is(file, name_at, "[");
            while (name_at < end && !token_is(file, name_at, "="))
                name_at = match(file, name_at) > name_at ? match(file, name_at) + 1 : name_at + 1;
            variable.value = name_at < end ? (struct range){ name_at + 1, end - 1 }
                                           : (struct range){ 1, 0 };
            variable.declaration_end = end;
            read_type(file, &variable, range.first);
            found = true;
        }
        at = end + 1;
    }
    variable.alone = declarators == 1;
    if (found)
        *variable_out = variable;
    return found;
}

/* The last declaration before a token that is in force there. */
static bool find_local(const struct c_file *file, struct c_statement *at, size_t before,
                       const char *name, struct variable *variable_out)
{
    bool found = false;

    if (at->kind == C_DECLARATION && at->range.first < before)
        found = read_declaration(file, at->range, name, variable_out) &&
                variable_out->name <= before;
    if (at->kind == C_FOR && range_holds(at->range, before) &&
        !range_is_empty(at->header) &&
        is_declaration(file, at->header.first, at->header.last)) {
        size_t end = declarator_end(file, at->header.first, at->header.last);

        while (end < at->header.last && !token_is(file, end, ";"))
            end++;
        found = read_declaration(file, (struct range){ at->header.first, end }, name,
                                 variable_out);
    }
    if (found)
        variable_out->statement = at;
    for (size_t i = 0; i < at->children.count && range_holds(at->range, before); i++)
        found = find_local(file, at->children.items[i], before, name, variable_out) || found;
    if (at->body && (range_holds(at->body->range, before) || at->kind == C_LABEL))
        found = find_local(file, at->body, before, name, variable_out) || found;
    if (at->other && range_holds(at->other->range, before))
        found = find_local(file, at->other, before, name, variable_out) || found;
    return found;
}

static bool find_parameter(const struct c_file *file, const struct function *function,
                           const char *name, struct variable *variable_out)
{
    size_t start = function->parameters.first;

    for (size_t i = start; !range_is_empty(function->parameters) &&
                           i <= function->parameters.last + 1; i++) {
        if (i <= function->parameters.last && !token_is(file, i, ","))
            continue;
        if (i > start && read_declaration(file, (struct range){ start, i - 1 }, name,
                                          variable_out)) {
            variable_out->parameter = true;
            return true;
        }
        start = i + 1;
    }
    return false;
}

/* Declared outside of functions, before the token. */
static bool find_global(const struct c_tree *tree, size_t before, const char *name,
                        struct variable *variable_out)
{
    const struct c_file *file = tree->file;
    bool found = false;
    size_t start = 0;

    for (size_t i = 0; i < before; i++) {
        bool block = token_is(file, i, "{") && i > 0 && !token_is(file, i - 1, "=");

        if (token_is(file, i, ";")) {
            struct variable variable;

            if (i > start && read_declaration(file, (struct range){ start, i }, name, &variable)) {
                *variable_out = variable;
                found = true;
            }
            start = i + 1;
        }
        if (match(file, i) > i)
            i = match(file, i);
        if (block && !token_is(file, i + 1, ";"))
            start = i + 1;
    }
    if (found)
        variable_out->global = true;
    return found;
}

bool variable_of_name(const struct c_tree *tree, const struct function *function, size_t before,
                      const char *name, struct variable *variable_out)
{
    *variable_out = (struct variable){ 0 };
    return find_local(tree->file, function->body, before, name, variable_out) ||
           find_parameter(tree->file, function, name, variable_out) ||
           find_global(tree, function->name, name, variable_out);
}

bool variable_find(const struct c_tree *tree, const struct function *function, size_t use,
                   struct variable *variable_out)
{
    return tree->file->tokens[use].kind == TOKEN_WORD && !is_member(tree->file, use) &&
           variable_of_name(tree, function, use, token_text(tree->arena, tree->file, use),
                            variable_out);
}
