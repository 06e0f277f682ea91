/* The key table: lists of values bound by pointer, seen by SQLite as rows. Nothing is copied
 * beforehand. */
#include <string.h>

#include "base/allocator.h"
#include "base/fail.h"
#include "driver/sqlite/sqlite_link.h"
#include "driver/sqlite/sqlite_names.h"

enum {
    COLUMN_ORD,
    COLUMN_KEY,                                     /* k1 … k8 */
    COLUMN_LIST = COLUMN_KEY + ORM_SQLITE_KEYS_MAX, /* a1 … a8, hidden: the arguments */
    GUESSED_ROWS = 200 /* few enough to be the outer loop, enough for an index to be worth it */
};

typedef struct keys_table {
    sqlite3_vtab base;
    orm__link *link;
} keys_table;

typedef struct keys_cursor {
    sqlite3_vtab_cursor base;
    const orm__sqlite_list *lists[ORM_SQLITE_KEYS_MAX];
    int list_count;
    size_t at;
    size_t count;
} keys_cursor;

static int keys_connect(sqlite3 *handle, void *context, int argc, const char *const *argv,
                        sqlite3_vtab **table_out, char **message_out)
{
    (void)argc;
    (void)argv;
    (void)message_out;
    orm__link *link = context;
    int code = sqlite3_declare_vtab(
        handle, "CREATE TABLE x(ord INTEGER, k1, k2, k3, k4, k5, k6, k7, k8, a1 HIDDEN, "
                "a2 HIDDEN, a3 HIDDEN, a4 HIDDEN, a5 HIDDEN, a6 HIDDEN, a7 HIDDEN, "
                "a8 HIDDEN)");
    if (code == SQLITE_OK) code = sqlite3_vtab_config(handle, SQLITE_VTAB_DIRECTONLY);
    if (code != SQLITE_OK) return code;
    keys_table *table = orm__alloc_zero(link->allocator, sizeof *table);
    if (table == NULL) return SQLITE_NOMEM;
    table->link = link;
    *table_out = &table->base;
    return SQLITE_OK;
}

static int keys_disconnect(sqlite3_vtab *base)
{
    keys_table *table = (keys_table *)base;
    orm__free(table->link->allocator, table, sizeof *table);
    return SQLITE_OK;
}

/* Notes the constraint of each argument; false when one can't be used in this plan. */
static bool find_arguments(const sqlite3_index_info *info, int arguments[ORM_SQLITE_KEYS_MAX])
{
    for (int i = 0; i < info->nConstraint; i++) {
        int list = info->aConstraint[i].iColumn - COLUMN_LIST;
        if (list < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
        if (!info->aConstraint[i].usable) return false;
        arguments[list] = i;
    }
    return true;
}

static int keys_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    int arguments[ORM_SQLITE_KEYS_MAX];
    for (int i = 0; i < ORM_SQLITE_KEYS_MAX; i++) arguments[i] = -1;
    if (!find_arguments(info, arguments)) return SQLITE_CONSTRAINT;
    int count = 0;
    while (count < ORM_SQLITE_KEYS_MAX && arguments[count] >= 0) {
        info->aConstraintUsage[arguments[count]].argvIndex = count + 1;
        info->aConstraintUsage[arguments[count]].omit = 1;
        count++;
    }
    info->idxNum = count;
    info->estimatedCost = GUESSED_ROWS;
    info->estimatedRows = GUESSED_ROWS;
    info->orderByConsumed =
        info->nOrderBy == 1 && info->aOrderBy[0].iColumn <= COLUMN_ORD && !info->aOrderBy[0].desc;
    return SQLITE_OK;
}

static int keys_open(sqlite3_vtab *base, sqlite3_vtab_cursor **cursor_out)
{
    keys_table *table = (keys_table *)base;
    keys_cursor *cursor = orm__alloc_zero(table->link->allocator, sizeof *cursor);
    if (cursor == NULL) return SQLITE_NOMEM;
    *cursor_out = &cursor->base;
    return SQLITE_OK;
}

static int keys_close(sqlite3_vtab_cursor *base)
{
    keys_table *table = (keys_table *)base->pVtab;
    orm__free(table->link->allocator, base, sizeof(keys_cursor));
    return SQLITE_OK;
}

static int refuse(keys_cursor *cursor, const char *message)
{
    keys_table *table = (keys_table *)cursor->base.pVtab;
    (void)orm__fail(&table->link->pending, ORM_INVALID, "%s: %s", ORM_SQLITE_KEYS_TABLE, message);
    return SQLITE_ERROR;
}

static int keys_filter(sqlite3_vtab_cursor *base, int list_count, const char *name, int argc,
                       sqlite3_value **values)
{
    (void)name;
    keys_cursor *cursor = (keys_cursor *)base;
    cursor->at = 0;
    cursor->count = 0;
    cursor->list_count = list_count;
    if (list_count == 0 || argc < list_count) return refuse(cursor, "no list was given");
    for (int i = 0; i < list_count; i++) {
        cursor->lists[i] = sqlite3_value_pointer(values[i], ORM_SQLITE_KEYS_TABLE);
        if (cursor->lists[i] == NULL) return refuse(cursor, "an argument is no list");
        if (cursor->lists[i]->count != cursor->lists[0]->count)
            return refuse(cursor, "lists of different lengths");
    }
    cursor->count = cursor->lists[0]->count;
    return SQLITE_OK;
}

static int keys_next(sqlite3_vtab_cursor *base)
{
    ((keys_cursor *)base)->at++;
    return SQLITE_OK;
}

static int keys_eof(sqlite3_vtab_cursor *base)
{
    const keys_cursor *cursor = (const keys_cursor *)base;
    return cursor->at >= cursor->count;
}

static int keys_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid_out)
{
    *rowid_out = (sqlite3_int64)((const keys_cursor *)base)->at;
    return SQLITE_OK;
}

static void give(sqlite3_context *context, const orm__sqlite_cell *cell)
{
    sqlite3_destructor_type lifetime = cell->volatile_data ? SQLITE_TRANSIENT : SQLITE_STATIC;
    switch (cell->type) {
    case SQLITE_INTEGER:
        sqlite3_result_int64(context, cell->integer);
        break;
    case SQLITE_FLOAT:
        sqlite3_result_double(context, cell->real);
        break;
    case SQLITE_TEXT:
        sqlite3_result_text64(context, cell->data, cell->size, lifetime, SQLITE_UTF8);
        break;
    case SQLITE_BLOB:
        sqlite3_result_blob64(context, cell->data, cell->size, lifetime);
        break;
    default:
        sqlite3_result_null(context);
        break;
    }
}

static int give_key(sqlite3_context *context, const orm__sqlite_list *list, size_t at)
{
    const orm_value *value = &list->items[at];
    if (value->kind == ORM_KIND_INT && list->param->type <= ORM_TYPE_BIGINT) {
        sqlite3_result_int64(context, value->as.integer);
        return SQLITE_OK;
    }
    char buffer[ORM_TEMPORAL_TEXT_SIZE];
    orm__link *link = list->link;
    orm__arena_mark mark = orm__arena_get_mark(&link->scratch);
    orm__sqlite_cell cell;
    orm_status status =
        orm__sqlite_encode(list->param, value, buffer, &link->scratch, &cell, &link->pending);
    if (status == ORM_OK) give(context, &cell);
    orm__arena_release(&link->scratch, mark);
    if (status == ORM_OK) return SQLITE_OK;
    sqlite3_result_error(context, link->pending.message, -1);
    return SQLITE_ERROR;
}

static int keys_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const keys_cursor *cursor = (const keys_cursor *)base;
    if (column == COLUMN_ORD) {
        sqlite3_result_int64(context, (sqlite3_int64)cursor->at);
        return SQLITE_OK;
    }
    int list = column - COLUMN_KEY;
    if (list >= cursor->list_count) return SQLITE_OK;
    return give_key(context, cursor->lists[list], cursor->at);
}

static const sqlite3_module keys_module = {
    .iVersion = 0,
    .xConnect =
        keys_connect, /* no xCreate: it exists in every schema by itself and can't be created */
    .xBestIndex = keys_best_index,
    .xDisconnect = keys_disconnect,
    .xOpen = keys_open,
    .xClose = keys_close,
    .xFilter = keys_filter,
    .xNext = keys_next,
    .xEof = keys_eof,
    .xColumn = keys_column,
    .xRowid = keys_rowid,
};

static void item_function(sqlite3_context *context, int argc, sqlite3_value **values)
{
    (void)argc;
    const orm__sqlite_list *list = sqlite3_value_pointer(values[0], ORM_SQLITE_KEYS_TABLE);
    sqlite3_int64 at = sqlite3_value_int64(values[1]);
    if (list == NULL || at < 0 || (sqlite3_uint64)at >= list->count) {
        orm__link *link = sqlite3_user_data(context);
        (void)orm__fail(&link->pending, ORM_INVALID, "%s: no such element",
                        ORM_SQLITE_FUNCTION_ITEM);
        sqlite3_result_error(context, link->pending.message, -1);
        return;
    }
    (void)give_key(context, list, (size_t)at);
}

int orm__sqlite_add_keys(orm__link *link)
{
    int code = sqlite3_create_function_v2(link->handle, ORM_SQLITE_FUNCTION_ITEM, 2,
                                          SQLITE_UTF8 | SQLITE_DIRECTONLY, link, item_function,
                                          NULL, NULL, NULL);
    return code != SQLITE_OK ? code
                             : sqlite3_create_module_v2(link->handle, ORM_SQLITE_KEYS_TABLE,
                                                        &keys_module, link, NULL);
}
