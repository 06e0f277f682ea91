/* Rows, and the rows that their relations lead to. */
#include "maker.h"

#include <string.h>

/* The rows of one model that were reached together, and the relation they were reached by. */
struct wave {
    const orm_factory *factory;
    orm_list rows;
    uint32_t depth;
    const orm_relation *from; /* the relation that leads back; NULL: none */
    struct wave *next;
};

struct filled {
    const orm_relation *relation;
    struct filled *next;
};

struct graph {
    orm_site site;
    orm_session *db;
    orm_maker *maker;
    orm_graph_options options;
    size_t made;
    struct wave *first;
    struct wave **end;
    struct filled *filled; /* relations that are done */
};

static orm_status count_rows(struct graph *graph, size_t count)
{
    graph->made += count;
    if (graph->made <= graph->options.max_rows)
        return ORM_OK;
    return orm_session_fail(graph->db, ORM_INVALID,
                            "the graph has more than %zu rows: give it fewer roots, a smaller "
                            ".depth or a larger .max_rows",
                            graph->options.max_rows);
}

static orm_status add_wave(struct graph *graph, const orm_factory *factory, const orm_list *rows,
                           uint32_t depth, const orm_relation *from)
{
    struct wave *wave = orm__testing_alloc(graph->db, sizeof *wave);
    if (wave == NULL)
        return ORM_NOMEM;
    *wave = (struct wave){factory, *rows, depth, from, NULL};
    *graph->end = wave;
    graph->end = &wave->next;
    return ORM_OK;
}

/* The relation that leads from the target back: the declared one, or one over the same columns. */
static const orm_relation *back(const orm_relation *relation)
{
    return relation->inverse == ORM_NO_RELATION ? NULL
                                                : &relation->target->relations[relation->inverse];
}

static bool set_key(const orm_model *model, const uint16_t *columns, const void *row,
                    const orm_model *target, const uint16_t *target_columns, size_t count,
                    void *values)
{
    for (size_t i = 0; i < count; i++) {
        const orm_column *to = &target->columns[target_columns[i]];
        if (to->new_offset == ORM_NO_OFFSET ||
            !orm__set_from_row(&model->columns[columns[i]], row, to, values))
            return false;
    }
    return true;
}

/* Rows whose foreign key refers to the rows of the wave. */
static orm_status make_children(struct graph *graph, const struct wave *wave, size_t index,
                                size_t each)
{
    const orm_model *model = wave->factory->model;
    const orm_relation *relation = &model->relations[index];
    const orm_factory *factory = wave->factory->targets[index];
    size_t size = factory->model->new_size;
    char *values = orm__testing_alloc(graph->db, wave->rows.count * each * size);
    size_t count = 0;
    orm_list children = {0};
    if (values == NULL)
        return ORM_NOMEM;
    for (size_t i = 0; i < wave->rows.count; i++)
        for (size_t k = 0; k < each; k++) {
            char *row = values + count * size;
            if (set_key(model, relation->own_columns, wave->rows.items[i], factory->model,
                        relation->target_columns, relation->own_count, row))
                count++;
            else
                memset(row, 0, size);
        }
    orm_status status = count_rows(graph, count);
    if (status == ORM_OK && count > 0)
        status = orm__make(graph->site, graph->db, graph->maker, factory, values, count, &children);
    return status == ORM_OK && count > 0
               ? add_wave(graph, factory, &children, wave->depth + 1, back(relation))
               : status;
}

static bool find_column(const orm_model *model, const char *name, uint16_t *index_out)
{
    for (uint16_t i = 0; i < model->column_count; i++)
        if (strcmp(model->columns[i].name, name) == 0) {
            *index_out = i;
            return true;
        }
    return false;
}

static bool set_link_key(const orm_model *link, const char *const *names, const orm_model *model,
                         const uint16_t *columns, size_t count, const void *row, void *values)
{
    uint16_t column;
    for (size_t i = 0; i < count; i++)
        if (!find_column(link, names[i], &column) ||
            !set_key(model, &columns[i], row, link, &column, 1, values))
            return false;
    return true;
}

/* Links with a model: rows of it, whose further columns are made up. */
static orm_status link_by_model(struct graph *graph, const struct wave *wave, size_t index,
                                const orm_list *targets, size_t each)
{
    const orm_relation *relation = &wave->factory->model->relations[index];
    const orm_factory *factory = wave->factory->links[index];
    size_t size = factory->model->new_size;
    char *values = orm__testing_alloc(graph->db, targets->count * size);
    bool set = values != NULL;
    for (size_t i = 0; i < targets->count && set; i++) {
        char *row = values + i * size;
        set = set_link_key(factory->model, relation->link->own_columns, wave->factory->model,
                           relation->own_columns, relation->own_count, wave->rows.items[i / each],
                           row) &&
              set_link_key(factory->model, relation->link->target_columns, relation->target,
                           relation->target_columns, relation->link->target_count,
                           targets->items[i], row);
    }
    if (!set)
        return values == NULL ? ORM_NOMEM : ORM_OK;
    return orm__make(graph->site, graph->db, graph->maker, factory, values, targets->count, NULL);
}

/* "name" in quotes, with quotes in it doubled. */
static const char *quoted(orm_session *db, const char *name)
{
    char *text = orm__testing_alloc(db, 2 * strlen(name) + 3);
    char *at = text;
    if (text == NULL)
        return "";
    for (*at++ = '"'; *name != '\0'; *at++ = *name++)
        if (*name == '"')
            *at++ = '"';
    *at = '"';
    return text;
}

static const char *link_statement(orm_session *db, const orm_relation *relation)
{
    const orm_link *link = relation->link;
    const char *columns = "";
    const char *places = "";
    size_t total = (size_t)relation->own_count + link->target_count;
    for (size_t i = 0; i < total && columns != NULL && places != NULL; i++) {
        const char *name = i < relation->own_count ? link->own_columns[i]
                                                   : link->target_columns[i - relation->own_count];
        columns = orm_session_printf(db, "%s%s%s", columns, i > 0 ? ", " : "", quoted(db, name));
        places = orm_session_printf(db, "%s%s$%zu", places, i > 0 ? ", " : "", i + 1);
    }
    if (columns == NULL || places == NULL)
        return NULL;
    return orm_session_printf(db, "INSERT INTO %s%s%s (%s) VALUES (%s)",
                              link->schema ? quoted(db, link->schema) : "", link->schema ? "." : "",
                              quoted(db, link->table), columns, places);
}

/* Bare link tables hold nothing but the two keys. */
static orm_status link_by_table(struct graph *graph, const struct wave *wave, size_t index,
                                const orm_list *targets, size_t each)
{
    const orm_model *model = wave->factory->model;
    const orm_relation *relation = &model->relations[index];
    const char *sql = link_statement(graph->db, relation);
    orm_status status = sql == NULL ? ORM_NOMEM : ORM_OK;
    for (size_t i = 0; i < targets->count && status == ORM_OK; i++) {
        orm_value values[16];
        size_t count = 0;
        for (size_t k = 0; k < relation->own_count; k++)
            values[count++] = orm__row_value(&model->columns[relation->own_columns[k]],
                                             wave->rows.items[i / each]);
        for (size_t k = 0; k < relation->link->target_count; k++)
            values[count++] = orm__row_value(
                &relation->target->columns[relation->target_columns[k]], targets->items[i]);
        status = orm_raw_at(graph->site, graph->db, sql, values, count, NULL, NULL, NULL);
    }
    return status;
}

static orm_status make_linked(struct graph *graph, const struct wave *wave, size_t index)
{
    const orm_relation *relation = &wave->factory->model->relations[index];
    const orm_factory *factory = wave->factory->targets[index];
    size_t each = graph->options.rows;
    size_t count = wave->rows.count * each;
    orm_list targets = {0};
    void *values = orm__testing_alloc(graph->db, count * factory->model->new_size);
    orm_status status = values == NULL ? ORM_NOMEM : count_rows(graph, 2 * count);
    if (relation->link->model != NULL && wave->factory->links[index] == NULL)
        return status; /* through a view */
    if (status == ORM_OK)
        status = orm__make(graph->site, graph->db, graph->maker, factory, values, count, &targets);
    if (status != ORM_OK)
        return status;
    status = relation->link->model != NULL ? link_by_model(graph, wave, index, &targets, each)
                                           : link_by_table(graph, wave, index, &targets, each);
    return status == ORM_OK ? add_wave(graph, factory, &targets, wave->depth + 1, back(relation))
                            : status;
}

/* The parents, which were made with their rows. */
static orm_status follow_parents(struct graph *graph, const struct wave *wave, size_t index)
{
    const orm_model *model = wave->factory->model;
    orm_list parents = {0};
    parents.items = orm__testing_alloc(graph->db, wave->rows.count * sizeof(void *));
    if (parents.items == NULL)
        return ORM_NOMEM;
    orm_status status =
        orm_gen_preload(graph->site, graph->db, model, (uint16_t)index, &wave->rows, NULL);
    for (size_t i = 0; i < wave->rows.count && status == ORM_OK; i++) {
        orm_object *object = NULL;
        void *parent = NULL;
        memcpy(&object, (const char *)wave->rows.items[i] + model->object_offset, sizeof object);
        status = orm_gen_to_one(model, (uint16_t)index, object, &parent);
        if (parent != NULL)
            parents.items[parents.count++] = parent;
    }
    return status == ORM_OK && parents.count > 0
               ? add_wave(graph, wave->factory->targets[index], &parents, wave->depth + 1,
                          back(&model->relations[index]))
               : status;
}

/* Self relations are filled level by level, all others once. */
static bool is_filled(const struct graph *graph, const struct wave *wave,
                      const orm_relation *relation)
{
    for (const struct filled *done = graph->filled; done != NULL; done = done->next)
        if (done->relation == relation ||
            (back(relation) == done->relation && relation->target != wave->factory->model))
            return true;
    return false;
}

static orm_status follow(struct graph *graph, const struct wave *wave, size_t index)
{
    const orm_relation *relation = &wave->factory->model->relations[index];
    bool own = relation->target == wave->factory->model;
    struct filled *filled = orm__testing_alloc(graph->db, sizeof *filled);
    if (filled == NULL)
        return ORM_NOMEM;
    if (relation == wave->from || wave->factory->targets[index] == NULL ||
        is_filled(graph, wave, relation))
        return ORM_OK;
    if (!own) {
        *filled = (struct filled){relation, graph->filled};
        graph->filled = filled;
    }
    switch (relation->kind) {
    case ORM_BELONGS_TO:
        return follow_parents(graph, wave, index);
    case ORM_HAS_ONE:
        return make_children(graph, wave, index, 1);
    case ORM_HAS_MANY:
        return make_children(graph, wave, index, graph->options.rows);
    default:
        return make_linked(graph, wave, index);
    }
}

static orm_status make_graph(struct graph *graph, const orm_factory *factory, orm_list *list_out)
{
    size_t count = graph->options.rows;
    void *values = orm__testing_alloc(graph->db, count * factory->model->new_size);
    orm_status status = values == NULL ? ORM_NOMEM : count_rows(graph, count);
    graph->end = &graph->first;
    if (status == ORM_OK)
        status = orm__make(graph->site, graph->db, graph->maker, factory, values, count, list_out);
    if (status == ORM_OK)
        status = add_wave(graph, factory, list_out, 0, NULL);
    for (const struct wave *wave = graph->first; wave != NULL && status == ORM_OK;
         wave = wave->next) {
        uint32_t depth = wave->depth;
        for (size_t i = 0; i < wave->factory->model->relation_count && status == ORM_OK; i++)
            if (depth < graph->options.depth)
                status = follow(graph, wave, i);
    }
    return status;
}

orm_status orm_make_graph_at(orm_site site, orm_session *db, orm_maker *maker,
                             const orm_factory *factory, const orm_graph_options *options,
                             void *list_out)
{
    struct graph graph = {.site = site, .db = db, .maker = maker};
    orm_maker_options kept = maker->options;
    orm_list list = {0};
    if (options != NULL)
        graph.options = *options;
    if (graph.options.rows == 0)
        graph.options.rows = 2;
    if (graph.options.depth == 0)
        graph.options.depth = 3;
    if (graph.options.max_rows == 0)
        graph.options.max_rows = 20000;
    maker->options.optional_parents = true;
    maker->options.share_parents = false;
    if (kept.scope != NULL)
        orm_scope_pause(kept.scope);
    orm_status status = make_graph(&graph, factory, &list);
    if (kept.scope != NULL)
        orm_scope_resume(kept.scope);
    maker->options = kept;
    if (list_out != NULL)
        *(orm_list *)list_out = list;
    return status;
}
