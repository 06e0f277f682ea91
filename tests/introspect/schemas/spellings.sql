-- database: postgresql, without rows
-- One value in several spellings; types with labels that models can't have, in a schema of their own.
CREATE SCHEMA labels;
CREATE TYPE labels.odd AS ENUM ('', 'it''s', 'plain');
CREATE SCHEMA tags;
CREATE TYPE tags.size AS ENUM ('small', 'large');
CREATE TABLE spelled (id integer PRIMARY KEY, a varchar DEFAULT 'active'::text, b text DEFAULT 'it''s'::varchar, c double precision DEFAULT 100.0, d real DEFAULT 0.50, e numeric DEFAULT 1.50, f double precision DEFAULT -2.0, g double precision DEFAULT 1e30, h varchar(9) DEFAULT 'x'::text, i char(3) DEFAULT 'a', j double precision DEFAULT 0.0, k bigint DEFAULT '7'::bigint, l numeric DEFAULT -1.5, m labels.odd DEFAULT '', n labels.odd[], o tags.size DEFAULT 'small', p text DEFAULT 5, q text DEFAULT true);
