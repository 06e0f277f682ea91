#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "introspect/draft.h"
#include "introspect/previous.h"
#include "introspect/scalar.h"
#include "types/types.h"

struct writing {
    const struct draft *draft;
    struct arena *arena;
    struct text text;
    struct pointers *owners; /* struct draft_name per line, NULL where there is none */
};

__attribute__((format(printf, 2, 3))) static void add(struct writing *w, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_add_string(w->arena, &w->text, arena_vformat(w->arena, format, arguments));
    va_end(arguments);
}

/* Everything that was added since the last line's end is what `owner` names. */
static void own(struct writing *w, struct draft_name *owner)
{
    size_t lines = 1;

    for (size_t i = 0; i < w->text.length; i++)
        lines += w->text.text[i] == '\n';
    while (w->owners->count < lines)
        pointers_add(w->arena, w->owners, NULL);
    w->owners->items[lines - 1] = owner;
}

static const char *scalar(struct writing *w, const char *text)
{
    return scalar_text(w->arena, text);
}

/* ", key: value" */
static void add_key(struct writing *w, const char *key, const char *value)
{
    if (value)
        add(w, ", %s: %s", key, scalar(w, value));
}

static void add_flag(struct writing *w, const char *key, bool value)
{
    if (value)
        add(w, ", %s: true", key);
}

static void add_note(struct writing *w, const char *indent, const struct draft_name *name)
{
    if (name->note && !name->kept)
        add(w, "%s# introspect: %s\n", indent, name->note);
}

/* Comments that people wrote above what was there before. */
static void add_comments(struct writing *w, const char *indent, const yaml_node_t *node)
{
    const char *at = node ? previous_comments(w->draft->previous, node) : "";

    while (*at) {
        size_t size = strcspn(at, "\n");

        add(w, "%s%.*s\n", indent, (int)size, at);
        at += size + (at[size] == '\n');
    }
}

static void add_rest(struct writing *w, const yaml_node_t *node, const char *known)
{
    if (node)
        add(w, "%s", previous_rest(w->draft->previous, node, known));
}

static void end_entry(struct writing *w, const yaml_node_t *node)
{
    add(w, " }%s\n", node ? previous_remark(w->draft->previous, node) : "");
}

static const char *column_name(const struct draft_model *model, const char *db_name)
{
    const struct draft_column *column = draft_column_of(model, db_name);

    return column ? column->name.text : db_name;
}

static void add_columns_list(struct writing *w, const char *before, const char *key,
                             const struct draft_model *model, struct catalog_names columns)
{
    add(w, "%s%s: [", before, key);
    for (size_t i = 0; i < columns.count; i++)
        add(w, "%s%s", i ? ", " : "", column_name(model, columns.items[i]));
    add(w, "]");
}

/* Columns. */

static const char column_words[] =
    " name column type array sql_type collation nullable primary_key unique generated virtual "
    "default default_sql check comment values names ";

static void add_generated(struct writing *w, const struct draft_column *column)
{
    static const char *const words[] = {
        [CATALOG_IDENTITY_ALWAYS] = "identity always",
        [CATALOG_IDENTITY_BY_DEFAULT] = "identity",
        [CATALOG_SERIAL] = "serial",
        [CATALOG_AUTOINCREMENT] = "identity",
        [CATALOG_ROWID] = "rowid",
    };
    const struct catalog_column *from = column->from;

    if (column->counted)
        add_key(w, "generated", words[from->generated]);
    else if (from->expression && !column->plain)
        add_key(w, "generated", from->expression);
    add_flag(w, "virtual", from->generated == CATALOG_VIRTUAL && !column->plain);
}

static void add_default(struct writing *w, const struct draft_column *column)
{
    const char *literal = draft_literal(w->draft, column);

    if (column->counted || column->from->expression || column->plain)
        return;
    if (literal && column->type.array)
        add(w, ", default: \"[]\"");
    else if (literal)
        add_key(w, "default", literal);
    else
        add_key(w, "default_sql", column->from->default_sql);
}

static const char *type_name(const struct draft_column *column)
{
    return column->type.kind == TYPE_ENUM
               ? ((const struct draft_enum *)(const void *)column->type.enumeration)->name.text
               : column->type_text;
}

static void add_column(struct writing *w, const struct draft_model *model,
                       struct draft_column *column, const struct model *before)
{
    const struct catalog_column *from = column->from;
    struct previous_entry entry = {0};

    if (before)
        entry = previous_column(w->draft->previous, before, from->name);
    add_comments(w, "      ", entry.node);
    add_note(w, "      ", &column->name);
    own(w, &column->name);
    add(w, "      - { name: %s", column->name.text);
    if (strcmp(column->name.text, from->name) != 0)
        add_key(w, "column", from->name);
    add_key(w, "type", type_name(column));
    add_flag(w, "array", column->type.array);
    add_key(w, "sql_type", column->sql_type);
    add_key(w, "collation", from->collation);
    add_flag(w, "nullable", !from->not_null);
    add_flag(w, "primary_key", column->primary_key);
    add_generated(w, column);
    add_flag(w, "unique", column->unique);
    add_default(w, column);
    add_key(w, "check", column->check);
    add_key(w, "comment",
            from->comment && !model->view ? from->comment
            : entry.node
                ? scalar_value(w->arena, previous_value(w->draft->previous, entry.node, "comment"))
                : from->comment);
    add_rest(w, entry.node, column_words);
    end_entry(w, entry.node);
}

static void add_columns(struct writing *w, struct draft_model *model, const struct model *before)
{
    add(w, "    columns:\n");
    for (size_t i = 0; i < model->column_count; i++)
        add_column(w, model, &model->columns[i], before);
}

/* Relations. */

static const char relation_words[] =
    " name kind model foreign_key references through on_delete on_update constraint deferrable ";

static void add_action(struct writing *w, const char *key, const char *action)
{
    static const char *const words[][2] = {{"RESTRICT", "restrict"},
                                           {"CASCADE", "cascade"},
                                           {"SET NULL", "set_null"},
                                           {"SET DEFAULT", "set_default"}};

    for (size_t i = 0; i < 4; i++)
        if (strcmp(action, words[i][0]) == 0)
            add_key(w, key, words[i][1]);
}

/* What it refers to is said unless that is the primary key, column for column. */
static bool is_to_key(const struct draft_model *target, struct catalog_names columns)
{
    const struct catalog_key *key = target->table->primary_key;

    if (!key || target->keyless || key->columns.count != columns.count)
        return false;
    for (size_t i = 0; i < columns.count; i++)
        if (strcmp(key->columns.items[i], columns.items[i]) != 0)
            return false;
    return true;
}

static void add_constraint_words(struct writing *w, const struct draft_relation *relation)
{
    const struct catalog_foreign_key *key = relation->key;
    const char *usual = draft_usual_name(w->draft, relation->owner->table, key->columns, "fkey");

    if (relation->is_raw) {
        add_key(w, "constraint", key->name ? key->name : usual);
        return;
    }
    add_action(w, "on_delete", key->on_delete);
    add_action(w, "on_update", key->on_update);
    if (key->name && strcmp(key->name, usual) != 0)
        add_key(w, "constraint", key->name);
    if (key->deferrable)
        add_key(w, "deferrable", key->deferred ? "deferred" : "immediate");
}

static void add_through(struct writing *w, const struct draft_relation *relation)
{
    const struct draft_model *link = relation->key_owner;

    if (!is_to_key(relation->owner, relation->key->target_columns))
        add_columns_list(w, ", ", "references", relation->owner, relation->key->target_columns);
    add(w, ", through: { model: %s", link->name.text);
    if (!relation->sole) {
        add_columns_list(w, ", ", "foreign_key", link, relation->key->columns);
        add_columns_list(w, ", ", "target_key", link, relation->link_key->columns);
    }
    if (!is_to_key(relation->target, relation->link_key->target_columns))
        add_columns_list(w, ", ", "references", relation->target,
                         relation->link_key->target_columns);
    add(w, " }");
}

static void add_sides(struct writing *w, const struct draft_relation *relation)
{
    bool own = relation->kind == RELATION_BELONGS_TO;
    const struct draft_model *referred = own ? relation->target : relation->owner;

    if (own || !relation->sole)
        add_columns_list(w, ", ", "foreign_key", relation->key_owner, relation->key->columns);
    if (!is_to_key(referred, relation->key->target_columns))
        add_columns_list(w, ", ", "references", referred, relation->key->target_columns);
    if (own)
        add_constraint_words(w, relation);
}

static void add_relation(struct writing *w, struct draft_relation *relation,
                         const struct model *before)
{
    static const char *const kinds[] = {
        [RELATION_BELONGS_TO] = "belongs_to",
        [RELATION_HAS_MANY] = "has_many",
        [RELATION_HAS_ONE] = "has_one",
        [RELATION_MANY_TO_MANY] = "many_to_many",
    };
    struct previous_entry entry = {0};

    if (before)
        entry = previous_relation(w->draft->previous, before, relation);
    add_comments(w, "      ", entry.node);
    add_note(w, "      ", &relation->name);
    own(w, &relation->name);
    add(w, "      - { name: %s, kind: %s, model: %s", relation->name.text, kinds[relation->kind],
        relation->target->name.text);
    if (relation->kind == RELATION_MANY_TO_MANY)
        add_through(w, relation);
    else
        add_sides(w, relation);
    add_rest(w, entry.node, relation_words);
    end_entry(w, entry.node);
}

static bool is_there(const struct draft *draft, const struct model *model)
{
    return draft_model_of(draft, model->db_schema, model->table) != NULL;
}

static void add_relations(struct writing *w, struct draft_model *model, const struct model *before)
{
    size_t left = before ? previous_left_count(w->draft->previous, before) : 0;
    const yaml_node_t *node;

    if (model->relations.count || left)
        add(w, "    relations:\n");
    for (size_t i = 0; i < model->relations.count; i++)
        add_relation(w, model->relations.items[i], before);
    for (size_t i = 0; i < left; i++) {
        const char *text = previous_left(w->draft->previous, before, i, &node);
        const struct relation *relation = previous_left_relation(w->draft->previous, before, i);

        if (!is_there(w->draft, relation->target) ||
            (relation->link && !is_there(w->draft, relation->link)))
            continue;
        add_comments(w, "      ", node);
        add(w, "      - %s%s\n", text, previous_remark(w->draft->previous, node));
    }
}

/* Indexes, uniques, checks, constraints. */

static bool is_ordinary(const struct catalog_index *index)
{
    bool expressions = false;

    for (size_t i = 0; i < index->part_count; i++) {
        const struct catalog_index_part *part = &index->parts[i];

        if (part->collation || part->opclass || part->nulls_first ||
            (part->column && expressions) || (!part->column && part->descending))
            return false;
        for (size_t k = 0; k < i; k++)
            if (part->column && index->parts[k].column &&
                strcmp(part->column, index->parts[k].column) == 0)
                return false;
        expressions = expressions || !part->column;
    }
    return true;
}

static bool has_comparable_columns(const struct draft_model *model,
                                   const struct catalog_index *index)
{
    for (size_t i = 0; i < index->part_count; i++) {
        const struct draft_column *column =
            index->parts[i].column ? draft_column_of(model, index->parts[i].column) : NULL;

        if (index->parts[i].column &&
            (!column || column->type.array || !type_info(column->type.kind)->comparable))
            return false;
    }
    return true;
}

static void add_ordinary_parts(struct writing *w, const struct draft_model *model,
                               const struct catalog_index *index)
{
    size_t columns = 0;

    while (columns < index->part_count && index->parts[columns].column)
        columns++;
    for (size_t i = 0; i < columns; i++)
        add(w, "%s%s%s", i ? ", " : "columns: [", index->parts[i].descending ? "-" : "",
            column_name(model, index->parts[i].column));
    add(w, "%s", columns ? "]" : "");
    for (size_t i = columns; i < index->part_count; i++)
        add(w, "%s%s",
            i > columns ? ", "
            : columns   ? ", expressions: ["
                        : "expressions: [",
            scalar(w, index->parts[i].expression));
    add(w, "%s", columns < index->part_count ? "]" : "");
}

static const char *part_text(struct writing *w, const struct catalog_index_part *part)
{
    return arena_format(w->arena, "%s%s%s%s%s%s%s%s%s",
                        part->column ? draft_quoted(w->arena, part->column) : "(",
                        part->column ? "" : part->expression, part->column ? "" : ")",
                        part->collation ? " COLLATE " : "", part->collation ? part->collation : "",
                        part->opclass ? " " : "", part->opclass ? part->opclass : "",
                        part->descending ? " DESC" : "",
                        !part->nulls_first ? ""
                        : part->descending ? " NULLS LAST"
                                           : " NULLS FIRST");
}

static struct catalog_names index_columns(struct writing *w, const struct catalog_index *index,
                                          bool ordinary)
{
    struct catalog_names names = {.items =
                                      arena_array(w->arena, index->part_count, sizeof(char *))};

    for (size_t i = 0; ordinary && i < index->part_count; i++)
        if (index->parts[i].column)
            names.items[names.count++] = index->parts[i].column;
    return names;
}

static void add_index(struct writing *w, const struct draft_model *model,
                      const struct catalog_index *index)
{
    bool ordinary = is_ordinary(index) && has_comparable_columns(model, index);
    const char *usual =
        draft_usual_name(w->draft, model->table, index_columns(w, index, ordinary), "idx");

    own(w, NULL);
    add(w, "      - { ");
    if (ordinary) {
        add_ordinary_parts(w, model, index);
    } else {
        for (size_t i = 0; i < index->part_count; i++)
            add(w, "%s%s", i ? ", " : "parts: [", scalar(w, part_text(w, &index->parts[i])));
        add(w, "]");
    }
    if (strcmp(index->method, "btree") != 0)
        add_key(w, "using", index->method);
    if (index->include.count)
        add_columns_list(w, ", ", "include", model, index->include);
    add_flag(w, "unique", index->unique);
    add_key(w, "where", index->where);
    if (strcmp(usual, index->name) != 0)
        add_key(w, "name", index->name);
    add(w, " }\n");
}

static void add_indexes(struct writing *w, const struct draft_model *model)
{
    if (model->view || !model->table->index_count)
        return;
    add(w, "    indexes:\n");
    for (size_t i = 0; i < model->table->index_count; i++)
        add_index(w, model, &model->table->indexes[i]);
}

static bool is_raw(const struct draft_model *model, const char *name)
{
    for (size_t i = 0; name && i < model->constraints.count; i++) {
        const struct draft_constraint *constraint = model->constraints.items[i];

        if (strcmp(constraint->db_name, name) == 0)
            return true;
    }
    return false;
}

static void add_uniques(struct writing *w, const struct draft_model *model)
{
    bool first = true;

    for (size_t i = 0; i < model->table->unique_count; i++) {
        const struct catalog_key *key = &model->table->uniques[i];
        const char *usual = draft_usual_name(w->draft, model->table, key->columns, "key");
        bool usual_name = !key->name || strcmp(key->name, usual) == 0;
        const struct draft_column *column = draft_column_of(model, key->columns.items[0]);

        if (is_raw(model, key->name ? key->name : usual) ||
            (key->columns.count == 1 && usual_name && column && column->unique))
            continue;
        add(w, "%s", first ? "    uniques:\n" : "");
        first = false;
        add_columns_list(w, "      - { ", "columns", model, key->columns);
        add_key(w, "name", usual_name ? NULL : key->name);
        add(w, " }\n");
    }
}

static bool is_at_column(const struct draft_model *model, const struct catalog_check *check)
{
    for (size_t i = 0; i < model->column_count; i++)
        if (model->columns[i].check == check->expression)
            return true;
    return false;
}

/* The usual name, or on SQLite, where nameless ones get it, that of a further one. */
static bool is_usual_check(const struct writing *w, const char *name, const char *usual)
{
    size_t length = strlen(usual);

    if (strncmp(name, usual, length) != 0)
        return false;
    name += length;
    return !*name || (w->draft->catalog->dialect == CATALOG_SQLITE && *name == '_' && name[1] &&
                      strspn(name + 1, "0123456789") == strlen(name + 1));
}

static void add_checks(struct writing *w, const struct draft_model *model)
{
    const char *usual =
        draft_usual_name(w->draft, model->table, (struct catalog_names){0}, "check");
    bool first = true;

    for (size_t i = 0; i < model->table->check_count; i++) {
        const struct catalog_check *check = &model->table->checks[i];

        if (is_at_column(model, check) || is_raw(model, check->name))
            continue;
        add(w, "%s", first ? "    checks:\n" : "");
        first = false;
        add(w, "      - { expression: %s", scalar(w, check->expression));
        if (check->name && !is_usual_check(w, check->name, usual))
            add_key(w, "name", check->name);
        add(w, " }\n");
    }
}

static void add_constraints(struct writing *w, const struct draft_model *model)
{
    bool first = true;

    for (size_t i = 0; i < model->constraints.count; i++) {
        struct draft_constraint *constraint = model->constraints.items[i];

        if (constraint->name.dropped)
            continue;
        add(w, "%s", first ? "    constraints:\n" : "");
        first = false;
        own(w, &constraint->name);
        add(w, "      - { name: %s", scalar(w, constraint->db_name));
        add_key(w, "definition", constraint->definition);
        add(w, " }\n");
    }
}

/* Models. */

static const char *options_of(struct writing *w, const struct catalog_table *table)
{
    if (table->partition_key)
        return arena_format(w->arena, "PARTITION BY %s", table->partition_key);
    if (table->without_rowid || table->strict)
        return table->without_rowid ? table->strict ? "WITHOUT ROWID, STRICT" : "WITHOUT ROWID"
                                    : "STRICT";
    return NULL;
}

static void add_line(struct writing *w, const char *key, const char *value)
{
    if (value)
        add(w, "    %s: %s\n", key, scalar(w, value));
}

static void add_key_words(struct writing *w, const struct draft_model *model)
{
    const struct catalog_key *key = model->table->primary_key;
    const char *usual = draft_usual_name(w->draft, model->table, (struct catalog_names){0}, "pkey");

    if (!key || model->keyless)
        return;
    if (model->key_listed) {
        add_columns_list(w, "    ", "primary_key", model, key->columns);
        add(w, "\n");
    }
    if (key->name && strcmp(key->name, usual) != 0)
        add_line(w, "primary_key_name", key->name);
}

static void add_model(struct writing *w, struct draft_model *model)
{
    const struct catalog_table *table = model->table;
    struct previous_entry entry = {0};

    if (w->draft->previous)
        entry = previous_model(w->draft->previous, table->schema, table->name);
    add(w, "\n");
    add_comments(w, "  ", entry.node);
    add_note(w, "  ", &model->name);
    own(w, &model->name);
    add(w, "  - name: %s%s\n", model->name.text,
        entry.node ? previous_remark(w->draft->previous, entry.node) : "");
    if (strcmp(model->name.text, table->name) != 0)
        add_line(w, "table", table->name);
    add_line(w, "schema", table->schema);
    add(w, "%s", model->view ? "    view: true\n" : model->keyless ? "    keyless: true\n" : "");
    add_line(w, "comment",
             table->comment ? table->comment
             : entry.node
                 ? scalar_value(w->arena, previous_value(w->draft->previous, entry.node, "comment"))
                 : NULL);
    add_line(w, "options", options_of(w, table));
    add_key_words(w, model);
    add_columns(w, model, entry.model);
    add_relations(w, model, entry.model);
    add_indexes(w, model);
    add_uniques(w, model);
    add_checks(w, model);
    add_constraints(w, model);
    if (entry.node) {
        const char *rest = previous_block(w->draft->previous, entry.node, "rows");
        const char *was = previous_value(w->draft->previous, entry.node, "was");

        if (was)
            add(w, "    was: %s\n", was);
        add(w, "%s", rest ? rest : "");
    }
}

/* The file. */

static void add_labels(struct writing *w, const struct draft_enum *type)
{
    const struct catalog_names *labels = &type->from->labels;

    add(w, ", values: [");
    for (size_t i = 0; i < labels->count; i++)
        add(w, "%s%s", i ? ", " : "", scalar(w, labels->items[i]));
    add(w, "]");
}

static void add_enum(struct writing *w, struct draft_enum *type)
{
    struct previous_entry entry = {0};
    const char *names;

    if (w->draft->previous)
        entry = previous_enum(w->draft->previous, type->from->schema, type->from->name);
    names = entry.node ? previous_value(w->draft->previous, entry.node, "names") : NULL;
    if (names && previous_label_count(w->draft->previous, entry.node) != type->from->labels.count)
        names = NULL;
    add_comments(w, "  ", entry.node);
    add_note(w, "  ", &type->name);
    own(w, &type->name);
    add(w, "  - { name: %s", type->name.text);
    add_labels(w, type);
    if (names)
        add(w, ", names: %s", names);
    else
        add(w, "%s",
            scalar_label_names(w->arena, type->from->labels.items, type->from->labels.count));
    if (strcmp(type->name.text, type->from->name) != 0)
        add_key(w, "type", type->from->name);
    add_key(w, "schema", type->from->schema);
    add_key(w, "comment", type->from->comment);
    end_entry(w, entry.node);
}

static void add_enums(struct writing *w)
{
    bool first = true;

    for (size_t i = 0; i < w->draft->catalog->enum_count; i++) {
        if (!w->draft->enums[i].used)
            continue;
        add(w, "%s", first ? "\nenums:\n" : "");
        first = false;
        add_enum(w, &w->draft->enums[i]);
    }
}

static void add_statements(struct writing *w, const char *key, const struct pointers *list)
{
    const char *dialect =
        w->draft->catalog->dialect == CATALOG_POSTGRESQL ? "postgresql" : "sqlite";
    bool first = true;

    for (size_t i = 0; i < list->count; i++) {
        struct draft_statement *statement = list->items[i];

        if (statement->name.dropped)
            continue;
        add(w, "%s%s%s", first ? "\n" : "", first ? key : "", first ? ":\n" : "");
        first = false;
        own(w, &statement->name);
        add(w, "  - { dialect: %s", dialect);
        add_key(w, "sql", statement->sql);
        add(w, " }\n");
    }
}

static void add_head(struct writing *w)
{
    const struct draft *draft = w->draft;
    const char *kept = draft->previous ? previous_head(draft->previous) : "";
    const yaml_node_t *root = draft->previous ? previous_root(draft->previous) : NULL;
    static const char *const lists[] = {"include", "queries"};

    add(w,
        "# introspect: from a %s database. Names of models, columns and relations may be\n"
        "# introspect: changed here, and what it can't know be added: it is kept when this is\n"
        "# introspect: written anew.\n",
        draft->catalog->dialect == CATALOG_POSTGRESQL ? "PostgreSQL" : "SQLite");
    for (size_t i = 0; i < draft->notes.count; i++)
        add(w, "# introspect: %s\n", scalar_comment(w->arena, draft->notes.items[i]));
    add(w, "%s", kept);
    add(w, "version: 1\nprefix: %s\n", draft->prefix);
    for (size_t i = 0; root && i < 2; i++) {
        const char *value = previous_value(draft->previous, root, lists[i]);

        if (value)
            add(w, "%s: %s\n", lists[i], value);
    }
}

const char *draft_write(const struct draft *draft, struct pointers *owners)
{
    struct writing w = {.draft = draft, .arena = draft->arena, .owners = owners};

    add_head(&w);
    add_statements(&w, "before", &draft->before);
    add_enums(&w);
    add(&w, "\nmodels:%s\n", draft->model_count ? "" : " []");
    for (size_t i = 0; i < draft->model_count; i++)
        add_model(&w, draft->models[i]);
    add_statements(&w, "after", &draft->after);
    return w.text.text;
}
