#include <string.h>

#include "base/suggest.h"
#include "naming/names.h"
#include "schema/build.h"
#include "types/types.h"

/* Result structs: what `rows` of a model declares. */

enum { TABLES_MAX = 32, PARTS_MAX = 16 };

/* Tables and fields of one row on the way. */
struct row_build {
    struct builder *b;
    struct model_build *mb;
    yaml_node_t *node;
    const struct parsed_row *parsed;
    struct row *row;
    struct map fields; /* any pointer by name */
};

/* "owner.name as boss" in its parts. */
struct path {
    const char *parts[PARTS_MAX];
    size_t count;
    const char *name;   /* behind "as"; NULL: none */
    const char *joined; /* the parts with underscores between */
    struct span at;
};

static struct span value_at(const struct row_build *rb, const char *key)
{
    return document_value_span(rb->mb->document, rb->node, key);
}

static const char *row_text(const struct row_build *rb)
{
    return arena_format(rb->b->arena, "row '%s' of model '%s'", rb->row->name, rb->mb->model->name);
}

/* Text between blanks, from *at on; NULL: there is none. */
static const char *next_word(struct arena *arena, const char **at)
{
    const char *start = *at + strspn(*at, " \t");
    size_t length = strcspn(start, " \t");

    *at = start + length;
    return length ? arena_copy(arena, start, length) : NULL;
}

static bool split(struct row_build *rb, const char *text, struct path *path)
{
    struct arena *arena = rb->b->arena;
    const char *start = text;

    path->count = 0;
    path->joined = "";
    for (;;) {
        size_t length = strcspn(start, ".");

        if (!length || path->count == PARTS_MAX) {
            diagnostics_error(rb->b->diags, path->at,
                              length ? "'%s' goes through too many relations"
                                     : "'%s' is no path: names are joined by single dots",
                              text);
            return false;
        }
        path->parts[path->count] = arena_copy(arena, start, length);
        path->joined = name_join(arena, path->joined, path->parts[path->count]);
        path->count++;
        if (!start[length])
            return true;
        start += length + 1;
    }
}

static bool read_path(struct row_build *rb, const char *text, struct span at, struct path *path)
{
    const char *rest = text;
    const char *first = next_word(rb->b->arena, &rest);
    const char *as = next_word(rb->b->arena, &rest);

    path->at = at;
    path->name = as ? next_word(rb->b->arena, &rest) : NULL;
    if (!first || (as && (strcmp(as, "as") != 0 || !path->name)) ||
        next_word(rb->b->arena, &rest)) {
        diagnostics_error(rb->b->diags, at,
                          "'%s' is no path; write 'column', 'relation.column' or "
                          "'relation.column as name'",
                          text);
        return false;
    }
    return split(rb, first, path);
}

/* The relation of a table's model, or NULL; a fault is reported unless it only follows. */
static const struct relation *find_relation(struct row_build *rb, const struct path *path,
                                            const struct model *model, const char *name)
{
    struct builder *b = rb->b;
    struct model_build *mb = build_find_model(b, model);
    const struct relation_build *found = map_get(&mb->relation_names, name);
    struct suggestion near = suggest_for(name);

    if (found)
        return found->resolved ? found->relation : NULL;
    if (document_is_faulty(mb->document, mb->node))
        return NULL;
    for (size_t i = 0; i < model->relation_count; i++)
        suggest_offer(&near, model->relations[i].name);
    diagnostics_error(b->diags, path->at, "model '%s' has no relation '%s'%s", model->name, name,
                      suggest_text(b->arena, &near));
    return NULL;
}

static size_t find_table(const struct row *row, size_t parent, const struct relation *relation)
{
    for (size_t i = 1; i < row->table_count; i++)
        if (row->tables[i].parent == parent && row->tables[i].relation == relation)
            return i;
    return 0;
}

/* The new table's number; 0: there are too many. */
static size_t add_table(struct row_build *rb, const struct path *path, size_t parent,
                        const struct relation *relation)
{
    struct row *row = rb->row;
    struct row_table *table = &row->tables[row->table_count];
    const struct row_table *from = &row->tables[parent];

    if (row->table_count == TABLES_MAX) {
        diagnostics_error(rb->b->diags, path->at, "%s joins more than %d tables", row_text(rb),
                          TABLES_MAX - 1);
        return 0;
    }
    table->relation = relation;
    table->model = relation->target;
    table->parent = parent;
    table->name = name_join(rb->b->arena, from->name, relation->name);
    table->c_name = name_member(rb->b->arena, table->name);
    table->optional = relation->optional || from->optional;
    table->place = build_place(&path->at);
    return row->table_count++;
}

/*
 * Follows the first `count` parts as relations: those to one row, and those that are joined. Stops
 * before any other; *table_out is where, *taken_out the parts followed. False: a fault was found.
 */
static bool follow(struct row_build *rb, const struct path *path, size_t count, size_t *table_out,
                   size_t *taken_out)
{
    size_t table = 0;
    size_t i = 0;

    for (; i < count; i++) {
        const struct relation *relation =
            find_relation(rb, path, rb->row->tables[table].model, path->parts[i]);
        size_t next = relation ? find_table(rb->row, table, relation) : 0;

        if (!relation)
            return false;
        if (!next && relation->to_many)
            break;
        table = next ? next : add_table(rb, path, table, relation);
        if (!table)
            return false;
    }
    *table_out = table;
    *taken_out = i;
    return true;
}

/* The whole path as relations in hand. */
static bool follow_all(struct row_build *rb, const struct path *path, size_t count,
                       size_t *table_out)
{
    size_t taken;

    if (!follow(rb, path, count, table_out, &taken))
        return false;
    if (taken == count)
        return true;
    diagnostics_error(rb->b->diags, path->at,
                      "relation '%s' has many rows: name it under 'joins', or make a value of it",
                      path->parts[taken]);
    return false;
}

static const struct column *find_column(struct row_build *rb, const struct path *path,
                                        const struct model *model)
{
    struct model_build *mb = build_find_model(rb->b, model);
    const char *name = path->parts[path->count - 1];
    const struct column *column = build_find_column(mb, name);

    if (column)
        return mb->columns[column->index].broken ? NULL : column;
    if (map_get(&mb->relation_names, name))
        diagnostics_error(rb->b->diags, path->at,
                          "'%s' is a relation of model '%s': name a column of it, or have the "
                          "whole row under 'objects'",
                          name, model->name);
    else
        build_unknown_column(rb->b, mb, path->at, name);
    return NULL;
}

/* Takes a name for a field; false, with the fault reported, when that can't be. */
static bool take_name(struct row_build *rb, const char *name, struct span at, const char *fix)
{
    const char *fault = name_fault(name);

    if (fault) {
        diagnostics_error(rb->b->diags, at, "'%s' can't be the name of a field: %s%s", name, fault,
                          fix);
        return false;
    }
    if (!map_add(rb->b->arena, &rb->fields, name, rb))
        return true;
    diagnostics_error(rb->b->diags, at, "%s has two fields named '%s'%s", row_text(rb), name, fix);
    return false;
}

/* Adds a field; its type and nullability are the caller's to set. */
static struct column *add_field(struct row_build *rb, const char *name, const char *text,
                                struct span at, struct row_source source)
{
    struct model *shape = rb->row->shape;
    size_t index = shape->column_count++;
    struct column *column = &shape->columns[index];

    column->name = name;
    column->c_name = name_member(rb->b->arena, name);
    column->c_upper = name_upper(rb->b->arena, name);
    column->db_name = name;
    column->index = index;
    column->model = shape;
    column->yaml = text;
    column->place = build_place(&at);
    rb->row->sources[index] = source;
    return column;
}

static void add_column(struct row_build *rb, const char *text, struct span at, bool grouped)
{
    struct path path;
    struct row_source source = {.grouped = grouped};
    const struct column *column;
    struct column *field;
    const char *name;

    if (!read_path(rb, text, at, &path) || !follow_all(rb, &path, path.count - 1, &source.table))
        return;
    column = find_column(rb, &path, rb->row->tables[source.table].model);
    name = path.name ? path.name : path.joined;
    if (!column || !take_name(rb, name, at, "; choose one with 'path as name'"))
        return;
    if (grouped && (!type_info(column->type.kind)->comparable || column->type.array)) {
        diagnostics_error(rb->b->diags, at, "rows can't be grouped by '%s', which is %s",
                          column->name, column->type.text);
        return;
    }
    source.column = column;
    field = add_field(rb, name, arena_text(rb->b->arena, text), at, source);
    field->type = column->type;
    field->nullable = column->nullable || rb->row->tables[source.table].optional;
}

static void add_object(struct row_build *rb, const char *text, struct span at)
{
    struct row *row = rb->row;
    struct row_object *object = &row->objects[row->object_count];
    struct path path;
    const char *name;
    bool self;

    if (!read_path(rb, text, at, &path))
        return;
    self = path.count == 1 && strcmp(path.parts[0], "self") == 0;
    object->table = 0;
    if (!self && !follow_all(rb, &path, path.count, &object->table))
        return;
    name = self ? rb->mb->model->name : path.joined;
    name = path.name ? path.name : name;
    if (!take_name(rb, name, at, "; choose one with 'path as name'"))
        return;
    object->name = name;
    object->c_name = name_member(rb->b->arena, name);
    row->object_count++;
}

static void add_join(struct row_build *rb, const struct parsed_join *join, yaml_node_t *node)
{
    struct span at = document_value_span(rb->mb->document, node, "relation");
    struct row *row = rb->row;
    struct path path;
    const struct relation *relation;
    size_t parent;
    size_t table;

    if (!read_path(rb, join->relation, at, &path) ||
        !follow_all(rb, &path, path.count - 1, &parent))
        return;
    relation = find_relation(rb, &path, row->tables[parent].model, path.parts[path.count - 1]);
    if (!relation)
        return;
    table = find_table(row, parent, relation);
    if (path.name || (table && row->tables[table].joined)) {
        diagnostics_error(rb->b->diags, at,
                          path.name ? "a join has no name of its own" : "'%s' is joined twice",
                          join->relation);
        return;
    }
    table = table ? table : add_table(rb, &path, parent, relation);
    if (!table)
        return;
    row->tables[table].joined = true;
    row->tables[table].inner = join->kind == 2;
    row->tables[table].optional = !row->tables[table].inner || row->tables[parent].optional;
}

/* The one aggregate of a value, and its path; false, with the fault reported, unless it is one. */
static bool read_value(struct row_build *rb, const struct parsed_value *value, yaml_node_t *node,
                       enum aggregate_kind *kind_out, const char **key_out, const char **text_out)
{
    const struct {
        const char *key;
        const char *text;
        enum aggregate_kind kind;
    } words[] = {
        {"count", value->count, AGGREGATE_COUNT},
        {"count_distinct", value->count_distinct, AGGREGATE_COUNT_DISTINCT},
        {"sum", value->sum, AGGREGATE_SUM},
        {"avg", value->avg, AGGREGATE_AVG},
        {"min", value->min, AGGREGATE_MIN},
        {"max", value->max, AGGREGATE_MAX},
    };
    size_t given = 0;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!words[i].text)
            continue;
        *kind_out = words[i].kind;
        *key_out = words[i].key;
        *text_out = words[i].text;
        given++;
    }
    if (given != 1 && !document_is_faulty(rb->mb->document, node))
        diagnostics_error(rb->b->diags, document_value_span(rb->mb->document, node, "name"),
                          "value '%s' needs one of count, count_distinct, sum, avg, min and max%s",
                          value->name, given ? ", not several" : "");
    return given == 1;
}

static bool can_aggregate(enum aggregate_kind kind, const struct column_type *type)
{
    bool number = type_info(type->kind)->integer || type->kind == TYPE_REAL ||
                  type->kind == TYPE_DOUBLE || type->kind == TYPE_NUMERIC;

    if (kind == AGGREGATE_COUNT)
        return true;
    if (type->array || !type_info(type->kind)->comparable)
        return false;
    switch (kind) {
    case AGGREGATE_COUNT_DISTINCT:
        return true;
    case AGGREGATE_SUM:
        return number || type->kind == TYPE_INTERVAL;
    case AGGREGATE_AVG:
        return number;
    default:
        return type->kind != TYPE_BOOLEAN && type->kind != TYPE_ENUM && type->kind != TYPE_BYTEA &&
               type->kind != TYPE_UUID;
    }
}

static const struct column_type *plain_type(enum type_kind kind)
{
    static const struct column_type bigint = {.kind = TYPE_BIGINT, .text = "bigint"};
    static const struct column_type number = {.kind = TYPE_NUMERIC, .text = "numeric"};
    static const struct column_type real = {.kind = TYPE_DOUBLE, .text = "double"};

    return kind == TYPE_BIGINT ? &bigint : kind == TYPE_NUMERIC ? &number : &real;
}

static struct column_type result_type(enum aggregate_kind kind, const struct column *column)
{
    bool integer = column && type_info(column->type.kind)->integer;

    if (kind == AGGREGATE_COUNT || kind == AGGREGATE_COUNT_DISTINCT)
        return *plain_type(TYPE_BIGINT);
    if (kind == AGGREGATE_MIN || kind == AGGREGATE_MAX || column->type.kind == TYPE_INTERVAL)
        return column->type;
    if (column->type.kind == TYPE_NUMERIC)
        return *plain_type(TYPE_NUMERIC);
    return *plain_type(integer && kind == AGGREGATE_SUM ? TYPE_BIGINT : TYPE_DOUBLE);
}

/* The relations from the source's table to the rows that are aggregated; false: a fault. */
static bool take_steps(struct row_build *rb, const struct path *path, size_t first, size_t count,
                       struct row_source *source, const struct model **model_out)
{
    const struct model *model = rb->row->tables[source->table].model;

    source->path = arena_array(rb->b->arena, count - first, sizeof *source->path);
    for (size_t i = first; i < count; i++) {
        const struct relation *relation = find_relation(rb, path, model, path->parts[i]);

        if (!relation)
            return false;
        source->path[source->path_count++] = relation;
        model = relation->target;
    }
    *model_out = model;
    return true;
}

/* How many leading parts are relations: all of them where rows are counted. */
static size_t count_relations(struct row_build *rb, const struct path *path,
                              enum aggregate_kind kind)
{
    const struct model *model = rb->mb->model;

    if (kind != AGGREGATE_COUNT)
        return path->count - 1;
    for (size_t i = 0; i < path->count; i++) {
        const struct relation_build *found =
            map_get(&build_find_model(rb->b, model)->relation_names, path->parts[i]);

        if (!found)
            return i + 1 == path->count ? i : path->count - 1;
        if (!found->resolved)
            break;
        model = found->relation->target;
    }
    return path->count;
}

/* Of a row that is not grouped: the rows of a relation, for each. */
static bool follow_per_row(struct row_build *rb, const struct path *path, size_t relations,
                           struct row_source *source, const struct model **model_out)
{
    size_t taken;

    if (!follow(rb, path, relations, &source->table, &taken))
        return false;
    /* A relation that is joined as well is aggregated as a whole. */
    if (taken == relations && taken && rb->row->tables[source->table].relation->to_many) {
        source->table = rb->row->tables[source->table].parent;
        taken--;
    }
    if (taken == relations) {
        diagnostics_error(rb->b->diags, path->at,
                          "a value needs rows to be made of: a relation with many rows, or "
                          "'group_by'");
        return false;
    }
    return take_steps(rb, path, taken, relations, source, model_out);
}

static bool follow_value(struct row_build *rb, const struct path *path, size_t relations,
                         struct row_source *source, const struct model **model_out)
{
    if (!rb->row->grouped)
        return follow_per_row(rb, path, relations, source, model_out);
    if (!follow_all(rb, path, relations, &source->table))
        return false;
    *model_out = rb->row->tables[source->table].model;
    return true;
}

static bool resolve_value(struct row_build *rb, const char *key, const struct path *path,
                          struct row_source *source)
{
    const struct model *model;
    size_t relations = count_relations(rb, path, source->aggregate);

    if (!follow_value(rb, path, relations, source, &model))
        return false;
    if (relations < path->count) {
        source->column = find_column(rb, path, model);
        if (!source->column)
            return false;
    } else if (rb->row->grouped && source->table) {
        /* An absent row of a left join does not count: its key is NULL. */
        source->column = rb->row->tables[source->table].relation->target_key.columns[0];
    }
    if (!source->column || can_aggregate(source->aggregate, &source->column->type))
        return true;
    diagnostics_error(rb->b->diags, path->at, "there is no %s of '%s', which is %s", key,
                      source->column->name, source->column->type.text);
    return false;
}

static void add_value(struct row_build *rb, const struct parsed_value *value, yaml_node_t *node)
{
    struct span name_at = document_value_span(rb->mb->document, node, "name");
    struct row_source source = {0};
    const char *key = NULL;
    const char *text = NULL;
    struct column *field;
    struct path path;

    if (!read_value(rb, value, node, &source.aggregate, &key, &text))
        return;
    path.at = document_value_span(rb->mb->document, node, key);
    if (strcmp(text, "*") == 0 && source.aggregate == AGGREGATE_COUNT) {
        if (!rb->row->grouped) {
            diagnostics_error(rb->b->diags, path.at,
                              "\"*\" counts the rows of a group, and there is no 'group_by'; name "
                              "a relation");
            return;
        }
    } else if (!read_path(rb, text, path.at, &path)) {
        return;
    } else if (path.name) {
        diagnostics_error(rb->b->diags, path.at, "a value has its name already: '%s'", value->name);
        return;
    } else if (!resolve_value(rb, key, &path, &source)) {
        return;
    }
    if (!take_name(rb, value->name, name_at, ""))
        return;
    field = add_field(rb, arena_text(rb->b->arena, value->name),
                      document_flow_text(rb->mb->document, node, "values"), name_at, source);
    field->type = result_type(source.aggregate, source.column);
    field->nullable =
        source.aggregate != AGGREGATE_COUNT && source.aggregate != AGGREGATE_COUNT_DISTINCT;
}

static void check_words(struct row_build *rb)
{
    const struct parsed_row *parsed = rb->parsed;

    if (rb->row->grouped && parsed->columns_count)
        diagnostics_error(rb->b->diags, value_at(rb, "columns"),
                          "%s is grouped, so its columns are those under 'group_by'", row_text(rb));
    if (rb->row->grouped && parsed->objects_count)
        diagnostics_error(rb->b->diags, value_at(rb, "objects"),
                          "%s is grouped, so it has no whole rows", row_text(rb));
    if (!parsed->columns_count && !parsed->objects_count && !parsed->group_by_count &&
        !parsed->values_count && !document_is_faulty(rb->mb->document, rb->node))
        diagnostics_error(rb->b->diags, value_at(rb, "name"),
                          "%s has no fields: it needs columns, objects, group_by or values",
                          row_text(rb));
}

static struct span item_at(const struct row_build *rb, const char *key, size_t index)
{
    return document_item_span(rb->mb->document, rb->node, key, index);
}

static yaml_node_t *entry(const struct row_build *rb, const char *key, size_t index)
{
    struct document *document = rb->mb->document;

    return document_item(document, document_get(document, rb->node, key), index);
}

static void fill_row(struct row_build *rb)
{
    const struct parsed_row *parsed = rb->parsed;

    for (size_t i = 0; i < parsed->joins_count; i++)
        add_join(rb, &parsed->joins[i], entry(rb, "joins", i));
    for (size_t i = 0; i < parsed->group_by_count; i++)
        add_column(rb, parsed->group_by[i], item_at(rb, "group_by", i), true);
    for (size_t i = 0; !rb->row->grouped && i < parsed->columns_count; i++)
        add_column(rb, parsed->columns[i], item_at(rb, "columns", i), false);
    for (size_t i = 0; !rb->row->grouped && i < parsed->objects_count; i++)
        add_object(rb, parsed->objects[i], item_at(rb, "objects", i));
    for (size_t i = 0; i < parsed->values_count; i++)
        add_value(rb, &parsed->values[i], entry(rb, "values", i));
}

static struct model *new_shape(struct row_build *rb, size_t fields)
{
    struct arena *arena = rb->b->arena;
    const struct model *model = rb->mb->model;
    struct model *shape = arena_alloc(arena, sizeof *shape);

    shape->name = name_join(arena, model->name, rb->row->name);
    shape->c_name = name_join(arena, model->c_name, rb->row->name);
    shape->c_upper = name_upper(arena, shape->c_name);
    shape->table = shape->name;
    shape->source = model->source;
    shape->view = true;
    shape->columns = arena_array(arena, fields, sizeof *shape->columns);
    shape->row = rb->row;
    shape->place = rb->row->place;
    return shape;
}

static void build_row(struct row_build *rb)
{
    const struct parsed_row *parsed = rb->parsed;
    struct row *row = rb->row;
    struct arena *arena = rb->b->arena;
    struct span at = value_at(rb, "name");
    size_t fields = (size_t)parsed->columns_count + parsed->group_by_count + parsed->values_count;

    row->name = arena_text(arena, parsed->name);
    row->yaml = document_flow_text(rb->mb->document, rb->node, "rows");
    row->model = rb->mb->model;
    row->place = build_place(&at);
    row->grouped = parsed->group_by_count ||
                   (parsed->values_count && !parsed->columns_count && !parsed->objects_count);
    row->shape = new_shape(rb, fields);
    row->sources = arena_array(arena, fields, sizeof *row->sources);
    row->objects = arena_array(arena, parsed->objects_count, sizeof *row->objects);
    row->tables = arena_array(arena, TABLES_MAX, sizeof *row->tables);
    row->tables[0] = (struct row_table){.model = row->model, .name = "", .c_name = ""};
    row->table_count = 1;
    build_check_name(rb->b, rb->mb->document, rb->node, "name", row->name, "a row", NULL);
    check_words(rb);
    fill_row(rb);
}

static void build_model_rows(struct builder *b, struct model_build *mb)
{
    yaml_node_t *list = document_get(mb->document, mb->node, "rows");
    size_t count = mb->parsed->rows_count;
    struct map names = {0};

    mb->model->rows = arena_array(b->arena, count, sizeof *mb->model->rows);
    for (size_t i = 0; i < count; i++) {
        struct row_build rb = {.b = b,
                               .mb = mb,
                               .node = document_item(mb->document, list, i),
                               .parsed = &mb->parsed->rows[i],
                               .row = &mb->model->rows[mb->model->row_count]};

        if (map_add(b->arena, &names, rb.parsed->name, rb.row)) {
            diagnostics_error(b->diags, value_at(&rb, "name"), "model '%s' has two rows named '%s'",
                              mb->model->name, rb.parsed->name);
            continue;
        }
        mb->model->row_count++;
        build_row(&rb);
    }
}

void build_rows(struct builder *b)
{
    for (size_t i = 0; i < b->models.count; i++) {
        struct model_build *mb = b->models.items[i];

        if (mb->parsed)
            build_model_rows(b, mb);
    }
}
