-- database: postgresql, without rows
-- What PostgreSQL has in the way of types, defaults, keys and indexes that models do not know.
CREATE SCHEMA app; CREATE SCHEMA "We ird"; CREATE SCHEMA ext;
CREATE EXTENSION pg_trgm SCHEMA ext; CREATE EXTENSION hstore;
CREATE TYPE app.color AS ENUM ('red','green'); CREATE TYPE public.date_kind AS ENUM ('day', '+', '-', 'Day');
CREATE TYPE app.frange AS RANGE (SUBTYPE = float8);
CREATE DOMAIN app.colors AS app.color[]; CREATE DOMAIN app.pos AS numeric(8,2) CHECK (VALUE > 0) CHECK (VALUE < 1e6); CREATE DOMAIN app.pos2 AS app.pos NOT NULL;
CREATE DOMAIN tags AS text[];
CREATE TABLE app.t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), c app.color DEFAULT 'red', cs app.colors, p app.pos2 DEFAULT 1.5, tg tags DEFAULT '{a}', h hstore DEFAULT 'a=>1', f app.frange, k date_kind[] DEFAULT ARRAY['day','+']::date_kind[], a int[][] , b box, x xml, m macaddr, tz timetz DEFAULT '10:00+02', d date DEFAULT 'infinity', ts timestamp DEFAULT '2020-01-01 10:00', tstz timestamptz DEFAULT '2020-01-01 10:00+00', num numeric DEFAULT 'NaN', n0 numeric(5) DEFAULT 7, n2 numeric(3,-1) DEFAULT 120, fl float4 DEFAULT 1.5e10, i interval hour to minute DEFAULT '1:30', vb bit(3) DEFAULT B'101', ch char DEFAULT 'x', nm name, "char" "char", ct char(5) DEFAULT 'ab', j json DEFAULT '{"a": "it''s"}', neg smallint DEFAULT -5, big bigint DEFAULT 9223372036854775807, neg2 bigint DEFAULT '-9223372036854775808', dp double precision DEFAULT 'Infinity', by bytea DEFAULT '\x00', t text DEFAULT E'a\nb\\c''d', em text DEFAULT '', nl text DEFAULT NULL, u text DEFAULT CURRENT_USER, arr text[] DEFAULT '{"a b",c}', yr int DEFAULT EXTRACT(year FROM now()), oid oid, tsq tsquery, pt point, mon money DEFAULT 5, ip cidr, bo boolean DEFAULT (1 = 1), re regclass);
CREATE TABLE "We ird"."T able" (a int, b int, c int, PRIMARY KEY (b, a), UNIQUE NULLS NOT DISTINCT (c)) WITH (fillfactor=70);
CREATE TABLE parent (id int PRIMARY KEY, x int, UNIQUE (x) DEFERRABLE);
CREATE TABLE kid (extra text) INHERITS (parent);
CREATE TABLE m (id int PRIMARY KEY, p int REFERENCES parent MATCH FULL ON DELETE SET DEFAULT ON UPDATE CASCADE, q int NOT NULL REFERENCES parent ON DELETE SET NULL, b bigint REFERENCES parent, r int, s int, FOREIGN KEY (r) REFERENCES parent NOT VALID, CONSTRAINT dup FOREIGN KEY (p) REFERENCES parent);
CREATE TABLE serials (a serial, b serial, c smallserial PRIMARY KEY, d int GENERATED ALWAYS AS IDENTITY);
CREATE TABLE gen (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED NOT NULL UNIQUE, CHECK (a > 0 AND (b IN (1,2,3) OR a::text LIKE '%x\_%')), CHECK (true) NO INHERIT);
CREATE TABLE triple (a_id int REFERENCES gen, b_id int REFERENCES m, by_id int REFERENCES parent, PRIMARY KEY (a_id, b_id));
CREATE TABLE nopk (j jsonb PRIMARY KEY, i int UNIQUE);
CREATE TABLE empty ();
CREATE TABLE many (a int, b int, c int, d int, e int, f int, g int, h int, i int, PRIMARY KEY (a,b,c,d,e,f,g,h,i));
CREATE INDEX gi ON gen USING hash (a); CREATE INDEX gi2 ON gen USING brin (a) WITH (pages_per_range=4); CREATE INDEX gi3 ON gen (a, (a+b), b); CREATE INDEX gi4 ON gen (a, a DESC); CREATE INDEX gi5 ON app.t USING gin (t ext.gin_trgm_ops); CREATE UNIQUE INDEX gi6 ON gen (a) NULLS NOT DISTINCT;
CREATE INDEX gi7 ON app.t ((lower(t)) COLLATE "C" text_pattern_ops DESC NULLS LAST) WHERE c IN ('red') AND t <> 'x''y';
CREATE VIEW vv WITH (security_barrier) AS SELECT g.a AS "A b", (SELECT count(*) FROM m) AS n, CASE WHEN a > 1 THEN 'x;y' ELSE '$z' END AS cs FROM gen g WHERE a = ANY (ARRAY[1,2]) OR EXISTS (SELECT 1 FROM m WHERE m.id = g.a);
CREATE VIEW dup_cols AS SELECT 1 AS a, 2 AS "A";
CREATE RECURSIVE VIEW rec (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM rec WHERE n < 5;

COMMENT ON COLUMN gen.a IS E'two\nlines\ttab "q" # : {x}, 100%'; COMMENT ON TYPE app.color IS 'c'; COMMENT ON TABLE app.t IS '- yes';
CREATE TABLE dbl (id int PRIMARY KEY, a float8 DEFAULT 0.1, b float8 DEFAULT 1e-7, c float8 DEFAULT 3.14159265358979, d real DEFAULT 0.1, e numeric DEFAULT 0.10, f numeric(6,3) DEFAULT 1.5, g real DEFAULT 3.14159, h float8 DEFAULT 1e300, i timestamptz DEFAULT (now() + interval '1 day'), k time(0) DEFAULT LOCALTIME, l varchar DEFAULT 'a''b', m text[] DEFAULT ARRAY['x'], n bool DEFAULT (NOT true));
