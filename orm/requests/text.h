/* Text that grows: appending can't fail visibly, `failed` is looked at once at the end. */
#ifndef ORM_REQUESTS_TEXT_H
#define ORM_REQUESTS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <orm/export.h>
#include <orm/memory.h>
#include <orm/site.h>

struct text {
    const orm_allocator *allocator; /* borrowed */
    char *data;                     /* owned; NUL-terminated once anything was added */
    size_t size;
    size_t capacity;
    bool failed;
};

void *orm__requests_resize(const orm_allocator *allocator, void *pointer, size_t old_size,
                           size_t new_size);

void orm__requests_text_clear(struct text *to);
void orm__requests_text_free(struct text *text);

void orm__requests_bytes(struct text *to, const char *bytes, size_t size);
void orm__requests_add(struct text *to, const char *text);
void orm__requests_format(struct text *to, const char *format, ...) ORM_PRINTF(2, 3);

/* A JSON string, or null. What is not UTF-8 appears as U+FFFD. */
void orm__requests_json(struct text *to, const char *text);
/* ,"name":number; and ,"name":text */
void orm__requests_json_number(struct text *to, const char *name, int64_t number);
void orm__requests_json_member(struct text *to, const char *name, const char *text);
/* ,"name":{"file":…}, the file as seen from `root` (may be NULL); null when it is not known. */
void orm__requests_json_site(struct text *to, const char *name, const char *root, orm_site site);

/* For HTML, within elements and quoted attributes. Control characters appear as U+FFFD. */
void orm__requests_html(struct text *to, const char *text);

/* The file without `root` when it is below it. */
const char *orm__requests_path(const char *root, const char *file);

#endif
