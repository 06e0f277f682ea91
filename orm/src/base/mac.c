#include "base/mac.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

static bool compute(const void *key, size_t key_size, const void *data, size_t size, uint8_t *out)
{
    unsigned length = 0;
    return key_size <= INT_MAX &&
           HMAC(EVP_sha256(), key, (int)key_size, data, size, out, &length) != NULL &&
           length == ORM__MAC_SIZE;
}

bool orm__mac_key_random(orm__mac_key *key_out)
{
    return RAND_bytes(key_out->bytes, sizeof key_out->bytes) == 1;
}

bool orm__mac_key_derive(const void *secret, size_t size, orm__mac_key *key_out)
{
    static const char purpose[] = "orm cursors 1";
    return compute(secret, size, purpose, sizeof purpose, key_out->bytes);
}

void orm__mac_key_erase(orm__mac_key *key)
{
    OPENSSL_cleanse(key->bytes, sizeof key->bytes);
}

bool orm__mac(const orm__mac_key *key, const void *data, size_t size,
              uint8_t mac_out[ORM__MAC_SIZE])
{
    return compute(key->bytes, sizeof key->bytes, data, size, mac_out);
}

bool orm__mac_same(const uint8_t *left, const uint8_t *right, size_t size)
{
    return CRYPTO_memcmp(left, right, size) == 0;
}
