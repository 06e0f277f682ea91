#include "observe/parameters.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "sql/fingerprint.h"

/* Where in "IN (a, b" the reader is. */
typedef enum list_state {
    LIST_NONE,
    LIST_IN,    /* behind IN */
    LIST_OPEN,  /* behind its parenthesis */
    LIST_FIRST, /* behind its first value */
    LIST_MORE   /* behind a comma */
} list_state;

/* What has been read of the expression around the next parameter. */
typedef struct reader {
    orm__reading *to;
    orm__parameter *parameters;
    orm__parameter_role role;
    orm__token name;   /* the last name seen */
    orm__token column; /* the last name before the operator */
    bool between;      /* the next AND is BETWEEN's */
    bool setting;      /* between SET and WHERE */
    size_t next;       /* position of the next plain ? */
    size_t reversed;   /* "$1 = column": the parameter that waits for its column; MAX: none */
    bool has_or;
    list_state list;
    size_t first;       /* position of the list's first value when that is a parameter; else MAX */
    orm__token literal; /* the list's first value when that is a literal */
} reader;

static bool is_any(const orm__token *token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (orm__token_is(token, *words))
            return true;
    return false;
}

/* Sets the operator; returns whether the token was one. */
static bool read_operator(reader *at, const orm__token *token)
{
    static const char *const equal_words[] = {"in", "is", "like", "ilike", "glob", NULL};
    static const char *const page_words[] = {"limit", "offset", "fetch", NULL};
    bool symbol = token->kind == ORM_TOKEN_PUNCTUATION;
    char first = token->size > 0 ? *token->text : '\0';
    bool equal = symbol && first == '=';
    bool range = symbol && (first == '<' || first == '>' || first == '!');
    at->between = at->between || orm__token_is(token, "between");
    if (equal || is_any(token, equal_words)) {
        at->role = ORM_PARAMETER_EQUAL;
    } else if (range || orm__token_is(token, "between")) {
        at->role = ORM_PARAMETER_RANGE;
    } else if (is_any(token, page_words)) {
        at->role = ORM_PARAMETER_PAGE;
    } else {
        return false;
    }
    at->column = at->name;
    return true;
}

/* Words that begin a new expression. */
static bool read_boundary(reader *at, const orm__token *token)
{
    static const char *const words[] = {"and",    "or",     "where", "on",   "set",
                                        "having", "values", "then",  "else", "select",
                                        "when",   "from",   "order", NULL};
    if (!is_any(token, words))
        return false;
    at->has_or = at->has_or || orm__token_is(token, "or");
    bool keeps = orm__token_is(token, "select") || orm__token_is(token, "from") ||
                 (at->between && orm__token_is(token, "and"));
    if (keeps) {
        at->between = at->between && !orm__token_is(token, "and");
        return true;
    }
    at->setting = orm__token_is(token, "set") || (at->setting && !orm__token_is(token, "where"));
    at->role = ORM_PARAMETER_OTHER;
    at->name = (orm__token){.kind = ORM_TOKEN_END};
    at->reversed = SIZE_MAX;
    return true;
}

static size_t position(reader *at, const orm__token *token)
{
    size_t number = 0;
    for (size_t i = 1; i < token->size && token->text[i] >= '0' && token->text[i] <= '9'; i++)
        if (number < ORM_PARAMETERS_MAX + 1)
            number = number * 10 + (size_t)(token->text[i] - '0');
    return number > 0 ? number - 1 : at->next++;
}

static void set_column(orm__parameter *parameter, const orm__token *name)
{
    size_t quotes = name->kind == ORM_TOKEN_QUOTED && name->size >= 2 ? 1 : 0;
    if (name->kind == ORM_TOKEN_END)
        return;
    parameter->column = name->text + quotes;
    parameter->column_size = name->size - 2 * quotes;
}

static void set_beyond(orm__parameter *parameter, const orm__token *name)
{
    orm__parameter named = {.column = NULL};
    set_column(&named, name);
    parameter->beyond = named.column;
    parameter->beyond_size = named.column_size;
}

static void read_parameter(reader *at, const orm__token *token)
{
    size_t index = position(at, token);
    if (index >= ORM_PARAMETERS_MAX)
        return;
    at->parameters[index].role = at->setting ? ORM_PARAMETER_SET : at->role;
    if (at->setting)
        return;
    if (at->role == ORM_PARAMETER_RANGE)
        set_beyond(&at->parameters[index], &at->column);
    if (at->role == ORM_PARAMETER_EQUAL)
        set_column(&at->parameters[index], &at->column);
    if (at->role == ORM_PARAMETER_OTHER)
        at->reversed = index;
}

/* "k.c2" and "k.k2" in a statement for many rows stand for the list that the second parameter is.
 */
static void read_listed_name(reader *at, const orm__token *token)
{
    size_t number = 0;
    if (at->name.kind != ORM_TOKEN_WORD || at->name.size != 1 || *at->name.text != 'k' ||
        at->role != ORM_PARAMETER_EQUAL || token->size < 2 || token->size > 3 ||
        (*token->text != 'c' && *token->text != 'k'))
        return;
    for (size_t i = 1; i < token->size; i++) {
        if (token->text[i] < '0' || token->text[i] > '9')
            return;
        number = number * 10 + (size_t)(token->text[i] - '0');
    }
    if (at->setting || number == 0 || number > ORM_PARAMETERS_MAX)
        return;
    at->parameters[number - 1].role = ORM_PARAMETER_EQUAL;
    set_column(&at->parameters[number - 1], &at->column);
}

static void read_name(reader *at, const orm__token *token)
{
    read_listed_name(at, token);
    at->name = *token;
    if (at->reversed == SIZE_MAX || at->role != ORM_PARAMETER_EQUAL)
        return;
    at->parameters[at->reversed].role = ORM_PARAMETER_EQUAL;
    set_column(&at->parameters[at->reversed], token);
}

static bool tells_apart(const reader *at)
{
    return !at->setting && at->role < ORM_PARAMETER_RANGE;
}

static void add_literal(reader *at, const orm__token *token)
{
    orm__reading *to = at->to;
    to->literal_hash = orm__hash_word(to->literal_hash ^ orm__hash_bytes(token->text, token->size));
    if (to->literal_count == ORM_LITERALS_MAX)
        return;
    orm__literal *literal = &to->literals[to->literal_count++];
    *literal = (orm__literal){token->text, token->size, {.role = at->role}};
    if (at->role == ORM_PARAMETER_EQUAL)
        set_column(&literal->parameter, &at->column);
}

static bool is_value(const orm__token *token)
{
    return token->kind == ORM_TOKEN_PLACEHOLDER || token->kind == ORM_TOKEN_STRING ||
           token->kind == ORM_TOKEN_NUMBER;
}

/* The only value of a list tells rows apart as "=" does. */
static void end_list(reader *at)
{
    if (at->list == LIST_FIRST && at->literal.kind != ORM_TOKEN_END)
        add_literal(at, &at->literal);
    at->list = LIST_NONE;
    at->literal.kind = ORM_TOKEN_END;
}

/* A value of a list; it has more than one when there was a comma. */
static void read_listed(reader *at, const orm__token *token)
{
    bool single = at->list == LIST_OPEN;
    size_t index = SIZE_MAX;
    if (token->kind == ORM_TOKEN_PLACEHOLDER) {
        index = position(at, token);
        if (index >= ORM_PARAMETERS_MAX)
            index = SIZE_MAX;
    }
    if (index != SIZE_MAX) {
        at->parameters[index].role = single ? ORM_PARAMETER_EQUAL : ORM_PARAMETER_LIST;
        set_column(&at->parameters[index], &at->column);
    }
    if (single) {
        at->first = index;
        if (token->kind != ORM_TOKEN_PLACEHOLDER)
            at->literal = *token;
        at->list = LIST_FIRST;
        return;
    }
    if (at->first != SIZE_MAX)
        at->parameters[at->first].role = ORM_PARAMETER_LIST;
    at->literal.kind = ORM_TOKEN_END;
}

/* Follows "IN (a, b)"; returns whether the token was a value in it. */
static bool read_list(reader *at, const orm__token *token)
{
    char first = token->kind == ORM_TOKEN_PUNCTUATION ? *token->text : '\0';
    if (at->list == LIST_NONE)
        return false;
    if (at->list == LIST_IN && first == '(') {
        at->list = LIST_OPEN;
    } else if ((at->list == LIST_OPEN || at->list == LIST_MORE) && is_value(token)) {
        read_listed(at, token);
        return true;
    } else if (at->list >= LIST_FIRST && first == ',') {
        at->list = LIST_MORE;
    } else if (at->list < LIST_FIRST || first == ')') {
        end_list(at);
    }
    return false;
}

static void read_token(reader *at, const orm__token *token)
{
    if (read_list(at, token))
        return;
    if (token->kind == ORM_TOKEN_PLACEHOLDER) {
        read_parameter(at, token);
    } else if (token->kind == ORM_TOKEN_STRING || token->kind == ORM_TOKEN_NUMBER) {
        if (tells_apart(at))
            add_literal(at, token);
    } else if (read_operator(at, token)) {
        if (orm__token_is(token, "in"))
            at->list = LIST_IN;
    } else if (!read_boundary(at, token) &&
               (token->kind == ORM_TOKEN_WORD || token->kind == ORM_TOKEN_QUOTED)) {
        read_name(at, token);
    }
}

static bool is_same_column(const orm__parameter *equal, const orm__parameter *range)
{
    return equal->role == ORM_PARAMETER_EQUAL && range->role == ORM_PARAMETER_RANGE &&
           equal->column != NULL && range->beyond != NULL &&
           equal->column_size == range->beyond_size &&
           strncasecmp(equal->column, range->beyond, range->beyond_size) == 0;
}

/* "a > $1 OR (a = $2 AND b > $3)" is what lies behind a row, so the second one is no key. */
static void mark_ties(orm__reading *reading)
{
    for (size_t i = 0; i < ORM_PARAMETERS_MAX; i++)
        for (size_t k = 0; k < ORM_PARAMETERS_MAX; k++)
            if (is_same_column(&reading->parameters[i], &reading->parameters[k]))
                reading->parameters[i].role = ORM_PARAMETER_RANGE;
}

void orm__parameters_read(const char *sql, size_t size, orm__reading *reading_out)
{
    memset(reading_out, 0, sizeof *reading_out);
    reader at = {.to = reading_out, .parameters = reading_out->parameters, .reversed = SIZE_MAX};
    orm__scanner scanner = {sql, sql + size};
    for (orm__token token = orm__scan(&scanner); token.kind != ORM_TOKEN_END;
         token = orm__scan(&scanner))
        read_token(&at, &token);
    end_list(&at);
    if (at.has_or)
        mark_ties(reading_out);
}

bool orm__sql_mentions(const char *sql, size_t size, const char *name)
{
    orm__scanner scanner = {sql, sql + size};
    size_t length = strlen(name);
    for (orm__token token = orm__scan(&scanner); token.kind != ORM_TOKEN_END;
         token = orm__scan(&scanner)) {
        bool quoted = token.kind == ORM_TOKEN_QUOTED && token.size == length + 2;
        if (quoted && memcmp(token.text + 1, name, length) == 0)
            return true;
        bool word = token.kind == ORM_TOKEN_WORD && token.size == length;
        if (word && strncasecmp(token.text, name, length) == 0)
            return true;
    }
    return false;
}
