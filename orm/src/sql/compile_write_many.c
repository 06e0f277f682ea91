/*
 * Statements that write any number of rows of one set of columns with one text. The values travel
 * as lists, one per column, and become a table k: unnest on PostgreSQL, the key table on SQLite.
 */
#include "sql/write_text.h"

/* A list of a column's values; types sent as text get the column's own type from a branch that is
 * never evaluated (an enum, a domain, citext). */
static bool has_type(const orm_column *column)
{
    switch ((orm_type)column->type) {
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
    case ORM_TYPE_CHAR:
    case ORM_TYPE_NUMERIC:
    case ORM_TYPE_ENUM:
    case ORM_TYPE_JSON:
    case ORM_TYPE_JSONB:
        return false;
    default:
        return true;
    }
}

static bool is_array(const orm_column *column)
{
    return (column->flags & ORM_COLUMN_ARRAY) != 0;
}

static void write_list(orm__text *text, const orm_model *model, const orm_column *column)
{
    orm__param param = orm__param_of(model, column);
    param.list = true;
    param.array = false;
    if (has_type(column)) {
        orm__text_param(text, param);
        return;
    }
    orm__text_add(text, "CASE WHEN TRUE THEN ");
    orm__text_param(text, param);
    orm__text_add(text, is_array(column) ? " ELSE (SELECT " : " ELSE ARRAY[(SELECT ");
    orm__text_column(text, "x", column->name);
    orm__text_add(text, " FROM ");
    orm__text_table(text, model->schema, model->table);
    orm__text_add(text, is_array(column) ? " AS x LIMIT 1) END" : " AS x LIMIT 1)] END");
}

static void write_integers(orm__text *text)
{
    orm__param param = {.type = ORM_TYPE_INTEGER, .list = true};
    orm__text_param(text, param);
}

bool orm__is_sliced(const orm__dialect *dialect, const orm_column *column)
{
    return !dialect->keys_are_table && is_array(column);
}

enum { TABLE_MAX = 8 }; /* columns of the key table */

/*
 * The columns of k, in order: c1, c2, …, on SQLite the key table's own k1, k2, …. What it has no
 * column for is taken out of its list by position.
 */
static void write_cell(orm__text *text, size_t number)
{
    orm__buffer *sql = &text->out->sql;
    if (!text->dialect->keys_are_table)
        orm__buffer_printf(sql, "k.c%zu", number);
    else if (number <= TABLE_MAX)
        orm__buffer_printf(sql, "k.k%zu", number);
    else
        orm__buffer_printf(sql, "orm_item(?%zu, k.ord)", number);
}

/* The value of one column of k, which starts at cell *next. */
static void write_value(orm__text *text, const orm_model *model, const orm_column *column,
                        size_t *next)
{
    if (!orm__is_sliced(text->dialect, column)) {
        write_cell(text, (*next)++);
        return;
    }
    orm__text_add(text, "(");
    write_list(text, model, column);
    orm__text_add(text, ")[");
    write_cell(text, (*next)++);
    orm__text_add(text, ":");
    write_cell(text, (*next)++);
    orm__text_add(text, "]");
}

size_t orm__write_width(const orm__dialect *dialect, const orm_model *model,
                        const uint16_t *columns, size_t count)
{
    size_t width = 0;
    for (size_t i = 0; i < count; i++)
        width += orm__is_sliced(dialect, &model->columns[columns[i]]) ? 2 : 1;
    return width;
}

/* One list of k after the other. */
typedef struct list_writer {
    orm__text *text;
    const orm_model *model;
    size_t width;
} list_writer;

static void add_table_list(list_writer *lists, const orm_column *column)
{
    orm__param param = orm__param_of(lists->model, column);
    param.list = true;
    if (lists->width++ >= TABLE_MAX) {
        orm__text_declare(lists->text, param);
        return;
    }
    orm__text_add(lists->text, lists->width > 1 ? ", " : "");
    orm__text_param(lists->text, param);
}

static void add_lists(list_writer *lists, const uint16_t *columns, size_t count)
{
    orm__text *text = lists->text;
    for (size_t i = 0; i < count; i++) {
        const orm_column *column = &lists->model->columns[columns[i]];
        if (text->dialect->keys_are_table) {
            add_table_list(lists, column);
            continue;
        }
        if (lists->width > 0)
            orm__text_add(text, ", ");
        if (orm__is_sliced(text->dialect, column)) {
            write_integers(text);
            orm__text_add(text, ", ");
            write_integers(text);
            lists->width += 2;
        } else {
            write_list(text, lists->model, column);
            lists->width++;
        }
    }
}

static void open_table(orm__text *text)
{
    orm__text_add(text, text->dialect->keys_are_table ? "orm_keys(" : "unnest(");
}

/* `numbered`: with a last column `ord`, the position. The key table always has one. */
static void close_table(orm__text *text, size_t width, bool numbered)
{
    if (text->dialect->keys_are_table) {
        orm__text_add(text, ") AS k");
        return;
    }
    orm__text_add(text, numbered ? ") WITH ORDINALITY AS k(" : ") AS k(");
    for (size_t i = 1; i <= width; i++)
        orm__buffer_printf(&text->out->sql, i == 1 ? "c%zu" : ", c%zu", i);
    orm__text_add(text, numbered ? ", ord)" : ")");
}

/* Rows of nothing but defaults: on SQLite some column must be named, one whose default is NULL or
 * made by the database. */
static int bare_column(const orm_model *model)
{
    for (uint16_t i = 0; i < model->column_count; i++)
        if ((model->columns[i].flags & ORM_COLUMN_IDENTITY) != 0)
            return i;
    for (uint16_t i = 0; i < model->column_count; i++)
        if ((model->columns[i].flags & (ORM_COLUMN_NULLABLE | ORM_COLUMN_DEFAULT |
                                        ORM_COLUMN_COMPUTED)) == ORM_COLUMN_NULLABLE)
            return i;
    return -1;
}

bool orm__can_insert_bare(const orm__dialect *dialect, const orm_model *model)
{
    return !dialect->keys_are_table || bare_column(model) >= 0;
}

static void write_bare_rows(orm__text *text, const orm_model *model)
{
    if (text->dialect->keys_are_table) {
        const uint16_t filler = (uint16_t)bare_column(model);
        orm__text_add(text, " (");
        orm__write_names(text, model, &filler, 1);
        orm__text_add(text, ") SELECT NULL FROM ");
    } else {
        orm__text_add(text, " SELECT FROM ");
    }
    open_table(text);
    write_integers(text);
    close_table(text, 1, false);
    orm__text_add(text, " WHERE TRUE");
}

static void write_rows(orm__text *text, const orm_model *model, const uint16_t *columns,
                       size_t count)
{
    size_t next = 1;
    size_t width = orm__write_width(text->dialect, model, columns, count);
    orm__text_add(text, " (");
    orm__write_names(text, model, columns, count);
    orm__text_add(text, ") SELECT ");
    for (size_t i = 0; i < count; i++) {
        orm__text_add(text, i == 0 ? "" : ", ");
        write_value(text, model, &model->columns[columns[i]], &next);
    }
    orm__text_add(text, " FROM ");
    open_table(text);
    add_lists(&(list_writer){text, model, 0}, columns, count);
    close_table(text, width, true);
    /* SQLite would take ON for a join's without a WHERE before it. */
    orm__text_add(text, " WHERE TRUE ORDER BY k.ord");
}

/* ON CONFLICT. The version counts on, and moments of change are the new row's. */
static void write_conflict(orm__text *text, const orm_model *model, const orm__conflict *conflict)
{
    int version = orm__model_version(model);
    orm__text_add(text, " ON CONFLICT (");
    orm__write_names(text, model, conflict->on, conflict->on_count);
    orm__text_add(text, ") DO ");
    if (conflict->update_count == 0) {
        orm__text_add(text, "NOTHING");
        return;
    }
    orm__text_add(text, "UPDATE SET ");
    for (size_t i = 0; i < conflict->update_count; i++) {
        const char *name = model->columns[conflict->update[i]].name;
        orm__text_add(text, i == 0 ? "" : ", ");
        orm__text_name(text, name);
        orm__text_add(text, " = excluded.");
        orm__text_name(text, name);
    }
    if (version >= 0) {
        orm__text_add(text, ", ");
        orm__write_next_version(text, model, "t0");
    }
}

orm_status orm__compile_insert_many(const orm__dialect *dialect, const orm_model *model,
                                    const uint16_t *columns, size_t count,
                                    const orm__conflict *conflict, bool silent,
                                    orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    orm__text_add(&text, "INSERT INTO ");
    orm__text_table(&text, model->schema, model->table);
    orm__text_add(&text, " AS t0");
    if (count == 0)
        write_bare_rows(&text, model);
    else
        write_rows(&text, model, columns, count);
    if (conflict != NULL)
        write_conflict(&text, model, conflict);
    if (!silent)
        orm__write_returning(&text, model, NULL);
    return orm__write_finish(compiled);
}

/* t0.key = k's, beginning with cell `next`; the version's as well. */
static void write_match(orm__text *text, const orm_model *model, bool versioned, size_t next)
{
    int version = orm__model_version(model);
    const char *plus = text->dialect->keys_are_table ? " = +" : " = ";
    for (uint16_t i = 0; i < model->key_count + (versioned ? 1 : 0); i++) {
        const orm_column *column =
            &model->columns[i < model->key_count ? model->key[i] : (uint16_t)version];
        orm__text_add(text, i == 0 ? " WHERE " : " AND ");
        orm__text_column(text, "t0", column->name);
        orm__text_add(text, text->dialect->collation(column));
        orm__text_add(text, plus);
        write_cell(text, next++);
    }
}

/*
 * A statement that the server judges: it fails unless it hits as many rows as its last parameter
 * says, so that a COMMIT may travel behind it. What it writes becomes a table u, with the position
 * of each row; the failure names how many were missed and where the first of them stand.
 */
static void open_judgement(orm__text *text, bool judged)
{
    if (judged)
        orm__text_add(text, "WITH u AS (");
}

static void close_judgement(orm__text *text, bool judged)
{
    orm__param wanted = {.type = ORM_TYPE_BIGINT};
    if (!judged)
        return;
    orm__text_add(text, ", k.ord AS orm_ord) SELECT u.* FROM (SELECT count(*) AS n FROM u) AS j "
                        "LEFT JOIN u ON TRUE WHERE CASE WHEN j.n = ");
    orm__text_param(text, wanted);
    orm__buffer_printf(&text->out->sql,
                       " THEN TRUE ELSE ('" ORM__MISSED_MARK
                       "' || ($%zu - j.n) || ':' || coalesce((SELECT string_agg(m.g::text, ',') "
                       "FROM (SELECT g FROM generate_series(1, $%zu) AS g WHERE g NOT IN "
                       "(SELECT orm_ord FROM u) LIMIT %d) AS m), ''))::boolean END",
                       text->out->param_count, text->out->param_count, ORM__MISSED_TOLD);
    text->out->column_count++;
}

static void add_match_lists(list_writer *lists, bool versioned)
{
    const uint16_t version = (uint16_t)orm__model_version(lists->model);
    add_lists(lists, lists->model->key, lists->model->key_count);
    if (versioned)
        add_lists(lists, &version, 1);
}

orm_status orm__compile_update_many(const orm__dialect *dialect, const orm_model *model,
                                    const uint16_t *columns, size_t count, bool versioned,
                                    bool judged, orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    size_t next = 1;
    size_t width =
        orm__write_width(dialect, model, columns, count) + model->key_count + (versioned ? 1 : 0);
    open_judgement(&text, judged);
    orm__text_add(&text, "UPDATE ");
    orm__text_table(&text, model->schema, model->table);
    orm__text_add(&text, " AS t0 SET ");
    for (size_t i = 0; i < count; i++) {
        orm__text_add(&text, i == 0 ? "" : ", ");
        orm__text_name(&text, model->columns[columns[i]].name);
        orm__text_add(&text, " = ");
        write_value(&text, model, &model->columns[columns[i]], &next);
    }
    if (versioned) {
        orm__text_add(&text, ", ");
        orm__write_next_version(&text, model, "t0");
    }
    orm__text_add(&text, " FROM ");
    open_table(&text);
    list_writer all = {&text, model, 0};
    add_lists(&all, columns, count);
    add_match_lists(&all, versioned);
    close_table(&text, width, judged);
    write_match(&text, model, versioned, next);
    orm__write_returning(&text, model, dialect->keys_are_table ? NULL : "t0");
    close_judgement(&text, judged);
    return orm__write_finish(compiled);
}

/* (a, b) IN (SELECT k.k1, k.k2 FROM …); SQLite finds the rows by the first condition's index. */
static void write_delete_table(orm__text *text, const orm_model *model, bool versioned)
{
    size_t width = model->key_count + (versioned ? 1u : 0u);
    int version = orm__model_version(model);
    orm__text_add(text, " WHERE (");
    for (size_t i = 0; i < width; i++) {
        const orm_column *column =
            &model->columns[i < model->key_count ? model->key[i] : (uint16_t)version];
        orm__text_add(text, i == 0 ? "" : ", ");
        orm__text_name(text, column->name);
        orm__text_add(text, text->dialect->collation(column));
    }
    orm__text_add(text, ") IN (SELECT ");
    for (size_t i = 1; i <= width; i++) {
        orm__text_add(text, i == 1 ? "" : ", ");
        write_cell(text, i);
    }
    orm__text_add(text, " FROM ");
    open_table(text);
    add_match_lists(&(list_writer){text, model, 0}, versioned);
    close_table(text, width, false);
    orm__text_add(text, ")");
}

orm_status orm__compile_delete_many(const orm__dialect *dialect, const orm_model *model,
                                    bool judged, orm__compiled *compiled)
{
    orm__text text = {.dialect = dialect, .out = compiled};
    bool versioned = orm__model_version(model) >= 0;
    open_judgement(&text, judged);
    orm__text_add(&text, "DELETE FROM ");
    orm__text_table(&text, model->schema, model->table);
    orm__text_add(&text, " AS t0");
    if (dialect->keys_are_table) {
        write_delete_table(&text, model, versioned);
    } else if (model->key_count == 1 && !versioned && !judged) {
        orm__param param = orm__param_of(model, &model->columns[model->key[0]]);
        param.list = true;
        orm__text_add(&text, " WHERE ");
        orm__text_column(&text, "t0", model->columns[model->key[0]].name);
        orm__text_add(&text, " = ANY(");
        orm__text_param(&text, param);
        orm__text_add(&text, ")");
    } else {
        size_t width = model->key_count + (versioned ? 1u : 0u);
        orm__text_add(&text, " USING ");
        open_table(&text);
        add_match_lists(&(list_writer){&text, model, 0}, versioned);
        close_table(&text, width, judged);
        write_match(&text, model, versioned, 1);
    }
    orm__write_returning(&text, model, dialect->keys_are_table ? NULL : "t0");
    close_judgement(&text, judged);
    return orm__write_finish(compiled);
}
