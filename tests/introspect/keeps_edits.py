#!/usr/bin/env python3
"""What people wrote into introspected models stays when the database changed and they are written anew."""

import os
import sqlite3
import subprocess
import sys
import tempfile

ORM = os.environ["ORM_COMMAND"]

SCRIPT = """
CREATE TABLE teams (id integer PRIMARY KEY, label text NOT NULL);
CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL, gone text,
    team_id integer REFERENCES teams (id), boss_id integer REFERENCES users (id));
CREATE VIEW team_sizes AS SELECT team_id, count(*) AS number FROM users GROUP BY team_id;
"""

CHANGES = """
ALTER TABLE users ADD COLUMN age integer CHECK (age >= 0);
ALTER TABLE users DROP COLUMN gone;
CREATE INDEX users_email ON users (email);
CREATE TABLE badges (id integer PRIMARY KEY, user_id integer NOT NULL REFERENCES users (id));
"""

EDITS = [
    ("version: 1", "# Ours since 2020.\nversion: 1"),
    ("  - name: user\n", "  # Who may sign in.\n  - name: member # renamed\n"),
    ("model: user", "model: member"),
    ("{ name: email, type: text }",
     "{ name: mail, column: email, type: text, max_length: 80, comment: unique soon } # checked"),
    ("{ name: boss, kind", "{ name: chief, kind"),
    ("{ name: users, kind: has_many, model: member }",
     "{ name: staff, kind: has_many, model: member, order_by: [mail] }"),
    ("model: member, foreign_key: [boss_id] }\n",
     "model: member, foreign_key: [boss_id] }\n"
     "      # No foreign key stands behind it.\n"
     "      - { name: size, kind: has_one, model: team_size, foreign_key: [team_id], "
     "references: [id] }\n"),
]

ROWS = """    rows:
      - name: card # short
        columns: [id, mail, team.label]
"""

STAYS = [
    "# Ours since 2020.\n", "  # Who may sign in.\n  - name: member # renamed\n    table: users\n",
    "type: text, max_length: 80, comment: unique soon } # checked\n",
    "{ name: chief, kind: belongs_to, model: member, foreign_key: [boss_id] }",
    "{ name: staff, kind: has_many, model: member, order_by: [mail] }",
    "      # No foreign key stands behind it.\n      - { name: size, kind: has_one,", ROWS,
]

COMES = [
    "{ name: age, type: bigint, nullable: true, check: \"age >= 0\" }", "{ columns: [mail], name: users_email }",
    "  - name: badge\n    table: badges\n", "{ name: user, kind: belongs_to, model: member, foreign_key: [user_id] }",
    "{ name: badges, kind: has_many, model: badge }",
]


def orm(*words, fails=False):
    done = subprocess.run([ORM, *words], text=True, capture_output=True)
    if (done.returncode != 0) != fails:
        sys.exit(f"{words}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def change(script):
    database = sqlite3.connect("shop.db")
    database.executescript(script)
    database.close()


def expect(text, parts, wanted=True):
    for part in parts:
        if (part in text) != wanted:
            sys.exit(f"{'missing' if wanted else 'still there'}: {part}\n{text}")


def main():
    change(SCRIPT)
    orm("introspect", "--url", "sqlite:shop.db", "--prefix", "shop", "--out", "shop.yaml")
    text = read("shop.yaml")
    for old, new in EDITS:
        expect(text, [old])
        text = text.replace(old, new)
    place = text.index("\n\n", text.index("  - name: member")) + 1
    text = text[:place] + ROWS + text[place:]
    write("shop.yaml", text)
    orm("check", "shop.yaml")
    orm("introspect", "--url", "sqlite:shop.db", "--out", "shop.yaml")
    expect(read("shop.yaml"), STAYS + ["prefix: shop\n"])
    change(CHANGES)
    orm("introspect", "--url", "sqlite:shop.db", "--out", "shop.yaml")
    expect(read("shop.yaml"), STAYS + COMES + ["prefix: shop\n"])
    expect(read("shop.yaml"), ["name: gone"], wanted=False)
    orm("check", "shop.yaml")
    # only what was asked for
    expect(orm("introspect", "--url", "sqlite:shop.db", "--include", "t*", "--exclude", "*_sizes"),
           ["name: user", "name: team_size", "name: badge"], wanted=False)
    # a file that can't be understood is left alone
    write("shop.yaml", "models: {")
    expect(orm("introspect", "--url", "sqlite:shop.db", "--out", "shop.yaml", fails=True),
           ["can't be kept"])
    expect(read("shop.yaml"), ["models: {"])
    expect(orm("introspect", "--url", "sqlite:shop.db", "--schema", "x", fails=True),
           ["SQLite has no schemas"])
    expect(orm("introspect", "--url", "sqlite:none.db", fails=True), ["none.db"])


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    main()
    os.chdir("/")
