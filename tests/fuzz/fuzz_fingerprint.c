/* Statements as tokens: each lies in the text, they make progress, and equal text counts alike. */
#include "fuzz/fuzz.h"

#include "sql/fingerprint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *sql = fuzz_text(data, size);
    orm__scanner scanner = {sql, sql + size};
    const char *last = sql;
    for (;;) {
        orm__token token = orm__scan(&scanner);
        if (token.kind == ORM_TOKEN_END)
            break;
        HOLDS(token.size > 0 && token.text >= last && token.text + token.size <= sql + size);
        last = token.text + token.size;
    }
    uint64_t first = orm__fingerprint(sql, size);
    char *spaced = malloc(size + 3);
    HOLDS(spaced != NULL);
    spaced[0] = ' ';
    memcpy(spaced + 1, sql, size);
    HOLDS(orm__fingerprint(spaced, size + 1) == first);
    free(spaced);
    free(sql);
    return 0;
}
