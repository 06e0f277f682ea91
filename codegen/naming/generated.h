#ifndef ORM_CODEGEN_NAMING_GENERATED_H
#define ORM_CODEGEN_NAMING_GENERATED_H

/*
 * Every name that is generated for a model, as one table: emitters spell names with it, and the
 * check for clashes walks it. What a label or an enum is called is in the schema already.
 */

#include <stdbool.h>
#include <stddef.h>

#include "types/schema_types.h"

struct arena;

enum name_scope {
    NAME_OF_MODEL,
    NAME_OF_COLUMN,
    NAME_OF_DEFERRED, /* a column that is deferred, besides */
    NAME_OF_RELATION,
    NAME_OF_ROW /* of a result struct, whose fields are columns */
};

/* C keeps the tags of structs and enums apart from all other names. */
enum name_space {
    NAME_ORDINARY, /* functions, objects, enumerators, macros */
    NAME_TAG,      /* an enum without a typedef */
    NAME_BOTH      /* a struct and its typedef */
};

/*
 * `pattern` holds {model}, {MODEL}, {column}, {COLUMN}, {relation} and {RELATION}, which stand for
 * the C name of the model and the YAML names of its parts. For a result struct {model} is the
 * struct's own C name, {owner} that of the model that declares it, {row} its YAML name. One entry
 * per C name, macros included.
 */
struct generated_name {
    const char *key; /* the emitters' word for it; NULL: not generated yet, kept free for later */
    enum name_scope scope;
    const char *pattern;
    enum name_space space;
};

extern const struct generated_name generated_names[];
extern const size_t generated_names_count;

/* Whether a relation (NULL: a name of another scope) has the name: some have no count, link or
 * walk. */
bool name_is_made(const struct generated_name *name, const struct relation *relation);

/* The name an entry gives a model, a column of it or a relation of it; others are NULL. */
const char *name_generated(struct arena *arena, const struct generated_name *name,
                           const struct model *model, const struct column *column,
                           const struct relation *relation);

/* What is generated for a named statement; each stands behind the statement's C name. */
struct statement_name {
    const char *key;
    const char *ending;
    enum name_space space;
};

extern const struct statement_name statement_names[];
extern const size_t statement_names_count;

/*
 * The name of a function's parameter: `wanted`, unless a model's type or object has that name,
 * which the parameter would hide; then with an underscore behind, which no such name has.
 */
const char *name_parameter(struct arena *arena, const struct schema *schema, const char *wanted);
/* The same for a key column, told apart from the `taken` parameters beside it. */
const char *name_key_parameter(struct arena *arena, const struct schema *schema,
                               const struct column *column, const char *const *taken,
                               size_t taken_count);

/* "user" and "h" to "user.orm.h": the file of a model or shared enum. */
const char *name_file(struct arena *arena, const char *c_name, const char *extension);

/* The macro that guards a header; no name made of a model can be in the library's name space. */
const char *name_guard(struct arena *arena, const char *c_upper);

/*
 * One name per file of the schema: the header that includes all of that file. "shop.orm.h" for
 * models/shop.yaml, with `_models` behind the base name while a model, an enum or an earlier
 * file has that header.
 */
const char **name_umbrellas(struct arena *arena, const struct schema *schema);

/*
 * One name per file of named statements: "shop.orm.h" for shop.sql, with `_queries` behind the base
 * name while something else has that header. Without its extension: "shop.orm".
 */
const char **name_statement_files(struct arena *arena, const struct schema *schema);

/* The last part of a path. */
const char *name_base(const char *path);

#endif
