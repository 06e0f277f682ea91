#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/suggest.h"
#include "naming/names.h"
#include "schema/build.h"
#include "schema/sql_scan.h"
#include "types/types.h"

/*
 * Files of named statements: comments that annotate, then the SQL.
 *
 *   -- name: top_customers :many
 *   -- The customers who spent the most.
 *   -- param: min_total numeric
 *   -- column: id bigint
 *   -- column: total numeric nullable
 *   SELECT …
 */

enum { PARAMS_MAX = 500, COLUMNS_MAX = 1600 };

/* One word or more of an annotation, with its place. */
struct part {
    const char *text; /* terminated; "" when nothing is there */
    struct span at;
};

struct reader {
    struct builder *b;
    struct sql_scan scan;
    const char *prefix;
    struct pointers statements; /* struct statement */
    /* The statement being read; NULL: none yet. */
    struct statement *now;
    struct pointers params;  /* struct column */
    struct pointers columns; /* the same */
    struct pointers uses;    /* struct column, those that the SQL names */
    struct text sql;
    struct text comment;
    size_t *origins;
    size_t origin_capacity;
    struct part returns;
    size_t lead; /* the offset of what the line that is read begins with */
    bool began;  /* its SQL */
    bool ended;  /* by a semicolon */
    bool broken;
};

static struct part part_of(struct reader *reader, const struct sql_token *note, size_t from,
                           size_t to)
{
    struct part part = {.at = note->at};

    while (from < to && (note->text[from] == ' ' || note->text[from] == '\t'))
        from++;
    while (to > from && strchr(" \t\r", note->text[to - 1]))
        to--;
    part.text = arena_copy(reader->b->arena, note->text + from, to - from);
    part.at.column += 2 + (unsigned)(from);
    part.at.width = to > from ? (unsigned)(to - from) : 1;
    return part;
}

/* Splits the first word off. */
static struct part first_word(struct reader *reader, struct part *rest)
{
    size_t length = strcspn(rest->text, " \t");
    size_t blank = strspn(rest->text + length, " \t");
    struct part word = *rest;

    word.text = arena_copy(reader->b->arena, rest->text, length);
    word.at.width = length ? (unsigned)length : 1;
    rest->text += length + blank;
    rest->at.column += (unsigned)(length + blank);
    rest->at.width = *rest->text ? (unsigned)strlen(rest->text) : 1;
    return word;
}

static bool check_name(struct reader *reader, struct part name, const char *noun)
{
    const char *fault = name_fault(name.text);
    const char *repaired = fault ? name_repaired(reader->b->arena, name.text) : NULL;

    if (!fault)
        return true;
    reader->broken = true;
    diagnostics_error(reader->b->diags, name.at, "'%s' can't be the name of %s: %s%s%s%s",
                      name.text, noun, fault, repaired ? "; did you mean '" : "",
                      repaired ? repaired : "", repaired ? "'?" : "");
    return false;
}

static void fail_part(struct reader *reader, struct part part, const char *what)
{
    reader->broken = true;
    diagnostics_error(reader->b->diags, part.at, "%s", what);
}

static struct column *find(const struct pointers *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(((struct column *)list->items[i])->name, name) == 0)
            return list->items[i];
    return NULL;
}

static struct column *add_column(struct reader *reader, struct pointers *list, struct part name)
{
    struct builder *b = reader->b;
    struct column *column = arena_alloc(b->arena, sizeof *column);

    column->name = name.text;
    column->c_name = name_member(b->arena, name.text);
    column->c_upper = name_upper(b->arena, name.text);
    column->db_name = name.text;
    column->index = list->count;
    column->place = build_place(&name.at);
    pointers_add(b->arena, list, column);
    return column;
}

static void report_type(struct reader *reader, struct part type, const char *name)
{
    struct builder *b = reader->b;
    const char *usual = type_usual_name(name);
    struct suggestion near = suggest_for(name);

    reader->broken = true;
    if (b->lost_enums)
        return;
    for (int kind = 0; kind < TYPE_ENUM; kind++)
        suggest_offer(&near, type_info((enum type_kind)kind)->name);
    for (size_t i = 0; i < b->enums.count; i++)
        suggest_offer(&near, ((const struct enum_type *)b->enums.items[i])->name);
    if (usual)
        near.best = usual;
    diagnostics_error(b->diags, type.at, "'%s' is no type and no enum%s", name,
                      near.best || b->models.count || b->enums.count
                          ? suggest_text(b->arena, &near)
                          : "; give the YAML file of the enums too");
}

static const struct enum_type *find_enum(const struct builder *b, const char *name)
{
    for (size_t i = 0; i < b->enums.count; i++)
        if (strcmp(((const struct enum_type *)b->enums.items[i])->name, name) == 0)
            return b->enums.items[i];
    return NULL;
}

/* "numeric(12,2)", "text[]", "role". */
static void read_type(struct reader *reader, struct column *column, struct part type)
{
    struct builder *b = reader->b;
    size_t length = strlen(type.text);
    bool array = length > 2 && strcmp(type.text + length - 2, "[]") == 0;
    const char *text = arena_copy(b->arena, type.text, array ? length - 2 : length);
    const char *named = type_enum_name(b->arena, text);
    const char *why = NULL;
    enum type_parse_result result =
        named ? TYPE_UNKNOWN : type_parse(b->arena, text, &column->type, &why);

    column->type.array = array;
    if (result == TYPE_WRONG) {
        reader->broken = true;
        diagnostics_error(b->diags, type.at, "'%s' is no type: %s", text, why);
    } else if (result == TYPE_UNKNOWN) {
        column->type.enumeration = find_enum(b, named ? named : text);
        column->type.kind = TYPE_ENUM;
        column->type.text = column->type.enumeration ? column->type.enumeration->name : "";
        if (!column->type.enumeration)
            report_type(reader, type, named ? named : text);
    }
    if (array && column->type.text)
        column->type.text = arena_format(b->arena, "%s[]", column->type.text);
}

/* Cuts the last word off when it is `word`. */
static bool take_last(struct arena *arena, struct part *part, const char *word)
{
    size_t length = strlen(part->text);
    size_t size = strlen(word);

    if (length <= size || strcmp(part->text + length - size, word) != 0 ||
        !strchr(" \t", part->text[length - size - 1]))
        return false;
    for (length -= size; length && strchr(" \t", part->text[length - 1]);)
        length--;
    part->text = arena_copy(arena, part->text, length);
    part->at.width = length ? (unsigned)length : 1;
    return true;
}

/* "NAME TYPE [nullable]" of a parameter or column. */
static void read_field(struct reader *reader, struct pointers *list, struct part value,
                       const char *noun, size_t limit)
{
    struct builder *b = reader->b;
    const char *yaml = value.text;
    struct part name = first_word(reader, &value);
    const struct column *known = find(list, name.text);
    struct column *column;

    if (!check_name(reader, name, noun))
        return;
    if (list->count >= limit) {
        fail_part(reader, name, "there are too many of them");
        return;
    }
    if (known) {
        reader->broken = true;
        diagnostics_error(b->diags, name.at, "'%s' is there twice", name.text);
        diagnostics_note(b->diags,
                         (struct span){.source = reader->scan.source,
                                       .line = known->place.line,
                                       .column = known->place.column,
                                       .width = (unsigned)strlen(known->name)},
                         "the first one is here");
        return;
    }
    column = add_column(reader, list, name);
    column->yaml = yaml;
    column->nullable = take_last(b->arena, &value, "nullable");
    if (!*value.text)
        fail_part(reader, name,
                  arena_format(b->arena,
                               "'%s' needs a type, as in '%s bigint' or '%s text "
                               "nullable'",
                               name.text, name.text, name.text));
    else
        read_type(reader, column, value);
}

static const struct model *find_model(struct reader *reader, struct part name)
{
    struct builder *b = reader->b;
    const struct model_build *found = map_get(&b->model_names, name.text);
    struct suggestion near = suggest_for(name.text);

    if (found && !found->model->link_only)
        return found->model;
    reader->broken = true;
    for (size_t i = 0; i < b->models.count; i++)
        if (!((const struct model_build *)b->models.items[i])->model->link_only)
            suggest_offer(&near, ((const struct model_build *)b->models.items[i])->model->name);
    if (!b->lost_models)
        diagnostics_error(b->diags, name.at, "there is no model '%s'%s", name.text,
                          b->models.count ? suggest_text(b->arena, &near)
                                          : "; give the YAML file of the models too");
    return NULL;
}

static struct span name_span(const struct reader *reader, const struct statement *statement)
{
    return (struct span){.source = reader->scan.source,
                         .line = statement->place.line,
                         .column = statement->place.column,
                         .width = (unsigned)strlen(statement->name)};
}

static bool needs_rows(const struct statement *statement)
{
    return statement->kind != STATEMENT_EXEC;
}

static void check_rows(struct reader *reader)
{
    struct statement *now = reader->now;
    struct diagnostics *diags = reader->b->diags;
    bool mapped = *reader->returns.text != '\0';
    bool columns = reader->columns.count > 0;

    if (!needs_rows(now) && (mapped || columns))
        diagnostics_error(diags, name_span(reader, now),
                          "'%s' is ':exec', which has no rows, but says what they are; write "
                          "':many' or ':one'",
                          now->name);
    else if (mapped && columns)
        diagnostics_error(diags, reader->returns.at,
                          "'%s' has columns of its own and those of a model; leave one out",
                          now->name);
    if (mapped)
        now->returns = find_model(reader, reader->returns);
    now->lacks_columns = needs_rows(now) && !mapped && !columns && !reader->broken;
    if (now->lacks_columns && !reader->b->draft)
        diagnostics_error(diags, name_span(reader, now),
                          "nothing says what the rows of '%s' are; write '-- column: NAME TYPE' "
                          "for each column or '-- returns: MODEL', or let 'orm queries check "
                          "--write' do it",
                          now->name);
}

static void check_params(struct reader *reader)
{
    struct builder *b = reader->b;

    for (size_t i = 0; i < reader->params.count; i++) {
        const struct column *param = reader->params.items[i];
        struct suggestion near = suggest_for(param->name);

        if (!param->yaml || find(&reader->uses, param->name) || reader->broken)
            continue;
        for (size_t k = 0; k < reader->uses.count; k++)
            suggest_offer(&near, ((const struct column *)reader->uses.items[k])->name);
        diagnostics_error(b->diags,
                          (struct span){.source = reader->scan.source,
                                        .line = param->place.line,
                                        .column = param->place.column,
                                        .width = (unsigned)strlen(param->name)},
                          "the statement has no parameter ':%s'%s", param->name,
                          suggest_text(b->arena, &near));
    }
}

static struct column *columns_of(struct arena *arena, const struct pointers *list)
{
    struct column *columns = arena_array(arena, list->count, sizeof *columns);

    for (size_t i = 0; i < list->count; i++)
        columns[i] = *(const struct column *)list->items[i];
    return columns;
}

/* The statement is read; what is wrong with it as a whole can be told. */
static void finish(struct reader *reader)
{
    struct statement *now = reader->now;
    struct arena *arena = reader->b->arena;

    if (!now)
        return;
    while (reader->sql.length && strchr(" \t\r\n", reader->sql.text[reader->sql.length - 1]))
        reader->sql.text[--reader->sql.length] = '\0';
    if (!reader->sql.length && !reader->broken)
        diagnostics_error(reader->b->diags, name_span(reader, now), "'%s' has no SQL", now->name);
    else {
        check_params(reader);
        check_rows(reader);
    }
    now->sql = reader->sql.text;
    now->origins = reader->origins;
    now->comment = reader->comment.text;
    now->params = columns_of(arena, &reader->params);
    now->param_count = reader->params.count;
    now->columns = columns_of(arena, &reader->columns);
    now->column_count = reader->columns.count;
    for (size_t i = 0; i < now->param_count; i++)
        now->typeless_params += !now->params[i].type.text;
}

static void read_kind(struct reader *reader, struct part kind)
{
    static const char *const words[] = {":many", ":one", ":exec"};
    struct suggestion near = suggest_for(kind.text);

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(kind.text, words[i]) == 0) {
            reader->now->kind = (enum statement_kind)i;
            return;
        }
        suggest_offer(&near, words[i]);
    }
    reader->broken = true;
    if (*kind.text)
        diagnostics_error(reader->b->diags, kind.at,
                          "'%s' does not say what comes back: ':many' rows, ':one' row or "
                          "':exec' for none%s",
                          kind.text, suggest_text(reader->b->arena, &near));
    else
        diagnostics_error(reader->b->diags, name_span(reader, reader->now),
                          "what comes back is to stand behind the name: ':many' rows, ':one' row "
                          "or ':exec' for none");
}

static void begin(struct reader *reader, struct part value)
{
    struct arena *arena = reader->b->arena;
    struct part name = first_word(reader, &value);
    struct statement *now = arena_alloc(arena, sizeof *now);

    finish(reader);
    *reader = (struct reader){.b = reader->b,
                              .scan = reader->scan,
                              .prefix = reader->prefix,
                              .statements = reader->statements,
                              .now = now,
                              .returns = {.text = ""}};
    now->name = name.text;
    now->c_name = name_join(arena, reader->prefix, name.text);
    now->place = build_place(&name.at);
    text_add_string(arena, &reader->sql, "");
    pointers_add(arena, &reader->statements, now);
    if (check_name(reader, name, "a statement"))
        read_kind(reader, value);
}

static void read_prefix(struct reader *reader, struct part value)
{
    size_t length = strlen(value.text);

    if (length > 1 && value.text[length - 1] == '_')
        value.text = arena_copy(reader->b->arena, value.text, length - 1);
    if (reader->now)
        fail_part(reader, value, "a prefix is for the whole file and stands before the first name");
    else if (check_name(reader, value, "the prefix"))
        reader->prefix = value.text;
}

static void read_annotation(struct reader *reader, const char *key, struct part value,
                            struct span at)
{
    struct diagnostics *diags = reader->b->diags;

    if (strcmp(key, "name") == 0)
        begin(reader, value);
    else if (strcmp(key, "prefix") == 0)
        read_prefix(reader, value);
    else if (!reader->now)
        diagnostics_error(diags, at, "'%s:' stands before the first '-- name:'", key);
    else if (reader->began)
        diagnostics_error(diags, at, "'%s:' must stand above the SQL", key);
    else if (strcmp(key, "param") == 0)
        read_field(reader, &reader->params, value, "a parameter", PARAMS_MAX);
    else if (strcmp(key, "column") == 0)
        read_field(reader, &reader->columns, value, "a column", COLUMNS_MAX);
    else if (*reader->returns.text)
        fail_part(reader, value, "'returns' is there twice");
    else if (!*value.text)
        fail_part(reader, value, "'returns' needs the name of a model");
    else
        reader->returns = value;
}

static void add_comment(struct reader *reader, struct part line)
{
    if (!reader->now || reader->began)
        return;
    text_add_string(reader->b->arena, &reader->comment, reader->comment.length ? "\n" : "");
    text_add_string(reader->b->arena, &reader->comment, line.text);
}

/* A comment that stands on a line of its own: an annotation, or words for the reader. */
static void read_note(struct reader *reader, const struct sql_token *note)
{
    static const char *const keys[] = {"name", "param", "column", "returns", "prefix"};
    struct part whole = part_of(reader, note, 0, note->length);
    size_t length = strspn(whole.text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    const char *key = arena_copy(reader->b->arena, whole.text, length);
    struct suggestion near = suggest_for(key);
    struct span at = whole.at;
    size_t colon = (size_t)(whole.at.column - note->at.column) - 2 + length;

    at.width = length ? (unsigned)length : 1;
    if (length && whole.text[length] == ':') {
        struct part value = part_of(reader, note, colon + 1, note->length);

        near.distance = 1;
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            if (strcmp(key, keys[i]) == 0) {
                read_annotation(reader, key, value, at);
                return;
            }
            suggest_offer(&near, keys[i]);
        }
        if (near.best) {
            reader->broken = true;
            diagnostics_error(reader->b->diags, at, "'%s:' annotates nothing%s", key,
                              suggest_text(reader->b->arena, &near));
            return;
        }
    }
    add_comment(reader, whole);
}

/* Adds to the SQL what stands in the file from `offset` on, or stands for it. */
static void add_sql(struct reader *reader, const char *text, size_t length, size_t offset,
                    bool moves)
{
    struct arena *arena = reader->b->arena;

    while (reader->sql.length + length > reader->origin_capacity) {
        size_t capacity = reader->origin_capacity ? reader->origin_capacity * 2 : 256;
        size_t *grown = arena_array(arena, capacity, sizeof *grown);

        if (reader->origin_capacity)
            memcpy(grown, reader->origins, reader->origin_capacity * sizeof *grown);
        reader->origins = grown;
        reader->origin_capacity = capacity;
    }
    for (size_t i = 0; i < length; i++)
        reader->origins[reader->sql.length + i] = offset + (moves ? i : 0);
    text_add(arena, &reader->sql, text, length);
}

static size_t offset_of(const struct reader *reader, const struct sql_token *token)
{
    return (size_t)(token->text - reader->scan.source->text);
}

/* Blanks and comments only part what stands on their sides. A carriage return is left out. */
static void add_space(struct reader *reader, const struct sql_token *token)
{
    if (!reader->began || reader->ended)
        return;
    if (token->kind != SQL_TOKEN_BLANK) {
        add_sql(reader, " ", 1, offset_of(reader, token), false);
        return;
    }
    for (size_t i = 0; i < token->length; i++) {
        while (token->text[i] == '\n' && reader->sql.length &&
               strchr(" \t", reader->sql.text[reader->sql.length - 1]))
            reader->sql.text[--reader->sql.length] = '\0';
        if (token->text[i] != '\r')
            add_sql(reader, token->text + i, 1, offset_of(reader, token) + i, false);
    }
}

static void report_untyped(struct reader *reader, const struct sql_token *token, const char *name)
{
    struct builder *b = reader->b;
    struct suggestion near = suggest_for(name);

    for (size_t i = 0; i < reader->params.count; i++)
        suggest_offer(&near, ((const struct column *)reader->params.items[i])->name);
    reader->broken = true;
    if (near.best)
        diagnostics_error(b->diags, token->at, "nothing declares the parameter ':%s'%s", name,
                          suggest_text(b->arena, &near));
    else
        diagnostics_error(b->diags, token->at,
                          "the parameter ':%s' has no type; write '-- param: %s TYPE' above the "
                          "SQL, or let 'orm queries check --write' do it",
                          name, name);
}

/* What a "$1" behind it would become part of. */
static bool ends_in_word(const struct text *sql)
{
    unsigned char last = sql->length ? (unsigned char)sql->text[sql->length - 1] : ' ';

    return isalnum(last) || last == '_' || last == '$' || last >= 0x80;
}

static void add_param(struct reader *reader, const struct sql_token *token)
{
    struct arena *arena = reader->b->arena;
    struct part name = {.text = arena_copy(arena, token->text, token->length), .at = token->at};
    struct column *param = find(&reader->params, name.text);
    const char *number;

    name.at.column++;
    name.at.width = (unsigned)token->length;
    if (!param && !check_name(reader, name, "a parameter"))
        return;
    if (!param && !reader->b->draft) {
        if (!find(&reader->uses, name.text))
            report_untyped(reader, token, name.text);
        param = add_column(reader, &reader->uses, name);
        return;
    }
    if (!param)
        param = add_column(reader, &reader->params, name);
    if (!find(&reader->uses, name.text))
        pointers_add(arena, &reader->uses, param);
    number = arena_format(arena, "%s$%zu", ends_in_word(&reader->sql) ? " " : "", param->index + 1);
    add_sql(reader, number, strlen(number), offset_of(reader, token) - 1, false);
}

static void read_sql(struct reader *reader, const struct sql_token *token)
{
    struct diagnostics *diags = reader->b->diags;

    if (!reader->now) {
        diagnostics_error(diags, token->at, "SQL needs a name: '-- name: NAME :many' above it");
        reader->scan.at = reader->scan.source->length;
        return;
    }
    if (token->kind == SQL_TOKEN_SEMICOLON) {
        reader->ended = true;
        return;
    }
    if (reader->ended) {
        if (!reader->broken)
            diagnostics_error(diags, token->at,
                              "'%s' is one statement, and another begins here; it needs a name of "
                              "its own",
                              reader->now->name);
        reader->broken = true;
        return;
    }
    if (!reader->began)
        reader->now->sql_offset = reader->lead;
    reader->began = true;
    if (token->kind == SQL_TOKEN_PARAMETER)
        add_param(reader, token);
    else
        add_sql(reader, token->text, token->length, offset_of(reader, token), true);
}

static bool read_next(struct reader *reader)
{
    size_t start = reader->scan.at;
    struct sql_token token = sql_scan_next(&reader->scan);

    if (token.opens_line && token.kind != SQL_TOKEN_BLANK)
        reader->lead = start;
    switch (token.kind) {
    case SQL_TOKEN_END:
        return false;
    case SQL_TOKEN_FAULT:
        diagnostics_error(reader->b->diags, token.at, "%s", token.fault);
        reader->broken = true;
        return false;
    case SQL_TOKEN_NOTE:
        if (token.opens_line)
            read_note(reader, &token);
        add_space(reader, &token);
        break;
    case SQL_TOKEN_BLANK:
    case SQL_TOKEN_COMMENT:
        add_space(reader, &token);
        break;
    case SQL_TOKEN_PARAMETER:
    case SQL_TOKEN_SEMICOLON:
    case SQL_TOKEN_TEXT:
        read_sql(reader, &token);
        break;
    }
    return true;
}

static void check_twice(struct reader *reader)
{
    struct map names = {0};

    for (size_t i = 0; i < reader->statements.count; i++) {
        struct statement *statement = reader->statements.items[i];
        const struct statement *first =
            *statement->name ? map_add(reader->b->arena, &names, statement->name, statement) : NULL;

        if (!first)
            continue;
        diagnostics_error(reader->b->diags, name_span(reader, statement),
                          "two statements are named '%s'", statement->name);
        diagnostics_note(reader->b->diags, name_span(reader, first), "the first one is here");
    }
}

static void read_file(struct builder *b, const struct statement_file_build *file,
                      struct statement_file *to)
{
    struct reader reader = {
        .b = b, .scan = sql_scan_of(file->source), .prefix = file->prefix, .returns = {.text = ""}};
    size_t errors = diagnostics_error_count(b->diags);

    while (read_next(&reader))
        continue;
    finish(&reader);
    check_twice(&reader);
    *to = (struct statement_file){
        .path = file->source->path, .prefix = reader.prefix, .listed_by = file->listed_by};
    to->statement_count = reader.statements.count;
    to->statements = arena_array(b->arena, to->statement_count, sizeof *to->statements);
    for (size_t i = 0; i < to->statement_count; i++)
        to->statements[i] = *(const struct statement *)reader.statements.items[i];
    if (!to->statement_count && diagnostics_error_count(b->diags) == errors)
        diagnostics_error(b->diags, sql_span_at(file->source, 0),
                          "there are no statements; each begins with '-- name: NAME :many'");
}

void build_statements(struct builder *b)
{
    struct schema *schema = b->schema;
    size_t count = b->statement_files.count;

    schema->statement_files = arena_array(b->arena, count, sizeof *schema->statement_files);
    schema->statement_file_count = count;
    for (size_t i = 0; i < count; i++)
        read_file(b, b->statement_files.items[i], &schema->statement_files[i]);
}
