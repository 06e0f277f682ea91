#ifndef ORM_TOOLS_ORM_NPLUS1_JSON_H
#define ORM_TOOLS_ORM_NPLUS1_JSON_H

/* Pieces that the JSON reports share. */

#include <jansson.h>

#include "nplus1/run.h"

/* null for NULL. */
json_t *json_word(const char *text);
/* {"file", "line", "function"}, or null. */
json_t *json_place(const struct source_place *place);
/* Writes the document and gives it back. */
void json_finish(const struct run *run, json_t *root, struct text *to);

#endif
