#include <string.h>

#include "database/catalog.h"

/* Types, sequences and extensions of a PostgreSQL database. */

#define NOT_OF_EXTENSION(class, oid)                                                               \
    " NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = '" class "'::regclass AND "          \
                                                                       "e.objid = " oid            \
                                                                       " AND e.deptype = 'e') "    \
                                                                       "AND "

static const char enums_sql[] =
    "SELECT NULLIF(n.nspname, current_schema()), t.typname, "
    "(SELECT string_agg(l.enumlabel, E'\\x1f' ORDER BY l.enumsortorder) FROM pg_enum l "
    "WHERE l.enumtypid = t.oid), obj_description(t.oid, 'pg_type') FROM pg_type t "
    "JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' "
    "AND" NOT_OF_EXTENSION("pg_type", "t.oid") CATALOG_WANTED
    " ORDER BY 1 NULLS FIRST, t.typname COLLATE \"C\"";

static const char domains_sql[] =
    "SELECT t.oid, NULLIF(n.nspname, current_schema()), t.typname, "
    "format_type(t.typbasetype, t.typtypmod), e.typtype, NULLIF(tn.nspname, current_schema()), "
    "e.typname, tn.nspname = 'pg_catalog', CASE WHEN e.oid = b.oid THEN 0 ELSE 1 END, CASE WHEN "
    "t.typcollation <> b.typcollation THEN concat("
    "(SELECT quote_ident(ln.nspname) || '.' FROM pg_namespace ln WHERE ln.oid = l.collnamespace "
    "AND NOT pg_collation_is_visible(l.oid)), quote_ident(l.collname)) END, t.typnotnull, "
    "t.typdefault, obj_description(t.oid, 'pg_type'), "
    "k.conname, pg_get_expr(k.conbin, 0, true), k.convalidated, pg_get_constraintdef(k.oid), "
    "(SELECT x.extname FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid "
    "WHERE d.classid = 'pg_type'::regclass AND d.objid = e.oid AND d.deptype = 'e' LIMIT 1) "
    "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
    "JOIN pg_type b ON b.oid = t.typbasetype JOIN pg_type e ON e.oid = CASE WHEN b.typelem <> 0 "
    "AND b.typlen = -1 AND b.typtype = 'b' THEN b.typelem ELSE b.oid END "
    "JOIN pg_namespace tn ON tn.oid = e.typnamespace "
    "LEFT JOIN pg_collation l ON l.oid = t.typcollation "
    "LEFT JOIN pg_constraint k ON k.contypid = t.oid AND k.contype = 'c' "
    "WHERE t.typtype = 'd' AND" NOT_OF_EXTENSION("pg_type", "t.oid") CATALOG_WANTED
    " ORDER BY 2 NULLS FIRST, t.typname COLLATE \"C\", k.conname COLLATE \"C\"";

static const char types_sql[] =
    "SELECT NULLIF(n.nspname, current_schema()), t.typname, CASE WHEN t.typtype = 'c' THEN "
    "concat('AS (', (SELECT string_agg(concat(quote_ident(a.attname), ' ', "
    "format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum) FROM pg_attribute a "
    "WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), ')') "
    "ELSE concat('AS RANGE (SUBTYPE = ', (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r "
    "WHERE r.rngtypid = t.oid), ')') END, obj_description(t.oid, 'pg_type') FROM pg_type t "
    "JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid "
    "WHERE (t.typtype = 'r' OR (t.typtype = 'c' AND c.relkind = 'c')) "
    "AND" NOT_OF_EXTENSION("pg_type", "t.oid") CATALOG_WANTED
    " ORDER BY 1 NULLS FIRST, t.typname COLLATE \"C\"";

static const char sequences_sql[] =
    "SELECT NULLIF(n.nspname, current_schema()), c.relname, "
    "concat_ws(' ', CASE WHEN q.seqtypid <> 20 THEN 'AS ' || format_type(q.seqtypid, NULL) END, "
    "'INCREMENT BY ' || q.seqincrement, 'MINVALUE ' || q.seqmin, 'MAXVALUE ' || q.seqmax, "
    "'START WITH ' || q.seqstart, 'CACHE ' || q.seqcache, CASE WHEN q.seqcycle THEN 'CYCLE' END) "
    "FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT EXISTS (SELECT 1 FROM pg_depend d "
    "WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i', 'e')) "
    "AND c.relpersistence <> 't' AND " CATALOG_WANTED
    " ORDER BY 1 NULLS FIRST, c.relname COLLATE \"C\"";

static const char extensions_sql[] =
    "SELECT n.nspname, x.extname FROM pg_extension x JOIN pg_namespace n ON n.oid = "
    "x.extnamespace WHERE x.extname <> 'plpgsql' ORDER BY x.extname COLLATE \"C\"";

static bool read_enums(struct connection *connection, const char *const *values,
                       struct catalog *catalog)
{
    struct cells cells;

    if (!connection_rows(connection, enums_sql, values, 1, &cells))
        return false;
    catalog->enum_count = cells.rows;
    catalog->enums = arena_array(connection->arena, cells.rows, sizeof *catalog->enums);
    for (size_t i = 0; i < cells.rows; i++) {
        const char **row = cells.items + i * cells.columns;

        catalog->enums[i] = (struct catalog_enum){
            .schema = row[0],
            .name = row[1],
            .labels = catalog_names_split(connection->arena, row[2]),
            .comment = row[3],
        };
    }
    return true;
}

static enum catalog_type_kind type_kind(char typtype)
{
    return typtype == 'e'   ? CATALOG_ENUM
           : typtype == 'd' ? CATALOG_DOMAIN
           : typtype == 'c' ? CATALOG_COMPOSITE
           : typtype == 'r' ? CATALOG_RANGE
                            : CATALOG_BASE;
}

static void set_base(struct arena *arena, struct catalog_column *base, const char **row)
{
    base->name = "";
    base->type = row[3];
    base->type_kind = type_kind(row[4][0]);
    base->type_schema = row[5];
    base->type_name = row[6];
    base->type_extension = row[17];
    base->type_builtin = catalog_is_true(row[7]);
    base->dimensions = (unsigned)(row[8][0] - '0');
    base->collation = row[9];
    base->not_null = catalog_is_true(row[10]);
    base->default_sql = row[11] ? catalog_expression(arena, row[11]) : NULL;
    base->default_literal = row[11] ? catalog_literal(arena, row[11]) : NULL;
    base->sequence_options = "";
    base->comment = row[12];
}

static bool read_domains(struct connection *connection, const char *const *values,
                         struct catalog *catalog)
{
    struct arena *arena = connection->arena;
    struct cells cells;

    if (!connection_rows(connection, domains_sql, values, 1, &cells))
        return false;
    catalog->domains = arena_array(arena, cells.rows, sizeof *catalog->domains);
    for (size_t from = 0, end; from < cells.rows; from = end) {
        struct catalog_domain *domain = &catalog->domains[catalog->domain_count++];
        const char **first = cells.items + from * cells.columns;

        end = catalog_run(&cells, from);
        domain->schema = first[1];
        domain->name = first[2];
        set_base(arena, &domain->base, first);
        domain->checks = arena_array(arena, end - from, sizeof *domain->checks);
        for (size_t i = from; i < end && first[13]; i++) {
            const char **row = cells.items + i * cells.columns;

            domain->checks[domain->check_count++] = (struct catalog_check){
                .name = row[13],
                .expression = catalog_unwrapped(arena, catalog_expression(arena, row[14])),
                .valid = catalog_is_true(row[15]),
                .definition = row[16],
            };
        }
    }
    return true;
}

static bool read_types(struct connection *connection, const char *const *values,
                       struct catalog *catalog)
{
    struct cells cells;

    if (!connection_rows(connection, types_sql, values, 1, &cells))
        return false;
    catalog->type_count = cells.rows;
    catalog->types = arena_array(connection->arena, cells.rows, sizeof *catalog->types);
    for (size_t i = 0; i < cells.rows; i++) {
        const char **row = cells.items + i * cells.columns;

        catalog->types[i] = (struct catalog_type){
            .schema = row[0], .name = row[1], .definition = row[2], .comment = row[3]};
    }
    return true;
}

static bool read_sequences(struct connection *connection, const char *const *values,
                           struct catalog *catalog)
{
    struct cells cells;

    if (!connection_rows(connection, sequences_sql, values, 1, &cells))
        return false;
    catalog->sequence_count = cells.rows;
    catalog->sequences = arena_array(connection->arena, cells.rows, sizeof *catalog->sequences);
    for (size_t i = 0; i < cells.rows; i++) {
        const char **row = cells.items + i * cells.columns;

        catalog->sequences[i] =
            (struct catalog_sequence){.schema = row[0], .name = row[1], .options = row[2]};
    }
    return true;
}

static bool read_extensions(struct connection *connection, struct catalog *catalog)
{
    struct cells cells;

    if (!connection_rows(connection, extensions_sql, NULL, 0, &cells))
        return false;
    catalog->extension_count = cells.rows;
    catalog->extensions = arena_array(connection->arena, cells.rows, sizeof *catalog->extensions);
    for (size_t i = 0; i < cells.rows; i++)
        catalog->extensions[i] = (struct catalog_extension){
            .schema = cells.items[i * cells.columns], .name = cells.items[i * cells.columns + 1]};
    return true;
}

bool catalog_read_postgresql_types(struct connection *connection, const char *const *values,
                                   struct catalog *catalog)
{
    return read_enums(connection, values, catalog) && read_domains(connection, values, catalog) &&
           read_types(connection, values, catalog) && read_sequences(connection, values, catalog) &&
           read_extensions(connection, catalog);
}
