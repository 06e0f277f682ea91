/* Reads the SQL of a check: conditions over the row's own columns, in what both databases share. */
#include "check.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { READ_DEPTH = 64, READ_WORD = 128 };

enum token {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_QUOTED,
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_SIGN,
    TOKEN_BAD
};

struct sql {
    orm_session *db;
    const orm_model *model;
    const char *at;
    enum token token;
    char word[READ_WORD]; /* of a word, a quoted name or a sign */
    const char *string;
    long double number;
    unsigned depth;
    bool failed;
};

static struct check *read_or(struct sql *sql);

/* A text between quotes, in which a doubled quote is one. */
static char *read_quoted(struct sql *sql, char quote)
{
    char *text = orm__testing_alloc(sql->db, strlen(sql->at) + 1);
    size_t size = 0;
    if (text == NULL)
        return NULL;
    for (sql->at++; *sql->at != '\0'; sql->at++) {
        if (*sql->at == quote && *++sql->at != quote) {
            text[size] = '\0';
            return text;
        }
        text[size++] = *sql->at;
    }
    return NULL;
}

static void take_word(struct sql *sql)
{
    size_t size = 0;
    for (; isalnum((unsigned char)*sql->at) || *sql->at == '_'; sql->at++)
        if (size + 1 < sizeof sql->word)
            sql->word[size++] = (char)tolower((unsigned char)*sql->at);
    sql->word[size] = '\0';
    sql->token = TOKEN_WORD;
}

static void take_sign(struct sql *sql)
{
    static const char *const doubles[] = {"<>", "!=", "<=", ">=", "::", "!~", "||", "=="};
    size_t size = 1;
    for (size_t i = 0; i < sizeof doubles / sizeof doubles[0]; i++)
        if (strncmp(sql->at, doubles[i], 2) == 0)
            size = 2;
    memcpy(sql->word, sql->at, size);
    sql->word[size] = '\0';
    sql->at += size;
    sql->token = strchr("+-*/%(),<>=!~:.|", sql->word[0]) != NULL ? TOKEN_SIGN : TOKEN_BAD;
}

static void advance(struct sql *sql)
{
    char *end = NULL;
    while (isspace((unsigned char)*sql->at))
        sql->at++;
    if (*sql->at == '\0') {
        sql->token = TOKEN_END;
    } else if (*sql->at == '\'') {
        sql->string = read_quoted(sql, '\'');
        sql->token = sql->string ? TOKEN_STRING : TOKEN_BAD;
    } else if (*sql->at == '"') {
        const char *name = read_quoted(sql, '"');
        sql->token = name ? TOKEN_QUOTED : TOKEN_BAD;
        (void)snprintf(sql->word, sizeof sql->word, "%s", name ? name : "");
    } else if (isdigit((unsigned char)*sql->at) ||
               (*sql->at == '.' && isdigit((unsigned char)sql->at[1]))) {
        sql->number = strtold(sql->at, &end);
        sql->at = end;
        sql->token = TOKEN_NUMBER;
    } else if (isalpha((unsigned char)*sql->at) || *sql->at == '_') {
        take_word(sql);
    } else {
        take_sign(sql);
    }
    if (sql->token == TOKEN_BAD)
        sql->failed = true;
}

static bool is_word(const struct sql *sql, const char *word)
{
    return sql->token == TOKEN_WORD && strcmp(sql->word, word) == 0;
}

static bool is_sign(const struct sql *sql, const char *sign)
{
    return sql->token == TOKEN_SIGN && strcmp(sql->word, sign) == 0;
}

static bool accept_word(struct sql *sql, const char *word)
{
    bool found = is_word(sql, word);
    if (found)
        advance(sql);
    return found;
}

static bool accept_sign(struct sql *sql, const char *sign)
{
    bool found = is_sign(sql, sign);
    if (found)
        advance(sql);
    return found;
}

static void expect_sign(struct sql *sql, const char *sign)
{
    if (!accept_sign(sql, sign))
        sql->failed = true;
}

static struct check *node(struct sql *sql, enum check_op op, struct check *first,
                          struct check *second)
{
    struct check *made = orm__testing_alloc(sql->db, sizeof *made);
    if (made == NULL) {
        sql->failed = true;
        return NULL;
    }
    made->op = op;
    made->first = first;
    if (first != NULL)
        first->next = second;
    return made;
}

/* A type's name behind a cast, with its length; it changes nothing that matters here. */
static void skip_type(struct sql *sql)
{
    static const char *const more[] = {"varying", "precision", "with", "without", "time", "zone"};
    if (sql->token != TOKEN_WORD && sql->token != TOKEN_QUOTED)
        sql->failed = true;
    advance(sql);
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        (void)accept_word(sql, more[i]);
    if (accept_sign(sql, "(")) {
        while (sql->token == TOKEN_NUMBER || is_sign(sql, ","))
            advance(sql);
        expect_sign(sql, ")");
    }
}

/* What stands between parentheses, separated by commas. */
static struct check *read_list(struct sql *sql)
{
    struct check *first = read_or(sql);
    struct check *last = first;
    while (!sql->failed && last != NULL && accept_sign(sql, ",")) {
        last->next = read_or(sql);
        last = last->next;
    }
    expect_sign(sql, ")");
    return first;
}

static struct check *read_function(struct sql *sql, const char *name)
{
    static const struct {
        const char *name;
        enum check_op op;
    } functions[] = {
        {"length", CHECK_LENGTH},
        {"char_length", CHECK_LENGTH},
        {"character_length", CHECK_LENGTH},
        {"octet_length", CHECK_BYTES},
        {"lower", CHECK_LOWER},
        {"upper", CHECK_UPPER},
        {"trim", CHECK_TRIM},
        {"btrim", CHECK_TRIM},
        {"abs", CHECK_ABS},
        {"coalesce", CHECK_COALESCE},
        {"mod", CHECK_REMAINDER},
    };
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (strcmp(name, functions[i].name) == 0) {
            struct check *arguments = read_list(sql);
            struct check *made = node(sql, functions[i].op, NULL, NULL);
            size_t wanted = functions[i].op == CHECK_REMAINDER ? 2 : 1;
            size_t count = 0;
            for (const struct check *at = arguments; at != NULL; at = at->next)
                count++;
            if (functions[i].op != CHECK_COALESCE && count != wanted)
                sql->failed = true;
            if (made != NULL)
                made->first = arguments;
            return made;
        }
    sql->failed = true;
    return NULL;
}

static struct check *read_column(struct sql *sql, const char *name, bool quoted)
{
    for (uint16_t i = 0; i < sql->model->column_count; i++) {
        const char *column = sql->model->columns[i].name;
        if (quoted ? strcmp(column, name) != 0 : strcasecmp(column, name) != 0)
            continue;
        struct check *made = node(sql, CHECK_COLUMN, NULL, NULL);
        if (made != NULL)
            made->column = i;
        return made;
    }
    sql->failed = true;
    return NULL;
}

static struct check *read_text(struct sql *sql)
{
    struct check *made = node(sql, CHECK_TEXT, NULL, NULL);
    if (made != NULL)
        made->text = sql->string;
    advance(sql);
    return made;
}

static struct check *read_name(struct sql *sql)
{
    char name[READ_WORD];
    bool quoted = sql->token == TOKEN_QUOTED;
    struct check *inner;
    memcpy(name, sql->word, sizeof name);
    advance(sql);
    if (quoted)
        return read_column(sql, name, true);
    if (strcmp(name, "true") == 0)
        return node(sql, CHECK_TRUE, NULL, NULL);
    if (strcmp(name, "false") == 0)
        return node(sql, CHECK_FALSE, NULL, NULL);
    if (strcmp(name, "null") == 0)
        return node(sql, CHECK_NULL, NULL, NULL);
    if (strcmp(name, "cast") == 0 && accept_sign(sql, "(")) {
        inner = read_or(sql);
        if (!accept_word(sql, "as"))
            sql->failed = true;
        skip_type(sql);
        expect_sign(sql, ")");
        return inner;
    }
    if (accept_sign(sql, "("))
        return read_function(sql, name);
    if (sql->token == TOKEN_STRING) /* date '2020-01-01' */
        return read_text(sql);
    return read_column(sql, name, false);
}

static struct check *read_primary(struct sql *sql)
{
    struct check *made = NULL;
    if (++sql->depth > READ_DEPTH)
        sql->failed = true;
    if (sql->failed)
        return NULL;
    if (sql->token == TOKEN_NUMBER) {
        made = node(sql, CHECK_NUMBER, NULL, NULL);
        if (made != NULL)
            made->number = sql->number;
        advance(sql);
    } else if (sql->token == TOKEN_STRING) {
        made = read_text(sql);
    } else if (accept_sign(sql, "-")) {
        struct check *zero = node(sql, CHECK_NUMBER, NULL, NULL);
        made = node(sql, CHECK_SUBTRACT, zero, read_primary(sql));
    } else if (accept_sign(sql, "(")) {
        made = read_or(sql);
        expect_sign(sql, ")");
    } else if (sql->token == TOKEN_WORD || sql->token == TOKEN_QUOTED) {
        made = read_name(sql);
    } else {
        sql->failed = true;
    }
    while (!sql->failed && accept_sign(sql, "::"))
        skip_type(sql);
    sql->depth--;
    return made;
}

static struct check *read_product(struct sql *sql)
{
    struct check *left = read_primary(sql);
    while (!sql->failed && (is_sign(sql, "*") || is_sign(sql, "/") || is_sign(sql, "%"))) {
        enum check_op op = is_sign(sql, "*")   ? CHECK_MULTIPLY
                           : is_sign(sql, "/") ? CHECK_DIVIDE
                                               : CHECK_REMAINDER;
        advance(sql);
        left = node(sql, op, left, read_primary(sql));
    }
    return left;
}

static struct check *read_sum(struct sql *sql)
{
    struct check *left = read_product(sql);
    while (!sql->failed && (is_sign(sql, "+") || is_sign(sql, "-"))) {
        enum check_op op = is_sign(sql, "+") ? CHECK_ADD : CHECK_SUBTRACT;
        advance(sql);
        left = node(sql, op, left, read_product(sql));
    }
    return left;
}

static struct check *negated(struct sql *sql, struct check *inner, bool negate)
{
    return negate ? node(sql, CHECK_NOT, inner, NULL) : inner;
}

/* The same operand at a second place of the tree. */
static struct check *copied(struct sql *sql, const struct check *original)
{
    struct check *made = node(sql, CHECK_NULL, NULL, NULL);
    if (made != NULL && original != NULL) {
        *made = *original;
        made->next = NULL;
    }
    return made;
}

static struct check *read_between(struct sql *sql, struct check *left)
{
    struct check *again = copied(sql, left);
    struct check *low = read_sum(sql);
    if (!accept_word(sql, "and"))
        sql->failed = true;
    struct check *high = read_sum(sql);
    return node(sql, CHECK_AND, node(sql, CHECK_GE, left, low), node(sql, CHECK_LE, again, high));
}

static struct check *read_in(struct sql *sql, struct check *left)
{
    expect_sign(sql, "(");
    struct check *list = sql->failed ? NULL : read_list(sql);
    return node(sql, CHECK_IN, left, list);
}

/* IN, BETWEEN, LIKE and IS behind their operand; NULL when none of them is there. */
static struct check *read_word_condition(struct sql *sql, struct check *left)
{
    if (accept_word(sql, "is")) {
        bool negate = accept_word(sql, "not");
        if (accept_word(sql, "null"))
            return negated(sql, node(sql, CHECK_IS_NULL, left, NULL), negate);
        if (accept_word(sql, "true"))
            return negated(sql, left, negate);
        if (accept_word(sql, "false"))
            return negated(sql, left, !negate);
        sql->failed = true;
        return NULL;
    }
    bool negate = accept_word(sql, "not");
    struct check *made = NULL;
    if (accept_word(sql, "in"))
        made = read_in(sql, left);
    else if (accept_word(sql, "between"))
        made = read_between(sql, left);
    else if (accept_word(sql, "like"))
        made = node(sql, CHECK_LIKE, left, read_sum(sql));
    else if (accept_word(sql, "ilike"))
        made = node(sql, CHECK_ILIKE, left, read_sum(sql));
    else if (negate)
        sql->failed = true;
    return made == NULL ? NULL : negated(sql, made, negate);
}

static struct check *read_comparison(struct sql *sql)
{
    static const struct {
        const char *sign;
        enum check_op op;
    } signs[] = {
        {"=", CHECK_EQ}, {"==", CHECK_EQ}, {"<>", CHECK_NE}, {"!=", CHECK_NE},
        {"<", CHECK_LT}, {"<=", CHECK_LE}, {">", CHECK_GT},  {">=", CHECK_GE},
    };
    struct check *left = read_sum(sql);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0] && !sql->failed; i++)
        if (accept_sign(sql, signs[i].sign))
            return node(sql, signs[i].op, left, read_sum(sql));
    if (is_sign(sql, "~") || is_sign(sql, "!~")) {
        bool negate = is_sign(sql, "!~");
        advance(sql);
        if (is_sign(sql, "*")) /* regardless of case */
            sql->failed = true;
        return negated(sql, node(sql, CHECK_MATCHES, left, read_sum(sql)), negate);
    }
    struct check *made = sql->failed ? NULL : read_word_condition(sql, left);
    return made != NULL ? made : left;
}

static struct check *read_not(struct sql *sql)
{
    if (++sql->depth > READ_DEPTH)
        sql->failed = true;
    struct check *made = NULL;
    if (!sql->failed && accept_word(sql, "not"))
        made = node(sql, CHECK_NOT, read_not(sql), NULL);
    else if (!sql->failed)
        made = read_comparison(sql);
    sql->depth--;
    return made;
}

static struct check *read_and(struct sql *sql)
{
    struct check *left = read_not(sql);
    while (!sql->failed && accept_word(sql, "and"))
        left = node(sql, CHECK_AND, left, read_not(sql));
    return left;
}

static struct check *read_or(struct sql *sql)
{
    struct check *left = read_and(sql);
    while (!sql->failed && accept_word(sql, "or"))
        left = node(sql, CHECK_OR, left, read_and(sql));
    return left;
}

struct check *orm__check_read(orm_session *db, const orm_model *model, const char *expression)
{
    struct sql sql = {.db = db, .model = model, .at = expression};
    advance(&sql);
    struct check *made = read_or(&sql);
    return sql.failed || sql.token != TOKEN_END ? NULL : made;
}
