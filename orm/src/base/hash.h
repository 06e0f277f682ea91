/* One hash function for every table of the library. */
#ifndef ORM_BASE_HASH_H
#define ORM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include <orm/site.h>

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

/* The same for a place in the source as for itself only. */
static inline uint64_t orm__hash_site(orm_site site)
{
    uint64_t place = ((uint64_t)(unsigned int)site.line << 32) | (unsigned int)site.counter;
    return orm__hash_word((uint64_t)(uintptr_t)site.file + orm__hash_word(place));
}

/* FNV-1a over words of eight bytes, mixed. */
uint64_t orm__hash_bytes(const void *data, size_t size);

#endif
