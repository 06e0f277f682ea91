#include "bench/rows.h"

#include <stdlib.h>
#include <string.h>

#include "bench/side.h"

struct pool_block {
    struct pool_block *next;
    size_t size;
};

enum { BLOCK_SIZE = 64 * 1024, BLOCK_START = 32 };

static struct pool_block *take_block(pool *memory, size_t size)
{
    struct pool_block *block = memory->spare;
    if (size <= BLOCK_SIZE && block != NULL) {
        memory->spare = block->next;
        return block;
    }
    size = size <= BLOCK_SIZE ? BLOCK_SIZE : size;
    block = malloc(size);
    if (block == NULL)
        abort();
    block->size = size;
    return block;
}

void *pool_alloc(pool *memory, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (size > (size_t)(memory->end - memory->at)) {
        struct pool_block *block = take_block(memory, size + BLOCK_START);
        block->next = memory->blocks;
        memory->blocks = block;
        memory->at = (char *)block + BLOCK_START;
        memory->end = (char *)block + block->size;
    }
    void *at = memory->at;
    memory->at += size;
    return at;
}

const char *pool_text(pool *memory, const void *text, size_t size)
{
    char *copy = pool_alloc(memory, size + 1);
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

void pool_reset(pool *memory)
{
    while (memory->blocks != NULL) {
        struct pool_block *block = memory->blocks;
        memory->blocks = block->next;
        if (block->size == BLOCK_SIZE) {
            block->next = memory->spare;
            memory->spare = block;
        } else {
            free(block);
        }
    }
    memory->at = NULL;
    memory->end = NULL;
}

void pool_free(pool *memory)
{
    pool_reset(memory);
    while (memory->spare != NULL) {
        struct pool_block *block = memory->spare;
        memory->spare = block->next;
        free(block);
    }
}

bool key_index_init(key_index *index, pool *memory, size_t count)
{
    size_t size = 8;
    while (size < count * 2)
        size *= 2;
    index->mask = size - 1;
    index->keys = pool_alloc(memory, size * sizeof *index->keys);
    index->numbers = pool_alloc(memory, size * sizeof *index->numbers);
    memset(index->numbers, 0, size * sizeof *index->numbers);
    return true;
}

static size_t place(const key_index *index, int64_t key)
{
    return (size_t)(((uint64_t)key * 0x9e3779b97f4a7c15ULL) >> 32) & index->mask;
}

void key_index_add(key_index *index, int64_t key, uint32_t number)
{
    size_t at = place(index, key);
    while (index->numbers[at] != 0)
        at = (at + 1) & index->mask;
    index->keys[at] = key;
    index->numbers[at] = number + 1;
}

uint32_t key_index_find(const key_index *index, int64_t key)
{
    size_t at = place(index, key);
    while (index->numbers[at] != 0 && index->keys[at] != key)
        at = (at + 1) & index->mask;
    return index->numbers[at] - 1;
}

bool group_children(pool *memory, void **children, const uint32_t *parents, size_t count,
                    size_t parent_count, void ***items_out, uint32_t **start_out)
{
    uint32_t *start = pool_alloc(memory, (parent_count + 2) * sizeof *start);
    void **items = pool_alloc(memory, (count + 1) * sizeof *items);
    memset(start, 0, (parent_count + 2) * sizeof *start);
    for (size_t i = 0; i < count; i++)
        start[parents[i] + 2]++;
    for (size_t p = 2; p < parent_count + 2; p++)
        start[p] += start[p - 1];
    for (size_t i = 0; i < count; i++)
        items[start[parents[i] + 1]++] = children[i];
    *items_out = items;
    *start_out = start;
    return true;
}

uint64_t bench_fold_text(uint64_t sum, const char *text)
{
    return bench_fold(sum, (uint64_t)(unsigned char)text[0] +
                               256 * (uint64_t)(unsigned char)text[text[0] != 0]);
}

uint64_t fold_task(uint64_t sum, const plain_task *task)
{
    sum = bench_fold(sum, (uint64_t)task->id);
    sum = bench_fold_text(sum, task->title);
    sum = bench_fold(sum, (uint64_t)task->due_at +
                              (task->has_priority ? (uint64_t)(uint32_t)task->priority : 99) +
                              task->done);
    return sum;
}

uint64_t fold_project(uint64_t sum, const plain_project *project)
{
    sum = bench_fold(sum, (uint64_t)project->id);
    sum = bench_fold_text(sum, project->name);
    return bench_fold(sum, (uint64_t)project->created_at);
}

uint64_t fold_user(uint64_t sum, const plain_user *user)
{
    sum = bench_fold(sum, (uint64_t)user->id + user->active);
    sum = bench_fold_text(sum, user->name);
    sum = bench_fold_text(sum, user->email);
    return bench_fold(sum, (uint64_t)user->created_at);
}

uint64_t fold_graph(uint64_t sum, plain_user **users, size_t count)
{
    for (size_t u = 0; u < count; u++) {
        sum = fold_user(sum, users[u]);
        for (size_t p = 0; p < users[u]->project_count; p++) {
            const plain_project *project = users[u]->projects[p];
            sum = fold_project(sum, project);
            for (size_t t = 0; t < project->task_count; t++)
                sum = fold_task(sum, project->tasks[t]);
        }
    }
    return sum;
}
