#!/usr/bin/env python3
"""`orm stats` of a database whose faults are known: what it counts, finds and proposes, as text and JSON.

stats.py sqlite|postgresql
"""

import json
import os
import pty
import sqlite3
import subprocess
import sys
import tempfile

import jsonschema

ORM = os.environ["ORM_COMMAND"]
ROOT = os.environ["ORM_TEST_SOURCE_DIR"]
DATABASE = sys.argv[1]
LONG = "a_log_table_with_a_rather_long_name_indeed"

SCRIPT = f"""
CREATE TABLE customers (id integer PRIMARY KEY, email varchar(80) NOT NULL UNIQUE, country text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id),
    total numeric(10,2), state text);
CREATE TABLE order_lines (order_id integer NOT NULL REFERENCES orders (id), line integer NOT NULL,
    part integer REFERENCES orders (id), PRIMARY KEY (order_id, line));
CREATE TABLE {LONG} (at text, "the order" integer REFERENCES orders (id));
CREATE TABLE pairs (a integer, b integer, c integer, PRIMARY KEY (a, b), UNIQUE (b, c));
CREATE TABLE pair_notes (id integer PRIMARY KEY, b integer, a integer,
    FOREIGN KEY (a, b) REFERENCES pairs (a, b));
CREATE TABLE orm_migrations (version integer);
CREATE INDEX part_of ON order_lines (part) WHERE part > 5;
CREATE INDEX pair_notes_ba ON pair_notes (b, a, id);
CREATE INDEX customers_country ON customers (country);
CREATE INDEX customers_country_email ON customers (country, email);
CREATE INDEX customers_country_down ON customers (country DESC);
CREATE INDEX orders_state ON orders (state);
CREATE INDEX orders_state_too ON orders (state);
CREATE INDEX orders_open ON orders (state) WHERE state = 'open';
CREATE INDEX pairs_b ON pairs (b);
CREATE UNIQUE INDEX pairs_b_c ON pairs (b, c);
CREATE UNIQUE INDEX pairs_c ON pairs (c);
CREATE INDEX pairs_c_a ON pairs (c, a);
"""
if DATABASE == "postgresql":
    SCRIPT += """
CREATE TABLE days (day integer, customer_id integer REFERENCES customers (id)) PARTITION BY RANGE (day);
CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (10);
CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM (10) TO (20);
INSERT INTO customers SELECT i, i || '@x', 'DE' FROM generate_series(1, 1500) i;
INSERT INTO orders SELECT i, i % 1500 + 1, 1, 'open' FROM generate_series(1, 2000) i;
INSERT INTO days SELECT i % 20, 1 FROM generate_series(1, 100) i;
ANALYZE;
"""
else:
    SCRIPT += """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
    INSERT INTO customers SELECT i, i || '@x', 'DE' FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO orders SELECT i, i % 1500 + 1, 1, 'open' FROM n;
"""

# kind, table, columns or index
FOUND = {
    ("missing-index", "orders", "customer_id"), ("missing-index", "order_lines", "part"),
    ("missing-index", LONG, "the order"),
    ("duplicate-index", "customers", "customers_country"),
    ("duplicate-index", "orders", "orders_state_too"), ("duplicate-index", "pairs", "pairs_b"),
    ("duplicate-index", "pairs", "pairs_b_c"),
    ("missing-primary-key", LONG, ""),
}
if DATABASE == "postgresql":
    FOUND |= {("missing-index", "days", "customer_id"), ("missing-primary-key", "days", ""),
              ("unused-index", "order_lines", "part_of"),
              ("unused-index", "customers", "customers_country_email"),
              ("unused-index", "customers", "customers_country_down"),
              ("unused-index", "orders", "orders_state"), ("unused-index", "orders", "orders_open"),
              ("unused-index", "pairs", "pairs_c_a")}


def load(script):
    if DATABASE == "sqlite":
        database = sqlite3.connect("shop.db")
        database.executescript(script)
        database.close()
        return
    for statement in script.split(";\n"):
        if statement.strip():
            subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", URL, "-c", statement],
                           check=True, env=dict(os.environ, PGOPTIONS="-c client_min_messages=error"))


URL = "sqlite:shop.db" if DATABASE == "sqlite" else os.environ["ORM_TEST_POSTGRESQL_URL"]


def orm(*words, code=0):
    done = subprocess.run([ORM, *words], capture_output=True, text=True)
    if done.returncode != code:
        sys.exit(f"{words}: status {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}:\n{found}\n--- wanted\n{wanted}")


def stats(*words):
    with open(os.path.join(ROOT, "tools/orm/schemas/stats.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    whole = json.loads(orm("stats", "--url", URL, "--json", *words))
    jsonschema.validate(whole, schema)
    return whole


def found_in(whole):
    return {(finding["kind"], finding["table"], finding["index"] or ", ".join(finding["columns"]))
            for finding in whole["findings"]}


def finds_what_is_there():
    whole = stats("--exact")
    expect("found", sorted(found_in(whole)), sorted(FOUND))
    tables = {table["name"]: table for table in whole["tables"]}
    expect("orm_migrations", "orm_migrations" in tables, False)
    expect("rows", (tables["customers"]["rows"], tables["orders"]["rows"], tables["pairs"]["rows"]),
           (1500, 2000, 0))
    expect("exact", all(table["exact"] for table in whole["tables"]), True)
    about = {table["name"]: table for table in stats()["tables"]}
    expect("estimates", (about["customers"]["rows"], about["orders"]["exact"]), (1500, False))
    sizes = [(table["bytes"] or 0) + (table["index_bytes"] or 0) for table in whole["tables"]]
    expect("order", sizes, sorted(sizes, reverse=True))
    if DATABASE == "postgresql":
        size = subprocess.run(["psql", "-XAtd", URL, "-c", "SELECT pg_table_size('orders'), "
                               "pg_indexes_size('orders')"], capture_output=True, text=True).stdout
        expect("bytes", f"{tables['orders']['bytes']}|{tables['orders']['index_bytes']}\n", size)
        expect("partitions", (tables["days"]["rows"], about["days"]["rows"], "days_1" in tables),
               (100, 100, False))
    else:
        expect("a table of more than 1,000 rows", tables["orders"]["bytes"] > 20000, True)


def fits_80_columns():
    text = orm("stats", "--url", URL, "--exact")
    for line in text.splitlines():
        if len(line) > 80 and not line.startswith(("      SQL:", "      YAML:")):
            sys.exit(f"{len(line)} columns: {line}\n{text}")
        expect("blanks at a line's end", line, line.rstrip())
    for finding in stats()["findings"]:
        expect(f"{finding['message']} is told", " ".join(finding["message"].split()) in
               " ".join(text.split()), True)
        for member in "sql", "yaml":
            expect(member, finding[member] is None or finding[member] in text, True)
    expect("2,000", "          2,000" in text, True)


def is_a_gate():
    for kind in sorted({kind for kind, _, _ in FOUND} | {"any"}):
        orm("stats", "--url", URL, "--fail-on", kind, code=3)
    orm("stats", "--url", URL, "--fail-on", "missing-index", "--include", "customers")
    orm("stats", "--url", URL, "--fail-on", "missing-index", "--exclude", "*order*", "--exclude", "a_*",
        "--exclude", "days")
    orm("stats", "--url", URL, "--fail-on", "missing", code=2)
    orm("stats", "--url", "sqlite:nowhere.db", code=1)
    expect("include", {table["name"] for table in stats("--include", "order*")["tables"]},
           {"orders", "order_lines"})


def proposals_mend():
    findings = stats()["findings"]
    [line] = [finding["yaml"] for finding in findings
              if finding["kind"] == "missing-index" and finding["table"] == "order_lines"]
    with open("lines.yaml", "w", encoding="utf-8") as file:
        file.write("models:\n  - name: line\n    columns: [{ name: part, type: integer, primary_key: true },"
                   " { name: other, type: integer }]\n    " + line + "\n")
    expect("schema", "INDEX" in orm("schema", "--dialect", DATABASE, "lines.yaml"), True)
    for finding in findings:
        if finding["sql"] and finding["kind"] != "unused-index":
            load(finding["sql"] + "\n")
    left = {kind for kind, _, _ in found_in(stats())}
    expect("left", left - {"unused-index"}, {"missing-primary-key"})


def on_terminal(environment, *words):
    """What stands on standard error, when that is a terminal."""
    main, other = pty.openpty()
    done = subprocess.Popen([ORM, *words], stdout=subprocess.DEVNULL, stderr=other,
                            env=dict(os.environ, **environment))
    os.close(other)
    said = b""
    while True:
        try:
            block = os.read(main, 4096)
        except OSError:
            break
        if not block:
            break
        said += block
    os.close(main)
    expect("status", done.wait(), 0)
    return said


def shows_progress():
    words = ("stats", "--url", URL, "--exact")
    said = on_terminal({"TERM": "xterm"}, *words)
    expect(f"progress in {said}", b"\033[36m[1/" in said and b"counting rows" in said, True)
    expect(f"taken away in {said}", said.endswith(b"\r\033[K"), True)
    plain = on_terminal({"TERM": "xterm", "NO_COLOR": "1"}, *words)
    expect(f"no colour in {plain}", b"[1/" in plain and b"\033[36m" not in plain, True)
    expect("no terminal that can", on_terminal({"TERM": "dumb"}, *words), b"")
    expect("nothing to count", on_terminal({"TERM": "xterm"}, *words[:-1]), b"")
    done = subprocess.run([ORM, *words], capture_output=True, env=dict(os.environ, TERM="xterm"))
    expect("no terminal", done.stderr, b"")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    load(SCRIPT)
    for part in finds_what_is_there, fits_80_columns, is_a_gate, shows_progress, proposals_mend:
        part()
    os.chdir("/")
