/* Documents, and what is wrong with them. */
#include "input.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_DEPTH = 32, LARGEST_DEPTH = 100 };

ORM_PRINTF(3, 4)
static orm_status fail(orm_error *error, orm_status status, const char *format, ...)
{
    va_list arguments;
    if (error == NULL)
        return status;
    memset(error, 0, sizeof *error);
    error->status = status;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return status;
}

static orm_status refuse_depth(const char *text, size_t offset, int max_depth, orm_error *error)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset; i++) {
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n';
    }
    return fail(error, ORM_INVALID,
                "line %zu, column %zu: objects and arrays nest deeper than %d levels", line, column,
                max_depth);
}

/* Numbers stand in the tree in the order of the text. */
static void name_numbers(struct document *document, json_t *value, const char **at, const char *end)
{
    const char *key = NULL;
    json_t *item = NULL;
    size_t i = 0;
    if (json_is_object(value)) {
        json_object_foreach(value, key, item) name_numbers(document, item, at, end);
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, item) name_numbers(document, item, at, end);
    } else if (json_is_number(value)) {
        const char *start = NULL;
        size_t size = 0;
        struct number *number = &document->numbers[document->number_count];
        if (!orm__json_next_number(at, end, &start, &size))
            return;
        number->text = orm__json_copy(&document->memory, start, size);
        number->value = value;
        document->number_count++;
    }
}

static int compare_numbers(const void *left, const void *right)
{
    uintptr_t a = (uintptr_t)((const struct number *)left)->value;
    uintptr_t b = (uintptr_t)((const struct number *)right)->value;
    return (a > b) - (a < b);
}

static orm_status find_numbers(struct document *document, const char *text, size_t size)
{
    const char *at = text, *end = text + size, *start = NULL;
    size_t count = 0, length = 0;
    while (orm__json_next_number(&at, end, &start, &length))
        count++;
    if (count == 0)
        return ORM_OK;
    document->numbers = orm__json_alloc(&document->memory, count * sizeof *document->numbers);
    if (document->numbers == NULL)
        return ORM_NOMEM;
    at = text;
    name_numbers(document, document->root, &at, end);
    if (document->memory.failed)
        return ORM_NOMEM;
    qsort(document->numbers, document->number_count, sizeof *document->numbers, compare_numbers);
    return ORM_OK;
}

const char *orm__json_number_text(const struct document *document, const json_t *value)
{
    struct number wanted = {.value = value};
    const struct number *found = document->number_count == 0
                                     ? NULL
                                     : bsearch(&wanted, document->numbers, document->number_count,
                                               sizeof *document->numbers, compare_numbers);
    return found == NULL ? "" : found->text;
}

static orm_status parse(struct document *document, const char *text, size_t size, orm_error *error)
{
    json_error_t fault;
    size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL;
    document->root = json_loadb(text, size, flags, &fault);
    if (document->root == NULL && json_error_code(&fault) == json_error_out_of_memory)
        return fail(error, ORM_NOMEM, "out of memory");
    if (document->root == NULL)
        return fail(error, ORM_INVALID, "line %d, column %d: %s", fault.line, fault.column,
                    fault.text);
    orm_status status = find_numbers(document, text, size);
    return status == ORM_OK ? ORM_OK : fail(error, status, "out of memory");
}

orm_status orm_json_open(const char *text, size_t size, const orm_json_options *options,
                         orm_json_input **input_out, orm_error *error)
{
    orm_allocator allocator = {0};
    int depth = options == NULL ? 0 : options->max_depth;
    size_t offset = 0;
    *input_out = NULL;
    if (options != NULL)
        allocator = options->allocator;
    depth = depth <= 0 ? DEFAULT_DEPTH : depth > LARGEST_DEPTH ? LARGEST_DEPTH : depth;
    if (orm__json_is_too_deep(text, size, depth, &offset))
        return refuse_depth(text, offset, depth, error);
    struct document *document = orm__json_resize(&allocator, NULL, 0, sizeof *document);
    if (document == NULL)
        return fail(error, ORM_NOMEM, "out of memory");
    memset(document, 0, sizeof *document);
    document->memory.allocator = allocator;
    orm_json_input *input = orm__json_alloc(&document->memory, sizeof *input);
    orm_status status = input == NULL ? fail(error, ORM_NOMEM, "out of memory")
                                      : parse(document, text, size, error);
    orm_json_input lost = {.document = document};
    if (input != NULL)
        *input = (orm_json_input){.document = document, .value = document->root};
    if (status == ORM_OK)
        *input_out = input;
    else
        orm_json_close(input == NULL ? &lost : input);
    return status;
}

void orm_json_close(orm_json_input *input)
{
    if (input == NULL)
        return;
    struct document *document = input->document;
    orm_allocator allocator = document->memory.allocator;
    json_decref(document->root);
    orm__json_free_all(&document->memory);
    (void)orm__json_resize(&allocator, document, sizeof *document, 0);
}

/* "lines[2].quantity": the text's size, and the text itself when `text` is not NULL. */
static size_t write_path(const struct where *where, char *text)
{
    char index[32];
    const char *part = where == NULL ? "" : where->name;
    size_t size = where == NULL ? 0 : write_path(where->outer, text);
    if (where == NULL)
        return 0;
    if (part == NULL)
        (void)snprintf(index, sizeof index, "[%zu]", where->index), part = index;
    else if (size > 0)
        size++, text != NULL ? (void)(text[size - 1] = '.') : (void)0;
    if (text != NULL)
        memcpy(text + size, part, strlen(part));
    return size + strlen(part);
}

ORM_PRINTF(4, 0)
static orm_status add_fault(struct document *document, const struct where *where, const char *code,
                            const char *format, va_list arguments)
{
    if (document->fault_count == ORM_JSON_MAX_FAULTS)
        return ORM_INVALID;
    char *field = orm__json_alloc(&document->memory, write_path(where, NULL) + 1);
    char *message = orm__json_vprintf(&document->memory, format, arguments);
    if (field == NULL || message == NULL)
        return ORM_NOMEM;
    (void)write_path(where, field);
    document->faults[document->fault_count++] = (orm_json_fault){field, code, message};
    return ORM_INVALID;
}

orm_status orm__json_fault(struct document *document, const struct where *where, const char *code,
                           const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    orm_status status = add_fault(document, where, code, format, arguments);
    va_end(arguments);
    return status;
}

orm_status orm_json_refuse(orm_json_input *input, const char *field, const char *code,
                           const char *format, ...)
{
    struct where where = {.outer = input->where, .name = field};
    va_list arguments;
    va_start(arguments, format);
    orm_status status =
        add_fault(input->document, *field == '\0' ? input->where : &where, code, format, arguments);
    va_end(arguments);
    return status;
}

const orm_json_fault *orm_json_faults(const orm_json_input *input, size_t *count_out)
{
    *count_out = input->document->fault_count;
    return input->document->faults;
}

void orm_json_put_faults(orm_json_writer *writer, const orm_json_input *input)
{
    const struct document *document = input->document;
    orm_json_begin_array(writer);
    for (size_t i = 0; i < document->fault_count; i++) {
        orm_json_begin_object(writer);
        orm_json_put_key(writer, "field");
        orm_json_put_text(writer, document->faults[i].field);
        orm_json_put_key(writer, "code");
        orm_json_put_text(writer, document->faults[i].code);
        orm_json_put_key(writer, "message");
        orm_json_put_text(writer, document->faults[i].message);
        orm_json_end_object(writer);
    }
    orm_json_end_array(writer);
}

bool orm__json_is_named(const struct name *list, const char *name)
{
    for (; list != NULL; list = list->next)
        if (strcmp(list->text, name) == 0)
            return true;
    return false;
}

static orm_status add_name(orm_json_input *input, const struct name **list, const char *text)
{
    struct name *name = orm__json_alloc(&input->document->memory, sizeof *name);
    if (name == NULL)
        return ORM_NOMEM;
    *name = (struct name){.next = *list, .text = text};
    *list = name;
    return ORM_OK;
}

orm_status orm_json_take(orm_json_input *input, const char *name, orm_json_input **part_out)
{
    struct memory *memory = &input->document->memory;
    *part_out = NULL;
    if (!json_is_object(input->value))
        return orm__json_fault(input->document, input->where, "type", "must be an object");
    const char *kept = orm__json_copy(memory, name, strlen(name));
    if (kept == NULL || add_name(input, &input->taken, kept) != ORM_OK)
        return ORM_NOMEM;
    json_t *value = json_object_get(input->value, name);
    if (value == NULL || json_is_null(value))
        return ORM_OK;
    struct where *where = orm__json_alloc(memory, sizeof *where);
    orm_json_input *part = orm__json_alloc(memory, sizeof *part);
    if (where == NULL || part == NULL)
        return ORM_NOMEM;
    *where = (struct where){.outer = input->where, .name = kept};
    *part = (orm_json_input){.document = input->document, .value = value, .where = where};
    *part_out = part;
    return ORM_OK;
}

orm_status orm_json_provide(orm_json_input *input, const char *name)
{
    return add_name(input, &input->provided, name);
}
