#include <string.h>

#include "database/connection.h"
#include "schema/load.h"

/* Foreign keys that no index covers: its first columns are those of the key, in any order. */

static bool is_among(const struct column *column, const struct key *key)
{
    for (size_t i = 0; i < key->count; i++)
        if (key->columns[i] == column)
            return true;
    return false;
}

static bool key_covers(const struct key *key, const struct key *wanted)
{
    if (key->count < wanted->count)
        return false;
    for (size_t i = 0; i < wanted->count; i++)
        if (!is_among(key->columns[i], wanted))
            return false;
    return true;
}

static bool index_covers(const struct index *index, const struct key *wanted)
{
    if (index->where || index->part_count < wanted->count)
        return false;
    for (size_t i = 0; i < wanted->count; i++)
        if (!index->parts[i].column || !is_among(index->parts[i].column, wanted))
            return false;
    return true;
}

static bool is_covered(const struct model *model, const struct key *wanted)
{
    if (key_covers(&model->primary_key, wanted))
        return true;
    for (size_t i = 0; i < model->unique_count; i++)
        if (key_covers(&model->uniques[i].key, wanted))
            return true;
    for (size_t i = 0; i < model->index_count; i++)
        if (index_covers(&model->indexes[i], wanted))
            return true;
    return false;
}

static const char *names_of(struct arena *arena, const struct key *key)
{
    struct text names = {0};

    for (size_t i = 0; i < key->count; i++) {
        text_add_string(arena, &names, i ? ", " : "");
        text_add_string(arena, &names, key->columns[i]->name);
    }
    return names.text;
}

static void lint_model(struct arena *arena, struct diagnostics *diags, const struct model *model)
{
    for (size_t i = 0; i < model->foreign_key_count; i++) {
        const struct foreign_key *key = &model->foreign_keys[i];
        const char *names = names_of(arena, &key->key);
        struct span at = {.source = diagnostics_source(diags, key->place.file),
                          .line = key->place.line,
                          .column = key->place.column,
                          .width = (unsigned)strlen(key->relation->name)};

        if (is_covered(model, &key->key))
            continue;
        if (model->link_only)
            diagnostics_error(diags, at,
                              "no index of the table '%s' covers (%s), which refers to '%s'; give "
                              "the link a model with 'indexes: [{ columns: [%s] }]'",
                              model->table, names, key->target->name, names);
        else
            diagnostics_error(diags, at,
                              "no index of model '%s' covers (%s), which refers to '%s'; write "
                              "'indexes: [{ columns: [%s] }]'",
                              model->name, names, key->target->name, names);
    }
}

static const char on_postgresql[] =
    "SELECT c.conrelid::regclass::text, string_agg(quote_ident(a.attname), ', ' ORDER BY k.n), "
    "c.confrelid::regclass::text, c.conname FROM pg_constraint c "
    "JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k(attnum, n) ON true "
    "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum "
    "WHERE c.contype = 'f' AND c.conparentid = 0 AND NOT EXISTS (SELECT 1 FROM pg_index i "
    "JOIN pg_class n ON n.oid = i.indexrelid JOIN pg_am m ON m.oid = n.relam "
    "WHERE i.indrelid = c.conrelid AND i.indisvalid AND i.indpred IS NULL "
    "AND m.amname IN ('btree', 'hash') AND i.indnkeyatts >= cardinality(c.conkey) "
    "AND (SELECT array_agg(x ORDER BY x) FROM "
    "unnest((i.indkey::smallint[])[0:cardinality(c.conkey) - 1]) AS x) = "
    "(SELECT array_agg(x ORDER BY x) FROM unnest(c.conkey) AS x)) "
    "GROUP BY c.oid, c.conrelid, c.confrelid, c.conname ORDER BY 1, 2";

static const char on_sqlite[] =
    "WITH fk AS (SELECT m.name AS tab, f.id AS id, f.\"table\" AS target, "
    "group_concat('\"' || replace(f.\"from\", '\"', '\"\"') || '\"', ', ') AS cols, count(*) AS n, "
    "min(f.\"from\") AS first FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f "
    "WHERE m.type = 'table' GROUP BY m.name, f.id) "
    "SELECT '\"' || replace(tab, '\"', '\"\"') || '\"', cols, "
    "'\"' || replace(target, '\"', '\"\"') || '\"', '' FROM fk WHERE NOT EXISTS "
    "(SELECT 1 FROM pragma_index_list(fk.tab) i WHERE i.partial = 0 AND "
    "(SELECT count(*) FROM pragma_index_info(i.name) x WHERE x.seqno < fk.n AND lower(x.name) IN "
    "(SELECT lower(g.\"from\") FROM pragma_foreign_key_list(fk.tab) g WHERE g.id = fk.id)) = fk.n) "
    /* the table itself is ordered by it */
    "AND NOT (n = 1 AND (SELECT count(*) FROM pragma_table_info(fk.tab) t WHERE t.pk > 0) = 1 "
    "AND EXISTS (SELECT 1 FROM pragma_table_info(fk.tab) t WHERE t.pk = 1 AND "
    "upper(t.type) = 'INTEGER' AND lower(t.name) = lower(fk.first))) ORDER BY 1, 2";

static bool lint_database(struct arena *arena, struct diagnostics *diags, const char *url)
{
    struct connection connection;
    struct cells cells;
    bool ok = connection_open(arena, url, &connection);

    ok = ok &&
         connection_rows(&connection, connection.pg ? on_postgresql : on_sqlite, NULL, 0, &cells);
    for (size_t i = 0; ok && i < cells.rows; i++) {
        const char *const *row = cells.items + i * cells.columns;

        diagnostics_error(diags, (struct span){0},
                          "no index of the table %s covers (%s), which refers to %s; write CREATE "
                          "INDEX ON %s (%s)",
                          row[0], row[1], row[2], row[0], row[1]);
    }
    connection_close(&connection);
    return ok;
}

static enum exit_code lint(struct arena *arena, const struct database_words *words)
{
    struct diagnostics *diags = diagnostics_new();
    struct schema *schema = NULL;
    enum exit_code code = EXIT_WRONG_INPUT;

    if (words->file_count && !schema_load_draft(words->files, words->file_count, &schema, diags)) {
        report_print(diags);
        goto out;
    }
    for (size_t i = 0; schema && i < schema->model_count; i++)
        lint_model(arena, diags, schema->models[i]);
    if ((words->url || !schema) && !lint_database(arena, diags, words->url))
        goto out;
    code = diagnostics_error_count(diags) ? EXIT_FOUND : EXIT_FINE;
    report_print(diags);
    if (code == EXIT_FINE)
        puts("every foreign key is covered by an index");
out:
    schema_free(schema);
    diagnostics_free(diags);
    return code;
}

static enum exit_code run_lint(struct arena *arena, int count, char **words)
{
    struct database_words read;

    if (!database_words_read(&command_lint, arena, 0, count, words, &read))
        return EXIT_WRONG_COMMAND;
    if (read.help) {
        help_command(&command_lint, stdout);
        return EXIT_FINE;
    }
    return lint(arena, &read);
}

const struct command command_lint = {
    .name = "lint",
    .summary = "name foreign keys without an index",
    .help = "orm lint - name foreign keys without an index\n"
            "\n"
            "Usage:\n"
            "  orm lint MODELS...\n"
            "  orm lint --url URL [MODELS...]\n"
            "\n"
            "A foreign key wants an index whose first columns are its own, in any order:\n"
            "without one, loading the rows that refer to others reads the whole table, and\n"
            "so does deleting a row that is referred to. Primary keys and unique keys count;\n"
            "indexes with a condition do not. The models are looked at, a database, or both:\n"
            "\n"
            "  shop.yaml:9:17: error: no index of model 'order' covers (user_id), which\n"
            "  refers to 'user'; write 'indexes: [{ columns: [user_id] }]'\n"
            "\n"
            "Options:\n"
            "  --url URL   a database, postgresql://... or sqlite:PATH; that of the\n"
            "              variable ORM_DATABASE_URL when there are no MODELS either\n"
            "  -h, --help  show this page\n"
            "\n"
            "Examples:\n"
            "  orm lint models/*.yaml\n"
            "  orm lint --url postgresql:///shop\n",
    .run_words = run_lint,
};
