#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct block {
    struct block *next;
    max_align_t start[];
};

struct arena {
    struct block *blocks;
    unsigned char *at;
    size_t left;
};

static void out_of_memory(void)
{
    fputs("orm: error: out of memory\n", stderr);
    exit(3);
}

struct arena *arena_new(void)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (!arena)
        out_of_memory();
    return arena;
}

void arena_free(struct arena *arena)
{
    struct block *block = arena ? arena->blocks : NULL;

    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    free(arena);
}

static void *new_block(struct arena *arena, size_t size)
{
    struct block *block = NULL;

    if (size <= SIZE_MAX - sizeof *block)
        block = calloc(1, sizeof *block + size);
    if (!block)
        out_of_memory();
    block->next = arena->blocks;
    arena->blocks = block;
    return block->start;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    void *found;

    if (size > BLOCK_SIZE / 4)
        return new_block(arena, size);
    /* Nothing takes room as well: an empty arena has no place to point at. */
    size = size == 0 ? align : (size + align - 1) / align * align;
    if (size > arena->left) {
        arena->at = new_block(arena, BLOCK_SIZE);
        arena->left = BLOCK_SIZE;
    }
    found = arena->at;
    arena->at += size;
    arena->left -= size;
    return found;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        out_of_memory();
    return arena_alloc(arena, count * size);
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);

    if (length)
        memcpy(copy, text, length);
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

char *arena_vformat(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    char *text;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        out_of_memory();
    text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = arena_vformat(arena, format, arguments);
    va_end(arguments);
    return text;
}

void pointers_add(struct arena *arena, struct pointers *list, void *item)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 8;
        void **items = arena_array(arena, capacity, sizeof *items);

        if (list->count)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
}

void text_add(struct arena *arena, struct text *to, const char *text, size_t length)
{
    if (!to->text || to->capacity - to->length <= length) {
        size_t capacity = (to->length + length) * 2 + 64;
        char *grown = arena_alloc(arena, capacity);

        if (to->length)
            memcpy(grown, to->text, to->length);
        to->text = grown;
        to->capacity = capacity;
    }
    memcpy(to->text + to->length, text, length);
    to->length += length;
    to->text[to->length] = '\0';
}

void text_add_string(struct arena *arena, struct text *to, const char *text)
{
    text_add(arena, to, text, strlen(text));
}
