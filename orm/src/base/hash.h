/* One hash function for every table of the library. */
#ifndef ORM_BASE_HASH_H
#define ORM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Mixes one 64-bit word (the finaliser of MurmurHash3). */
static inline uint64_t orm__hash_word(uint64_t word)
{
    word ^= word >> 33;
    word *= 0xff51afd7ed558ccdULL;
    word ^= word >> 33;
    word *= 0xc4ceb9fe1a85ec53ULL;
    word ^= word >> 33;
    return word;
}

/* FNV-1a over words of eight bytes, mixed. */
uint64_t orm__hash_bytes(const void *data, size_t size);

#endif
