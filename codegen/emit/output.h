#ifndef ORM_CODEGEN_EMIT_OUTPUT_H
#define ORM_CODEGEN_EMIT_OUTPUT_H

#include <stddef.h>

struct arena;

/* A file to be written. The strings live in the arena that the emitter was given. */
struct output {
    const char *name; /* without a folder */
    const char *text;
    size_t length;
};

/* Start it as all zero. */
struct outputs {
    struct output *items;
    size_t count;
    size_t capacity;
};

void outputs_add(struct arena *arena, struct outputs *outputs, struct output output);

#endif
