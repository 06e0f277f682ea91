/* Result structs: running their query, and filling them. */
#include <orm/rows.h>

#include <string.h>

#include "base/fail.h"
#include "session/number.h"
#include "session/queue.h"
#include "sql/rows_text.h"
#include "sql/view.h"

/* A whole row beside the fields. */
typedef struct row_part {
    orm__mapper mapper;
    orm__row_list found; /* the rows in the order they came, for those who watch the result */
    uint16_t absent;     /* the result's column that is NULL when there is no row */
    bool may_be_absent;
} row_part;

/* What takes the rows of the statement. */
typedef struct filling {
    orm_session *db;
    const orm_row_shape *shape;
    const orm__statement *statement;
    row_part *parts;
    orm__result *result; /* the list, for those who watch */
    char *items;
    size_t count;
    size_t capacity;
} filling;

static void read_conditions(orm__row_query *rows, const orm_row_shape *shape, const char *base)
{
    memset(rows, 0, sizeof *rows);
    rows->shape = shape;
    rows->query = base;
    if (base == NULL)
        return;
    rows->where = (const orm_pred *)(const void *)(base + shape->where);
    memcpy(&rows->distinct, base + shape->distinct, sizeof rows->distinct);
    for (uint16_t i = 0; i < shape->table_count; i++)
        if (shape->tables[i].on != ORM_NO_OFFSET)
            rows->on[i] = (const orm_pred *)(const void *)(base + shape->tables[i].on);
}

/* What is asked of the fields. */
static void read_view(orm__view *view, const orm_row_shape *shape, const char *base)
{
    const orm_query_layout *layout = &shape->row->query;
    memset(view, 0, sizeof *view);
    view->model = shape->row;
    if (base == NULL)
        return;
    memcpy(&view->limit, base + layout->limit, sizeof view->limit);
    memcpy(&view->offset, base + layout->offset, sizeof view->offset);
    if (layout->where == ORM_NO_OFFSET)
        return;
    view->where = (const orm_pred *)(const void *)(base + layout->where);
    memcpy(view->order_by, base + layout->order_by, sizeof view->order_by);
    memcpy(&view->collation, base + layout->collation, sizeof view->collation);
}

/* Enters the call and finds the statement. */
static orm_status prepare(orm_site site, orm_session *db, orm__query *query, const void *generated,
                          orm__row_query *rows, orm__statement **statement_out)
{
    orm__view view;
    orm_status status = orm__queue_before(db, site, NULL);
    if (status == ORM_OK)
        status = orm__session_enter(db, site);
    if (status != ORM_OK)
        return status;
    read_conditions(rows, rows->shape, generated);
    read_view(&view, rows->shape, generated);
    query->rows = rows;
    if (query->purpose == ORM__PURPOSE_COUNT_ROWS)
        view.order_by[0] = 0;
    status = orm__view_fill(&view, NULL, query, &db->error);
    if (status != ORM_OK)
        return status;
    orm__gathered_reset(&db->gathered, &db->arena, &db->error);
    status = orm__gather_query(&db->gathered, query, NULL, 0);
    return status == ORM_OK ? orm__session_statement(db, query, statement_out) : status;
}

/* A LEFT JOIN that found no row gives NULL where the row was matched. */
static void find_absent(row_part *part, const orm_row_shape *shape, uint16_t table)
{
    if (table == 0)
        return;
    const orm_relation *relation = orm__row_relation(shape, table);
    part->may_be_absent = true;
    part->absent = orm__mapper_field(&part->mapper, relation->target_columns[0])->position;
}

static orm_status init_parts(filling *it, orm_site site)
{
    const orm_row_shape *shape = it->shape;
    orm_session *db = it->db;
    const orm__field *fields = it->statement->fields + shape->row->column_count;
    it->result = orm__session_result(db, site, shape->row);
    if (it->result == NULL)
        return orm__session_nomem(db);
    it->parts = orm__arena_zero(&db->arena, (shape->object_count + (size_t)1) * sizeof *it->parts);
    if (it->parts == NULL)
        return orm__session_nomem(db);
    for (uint16_t i = 0; i < shape->object_count; i++)
        it->parts[i].found.arena = &db->arena;
    for (uint16_t i = 0; i < shape->object_count; i++) {
        row_part *part = &it->parts[i];
        uint16_t table = shape->objects[i].table;
        const orm_model *model = orm__row_model(shape, table);
        orm__result *result = orm__session_result(db, site, model);
        if (result == NULL || !orm__mapper_init(&part->mapper, db, db->engine->driver, &db->arena,
                                                &db->map, model, fields, result, false, false))
            return orm__session_nomem(db);
        part->mapper.lists = true;
        find_absent(part, shape, table);
        fields += part->mapper.field_count;
    }
    return ORM_OK;
}

static bool grow(filling *it)
{
    size_t size = it->shape->row->size;
    size_t capacity = it->capacity == 0 ? 64 : it->capacity * 2;
    if (capacity > SIZE_MAX / 2 / size)
        return false;
    char *items = orm__arena_enlarge(&it->db->arena, it->items, it->count * size, capacity * size);
    if (items == NULL)
        return false;
    it->items = items;
    it->capacity = capacity;
    return true;
}

static orm_status take_object(filling *it, uint16_t index, orm__rows *rows, char *item,
                              orm_error *error)
{
    row_part *part = &it->parts[index];
    void *row = NULL;
    if (part->may_be_absent && part->mapper.driver->is_null(rows, part->absent))
        return ORM_OK;
    orm_status status = orm__mapper_take(&part->mapper, rows, &row, error);
    if (status != ORM_OK)
        return status;
    memcpy(item + it->shape->objects[index].offset, &row, sizeof row);
    bool again = part->found.count > 0 && part->found.items[part->found.count - 1] == row;
    if (!again && !orm__row_list_add(&part->found, row))
        return orm__fail(error, ORM_NOMEM, "out of memory");
    return ORM_OK;
}

static orm_status take_item(filling *it, orm__rows *rows, orm_error *error)
{
    const orm_model *row = it->shape->row;
    if (it->count == it->capacity && !grow(it))
        return orm__fail(error, ORM_NOMEM, "out of memory");
    char *item = it->items + it->count * row->size;
    memset(item, 0, row->size);
    orm_status status = it->db->engine->driver->read(rows, it->statement->fields, row->column_count,
                                                     item, &it->db->arena, error);
    for (uint16_t i = 0; i < it->shape->object_count && status == ORM_OK; i++)
        status = take_object(it, i, rows, item, error);
    it->count++;
    return status;
}

static orm_status take_items(orm__call *call, orm__rows *rows, orm_error *error)
{
    filling *it = call->context;
    const orm__driver *driver = it->db->engine->driver;
    bool more = false;
    orm_status status = driver->next(rows, &more, error);
    while (status == ORM_OK && more) {
        status = take_item(it, rows, error);
        if (status == ORM_OK)
            status = driver->next(rows, &more, error);
    }
    return status;
}

/* What generated lists of result structs look like. */
typedef struct row_list {
    size_t count;
    void *items;
} row_list;

/* Moves what was read into the session's memory. */
static orm_status keep(filling *it, row_list *list)
{
    orm_session *db = it->db;
    size_t size = it->shape->row->size;
    char *items = orm__arena_alloc(&db->arena, it->count * size);
    void **addresses = orm__arena_alloc(&db->arena, it->count * sizeof *addresses);
    if (items == NULL || addresses == NULL)
        return orm__session_nomem(db);
    if (it->count > 0)
        memcpy(items, it->items, it->count * size);
    for (size_t i = 0; i < it->count; i++)
        addresses[i] = items + i * size;
    it->result->rows = addresses;
    it->result->count = it->count;
    for (uint16_t i = 0; i < it->shape->object_count; i++) {
        row_part *part = &it->parts[i];
        void **rows = orm__row_list_keep(&part->found, &db->arena);
        if (rows == NULL)
            return orm__session_nomem(db);
        part->mapper.result->rows = rows;
        part->mapper.result->count = part->found.count;
    }
    *list = (row_list){it->count, items};
    return ORM_OK;
}

static void dispose(filling *it)
{
    orm__arena_return(&it->db->arena, it->items);
    for (uint16_t i = 0; it->parts != NULL && i < it->shape->object_count; i++)
        orm__row_list_dispose(&it->parts[i].found);
}

static orm_status select_rows(orm_site site, orm_session *db, const orm_row_shape *shape,
                              const void *generated, row_list *list)
{
    orm__row_query rows = {.shape = shape};
    orm__query query = {.purpose = ORM__PURPOSE_ROWS, .model = shape->row};
    orm__statement *statement = NULL;
    filling it = {.db = db, .shape = shape};
    orm__about about = {.kind = ORM_EVENT_ROWS, .model = shape->model};
    orm_status status = prepare(site, db, &query, generated, &rows, &statement);
    it.statement = statement;
    if (status == ORM_OK)
        status = init_parts(&it, site);
    if (status == ORM_OK)
        status = orm__session_send_one(db, site, statement, take_items, &it, &about, NULL);
    if (status == ORM_OK)
        status = keep(&it, list);
    dispose(&it);
    if (status != ORM_OK)
        orm__fail_in(&db->error, "", site);
    return status;
}

orm_status orm_gen_select_rows(orm_site site, orm_session *db, const orm_row_shape *shape,
                               const void *query, void *list_out)
{
    row_list *list = list_out;
    *list = (row_list){0};
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db, select_rows(site, db, shape, query, list));
}

static orm_status count_rows(orm_site site, orm_session *db, const orm_row_shape *shape,
                             const void *generated, int64_t *count_out)
{
    orm__row_query rows = {.shape = shape};
    orm__query query = {.purpose = ORM__PURPOSE_COUNT_ROWS, .model = shape->row};
    orm__statement *statement = NULL;
    orm__number answer = {db->engine->driver, 0};
    orm__about about = {.kind = ORM_EVENT_COUNT, .model = shape->model};
    orm_status status = prepare(site, db, &query, generated, &rows, &statement);
    if (status == ORM_OK)
        status =
            orm__session_send_one(db, site, statement, orm__take_number, &answer, &about, NULL);
    if (status != ORM_OK) {
        orm__fail_in(&db->error, "", site);
        return status;
    }
    *count_out = answer.value;
    return ORM_OK;
}

orm_status orm_gen_count_rows(orm_site site, orm_session *db, const orm_row_shape *shape,
                              const void *query, int64_t *count_out)
{
    *count_out = 0;
    if (!orm__session_take(db))
        return ORM_MISUSE;
    return orm__session_leave(db, count_rows(site, db, shape, query, count_out));
}
