/* What a query would send, and how the database would go about it. */
#include "relation/explain.h"

#include <string.h>

#include "base/fail.h"
#include "model/column_value.h"
#include "relation/loader.h"
#include "session/queue.h"
#include "sql/dialect.h"

enum { SAMPLE_KEYS = 10, DEEPEST = 64 };

typedef struct explanation {
    orm__loader loader;
    orm_session *session;
    orm__buffer text;
    size_t number; /* of statements so far */
} explanation;

/* Nodes of SQLite's plan stand in a tree, parents first. */
typedef struct plan_node {
    int64_t id;
    size_t depth;
} plan_node;

typedef struct plan {
    explanation *e;
    plan_node nodes[DEEPEST]; /* the path to the present one */
    size_t depth;
} plan;

/* A line of the plan; the driver leaves it to its callers to say what is wrong. */
static orm_status read_line(const plan *p, orm__rows *rows, uint16_t position,
                            const char **line_out, orm_error *error)
{
    orm_session *db = p->e->session;
    orm_status status = db->engine->driver->raw_text(rows, position, &db->arena, line_out);
    if (status == ORM_OK)
        return ORM_OK;
    return orm__fail(error, status, status == ORM_NOMEM ? "out of memory" : "the plan is no text");
}

static orm_status take_sqlite_row(plan *p, orm__rows *rows, orm_error *error)
{
    const orm__driver *driver = p->e->session->engine->driver;
    int64_t id = 0;
    int64_t parent = 0;
    const char *text = NULL;
    orm_status status = driver->read_int(rows, 0, &id, error);
    if (status == ORM_OK)
        status = driver->read_int(rows, 1, &parent, error);
    if (status == ORM_OK)
        status = read_line(p, rows, 3, &text, error);
    if (status != ORM_OK)
        return status;
    while (p->depth > 0 && p->nodes[p->depth - 1].id != parent)
        p->depth--;
    char *line = orm__arena_printf(&p->e->session->arena, "%*s%s", (int)(2 * p->depth), "", text);
    if (line == NULL)
        return orm__fail(error, ORM_NOMEM, "out of memory");
    orm__explain_line(&p->e->text, line);
    if (p->depth < DEEPEST)
        p->nodes[p->depth++].id = id;
    return ORM_OK;
}

static orm_status take_plan(orm__call *call, orm__rows *rows, orm_error *error)
{
    plan *p = call->context;
    const orm__driver *driver = p->e->session->engine->driver;
    bool tree = driver->dialect == ORM_DIALECT_SQLITE;
    bool more = false;
    orm_status status = driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        const char *line = NULL;
        if (tree)
            status = take_sqlite_row(p, rows, error);
        else
            status = read_line(p, rows, 0, &line, error);
        if (status == ORM_OK && !tree)
            orm__explain_line(&p->e->text, line);
        if (status == ORM_OK)
            status = driver->next(rows, &more, error);
    }
    return status;
}

/* The statement that explains what was gathered, whose text is added. */
static orm_status find_statement(explanation *e, const orm__query *query,
                                 orm__statement **statement_out)
{
    orm_session *db = e->session;
    orm__compiled compiled;
    orm__compiled_init(&compiled, &db->engine->allocator);
    orm_status status =
        orm__compile_query(orm__dialect_of(db->engine->driver->dialect), query, &compiled);
    if (status == ORM_OK && compiled.sql.data != NULL) {
        const char *verb =
            db->engine->driver->dialect == ORM_DIALECT_SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ";
        char *sql = orm__arena_printf(&db->arena, "%s%s", verb, compiled.sql.data);
        orm__explain_sql(&e->text, compiled.sql.data);
        orm__buffer_clear(&compiled.sql);
        orm__buffer_text(&compiled.sql, sql == NULL ? "" : sql);
        compiled.field_count = 0;
        compiled.column_count = UINT16_MAX;
        orm__gather_shape(&db->gathered, "explain", sizeof "explain");
        *statement_out = sql == NULL ? NULL : orm__session_lookup(db);
        if (sql == NULL || compiled.sql.failed || db->gathered.status != ORM_OK)
            status = ORM_NOMEM;
        else if (*statement_out == NULL)
            status = orm__session_keep(db, &compiled, statement_out);
    }
    orm__compiled_dispose(&compiled);
    return status == ORM_OK ? ORM_OK : orm__session_nomem(db);
}

/* One statement: its text, its values and its plan. The values are gathered. */
static orm_status explain_statement(explanation *e, const orm__query *query)
{
    orm_session *db = e->session;
    orm__statement *statement = NULL;
    plan p = {.e = e};
    orm__about about = {.kind = ORM_EVENT_SELECT, .model = query->model};
    orm_status status = find_statement(e, query, &statement);
    if (status != ORM_OK)
        return status;
    orm__explain_values(&e->text, db->gathered.values, db->gathered.value_count);
    orm__buffer_text(&e->text, "  plan:\n");
    return orm__session_send_one(db, e->loader.site, statement, take_plan, &p, &about, NULL);
}

static void start_statement(explanation *e)
{
    orm__buffer_printf(&e->text, "%s%zu. ", e->number == 0 ? "" : "\n", e->number + 1);
    e->number++;
}

/* A key of a type, so that there is a plan before there are rows. */
static orm_value sample_key(const orm_column *column, size_t index)
{
    static const orm_uuid zero;
    switch (orm__kind_of_type((orm_type)column->type)) {
    case ORM_KIND_BOOL:
        return orm_bind_bool(index % 2 != 0);
    case ORM_KIND_DOUBLE:
        return orm_bind_double((double)index + 1);
    case ORM_KIND_NUMERIC:
        return (orm_value){.kind = ORM_KIND_NUMERIC, .as.span = {"1", 1}};
    case ORM_KIND_BYTES:
        return (orm_value){.kind = ORM_KIND_BYTES, .as.span = {"", 0}};
    case ORM_KIND_UUID:
        return orm_bind_uuid(zero);
    case ORM_KIND_INTERVAL:
        return orm_bind_interval((orm_interval){0});
    case ORM_KIND_TEXT:
        if (column->labels != NULL)
            return (orm_value){
                .kind = ORM_KIND_TEXT,
                .as.span = {column->labels->labels[0], strlen(column->labels->labels[0])}};
        return (orm_value){.kind = ORM_KIND_TEXT, .as.span = {"", 0}};
    case ORM_KIND_INT:
        return orm_bind_int((int64_t)index + 1);
    default:
        return (orm_value){.kind = (uint8_t)orm__kind_of_type((orm_type)column->type)};
    }
}

/* Gathers a relation's statement, with made-up keys for those of the parents. */
static orm_status gather_related(explanation *e, const orm__task *task)
{
    orm_session *db = e->session;
    const orm_relation *relation = task->relation;
    orm_value lists[ORM__KEY_MAX];
    memset(lists, 0, sizeof lists);
    for (uint16_t i = 0; i < relation->own_count; i++)
        lists[i].kind = ORM_KIND_ARRAY;
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    orm_status status = orm__gather_query(&db->gathered, &task->query, lists, relation->own_count);
    for (uint16_t i = 0; i < relation->own_count && status == ORM_OK; i++) {
        const orm_column *column = &task->owner->columns[relation->own_columns[i]];
        orm_value *keys = orm__arena_alloc(&db->arena, SAMPLE_KEYS * sizeof *keys);
        if (keys == NULL)
            return orm__session_nomem(db);
        for (size_t k = 0; k < SAMPLE_KEYS; k++)
            keys[k] = sample_key(column, k);
        db->gathered.values[i].as.span.data = keys;
        db->gathered.values[i].as.span.size = SAMPLE_KEYS;
    }
    return status;
}

static orm_status explain_with(explanation *e, const orm__view *view, const char *path,
                               const orm__query *joined, uint16_t table);

static const char *path_below(explanation *e, const char *path, const char *name)
{
    return orm__arena_printf(&e->session->arena, "%s.%s", path, name);
}

/* A relation that has a statement of its own, or the count of its rows. */
static orm_status explain_relation(explanation *e, const orm__view *view, uint16_t index,
                                   const void *generated, bool counting, const char *path)
{
    const orm_relation *relation = &view->model->relations[index];
    orm__task task = {.driver = e->session->engine->driver,
                      .owner = view->model,
                      .relation = relation,
                      .relation_index = index,
                      .generated = generated,
                      .counting = counting};
    orm__view_read(&task.view, relation->target, generated);
    start_statement(e);
    orm__buffer_printf(&e->text, "%s%s\n  once for all rows above", counting ? "number of " : "",
                       path);
    if (task.view.depth > 1)
        orm__buffer_printf(&e->text, ", and for up to %u further levels",
                           (unsigned)task.view.depth - 1);
    orm__buffer_printf(&e->text, "; planned for %d\n", SAMPLE_KEYS);
    orm_status status = orm__session_enter(e->session, e->loader.site);
    if (status == ORM_OK)
        status = orm__task_fill(&e->loader, &task);
    if (status == ORM_OK)
        status = gather_related(e, &task);
    if (status == ORM_OK)
        status = explain_statement(e, &task.query);
    if (status == ORM_OK && !counting)
        status = explain_with(e, &task.view, path, &task.query, 0);
    return status;
}

/* The table of a joined relation, in the statement explained above; 0: it is not joined. */
static uint16_t table_of(const orm__query *joined, uint16_t table, uint16_t index)
{
    for (uint16_t i = 0; i < joined->join_count; i++)
        if (joined->joins[i].parent == table && joined->joins[i].relation_index == index)
            return (uint16_t)(i + 1);
    return 0;
}

/* What `.with` and `.counts` name, to any depth. */
static orm_status explain_with(explanation *e, const orm__view *view, const char *path,
                               const orm__query *joined, uint16_t table)
{
    orm_status status = ORM_OK;
    for (uint16_t i = 0; i < view->model->relation_count && status == ORM_OK; i++) {
        const void *generated = orm__view_with(view, i);
        const void *counted = orm__view_count(view, i);
        const char *below = path_below(e, path, view->model->relations[i].name);
        uint16_t at = generated == NULL ? 0 : table_of(joined, table, i);
        if (below == NULL)
            return orm__session_nomem(e->session);
        if (at > 0) {
            orm__view inner;
            orm__view_read(&inner, view->model->relations[i].target, generated);
            status = explain_with(e, &inner, below, joined, at);
        } else if (generated != NULL) {
            status = explain_relation(e, view, i, generated, false, below);
        }
        if (status == ORM_OK && counted != NULL)
            status = explain_relation(e, view, i, counted, true, below);
    }
    return status;
}

static orm_status explain_all(explanation *e, const orm__view *view)
{
    orm_session *db = e->session;
    orm__query query = {.purpose = ORM__PURPOSE_SELECT, .model = view->model};
    orm_status status = orm__queue_before(db, e->loader.site, NULL);
    if (status == ORM_OK)
        status = orm__session_enter(db, e->loader.site);
    if (status == ORM_OK)
        status = orm__view_fill(view, NULL, &query, &db->error);
    if (status == ORM_OK)
        status = orm__session_check_lock(db, &query);
    if (status != ORM_OK)
        return status;
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    status = orm__gather_query(&db->gathered, &query, NULL, 0);
    start_statement(e);
    orm__buffer_printf(&e->text, "%s", view->model->name);
    for (uint16_t i = 0; i < query.join_count; i++)
        orm__buffer_printf(&e->text, "%s%s", i == 0 ? ", joined with " : ", ",
                           query.joins[i].relation->name);
    orm__buffer_char(&e->text, '\n');
    if (status == ORM_OK)
        status = explain_statement(e, &query);
    return status == ORM_OK ? explain_with(e, view, view->model->name, &query, 0) : status;
}

orm_status orm_gen_explain(orm_site site, orm_session *db, const orm_model *model,
                           const void *query, const char **text_out)
{
    orm__view view;
    explanation e = {.session = db};
    *text_out = NULL;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    orm__loader_init(&e.loader, db, site);
    orm__buffer_init(&e.text, &db->engine->allocator, SIZE_MAX / 2);
    orm__view_read(&view, model, query);
    orm_status status = explain_all(&e, &view);
    if (status == ORM_OK && e.text.failed)
        status = orm__session_nomem(db);
    if (status == ORM_OK) {
        *text_out = orm__arena_copy(&db->arena, e.text.data, e.text.size);
        status = *text_out == NULL ? orm__session_nomem(db) : ORM_OK;
    }
    if (status != ORM_OK)
        orm__fail_in(&db->error, "", site);
    orm__buffer_dispose(&e.text);
    orm__loader_dispose(&e.loader);
    return orm__session_leave(db, status);
}
