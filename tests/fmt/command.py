#!/usr/bin/env python3
"""`orm fmt` as people call it: what it writes, says, refuses and leaves alone."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile

ORM = os.environ["ORM_COMMAND"]
ROOT = os.environ["ORM_TEST_SOURCE_DIR"]

UGLY = """# Our shop.

models:
# What we sell.
- table: products # the old name
  name: product

  columns:
    - {type: bigint,   primary_key: true, name: "id"} # a number


    - name: title
      type: 'varchar(80)'
    # - { name: gone }
  # behind the columns
  checks: [{expression: "id > 0"}]
prefix: shop
"""

GOOD = """# Our shop.

prefix: shop

models:
  # What we sell.
  - name: product
    table: products # the old name

    columns:
      - { name: id, type: bigint, primary_key: true } # a number

      - { name: title, type: varchar(80) }
      # - { name: gone }
    # behind the columns
    checks:
      - { expression: "id > 0" }
"""

# What is not the models' YAML, and the place that is told.
REFUSED = [
    ("models:\n  - name: a\n    columns: *x\n", "3:14"), ("models: &x []\n", "1:9"),
    ("models: !x []\n", "1:9"), ("%YAML 1.1\n---\nmodels: []\n", "1:1"),
    ("models: []\n---\nmodels: []\n", "2:1"), ("models:\n\t- name: a\n", "2:1"),
    ("models: [\n", "2:1"), ("modles: []\n", "1:1"), ("models: []\nmodels: []\n", "2:1"), ("", "1:1"),
    ("models: []\nprefix: \x01\n", "2:9"), ("# \ud800\nmodels: []\n", "1:3"),
]


def orm(*words, code=0, text=None):
    done = subprocess.run([ORM, *words], capture_output=True, input=text.encode() if text else None)
    out, err = done.stdout.decode(), done.stderr.decode()
    if done.returncode != code:
        sys.exit(f"{words}: status {done.returncode}, not {code}\n{out}{err}")
    return out, err


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, text):
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode(errors="surrogatepass"))


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}:\n{found}\n--- wanted\n{wanted}")


def writes_in_place():
    write("ugly.yaml", UGLY)
    os.chmod("ugly.yaml", 0o640)
    os.symlink("ugly.yaml", "link.yaml")
    expect("--check", orm("fmt", "--check", "ugly.yaml", code=3)[0], "ugly.yaml\n")
    expect("--check wrote", read("ugly.yaml"), UGLY.encode())
    expect("said", orm("fmt", "link.yaml", "ugly.yaml")[0], "formatted link.yaml\n")
    expect("formatted", read("ugly.yaml").decode(), GOOD)
    expect("mode", stat.S_IMODE(os.stat("ugly.yaml").st_mode), 0o640)
    expect("link", os.path.islink("link.yaml"), True)
    before = os.stat("ugly.yaml")
    expect("again", orm("fmt", "ugly.yaml"), ("", ""))
    expect("not written again", os.stat("ugly.yaml"), before)
    expect("--check", orm("fmt", "--check", "ugly.yaml"), ("", ""))
    expect("files left behind", sorted(os.listdir(".")), ["link.yaml", "ugly.yaml"])


def reads_standard_input():
    expect("-", orm("fmt", "-", text=UGLY)[0], GOOD)
    expect("- --check", orm("fmt", "--check", "-", text=UGLY, code=3)[0], "<stdin>\n")
    expect("bytes", orm("fmt", "-", text="\ufeff" + UGLY.replace("\n", "\r\n").rstrip())[0], GOOD)


def shows_a_diff():
    write("shop.yaml", UGLY)
    out, _ = orm("fmt", "--diff", "shop.yaml")
    expect("--diff wrote", read("shop.yaml"), UGLY.encode())
    expect("--diff --check", orm("fmt", "--check", "--diff", "shop.yaml", code=3)[0], out)
    if shutil.which("patch"):
        subprocess.run(["patch", "-s", "shop.yaml"], input=out.encode(), check=True)
        expect("patched", read("shop.yaml").decode(), GOOD)
    for number in range(60):
        lines = [f"  - {{ name: m{at}, columns: [{{ name: id, type: text, primary_key: true }}] }}\n"
                 if (at * 7 + number) % (number + 3) == 0 else f"  # {at}\n" for at in range(number)]
        text = "models:\n" + "".join(lines) if any("name" in line for line in lines) else "models: []\n"
        write("many.yaml", text)
        out, _ = orm("fmt", "--diff", "many.yaml")
        if out and shutil.which("patch"):
            subprocess.run(["patch", "-s", "many.yaml"], input=out.encode(), check=True)
            expect("patched", read("many.yaml").decode(), orm("fmt", "-", text=text)[0])


def finds_files_of_folders():
    os.makedirs("all/deep/.hidden")
    for path in "all/a.yaml", "all/deep/b.yml", "all/deep/.hidden/c.yaml", "all/deep/d.txt":
        write(path, UGLY)
    write("all/compose.yml", "services: {x: 1}\n")
    out, err = orm("fmt", "--check", "all", code=3)
    expect("found", out, "all/a.yaml\nall/deep/b.yml\n")
    expect("told", "all/compose.yml has no 'models'" in err, True)
    orm("fmt", "all/")
    expect("hidden", read("all/deep/.hidden/c.yaml"), UGLY.encode())
    expect("foreign", read("all/compose.yml"), b"services: {x: 1}\n")
    os.makedirs("none")
    orm("fmt", "none", code=1)
    orm("fmt", "nowhere.yaml", code=1)
    orm("fmt", code=2)


def leaves_faulty_files():
    write("fine.yaml", UGLY)
    for number, (text, place) in enumerate(REFUSED):
        write("bad.yaml", text)
        before = read("bad.yaml")
        _, err = orm("fmt", "fine.yaml", "bad.yaml", code=1)
        expect(f"place of {number}: {err}", f"bad.yaml:{place}: error:" in err, True)
        expect("bad.yaml", read("bad.yaml"), before)
        expect("fine.yaml", read("fine.yaml"), UGLY.encode())
        _, err = orm("fmt", "--check", "bad.yaml", code=1)
    folder = os.path.join(ROOT, "tests/codegen/faulty")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".yaml"):
            continue
        before = read(os.path.join(folder, name))
        write("bad.yaml", before)
        done = subprocess.run([ORM, "fmt", "bad.yaml"], capture_output=True)
        if done.returncode not in (0, 1) or (done.returncode == 1 and read("bad.yaml") != before):
            sys.exit(f"{name}: {done.returncode}\n{done.stderr.decode()}")
        if done.returncode == 0:
            again = orm("fmt", "--check", "bad.yaml")
            expect(name, again, ("", ""))


def is_what_introspect_writes():
    database = sqlite3.connect("shop.db")
    database.executescript("""
        CREATE TABLE teams (id integer PRIMARY KEY, label text NOT NULL DEFAULT 'it''s', "odd name" text);
        CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL UNIQUE CHECK (email <> ''),
            team_id integer REFERENCES teams (id) ON DELETE SET NULL, a numeric(10,2) DEFAULT 1.50,
            boss_with_a_very_long_name_indeed integer REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE);
        CREATE INDEX users_team ON users (team_id, email) WHERE email <> 'x';
        CREATE VIEW sizes AS
            SELECT team_id, count(*) AS number
            FROM users GROUP BY team_id;
        """)
    database.close()
    orm("introspect", "--url", "sqlite:shop.db", "--out", "shop2.yaml")
    expect("introspect", orm("fmt", "--check", "--diff", "shop2.yaml"), ("", ""))
    with open("shop2.yaml", "a", encoding="utf-8") as file:
        file.write("# at the end\n")
    orm("introspect", "--url", "sqlite:shop.db", "--out", "shop2.yaml")
    orm("fmt", "--check", "shop2.yaml")


for part in (writes_in_place, reads_standard_input, shows_a_diff, finds_files_of_folders,
             leaves_faulty_files, is_what_introspect_writes):
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        part()
        os.chdir("/")
