#include "emit/c_emit.h"
#include "emit/c_text.h"
#include "emit/c_types.h"
#include "naming/generated.h"

/* Names as an initialiser list: "a", "b". */
static const char *quoted_columns(struct arena *arena, const struct key *key)
{
    struct text list = {0};

    for (size_t i = 0; i < key->count; i++) {
        text_add_string(arena, &list, i ? ", " : "");
        text_add_string(arena, &list, c_string(arena, key->columns[i]->db_name));
    }
    return list.text;
}

/* Positions as an initialiser list: 0, 3. */
static const char *column_positions(struct arena *arena, const struct key *key)
{
    struct text list = {0};

    for (size_t i = 0; i < key->count; i++)
        text_add_string(arena, &list,
                        arena_format(arena, "%s%zu", i ? ", " : "", key->columns[i]->index));
    return list.text;
}

const char *c_column_flags(struct arena *arena, const struct column *column)
{
    const struct {
        bool set;
        const char *name;
    } flags[] = {
        {column->type.array, "ORM_COLUMN_ARRAY"},
        {column->nullable, "ORM_COLUMN_NULLABLE"},
        {column->primary_key, "ORM_COLUMN_PRIMARY_KEY"},
        {column->generated == GENERATED_IDENTITY || column->generated == GENERATED_SERIAL,
         "ORM_COLUMN_IDENTITY"},
        {column->generated == GENERATED_EXPRESSION, "ORM_COLUMN_COMPUTED"},
        {column->default_value.kind != DEFAULT_NONE, "ORM_COLUMN_DEFAULT"},
        {column->version, "ORM_COLUMN_VERSION"},
        {column->created, "ORM_COLUMN_CREATED"},
        {column->updated, "ORM_COLUMN_UPDATED"},
        {column->unique, "ORM_COLUMN_UNIQUE"},
        {column->deferred, "ORM_COLUMN_DEFERRED"},
        {column->type.kind == TYPE_RAW, "ORM_COLUMN_RAW"},
    };
    struct text text = {0};

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (!flags[i].set)
            continue;
        text_add_string(arena, &text, text.length ? " | " : "");
        text_add_string(arena, &text, flags[i].name);
    }
    return text.length ? text.text : "0";
}

static void write_labels(struct c_emit *emit, const struct enum_type *enumeration)
{
    struct writer *writer = &emit->writer;

    writer_set(writer, "enum_db_name", c_string(emit->arena, enumeration->db_name));
    writer_set_number(writer, "label_count", enumeration->label_count);
    writer_add(writer, ", .labels = &(const orm_enum_labels){.name = $enum_db_name$, "
                       ".labels = (const char *const[]){");
    for (size_t i = 0; i < enumeration->label_count; i++) {
        writer_set(writer, "label", c_string(emit->arena, enumeration->labels[i].label));
        writer_add(writer, i ? ", $label$" : "$label$");
    }
    writer_add(writer, "}, .count = $label_count$}");
}

void c_write_type_limits(struct c_emit *emit, const struct column_type *type)
{
    struct writer *writer = &emit->writer;

    writer_set_number(writer, "length", type->has_precision ? type->precision : type->length);
    writer_set_number(writer, "scale", type->scale);
    if (type->has_precision || type->length)
        writer_add(writer, ", .length = $length$");
    if (type->scale)
        writer_add(writer, ", .scale = $scale$");
    if (type->enumeration)
        write_labels(emit, type->enumeration);
}

static void write_column(struct c_emit *emit, const struct column *column)
{
    struct writer *writer = &emit->writer;
    const struct column_type *type = &column->type;

    c_emit_column(emit, column);
    writer_set(writer, "db_name", c_string(emit->arena, column->db_name));
    writer_set(writer, "flags", c_column_flags(emit->arena, column));
    writer_set(writer, "constant", c_type_constant(column));
    writer_add(writer, "{.field = \"$field$\", .name = $db_name$, .type = $constant$, "
                       ".flags = $flags$, ");
    writer_add(writer, column->deferred ? ".offset = offsetof(struct $stored$, $field$), "
                                        : ".offset = offsetof($type$, $field$), ");
    writer_add(writer, c_is_insertable(column) ? ".new_offset = offsetof($new$, $field$), "
                                               : ".new_offset = ORM_NO_OFFSET, ");
    writer_add(writer, c_is_changeable(column) ? ".changes_offset = offsetof($changes$, $field$)"
                                               : ".changes_offset = ORM_NO_OFFSET");
    c_write_type_limits(emit, type);
    writer_add(writer, "},\n");
}

static void write_link(struct c_emit *emit, const struct relation *relation)
{
    struct writer *writer = &emit->writer;

    writer_set(writer, "link_table", c_string(emit->arena, relation->link->table));
    writer_set(writer, "link_own", quoted_columns(emit->arena, &relation->link_own_key));
    writer_set(writer, "link_target", quoted_columns(emit->arena, &relation->link_target_key));
    writer_set_number(writer, "link_target_count", relation->link_target_key.count);
    writer_add(writer, ".link = &(const orm_link){");
    if (relation->link->db_schema) {
        writer_set(writer, "link_schema", c_string(emit->arena, relation->link->db_schema));
        writer_add(writer, ".schema = $link_schema$, ");
    }
    writer_add(writer, ".table = $link_table$, .own_columns = (const char *const[]){$link_own$}, "
                       ".target_columns = (const char *const[]){$link_target$}, "
                       ".target_count = $link_target_count$");
    if (c_has_link(relation))
        writer_add(writer, ", .model = &$link_descriptor$");
    writer_add(writer, "},\n");
}

static void write_relation_order(struct c_emit *emit, const struct relation *relation)
{
    struct writer *writer = &emit->writer;

    writer_set_number(writer, "order_count", relation->order_count);
    writer_add(writer, ".order = (const orm_relation_order[]){");
    for (size_t i = 0; i < relation->order_count; i++) {
        writer_set_number(writer, "column_index", relation->order_by[i].column->index);
        writer_set(writer, "descending", relation->order_by[i].descending ? "true" : "false");
        writer_add(writer, i ? ", " : "");
        writer_add(writer, "{.column = $column_index$, .descending = $descending$}");
    }
    writer_add(writer, "},\n.order_count = $order_count$,\n");
}

static const char *relation_kind(const struct relation *relation)
{
    switch (relation->kind) {
    case RELATION_BELONGS_TO:
        return "ORM_BELONGS_TO";
    case RELATION_HAS_ONE:
        return "ORM_HAS_ONE";
    case RELATION_HAS_MANY:
        return "ORM_HAS_MANY";
    case RELATION_MANY_TO_MANY:
        break;
    }
    return "ORM_MANY_TO_MANY";
}

static void write_relation(struct c_emit *emit, const struct relation *relation)
{
    struct writer *writer = &emit->writer;

    c_emit_relation(emit, relation);
    writer_set(writer, "kind", relation_kind(relation));
    writer_set(writer, "own", column_positions(emit->arena, &relation->own_key));
    writer_set(writer, "target", column_positions(emit->arena, &relation->target_key));
    writer_set_number(writer, "own_count", relation->own_key.count);
    writer_set(writer, "inverse", "ORM_NO_RELATION");
    if (relation->inverse)
        writer_set_number(writer, "inverse", relation->inverse->index);
    writer_add(writer, "{\n");
    writer_indent(writer);
    writer_add(writer,
               ".name = \"$relation$\", .kind = $kind$, .target = &$to_descriptor$, "
               ".inverse = $inverse$,\n"
               ".own_columns = (const uint16_t[]){$own$}, "
               ".target_columns = (const uint16_t[]){$target$}, .own_count = $own_count$,\n");
    if (c_is_insertable_relation(relation))
        writer_add(writer, ".new_offset = offsetof($new$, $relation$),\n");
    if (c_is_changeable_relation(relation))
        writer_add(writer, ".changes_offset = offsetof($changes$, $relation$),\n");
    if (relation->kind == RELATION_BELONGS_TO && relation->on_delete == ACTION_CASCADE)
        writer_add(writer, ".on_delete = ORM_DELETE_CASCADE,\n");
    if (relation->kind == RELATION_BELONGS_TO && relation->on_delete == ACTION_SET_NULL)
        writer_add(writer, ".on_delete = ORM_DELETE_SET_NULL,\n");
    if (relation->link)
        write_link(emit, relation);
    if (relation->order_count)
        write_relation_order(emit, relation);
    writer_dedent(writer);
    writer_add(writer, "},\n");
}

void c_write_columns(struct c_emit *emit)
{
    struct writer *writer = &emit->writer;

    writer_add(writer, ".columns = (const orm_column[]){\n");
    writer_indent(writer);
    for (size_t i = 0; i < emit->model->column_count; i++)
        write_column(emit, &emit->model->columns[i]);
    writer_dedent(writer);
    writer_add(writer, "},\n.column_count = $column_count$,\n");
}

static void write_relations(struct c_emit *emit)
{
    struct writer *writer = &emit->writer;

    if (!emit->model->relation_count)
        return;
    writer_add(writer, ".relations = (const orm_relation[]){\n");
    writer_indent(writer);
    for (size_t i = 0; i < emit->model->relation_count; i++)
        write_relation(emit, &emit->model->relations[i]);
    writer_dedent(writer);
    writer_add(writer, "},\n.relation_count = $relation_count$,\n");
}

static void write_sizes(struct c_emit *emit)
{
    const struct model *model = emit->model;
    struct writer *writer = &emit->writer;
    size_t deferred = c_deferred_count(model);

    writer_set(writer, "size_of",
               deferred ? arena_format(emit->arena, "struct %s_stored_", model->c_name)
                        : model->c_name);
    writer_set_number(writer, "deferred_count", deferred);
    writer_add(writer, ".abi = $abi$,\n"
                       ".size = sizeof($size_of$),\n"
                       ".object_offset = offsetof($type$, orm_object_),\n");
    if (deferred)
        writer_add(writer, ".loaded_offset = offsetof(struct $stored$, orm_loaded_),\n"
                           ".deferred_count = $deferred_count$,\n");
    if (c_has_insert(model))
        writer_add(writer, ".new_size = sizeof($new$),\n");
    if (c_has_update(model))
        writer_add(writer, ".changes_size = sizeof($changes$),\n");
    if (model->view || model->keyless)
        writer_add(writer, ".view = true,\n");
    writer_add(writer,
               ".query = {.size = sizeof($query$), .where = offsetof($query$, where), "
               ".order_by = offsetof($query$, order_by), "
               ".limit = offsetof($query$, limit), .offset = offsetof($query$, offset), "
               ".load = offsetof($query$, load), .depth = offsetof($query$, depth), "
               ".refresh = offsetof($query$, refresh), "
               ".collation = offsetof($query$, collation), "
               ".after = offsetof($query$, after), .before = offsetof($query$, before), "
               ".union_with = offsetof($query$, union_with), "
               ".distinct = offsetof($query$, distinct), "
               ".lock = offsetof($query$, lock), .lock_wait = offsetof($query$, lock_wait), ");
    writer_add(writer,
               deferred ? ".undefer = offsetof($query$, undefer), " : ".undefer = ORM_NO_OFFSET, ");
    writer_add(writer, model->relation_count ? ".with = offsetof($query$, with), "
                                             : ".with = ORM_NO_OFFSET, ");
    writer_add(writer, c_has_counts(model) ? ".counts = offsetof($query$, counts)},\n"
                                           : ".counts = ORM_NO_OFFSET},\n");
}

/* What rows really are where some columns are deferred. */
static void write_stored(struct c_emit *emit)
{
    struct writer *writer = &emit->writer;
    size_t count = c_deferred_count(emit->model);

    if (!count)
        return;
    writer_set_number(writer, "deferred_count", count);
    writer_add(writer, "\nstruct $stored$ {\n    $type$ orm_row_;\n");
    for (size_t i = 0; i < emit->model->column_count; i++) {
        const struct column *column = &emit->model->columns[i];

        if (!column->deferred)
            continue;
        writer_set(writer, "field", column->c_name);
        writer_set(writer, "field_type", c_field_type(emit->arena, column));
        writer_add(writer, "    $field_type$$field$;\n");
    }
    writer_add(writer, "    bool orm_loaded_[$deferred_count$];\n};\n");
}

static void write_descriptor(struct c_emit *emit)
{
    struct writer *writer = &emit->writer;
    const struct model *model = emit->model;

    writer_set(writer, "table", c_string(emit->arena, model->table));
    writer_set_number(writer, "column_count", model->column_count);
    writer_set_number(writer, "relation_count", model->relation_count);
    writer_set_number(writer, "key_count", model->primary_key.count);
    writer_add(writer, "\nconst orm_model $descriptor$ = {\n");
    writer_indent(writer);
    writer_add(writer, ".name = \"$model_name$\",\n.c_name = \"$type$\",\n");
    if (model->db_schema) {
        writer_set(writer, "schema", c_string(emit->arena, model->db_schema));
        writer_add(writer, ".schema = $schema$,\n");
    }
    writer_add(writer, ".table = $table$,\n");
    c_write_columns(emit);
    if (model->primary_key.count) {
        writer_set(writer, "key", column_positions(emit->arena, &model->primary_key));
        writer_add(writer, ".key = (const uint16_t[]){$key$},\n.key_count = $key_count$,\n");
    }
    write_relations(emit);
    write_sizes(emit);
    writer_dedent(writer);
    writer_add(writer, "};\n");
}

void c_write_references_defined(struct c_emit *emit)
{
    struct writer *writer = &emit->writer;

    writer_add(writer, "\nconst struct $columns$ $columns$ = {\n");
    writer_indent(writer);
    for (size_t i = 0; i < emit->model->column_count; i++) {
        writer_set(writer, "field", emit->model->columns[i].c_name);
        writer_set_number(writer, "column_index", i);
        writer_add(writer, ".$field$ = {{&$descriptor$, $column_index$, false}},\n");
    }
    writer_dedent(writer);
    writer_add(writer, "};\n");
}

static void write_includes(struct c_emit *emit, const struct model **models, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        writer_set(&emit->writer, "to_header", name_file(emit->arena, models[i]->c_name, "h"));
        writer_add(&emit->writer, "#include \"$to_header$\"\n");
    }
}

void c_write_source(struct c_emit *emit)
{
    struct writer *writer = &emit->writer;
    size_t count;
    const struct model **targets = c_emit_targets(emit, &count);

    writer_add(writer,
               "/*\n"
               " * Model $model_name$ of $file$: its description and typed functions.\n"
               " * Generated by orm $version$; do not edit, change the YAML and generate again.\n"
               " */\n"
               "#include \"$header$\"\n");
    write_includes(emit, targets, count);
    targets = c_emit_links(emit, &count);
    write_includes(emit, targets, count);
    write_stored(emit);
    write_descriptor(emit);
    c_write_references_defined(emit);
    writer_add(writer, "\nconst $query$ $all$ = {.limit = 0};\n");
    if (c_has_insert(emit->model))
        writer_add(writer, "\n_Static_assert(sizeof($conflict$) == 2 * $column_count$ + 1, \"bool "
                           "is a byte\");\n");
    c_write_functions_defined(emit);
}
