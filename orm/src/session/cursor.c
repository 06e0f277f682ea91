#include "session/cursor.h"

#include <string.h>

#include "base/base64url.h"
#include "base/fail.h"
#include "base/mac.h"
#include "sql/order_text.h"

/*
 * A cursor is base64url of: the format's number, flags, 8 bytes that stand for model and order, the
 * values, and the first half of a MAC of all that.
 */
enum {
    FORMAT = 1,
    INCLUSIVE = 1,
    ORDER_AT = 2,
    ORDER_SIZE = 8,
    VALUES_AT = ORDER_AT + ORDER_SIZE,
    MAC_SIZE = ORM__MAC_SIZE / 2,
    LIMIT = 512 * 1024 * 1024
};

static void put(orm__buffer *to, uint64_t number, int bytes)
{
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        orm__buffer_char(to, (char)(number >> shift & 0xff));
}

static void put_text(orm__buffer *to, const char *text)
{
    orm__buffer_append(to, text, strlen(text) + 1);
}

/* All that two orders must share for the positions in one to make sense in the other. */
static void describe(orm__buffer *to, const orm__query *query, bool reversed)
{
    put_text(to, query->model->c_name);
    put_text(to, query->model->table);
    put_text(to, query->collation == NULL ? "" : query->collation);
    for (uint16_t i = 0; i < query->order_count; i++) {
        const orm__order *order = &query->order[i];
        const orm_model *model = orm__order_model(query, order);
        for (uint8_t path = order->path; path != 0; path = query->order_paths[path - 1].parent)
            put_text(to, query->order_paths[path - 1].relation->name);
        put_text(to, model->table);
        put_text(to, model->columns[order->column].field);
        put(to, model->columns[order->column].type, 1);
        put(to, order->descending != reversed, 1);
        put(to, orm__order_nulls_first(order) != reversed, 1);
    }
}

static orm_status fail_mac(orm_session *session)
{
    return orm__fail(&session->error, ORM_RESOURCE, "cannot authenticate a cursor");
}

static orm_status describe_order(orm_session *session, const orm__query *query, bool reversed,
                                 uint8_t mac[ORM__MAC_SIZE])
{
    orm__buffer text;
    orm__buffer_init(&text, &session->engine->allocator, LIMIT);
    describe(&text, query, reversed);
    orm_status status = text.failed ? orm__session_nomem(session) : ORM_OK;
    if (status == ORM_OK && !orm__mac(&session->engine->cursor_key, text.data, text.size, mac))
        status = fail_mac(session);
    orm__buffer_dispose(&text);
    return status;
}

static bool is_span(orm_kind kind)
{
    return kind == ORM_KIND_TEXT || kind == ORM_KIND_BYTES || kind == ORM_KIND_NUMERIC ||
           kind == ORM_KIND_JSON;
}

static void put_value(orm__buffer *to, const orm_value *value)
{
    uint64_t bits = 0;
    put(to, value->kind, 1);
    if (is_span(value->kind)) {
        size_t size =
            value->as.span.size == SIZE_MAX ? strlen(value->as.span.data) : value->as.span.size;
        put(to, size, 8);
        orm__buffer_append(to, value->as.span.data, size);
    } else if (value->kind == ORM_KIND_UUID) {
        orm__buffer_append(to, value->as.uuid.bytes, sizeof value->as.uuid.bytes);
    } else if (value->kind == ORM_KIND_INTERVAL) {
        put(to, (uint64_t)value->as.interval.micros, 8);
        put(to, (uint32_t)value->as.interval.days, 4);
        put(to, (uint32_t)value->as.interval.months, 4);
    } else if (value->kind == ORM_KIND_BOOL) {
        put(to, value->as.boolean, 1);
    } else if (value->kind == ORM_KIND_DOUBLE) {
        memcpy(&bits, &value->as.real, sizeof bits);
        put(to, bits, 8);
    } else if (value->kind != ORM_KIND_NULL) {
        put(to, (uint64_t)value->as.integer, 8);
    }
}

orm_status orm__cursor_write(orm_session *session, const orm__query *query, bool reversed,
                             const orm__position *position, const char **text_out)
{
    uint8_t mac[ORM__MAC_SIZE];
    orm__buffer data;
    orm__buffer_init(&data, &session->engine->allocator, LIMIT);
    orm_status status = describe_order(session, query, reversed, mac);
    put(&data, FORMAT, 1);
    put(&data, position->inclusive ? INCLUSIVE : 0, 1);
    orm__buffer_append(&data, mac, ORDER_SIZE);
    for (uint16_t i = 0; i < query->order_count; i++)
        put_value(&data, &position->values[i]);
    if (status == ORM_OK && !data.failed &&
        !orm__mac(&session->engine->cursor_key, data.data, data.size, mac))
        status = fail_mac(session);
    orm__buffer_append(&data, mac, MAC_SIZE);
    char *text = NULL;
    if (status == ORM_OK && !data.failed)
        text = orm__arena_alloc(&session->arena, orm__base64url_size(data.size) + 1);
    if (text != NULL)
        orm__base64url_encode((const uint8_t *)data.data, data.size, text);
    else if (status == ORM_OK)
        status = orm__session_nomem(session);
    orm__buffer_dispose(&data);
    *text_out = text;
    return status;
}

/* What is left of a cursor's values. */
typedef struct reading {
    const uint8_t *at;
    size_t size;
    bool failed;
} reading;

static uint64_t get(reading *from, int bytes)
{
    uint64_t number = 0;
    if (from->size < (size_t)bytes) {
        from->failed = true;
        return 0;
    }
    for (int i = 0; i < bytes; i++)
        number = number << 8 | *from->at++;
    from->size -= (size_t)bytes;
    return number;
}

static void get_span(reading *from, orm_session *session, orm_value *value)
{
    uint64_t size = get(from, 8);
    if (size > from->size) {
        from->failed = true;
        return;
    }
    value->as.span.size = (size_t)size;
    value->as.span.data = orm__arena_copy(&session->arena, from->at, (size_t)size);
    from->failed = from->failed || value->as.span.data == NULL;
    from->at += size;
    from->size -= (size_t)size;
}

static orm_value get_value(reading *from, orm_session *session)
{
    orm_value value = {.kind = (orm_kind)get(from, 1)};
    if (is_span(value.kind)) {
        get_span(from, session, &value);
    } else if (value.kind == ORM_KIND_UUID) {
        for (size_t i = 0; i < sizeof value.as.uuid.bytes; i++)
            value.as.uuid.bytes[i] = (uint8_t)get(from, 1);
    } else if (value.kind == ORM_KIND_INTERVAL) {
        value.as.interval.micros = (int64_t)get(from, 8);
        value.as.interval.days = (int32_t)(uint32_t)get(from, 4);
        value.as.interval.months = (int32_t)(uint32_t)get(from, 4);
    } else if (value.kind == ORM_KIND_BOOL) {
        value.as.boolean = get(from, 1) != 0;
    } else if (value.kind == ORM_KIND_DOUBLE) {
        uint64_t bits = get(from, 8);
        memcpy(&value.as.real, &bits, sizeof value.as.real);
    } else if (value.kind != ORM_KIND_NULL) {
        value.as.integer = (int64_t)get(from, 8);
    }
    return value;
}

static orm_status refuse(orm_session *session, const orm__query *query, const char *why)
{
    return orm__fail(&session->error, ORM_INVALID, "the cursor of a page of %s %s",
                     query->model->name, why);
}

static orm_status check(orm_session *session, const orm__query *query, bool reversed,
                        const uint8_t *data, size_t size)
{
    uint8_t mac[ORM__MAC_SIZE];
    if (size < VALUES_AT + MAC_SIZE)
        return refuse(session, query, "is none that <model>_select_page made");
    if (!orm__mac(&session->engine->cursor_key, data, size - MAC_SIZE, mac))
        return fail_mac(session);
    if (!orm__mac_same(mac, data + size - MAC_SIZE, MAC_SIZE))
        return refuse(session, query,
                      "was changed, or made with another orm_engine_options.cursor_key");
    orm_status status = describe_order(session, query, reversed, mac);
    if (status == ORM_OK && (data[0] != FORMAT || !orm__mac_same(mac, data + ORDER_AT, ORDER_SIZE)))
        status = refuse(session, query, "is one of another model or order");
    return status;
}

orm_status orm__cursor_read(orm_session *session, const orm__query *query, bool reversed,
                            const char *text, orm__position *position_out)
{
    size_t length = strlen(text);
    size_t size = 0;
    uint8_t *data = orm__arena_alloc(&session->arena, length / 4 * 3 + 3);
    if (data == NULL)
        return orm__session_nomem(session);
    if (!orm__base64url_decode(text, length, data, &size))
        return refuse(session, query, "is none that <model>_select_page made");
    orm_status status = check(session, query, reversed, data, size);
    if (status != ORM_OK)
        return status;
    reading from = {.at = data + VALUES_AT, .size = size - VALUES_AT - MAC_SIZE};
    position_out->inclusive = (data[1] & INCLUSIVE) != 0;
    for (uint16_t i = 0; i < query->order_count; i++)
        position_out->values[i] = get_value(&from, session);
    if (from.failed)
        return orm__session_nomem(session);
    return from.size == 0 ? ORM_OK : refuse(session, query, "holds too much");
}
