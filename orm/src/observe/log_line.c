#include "observe/log_line.h"

#include <string.h>

#include "observe/advice.h"
#include "observe/json.h"

enum { SQL_DEFAULT = 512, VALUE_MAX = 64, VALUES_MAX = 32 };

static const char *const KINDS[] = {
    "?",      "control", "find",   "select", "count",     "exists", "relation",
    "insert", "update",  "delete", "raw",    "aggregate", "rows",   "column",
};

const char *orm_event_kind_name(orm_event_kind kind)
{
    size_t index = (size_t)kind;
    return index < sizeof KINDS / sizeof *KINDS ? KINDS[index] : KINDS[0];
}

bool orm__log_wants(const orm_log_options *options, const orm_event *event)
{
    if (event->kind == ORM_EVENT_CONTROL && options->no_control)
        return false;
    return options->slow_ns <= 0 || event->duration_ns >= options->slow_ns ||
           event->status != ORM_OK;
}

/* Text cut at a character and, like all values, printed only when the options ask for values. */
static void write_text(orm__buffer *out, const orm_value *value)
{
    const char *text = value->as.span.data == NULL ? "" : value->as.span.data;
    size_t size = value->as.span.size == SIZE_MAX ? strlen(text) : value->as.span.size;
    size_t kept = size > VALUE_MAX ? VALUE_MAX : size;
    while (kept < size && kept > 0 && ((unsigned char)text[kept] & 0xC0) == 0x80)
        kept--;
    orm__buffer_char(out, '\'');
    orm__buffer_append(out, text, kept);
    orm__buffer_text(out, kept < size ? "\xE2\x80\xA6'" : "'");
}

static void write_moment(orm__buffer *out, const orm_value *value)
{
    char text[ORM_TEMPORAL_TEXT_SIZE] = "";
    int64_t integer = value->as.integer;
    switch (value->kind) {
    case ORM_KIND_DATE:
        (void)orm_date_format((orm_date){(int32_t)integer}, text);
        break;
    case ORM_KIND_TIME:
        (void)orm_time_format((orm_time){integer}, text);
        break;
    case ORM_KIND_TIMESTAMP:
        (void)orm_timestamp_format((orm_timestamp){integer}, text);
        break;
    case ORM_KIND_TIMESTAMPTZ:
        (void)orm_timestamptz_format((orm_timestamptz){integer}, text);
        break;
    case ORM_KIND_INTERVAL:
        (void)orm_interval_format(value->as.interval, text);
        break;
    case ORM_KIND_UUID:
        (void)orm_uuid_format(value->as.uuid, text);
        break;
    default:
        break;
    }
    orm__buffer_text(out, text);
}

static void write_scalar(orm__buffer *out, const orm_value *value)
{
    switch (value->kind) {
    case ORM_KIND_NULL:
        orm__buffer_text(out, "NULL");
        break;
    case ORM_KIND_BOOL:
        orm__buffer_text(out, value->as.boolean ? "true" : "false");
        break;
    case ORM_KIND_INT:
        orm__buffer_printf(out, "%lld", (long long)value->as.integer);
        break;
    case ORM_KIND_DOUBLE:
        orm__buffer_printf(out, "%.17g", value->as.real);
        break;
    case ORM_KIND_TEXT:
    case ORM_KIND_NUMERIC:
    case ORM_KIND_JSON:
        write_text(out, value);
        break;
    case ORM_KIND_BYTES:
        orm__buffer_printf(out, "(%zu bytes)", value->as.span.size);
        break;
    case ORM_KIND_ARRAY:
        orm__buffer_printf(out, "(%zu values)", value->as.span.size);
        break;
    default:
        write_moment(out, value);
        break;
    }
}

static void write_values(orm__buffer *out, const orm_event *event)
{
    for (size_t i = 0; i < event->value_count; i++) {
        if (i > 0)
            orm__buffer_text(out, ", ");
        if (i == VALUES_MAX) {
            orm__buffer_text(out, "\xE2\x80\xA6");
            return;
        }
        write_scalar(out, &event->values[i]);
    }
}

static void write_what(orm__buffer *out, const orm_event *event)
{
    if (event->relation != NULL && event->owner != NULL)
        orm__buffer_printf(out, " %s.%s%s", event->owner->name, event->relation->name,
                           event->row_by_row ? " row by row" : "");
    else if (event->model != NULL)
        orm__buffer_printf(out, " %s", event->model->name);
    if (event->column != NULL)
        orm__buffer_printf(out, ".%s", event->column->field);
    if (event->path != NULL)
        orm__buffer_printf(out, " path=%s", event->path);
}

static void write_failure(const orm_log_options *options, const orm_event *event, orm__buffer *out)
{
    const orm_error *error = event->error;
    if (event->status == ORM_OK)
        return;
    orm__buffer_printf(out, " %s", orm_status_name(event->status));
    if (error == NULL)
        return;
    if (error->sqlstate[0] != '\0')
        orm__buffer_printf(out, " sqlstate=%s", error->sqlstate);
    if (error->constraint[0] != '\0')
        orm__buffer_printf(out, " constraint=%s", error->constraint);
    if (options->values)
        orm__buffer_printf(out, " message=\"%s\"", error->message);
}

static void write_sql(const orm_log_options *options, const orm_event *event, orm__buffer *out)
{
    size_t limit = options->max_sql == 0 ? SQL_DEFAULT : options->max_sql;
    orm__sql_line(out, event->sql, event->sql_size, limit, options->values);
}

static void write_plain(const orm_log_options *options, const orm_event *event, orm__buffer *out)
{
    size_t start = out->size;
    orm__buffer_printf(out, " %.3f ms %s", (double)event->duration_ns / 1e6,
                       orm_event_kind_name(event->kind));
    write_what(out, event);
    write_failure(options, event, out);
    if (event->affected > 0)
        orm__buffer_printf(out, " affected=%lld", (long long)event->affected);
    if (event->rows > 0 || event->affected == 0)
        orm__buffer_printf(out, " rows=%lld", (long long)event->rows);
    if (event->site.line > 0)
        orm__buffer_printf(out, " at %s:%d (%s)", event->site.file, event->site.line,
                           event->site.function == NULL ? "?" : event->site.function);
    orm__buffer_text(out, ": ");
    write_sql(options, event, out);
    if (options->values && event->value_count > 0) {
        orm__buffer_text(out, " [");
        write_values(out, event);
        orm__buffer_char(out, ']');
    }
    /* Names and values may hold newlines; a line of the log is one line. */
    for (size_t i = start; i < out->size; i++)
        if ((unsigned char)out->data[i] < 0x20 || out->data[i] == 0x7F)
            out->data[i] = ' ';
}

/* Turns what stands behind `start` into a JSON string. */
static void quote_tail(orm__buffer *out, size_t start)
{
    orm__buffer tail;
    if (out->failed)
        return;
    orm__buffer_init(&tail, out->allocator, SIZE_MAX / 2);
    orm__json_string(&tail, out->data + start, out->size - start);
    out->size = start;
    orm__buffer_append(out, tail.data == NULL ? "\"\"" : tail.data,
                       tail.data == NULL ? 2 : tail.size);
    out->failed = out->failed || tail.failed;
    orm__buffer_dispose(&tail);
}

static void write_json_names(orm__buffer *out, const orm_event *event)
{
    orm__buffer_text(out, ",\"model\":");
    orm__json_text(out, event->model == NULL ? NULL : event->model->name);
    if (event->column != NULL) {
        orm__buffer_text(out, ",\"column\":");
        orm__json_text(out, event->column->field);
    }
    if (event->relation != NULL && event->owner != NULL) {
        orm__buffer_text(out, ",\"owner\":");
        orm__json_text(out, event->owner->name);
        orm__buffer_text(out, ",\"relation\":");
        orm__json_text(out, event->relation->name);
        orm__buffer_printf(out, ",\"row_by_row\":%s", event->row_by_row ? "true" : "false");
    }
    if (event->path != NULL) {
        orm__buffer_text(out, ",\"path\":");
        orm__json_text(out, event->path);
    }
}

static void write_json_failure(const orm_log_options *options, const orm_event *event,
                               orm__buffer *out)
{
    const orm_error *error = event->error;
    if (event->status == ORM_OK)
        return;
    orm__buffer_printf(out, ",\"status\":\"%s\"", orm_status_name(event->status));
    if (error == NULL)
        return;
    orm__buffer_text(out, ",\"sqlstate\":");
    orm__json_text(out, error->sqlstate);
    orm__buffer_text(out, ",\"constraint\":");
    orm__json_text(out, error->constraint);
    if (!options->values)
        return;
    orm__buffer_text(out, ",\"message\":");
    orm__json_text(out, error->message);
}

static void write_json(const orm_log_options *options, const orm_event *event, orm__buffer *out)
{
    orm__buffer_printf(out, ",\"duration_ns\":%lld,\"kind\":\"%s\"", (long long)event->duration_ns,
                       orm_event_kind_name(event->kind));
    write_json_names(out, event);
    orm__buffer_printf(out, ",\"rows\":%lld,\"affected\":%lld,\"bytes\":%lld",
                       (long long)event->rows, (long long)event->affected, (long long)event->bytes);
    orm__buffer_printf(out, ",\"fingerprint\":\"%016llx\"", (unsigned long long)event->fingerprint);
    write_json_failure(options, event, out);
    orm__buffer_text(out, ",\"site\":");
    orm__json_site(out, event->site);
    orm__buffer_text(out, ",\"sql\":");
    size_t start = out->size;
    write_sql(options, event, out);
    quote_tail(out, start);
    if (options->values) {
        orm__buffer_text(out, ",\"values\":");
        start = out->size;
        write_values(out, event);
        quote_tail(out, start);
    }
    orm__buffer_char(out, '}');
}

void orm__log_line(const orm_log_options *options, const orm_event *event, int64_t micros,
                   orm__buffer *line)
{
    char moment[ORM_TEMPORAL_TEXT_SIZE];
    (void)orm_timestamptz_format((orm_timestamptz){micros}, moment);
    if (options->format == ORM_LOG_JSON) {
        orm__buffer_printf(line, "{\"time\":\"%s\"", moment);
        write_json(options, event, line);
    } else {
        orm__buffer_text(line, moment);
        write_plain(options, event, line);
    }
    orm__buffer_char(line, '\n');
}
