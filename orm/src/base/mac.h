/* Authentication codes: HMAC with SHA-256, by OpenSSL's libcrypto. */
#ifndef ORM_BASE_MAC_H
#define ORM_BASE_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORM__MAC_SIZE = 32 };

typedef struct orm__mac_key {
    uint8_t bytes[ORM__MAC_SIZE];
} orm__mac_key;

/* Random, or made of `size` bytes of any length. False: libcrypto could not. */
bool orm__mac_key_random(orm__mac_key *key_out);
bool orm__mac_key_derive(const void *secret, size_t size, orm__mac_key *key_out);
/* So that nothing of it stays in memory. */
void orm__mac_key_erase(orm__mac_key *key);

bool orm__mac(const orm__mac_key *key, const void *data, size_t size,
              uint8_t mac_out[ORM__MAC_SIZE]);
/* In a time that does not tell where they differ. */
bool orm__mac_same(const uint8_t *left, const uint8_t *right, size_t size);

#endif
