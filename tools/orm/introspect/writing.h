#ifndef ORM_TOOLS_ORM_INTROSPECT_WRITING_H
#define ORM_TOOLS_ORM_INTROSPECT_WRITING_H

/* What the files that write YAML share. */

#include "introspect/draft.h"

struct writing {
    const struct draft *draft;
    struct arena *arena;
    struct text text;
    size_t seen; /* bytes of the text whose lines were counted */
    size_t lines;
    struct pointers *owners; /* struct draft_name per line, NULL where there is none */
};

__attribute__((format(printf, 2, 3))) void writing_add(struct writing *w, const char *format, ...);
/* The line that is being written is about what `owner` names. */
void writing_own(struct writing *w, struct draft_name *owner);
/* The text with quotes if it needs them. */
const char *writing_scalar(struct writing *w, const char *text);
/* ", key: value"; nothing for NULL and false. */
void writing_key(struct writing *w, const char *key, const char *value);
void writing_flag(struct writing *w, const char *key, bool value);
/* What a column of the database is called in the model. */
const char *writing_column(const struct draft_model *model, const char *db_name);
/* "key: [a, b]" behind `before`. */
void writing_columns(struct writing *w, const char *before, const char *key,
                     const struct draft_model *model, struct catalog_names columns);

/* write_keys.c: the lists of a model. */
void writing_indexes(struct writing *w, const struct draft_model *model);
void writing_uniques(struct writing *w, const struct draft_model *model);
void writing_checks(struct writing *w, const struct draft_model *model);
void writing_constraints(struct writing *w, const struct draft_model *model);

#endif
