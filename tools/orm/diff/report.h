#ifndef ORM_TOOLS_ORM_DIFF_REPORT_H
#define ORM_TOOLS_ORM_DIFF_REPORT_H

#include "diff/changes.h"

/* For people, 80 columns. */
void diff_print_text(const struct changes *changes, const char *from, const char *to);
/* Documented by tools/orm/schemas/diff.schema.json. */
void diff_print_json(const struct changes *changes, const char *from, const char *to);
/* "table users", "column users.age": what a change is about. */
const char *diff_subject(struct arena *arena, const struct change *change);

#endif
