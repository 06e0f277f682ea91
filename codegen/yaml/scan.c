#include "yaml/document.h"

#include <string.h>

#include "base/utf8.h"

/*
 * The first pass, over events: finds what libyaml itself objects to, and refuses what would
 * cost memory or time out of proportion before a tree is built (libyaml 0.2.5 is quadratic in
 * depth, aliases multiply).
 */

#define DEPTH_LIMIT 32
#define NODE_LIMIT  500000
#define TEXT_LIMIT  ((size_t)64 * 1024)

struct scan {
    struct document *document;
    yaml_parser_t parser;
    size_t depth;
    size_t nodes;
    size_t documents;
};

static struct span at_mark(const struct document *document, yaml_mark_t mark, unsigned width)
{
    return (struct span){.source = document->source,
                         .line = (unsigned)mark.line + 1,
                         .column = (unsigned)mark.column + 1,
                         .width = width};
}

/* libyaml gives faults of the encoding as a byte offset only. */
static struct span at_offset(const struct source *source, size_t offset)
{
    struct span span = {.source = source, .line = 1, .column = 1, .width = 1};
    uint32_t code;

    for (size_t at = 0; at < offset && at < source->length;) {
        size_t size = utf8_line_break(source->text + at, source->length - at);

        if (size) {
            span.line++;
            span.column = 1;
        } else {
            size = utf8_decode(source->text + at, source->length - at, &code);
            span.column++;
        }
        at += size ? size : 1;
    }
    return span;
}

/* With a byte-order mark, or plain letters of two bytes. */
static bool is_utf16(const struct source *source)
{
    const char *text = source->text;

    return source->length >= 2 && ((text[0] == '\xFF' && text[1] == '\xFE') ||
                                   (text[0] == '\xFE' && text[1] == '\xFF') || !text[0] ||
                                   !text[1]);
}

static void report_bytes(struct document *document, const yaml_parser_t *parser)
{
    struct span at = at_offset(document->source, parser->problem_offset);

    if (is_utf16(document->source))
        diagnostics_error(document->diags, at, "the file is UTF-16 or UTF-32; save it as UTF-8");
    else if (strncmp(parser->problem, "control characters", 18) == 0)
        diagnostics_error(document->diags, at, "a control character (U+%04X) is not allowed",
                          (unsigned)parser->problem_value);
    else
        diagnostics_error(document->diags, at, "the file is not valid UTF-8: %s", parser->problem);
}

static char byte_at(const struct source *source, struct span at)
{
    size_t offset = 0;
    unsigned line = 1;
    uint32_t code;

    while (offset < source->length && line < at.line) {
        size_t size = utf8_line_break(source->text + offset, source->length - offset);

        line += size ? 1 : 0;
        offset += size ? size : 1;
    }
    for (unsigned column = 1; offset < source->length && column < at.column; column++) {
        size_t size = utf8_decode(source->text + offset, source->length - offset, &code);
        offset += size ? size : 1;
    }
    return offset < source->length ? source->text[offset] : '\0';
}

static void report_syntax(struct document *document, const yaml_parser_t *parser)
{
    struct span at = at_mark(document, parser->problem_mark, 1);
    const char *problem = parser->problem ? parser->problem : "syntax error";

    const char *context = parser->context ? document_context_text(parser->context) : NULL;
    bool open_quote = context && strcmp(parser->context, "while scanning a quoted scalar") == 0 &&
                      strstr(problem, "unexpected");

    if (open_quote) {
        diagnostics_error(document->diags, at_mark(document, parser->context_mark, 1), "%s",
                          context);
        return;
    }
    if (byte_at(document->source, at) == '\t')
        problem = "a tab cannot indent YAML; use spaces";
    diagnostics_error(document->diags, at, "%s", document_syntax_text(problem));
    if (context && parser->context_mark.line != parser->problem_mark.line)
        diagnostics_note(document->diags, at_mark(document, parser->context_mark, 1), "%s",
                         context);
}

static bool report_failure(struct scan *scan)
{
    switch (scan->parser.error) {
    case YAML_READER_ERROR:
        report_bytes(scan->document, &scan->parser);
        break;
    case YAML_SCANNER_ERROR:
    case YAML_PARSER_ERROR:
        report_syntax(scan->document, &scan->parser);
        break;
    default:
        diagnostics_error(scan->document->diags, at_offset(scan->document->source, 0),
                          "out of memory");
    }
    return false;
}

static bool refuse(struct scan *scan, const yaml_event_t *event, const char *why)
{
    diagnostics_error(scan->document->diags, at_mark(scan->document, event->start_mark, 1), "%s",
                      why);
    return false;
}

static bool node_allowed(struct scan *scan, const yaml_event_t *event, const void *anchor,
                         const void *tag)
{
    if (anchor)
        return refuse(scan, event, "anchors (&name) are not supported; write the value out");
    if (tag)
        return refuse(scan, event,
                      "tags (!name) are not supported; to read another file, "
                      "list it under 'include'");
    if (++scan->nodes > NODE_LIMIT)
        return refuse(scan, event, "the file has more than 500000 values; split it");
    return true;
}

static bool enter(struct scan *scan, const yaml_event_t *event)
{
    if (++scan->depth > DEPTH_LIMIT)
        return refuse(scan, event, "nested more than 32 levels deep");
    return true;
}

static bool event_allowed(struct scan *scan, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++scan->documents > 1)
            return refuse(scan, event, "a second document starts here; a file holds only one");
        return true;
    case YAML_ALIAS_EVENT:
        return refuse(scan, event, "aliases (*name) are not supported; write the value out");
    case YAML_SCALAR_EVENT:
        if (event->data.scalar.length > TEXT_LIMIT)
            return refuse(scan, event, "this text is longer than 65536 bytes");
        return node_allowed(scan, event, event->data.scalar.anchor, event->data.scalar.tag);
    case YAML_SEQUENCE_START_EVENT:
        return node_allowed(scan, event, event->data.sequence_start.anchor,
                            event->data.sequence_start.tag) &&
               enter(scan, event);
    case YAML_MAPPING_START_EVENT:
        return node_allowed(scan, event, event->data.mapping_start.anchor,
                            event->data.mapping_start.tag) &&
               enter(scan, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        scan->depth--;
        return true;
    default:
        return true;
    }
}

static bool scan_events(struct scan *scan)
{
    bool done = false;

    while (!done) {
        yaml_event_t event;
        bool allowed;

        if (!yaml_parser_parse(&scan->parser, &event))
            return report_failure(scan);
        allowed = event_allowed(scan, &event);
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        if (!allowed)
            return false;
    }
    if (scan->documents)
        return true;
    diagnostics_error(scan->document->diags, at_offset(scan->document->source, 0),
                      "the file is empty; it needs at least 'models:'");
    return false;
}

bool document_scan(struct document *document)
{
    struct scan scan = {.document = document};
    bool ok;

    if (!yaml_parser_initialize(&scan.parser)) {
        diagnostics_error(document->diags, at_offset(document->source, 0), "out of memory");
        return false;
    }
    yaml_parser_set_encoding(&scan.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&scan.parser, (const unsigned char *)document->source->text,
                                 document->source->length);
    ok = scan_events(&scan);
    yaml_parser_delete(&scan.parser);
    return ok;
}
