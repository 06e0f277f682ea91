#include <string.h>
#include <strings.h>

#include "introspect/draft.h"
#include "introspect/previous.h"
#include "naming/names.h"
#include "types/types.h"

/* Relations of foreign keys: both sides of each, and those through tables that link two others. */

static bool is_action_plain(const char *action)
{
    return strchr(action, '(') == NULL;
}

static const char *definition_of(struct draft *draft, const struct catalog_foreign_key *key)
{
    return key->definition
               ? key->definition
               : arena_format(draft->arena,
                              "FOREIGN KEY (%s) REFERENCES %s (%s) ON DELETE %s ON UPDATE %s%s",
                              draft_quoted_list(draft->arena, key->columns),
                              draft_table_name(draft->arena, NULL, key->target_table),
                              draft_quoted_list(draft->arena, key->target_columns), key->on_delete,
                              key->on_update,
                              key->deferred     ? " DEFERRABLE INITIALLY DEFERRED"
                              : key->deferrable ? " DEFERRABLE"
                                                : "");
}

/* Why no relation can follow the key, NULL when one can. */
static const char *key_fault(const struct draft_model *model, const struct draft_model *target,
                             const struct catalog_foreign_key *key)
{
    if (!target)
        return "what it refers to has no model";
    if (key->columns.count > 8)
        return "it has more than 8 columns";
    for (size_t i = 0; i < key->columns.count; i++) {
        const struct draft_column *from = draft_column_of(model, key->columns.items[i]);
        const struct draft_column *to = draft_column_of(target, key->target_columns.items[i]);

        if (!from || !to)
            return "it refers to columns that are not there";
        if (!type_equal(&from->type, &to->type))
            return "the types of its columns differ";
        if (!type_info(from->type.kind)->comparable || from->type.array)
            return "its columns can't be compared";
    }
    return draft_is_unique(target->table, key->target_columns)
               ? NULL
               : "what it refers to is unique by no plain constraint";
}

/* The models say one constraint for one list of columns and target. */
static bool is_repeated(const struct catalog_table *table, size_t index)
{
    const struct catalog_foreign_key *key = &table->foreign_keys[index];

    for (size_t i = 0; i < index; i++) {
        const struct catalog_foreign_key *other = &table->foreign_keys[i];

        if (strcmp(other->target_table, key->target_table) == 0 &&
            draft_same_columns(other->columns, key->columns))
            return true;
    }
    return false;
}

static bool says_null(const struct draft_model *model, const struct catalog_foreign_key *key)
{
    bool sets = strcmp(key->on_delete, "SET NULL") == 0 || strcmp(key->on_update, "SET NULL") == 0;
    bool writes = sets || strcmp(key->on_delete, "SET DEFAULT") == 0 ||
                  strcmp(key->on_update, "SET DEFAULT") == 0 ||
                  strcmp(key->on_update, "CASCADE") == 0;

    for (size_t i = 0; i < key->columns.count; i++) {
        const struct catalog_column *column = draft_column_of(model, key->columns.items[i])->from;

        if ((sets && column->not_null) || (writes && column->expression))
            return false;
    }
    return true;
}

static bool is_raw(const struct draft_model *model, const struct catalog_foreign_key *key)
{
    return key->match_full || !key->valid || !is_action_plain(key->on_delete) ||
           !says_null(model, key);
}

static void add_relation(struct draft *draft, struct draft_model *owner,
                         struct draft_relation *relation)
{
    relation->owner = owner;
    relation->name.ending =
        relation->kind == RELATION_BELONGS_TO || relation->kind == RELATION_HAS_ONE ? "row"
                                                                                    : "rows";
    pointers_add(draft->arena, &owner->relations, relation);
}

static void add_belongs_to(struct draft *draft, struct draft_model *model, size_t index)
{
    const struct catalog_foreign_key *key = &model->table->foreign_keys[index];
    struct draft_model *target = draft_model_of(draft, key->target_schema, key->target_table);
    const char *why = is_repeated(model->table, index) ? "another one is over the same columns"
                                                       : key_fault(model, target, key);
    const char *name =
        key->name ? key->name : draft_usual_name(draft, model->table, key->columns, "fkey");
    struct draft_relation *relation;

    if (why || is_raw(model, key))
        draft_add_constraint(draft, model, name, definition_of(draft, key));
    if (why) {
        draft_add_note(draft, "the foreign key '%s' of %s gives no relation: %s", name,
                       model->table->name, why);
        return;
    }
    relation = arena_alloc(draft->arena, sizeof *relation);
    relation->kind = RELATION_BELONGS_TO;
    relation->target = target;
    relation->key = key;
    relation->key_owner = model;
    relation->is_raw = is_raw(model, key);
    add_relation(draft, model, relation);
}

/* Whether each row of the referring table has a partner of its own. */
static bool is_one_to_one(const struct draft_relation *belongs_to)
{
    return draft_is_unique(belongs_to->owner->table, belongs_to->key->columns);
}

static void add_reverse(struct draft *draft, struct draft_relation *belongs_to)
{
    struct draft_relation *relation = arena_alloc(draft->arena, sizeof *relation);

    relation->kind = is_one_to_one(belongs_to) ? RELATION_HAS_ONE : RELATION_HAS_MANY;
    relation->target = belongs_to->owner;
    relation->key = belongs_to->key;
    relation->key_owner = belongs_to->owner;
    relation->other = belongs_to;
    add_relation(draft, belongs_to->target, relation);
}

static size_t belongs_to_count(const struct draft_model *model, const struct draft_model *target)
{
    size_t count = 0;

    for (size_t i = 0; i < model->relations.count; i++) {
        const struct draft_relation *relation = model->relations.items[i];

        count += relation->kind == RELATION_BELONGS_TO && (!target || relation->target == target);
    }
    return count;
}

/* Whether the columns of two foreign keys, none in common, are together a key. */
static bool is_pair(const struct draft *draft, const struct draft_relation *a,
                    const struct draft_relation *b)
{
    struct catalog_names both = {.count = a->key->columns.count + b->key->columns.count};
    size_t at = 0;

    both.items = arena_array(draft->arena, both.count, sizeof *both.items);
    for (size_t i = 0; i < a->key->columns.count; i++)
        both.items[at++] = a->key->columns.items[i];
    for (size_t i = 0; i < b->key->columns.count; i++)
        both.items[at++] = b->key->columns.items[i];
    for (size_t i = 0; i < both.count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(both.items[i], both.items[k]) == 0)
                return false;
    return draft_is_unique(a->owner->table, both);
}

/* One pair of foreign keys that tells the rows apart: the table links what they refer to. */
static bool is_link(const struct draft *draft, const struct draft_model *model,
                    struct draft_relation *ends[2])
{
    size_t found = 0;

    for (size_t i = 0; i < model->relations.count; i++)
        for (size_t k = 0; k < i; k++) {
            struct draft_relation *a = model->relations.items[k];
            struct draft_relation *b = model->relations.items[i];

            if (a->kind != RELATION_BELONGS_TO || b->kind != RELATION_BELONGS_TO ||
                !is_pair(draft, a, b))
                continue;
            ends[0] = a;
            ends[1] = b;
            found++;
        }
    return found == 1;
}

static void add_through(struct draft *draft, struct draft_relation *from, struct draft_relation *to)
{
    struct draft_relation *relation = arena_alloc(draft->arena, sizeof *relation);

    relation->kind = RELATION_MANY_TO_MANY;
    relation->target = to->target;
    relation->key = from->key;
    relation->key_owner = from->owner;
    relation->link_key = to->key;
    relation->other = to;
    relation->sole = from->target != to->target &&
                     belongs_to_count(from->owner, from->target) == 1 &&
                     belongs_to_count(from->owner, to->target) == 1;
    add_relation(draft, from->target, relation);
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t size = strlen(end);

    return length > size && strcmp(text + length - size, end) == 0;
}

/* What a column that refers to something is called without the word for referring. */
static const char *stem(struct arena *arena, const char *column)
{
    static const char *const endings[] = {"_id", "_uuid", "_fk", "_key", "_code", "_no", "_ref"};
    static const char *const starts[] = {"id_", "fk_", "ref_"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_in(column, endings[i]))
            return arena_copy(arena, column, strlen(column) - strlen(endings[i]));
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(column, starts[i], strlen(starts[i])) == 0 && column[strlen(starts[i])])
            return column + strlen(starts[i]);
    return column;
}

/* The column that only this key to the target has, of several that share some; else the last. */
static const char *telling_column(const struct draft_relation *relation)
{
    const struct draft_model *model = relation->owner;
    const struct catalog_names *columns = &relation->key->columns;

    for (size_t i = 0; i < columns->count; i++) {
        bool shared = false;

        for (size_t r = 0; r < model->relations.count; r++) {
            const struct draft_relation *other = model->relations.items[r];

            for (size_t k = 0; other != relation && other->kind == RELATION_BELONGS_TO &&
                               k < other->key->columns.count;
                 k++)
                shared = shared || strcmp(other->key->columns.items[k], columns->items[i]) == 0;
        }
        if (!shared)
            return columns->items[i];
    }
    return columns->items[columns->count - 1];
}

static void choose(struct draft *draft, struct draft_relation *relation,
                   const char *const *candidates, size_t count)
{
    struct map *taken = &relation->owner->taken;
    const char *first = NULL;

    for (size_t i = 0; i < count && !relation->name.text; i++) {
        const char *name = candidates[i];

        if (!name || name_fault(name))
            continue;
        first = first ? first : name;
        if (!map_add(draft->arena, taken, name, relation))
            relation->name.text = name;
    }
    first = first ? first : "other";
    for (unsigned number = 2; !relation->name.text; number++) {
        const char *name = word_numbered(draft->arena, first, number);

        if (!name_fault(name) && !map_add(draft->arena, taken, name, relation))
            relation->name.text = name;
    }
    if (strcmp(first, relation->name.text) != 0)
        relation->name.note = arena_format(draft->arena, "'%s' is another one's name", first);
}

/* "owner" of owner_id, or the other model's name. */
static void name_belongs_to(struct draft *draft, struct draft_relation *relation)
{
    struct arena *arena = draft->arena;
    const char *db_name = relation->key->columns.count == 1 ? relation->key->columns.items[0]
                                                            : telling_column(relation);
    const char *column = word_of(arena, db_name, "other");
    const char *target = relation->target->name.text;
    const char *base = stem(arena, column);
    bool sole = belongs_to_count(relation->owner, relation->target) == 1;
    bool whole = relation->key->columns.count > 1 || strcmp(base, column) == 0;
    const char *const candidates[] = {
        whole && sole && relation->target != relation->owner ? target : base,
        whole ? base : target,
        word_joined(arena, base, target),
        word_joined(arena, base, "ref"),
    };

    relation->sole = sole;
    choose(draft, relation, candidates, 4);
}

/* "projects", or "owned..." told apart by the other side's name when several lead here. */
static void name_reverse(struct draft *draft, struct draft_relation *relation)
{
    struct arena *arena = draft->arena;
    const struct draft_relation *other = relation->other;
    bool many = relation->kind == RELATION_HAS_MANY;
    const char *own = relation->target->name.text;
    const char *plain = many ? word_plural(arena, own) : own;
    const char *told = word_joined(arena, other->name.text, plain);
    bool self = relation->target == relation->owner;
    bool usual = other->sole || strcmp(other->name.text, relation->owner->name.text) == 0;
    const char *child =
        self && strcmp(other->name.text, "parent") == 0 ? (many ? "children" : "child") : NULL;
    const char *const candidates[] = {child, usual ? plain : told, told,
                                      arena_format(arena, "%s_of_%s", plain, other->name.text)};

    relation->sole = other->sole;
    choose(draft, relation, candidates, 4);
}

/* The other model's plural; a table that links a model with itself tells by its columns. */
static void name_through(struct draft *draft, struct draft_relation *relation)
{
    struct arena *arena = draft->arena;
    bool self = relation->target == relation->owner;
    const char *plain = word_plural(arena, relation->target->name.text);
    const char *by_column = word_plural(arena, relation->other->name.text);
    const char *link = relation->key_owner->name.text;
    const char *const candidates[] = {self ? by_column : plain,
                                      word_joined(arena, link, self ? by_column : plain),
                                      arena_format(arena, "linked_%s", self ? by_column : plain)};

    choose(draft, relation, candidates, 3);
}

/* Names that people gave come first, so that no new one takes them. */
static void keep_names(struct draft *draft, struct draft_model *model)
{
    struct previous_entry entry =
        previous_model(draft->previous, model->table->schema, model->table->name);

    for (size_t i = 0; entry.model && i < model->relations.count; i++) {
        struct draft_relation *relation = model->relations.items[i];
        struct previous_entry found = previous_relation(draft->previous, entry.model, relation);

        if (!found.name || map_add(draft->arena, &model->taken, found.name, relation))
            continue;
        relation->name.text = found.name;
        relation->name.kept = true;
    }
}

static void name_all(struct draft *draft, enum relation_kind kind,
                     void name(struct draft *draft, struct draft_relation *relation))
{
    for (size_t m = 0; m < draft->model_count; m++)
        for (size_t i = 0; i < draft->models[m]->relations.count; i++) {
            struct draft_relation *relation = draft->models[m]->relations.items[i];

            if (relation->kind == kind && !relation->name.text)
                name(draft, relation);
        }
}

static void set_sole(struct draft *draft)
{
    for (size_t m = 0; m < draft->model_count; m++)
        for (size_t i = 0; i < draft->models[m]->relations.count; i++) {
            struct draft_relation *relation = draft->models[m]->relations.items[i];

            if (relation->kind == RELATION_BELONGS_TO)
                relation->sole = belongs_to_count(relation->owner, relation->target) == 1;
            else if (relation->kind != RELATION_MANY_TO_MANY)
                relation->sole = belongs_to_count(relation->target, relation->owner) == 1;
        }
}

void draft_set_relations(struct draft *draft)
{
    for (size_t m = 0; m < draft->model_count; m++)
        for (size_t k = 0; k < draft->models[m]->table->foreign_key_count; k++)
            add_belongs_to(draft, draft->models[m], k);
    for (size_t m = 0; m < draft->model_count; m++) {
        struct draft_model *model = draft->models[m];
        size_t count = model->relations.count;

        for (size_t i = 0; i < count; i++) {
            struct draft_relation *relation = model->relations.items[i];

            if (relation->kind == RELATION_BELONGS_TO)
                add_reverse(draft, relation);
        }
    }
    for (size_t m = 0; m < draft->model_count; m++) {
        struct draft_relation *ends[2] = {0};

        if (!is_link(draft, draft->models[m], ends))
            continue;
        add_through(draft, ends[0], ends[1]);
        add_through(draft, ends[1], ends[0]);
    }
    set_sole(draft);
    for (size_t m = 0; draft->previous && m < draft->model_count; m++)
        keep_names(draft, draft->models[m]);
    name_all(draft, RELATION_BELONGS_TO, name_belongs_to);
    name_all(draft, RELATION_HAS_MANY, name_reverse);
    name_all(draft, RELATION_HAS_ONE, name_reverse);
    name_all(draft, RELATION_MANY_TO_MANY, name_through);
}
