#include "base/hash.h"

#include <string.h>

uint64_t orm__hash_bytes(const void *data, size_t size)
{
    const unsigned char *at = data;
    uint64_t hash = 0xcbf29ce484222325ULL ^ size;
    for (; size >= 8; size -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
        hash ^= hash >> 29;
    }
    uint64_t rest = 0;
    if (size > 0)
        memcpy(&rest, at, size);
    return orm__hash_word((hash ^ rest) * 0x9e3779b97f4a7c15ULL);
}
