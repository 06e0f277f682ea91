#include <string.h>

#include "database/catalog.h"

/* What a PostgreSQL schema has besides tables and types, as the statements that make it and that
 * take it away. Each query gives: name, statement, the one that takes it away, the schema and the
 * name of the table it is of, and a letter for when it is made. */

static const char collations_sql[] =
    "SELECT concat(f.type, ' ', f.identity), concat('CREATE COLLATION ', f.identity, ' "
    "(PROVIDER = ', CASE o.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE "
    "'libc' END, CASE WHEN o.collprovider = 'c' THEN concat(', LC_COLLATE = ', "
    "quote_literal(o.collcollate), ', LC_CTYPE = ', quote_literal(o.collctype)) ELSE "
    "concat(', LOCALE = ', quote_literal(coalesce(to_jsonb(o) ->> 'colllocale', to_jsonb(o) "
    "->> 'colliculocale', o.collcollate))) END, CASE WHEN NOT o.collisdeterministic THEN ', "
    "DETERMINISTIC = false' END, ')'), concat('DROP ', upper(f.type), ' ', f.identity), NULL, "
    "NULL, 'f' FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace CROSS JOIN "
    "LATERAL pg_identify_object('pg_collation'::regclass, o.oid, 0) f WHERE true AND NOT "
    "EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_collation'::regclass AND e.objid "
    "= o.oid AND e.deptype = 'e') AND " CATALOG_WANTED " ORDER BY 1";

static const char dictionaries_sql[] =
    "SELECT concat(f.type, ' ', f.identity), concat('CREATE TEXT SEARCH DICTIONARY ', "
    "f.identity, ' (TEMPLATE = ', quote_ident(tn.nspname), '.', quote_ident(t.tmplname), ', ' "
    "|| o.dictinitoption, ')'), concat('DROP ', upper(f.type), ' ', f.identity), NULL, NULL, "
    "'f' FROM pg_ts_dict o JOIN pg_ts_template t ON t.oid = o.dicttemplate JOIN pg_namespace "
    "tn ON tn.oid = t.tmplnamespace JOIN pg_namespace n ON n.oid = o.dictnamespace CROSS JOIN "
    "LATERAL pg_identify_object('pg_ts_dict'::regclass, o.oid, 0) f WHERE true AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_ts_dict'::regclass AND e.objid = o.oid "
    "AND e.deptype = 'e') AND " CATALOG_WANTED " ORDER BY 1";

static const char configurations_sql[] =
    "SELECT concat(f.type, ' ', f.identity), concat('CREATE TEXT SEARCH CONFIGURATION ', "
    "f.identity, ' (PARSER = ', quote_ident(pn.nspname), '.', quote_ident(p.prsname), ')'), "
    "concat('DROP ', upper(f.type), ' ', f.identity), NULL, NULL, 'f' FROM pg_ts_config o "
    "JOIN pg_ts_parser p ON p.oid = o.cfgparser JOIN pg_namespace pn ON pn.oid = "
    "p.prsnamespace JOIN pg_namespace n ON n.oid = o.cfgnamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_ts_config'::regclass, o.oid, 0) f WHERE true AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_ts_config'::regclass AND e.objid = "
    "o.oid AND e.deptype = 'e') AND " CATALOG_WANTED " ORDER BY 1";

static const char mappings_sql[] =
    "SELECT concat('mapping of ', t.alias, ' in ', f.type, ' ', f.identity), concat('ALTER "
    "TEXT SEARCH CONFIGURATION ', f.identity, ' ADD MAPPING FOR ', t.alias, ' WITH ', (SELECT "
    "string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) FROM "
    "pg_ts_config_map m WHERE m.mapcfg = o.oid AND m.maptokentype = t.tokid)), concat('ALTER "
    "TEXT SEARCH CONFIGURATION ', f.identity, ' DROP MAPPING FOR ', t.alias), NULL, NULL, 'f' "
    "FROM pg_ts_config o CROSS JOIN LATERAL ts_token_type(o.cfgparser) t JOIN pg_namespace n "
    "ON n.oid = o.cfgnamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_ts_config'::regclass, o.oid, 0) f WHERE EXISTS (SELECT 1 FROM "
    "pg_ts_config_map m WHERE m.mapcfg = o.oid AND m.maptokentype = t.tokid) AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_ts_config'::regclass AND e.objid = "
    "o.oid AND e.deptype = 'e') AND " CATALOG_WANTED " ORDER BY f.identity, t.tokid";

static const char functions_sql[] =
    "SELECT concat(f.type, ' ', f.identity), pg_get_functiondef(o.oid), concat('DROP ', "
    "upper(f.type), ' ', f.identity), NULL, NULL, CASE WHEN EXISTS (SELECT 1 FROM "
    "unnest(d.kinds) k WHERE k IN ('v', 'm')) THEN 'l' WHEN EXISTS (SELECT 1 FROM "
    "unnest(d.kinds) k WHERE k IN ('r', 'p', 'f')) THEN 't' ELSE 'e' END FROM pg_proc o JOIN "
    "pg_language l ON l.oid = o.prolang LEFT JOIN LATERAL (SELECT array_agg(c.relkind) AS "
    "kinds FROM pg_depend d LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND "
    "t.oid = d.refobjid LEFT JOIN pg_type e ON e.oid = t.typelem JOIN pg_class c ON c.oid = "
    "CASE WHEN d.refclassid = 'pg_class'::regclass THEN d.refobjid ELSE greatest(t.typrelid, "
    "e.typrelid) END WHERE d.classid = 'pg_proc'::regclass AND d.objid = o.oid) d ON true "
    "JOIN pg_namespace n ON n.oid = o.pronamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_proc'::regclass, o.oid, 0) f WHERE o.prokind <> 'a' AND l.lanname "
    "<> 'internal' AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = "
    "'pg_proc'::regclass AND e.objid = o.oid AND e.deptype = 'e') AND " CATALOG_WANTED
    " ORDER BY f.identity COLLATE \"C\"";

static const char aggregates_sql[] =
    "SELECT concat(f.type, ' ', f.identity), concat('CREATE AGGREGATE ', "
    "quote_ident(n.nspname), '.', quote_ident(o.proname), '(', "
    "pg_get_function_arguments(o.oid), ') (SFUNC = ', a.aggtransfn::regproc, ', STYPE = ', "
    "format_type(a.aggtranstype, NULL), ', FINALFUNC = ' || NULLIF(a.aggfinalfn, 0)::regproc, "
    "', COMBINEFUNC = ' || NULLIF(a.aggcombinefn, 0)::regproc, ', SORTOP = ' || "
    "NULLIF(a.aggsortop, 0)::regoperator, ', INITCOND = ' || quote_literal(a.agginitval), "
    "')'), concat('DROP ', upper(f.type), ' ', f.identity), NULL, NULL, CASE WHEN EXISTS "
    "(SELECT 1 FROM unnest(d.kinds) k WHERE k IN ('v', 'm')) THEN 'l' WHEN EXISTS (SELECT 1 "
    "FROM unnest(d.kinds) k WHERE k IN ('r', 'p', 'f')) THEN 't' ELSE 'e' END FROM pg_proc o "
    "JOIN pg_aggregate a ON a.aggfnoid = o.oid LEFT JOIN LATERAL (SELECT array_agg(c.relkind) "
    "AS kinds FROM pg_depend d LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND "
    "t.oid = d.refobjid LEFT JOIN pg_type e ON e.oid = t.typelem JOIN pg_class c ON c.oid = "
    "CASE WHEN d.refclassid = 'pg_class'::regclass THEN d.refobjid ELSE greatest(t.typrelid, "
    "e.typrelid) END WHERE d.classid = 'pg_proc'::regclass AND d.objid = o.oid) d ON true "
    "JOIN pg_namespace n ON n.oid = o.pronamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_proc'::regclass, o.oid, 0) f WHERE true AND NOT EXISTS (SELECT 1 "
    "FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = o.oid AND e.deptype "
    "= 'e') AND " CATALOG_WANTED " ORDER BY f.identity COLLATE \"C\"";

static const char operators_sql[] =
    "SELECT concat(f.type, ' ', f.identity), concat('CREATE OPERATOR ', "
    "quote_ident(n.nspname), '.', o.oprname, ' (FUNCTION = ', o.oprcode::oid::regproc, ', "
    "LEFTARG = ' || format_type(NULLIF(o.oprleft, 0), NULL), ', RIGHTARG = ' || "
    "format_type(NULLIF(o.oprright, 0), NULL), ', RESTRICT = ' || NULLIF(o.oprrest, "
    "0)::oid::regproc, ', JOIN = ' || NULLIF(o.oprjoin, 0)::oid::regproc, CASE WHEN o.oprcom "
    "<> 0 THEN (SELECT concat(', COMMUTATOR = OPERATOR(', quote_ident(xn.nspname), '.', "
    "x.oprname, ')') FROM pg_operator x JOIN pg_namespace xn ON xn.oid = x.oprnamespace WHERE "
    "x.oid = o.oprcom) END, CASE WHEN o.oprcanhash THEN ', HASHES' END, CASE WHEN "
    "o.oprcanmerge THEN ', MERGES' END, ')'), concat('DROP ', upper(f.type), ' ', "
    "f.identity), NULL, NULL, 'e' FROM pg_operator o JOIN pg_namespace n ON n.oid = "
    "o.oprnamespace CROSS JOIN LATERAL pg_identify_object('pg_operator'::regclass, o.oid, 0) "
    "f WHERE o.oprcode <> 0 AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = "
    "'pg_operator'::regclass AND e.objid = o.oid AND e.deptype = 'e') AND " CATALOG_WANTED
    " ORDER BY 1";

static const char casts_sql[] =
    "SELECT concat(f.type, ' ', f.identity), concat('CREATE CAST (', format_type(o.castsource, "
    "NULL), ' AS ', format_type(o.casttarget, NULL), ') ', CASE o.castmethod WHEN 'i' THEN 'WITH "
    "INOUT' WHEN 'b' THEN 'WITHOUT FUNCTION' ELSE concat('WITH FUNCTION ', "
    "o.castfunc::regprocedure) END, CASE o.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' "
    "THEN ' AS IMPLICIT' END), concat('DROP CAST ', f.identity), NULL, NULL, 'e' FROM pg_cast o "
    "JOIN pg_type st ON st.oid = o.castsource JOIN pg_type tt ON tt.oid = o.casttarget JOIN "
    "pg_namespace n ON n.oid = CASE WHEN st.oid >= 16384 THEN st.typnamespace ELSE tt.typnamespace "
    "END CROSS JOIN LATERAL pg_identify_object('pg_cast'::regclass, o.oid, 0) f WHERE o.oid >= "
    "16384 AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_cast'::regclass AND "
    "e.objid = o.oid AND e.deptype IN ('e', 'i')) AND " CATALOG_WANTED " ORDER BY 1";

static const char inheritance_sql[] =
    "SELECT concat('inheritance of ', c.oid::regclass, ' from ', o.inhparent::regclass), "
    "concat('ALTER TABLE ', c.oid::regclass, ' INHERIT ', o.inhparent::regclass), "
    "concat('ALTER TABLE ', c.oid::regclass, ' NO INHERIT ', o.inhparent::regclass), "
    "NULLIF(n.nspname, current_schema()), c.relname, 't' FROM pg_inherits o JOIN pg_class c "
    "ON c.oid = o.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_class'::regclass, c.oid, 0) f WHERE c.relkind = 'r' AND NOT "
    "c.relispartition AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = "
    "'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') AND " CATALOG_WANTED
    " ORDER BY f.identity COLLATE \"C\", o.inhseqno";

static const char options_sql[] =
    "SELECT concat('options of ', f.type, ' ', f.identity), concat('ALTER ', CASE c.relkind "
    "WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW ' ELSE 'TABLE ' END, "
    "c.oid::regclass, ' SET (', (SELECT string_agg(concat(split_part(w, '=', 1), ' = ', "
    "quote_literal(substr(w, strpos(w, '=') + 1))), ', ') FROM unnest(c.reloptions) w), ')'), "
    "concat('ALTER ', CASE c.relkind WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW ' "
    "ELSE 'TABLE ' END, c.oid::regclass, ' RESET (', (SELECT string_agg(split_part(w, '=', "
    "1), ', ') FROM unnest(c.reloptions) w), ')'), NULLIF(n.nspname, current_schema()), "
    "c.relname, 'l' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN "
    "LATERAL pg_identify_object('pg_class'::regclass, c.oid, 0) f WHERE c.relkind IN ('r', "
    "'p', 'v', 'm') AND c.reloptions IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_depend e "
    "WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') "
    "AND " CATALOG_WANTED " ORDER BY 1";

static const char columns_sql[] =
    "SELECT concat('storage of column ', f.identity, '.', quote_ident(a.attname)), "
    "concat('ALTER TABLE ', c.oid::regclass, ' ALTER COLUMN ', quote_ident(a.attname), ' SET "
    "STORAGE ', CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' "
    "THEN 'EXTENDED' ELSE 'MAIN' END), concat('ALTER TABLE ', c.oid::regclass, ' ALTER COLUMN "
    "', quote_ident(a.attname), ' SET STORAGE ', CASE t.typstorage WHEN 'p' THEN 'PLAIN' WHEN "
    "'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END), NULLIF(n.nspname, "
    "current_schema()), c.relname, 't' FROM pg_attribute a JOIN pg_type t ON t.oid = "
    "a.atttypid JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = "
    "c.relnamespace CROSS JOIN LATERAL pg_identify_object('pg_class'::regclass, c.oid, 0) f "
    "WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attstorage <> t.typstorage AND c.relkind "
    "IN ('r', 'p') AND NOT c.relispartition AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE "
    "e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') AND " CATALOG_WANTED
    " ORDER BY f.identity COLLATE \"C\", a.attnum";

static const char targets_sql[] =
    "SELECT concat('statistics target of column ', f.identity, '.', quote_ident(a.attname)), "
    "concat('ALTER TABLE ', c.oid::regclass, ' ALTER COLUMN ', quote_ident(a.attname), ' SET "
    "STATISTICS ', a.attstattarget), concat('ALTER TABLE ', c.oid::regclass, ' ALTER COLUMN "
    "', quote_ident(a.attname), ' SET STATISTICS -1'), NULLIF(n.nspname, current_schema()), "
    "c.relname, 't' FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN "
    "pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_class'::regclass, c.oid, 0) f WHERE a.attnum > 0 AND NOT "
    "a.attisdropped AND a.attstattarget >= 0 AND c.relkind IN ('r', 'p') AND NOT "
    "c.relispartition AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = "
    "'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') AND " CATALOG_WANTED
    " ORDER BY f.identity COLLATE \"C\", a.attnum";

static const char partition_indexes_sql[] =
    "SELECT concat(f.type, ' ', f.identity, ' of the partition ', c.oid::regclass), "
    "pg_get_indexdef(x.oid), concat('DROP INDEX ', x.oid::regclass), NULL, NULL, 'l' FROM "
    "pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_class'::regclass, x.oid, 0) f WHERE c.relispartition AND NOT "
    "x.relispartition AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.oid "
    "AND k.contype IN ('p', 'u', 'x')) AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE "
    "e.classid = 'pg_class'::regclass AND e.objid = x.oid AND e.deptype = 'e') AND " CATALOG_WANTED
    " ORDER BY 1";

static const char partition_constraints_sql[] =
    "SELECT concat('constraint ', f.identity), concat('ALTER TABLE ', c.oid::regclass, ' ADD "
    "CONSTRAINT ', quote_ident(o.conname), ' ', pg_get_constraintdef(o.oid)), concat('ALTER "
    "TABLE ', c.oid::regclass, ' DROP CONSTRAINT ', quote_ident(o.conname)), NULL, NULL, 'l' "
    "FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid "
    "= c.relnamespace CROSS JOIN LATERAL pg_identify_object('pg_constraint'::regclass, o.oid, "
    "0) f WHERE c.relispartition AND o.conislocal AND o.coninhcount = 0 AND o.conparentid = 0 "
    "AND o.contype IN ('p', 'u', 'x', 'c', 'f') AND NOT EXISTS (SELECT 1 FROM pg_depend e "
    "WHERE e.classid = 'pg_constraint'::regclass AND e.objid = o.oid AND e.deptype = 'e') "
    "AND " CATALOG_WANTED " ORDER BY 1";

static const char partition_defaults_sql[] =
    "SELECT concat('default of column ', f.identity, '.', quote_ident(a.attname)), "
    "concat('ALTER TABLE ', c.oid::regclass, ' ALTER COLUMN ', quote_ident(a.attname), ' SET "
    "DEFAULT ', pg_get_expr(d.adbin, d.adrelid, true)), concat('ALTER TABLE ', "
    "c.oid::regclass, ' ALTER COLUMN ', quote_ident(a.attname), ' DROP DEFAULT'), NULL, NULL, "
    "'l' FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = "
    "d.adnum JOIN pg_class c ON c.oid = d.adrelid JOIN pg_inherits i ON i.inhrelid = c.oid "
    "JOIN pg_attribute pa ON pa.attrelid = i.inhparent AND pa.attname = a.attname LEFT JOIN "
    "pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum JOIN pg_namespace n "
    "ON n.oid = c.relnamespace CROSS JOIN LATERAL pg_identify_object('pg_class'::regclass, "
    "c.oid, 0) f WHERE c.relispartition AND a.attgenerated = '' AND pg_get_expr(d.adbin, "
    "d.adrelid, true) IS DISTINCT FROM pg_get_expr(pd.adbin, pd.adrelid, true) AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid "
    "AND e.deptype = 'e') AND " CATALOG_WANTED " ORDER BY 1";

static const char statistics_sql[] =
    "SELECT concat(f.type, ' ', f.identity), pg_get_statisticsobjdef(o.oid), concat('DROP "
    "STATISTICS ', f.identity), NULLIF(n.nspname, current_schema()), c.relname, 'l' FROM "
    "pg_statistic_ext o JOIN pg_class c ON c.oid = o.stxrelid JOIN pg_namespace n ON n.oid = "
    "c.relnamespace CROSS JOIN LATERAL pg_identify_object('pg_statistic_ext'::regclass, "
    "o.oid, 0) f WHERE true AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = "
    "'pg_statistic_ext'::regclass AND e.objid = o.oid AND e.deptype = 'e') AND " CATALOG_WANTED
    " ORDER BY 1";

static const char rules_sql[] =
    "SELECT concat('rule ', f.identity), pg_get_ruledef(o.oid, true), concat('DROP RULE ', "
    "quote_ident(o.rulename), ' ON ', c.oid::regclass), NULLIF(n.nspname, current_schema()), "
    "c.relname, 'l' FROM pg_rewrite o JOIN pg_class c ON c.oid = o.ev_class JOIN pg_namespace "
    "n ON n.oid = c.relnamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_rewrite'::regclass, o.oid, 0) f WHERE o.rulename <> '_RETURN' AND "
    "NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_rewrite'::regclass AND "
    "e.objid = o.oid AND e.deptype = 'e') AND " CATALOG_WANTED " ORDER BY 1";

static const char row_security_sql[] =
    "SELECT concat(CASE WHEN w.row THEN 'row security of ' ELSE 'forced row security of ' "
    "END, f.identity), concat('ALTER TABLE ', c.oid::regclass, ' ', w.word, ' ROW LEVEL "
    "SECURITY'), concat('ALTER TABLE ', c.oid::regclass, ' ', w.back, ' ROW LEVEL SECURITY'), "
    "NULLIF(n.nspname, current_schema()), c.relname, 'l' FROM pg_class c JOIN (VALUES (true, "
    "'ENABLE', 'DISABLE'), (false, 'FORCE', 'NO FORCE')) w(row, word, back) ON CASE WHEN "
    "w.row THEN c.relrowsecurity ELSE c.relforcerowsecurity END JOIN pg_namespace n ON n.oid "
    "= c.relnamespace CROSS JOIN LATERAL pg_identify_object('pg_class'::regclass, c.oid, 0) f "
    "WHERE true AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = "
    "'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') AND " CATALOG_WANTED
    " ORDER BY f.identity COLLATE \"C\", w.word";

static const char policies_sql[] =
    "SELECT concat('policy ', f.identity), concat('CREATE POLICY ', quote_ident(o.polname), ' "
    "ON ', c.oid::regclass, CASE WHEN NOT o.polpermissive THEN ' AS RESTRICTIVE' END, ' FOR "
    "', CASE o.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' "
    "WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, ' TO ', (SELECT string_agg(CASE WHEN r = 0 THEN "
    "'public' ELSE quote_ident(pg_get_userbyid(r)) END, ', ' ORDER BY 1) FROM "
    "unnest(o.polroles) r), ' USING (' || pg_get_expr(o.polqual, o.polrelid, true) || ')', ' "
    "WITH CHECK (' || pg_get_expr(o.polwithcheck, o.polrelid, true) || ')'), concat('DROP "
    "POLICY ', quote_ident(o.polname), ' ON ', c.oid::regclass), NULLIF(n.nspname, "
    "current_schema()), c.relname, 'l' FROM pg_policy o JOIN pg_class c ON c.oid = o.polrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_policy'::regclass, o.oid, 0) f WHERE true AND NOT EXISTS (SELECT "
    "1 FROM pg_depend e WHERE e.classid = 'pg_policy'::regclass AND e.objid = o.oid AND "
    "e.deptype = 'e') AND " CATALOG_WANTED " ORDER BY 1";

static const char identities_sql[] =
    "SELECT concat('replica identity of ', f.identity), concat('ALTER TABLE ', "
    "c.oid::regclass, ' REPLICA IDENTITY ', CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' "
    "THEN 'NOTHING' ELSE concat('USING INDEX ', (SELECT quote_ident(x.relname) FROM pg_index "
    "i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND "
    "i.indisreplident)) END), concat('ALTER TABLE ', c.oid::regclass, ' REPLICA IDENTITY "
    "DEFAULT'), NULLIF(n.nspname, current_schema()), c.relname, 'l' FROM pg_class c JOIN "
    "pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_class'::regclass, c.oid, 0) f WHERE c.relkind IN ('r', 'p') AND "
    "NOT c.relispartition AND c.relreplident <> 'd' AND NOT EXISTS (SELECT 1 FROM pg_depend e "
    "WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') "
    "AND " CATALOG_WANTED " ORDER BY 1";

static const char clusters_sql[] =
    "SELECT concat('order of ', f.identity), concat('ALTER TABLE ', c.oid::regclass, ' "
    "CLUSTER ON ', quote_ident(x.relname)), concat('ALTER TABLE ', c.oid::regclass, ' SET "
    "WITHOUT CLUSTER'), NULLIF(n.nspname, current_schema()), c.relname, 'l' FROM pg_index i "
    "JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid JOIN "
    "pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_class'::regclass, c.oid, 0) f WHERE i.indisclustered AND NOT "
    "EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = "
    "c.oid AND e.deptype = 'e') AND " CATALOG_WANTED " ORDER BY 1";

static const char disabled_sql[] =
    "SELECT concat('state of ', f.type, ' ', f.identity), concat('ALTER TABLE ', "
    "c.oid::regclass, CASE o.tgenabled WHEN 'D' THEN ' DISABLE TRIGGER ' WHEN 'R' THEN ' "
    "ENABLE REPLICA TRIGGER ' ELSE ' ENABLE ALWAYS TRIGGER ' END, quote_ident(o.tgname)), "
    "concat('ALTER TABLE ', c.oid::regclass, ' ENABLE TRIGGER ', quote_ident(o.tgname)), "
    "NULLIF(n.nspname, current_schema()), c.relname, 'x' FROM pg_trigger o JOIN pg_class c ON "
    "c.oid = o.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL "
    "pg_identify_object('pg_trigger'::regclass, o.oid, 0) f WHERE NOT o.tgisinternal AND NOT "
    "c.relispartition AND o.tgenabled <> 'O' AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE "
    "e.classid = 'pg_trigger'::regclass AND e.objid = o.oid AND e.deptype = 'e') "
    "AND " CATALOG_WANTED " ORDER BY 1";

static const char event_triggers_sql[] =
    "SELECT concat('event trigger ', o.evtname), concat('CREATE EVENT TRIGGER ', "
    "quote_ident(o.evtname), ' ON ', o.evtevent, ' WHEN TAG IN (' || (SELECT "
    "string_agg(quote_literal(w), ', ') FROM unnest(o.evttags) w) || ')', ' EXECUTE FUNCTION "
    "', o.evtfoid::regproc, '()'), concat('DROP EVENT TRIGGER ', quote_ident(o.evtname)), "
    "NULL, NULL, 'x' FROM pg_event_trigger o WHERE $1::text IS NULL AND NOT EXISTS (SELECT 1 "
    "FROM pg_depend e WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = o.oid AND "
    "e.deptype = 'e') ORDER BY 1";

static const char comments_sql[] =
    "SELECT concat('comment on ', f.type, ' ', f.identity), concat('COMMENT ON ', CASE WHEN "
    "o.conid IS NOT NULL THEN 'CONSTRAINT' ELSE upper(f.type) END, ' ', f.identity, ' IS ', "
    "quote_literal(d.description)), concat('COMMENT ON ', CASE WHEN o.conid IS NOT NULL THEN "
    "'CONSTRAINT' ELSE upper(f.type) END, ' ', f.identity, ' IS NULL'), NULLIF(n.nspname, "
    "current_schema()), o.relname, 'x' FROM pg_description d JOIN (SELECT "
    "'pg_constraint'::regclass AS class, k.oid, k.connamespace AS namespace, k.oid AS conid, "
    "c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE NOT "
    "c.relispartition UNION ALL SELECT 'pg_proc'::regclass, p.oid, p.pronamespace, NULL, NULL "
    "FROM pg_proc p UNION ALL SELECT 'pg_trigger'::regclass, t.oid, c.relnamespace, NULL, "
    "c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid UNION ALL SELECT "
    "'pg_namespace'::regclass, s.oid, s.oid, NULL, NULL FROM pg_namespace s WHERE s.nspname "
    "<> 'public' UNION ALL SELECT 'pg_class'::regclass, c.oid, c.relnamespace, NULL, NULL "
    "FROM pg_class c WHERE c.relkind IN ('S', 'i', 'I') OR c.relispartition UNION ALL SELECT "
    "'pg_type'::regclass, t.oid, t.typnamespace, NULL, NULL FROM pg_type t WHERE t.typtype IN "
    "('d', 'r') OR (t.typtype = 'c' AND EXISTS (SELECT 1 FROM pg_class c WHERE c.oid = "
    "t.typrelid AND c.relkind = 'c'))) o ON o.class = d.classoid AND o.oid = d.objoid AND "
    "d.objsubid = 0 JOIN pg_namespace n ON n.oid = o.namespace CROSS JOIN LATERAL "
    "pg_identify_object(d.classoid, d.objoid, 0) f WHERE NOT EXISTS (SELECT 1 FROM pg_depend "
    "e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e') AND " CATALOG_WANTED
    " ORDER BY 1";

static const char *const queries[] = {collations_sql,
                                      dictionaries_sql,
                                      configurations_sql,
                                      mappings_sql,
                                      functions_sql,
                                      aggregates_sql,
                                      operators_sql,
                                      casts_sql,
                                      inheritance_sql,
                                      options_sql,
                                      columns_sql,
                                      targets_sql,
                                      partition_indexes_sql,
                                      partition_constraints_sql,
                                      partition_defaults_sql,
                                      statistics_sql,
                                      rules_sql,
                                      row_security_sql,
                                      policies_sql,
                                      identities_sql,
                                      clusters_sql,
                                      disabled_sql,
                                      event_triggers_sql,
                                      comments_sql};

enum { ROUTINES = 4 }; /* the place of functions_sql */

static enum catalog_stage stage_of(const char *letter)
{
    static const char letters[] = "fetlx";

    return (enum catalog_stage)(strchr(letters, *letter) - letters);
}

bool catalog_read_postgresql_others(struct connection *connection, const char *const *values,
                                    struct catalog *catalog)
{
    struct arena *arena = connection->arena;
    struct pointers list = {0};

    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct cells cells;

        if (!connection_rows(connection, queries[i], values, 1, &cells))
            return false;
        for (size_t k = 0; k < cells.rows; k++) {
            const char **row = cells.items + k * cells.columns;
            struct catalog_other *other = arena_alloc(arena, sizeof *other);

            *other = (struct catalog_other){
                .name = row[0],
                .definition = row[1],
                .drop = row[2],
                .table_schema = row[3],
                .table = row[4],
                .stage = stage_of(row[5]),
                .routine = strncmp(row[1], "CREATE OR REPLACE ", 18) == 0 && i == ROUTINES};
            pointers_add(arena, &list, other);
        }
    }
    catalog->others = (struct catalog_other **)(void *)list.items;
    catalog->other_count = list.count;
    return true;
}
