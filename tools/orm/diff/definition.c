#include "diff/definition.h"

/* Behind DEFAULT stands no bare NOT, AND or the like: the server's grammar wants them in
 * parentheses there. */
static const char *default_text(struct arena *arena, const char *sql)
{
    static const char *const words[] = {"NOT ",   " AND ",   " OR ",      " IS ",     " IN ",
                                        " LIKE ", " ILIKE ", " BETWEEN ", " SIMILAR "};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(sql, words[i]))
            return arena_format(arena, " DEFAULT (%s)", sql);
    return arena_format(arena, " DEFAULT %s", sql);
}

static const char *deferral(bool deferrable, bool deferred)
{
    return deferred ? " DEFERRABLE INITIALLY DEFERRED" : deferrable ? " DEFERRABLE" : "";
}

static const char *key_text(struct arena *arena, const char *words, const struct catalog_key *key)
{
    const char *include =
        key->include.count ? arena_format(arena, " INCLUDE (%s)", words_list(arena, &key->include))
                           : "";
    const char *conflict =
        key->conflict ? arena_format(arena, " ON CONFLICT %s", key->conflict) : "";

    return arena_format(arena, "%s%s (%s)%s%s%s", words,
                        key->nulls_not_distinct ? " NULLS NOT DISTINCT" : "",
                        words_list(arena, &key->columns), include, conflict,
                        deferral(key->deferrable, key->deferred));
}

const char *definition_primary_key(struct arena *arena, const struct catalog_key *key)
{
    return key_text(arena, "PRIMARY KEY", key);
}

const char *definition_unique(struct arena *arena, const struct catalog_key *key)
{
    return key_text(arena, "UNIQUE", key);
}

const char *definition_check(struct arena *arena, const struct catalog_check *check)
{
    return arena_format(arena, "CHECK (%s)%s%s", check->expression,
                        check->no_inherit ? " NO INHERIT" : "", check->valid ? "" : " NOT VALID");
}

static const char *action_text(struct arena *arena, const char *event, const char *action)
{
    return strcmp(action, "NO ACTION") == 0 ? "" : arena_format(arena, " ON %s %s", event, action);
}

const char *definition_foreign_key(struct arena *arena, const struct catalog_foreign_key *key)
{
    return arena_format(
        arena, "FOREIGN KEY (%s) REFERENCES %s (%s)%s%s%s%s%s", words_list(arena, &key->columns),
        words_qualified(arena, key->target_schema, key->target_table),
        words_list(arena, &key->target_columns), key->match_full ? " MATCH FULL" : "",
        action_text(arena, "DELETE", key->on_delete), action_text(arena, "UPDATE", key->on_update),
        deferral(key->deferrable, key->deferred), key->valid ? "" : " NOT VALID");
}

static void add_part(struct arena *arena, struct text *to, const struct catalog_index_part *part)
{
    const char *text = part->column ? words_quoted(arena, part->column)
                                    : arena_format(arena, "(%s)", part->expression);

    text_add_string(arena, to, text);
    if (part->collation)
        text_add_string(arena, to, arena_format(arena, " COLLATE %s", part->collation));
    if (part->opclass) {
        size_t length = strlen(part->opclass);
        /* without options they are an empty pair of parentheses */
        size_t empty = length > 2 && strcmp(part->opclass + length - 2, "()") == 0 ? 2 : 0;

        text_add_string(
            arena, to,
            arena_format(arena, " %s", arena_copy(arena, part->opclass, length - empty)));
    }
    text_add_string(arena, to, part->descending ? " DESC" : "");
    if (part->nulls_first)
        text_add_string(arena, to, part->descending ? " NULLS LAST" : " NULLS FIRST");
}

const char *definition_index(struct arena *arena, const struct catalog_index *index)
{
    struct text text = {0};

    text_add_string(arena, &text, "");
    if (strcmp(index->method, "btree") != 0)
        text_add_string(arena, &text, arena_format(arena, "USING %s ", index->method));
    text_add_string(arena, &text, "(");
    for (size_t i = 0; i < index->part_count; i++) {
        text_add_string(arena, &text, i ? ", " : "");
        add_part(arena, &text, &index->parts[i]);
    }
    text_add_string(arena, &text, ")");
    if (index->include.count)
        text_add_string(arena, &text,
                        arena_format(arena, " INCLUDE (%s)", words_list(arena, &index->include)));
    text_add_string(arena, &text, index->nulls_not_distinct ? " NULLS NOT DISTINCT" : "");
    if (index->options)
        text_add_string(arena, &text, arena_format(arena, " WITH (%s)", index->options));
    if (index->where)
        text_add_string(arena, &text, arena_format(arena, " WHERE (%s)", index->where));
    return text.text;
}

const char *definition_index_whole(struct arena *arena, const struct catalog_index *index)
{
    return arena_format(arena, "%s%s%s", index->unique ? "UNIQUE " : "",
                        definition_index(arena, index), index->valid ? "" : " INVALID");
}

const char *definition_labels(struct arena *arena, const struct catalog_names *labels)
{
    struct text text = {0};

    text_add_string(arena, &text, "(");
    for (size_t i = 0; i < labels->count; i++) {
        text_add_string(arena, &text, i ? ", " : "");
        text_add_string(arena, &text, words_string(arena, labels->items[i]));
    }
    text_add_string(arena, &text, ")");
    return text.text;
}

const char *definition_domain(struct arena *arena, const struct catalog_domain *domain)
{
    const struct catalog_column *base = &domain->base;
    struct text text = {0};

    text_add_string(arena, &text, arena_format(arena, "AS %s", base->type));
    if (base->collation)
        text_add_string(arena, &text, arena_format(arena, " COLLATE %s", base->collation));
    if (base->default_sql)
        text_add_string(arena, &text, default_text(arena, base->default_sql));
    text_add_string(arena, &text, base->not_null ? " NOT NULL" : "");
    for (size_t i = 0; i < domain->check_count; i++)
        text_add_string(arena, &text,
                        arena_format(arena, " CONSTRAINT %s %s",
                                     words_quoted(arena, domain->checks[i].name),
                                     definition_check(arena, &domain->checks[i])));
    return text.text;
}

const char *definition_generated(const struct catalog_column *column)
{
    switch (column->generated) {
    case CATALOG_IDENTITY_ALWAYS:
        return "identity, always";
    case CATALOG_IDENTITY_BY_DEFAULT:
        return "identity";
    case CATALOG_SERIAL:
        return "serial";
    case CATALOG_AUTOINCREMENT:
        return "autoincrement";
    case CATALOG_ROWID:
        return "the row's number";
    case CATALOG_STORED:
        return "stored expression";
    case CATALOG_VIRTUAL:
        return "virtual expression";
    default:
        return NULL;
    }
}

static const char *identity_text(struct arena *arena, const struct catalog_column *column)
{
    const char *options =
        *column->sequence_options ? arena_format(arena, " (%s)", column->sequence_options) : "";

    return arena_format(arena, " GENERATED %s AS IDENTITY%s",
                        column->generated == CATALOG_IDENTITY_ALWAYS ? "ALWAYS" : "BY DEFAULT",
                        options);
}

/* A serial column is spelled by its type, and its sequence is made with it. */
static const char *type_text(const struct catalog_column *column)
{
    if (column->generated != CATALOG_SERIAL)
        return column->type;
    return strcmp(column->type, "bigint") == 0     ? "bigserial"
           : strcmp(column->type, "smallint") == 0 ? "smallserial"
                                                   : "serial";
}

const char *definition_column(struct arena *arena, const struct catalog_column *column)
{
    struct text text = {0};

    text_add_string(
        arena, &text,
        arena_format(arena, "%s %s", words_quoted(arena, column->name), type_text(column)));
    if (column->collation)
        text_add_string(arena, &text, arena_format(arena, " COLLATE %s", column->collation));
    if (column->generated == CATALOG_IDENTITY_ALWAYS ||
        column->generated == CATALOG_IDENTITY_BY_DEFAULT)
        text_add_string(arena, &text, identity_text(arena, column));
    if (column->generated == CATALOG_STORED)
        text_add_string(
            arena, &text,
            arena_format(arena, " GENERATED ALWAYS AS (%s) STORED", column->expression));
    if (column->default_sql)
        text_add_string(arena, &text, default_text(arena, column->default_sql));
    text_add_string(arena, &text, column->not_null ? " NOT NULL" : "");
    return text.text;
}
