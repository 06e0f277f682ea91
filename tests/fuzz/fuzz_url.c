/* Database URLs, as far as they are read without connecting. */
#include "fuzz/fuzz.h"

#include "driver/driver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const orm__driver *const drivers[] = {&orm__driver_sqlite, &orm__driver_postgresql};
    static const orm_allocator heap;
    static const orm_runtime threads; /* that of threads, as far as nothing is sent */
    char *url = fuzz_text(data, size);
    orm_engine_options options = {.url = url, .connect_timeout_ms = 1000};
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        orm__target target = {.options = &options, .allocator = &heap, .runtime = &threads};
        orm_error error = {0};
        void *shared = NULL;
        if (!drivers[i]->accepts(url))
            continue;
        orm_status status = drivers[i]->setup(&target, &shared, &error);
        HOLDS(status == ORM_OK || status == ORM_INVALID);
        HOLDS(status == ORM_OK || error.message[0] != '\0');
        if (status == ORM_OK)
            drivers[i]->teardown(&target, shared);
    }
    free(url);
    return 0;
}
