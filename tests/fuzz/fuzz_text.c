/* Values as text: the first byte chooses the parser. What it takes, it gives back alike. */
#include "fuzz/fuzz.h"

#include <orm/value.h>

#include "model/numeric.h"

static void try_numeric(const char *text, size_t size)
{
    static const orm_allocator heap;
    orm__arena arena;
    const char *plain = NULL;
    const char *canonical = NULL;
    const char *again = NULL;
    const unsigned char *binary = NULL;
    size_t plain_size = 0;
    size_t canonical_size = 0;
    size_t length = 0;
    orm__arena_init(&arena, &heap, NULL);
    orm_status status = orm__numeric_expand(text, size, &arena, &plain, &plain_size);
    HOLDS(orm__numeric_compare(text, size, text, size) == 0);
    if (status == ORM_OK) {
        HOLDS(orm__numeric_canonical(text, size, &arena, &canonical, &canonical_size) == ORM_OK);
        HOLDS(orm__numeric_compare(text, size, plain, plain_size) == 0);
        HOLDS(orm__numeric_compare(plain, plain_size, canonical, canonical_size) == 0);
        HOLDS(orm__numeric_to_pg(text, size, &arena, &binary, &length) == ORM_OK);
        HOLDS(orm__numeric_from_pg(binary, length, &arena, &again, &length) == ORM_OK);
        HOLDS(strcmp(again, plain) == 0);
        (void)orm__numeric_round(text, size, 20, 4, &arena, &again, &length);
        (void)orm__numeric_pad(text, size, 6, &arena, &again, &length);
    }
    orm__arena_dispose(&arena);
}

#define TRY_TYPE(type, member)                                                                     \
    static void try_##type(const char *text)                                                       \
    {                                                                                              \
        orm_##type value;                                                                          \
        orm_##type again;                                                                          \
        char written[256];                                                                         \
        if (orm_##type##_parse(text, &value) != ORM_OK)                                            \
            return;                                                                                \
        HOLDS(orm_##type##_format(value, written) < sizeof written);                               \
        HOLDS(orm_##type##_parse(written, &again) == ORM_OK);                                      \
        HOLDS(memcmp(&value.member, &again.member, sizeof value.member) == 0);                     \
    }

TRY_TYPE(uuid, bytes)
TRY_TYPE(date, days)
TRY_TYPE(time, micros)
TRY_TYPE(timestamp, micros)
TRY_TYPE(timestamptz, micros)
TRY_TYPE(interval, micros)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const parsers[])(const char *text) = {
        try_uuid, try_date, try_time, try_timestamp, try_timestamptz, try_interval};
    if (size == 0)
        return 0;
    char *text = fuzz_text(data + 1, size - 1);
    size_t choice = data[0] % 7u;
    if (choice == 6)
        try_numeric(text, size - 1);
    else
        parsers[choice](text);
    free(text);
    return 0;
}
