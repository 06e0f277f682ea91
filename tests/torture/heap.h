/* An allocator that checks how it is used, and fails when told to. */
#ifndef TESTS_TORTURE_HEAP_H
#define TESTS_TORTURE_HEAP_H

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <orm/memory.h>

enum { HEAP_HEADER = 16 };

typedef enum heap_mode {
    HEAP_FAIL_ONCE,   /* the n-th call only */
    HEAP_FAIL_ONWARDS /* that one and all after it */
} heap_mode;

typedef struct heap {
    pthread_mutex_t mutex;
    heap_mode mode;
    long calls;   /* that ask for memory, since the heap was armed */
    long fail_at; /* 0: never */
    long failed;
    long blocks; /* not given back */
    long bytes;
    long peak;         /* the most there were since it was set */
    const char *fault; /* the first wrong use, static */
} heap;

static inline void heap_init(heap *h)
{
    memset(h, 0, sizeof *h);
    (void)pthread_mutex_init(&h->mutex, NULL);
}

static inline void heap_dispose(heap *h)
{
    (void)pthread_mutex_destroy(&h->mutex);
}

/* From now on the n-th call fails; 0: none does. */
static inline void heap_arm(heap *h, long n, heap_mode mode)
{
    (void)pthread_mutex_lock(&h->mutex);
    h->calls = 0;
    h->fail_at = n;
    h->mode = mode;
    (void)pthread_mutex_unlock(&h->mutex);
}

static inline bool heap_refuses(heap *h)
{
    h->calls++;
    if (h->fail_at == 0 || h->calls < h->fail_at)
        return false;
    if (h->calls > h->fail_at && h->mode == HEAP_FAIL_ONCE)
        return false;
    h->failed++;
    return true;
}

static inline void heap_blame(heap *h, const char *fault)
{
    if (h->fault == NULL)
        h->fault = fault;
}

/* Resizing always moves, so that a pointer kept too long is caught. */
static inline void *heap_resize_locked(heap *h, void *pointer, size_t old_size, size_t new_size)
{
    size_t held = 0;
    if (pointer == NULL && old_size != 0)
        heap_blame(h, "no memory, but a size");
    if (pointer == NULL && new_size == 0)
        return NULL;
    if (pointer != NULL) {
        memcpy(&held, (char *)pointer - HEAP_HEADER, sizeof held);
        if (held != old_size)
            heap_blame(h, "the size given back is not the size asked for");
    }
    char *block = NULL;
    if (new_size > 0) {
        if (heap_refuses(h) || (block = malloc(HEAP_HEADER + new_size)) == NULL)
            return NULL;
        memcpy(block, &new_size, sizeof new_size);
        memset(block + HEAP_HEADER, 0xA5, new_size);
        h->blocks++;
        h->bytes += (long)new_size;
        h->peak = h->bytes > h->peak ? h->bytes : h->peak;
    }
    if (pointer != NULL) {
        if (block != NULL)
            memcpy(block + HEAP_HEADER, pointer, held < new_size ? held : new_size);
        h->blocks--;
        h->bytes -= (long)held;
        free((char *)pointer - HEAP_HEADER);
    }
    return block == NULL ? NULL : block + HEAP_HEADER;
}

static inline void *heap_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    heap *h = context;
    (void)pthread_mutex_lock(&h->mutex);
    void *result = heap_resize_locked(h, pointer, old_size, new_size);
    (void)pthread_mutex_unlock(&h->mutex);
    return result;
}

static inline orm_allocator heap_allocator(heap *h)
{
    return (orm_allocator){.resize = heap_resize, .context = h};
}

#endif
