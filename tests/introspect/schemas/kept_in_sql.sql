-- database: sqlite, without rows
-- What can't be a model keeps its SQL: a view that names what is gone, a column without a name.
CREATE TABLE gone (id INTEGER PRIMARY KEY, name TEXT);
CREATE VIEW broken AS SELECT id FROM gone;
ALTER TABLE gone ADD COLUMN size REAL DEFAULT -1.50;
CREATE TABLE nameless (id INTEGER PRIMARY KEY, "" TEXT);
CREATE INDEX nameless_index ON nameless (id DESC);
CREATE TRIGGER nameless_trigger AFTER INSERT ON nameless BEGIN SELECT 1; END;
CREATE VIRTUAL TABLE papers USING fts5 (title, body);
CREATE TABLE defaults (a TEXT DEFAULT true, b TEXT DEFAULT 5, c VARCHAR(9) DEFAULT 'x', d BOOLEAN DEFAULT true, e INT DEFAULT +7, f REAL DEFAULT .5, g INT DEFAULT 0x1F, h TEXT DEFAULT "dq", i TEXT DEFAULT (1 + 2));
DROP TABLE gone;
