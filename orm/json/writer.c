/*
 * Text is written directly: a tree of jansson's could hold neither the digits of a numeric nor a
 * stored document as it is.
 */
#include "writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "text.h"

enum { MAX_DEPTH = 100, FIRST_SIZE = 1024 };
#define DEFAULT_MAX_SIZE ((size_t)64 << 20)

struct orm_json_writer {
    orm_json_writer_options options;
    char *text;
    size_t size;
    size_t room;
    orm_status status;
    int depth;
    bool has_key;              /* the next value is a member's */
    bool is_done;              /* the outermost value is whole */
    char kinds[MAX_DEPTH];     /* '{' or '[' of each level */
    bool has_items[MAX_DEPTH]; /* a comma comes before the next one */
};

orm_status orm_json_writer_open(const orm_json_writer_options *options,
                                orm_json_writer **writer_out)
{
    orm_json_writer_options chosen = {0};
    if (options != NULL)
        chosen = *options;
    if (chosen.max_size == 0)
        chosen.max_size = DEFAULT_MAX_SIZE;
    *writer_out = orm__json_resize(&chosen.allocator, NULL, 0, sizeof **writer_out);
    if (*writer_out == NULL)
        return ORM_NOMEM;
    **writer_out = (orm_json_writer){.options = chosen};
    return ORM_OK;
}

void orm_json_writer_close(orm_json_writer *writer)
{
    if (writer == NULL)
        return;
    orm_allocator allocator = writer->options.allocator;
    if (writer->text != NULL)
        (void)orm__json_resize(&allocator, writer->text, writer->room, 0);
    (void)orm__json_resize(&allocator, writer, sizeof *writer, 0);
}

void orm_json_reset(orm_json_writer *writer)
{
    writer->size = 0;
    writer->status = ORM_OK;
    writer->depth = 0;
    writer->has_key = writer->is_done = false;
}

void orm__json_writer_fail(orm_json_writer *writer, orm_status status)
{
    if (writer->status == ORM_OK)
        writer->status = status;
}

orm_status orm__json_writer_status(const orm_json_writer *writer)
{
    return writer->status;
}

static bool make_room(orm_json_writer *writer, size_t size)
{
    if (writer->status != ORM_OK)
        return false;
    if (size > writer->options.max_size - writer->size) {
        writer->status = ORM_RANGE;
        return false;
    }
    size_t needed = writer->size + size + 1;
    if (needed <= writer->room)
        return true;
    size_t room = writer->room == 0 ? FIRST_SIZE : writer->room * 2;
    room = room < needed ? needed : room;
    char *text = orm__json_resize(&writer->options.allocator, writer->text, writer->room, room);
    if (text == NULL) {
        writer->status = ORM_NOMEM;
        return false;
    }
    writer->text = text;
    writer->room = room;
    return true;
}

static void append(orm_json_writer *writer, const char *text, size_t size)
{
    if (!make_room(writer, size))
        return;
    memcpy(writer->text + writer->size, text, size);
    writer->size += size;
}

static bool is_in_object(const orm_json_writer *writer)
{
    return writer->depth > 0 && writer->kinds[writer->depth - 1] == '{';
}

static void put_comma(orm_json_writer *writer)
{
    if (writer->depth == 0)
        return;
    if (writer->has_items[writer->depth - 1])
        append(writer, ",", 1);
    writer->has_items[writer->depth - 1] = true;
}

/* Before each value: the comma of an array; whether a value may stand here at all. */
static void begin_value(orm_json_writer *writer)
{
    if (writer->is_done || (is_in_object(writer) && !writer->has_key))
        orm__json_writer_fail(writer, ORM_MISUSE);
    if (!writer->has_key)
        put_comma(writer);
    writer->has_key = false;
    writer->is_done = writer->depth == 0;
}

static void begin(orm_json_writer *writer, char kind)
{
    begin_value(writer);
    writer->is_done = false;
    if (writer->depth == MAX_DEPTH)
        orm__json_writer_fail(writer, ORM_RANGE);
    if (writer->status != ORM_OK)
        return;
    append(writer, &kind, 1);
    writer->kinds[writer->depth] = kind;
    writer->has_items[writer->depth] = false;
    writer->depth++;
}

static void end(orm_json_writer *writer, char kind, const char *closing)
{
    if (writer->status != ORM_OK)
        return;
    if (writer->depth == 0 || writer->kinds[writer->depth - 1] != kind || writer->has_key) {
        writer->status = ORM_MISUSE;
        return;
    }
    append(writer, closing, 1);
    writer->depth--;
    writer->is_done = writer->depth == 0;
}

void orm_json_begin_object(orm_json_writer *writer)
{
    begin(writer, '{');
}

void orm_json_end_object(orm_json_writer *writer)
{
    end(writer, '{', "}");
}

void orm_json_begin_array(orm_json_writer *writer)
{
    begin(writer, '[');
}

void orm_json_end_array(orm_json_writer *writer)
{
    end(writer, '[', "]");
}

static void append_escaped(orm_json_writer *writer, char c)
{
    static const char escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    char text[8];
    for (const char *at = escapes; *at != '\0'; at += 2) {
        if (*at != c)
            continue;
        text[0] = '\\', text[1] = at[1];
        append(writer, text, 2);
        return;
    }
    append(writer, text, (size_t)snprintf(text, sizeof text, "\\u%04x", (unsigned)c & 0xffU));
}

static void append_string(orm_json_writer *writer, const char *text, size_t size)
{
    if (!orm__json_is_utf8(text, size, NULL))
        orm__json_writer_fail(writer, ORM_INVALID);
    append(writer, "\"", 1);
    size_t from = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        append(writer, text + from, i - from);
        append_escaped(writer, text[i]);
        from = i + 1;
    }
    append(writer, text + from, size - from);
    append(writer, "\"", 1);
}

void orm_json_put_key(orm_json_writer *writer, const char *key)
{
    if (!is_in_object(writer) || writer->has_key)
        orm__json_writer_fail(writer, ORM_MISUSE);
    put_comma(writer);
    append_string(writer, key, strlen(key));
    append(writer, ":", 1);
    writer->has_key = true;
}

void orm_json_put_text(orm_json_writer *writer, const char *text)
{
    if (text == NULL) {
        orm_json_put_null(writer);
        return;
    }
    begin_value(writer);
    append_string(writer, text, strlen(text));
}

void orm__json_put_plain(orm_json_writer *writer, const char *text, size_t size)
{
    begin_value(writer);
    append(writer, "\"", 1);
    append(writer, text, size);
    append(writer, "\"", 1);
}

static void put_bare(orm_json_writer *writer, const char *text)
{
    begin_value(writer);
    append(writer, text, strlen(text));
}

void orm_json_put_int(orm_json_writer *writer, int64_t value)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, value);
    put_bare(writer, text);
}

void orm__json_put_real(orm_json_writer *writer, double value, bool narrow)
{
    char text[JSON_NUMBER_SIZE];
    if (isnan(value)) {
        orm_json_put_text(writer, "NaN");
    } else if (isinf(value)) {
        orm_json_put_text(writer, value > 0 ? "Infinity" : "-Infinity");
    } else {
        orm__json_format_number(value, narrow, text);
        put_bare(writer, text);
    }
}

void orm_json_put_double(orm_json_writer *writer, double value)
{
    orm__json_put_real(writer, value, false);
}

void orm_json_put_bool(orm_json_writer *writer, bool value)
{
    put_bare(writer, value ? "true" : "false");
}

void orm_json_put_null(orm_json_writer *writer)
{
    put_bare(writer, "null");
}

void orm_json_put_json(orm_json_writer *writer, orm_json value)
{
    put_bare(writer, value.text == NULL ? "null" : value.text);
}

void orm__json_put_bytes(orm_json_writer *writer, orm_bytes bytes)
{
    begin_value(writer);
    size_t size = orm__json_base64_size(bytes.size);
    append(writer, "\"", 1);
    if (bytes.size > SIZE_MAX / 2)
        orm__json_writer_fail(writer, ORM_RANGE);
    if (make_room(writer, size)) {
        orm__json_base64_encode(bytes.data, bytes.size, writer->text + writer->size);
        writer->size += size;
    }
    append(writer, "\"", 1);
}

orm_status orm_json_finish(orm_json_writer *writer, const char **text_out, size_t *size_out)
{
    *text_out = NULL;
    if (size_out != NULL)
        *size_out = 0;
    if (!writer->is_done)
        orm__json_writer_fail(writer, ORM_MISUSE);
    if (writer->status != ORM_OK)
        return writer->status;
    writer->text[writer->size] = '\0';
    *text_out = writer->text;
    if (size_out != NULL)
        *size_out = writer->size;
    return ORM_OK;
}
