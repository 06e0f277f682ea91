#ifndef ORM_CODEGEN_BASE_MEMORY_H
#define ORM_CODEGEN_BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/*
 * Memory of one load. The generator is a short-lived build tool with nothing to save, so when
 * memory is out it says so and ends the process with status 3 instead of returning NULL; this
 * is the only place that does.
 */
struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed; aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
/* Zeroed room for count things of size bytes; never NULL, also for count 0. */
void *arena_array(struct arena *arena, size_t count, size_t size);
char *arena_copy(struct arena *arena, const char *text, size_t length);
char *arena_text(struct arena *arena, const char *text);

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
char *
arena_format(struct arena *arena, const char *format, ...);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 0)))
#endif
char *
arena_vformat(struct arena *arena, const char *format, va_list arguments);

/* A list of pointers that grows. Start it as all zero. */
struct pointers {
    void **items;
    size_t count;
    size_t capacity;
};

void pointers_add(struct arena *arena, struct pointers *list, void *item);

/* Text that grows. Start it as all zero; text is NULL until the first append. */
struct text {
    char *text;
    size_t length;
    size_t capacity;
};

void text_add(struct arena *arena, struct text *to, const char *text, size_t length);
void text_add_string(struct arena *arena, struct text *to, const char *text);

#endif
