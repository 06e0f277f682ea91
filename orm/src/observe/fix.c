#include "observe/fix.h"

#include <string.h>

#include "observe/detector.h"
#include "sql/fingerprint.h"

enum { MEMBER_MAX = 4096 };

void orm__write_with(orm__buffer *code, const orm_relation *const *path, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *target = path[i]->target->c_name;
        orm__buffer_printf(code, ".with.%s = &", path[i]->name);
        if (i + 1 < count)
            orm__buffer_printf(code, "(%s_query){", target);
        else
            orm__buffer_printf(code, "%s_all", target);
    }
    for (size_t i = 1; i < count; i++)
        orm__buffer_char(code, '}');
}

/* A member of the query at the path's end, in the queries around it. */
static void write_around(orm__buffer *code, const orm_relation *const *path, size_t count,
                         const char *leaf)
{
    for (size_t i = 0; i < count; i++)
        orm__buffer_printf(code, ".with.%s = &(%s_query){", path[i]->name, path[i]->target->c_name);
    orm__buffer_text(code, leaf);
    for (size_t i = 0; i < count; i++)
        orm__buffer_char(code, '}');
    orm__buffer_char(code, ',');
}

static const char *kept(orm__fixer *fixer, const char *text)
{
    fixer->failed = fixer->failed || text == NULL;
    return text;
}

/* "artist_select": parts of a name put together. */
static const char *name_of(orm__fixer *fixer, const char *first, const char *second,
                           const char *third)
{
    return kept(fixer, orm__arena_printf(&fixer->scope->arena, "%s%s%s", first, second, third));
}

static bool is_to_many(const orm_relation *relation)
{
    return relation->kind == ORM_HAS_MANY || relation->kind == ORM_MANY_TO_MANY;
}

static void set_list(orm__fixer *fixer, const orm__lineage *lineage)
{
    orm_finding_fix *fix = &fixer->finding->fix;
    fix->call = name_of(fixer, lineage->root->c_name, "_select", "");
    fix->query = name_of(fixer, lineage->root->c_name, "_query", "");
}

static void set_member(orm__fixer *fixer, const orm_relation *const *path, size_t count,
                       const char *leaf)
{
    orm__buffer code;
    const char *text = NULL;
    orm__buffer_init(&code, &fixer->scope->allocator, MEMBER_MAX);
    if (leaf == NULL) {
        orm__write_with(&code, path, count);
        orm__buffer_char(&code, ',');
    } else {
        write_around(&code, path, count, leaf);
    }
    if (!code.failed && code.data != NULL)
        text = orm__arena_copy(&fixer->scope->arena, code.data, code.size);
    fixer->finding->fix.member = kept(fixer, text);
    orm__buffer_dispose(&code);
}

/* "artist_preload_albums(db, &list, NULL)", with what is to be loaded below. */
static const char *preload(orm__fixer *fixer, const orm_model *model,
                           const orm_relation *const *path, size_t count, const char *what)
{
    orm__buffer code;
    const char *text = NULL;
    orm__buffer_init(&code, &fixer->scope->allocator, MEMBER_MAX);
    orm__buffer_printf(&code, "%s_preload_%s%s(db, &list, ", model->c_name, path[0]->name, what);
    if (count > 1) {
        orm__buffer_printf(&code, "&(%s_query){", path[0]->target->c_name);
        orm__write_with(&code, path + 1, count - 1);
        orm__buffer_text(&code, "})");
    } else {
        orm__buffer_text(&code, "NULL)");
    }
    if (!code.failed && code.data != NULL)
        text = orm__arena_copy(&fixer->scope->arena, code.data, code.size);
    orm__buffer_dispose(&code);
    return kept(fixer, text);
}

/* A relation that is loaded for one row at a time. */
static void name_loop(orm__fixer *fixer)
{
    const orm_event *event = fixer->event;
    if (event->kind == ORM_EVENT_RELATION && event->row_by_row)
        fixer->finding->fix.loop =
            name_of(fixer, event->owner->c_name, "_load_", event->relation->name);
}

void orm__fix_load(orm__fixer *fixer, const orm__lineage *lineage)
{
    set_list(fixer, lineage);
    set_member(fixer, lineage->path, lineage->count, NULL);
    if (!lineage->streamed)
        fixer->finding->fix.after =
            preload(fixer, lineage->root, lineage->path, lineage->count, "");
    name_loop(fixer);
}

void orm__fix_count(orm__fixer *fixer, const orm__lineage *lineage)
{
    const orm_relation *last = lineage->path[lineage->count - 1];
    const char *leaf = kept(fixer, orm__arena_printf(&fixer->scope->arena, ".counts.%s = &%s_all",
                                                     last->name, last->target->c_name));
    set_list(fixer, lineage);
    if (leaf != NULL)
        set_member(fixer, lineage->path, lineage->count - 1, leaf);
    if (!lineage->streamed && lineage->count == 1)
        fixer->finding->fix.after =
            preload(fixer, lineage->root, lineage->path, lineage->count, "_count");
}

void orm__fix_preload(orm__fixer *fixer, const orm_model *model, const orm_relation *relation)
{
    fixer->finding->fix.query = name_of(fixer, model->c_name, "_query", "");
    fixer->finding->fix.after = preload(fixer, model, &relation, 1, "");
    name_loop(fixer);
}

void orm__fix_column(orm__fixer *fixer, const orm__lineage *lineage, const orm_column *column)
{
    const char *leaf =
        kept(fixer, orm__arena_printf(&fixer->scope->arena, ".undefer.%s = true", column->field));
    set_list(fixer, lineage);
    if (leaf != NULL)
        set_member(fixer, lineage->path, lineage->count, leaf);
}

static const orm_column *column_named(const orm_model *model, const char *name, size_t size)
{
    for (uint16_t i = 0; i < model->column_count; i++)
        if (strlen(model->columns[i].name) == size &&
            memcmp(model->columns[i].name, name, size) == 0)
            return &model->columns[i];
    return NULL;
}

static bool is_sum(const orm__token *token)
{
    return orm__token_is(token, "sum") || orm__token_is(token, "orm_sum_integer");
}

const orm_column *orm__summed_column(const orm_event *event)
{
    orm__scanner scanner = {event->sql, event->sql + event->sql_size};
    const orm_column *column = NULL;
    bool sums = false;
    for (orm__token token = orm__scan(&scanner); token.kind != ORM_TOKEN_END && column == NULL;
         token = orm__scan(&scanner)) {
        if (orm__token_is(&token, "from"))
            break;
        if (is_sum(&token))
            sums = true;
        else if (sums && event->model != NULL && token.size > 2 && *token.text == '"')
            column = column_named(event->model, token.text + 1, token.size - 2);
    }
    bool adds = column != NULL && (column->flags & ORM_COLUMN_ARRAY) == 0 &&
                (column->type == ORM_TYPE_SMALLINT || column->type == ORM_TYPE_INTEGER);
    return adds ? column : NULL;
}

/* The function called at the finding's site; NULL: not known by the statement. */
static const char *called(orm__fixer *fixer)
{
    static const char *const names[ORM_EVENT_KIND_COUNT] = {
        [ORM_EVENT_FIND] = "_find",     [ORM_EVENT_SELECT] = "_select",
        [ORM_EVENT_COUNT] = "_count",   [ORM_EVENT_EXISTS] = "_exists",
        [ORM_EVENT_INSERT] = "_insert", [ORM_EVENT_UPDATE] = "_update",
        [ORM_EVENT_DELETE] = "_delete",
    };
    const orm_event *event = fixer->event;
    if (event->kind == ORM_EVENT_RELATION && event->row_by_row)
        return name_of(fixer, event->owner->c_name, "_load_", event->relation->name);
    if (event->kind == ORM_EVENT_AGGREGATE)
        return orm__summed_column(event) == NULL ? NULL : "orm_sum";
    if (event->kind == ORM_EVENT_RAW && event->model == NULL)
        return "orm_raw";
    if (event->model == NULL || names[event->kind] == NULL)
        return NULL;
    return name_of(fixer, event->model->c_name, names[event->kind], "");
}

static bool is_nullable(const orm_column *column)
{
    return (column->flags & ORM_COLUMN_NULLABLE) != 0;
}

/* What the rows' key is compared with: the condition's function, or NULL of a find. Through a link
 * it is one on the rows themselves, within one on their relation. */
static const char *condition_of(orm__fixer *fixer, const orm__link *link,
                                const orm_relation *relation, const orm__bound *bound)
{
    const orm_event *event = fixer->event;
    orm__arena *arena = &fixer->scope->arena;
    if (event->kind == ORM_EVENT_FIND || event->model == NULL)
        return NULL;
    if (relation->link != NULL && event->model == relation->target)
        return kept(fixer, orm__arena_printf(arena, "%s_%s_is", link->model->c_name,
                                             link->model->columns[link->column].field));
    if (relation->link != NULL || bound->column == UINT16_MAX)
        return NULL;
    return kept(fixer, orm__arena_printf(arena, "%s_%s_is", event->model->c_name,
                                         event->model->columns[bound->column].field));
}

/* The words that are left where the call can't be told how to read memory. */
static void say_reading(orm__fixer *fixer, const orm__link *link, const orm_relation *relation)
{
    orm_finding *finding = fixer->finding;
    finding->fix = (orm_finding_fix){0};
    finding->replacement = NULL;
    finding->alternative = NULL;
    finding->in_loop = NULL;
    finding->within_query = false;
    finding->advice = kept(
        fixer, orm__arena_printf(&fixer->scope->arena,
                                 "have the list's query load the relation (.with.%s) or count it "
                                 "(.counts), and read that from memory, by %s_%s and its like",
                                 relation->name, link->model->c_name, relation->name));
}

static bool is_asked_by_rows(const orm_event *event)
{
    return (event->kind == ORM_EVENT_SELECT && !event->streamed) ||
           event->kind == ORM_EVENT_COUNT || event->kind == ORM_EVENT_EXISTS ||
           event->kind == ORM_EVENT_AGGREGATE;
}

void orm__fix_reading(orm__fixer *fixer, const orm__link *link, const orm_relation *relation,
                      const orm__bound *bound)
{
    orm_finding_fix *fix = &fixer->finding->fix;
    const orm_event *event = fixer->event;
    const orm_model *model = link->model;
    const orm_column *key = &model->columns[link->column];
    bool numbers = event->kind == ORM_EVENT_COUNT || event->kind == ORM_EVENT_EXISTS;
    const char *condition = condition_of(fixer, link, relation, bound);
    bool one = !is_to_many(relation);
    bool found = event->kind == ORM_EVENT_FIND && one;
    bool asked = is_asked_by_rows(event) && condition != NULL && relation->own_count == 1 &&
                 (!one || event->kind == ORM_EVENT_SELECT);
    if (!found && !asked) {
        say_reading(fixer, link, relation);
        return;
    }
    fix->loop = called(fixer);
    fix->key = key->field;
    fix->condition = condition;
    fix->maybe = relation->kind != ORM_BELONGS_TO || is_nullable(key);
    fix->to_one = one && event->kind == ORM_EVENT_SELECT;
    fix->read = name_of(fixer, model->c_name, "_", relation->name);
    if (numbers)
        fix->read = name_of(fixer, fix->read == NULL ? "" : fix->read, "_count", "");
    else
        fix->load = name_of(fixer, model->c_name, "_load_", relation->name);
    fix->list = name_of(fixer, relation->target->c_name, "_list", "");
    if (event->kind == ORM_EVENT_AGGREGATE) {
        const orm_column *summed = orm__summed_column(event);
        fix->nullable = summed != NULL && is_nullable(summed);
    }
    if (fix->loop == NULL)
        say_reading(fixer, link, relation);
}

void orm__fix_walk(orm__fixer *fixer, const orm_model *model, const orm_relation *relation)
{
    orm_finding_fix *fix = &fixer->finding->fix;
    fix->loop = called(fixer);
    fix->walk = name_of(fixer, model->c_name, "_walk_", relation->name);
    fix->walk_all = name_of(fixer, model->c_name, "_walk_all_", relation->name);
    fix->list = name_of(fixer, model->c_name, "_list", "");
}

void orm__fix_write(orm__fixer *fixer)
{
    static const char *const queued[ORM_EVENT_KIND_COUNT] = {
        [ORM_EVENT_INSERT] = "_add",
        [ORM_EVENT_UPDATE] = "_change",
        [ORM_EVENT_DELETE] = "_remove",
    };
    const orm_event *event = fixer->event;
    if (event->model == NULL || queued[event->kind] == NULL)
        return;
    fixer->finding->fix.call = called(fixer);
    fixer->finding->fix.rename = name_of(fixer, event->model->c_name, queued[event->kind], "");
}

/* The C type of an element of a list of such values; NULL: the command writes none. */
static const char *element_of(const orm_column *column)
{
    if ((column->flags & (ORM_COLUMN_ARRAY | ORM_COLUMN_DEFERRED)) != 0)
        return NULL;
    switch (column->type) {
    case ORM_TYPE_SMALLINT:
    case ORM_TYPE_INTEGER:
    case ORM_TYPE_BIGINT:
        return "int64_t";
    case ORM_TYPE_TEXT:
    case ORM_TYPE_VARCHAR:
        return "const char *";
    case ORM_TYPE_UUID:
        return "orm_uuid";
    default:
        return NULL;
    }
}

void orm__fix_where(orm__fixer *fixer, const orm_column *column)
{
    orm_finding_fix *fix = &fixer->finding->fix;
    const orm_model *model = fixer->event->model;
    bool updates = fixer->event->kind == ORM_EVENT_UPDATE;
    bool number = column->type >= ORM_TYPE_SMALLINT && column->type <= ORM_TYPE_BIGINT;
    if ((!number && column->type != ORM_TYPE_UUID) || (column->flags & ORM_COLUMN_ARRAY) != 0)
        return;
    fix->element = element_of(column);
    fix->loop = name_of(fixer, model->c_name, updates ? "_update" : "_delete", "_where");
    fix->batch = fix->loop;
    fix->condition = kept(
        fixer, orm__arena_printf(&fixer->scope->arena, "%s_%s_is", model->c_name, column->field));
}

void orm__fix_upsert(orm__fixer *fixer)
{
    orm_finding_fix *fix = &fixer->finding->fix;
    const orm_model *model = fixer->event->model;
    fix->loop = name_of(fixer, model->c_name, "_upsert", "");
    fix->batch = name_of(fixer, model->c_name, "_upsert_all", "");
    fix->list = name_of(fixer, model->c_name, "_list", "");
    if (model->key_count == 1)
        fix->key = model->columns[model->key[0]].field;
}

void orm__fix_keep(orm__fixer *fixer)
{
    fixer->finding->fix.call = called(fixer);
    fixer->finding->fix.keep = fixer->finding->fix.call != NULL;
}

/* Orders that put rows of one value beside each other, and name no row twice. */
static const char *order_by(orm__fixer *fixer, const orm_column *column)
{
    const orm_model *model = fixer->event->model;
    orm__buffer code;
    const char *text = NULL;
    orm__buffer_init(&code, &fixer->scope->allocator, MEMBER_MAX);
    orm__buffer_printf(&code, "%s_BY_%s", model->c_name, column->field);
    for (uint16_t i = 0; i < model->key_count; i++)
        if (&model->columns[model->key[i]] != column)
            orm__buffer_printf(&code, ", %s_BY_%s", model->c_name,
                               model->columns[model->key[i]].field);
    for (size_t i = 0; !code.failed && i < code.size; i++)
        if (code.data[i] >= 'a' && code.data[i] <= 'z')
            code.data[i] = (char)(code.data[i] - 'a' + 'A');
    if (!code.failed && code.data != NULL)
        text = orm__arena_copy(&fixer->scope->arena, code.data, code.size);
    orm__buffer_dispose(&code);
    return kept(fixer, text);
}

/* The conditions on a model's key, and the types of their values, each behind a comma. */
static bool gather_key(orm__fixer *fixer, const orm_model *model)
{
    orm_finding_fix *fix = &fixer->finding->fix;
    orm__arena *arena = &fixer->scope->arena;
    const char *conditions = "";
    const char *elements = "";
    for (uint16_t i = 0; i < model->key_count && conditions != NULL && elements != NULL; i++) {
        const orm_column *column = &model->columns[model->key[i]];
        const char *comma = i > 0 ? ", " : "";
        if (element_of(column) == NULL)
            return false;
        conditions = kept(fixer, orm__arena_printf(arena, "%s%s%s_%s_is", conditions, comma,
                                                   model->c_name, column->field));
        elements =
            kept(fixer, orm__arena_printf(arena, "%s%s%s", elements, comma, element_of(column)));
    }
    if (conditions == NULL || elements == NULL || model->key_count == 0)
        return false;
    fix->gather = conditions;
    fix->element = elements;
    return true;
}

bool orm__fix_gather(orm__fixer *fixer, const orm_column *column)
{
    const orm_event *event = fixer->event;
    orm_finding_fix *fix = &fixer->finding->fix;
    if (event->model == NULL || event->model->rows != NULL || event->streamed)
        return false;
    if (event->kind == ORM_EVENT_FIND) {
        fix->loop = called(fixer);
        return gather_key(fixer, event->model);
    }
    if ((event->kind != ORM_EVENT_SELECT && event->kind != ORM_EVENT_EXISTS) || column == NULL ||
        event->model->key_count == 0 || element_of(column) == NULL || column->type == ORM_TYPE_UUID)
        return false;
    bool text = column->type == ORM_TYPE_TEXT || column->type == ORM_TYPE_VARCHAR;
    const char *name = event->model->c_name;
    fix->loop = called(fixer);
    fix->element = element_of(column);
    fix->gather =
        kept(fixer, orm__arena_printf(&fixer->scope->arena, "%s_%s_is", name, column->field));
    fix->field =
        is_nullable(column) && !text ? name_of(fixer, column->field, ".value", "") : column->field;
    fix->order_by = order_by(fixer, column);
    return true;
}
