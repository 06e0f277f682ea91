#include "diff/report.h"

#include <jansson.h>

static json_t *word(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *properties_of(const struct change *change)
{
    json_t *list = json_array();

    for (size_t i = 0; i < change->property_count; i++) {
        const struct property *property = &change->properties[i];

        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "name", property->name, "old",
                                              word(property->old), "new", word(property->new)));
    }
    return list;
}

static json_t *change_of(struct arena *arena, const struct change *change)
{
    static const char *const actions[] = {[CHANGE_ADD] = "add",
                                          [CHANGE_DROP] = "drop",
                                          [CHANGE_RENAME] = "rename",
                                          [CHANGE_ALTER] = "alter"};

    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:o}", "action", actions[change->action],
                     "kind", object_word(change->kind), "subject", diff_subject(arena, change),
                     "schema", word(change->schema), "table", word(change->table), "name",
                     change->name, "old_name", word(change->old_name), "properties",
                     properties_of(change));
}

void diff_print_json(const struct changes *changes, const char *from, const char *to)
{
    json_t *list = json_array();
    json_t *root = NULL;
    char *text = NULL;

    for (size_t i = 0; i < changes->items.count; i++)
        json_array_append_new(list, change_of(changes->arena, changes->items.items[i]));
    root = json_pack("{s:i, s:s, s:s, s:s, s:b, s:o}", "version", 1, "dialect",
                     sql_dialect_name(changes->dialect), "from", from, "to", to, "equal",
                     changes->items.count == 0, "changes", list);
    text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    puts(text ? text : "null");
    free(text);
    json_decref(root);
}
