/* Arrays as SQLite stores them: the first byte chooses the type. What is read is written alike. */
#include "fuzz/fuzz.h"

#include "model/array_json.h"
#include "model/column_value.h"

static const char *const labels[] = {"red", "dark green"};
static const orm_enum_labels colours = {"colour", labels, 2};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const orm_allocator heap;
    static const orm_model model = {.name = "thing"};
    if (size == 0)
        return 0;
    orm_column column = {.field = "list", .name = "list", .labels = &colours};
    column.type = (uint8_t)(data[0] % ORM_TYPE_ENUM + 1);
    column.flags = ORM_COLUMN_ARRAY;
    orm__arena arena;
    orm_error error;
    const void *items = NULL;
    size_t count = 0;
    char *text = fuzz_text(data + 1, size - 1);
    orm__arena_init(&arena, &heap, NULL);
    orm_status status = orm__array_from_json(&model, &column, text, size - 1, &arena, &items,
                                             &count, &error);
    if (status == ORM_OK) {
        orm_value value = {.kind = ORM_KIND_ARRAY};
        const char *written = NULL;
        size_t length = 0;
        HOLDS(items != NULL);
        value.as.span.data = items;
        value.as.span.size = count;
        status = orm__column_check(&model, &column, &value, false, &arena, &error);
        if (status == ORM_OK)
            status = orm__array_to_json(&model, &column, &value, &arena, &written, &length, &error);
        /* Any text of the right type is an array, but not every array can be written: one may hold
         * labels or numbers that only another hand put there. */
        if (status == ORM_OK)
            HOLDS(orm__array_from_json(&model, &column, written, length, &arena, &items, &count,
                                       &error) == ORM_OK);
    }
    orm__arena_dispose(&arena);
    free(text);
    return 0;
}
