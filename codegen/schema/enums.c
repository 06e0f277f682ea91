#include <string.h>

#include "naming/names.h"
#include "schema/build.h"
#include "types/types.h"

static bool is_built_in(const char *name)
{
    bool found = strcmp(name, "enum") == 0;

    for (int kind = 0; kind < TYPE_KIND_COUNT && !found; kind++)
        found = strcmp(name, type_info((enum type_kind)kind)->name) == 0;
    return found;
}

static bool check_label(struct builder *b, struct document *document, yaml_node_t *node,
                        size_t index, const char *label)
{
    const char *fault = name_database_fault(label);

    if (fault)
        diagnostics_error(b->diags, document_item_span(document, node, "values", index),
                          "'%s' can't be an enum value: %s", label, fault);
    return !fault;
}

/* The part of the enumerator after the enum's own name. */
static const char *enumerator_end(struct builder *b, struct document *document, yaml_node_t *node,
                                  size_t index, const char *label, const char *given)
{
    const char *end = name_from_label(b->arena, given ? given : label);

    if (given && name_fault(given)) {
        diagnostics_error(b->diags, document_item_span(document, node, "names", index),
                          "'%s' can't be the C name of an enum value: %s", given,
                          name_fault(given));
        return NULL;
    }
    if (*end)
        return end;
    diagnostics_error(b->diags, document_item_span(document, node, "values", index),
                      "no C name can be made of the value '%s'; list C names for all values under "
                      "'names'",
                      label);
    return NULL;
}

static void report_same_enumerator(struct builder *b, struct document *document, yaml_node_t *node,
                                   size_t first, size_t second, const char *c_name)
{
    diagnostics_error(b->diags, document_item_span(document, node, "values", second),
                      "the values of this enum need different C names, and two become '%s'; list "
                      "C names for all values under 'names'",
                      c_name);
    diagnostics_note(b->diags, document_item_span(document, node, "values", first),
                     "the first one is here");
}

static bool add_label(struct builder *b, struct document *document, yaml_node_t *node,
                      struct enum_type *type, size_t index, char **values, char **names,
                      struct map *labels, struct map *enumerators)
{
    const char *label = arena_text(b->arena, values[index]);
    const char *end = NULL;
    const char *c_name;
    char **first;

    if (!check_label(b, document, node, index, label))
        return false;
    first = map_add(b->arena, labels, label, &values[index]);
    if (first) {
        diagnostics_error(b->diags, document_item_span(document, node, "values", index),
                          "the value '%s' is listed twice", label);
        diagnostics_note(b->diags,
                         document_item_span(document, node, "values", (size_t)(first - values)),
                         "first listed here");
        return false;
    }
    end = enumerator_end(b, document, node, index, label, names ? names[index] : NULL);
    if (!end)
        return false;
    c_name = arena_format(b->arena, "%s_%s", type->c_upper, end);
    first = map_add(b->arena, enumerators, c_name, &values[index]);
    if (first) {
        report_same_enumerator(b, document, node, (size_t)(first - values), index, c_name);
        return false;
    }
    type->labels[type->label_count++] = (struct enum_label){.label = label, .c_name = c_name};
    return true;
}

bool build_enum_labels(struct builder *b, struct document *document, yaml_node_t *node,
                       struct enum_type *type, char **values, size_t count, char **names,
                       size_t name_count)
{
    struct map labels = {0};
    struct map enumerators = {0};
    bool ok = true;

    if (name_count && name_count != count) {
        diagnostics_error(b->diags, document_value_span(document, node, "names"),
                          "'names' has %zu entries, 'values' has %zu", name_count, count);
        names = NULL;
    }
    type->labels = arena_array(b->arena, count, sizeof *type->labels);
    for (size_t i = 0; i < count; i++)
        ok = add_label(b, document, node, type, i, values, name_count == count ? names : NULL,
                       &labels, &enumerators) &&
             ok;
    return ok;
}

static struct enum_label *find_label(struct enum_type *type, const char *text)
{
    for (size_t i = 0; i < type->label_count; i++)
        if (strcmp(type->labels[i].label, text) == 0)
            return &type->labels[i];
    return NULL;
}

void build_enum_renames(struct builder *b, struct document *document, yaml_node_t *node,
                        struct enum_type *type, const struct parsed_label *renamed, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct span at = document_item_span(document, node, "renamed", i);
        struct enum_label *label = find_label(type, renamed[i].value);

        if (!label)
            diagnostics_error(b->diags, at, "'%s' is none of the values of this enum",
                              renamed[i].value);
        else if (label->was)
            diagnostics_error(b->diags, at, "the value '%s' is renamed twice", renamed[i].value);
        else if (find_label(type, renamed[i].was))
            diagnostics_error(b->diags, at, "'%s' is still one of the values of this enum",
                              renamed[i].was);
        else
            label->was = arena_text(b->arena, renamed[i].was);
    }
}

void build_add_enum(struct builder *b, struct enum_type *type, struct span at)
{
    const struct enum_type *taken =
        map_add(b->arena, &b->enum_types, build_qualified(b, type->db_schema, type->db_name), type);

    if (taken)
        diagnostics_error(b->diags, at,
                          "the enums '%s' and '%s' have the same database type '%s'; "
                          "give one another by 'type'",
                          taken->name, type->name, type->db_name);
    pointers_add(b->arena, &b->enums, type);
}

static void build_enum(struct builder *b, struct document *document, yaml_node_t *node,
                       const struct parsed_enum *parsed)
{
    struct span at = document_value_span(document, node, "name");
    const char *prefix = document->parsed->prefix ? document->parsed->prefix : "";
    struct enum_build *made = arena_alloc(b->arena, sizeof *made);
    struct enum_type *type = arena_alloc(b->arena, sizeof *type);
    const struct enum_build *first;

    *made = (struct enum_build){.type = type, .document = document, .node = node};
    type->name = arena_text(b->arena, parsed->name);
    type->place = build_place(&at);
    type->source = document->source->path;
    type->comment = arena_text(b->arena, parsed->comment);
    build_check_name(b, document, node, "name", parsed->name, "an enum", "type");
    type->db_name = build_database_name(b, document, node, "type", parsed->type, type->name);
    type->db_schema = build_database_name(b, document, node, "schema", parsed->schema, NULL);
    type->c_name = name_join(b->arena, prefix, type->name);
    type->c_upper = name_upper(b->arena, type->c_name);
    if (is_built_in(type->name))
        diagnostics_error(b->diags, at,
                          "an enum can't have the name of the type '%s'; rename it and write "
                          "'type: %s' for its name in the database",
                          type->name, type->name);
    first = map_add(b->arena, &b->enum_names, type->name, made);
    if (first) {
        diagnostics_error(b->diags, at, "enum '%s' is defined twice", type->name);
        diagnostics_note(b->diags, document_value_span(first->document, first->node, "name"),
                         "first defined here");
        return;
    }
    build_enum_labels(b, document, node, type, parsed->values, parsed->values_count, parsed->names,
                      parsed->names_count);
    build_enum_renames(b, document, node, type, parsed->renamed, parsed->renamed_count);
    build_add_enum(b, type, at);
}

void build_enums(struct builder *b)
{
    for (size_t i = 0; i < b->documents.count; i++) {
        struct document *document = b->documents.items[i];
        yaml_node_t *list = document_get(document, document_root(document), "enums");

        for (size_t e = 0; document->parsed && e < document->parsed->enums_count; e++)
            build_enum(b, document, document_item(document, list, e), &document->parsed->enums[e]);
    }
}
