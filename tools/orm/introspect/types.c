#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "introspect/draft.h"
#include "types/literal.h"
#include "types/types.h"

struct known {
    const char *name;    /* pg_type.typname */
    const char *type;    /* in YAML */
    const char *spelled; /* format_type() of it when nothing is said of length or precision */
};

static const struct known postgresql[] = {
    {"bool", "boolean", "boolean"},
    {"int2", "smallint", "smallint"},
    {"int4", "integer", "integer"},
    {"int8", "bigint", "bigint"},
    {"float4", "real", "real"},
    {"float8", "double", "double precision"},
    {"numeric", "numeric", "numeric"},
    {"text", "text", "text"},
    {"varchar", "varchar", "character varying"},
    {"bpchar", "char", "character"},
    {"bytea", "bytea", "bytea"},
    {"uuid", "uuid", "uuid"},
    {"date", "date", "date"},
    {"time", "time", "time without time zone"},
    {"timestamp", "timestamp", "timestamp without time zone"},
    {"timestamptz", "timestamptz", "timestamp with time zone"},
    {"interval", "interval", "interval"},
    {"json", "json", "json"},
    {"jsonb", "jsonb", "jsonb"},
};

static void set_raw(struct draft_column *column)
{
    column->type = (struct column_type){.kind = TYPE_RAW, .text = "raw"};
    column->type_text = "raw";
    column->sql_type = column->from->type;
}

static bool parse(struct arena *arena, const char *text, struct column_type *type_out)
{
    const char *why = NULL;

    return type_parse(arena, text, type_out, &why) == TYPE_PARSED;
}

static const struct known *known_type(const struct catalog_column *column)
{
    for (size_t i = 0; column->type_builtin && i < sizeof postgresql / sizeof *postgresql; i++)
        if (strcmp(postgresql[i].name, column->type_name) == 0)
            return &postgresql[i];
    return NULL;
}

/* A type of PostgreSQL's own that is one of ours, perhaps with more to say than ours can. */
static bool set_known(struct arena *arena, struct draft_column *column,
                      const struct catalog_column *from)
{
    const struct known *known = known_type(from);
    const char *array = from->dimensions ? "[]" : "";
    const char *open = strchr(from->type, '(');
    size_t length = known ? strlen(known->spelled) : 0;
    const char *text;

    if (!known)
        return false;
    text = known->type;
    if (open && (size_t)(open - from->type) == length &&
        !strchr(from->type, ' ') == !strchr(known->spelled, ' '))
        text = arena_format(arena, "%s%.*s", known->type, (int)strcspn(open, ")") + 1, open);
    if (!parse(arena, text, &column->type)) {
        text = known->type;
        parse(arena, text, &column->type);
    }
    if (strcmp(known->name, "bpchar") == 0 && !open)
        text = "text", parse(arena, text, &column->type);
    column->type.array = from->dimensions != 0;
    column->type_text = column->type.text;
    if (strcmp(from->type, arena_format(arena, "%s%s%s", known->spelled,
                                        strchr(text, '(') ? strchr(text, '(') : "", array)) != 0)
        column->sql_type = from->type;
    return true;
}

static const struct catalog_domain *domain_of(const struct catalog *catalog,
                                              const struct catalog_column *column)
{
    for (size_t i = 0; i < catalog->domain_count; i++) {
        const struct catalog_domain *domain = &catalog->domains[i];
        bool same = domain->schema && column->type_schema
                        ? strcmp(domain->schema, column->type_schema) == 0
                        : domain->schema == column->type_schema;

        if (same && strcmp(domain->name, column->type_name) == 0)
            return domain;
    }
    return NULL;
}

static bool set_domain(struct draft *draft, struct draft_column *column)
{
    const struct catalog_column *base = column->from;

    for (unsigned depth = 0; base->type_kind == CATALOG_DOMAIN && depth < 16; depth++) {
        const struct catalog_domain *domain =
            base->dimensions ? NULL : domain_of(draft->catalog, base);

        if (!domain)
            return false;
        base = &domain->base;
    }
    if (!set_known(draft->arena, column, base))
        return false;
    column->sql_type = column->from->type;
    return true;
}

static bool set_enum(const struct draft *draft, struct draft_column *column)
{
    const struct catalog_column *from = column->from;

    for (size_t i = 0; i < draft->catalog->enum_count; i++) {
        const struct catalog_enum *type = draft->enums[i].from;
        bool same = type->schema && from->type_schema ? strcmp(type->schema, from->type_schema) == 0
                                                      : type->schema == from->type_schema;

        if (!same || strcmp(type->name, from->type_name) != 0 || !draft->enums[i].used)
            continue;
        column->type = (struct column_type){.kind = TYPE_ENUM,
                                            .array = from->dimensions != 0,
                                            .enumeration = (const void *)&draft->enums[i]};
        return true;
    }
    return false;
}

static void set_postgresql(struct draft *draft, struct draft_column *column)
{
    const struct catalog_column *from = column->from;
    bool done = from->type_kind == CATALOG_DOMAIN ? set_domain(draft, column)
                : from->type_kind == CATALOG_ENUM ? set_enum(draft, column)
                                                  : set_known(draft->arena, column, from);

    if (!done)
        set_raw(column);
}

static const struct {
    const char *declared; /* up to its parenthesis, in lower case */
    const char *type;
} sqlite[] = {
    {"integer", "bigint"},
    {"text", "text"},
    {"real", "double"},
    {"blob", "bytea"},
    {"boolean", "boolean"},
    {"bool", "boolean"},
    {"date", "date"},
    {"datetime", "timestamp"},
    {"timestamp", "timestamp"},
    {"timestamptz", "timestamptz"},
    {"timestamp with time zone", "timestamptz"},
    {"time", "time"},
    {"uuid", "uuid"},
    {"json", "json"},
    {"numeric", "numeric"},
    {"decimal", "numeric"},
    {"money", "numeric"},
    {"smallmoney", "numeric"},
};

/* By what SQLite itself makes of a declared type. */
static const char *type_by_affinity(const char *declared)
{
    if (strstr(declared, "int"))
        return "bigint";
    if (strstr(declared, "char") || strstr(declared, "clob") || strstr(declared, "text"))
        return "text";
    if (strstr(declared, "blob"))
        return "bytea";
    if (strstr(declared, "real") || strstr(declared, "floa") || strstr(declared, "doub"))
        return "double";
    return "raw";
}

static void set_sqlite(struct draft *draft, struct draft_column *column)
{
    const char *type = column->from->type;
    char *lower = arena_copy(draft->arena, type, strcspn(type, "("));
    size_t length;
    const char *made = NULL;
    bool own;

    for (length = 0; lower[length]; length++)
        lower[length] = (char)tolower((unsigned char)lower[length]);
    while (length && lower[length - 1] == ' ')
        lower[--length] = '\0';
    for (size_t i = 0; i < sizeof sqlite / sizeof *sqlite && !made; i++)
        if (strcmp(sqlite[i].declared, lower) == 0)
            made = sqlite[i].type;
    made = made ? made : type_by_affinity(lower);
    parse(draft->arena, made, &column->type);
    column->type_text = column->type.text;
    own = strcmp(type, "INTEGER") == 0 || strcmp(type, "TEXT") == 0 || strcmp(type, "REAL") == 0 ||
          strcmp(type, "BLOB") == 0;
    /* an expression stays as it is only beside a type that does */
    if (!own || (column->from->default_sql && !column->from->default_literal))
        column->sql_type = type;
}

/* One text for another, or a whole number for a wider one: so that keys can be followed. */
static bool adapt(struct draft_column *from, const struct draft_column *to)
{
    const struct type_info *own = type_info(from->type.kind);
    const struct type_info *other = type_info(to->type.kind);
    bool texts =
        own->text && other->text && from->type.kind != TYPE_CHAR && to->type.kind != TYPE_CHAR;
    bool widens = own->integer && other->integer && from->type.kind < to->type.kind;

    if (from->type.array || to->type.array || (!texts && !widens) ||
        from->type.kind == to->type.kind || from->counted)
        return false;
    from->sql_type = from->sql_type ? from->sql_type : from->from->type;
    from->type = to->type;
    from->type_text = to->type_text;
    return true;
}

static bool adapt_keys(struct draft *draft)
{
    bool changed = false;

    for (size_t m = 0; m < draft->model_count; m++) {
        const struct draft_model *model = draft->models[m];

        for (size_t k = 0; k < model->table->foreign_key_count; k++) {
            const struct catalog_foreign_key *key = &model->table->foreign_keys[k];
            const struct draft_model *target =
                draft_model_of(draft, key->target_schema, key->target_table);

            for (size_t i = 0; target && i < key->columns.count; i++) {
                struct draft_column *from = draft_column_of(model, key->columns.items[i]);
                const struct draft_column *to =
                    draft_column_of(target, key->target_columns.items[i]);

                changed = (from && to && adapt(from, to)) || changed;
            }
        }
    }
    return changed;
}

/* Models have one column that is numbered: that of the key, or the first. */
static void choose_counted(struct draft_model *model)
{
    const struct catalog_key *key = model->table->primary_key;
    struct draft_column *chosen = NULL;

    for (size_t i = 0; i < model->column_count; i++) {
        struct draft_column *column = &model->columns[i];
        bool is_key = key && key->columns.count == 1 &&
                      strcmp(key->columns.items[0], column->from->name) == 0;

        if (column->counted && (!chosen || is_key))
            chosen = column;
    }
    for (size_t i = 0; i < model->column_count; i++) {
        struct draft_column *column = &model->columns[i];

        column->further = column->counted && column != chosen;
        column->counted = column == chosen;
    }
}

void draft_set_types(struct draft *draft)
{
    for (size_t m = 0; m < draft->model_count; m++) {
        struct draft_model *model = draft->models[m];

        for (size_t i = 0; i < model->column_count; i++) {
            struct draft_column *column = &model->columns[i];
            enum catalog_generated made = column->from->generated;

            column->counted = made == CATALOG_IDENTITY_ALWAYS || made == CATALOG_SERIAL ||
                              made == CATALOG_IDENTITY_BY_DEFAULT ||
                              made == CATALOG_AUTOINCREMENT || made == CATALOG_ROWID;
            if (draft->catalog->dialect == CATALOG_POSTGRESQL)
                set_postgresql(draft, column);
            else
                set_sqlite(draft, column);
        }
        choose_counted(model);
    }
    for (unsigned round = 0; round < 8 && adapt_keys(draft);)
        round++;
}

static bool is_label(const struct draft_column *column, const char *text)
{
    const struct draft_enum *type = (const void *)column->type.enumeration;

    for (size_t i = 0; i < type->from->labels.count; i++)
        if (strcmp(type->from->labels.items[i], text) == 0)
            return true;
    return false;
}

/* A number that is written with an exponent. */
static bool is_far(const char *text)
{
    double size = fabs(strtod(text, NULL));

    return strlen(text) > 17 || (size > 0 && (size < 1e-4 || size >= 1e15));
}

const char *draft_literal(const struct draft *draft, const struct draft_column *column)
{
    const char *text = column->from->default_literal;
    const char *why = NULL;

    if (!text || column->sql_type || column->type.kind == TYPE_RAW)
        return NULL;
    if (column->type.array)
        return strcmp(text, "{}") == 0 ? "[]" : NULL;
    if ((column->type.kind == TYPE_REAL && strlen(text) > 7) ||
        (column->type.kind == TYPE_DOUBLE && is_far(text)))
        return NULL; /* it would come back in another spelling */
    if (column->type.kind == TYPE_ENUM)
        return is_label(column, text) ? text : NULL;
    if (column->type.kind == TYPE_BYTEA && draft->catalog->dialect == CATALOG_SQLITE)
        return NULL;
    return literal_read(draft->arena, &column->type, text, &why) ? text : NULL;
}
