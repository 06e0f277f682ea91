/*
 * Fragments of SQL in conditions: {column} stands for a column of the row, $n for a value. What
 * could end the condition, or hide part of it, is refused before anything is sent.
 */
#include <string.h>

#include "base/fail.h"
#include "model/utf8.h"
#include "sql/scope.h"

typedef enum piece_kind {
    PIECE_END,
    PIECE_TEXT,
    PIECE_COLUMN,
    PIECE_VALUE,
    PIECE_FAULT
} piece_kind;

typedef struct piece {
    piece_kind kind;
    size_t size;       /* bytes of the fragment */
    size_t number;     /* COLUMN: its index; VALUE: its number */
    int opened;        /* TEXT: parentheses opened, or closed when below 0 */
    const char *fault; /* what is wrong */
} piece;

static piece fault(const char *what)
{
    return (piece){.kind = PIECE_FAULT, .fault = what};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* A string or a quoted name, with its quotes; a doubled quote stays within. */
static piece quoted(const char *at, char before)
{
    const char *end = at + 1;
    if (before == '&' || (*at == '\'' && is_word(before)))
        return fault("a quote with a prefix");
    for (; *end != '\0'; end++) {
        if (*end != *at)
            continue;
        if (end[1] != *at)
            return (piece){.kind = PIECE_TEXT, .size = (size_t)(end + 1 - at)};
        end++;
    }
    return fault("a quote that is not closed");
}

static piece value(const char *at)
{
    piece found = {.kind = PIECE_VALUE, .size = 1};
    while (is_digit(at[found.size]) && found.number <= UINT16_MAX)
        found.number = found.number * 10 + (size_t)(at[found.size++] - '0');
    if (found.number == 0 || found.number > UINT16_MAX || is_word(at[found.size]) ||
        at[found.size] == '$')
        return fault("a $ that is not the number of a value");
    return found;
}

static bool is_named(const orm_column *column, const char *name, size_t size, const char *behind)
{
    return strncmp(column->field, name, size) == 0 && strcmp(column->field + size, behind) == 0;
}

/* By the YAML name; a reserved word also without the underscore behind it. */
static piece column(const orm_model *model, const char *at)
{
    size_t size = strcspn(at + 1, "}");
    if (at[size + 1] == '\0')
        return fault("a { that is not closed");
    for (int pass = 0; pass < 2; pass++)
        for (uint16_t i = 0; i < model->column_count; i++)
            if (is_named(&model->columns[i], at + 1, size, pass == 0 ? "" : "_"))
                return (piece){.kind = PIECE_COLUMN, .size = size + 2, .number = i};
    return fault("a {} that names no column of the model");
}

static const char *forbidden(const orm__dialect *dialect, const char *at)
{
    if (*at == ';')
        return "a semicolon";
    if ((at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*'))
        return "a comment";
    if (*at == '}')
        return "a } without its {";
    /* Parameters and quotes that only this database knows. */
    if (dialect->name == ORM_DIALECT_SQLITE && strchr("?:@#[`", *at) != NULL)
        return "a character that SQLite reads as a parameter or a quote";
    return NULL;
}

/* What begins at `at`, which the character `before` comes before. */
static piece next_piece(const orm__dialect *dialect, const orm_model *model, const char *at,
                        char before)
{
    if (*at == '\0')
        return (piece){.kind = PIECE_END};
    if (*at == '\'' || *at == '"')
        return quoted(at, before);
    if (*at == '$')
        return is_word(before) ? fault("a $ within a name") : value(at);
    if (*at == '{')
        return column(model, at);
    const char *refused = forbidden(dialect, at);
    if (refused != NULL)
        return fault(refused);
    return (piece){.kind = PIECE_TEXT, .size = 1, .opened = *at == '(' ? 1 : *at == ')' ? -1 : 0};
}

static void refuse(orm__gathered *gathered, const orm_pred *pred, const char *what, size_t at)
{
    gathered->status =
        orm__fail(gathered->error, ORM_INVALID, "the SQL in a condition on %s has %s, at byte %zu",
                  pred->model->name, what, at + 1);
    orm__fail_at(gathered->error, pred->model->name, NULL);
}

static void refuse_values(orm__gathered *gathered, const orm_pred *pred, const char *what,
                          size_t number)
{
    gathered->status = orm__fail(gathered->error, ORM_INVALID,
                                 "the SQL in a condition on %s has %zu values, and %s $%zu",
                                 pred->model->name, pred->as.fragment.count, what, number);
    orm__fail_at(gathered->error, pred->model->name, NULL);
}

/* Every piece is sound, parentheses match, and every value is named. */
static void check(orm__gathered *gathered, const orm_pred *pred)
{
    const orm__dialect *dialect = orm__dialect_of(gathered->dialect);
    const char *text = pred->as.fragment.text;
    size_t count = pred->as.fragment.count;
    bool *named = orm__arena_zero(gathered->arena, count + 1);
    long open = 0;
    size_t at = 0;
    if (named == NULL) {
        orm__gather_nomem(gathered);
        return;
    }
    for (;;) {
        piece found = next_piece(dialect, pred->model, text + at, at == 0 ? ' ' : text[at - 1]);
        open += found.opened;
        if (found.kind == PIECE_END)
            break;
        if (found.kind == PIECE_FAULT || open < 0) {
            refuse(gathered, pred, open < 0 ? "a ) without its (" : found.fault, at);
            return;
        }
        if (found.kind == PIECE_VALUE && found.number > count) {
            refuse_values(gathered, pred, "names", found.number);
            return;
        }
        if (found.kind == PIECE_VALUE)
            named[found.number - 1] = true;
        at += found.size;
    }
    if (open > 0 || text[strspn(text, " \t\r\n")] == '\0')
        refuse(gathered, pred, open > 0 ? "a ( that is not closed" : "nothing in it", at);
    for (size_t i = 0; i < count && gathered->status == ORM_OK; i++)
        if (!named[i])
            refuse_values(gathered, pred, "does not name", i + 1);
}

void orm__gather_fragment(orm__gathered *gathered, const orm_pred *pred)
{
    size_t head[2] = {strlen(pred->as.fragment.text), pred->as.fragment.count};
    orm__gather_shape(gathered, head, sizeof head);
    orm__gather_shape(gathered, pred->as.fragment.text, head[0]);
    if (gathered->status == ORM_OK &&
        orm__utf8_check(pred->as.fragment.text, head[0]) != ORM__UTF8_OK)
        refuse(gathered, pred, "bytes that are not UTF-8", 0);
    if (gathered->status == ORM_OK)
        check(gathered, pred);
    for (size_t i = 0; i < head[1] && gathered->status == ORM_OK; i++)
        orm__gather_bound(gathered, i, pred->as.fragment.values[i]);
}

void orm__text_fragment(orm__text *text, const orm__scope *scope, const orm_pred *pred)
{
    const char *from = pred->as.fragment.text;
    size_t first = text->out->param_count;
    orm__param bound = {.type = ORM_TYPE_NONE, .model = pred->model};
    for (size_t i = 0; i < pred->as.fragment.count; i++)
        orm__text_declare(text, bound);
    orm__text_add(text, "(");
    for (char before = ' ';;) {
        piece found = next_piece(text->dialect, pred->model, from, before);
        if (found.kind == PIECE_END || found.kind == PIECE_FAULT)
            break;
        if (found.kind == PIECE_COLUMN)
            orm__text_column(text, scope->alias, pred->model->columns[found.number].name);
        else if (found.kind == PIECE_VALUE)
            orm__buffer_printf(&text->out->sql, "%c%zu", text->dialect->placeholder,
                               first + found.number);
        else
            orm__buffer_append(&text->out->sql, from, found.size);
        from += found.size;
        before = from[-1];
    }
    orm__text_add(text, ")");
}
