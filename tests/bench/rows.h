/* Rows as the hand-written sides keep them, in a bump allocator that is emptied at once. */
#ifndef ORM_BENCH_ROWS_H
#define ORM_BENCH_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct plain_task {
    int64_t id;
    int64_t project_id;
    const char *title;
    int64_t due_at;
    int32_t priority;
    bool has_priority;
    bool done;
} plain_task;

typedef struct plain_project {
    int64_t id;
    int64_t owner_id;
    const char *name;
    int64_t created_at;
    plain_task **tasks;
    size_t task_count;
} plain_project;

typedef struct plain_user {
    int64_t id;
    const char *name;
    const char *email;
    int64_t created_at;
    plain_project **projects;
    size_t project_count;
    bool active;
} plain_user;

typedef struct pool {
    struct pool_block *blocks; /* in use, newest first */
    struct pool_block *spare;
    char *at;
    char *end;
} pool;

void *pool_alloc(pool *memory, size_t size);
const char *pool_text(pool *memory, const void *text, size_t size);
/* Keeps the blocks for the next use. */
void pool_reset(pool *memory);
void pool_free(pool *memory);

/* Numbers of the rows of a list by their key. */
typedef struct key_index {
    int64_t *keys;
    uint32_t *numbers; /* + 1; 0 is empty */
    size_t mask;
} key_index;

bool key_index_init(key_index *index, pool *memory, size_t count);
void key_index_add(key_index *index, int64_t key, uint32_t number);
uint32_t key_index_find(const key_index *index, int64_t key);

/*
 * Groups `count` children by the number of their parent: start_out[p] … start_out[p + 1] - 1 of
 * items_out are those of parent p. All of it is in `memory`.
 */
bool group_children(pool *memory, void **children, const uint32_t *parents, size_t count,
                    size_t parent_count, void ***items_out, uint32_t **start_out);

uint64_t fold_task(uint64_t sum, const plain_task *task);
uint64_t fold_project(uint64_t sum, const plain_project *project);
uint64_t fold_user(uint64_t sum, const plain_user *user);
uint64_t fold_graph(uint64_t sum, plain_user **users, size_t count);

#endif
