#include "diff/rename.h"

#include <string.h>

/* One side's view of names: which catalog has which. */
struct finding {
    struct arena *arena;
    const struct catalog *from;
    const struct catalog *to;
    struct pointers found; /* struct rename */
};

static enum sql_dialect dialect_of(const struct catalog *catalog)
{
    return catalog->dialect == CATALOG_POSTGRESQL ? SQL_POSTGRESQL : SQL_SQLITE;
}

static void add_rename(struct finding *finding, struct rename rename)
{
    struct rename *kept = arena_alloc(finding->arena, sizeof *kept);

    *kept = rename;
    pointers_add(finding->arena, &finding->found, kept);
}

static void try_table(struct finding *finding, const char *schema, const char *old, const char *new)
{
    if (catalog_table_find(finding->from, schema, old) &&
        !catalog_table_find(finding->from, schema, new) &&
        catalog_table_find(finding->to, schema, new) &&
        !catalog_table_find(finding->to, schema, old))
        add_rename(finding, (struct rename){RENAME_TABLE, schema, NULL, old, new, NULL});
}

static const char *old_name_of(const struct finding *finding, const char *schema, const char *table)
{
    for (size_t i = 0; i < finding->found.count; i++) {
        const struct rename *rename = finding->found.items[i];

        if (rename->kind == RENAME_TABLE && words_equal(rename->schema, schema) &&
            strcmp(rename->new, table) == 0)
            return rename->old;
    }
    return table;
}

/* `table`: its name in `to`. */
static void try_column(struct finding *finding, const char *schema, const char *table,
                       const char *old, const char *new)
{
    const struct catalog_table *to = catalog_table_find(finding->to, schema, table);
    const struct catalog_table *from =
        catalog_table_find(finding->from, schema, old_name_of(finding, schema, table));

    if (from && to && catalog_column_find(from, old) && !catalog_column_find(from, new) &&
        catalog_column_find(to, new) && !catalog_column_find(to, old))
        add_rename(finding, (struct rename){RENAME_COLUMN, schema, table, old, new, NULL});
}

static const char *schema_of(const struct finding *finding, const struct model *model)
{
    if (finding->to->dialect == CATALOG_SQLITE || !model->db_schema)
        return NULL;
    return words_equal(model->db_schema, finding->to->default_schema) ? NULL : model->db_schema;
}

static void find_tables(struct finding *finding, const struct schema *models, bool backwards)
{
    for (size_t i = 0; models && i < models->model_count; i++) {
        const struct model *model = models->models[i];
        const char *schema = schema_of(finding, model);

        if (model->was && backwards)
            try_table(finding, schema, model->table, model->was);
        else if (model->was)
            try_table(finding, schema, model->was, model->table);
    }
}

/* What the models' table is called in `to`. */
static const char *name_in_to(const struct finding *finding, const char *schema,
                              const struct model *model)
{
    if (!catalog_table_find(finding->to, schema, model->table) && model->was)
        return model->was;
    return model->table;
}

static void find_columns(struct finding *finding, const struct schema *models, bool backwards)
{
    for (size_t i = 0; models && i < models->model_count; i++) {
        const struct model *model = models->models[i];
        const char *schema = schema_of(finding, model);
        const char *table = name_in_to(finding, schema, model);

        for (size_t k = 0; k < model->column_count; k++) {
            const struct column *column = &model->columns[k];

            if (column->was && backwards)
                try_column(finding, schema, table, column->db_name, column->was);
            else if (column->was)
                try_column(finding, schema, table, column->was, column->db_name);
        }
    }
}

static const struct catalog_enum *enum_of(const struct catalog *catalog, const char *schema,
                                          const char *name)
{
    for (size_t i = 0; i < catalog->enum_count; i++)
        if (strcmp(catalog->enums[i].name, name) == 0 &&
            words_equal(catalog->enums[i].schema, schema))
            return &catalog->enums[i];
    return NULL;
}

static bool is_taken(const struct finding *finding, const char *schema, const char *old)
{
    for (size_t i = 0; i < finding->found.count; i++) {
        const struct rename *rename = finding->found.items[i];

        if (rename->kind == RENAME_TYPE && words_equal(rename->schema, schema) &&
            (strcmp(rename->old, old) == 0 || strcmp(rename->new, old) == 0))
            return true;
    }
    return false;
}

/* A column that stays and whose enum is called otherwise: the enum got that name. */
static void try_type(struct finding *finding, const struct catalog_column *from,
                     const struct catalog_column *to)
{
    const char *schema = from->type_schema;

    if (from->type_kind == CATALOG_ENUM && to->type_kind == CATALOG_ENUM &&
        words_equal(schema, to->type_schema) && strcmp(from->type_name, to->type_name) != 0 &&
        enum_of(finding->from, schema, from->type_name) &&
        !enum_of(finding->from, schema, to->type_name) &&
        !enum_of(finding->to, schema, from->type_name) &&
        !is_taken(finding, schema, from->type_name) && !is_taken(finding, schema, to->type_name))
        add_rename(finding, (struct rename){RENAME_TYPE, schema, NULL, from->type_name,
                                            to->type_name, NULL});
}

static const char *old_column_of(const struct finding *finding, const struct catalog_table *table,
                                 const char *name)
{
    for (size_t i = 0; i < finding->found.count; i++) {
        const struct rename *rename = finding->found.items[i];

        if (rename->kind == RENAME_COLUMN && words_equal(rename->schema, table->schema) &&
            strcmp(rename->table, table->name) == 0 && strcmp(rename->new, name) == 0)
            return rename->old;
    }
    return name;
}

static void find_types(struct finding *finding)
{
    for (size_t i = 0; i < finding->to->table_count; i++) {
        const struct catalog_table *to = &finding->to->tables[i];
        const struct catalog_table *from = catalog_table_find(
            finding->from, to->schema, old_name_of(finding, to->schema, to->name));

        for (size_t k = 0; from && k < to->column_count; k++) {
            const struct catalog_column *column =
                catalog_column_find(from, old_column_of(finding, to, to->columns[k].name));

            if (column)
                try_type(finding, column, &to->columns[k]);
        }
    }
}

/* Labels. */

static bool has_label(const struct catalog_enum *type, const char *label)
{
    for (size_t i = 0; type && i < type->labels.count; i++)
        if (strcmp(type->labels.items[i], label) == 0)
            return true;
    return false;
}

static const char *old_type_of(const struct finding *finding, const char *schema, const char *name)
{
    for (size_t i = 0; i < finding->found.count; i++) {
        const struct rename *rename = finding->found.items[i];

        if (rename->kind == RENAME_TYPE && words_equal(rename->schema, schema) &&
            strcmp(rename->new, name) == 0)
            return rename->old;
    }
    return name;
}

static void find_labels(struct finding *finding, const struct schema *models, bool backwards)
{
    for (size_t i = 0; models && i < models->enum_count; i++) {
        const struct enum_type *type = models->enums[i];
        bool usual = !type->db_schema || words_equal(type->db_schema, finding->to->default_schema);
        const char *schema = usual ? NULL : type->db_schema;
        const struct catalog_enum *to = enum_of(finding->to, schema, type->db_name);
        const struct catalog_enum *from =
            enum_of(finding->from, schema, old_type_of(finding, schema, type->db_name));

        for (size_t k = 0; from && to && k < type->label_count; k++) {
            const struct enum_label *label = &type->labels[k];
            const char *old = backwards ? label->label : label->was;
            const char *new = backwards ? label->was : label->label;

            if (label->was && has_label(from, old) && !has_label(from, new) && has_label(to, new) &&
                !has_label(to, old))
                add_rename(finding,
                           (struct rename){RENAME_LABEL, schema, type->db_name, old, new, NULL});
        }
    }
}

/* SQLite has no enums: a check of the column lists its labels. */
static bool check_lists(struct finding *finding, const struct catalog_table *table,
                        const char *column, const char *label)
{
    const char *text = words_string(finding->arena, label);

    for (size_t i = 0; i < table->check_count; i++)
        if (words_mention(SQL_SQLITE, table->checks[i].expression, column) &&
            strstr(table->checks[i].expression, text))
            return true;
    return false;
}

static void try_label(struct finding *finding, const struct catalog_table *to, const char *column,
                      const char *old, const char *new)
{
    const struct catalog_table *from =
        catalog_table_find(finding->from, NULL, old_name_of(finding, NULL, to->name));
    const char *before = old_column_of(finding, to, column);

    if (from && check_lists(finding, from, before, old) &&
        !check_lists(finding, from, before, new) && check_lists(finding, to, column, new) &&
        !check_lists(finding, to, column, old))
        add_rename(finding, (struct rename){RENAME_LABEL, NULL, to->name, old, new, column});
}

static void find_listed_labels(struct finding *finding, const struct schema *models, bool backwards)
{
    for (size_t i = 0; models && i < models->model_count; i++) {
        const struct model *model = models->models[i];
        const struct catalog_table *to =
            catalog_table_find(finding->to, NULL, name_in_to(finding, NULL, model));

        for (size_t k = 0; to && k < model->column_count; k++) {
            const struct column *column = &model->columns[k];
            const struct enum_type *type = column->type.kind == TYPE_ENUM && !column->type.array
                                               ? column->type.enumeration
                                               : NULL;
            const char *name = column->was && !catalog_column_find(to, column->db_name)
                                   ? column->was
                                   : column->db_name;

            for (size_t n = 0; type && n < type->label_count; n++)
                if (type->labels[n].was)
                    try_label(finding, to, name,
                              backwards ? type->labels[n].label : type->labels[n].was,
                              backwards ? type->labels[n].was : type->labels[n].label);
        }
    }
}

struct renames renames_find(struct arena *arena, const struct catalog *from,
                            const struct catalog *to, const struct schema *from_models,
                            const struct schema *to_models)
{
    struct finding finding = {.arena = arena, .from = from, .to = to};
    struct renames renames = {0};

    find_tables(&finding, to_models, false);
    find_tables(&finding, from_models, true);
    find_columns(&finding, to_models, false);
    find_columns(&finding, from_models, true);
    if (from->dialect == CATALOG_POSTGRESQL)
        find_types(&finding);
    if (from->dialect == CATALOG_POSTGRESQL) {
        find_labels(&finding, to_models, false);
        find_labels(&finding, from_models, true);
    } else {
        find_listed_labels(&finding, to_models, false);
        find_listed_labels(&finding, from_models, true);
    }
    renames.count = finding.found.count;
    renames.items = arena_array(arena, renames.count, sizeof *renames.items);
    for (size_t i = 0; i < renames.count; i++)
        renames.items[i] = *(struct rename *)finding.found.items[i];
    return renames;
}

/* The copy that is being renamed. */
struct renaming {
    struct arena *arena;
    enum sql_dialect dialect;
    const struct renames *renames;
    const struct catalog_table *table; /* the new one whose parts are at hand */
};

static const char *table_name(const struct renaming *work, const char *schema, const char *name)
{
    for (size_t i = 0; i < work->renames->count; i++) {
        const struct rename *rename = &work->renames->items[i];

        if (rename->kind == RENAME_TABLE && words_equal(rename->schema, schema) &&
            strcmp(rename->old, name) == 0)
            return rename->new;
    }
    return name;
}

static const char *column_name(const struct renaming *work, const char *schema, const char *table,
                               const char *name)
{
    for (size_t i = 0; i < work->renames->count; i++) {
        const struct rename *rename = &work->renames->items[i];

        if (rename->kind == RENAME_COLUMN && words_equal(rename->schema, schema) &&
            strcmp(rename->table, table) == 0 && strcmp(rename->old, name) == 0)
            return rename->new;
    }
    return name;
}

/* Whether `text` begins with the name of the enum, as PostgreSQL writes types. */
static bool is_type_name(const char *text, const char *name)
{
    size_t length = strlen(name);

    if (*text == '"')
        text++;
    else if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_$")] == '.')
        text += strcspn(text, ".") + 1;
    text += *text == '"';
    return strncmp(text, name, length) == 0 && !strchr("_$.", text[length] ? text[length] : ' ') &&
           !(text[length] >= 'a' && text[length] <= 'z') &&
           !(text[length] >= '0' && text[length] <= '9');
}

/* "'old'::mood" becomes "'new'::mood": PostgreSQL keeps labels by number. */
static const char *relabelled_once(const struct renaming *work, const char *text,
                                   const struct rename *rename)
{
    const char *old = arena_format(work->arena, "%s::", words_string(work->arena, rename->old));
    struct text made = {0};

    text_add_string(work->arena, &made, "");
    for (const char *at; (at = strstr(text, old)) != NULL; text = at + strlen(old)) {
        text_add(work->arena, &made, text, (size_t)(at - text));
        text_add_string(
            work->arena, &made,
            is_type_name(at + strlen(old), rename->table)
                ? arena_format(work->arena, "%s::", words_string(work->arena, rename->new))
                : old);
    }
    text_add_string(work->arena, &made, text);
    return made.text;
}

static const char *relabelled(const struct renaming *work, const char *text)
{
    for (size_t i = 0; text && work->dialect == SQL_POSTGRESQL && i < work->renames->count; i++)
        if (work->renames->items[i].kind == RENAME_LABEL)
            text = relabelled_once(work, text, &work->renames->items[i]);
    return text;
}

/* Names in the table's expressions: its columns, and types. In views also everything else. */
static const char *replaced(const struct renaming *work, const char *text, bool everything)
{
    struct word_pair *pairs = arena_array(work->arena, work->renames->count + 1, sizeof *pairs);
    size_t count = 0;

    for (size_t i = 0; i < work->renames->count; i++) {
        const struct rename *rename = &work->renames->items[i];
        bool own = rename->kind == RENAME_COLUMN &&
                   words_equal(rename->schema, work->table->schema) &&
                   strcmp(rename->table, work->table->name) == 0;

        if (rename->kind != RENAME_LABEL && (everything || own || rename->kind == RENAME_TYPE))
            pairs[count++] = (struct word_pair){rename->old, rename->new};
    }
    return relabelled(work, words_replaced(work->arena, work->dialect, text, pairs, count));
}

static void rename_names(const struct renaming *work, struct catalog_names *names,
                         const char *schema, const char *table)
{
    const char **items = arena_array(work->arena, names->count, sizeof *items);

    for (size_t i = 0; i < names->count; i++)
        items[i] = column_name(work, schema, table, names->items[i]);
    names->items = items;
}

static void rename_column(const struct renaming *work, struct catalog_column *column)
{
    const struct catalog_table *table = work->table;

    column->name = column_name(work, table->schema, table->name, column->name);
    column->expression = replaced(work, column->expression, false);
    column->default_sql = replaced(work, column->default_sql, false);
    for (size_t i = 0; i < work->renames->count; i++) {
        const struct rename *rename = &work->renames->items[i];

        if (rename->kind != RENAME_TYPE || !words_equal(rename->schema, column->type_schema) ||
            column->type_kind != CATALOG_ENUM || strcmp(rename->old, column->type_name) != 0)
            continue;
        column->type = words_replaced(work->arena, work->dialect, column->type,
                                      &(struct word_pair){rename->old, rename->new}, 1);
        column->type_name = rename->new;
        return;
    }
}

static void rename_index(const struct renaming *work, struct catalog_index *index)
{
    struct catalog_index_part *parts = arena_array(work->arena, index->part_count, sizeof *parts);

    for (size_t i = 0; i < index->part_count; i++) {
        parts[i] = index->parts[i];
        if (parts[i].column)
            parts[i].column =
                column_name(work, work->table->schema, work->table->name, parts[i].column);
        parts[i].expression = replaced(work, parts[i].expression, false);
    }
    index->parts = parts;
    index->where = replaced(work, index->where, false);
    rename_names(work, &index->include, work->table->schema, work->table->name);
}

static void rename_key(const struct renaming *work, struct catalog_key *key)
{
    rename_names(work, &key->columns, work->table->schema, work->table->name);
    rename_names(work, &key->include, work->table->schema, work->table->name);
}

static void rename_foreign_key(const struct renaming *work, struct catalog_foreign_key *key)
{
    rename_names(work, &key->columns, work->table->schema, work->table->name);
    key->target_table = table_name(work, key->target_schema, key->target_table);
    rename_names(work, &key->target_columns, key->target_schema, key->target_table);
}

static void rename_table(struct renaming *work, struct catalog_table *table)
{
    table->name = table_name(work, table->schema, table->name);
    work->table = table;
    for (size_t i = 0; i < table->column_count; i++)
        rename_column(work, &table->columns[i]);
    if (table->primary_key)
        rename_key(work, table->primary_key);
    for (size_t i = 0; i < table->unique_count; i++)
        rename_key(work, &table->uniques[i]);
    for (size_t i = 0; i < table->check_count; i++)
        table->checks[i].expression = replaced(work, table->checks[i].expression, false);
    for (size_t i = 0; i < table->exclusion_count; i++)
        table->exclusions[i].definition = replaced(work, table->exclusions[i].definition, false);
    for (size_t i = 0; i < table->foreign_key_count; i++)
        rename_foreign_key(work, &table->foreign_keys[i]);
    for (size_t i = 0; i < table->index_count; i++)
        rename_index(work, &table->indexes[i]);
    for (size_t i = 0; i < table->trigger_count; i++)
        table->triggers[i].definition = replaced(work, table->triggers[i].definition, true);
    table->partition_key = replaced(work, table->partition_key, false);
    table->definition = replaced(work, table->definition, true);
}

/* Its text follows the tables that it is of, but not a function's body. */
static struct catalog_other *renamed_other(struct renaming *work, const struct catalog_other *other)
{
    struct catalog_other *copy = arena_alloc(work->arena, sizeof *copy);

    *copy = *other;
    if (!copy->routine) {
        copy->name = replaced(work, copy->name, true);
        copy->definition = replaced(work, copy->definition, true);
        copy->drop = replaced(work, copy->drop, true);
    }
    if (copy->table)
        copy->table = table_name(work, copy->table_schema, copy->table);
    return copy;
}

#define COPY(arena, list, count) copied(arena, list, (count) * sizeof *(list))

static void *copied(struct arena *arena, const void *list, size_t size)
{
    void *copy = arena_alloc(arena, size ? size : 1);

    if (size)
        memcpy(copy, list, size);
    return copy;
}

struct catalog *catalog_copy(struct arena *arena, const struct catalog *catalog)
{
    struct catalog *copy = COPY(arena, catalog, 1);

    copy->tables = COPY(arena, catalog->tables, catalog->table_count);
    copy->enums = COPY(arena, catalog->enums, catalog->enum_count);
    copy->others = COPY(arena, catalog->others, catalog->other_count);
    for (size_t i = 0; i < copy->table_count; i++) {
        struct catalog_table *table = &copy->tables[i];

        table->columns = COPY(arena, table->columns, table->column_count);
        if (table->primary_key)
            table->primary_key = COPY(arena, table->primary_key, 1);
        table->uniques = COPY(arena, table->uniques, table->unique_count);
        table->checks = COPY(arena, table->checks, table->check_count);
        table->exclusions = COPY(arena, table->exclusions, table->exclusion_count);
        table->foreign_keys = COPY(arena, table->foreign_keys, table->foreign_key_count);
        table->indexes = COPY(arena, table->indexes, table->index_count);
        table->triggers = COPY(arena, table->triggers, table->trigger_count);
    }
    return copy;
}

static void rename_labels(const struct renaming *work, struct catalog_enum *type)
{
    type->labels.items = COPY(work->arena, type->labels.items, type->labels.count);
    for (size_t i = 0; i < work->renames->count; i++) {
        const struct rename *rename = &work->renames->items[i];

        if (rename->kind != RENAME_LABEL || rename->column ||
            !words_equal(rename->schema, type->schema) || strcmp(rename->table, type->name) != 0)
            continue;
        for (size_t k = 0; k < type->labels.count; k++)
            if (strcmp(type->labels.items[k], rename->old) == 0)
                type->labels.items[k] = rename->new;
    }
}

struct catalog *renames_apply(struct arena *arena, const struct catalog *catalog,
                              const struct renames *renames)
{
    struct catalog *copy = catalog_copy(arena, catalog);
    struct renaming work = {.arena = arena, .dialect = dialect_of(catalog), .renames = renames};

    for (size_t i = 0; i < copy->table_count; i++)
        rename_table(&work, &copy->tables[i]);
    for (size_t i = 0; i < copy->other_count && copy->table_count; i++)
        copy->others[i] = renamed_other(&work, copy->others[i]);
    for (size_t i = 0; i < copy->enum_count; i++)
        for (size_t k = 0; k < renames->count; k++)
            if (renames->items[k].kind == RENAME_TYPE &&
                words_equal(renames->items[k].schema, copy->enums[i].schema) &&
                strcmp(renames->items[k].old, copy->enums[i].name) == 0) {
                copy->enums[i].name = renames->items[k].new;
                break;
            }
    for (size_t i = 0; i < copy->enum_count; i++)
        rename_labels(&work, &copy->enums[i]);
    return copy;
}
