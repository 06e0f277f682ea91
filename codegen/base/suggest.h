#ifndef ORM_CODEGEN_BASE_SUGGEST_H
#define ORM_CODEGEN_BASE_SUGGEST_H

#include <stddef.h>

struct arena;

/* Candidates to take a misspelt word for; start with suggest_for(), offer each, then ask. */
struct suggestion {
    const char *wrong;
    const char *best; /* NULL: nothing is near */
    size_t distance;
};

struct suggestion suggest_for(const char *wrong);
void suggest_offer(struct suggestion *suggestion, const char *candidate);

/* "; did you mean 'x'?" or "". */
const char *suggest_text(struct arena *arena, const struct suggestion *suggestion);

#endif
