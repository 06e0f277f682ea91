#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "introspect/draft.h"
#include "introspect/previous.h"
#include "introspect/scalar.h"
#include "introspect/writing.h"
#include "types/types.h"

void writing_add(struct writing *w, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_add_string(w->arena, &w->text, arena_vformat(w->arena, format, arguments));
    va_end(arguments);
}

/* Everything that was added since the last line's end is what `owner` names. */
void writing_own(struct writing *w, struct draft_name *owner)
{
    for (; w->seen < w->text.length; w->seen++)
        w->lines += w->text.text[w->seen] == '\n';
    while (w->owners->count <= w->lines)
        pointers_add(w->arena, w->owners, NULL);
    w->owners->items[w->lines] = owner;
}

const char *writing_scalar(struct writing *w, const char *text)
{
    return scalar_text(w->arena, text);
}

/* ", key: value" */
void writing_key(struct writing *w, const char *key, const char *value)
{
    if (value)
        writing_add(w, ", %s: %s", key, writing_scalar(w, value));
}

void writing_flag(struct writing *w, const char *key, bool value)
{
    if (value)
        writing_add(w, ", %s: true", key);
}

static void add_note(struct writing *w, const char *indent, const struct draft_name *name)
{
    if (name->note && !name->kept)
        writing_add(w, "%s# introspect: %s\n", indent, name->note);
}

/* Comments that people wrote above what was there before. */
static void add_comments(struct writing *w, const char *indent, const yaml_node_t *node)
{
    const char *at = node ? previous_comments(w->draft->previous, node) : "";

    while (*at) {
        size_t size = strcspn(at, "\n");

        writing_add(w, "%s%.*s\n", indent, (int)size, at);
        at += size + (at[size] == '\n');
    }
}

static void add_rest(struct writing *w, const yaml_node_t *node, const char *known)
{
    if (node)
        writing_add(w, "%s", previous_rest(w->draft->previous, node, known));
}

static void end_entry(struct writing *w, const yaml_node_t *node)
{
    writing_add(w, " }%s\n", node ? previous_remark(w->draft->previous, node) : "");
}

const char *writing_column(const struct draft_model *model, const char *db_name)
{
    const struct draft_column *column = draft_column_of(model, db_name);

    return column ? column->name.text : db_name;
}

void writing_columns(struct writing *w, const char *before, const char *key,
                     const struct draft_model *model, struct catalog_names columns)
{
    writing_add(w, "%s%s: [", before, key);
    for (size_t i = 0; i < columns.count; i++)
        writing_add(w, "%s%s", i ? ", " : "", writing_column(model, columns.items[i]));
    writing_add(w, "]");
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
        writing_key(w, "generated", words[from->generated]);
    else if (from->expression && !column->plain)
        writing_key(w, "generated", from->expression);
    writing_flag(w, "virtual", from->generated == CATALOG_VIRTUAL && !column->plain);
}

static void add_default(struct writing *w, const struct draft_column *column)
{
    const char *literal = draft_literal(w->draft, column);

    if (column->counted || column->from->expression || column->plain)
        return;
    if (literal && column->type.array)
        writing_add(w, ", default: \"[]\"");
    else if (literal)
        writing_key(w, "default", literal);
    else if (column->further && column->from->generated == CATALOG_SERIAL)
        writing_key(w, "default_sql",
                    arena_format(w->arena, "nextval('%s'::regclass)", column->from->sequence));
    else
        writing_key(w, "default_sql", column->from->default_sql);
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
    writing_own(w, &column->name);
    writing_add(w, "      - { name: %s", column->name.text);
    if (strcmp(column->name.text, from->name) != 0)
        writing_key(w, "column", from->name);
    writing_key(w, "type", type_name(column));
    writing_flag(w, "array", column->type.array);
    writing_key(w, "sql_type", column->sql_type);
    writing_key(w, "collation", from->collation);
    writing_flag(w, "nullable", !from->not_null);
    writing_flag(w, "primary_key", column->primary_key);
    add_generated(w, column);
    writing_flag(w, "unique", column->unique);
    add_default(w, column);
    writing_key(w, "check", column->check);
    writing_key(w, "comment",
                from->comment && !model->view ? from->comment
                : entry.node ? scalar_value(w->arena, previous_value(w->draft->previous, entry.node,
                                                                     "comment"))
                             : from->comment);
    add_rest(w, entry.node, column_words);
    end_entry(w, entry.node);
}

static void add_columns(struct writing *w, struct draft_model *model, const struct model *before)
{
    writing_add(w, "    columns:\n");
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
            writing_key(w, key, words[i][1]);
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
        writing_key(w, "constraint", key->name ? key->name : usual);
        return;
    }
    add_action(w, "on_delete", key->on_delete);
    add_action(w, "on_update", key->on_update);
    if (key->name && strcmp(key->name, usual) != 0)
        writing_key(w, "constraint", key->name);
    if (key->deferrable)
        writing_key(w, "deferrable", key->deferred ? "deferred" : "immediate");
}

static void add_through(struct writing *w, const struct draft_relation *relation)
{
    const struct draft_model *link = relation->key_owner;

    if (!is_to_key(relation->owner, relation->key->target_columns))
        writing_columns(w, ", ", "references", relation->owner, relation->key->target_columns);
    writing_add(w, ", through: { model: %s", link->name.text);
    if (!relation->sole) {
        writing_columns(w, ", ", "foreign_key", link, relation->key->columns);
        writing_columns(w, ", ", "target_key", link, relation->link_key->columns);
    }
    if (!is_to_key(relation->target, relation->link_key->target_columns))
        writing_columns(w, ", ", "references", relation->target,
                        relation->link_key->target_columns);
    writing_add(w, " }");
}

static void add_sides(struct writing *w, const struct draft_relation *relation)
{
    bool own = relation->kind == RELATION_BELONGS_TO;
    const struct draft_model *referred = own ? relation->target : relation->owner;

    if (own || !relation->sole)
        writing_columns(w, ", ", "foreign_key", relation->key_owner, relation->key->columns);
    if (!is_to_key(referred, relation->key->target_columns))
        writing_columns(w, ", ", "references", referred, relation->key->target_columns);
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
    writing_own(w, &relation->name);
    writing_add(w, "      - { name: %s, kind: %s, model: %s", relation->name.text,
                kinds[relation->kind], relation->target->name.text);
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
        writing_add(w, "    relations:\n");
    for (size_t i = 0; i < model->relations.count; i++)
        add_relation(w, model->relations.items[i], before);
    for (size_t i = 0; i < left; i++) {
        const char *text = previous_left(w->draft->previous, before, i, &node);
        const struct relation *relation = previous_left_relation(w->draft->previous, before, i);

        if (!is_there(w->draft, relation->target) ||
            (relation->link && !is_there(w->draft, relation->link)))
            continue;
        add_comments(w, "      ", node);
        writing_add(w, "      - %s%s\n", text, previous_remark(w->draft->previous, node));
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
        writing_add(w, "    %s: %s\n", key, writing_scalar(w, value));
}

static void add_key_words(struct writing *w, const struct draft_model *model)
{
    const struct catalog_key *key = model->table->primary_key;
    const char *usual = draft_usual_name(w->draft, model->table, (struct catalog_names){0}, "pkey");

    if (!key || model->keyless)
        return;
    if (model->key_listed) {
        writing_columns(w, "    ", "primary_key", model, key->columns);
        writing_add(w, "\n");
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
    writing_add(w, "\n");
    add_comments(w, "  ", entry.node);
    add_note(w, "  ", &model->name);
    writing_own(w, &model->name);
    writing_add(w, "  - name: %s%s\n", model->name.text,
                entry.node ? previous_remark(w->draft->previous, entry.node) : "");
    if (strcmp(model->name.text, table->name) != 0)
        add_line(w, "table", table->name);
    add_line(w, "schema", table->schema);
    writing_add(w, "%s",
                model->view      ? "    view: true\n"
                : model->keyless ? "    keyless: true\n"
                                 : "");
    add_line(w, "comment",
             table->comment ? table->comment
             : entry.node
                 ? scalar_value(w->arena, previous_value(w->draft->previous, entry.node, "comment"))
                 : NULL);
    add_line(w, "options", options_of(w, table));
    add_key_words(w, model);
    add_columns(w, model, entry.model);
    add_relations(w, model, entry.model);
    writing_indexes(w, model);
    writing_uniques(w, model);
    writing_checks(w, model);
    writing_constraints(w, model);
    if (entry.node) {
        const char *rest = previous_block(w->draft->previous, entry.node, "rows");
        const char *was = previous_value(w->draft->previous, entry.node, "was");

        if (was)
            writing_add(w, "    was: %s\n", was);
        writing_add(w, "%s", rest ? rest : "");
    }
}

/* The file. */

static void add_labels(struct writing *w, const struct draft_enum *type)
{
    const struct catalog_names *labels = &type->from->labels;

    writing_add(w, ", values: [");
    for (size_t i = 0; i < labels->count; i++)
        writing_add(w, "%s%s", i ? ", " : "", writing_scalar(w, labels->items[i]));
    writing_add(w, "]");
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
    writing_own(w, &type->name);
    writing_add(w, "  - { name: %s", type->name.text);
    add_labels(w, type);
    if (names)
        writing_add(w, ", names: %s", names);
    else
        writing_add(
            w, "%s",
            scalar_label_names(w->arena, type->from->labels.items, type->from->labels.count));
    if (strcmp(type->name.text, type->from->name) != 0)
        writing_key(w, "type", type->from->name);
    writing_key(w, "schema", type->from->schema);
    writing_key(w, "comment", type->from->comment);
    end_entry(w, entry.node);
}

static void add_enums(struct writing *w)
{
    bool first = true;

    for (size_t i = 0; i < w->draft->catalog->enum_count; i++) {
        if (!w->draft->enums[i].used)
            continue;
        writing_add(w, "%s", first ? "\nenums:\n" : "");
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
        writing_add(w, "%s%s%s", first ? "\n" : "", first ? key : "", first ? ":\n" : "");
        first = false;
        writing_own(w, &statement->name);
        writing_add(w, "  - { dialect: %s", dialect);
        writing_key(w, "sql", statement->sql);
        writing_add(w, " }\n");
    }
}

static void add_head(struct writing *w)
{
    const struct draft *draft = w->draft;
    const char *kept = draft->previous ? previous_head(draft->previous) : "";
    const yaml_node_t *root = draft->previous ? previous_root(draft->previous) : NULL;
    static const char *const lists[] = {"include", "queries"};

    writing_add(
        w,
        "# introspect: from a %s database. Names of models, columns and relations may be\n"
        "# introspect: changed here, and what it can't know be added: it is kept when this is\n"
        "# introspect: written anew.\n",
        draft->catalog->dialect == CATALOG_POSTGRESQL ? "PostgreSQL" : "SQLite");
    for (size_t i = 0; i < draft->notes.count; i++)
        writing_add(w, "# introspect: %s\n", scalar_comment(w->arena, draft->notes.items[i]));
    writing_add(w, "%s", kept);
    writing_add(w, "version: 1\nprefix: %s\n", draft->prefix);
    for (size_t i = 0; root && i < 2; i++) {
        const char *value = previous_value(draft->previous, root, lists[i]);

        if (value)
            writing_add(w, "%s: %s\n", lists[i], value);
    }
}

const char *draft_write(const struct draft *draft, struct pointers *owners)
{
    struct writing w = {.draft = draft, .arena = draft->arena, .owners = owners};

    add_head(&w);
    add_statements(&w, "before", &draft->before);
    add_enums(&w);
    writing_add(&w, "\nmodels:%s\n", draft->model_count ? "" : " []");
    for (size_t i = 0; i < draft->model_count; i++)
        add_model(&w, draft->models[i]);
    add_statements(&w, "after", &draft->after);
    return w.text.text;
}
