/* A growing byte buffer with a limit. Appending cannot fail visibly: check `failed` once, at the
 * end. */
#ifndef ORM_BASE_BUFFER_H
#define ORM_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/export.h>
#include <orm/memory.h>

typedef struct orm__buffer {
    const orm_allocator *allocator; /* borrowed */
    char *data;                     /* owned; NUL-terminated once anything was appended */
    size_t size;                    /* without the NUL */
    size_t capacity;
    size_t limit; /* `size` never exceeds it */
    bool failed;  /* out of memory or over the limit; later appends do nothing */
} orm__buffer;

void orm__buffer_init(orm__buffer *buffer, const orm_allocator *allocator, size_t limit);
void orm__buffer_dispose(orm__buffer *buffer);
void orm__buffer_clear(orm__buffer *buffer);
void orm__buffer_append(orm__buffer *buffer, const void *data, size_t size);
void orm__buffer_text(orm__buffer *buffer, const char *text);
void orm__buffer_char(orm__buffer *buffer, char c);
void orm__buffer_printf(orm__buffer *buffer, const char *format, ...) ORM_PRINTF(2, 3);
/* `size` bytes at the end to be filled by the caller; NULL when it failed. */
char *orm__buffer_extend(orm__buffer *buffer, size_t size);

#endif
