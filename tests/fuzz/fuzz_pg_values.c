/* PostgreSQL's binary values: the first byte chooses the type, the second how it is read. */
#include "fuzz/fuzz.h"

#include "driver/postgres/pg_rows.h"
#include "model/numeric.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const labels[] = {"red", "dark green"};
    static const orm_enum_labels colours = {"colour", labels, 2};
    static const orm_allocator heap;
    if (size < 2)
        return 0;
    orm_column column = {.field = "value", .name = "value", .labels = &colours};
    column.type = (uint8_t)(data[0] % ORM_TYPE_ENUM + 1);
    union {
        max_align_t align;
        unsigned char bytes[128];
    } member = {.bytes = {0}};
    orm__arena arena;
    const char *text = NULL;
    size_t length = 0;
    unsigned char *value = (unsigned char *)fuzz_text(data + 2, size - 2);
    orm__arena_init(&arena, &heap, NULL);
    if (data[1] % 3 == 0) {
        column.flags = ORM_COLUMN_ARRAY;
        (void)orm__pg_decode_array(&column, value, size - 2, &member, &arena);
    } else if (data[1] % 3 == 1) {
        (void)orm__pg_decode(&column, data[1] % 2 == 0, value, size - 2, &member, &arena);
    } else if (orm__numeric_from_pg(value, size - 2, &arena, &text, &length) == ORM_OK) {
        HOLDS(strlen(text) == length);
    }
    orm__arena_dispose(&arena);
    free(value);
    return 0;
}
