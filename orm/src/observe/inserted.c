#include "observe/inserted.h"

#include "sql/fingerprint.h"

/* The columns that an INSERT names. */
typedef struct names {
    orm__token items[ORM_PARAMETERS_MAX];
    size_t count;
} names;

static bool is_sign(const orm__token *token, char sign)
{
    return token->kind == ORM_TOKEN_PUNCTUATION && token->size > 0 && *token->text == sign;
}

/* From behind "(" to ")". */
static void read_names(orm__scanner *scanner, names *names_out)
{
    for (orm__token token = orm__scan(scanner);
         token.kind != ORM_TOKEN_END && !is_sign(&token, ')'); token = orm__scan(scanner))
        if ((token.kind == ORM_TOKEN_WORD || token.kind == ORM_TOKEN_QUOTED) &&
            names_out->count < ORM_PARAMETERS_MAX)
            names_out->items[names_out->count++] = token;
}

static void set_column(orm__parameter *parameter, const orm__token *name)
{
    size_t quotes = name->kind == ORM_TOKEN_QUOTED && name->size >= 2 ? 1 : 0;
    parameter->column = name->text + quotes;
    parameter->column_size = name->size - 2 * quotes;
}

/* "$3" is the third; "?" the next one. */
static size_t position(const orm__token *token, size_t *next)
{
    size_t number = 0;
    for (size_t i = 1; i < token->size && token->text[i] >= '0' && token->text[i] <= '9'; i++)
        if (number <= ORM_PARAMETERS_MAX)
            number = number * 10 + (size_t)(token->text[i] - '0');
    return number > 0 ? number - 1 : (*next)++;
}

/* VALUES (a, b): which of the values are parameters. */
static void read_values(orm__scanner *scanner, const names *columns, orm__reading *reading)
{
    size_t at = 0;
    size_t next = 0;
    int depth = 0;
    for (orm__token token = orm__scan(scanner); token.kind != ORM_TOKEN_END;
         token = orm__scan(scanner)) {
        depth += is_sign(&token, '(');
        depth -= is_sign(&token, ')');
        if (depth == 0)
            return; /* of several rows the first */
        at += depth == 1 && is_sign(&token, ',');
        if (token.kind != ORM_TOKEN_PLACEHOLDER)
            continue;
        size_t index = position(&token, &next);
        if (depth == 1 && index < ORM_PARAMETERS_MAX && at < columns->count)
            set_column(&reading->parameters[index], &columns->items[at]);
    }
}

bool orm__inserted_read(const char *sql, size_t size, orm__reading *reading)
{
    names columns = {.count = 0};
    orm__scanner scanner = {sql, sql + size};
    orm__token token = orm__scan(&scanner);
    if (!orm__token_is(&token, "insert"))
        return false;
    while (token.kind != ORM_TOKEN_END && !is_sign(&token, '('))
        token = orm__scan(&scanner);
    read_names(&scanner, &columns);
    token = orm__scan(&scanner);
    if (orm__token_is(&token, "values")) {
        read_values(&scanner, &columns, reading);
        return true;
    }
    /* Many rows, of which the values are lists in the order of the columns. */
    for (size_t i = 0; i < columns.count; i++)
        set_column(&reading->parameters[i], &columns.items[i]);
    return true;
}
