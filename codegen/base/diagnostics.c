#include "base/diagnostics.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

#define PRINTED_ERRORS 50
#define MESSAGE_LIMIT  600
#define LINE_WIDTH     100
#define LINE_BEFORE    40

struct fault {
    struct span at;
    size_t order; /* of arrival; sorting is stable */
    const char *message;
    struct pointers notes; /* struct fault */
};

struct diagnostics {
    struct arena *arena;
    struct pointers sources;
    struct pointers faults;
};

struct diagnostics *diagnostics_new(void)
{
    struct diagnostics *diags = calloc(1, sizeof *diags);

    if (diags)
        diags->arena = arena_new();
    return diags;
}

void diagnostics_free(struct diagnostics *diags)
{
    if (diags)
        arena_free(diags->arena);
    free(diags);
}

struct source *diagnostics_add_source(struct diagnostics *diags, const char *path, const char *text,
                                      size_t length)
{
    struct source *source = arena_alloc(diags->arena, sizeof *source);

    source->path = arena_text(diags->arena, path);
    source->text = text ? arena_copy(diags->arena, text, length) : NULL;
    source->length = text ? length : 0;
    pointers_add(diags->arena, &diags->sources, source);
    return source;
}

const struct source *diagnostics_source(const struct diagnostics *diags, const char *path)
{
    for (size_t i = 0; i < diags->sources.count; i++) {
        const struct source *source = diags->sources.items[i];

        if (strcmp(source->path, path) == 0)
            return source;
    }
    return NULL;
}

/* Appends the character at text as the reader may safely see it; returns its bytes. */
static size_t add_visible(struct arena *arena, struct text *to, const char *text, size_t length,
                          size_t *width_out)
{
    char shown[16];
    uint32_t code = 0;
    size_t size = utf8_decode(text, length, &code);

    *width_out = 1;
    if (size && utf8_is_visible(code)) {
        text_add(arena, to, text, size);
        return size;
    }
    if (!size)
        snprintf(shown, sizeof shown, "\\x%02x", (unsigned)(unsigned char)text[0]);
    else if (code == '\t' || code == '\n' || code == '\r')
        snprintf(shown, sizeof shown, "\\%c", code == '\t' ? 't' : code == '\n' ? 'n' : 'r');
    else
        snprintf(shown, sizeof shown, code < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)code);
    *width_out = strlen(shown);
    text_add_string(arena, to, shown);
    return size ? size : 1;
}

static char *visible_message(struct arena *arena, const char *message)
{
    struct text shown = {0};
    size_t length = strlen(message);
    size_t width;

    text_add_string(arena, &shown, "");
    for (size_t at = 0; at < length;) {
        if (shown.length > MESSAGE_LIMIT) {
            text_add_string(arena, &shown, "...");
            break;
        }
        at += add_visible(arena, &shown, message + at, length - at, &width);
    }
    return shown.text;
}

#if defined(__GNUC__)
__attribute__((format(printf, 3, 0)))
#endif
static struct fault *
new_fault(struct diagnostics *diags, struct span at, const char *format, va_list arguments)
{
    struct fault *fault = arena_alloc(diags->arena, sizeof *fault);
    char *message = arena_vformat(diags->arena, format, arguments);

    fault->at = at;
    fault->order = diags->faults.count;
    fault->message = visible_message(diags->arena, message);
    return fault;
}

void diagnostics_error(struct diagnostics *diags, struct span at, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    pointers_add(diags->arena, &diags->faults, new_fault(diags, at, format, arguments));
    va_end(arguments);
}

void diagnostics_note(struct diagnostics *diags, struct span at, const char *format, ...)
{
    struct fault *fault;
    va_list arguments;

    if (!diags->faults.count)
        return;
    fault = diags->faults.items[diags->faults.count - 1];
    va_start(arguments, format);
    pointers_add(diags->arena, &fault->notes, new_fault(diags, at, format, arguments));
    va_end(arguments);
}

size_t diagnostics_error_count(const struct diagnostics *diags)
{
    return diags->faults.count;
}

size_t diagnostics_file_count(const struct diagnostics *diags)
{
    return diags->sources.count;
}

const char *diagnostics_file(const struct diagnostics *diags, size_t index)
{
    return ((const struct source *)diags->sources.items[index])->path;
}

static size_t source_order(const struct diagnostics *diags, const struct source *source)
{
    size_t i = 0;

    while (i < diags->sources.count && diags->sources.items[i] != source)
        i++;
    return source ? i : 0;
}

struct sorted {
    size_t source;
    const struct fault *fault;
};

static int compare_numbers(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_faults(const void *a, const void *b)
{
    const struct sorted *left = a;
    const struct sorted *right = b;
    int order = compare_numbers(left->source, right->source);

    if (!order)
        order = compare_numbers(left->fault->at.line, right->fault->at.line);
    if (!order)
        order = compare_numbers(left->fault->at.column, right->fault->at.column);
    return order ? order : compare_numbers(left->fault->order, right->fault->order);
}

/* The bytes of a line, without its break. */
static bool find_line(const struct source *source, unsigned line, size_t *start_out,
                      size_t *length_out)
{
    size_t at = 0;
    size_t start = 0;
    unsigned now = 1;

    while (at < source->length) {
        size_t size = utf8_line_break(source->text + at, source->length - at);

        if (size && now == line)
            break;
        if (size) {
            now++;
            start = at + size;
        }
        at += size ? size : 1;
    }
    *start_out = start;
    *length_out = at - start;
    return now == line;
}

static size_t skip_characters(const char *text, size_t length, size_t count)
{
    size_t at = 0;
    uint32_t code;

    for (; count && at < length; count--) {
        size_t size = utf8_decode(text + at, length - at, &code);
        at += size ? size : 1;
    }
    return at;
}

static void add_caret(struct arena *arena, struct text *to, size_t before, size_t width)
{
    for (size_t i = 0; i < before; i++)
        text_add(arena, to, " ", 1);
    for (size_t i = 0; i < (width ? width : 1); i++)
        text_add(arena, to, i ? "~" : "^", 1);
    text_add(arena, to, "\n", 1);
}

/* Quotes the line, cut to a window around the place, and underlines it. */
static void add_quote(struct arena *arena, struct text *to, struct span at)
{
    size_t start;
    size_t length;
    size_t first = at.column > LINE_WIDTH - 20 ? at.column - 1 - LINE_BEFORE : 0;
    size_t position = first;
    size_t before = 4 + (first ? 4 : 0);
    size_t under = 0;
    const char *line;

    if (!at.source || !at.source->text || !at.line ||
        !find_line(at.source, at.line, &start, &length) || length == 0)
        return;
    line = at.source->text + start;
    text_add_string(arena, to, first ? "    ... " : "    ");
    for (size_t i = skip_characters(line, length, first); i < length; position++) {
        size_t width;

        if (position - first >= LINE_WIDTH) {
            text_add_string(arena, to, " ...");
            break;
        }
        i += add_visible(arena, to, line + i, length - i, &width);
        if (position + 1 < at.column)
            before += width;
        else if (position + 1 < at.column + (size_t)at.width)
            under += width;
    }
    text_add(arena, to, "\n", 1);
    add_caret(arena, to, before, under);
}

static void add_fault(struct arena *arena, struct text *to, const struct fault *fault,
                      const char *kind)
{
    if (fault->at.source)
        text_add_string(arena, to, visible_message(arena, fault->at.source->path));
    else
        text_add_string(arena, to, "orm");
    if (fault->at.line)
        text_add_string(arena, to, arena_format(arena, ":%u:%u", fault->at.line, fault->at.column));
    text_add_string(arena, to, arena_format(arena, ": %s: %s\n", kind, fault->message));
    add_quote(arena, to, fault->at);
}

static struct sorted *sort_faults(const struct diagnostics *diags, struct arena *arena)
{
    size_t count = diags->faults.count;
    struct sorted *sorted = arena_array(arena, count, sizeof *sorted);

    for (size_t i = 0; i < count; i++) {
        sorted[i].fault = diags->faults.items[i];
        sorted[i].source = source_order(diags, sorted[i].fault->at.source);
    }
    if (count)
        qsort(sorted, count, sizeof *sorted, compare_faults);
    return sorted;
}

char *diagnostics_text(const struct diagnostics *diags)
{
    struct arena *arena = arena_new();
    struct sorted *sorted = sort_faults(diags, arena);
    size_t count = diags->faults.count;
    struct text all = {0};
    char *copy;

    text_add_string(arena, &all, "");
    for (size_t i = 0; i < count && i < PRINTED_ERRORS; i++) {
        const struct fault *fault = sorted[i].fault;

        add_fault(arena, &all, fault, "error");
        for (size_t n = 0; n < fault->notes.count; n++)
            add_fault(arena, &all, fault->notes.items[n], "note");
    }
    if (count > PRINTED_ERRORS)
        text_add_string(arena, &all,
                        arena_format(arena, "orm: note: %zu more errors are not shown\n",
                                     count - PRINTED_ERRORS));
    copy = malloc(all.length + 1);
    if (copy)
        memcpy(copy, all.text, all.length + 1);
    arena_free(arena);
    return copy;
}

void diagnostics_print(const struct diagnostics *diags, FILE *stream)
{
    char *text = diagnostics_text(diags);

    fputs(text ? text : "orm: error: out of memory\n", stream);
    free(text);
}
