#!/usr/bin/env python3
"""round_trip.py SCHEMA.sql: introspects a database made of the script, and all that must follow.

The models make an empty database that gives the same models again; written over themselves they
stay as they are; `orm diff` tells nothing of the two databases; a migration makes an empty database
the same and `down` empties it; the first database can be baselined with it; their C compiles without
a warning; and a program made of them loads each relation of every model eagerly from the rows that the
script holds.

The script's first line says for which database it is: "-- database: postgresql", sqlite or both; with ", without rows" the
loads find nothing.
"""

import os
import re
import shlex
import sqlite3
import subprocess
import sys
import tempfile

ORM = os.environ["ORM_COMMAND"]
DATABASE = os.environ["ORM_TEST_DATABASE"]
SERVER = os.environ.get("ORM_TEST_POSTGRESQL_URL", "")
COMPILE = shlex.split(os.environ["ORM_COMPILE"])
LINK = shlex.split(os.environ["ORM_LINK"])
WARNINGS = ("-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes "
            "-Wmissing-prototypes -Wformat=2 -Wundef -Wvla -Werror").split()


def run(*command, **options):
    done = subprocess.run(command, text=True, capture_output=True, **options)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)[:300]}: status {done.returncode}\n{done.stdout[-2000:]}"
                 f"{done.stderr[-4000:]}")
    return done.stdout


def psql(url, *words):
    environment = dict(os.environ, PGOPTIONS="-c client_min_messages=error")
    return run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, *words, env=environment)


class Postgresql:
    kind = "postgresql"

    def __init__(self, name):
        self.name = f"orm_introspect_{os.getpid()}_{name}"
        psql(SERVER, "-c", f"CREATE DATABASE {self.name}")
        mark = "&" if "?" in SERVER else "?"
        self.url = f"{SERVER}{mark}dbname={self.name}" if "://" in SERVER \
            else f"{SERVER} dbname={self.name}"

    def load(self, path):
        psql(self.url, "--single-transaction", "-f", path)

    def close(self):
        psql(SERVER, "-c", f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


class Sqlite:
    kind = "sqlite"

    def __init__(self, name):
        self.path = os.path.abspath(f"{name}.db")
        sqlite3.connect(self.path).close()
        self.url = f"sqlite:{self.path}"

    def load(self, path):
        database = sqlite3.connect(self.path)
        with open(path, encoding="utf-8") as script:
            database.executescript("PRAGMA foreign_keys = ON; BEGIN;\n" + script.read() + "\nCOMMIT;")
        database.close()

    def close(self):
        pass


def same(what, first, second):
    if first == second:
        return
    with open("first", "w", encoding="utf-8") as out:
        out.write(first)
    with open("second", "w", encoding="utf-8") as out:
        out.write(second)
    diff = subprocess.run(["diff", "first", "second"], text=True, capture_output=True)
    sys.exit(f"{what}:\n{diff.stdout}")


def relations_of(yaml):
    """(model, relation, target) of every relation."""
    model, relation = None, None
    for line in yaml.splitlines():
        found = re.match(r"  - name: (\w+)$", line)
        if found:
            model = found[1]
        found = re.match(r"      - \{ name: (\w+), kind: \w+, model: (\w+)", line)
        if found:
            yield model, found[1], found[2]
        # a long one has a line for each key
        found = re.match(r"      - name: (\w+)$", line)
        relation = found[1] if found else relation
        found = re.match(r"        model: (\w+)$", line)
        if found:
            yield model, relation, found[1]


KEYWORDS = set("""auto break case char const continue default do double else enum extern float for goto
if inline int long register restrict return short signed sizeof static struct switch typedef union
unsigned void volatile while alignas alignof bool complex imaginary noreturn asm class delete new this
operator private public protected template throw try catch virtual friend using namespace explicit
export typename true false and or not xor constexpr nullptr errno stdin stdout stderr""".split())


def program_of(yaml, umbrella):
    models = re.findall(r"^  - name: (\w+)$", yaml.split("\nmodels:")[1], re.M)
    lines = [f'#include "{umbrella}"', "#include <orm/orm.h>", "#include <stdio.h>", "",
             "static unsigned failed;", "",
             "static void said(orm_session *db, orm_status status, const char *what, size_t rows)",
             "{", "    if (status != ORM_OK) {",
             '        fprintf(stderr, "%s: %s\\n", what, orm_session_error(db)->message);',
             "        failed++;", "    }", '    printf("%s %zu\\n", what, rows);', "}", ""]
    calls = []
    asked = [(model, None, None) for model in models] + list(relations_of(yaml))
    for number, (model, relation, target) in enumerate(asked):
        member = relation + "_" if relation in KEYWORDS else relation
        query = f"{{.with = {{.{member} = &db_{target}_all}}}}" if relation else "{.limit = 0}"
        lines += [f"static void ask_{number}(orm_session *db)", "{",
                  f"    db_{model}_list rows = {{0}};",
                  f"    orm_status status = db_{model}_select(db, &(db_{model}_query){query}, &rows);",
                  f'    said(db, status, "{model}.{relation or ""}", rows.count);', "}", ""]
        calls.append(f"    ask_{number}(db);")
    lines += ["static orm_status ask(orm_session *db, void *context)", "{", "    (void)context;",
              *calls, "    return ORM_OK;", "}", "",
              "int main(int count, char **words)", "{", "    orm_engine *engine = NULL;",
              "    orm_error error = {0};",
              "    if (count != 2 || orm_engine_open(&(orm_engine_options){.url = words[1]}, &engine, "
              "&error) != ORM_OK ||",
              "        orm_session_run(engine, NULL, ask, NULL, &error) != ORM_OK) {",
              '        fprintf(stderr, "%s\\n", error.message);', "        return 1;", "    }",
              "    return orm_engine_close(engine, &error) != ORM_OK || failed != 0;", "}", ""]
    return "\n".join(lines)


def check_c(yaml, database, has_rows):
    run(ORM, "generate", "first.yaml", "--out", "generated")
    with open("main.c", "w", encoding="utf-8") as out:
        out.write(program_of(yaml, "first.orm.h"))
    sources = sorted(f"generated/{name}" for name in os.listdir("generated") if name.endswith(".c"))
    with open("all.c", "w", encoding="utf-8") as out:
        out.writelines(f'#include "{source}"\n' for source in sources)
    run(*COMPILE, *WARNINGS, "-O0", "-Igenerated", "-o", "loads", "all.c", "main.c", *LINK)
    said = run("./loads", database.url)
    for line in said.splitlines():
        if has_rows and line.endswith(" 0"):
            sys.exit(f"{line}: the script has no rows to load it from")
    return len(said.splitlines())


def check_migration(first, third, scratch):
    dev = ["--dev-url", scratch.url] if DATABASE == "postgresql" else []
    words = ["--dir", "migrations"]
    run(ORM, "migrate", "new", "init", "first.yaml", *words, "--dialect", DATABASE, *dev)
    run(ORM, "migrate", "up", "--url", third.url, *words)
    run(ORM, "diff", first.url, third.url)
    run(ORM, "diff", third.url, "first.yaml", *dev)
    run(ORM, "migrate", "verify", "--url", third.url, *words, *dev)
    run(ORM, "migrate", "down", "--url", third.url, *words)
    run(ORM, "diff", scratch.url, third.url)
    run(ORM, "migrate", "baseline", "--url", first.url, *words)
    run(ORM, "diff", "migrations", first.url, *dev)


def check(script, number):
    make = Postgresql if DATABASE == "postgresql" else Sqlite
    databases = []
    try:
        databases = [make(f"{letter}{number}") for letter in "abcd"]
        first, second, third, scratch = databases
        first.load(script)
        run(ORM, "introspect", "--url", first.url, "--out", "first.yaml")
        with open("first.yaml", encoding="utf-8") as file:
            yaml = file.read()
        run(ORM, "introspect", "--url", first.url, "--out", "first.yaml")
        with open("first.yaml", encoding="utf-8") as file:
            same("written over itself, the file changed", yaml, file.read())
        run(ORM, "schema", "--dialect", make.kind, "first.yaml", "--out", "schema.sql")
        second.load("schema.sql")
        same("the second database gives other models", yaml,
             run(ORM, "introspect", "--url", second.url))
        run(ORM, "diff", first.url, second.url)
        check_migration(first, third, scratch)
        with open(script, encoding="utf-8") as file:
            has_rows = "without rows" not in file.readline()
        asked = check_c(yaml, first, has_rows)
        print(f"{os.path.basename(script)}: {len(yaml.splitlines())} lines, {asked} loads")
    finally:
        for database in databases:
            database.close()


def main():
    if DATABASE == "postgresql" and not SERVER:
        print("skipped: ORM_TEST_POSTGRESQL_URL is not set")
        sys.exit(77)
    scripts = []
    for word in sys.argv[1:]:
        with open(word, encoding="utf-8") as file:
            wanted = file.readline().rpartition(":")[2].partition(",")[0].strip()
        if wanted in (DATABASE, "both"):
            scripts.append(os.path.abspath(word))
    if not scripts:
        sys.exit(f"no scripts for {DATABASE}")
    for number, script in enumerate(scripts):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            check(script, number)
            os.chdir("/")


main()
