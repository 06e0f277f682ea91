#include "emit/sql_out.h"

#include <ctype.h>
#include <string.h>

/*
 * A team's expressions stand as they are written, but for one thing: SQLite keeps numerics as
 * text and would compare them as text ('10.00' is before '5'), so there numeric columns are
 * read as numbers.
 */

static bool is_word(char mark)
{
    return isalnum((unsigned char)mark) || mark == '_' || (unsigned char)mark >= 0x80;
}

/* The end of the token at text: a quoted stretch, a word, or one mark. */
static const char *token_end(const char *text)
{
    const char *end = text + 1;

    if (*text == '\'' || *text == '"') {
        for (; *end; end++)
            if (*end == *text && *++end != *text)
                return end;
        return end;
    }
    while (is_word(*text) && is_word(*end))
        end++;
    return end;
}

/* What an identifier names: its case is folded, or its quotes go. */
static const char *identifier(struct arena *arena, const char *text, const char *end)
{
    struct text name = { 0 };

    text_add_string(arena, &name, "");
    if (*text != '"') {
        for (; text < end; text++)
            text_add(arena, &name, &(char){ (char)tolower((unsigned char)*text) }, 1);
        return name.text;
    }
    for (text++; text < end - 1; text++) {
        text_add(arena, &name, text, 1);
        text += *text == '"';
    }
    return name.text;
}

static bool is_numeric_column(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->column_count; i++) {
        const struct column *column = &model->columns[i];

        if (column->type.kind == TYPE_NUMERIC && !column->type.array && !column->sql_type &&
            strcmp(column->db_name, name) == 0)
            return true;
    }
    return false;
}

static bool is_number_here(struct arena *arena, const struct model *model, const char *before,
                           const char *text, const char *end)
{
    const char *next = end + strspn(end, " \t\n");

    return (is_word(*text) || *text == '"') && !isdigit((unsigned char)*text) &&
           strcmp(before, ".") != 0 && strcmp(before, "as") != 0 && *next != '(' &&
           *next != '.' && is_numeric_column(model, identifier(arena, text, end));
}

const char *sql_expression(struct sql_out *out, const struct model *model, const char *text)
{
    struct text made = { 0 };
    const char *before = ""; /* the token before this one */
    const char *end;

    if (out->dialect != SQL_SQLITE)
        return text;
    for (; *text; text = end) {
        bool number;

        end = token_end(text);
        number = is_number_here(out->arena, model, before, text, end);
        text_add_string(out->arena, &made, number ? "CAST(" : "");
        text_add(out->arena, &made, text, (size_t)(end - text));
        text_add_string(out->arena, &made, number ? " AS NUMERIC)" : "");
        if (!isspace((unsigned char)*text))
            before = identifier(out->arena, text, end);
    }
    return made.text;
}
