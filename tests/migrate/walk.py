#!/usr/bin/env python3
"""walk.py ORM DATABASE: a random walk between models.

Each step changes the models a little, has `orm migrate new` write the migration, applies it to a
database with rows, and looks whether the database is what the models say and has its rows still; every
few steps `down` has to bring back what was before. ORM_TEST_WALK_STEPS says how many (12),
ORM_TEST_WALK_SEED where the walk begins (1). DATABASE: sqlite or postgresql.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile

SEGMENT = 20  # steps in one folder of migrations, whose loading takes longer as it grows

TYPES = {
    "integer": lambda n: str(n),
    "bigint": lambda n: str(n),
    "smallint": lambda n: str(n % 30000),
    "text": lambda n: f"'t{n}'",
    "varchar(40)": lambda n: f"'v{n}'",
    "varchar(80)": lambda n: f"'w{n}'",
    "numeric(10,2)": lambda n: f"'{n}.25'",
    "numeric(14,4)": lambda n: f"'{n}.2500'",
    "double": lambda n: f"{n}.5",
    "boolean": lambda n: ("true", "false")[n % 2],
    "date": lambda n: f"'20{n % 90 + 10}-0{n % 9 + 1}-11'",
    "timestamptz": lambda n: f"'20{n % 90 + 10}-0{n % 9 + 1}-11 10:00:00+00:00'",
    "uuid": lambda n: f"'00000000-0000-0000-0000-{n:012d}'",
    "jsonb": lambda n: "'{\"a\": %d}'" % n,
}
DEFAULTS = {
    "integer": "7", "bigint": "8", "smallint": "3", "text": "\"it's\"", "varchar(40)": "x",
    "varchar(80)": "y", "numeric(10,2)": "1.50", "numeric(14,4)": "2.5000", "double": "0.5",
    "boolean": "true", "date": "2024-02-29", "timestamptz": "2024-02-29 10:30Z",
    "uuid": "00000000-0000-0000-0000-00000000000a", "jsonb": "\"{}\"",
}
# Both ways keep the values of these.
RETYPES = [
    ("integer", "bigint"), ("smallint", "integer"), ("integer", "text"), ("varchar(40)", "text"),
    ("varchar(40)", "varchar(80)"), ("numeric(10,2)", "numeric(14,4)"), ("boolean", "integer"),
    ("date", "text"), ("uuid", "text"), ("smallint", "numeric(10,2)"), ("integer", "double"),
]


class Walk:
    def __init__(self, orm, database, seed):
        self.orm, self.database = orm, database
        self.random = random.Random(seed)
        self.folder = tempfile.mkdtemp(prefix="walk_")
        self.url = os.environ.get("ORM_TEST_POSTGRESQL_URL") if database == "postgresql" \
            else f"sqlite:{self.folder}/walk.db"
        self.count = 0
        self.models, self.enums, self.fills = [], [], []
        self.kept = {}  # table: {id: mark}

    # Running

    def run(self, *words, want=0):
        done = subprocess.run([self.orm, *words], cwd=self.folder, capture_output=True, text=True,
                              check=False)
        if done.returncode != want:
            raise SystemExit(f"orm {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
                             f"\nin {self.folder}")
        return done.stdout

    def sql(self, text):
        if self.database == "postgresql":
            command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url]
        else:
            command = ["sqlite3", "-bail", f"{self.folder}/walk.db"]
            text = "PRAGMA foreign_keys = ON;\n" + text
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{text}\n{done.stderr}\nin {self.folder}")
        return done.stdout

    def next(self):
        self.count += 1
        return self.count

    # The models

    def write(self, name):
        lines = ["prefix: w", "enums:"] if self.enums else ["prefix: w"]
        for enum in self.enums:
            renamed = ", ".join(f"{{ value: {new}, was: {old} }}"
                                for new, old in enum.get("renamed", {}).items())
            lines.append(f"  - {{ name: {enum['name']}, values: [{', '.join(enum['labels'])}]"
                         f"{f', renamed: [{renamed}]' if renamed else ''} }}")
        lines.append("models:")
        for model in self.models:
            self.write_model(lines, model)
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def write_model(self, lines, model):
        lines += [f"  - name: {model['name']}", f"    table: {model['table']}"]
        if model.get("was"):
            lines.append(f"    was: {model['was']}")
        if model.get("comment"):
            lines.append(f"    comment: {model['comment']}")
        if model["key"] != ["id"]:
            lines.append(f"    primary_key: [{', '.join(model['key'])}]")
        lines.append("    columns:")
        for column in model["columns"]:
            words = [f"name: {column['name']}", f"type: \"{column['type']}\""]
            if column["name"] == "id" and model["key"] == ["id"]:
                words.append("primary_key: true")
            for word in ("was", "generated", "default", "min", "max_length"):
                if column.get(word) is not None:
                    words.append(f"{word}: {column[word]}")
            for word in ("nullable", "unique"):
                if column.get(word):
                    words.append(f"{word}: true")
            if column.get("comment"):
                words.append(f"comment: \"{column['comment']}\"")
            lines.append(f"      - {{ {', '.join(words)} }}")
        relations = [c for c in model["columns"] if c.get("to")]
        if relations:
            lines.append("    relations:")
        for column in relations:
            lines.append(f"      - {{ name: {column['name']}_row, kind: belongs_to, "
                         f"model: {column['to']}, foreign_key: [{column['name']}], "
                         f"on_delete: {column['on_delete']} }}")
        for word in ("indexes", "uniques", "checks"):
            if model[word]:
                lines.append(f"    {word}:")
            lines += [f"      - {{ {entry['text']} }}" for entry in model[word]]

    def new_model(self):
        number = self.next()
        model = {"name": f"m{number}", "table": f"t{number}", "key": ["id"], "indexes": [],
                 "uniques": [], "checks": [], "columns": []}
        generated = self.random.choice(["identity", None, "serial"])
        model["columns"] = [{"name": "id", "type": "bigint", "generated": generated},
                            {"name": "mark", "type": "text"}]
        self.models.append(model)
        self.kept[model["table"]] = {}
        for _ in range(self.random.randint(1, 4)):
            self.add_column(model)
        return model

    def free_columns(self, model):
        """Those that nothing else names."""
        text = " ".join(e["text"] for w in ("indexes", "uniques", "checks") for e in model[w])
        computed = " ".join(str(c.get("generated")) for c in model["columns"])
        return [c for c in model["columns"][2:] if c["name"] not in model["key"] and
                c["name"] not in text and c["name"] not in computed and not c.get("to")]

    def add_column(self, model, filled=True):
        number = self.next()
        kind = self.random.choice(list(TYPES) + (["enum"] if self.enums else []))
        column = {"name": f"c{number}", "type": kind}
        if kind == "enum":
            enum = self.random.choice(self.enums)
            column.update(type=enum["name"], enum=enum["name"])
        how = self.random.choice(["nullable", "default", "fill"])
        if how == "nullable":
            column["nullable"] = True
        elif how == "default":
            column["default"] = self.default_of(column)
            column["filled"] = True
        else:
            column["filled"] = True
            value = f"'{enum['used']}'" if kind == "enum" else TYPES[kind](5)
            if self.database == "sqlite" and kind == "boolean":
                value = "0"
            self.fills.append((model, column, value))
        model["columns"].append(column)
        return f"add {model['table']}.{column['name']} {kind} {how}"

    def enum_of(self, column):
        return next(e for e in self.enums if e["name"] == column["enum"])

    def default_of(self, column):
        return self.enum_of(column)["used"] if column.get("enum") else DEFAULTS[column["type"]]

    # Steps: each says what it did, or None when it could do nothing

    def pick(self, condition=lambda model: True):
        found = [m for m in self.models if condition(m)]
        return self.random.choice(found) if found else None

    def step_add_model(self):
        return None if len(self.models) > 7 else f"add {self.new_model()['table']}"

    def is_target(self, model):
        return any(c.get("to") == model["name"] for m in self.models for c in m["columns"])

    def step_drop_model(self):
        model = self.pick(lambda m: not self.is_target(m))
        if not model or len(self.models) < 4:
            return None
        self.models.remove(model)
        del self.kept[model["table"]]
        return f"drop {model['table']}"

    def step_rename_model(self):
        model = self.pick()
        old, model["table"] = model["table"], f"t{self.next()}"
        model["was"] = model.get("was") or old
        self.kept[model["table"]] = self.kept.pop(old)
        return f"rename {old} to {model['table']}"

    def step_add_column(self):
        model = self.pick(lambda m: len(m["columns"]) < 12)
        return self.add_column(model) if model else None

    def free(self, condition=lambda column: True):
        found = [(m, c) for m in self.models for c in self.free_columns(m) if condition(c)]
        return self.random.choice(found) if found else (None, None)

    def step_drop_column(self):
        model, column = self.free()
        if not model:
            return None
        model["columns"].remove(column)
        return f"drop {model['table']}.{column['name']}"

    def step_rename_column(self):
        model, column = self.free()
        if not model:
            return None
        old, column["name"] = column["name"], f"c{self.next()}"
        column["was"] = column.get("was") or old
        return f"rename {model['table']}.{old} to {column['name']}"

    def step_retype(self):
        model, column = self.free(lambda c: any(c["type"] in pair for pair in RETYPES)
                                  and not c.get("generated") and not c.get("min"))
        if not model:
            return None
        pair = self.random.choice([p for p in RETYPES if column["type"] in p])
        if column["type"] != pair[0] and column.get("mixed", pair) != pair:
            return None
        new = pair[1] if column["type"] == pair[0] else pair[0]
        # A narrower type takes only what came from it.
        if new == pair[0] and (column.get("from") != pair[0] or column.get("written")):
            return None
        column["from"], column["written"] = column["type"], False
        column["filled"] = column.get("filled") or column["type"] in ("boolean", "date")
        old, column["type"] = column["type"], new
        column.pop("max_length", None)
        if column.get("default") is not None:
            column["default"] = self.default_of(column)
        return f"retype {model['table']}.{column['name']} {old} to {new}"

    def step_nullable(self):
        model, column = self.free(lambda c: not c.get("generated") and not c.get("unique"))
        if not model:
            return None
        if column.get("nullable"):
            column["nullable"] = False
            column["default"] = self.default_of(column)
            column["filled"] = True
        else:
            column["nullable"] = True
        return f"nullable {model['table']}.{column['name']} {column['nullable']}"

    def step_default(self):
        model, column = self.free(lambda c: not c.get("generated") and not c.get("unique"))
        if not model:
            return None
        column["default"] = None if column.get("default") else self.default_of(column)
        return f"default {model['table']}.{column['name']} {column['default']}"

    def step_min(self):
        model, column = self.free(lambda c: c["type"] in ("integer", "bigint", "smallint",
                                                          "numeric(10,2)"))
        if not model:
            return None
        column["min"] = None if column.get("min") is not None else self.random.choice([0, -5])
        return f"min {model['table']}.{column['name']} {column['min']}"

    def step_comment(self):
        model = self.pick()
        column = self.random.choice(model["columns"])
        column["comment"] = self.random.choice([None, "it's a note", "ünï; -- codé"])
        model["comment"] = self.random.choice([None, "words"])
        return f"comment {model['table']}.{column['name']}"

    def step_unique(self):
        model, column = self.free(lambda c: c.get("unique") or
                                  (not c.get("filled") and not c.get("default") and
                                   not c.get("generated") and
                                   c["type"] in ("integer", "bigint", "text", "uuid")))
        if not model:
            return None
        column["unique"] = not column.get("unique")
        return f"unique {model['table']}.{column['name']} {column['unique']}"

    def step_index(self):
        model = self.pick()
        if model["indexes"] and self.random.random() < 0.5:
            entry = self.random.choice(model["indexes"])
            model["indexes"].remove(entry)
            return f"drop index of {model['table']} {entry['text']}"
        columns = [c["name"] for c in model["columns"] if c["type"] not in ("jsonb",)]
        chosen = self.random.sample(columns, min(len(columns), self.random.randint(1, 3)))
        chosen = [self.random.choice(["", "-"]) + c for c in chosen]
        text = f"columns: [{', '.join(chosen)}], name: i{self.next()}"
        if self.random.random() < 0.3:
            text += f", where: \"{chosen[0].lstrip('-')} IS NOT NULL\""
        if self.random.random() < 0.2:
            text += ", expressions: [\"lower(mark)\"]"
        model["indexes"].append({"text": text})
        return f"index of {model['table']} {text}"

    def step_unique_list(self):
        model = self.pick(lambda m: m["key"] == ["id"])
        if not model:
            return None
        if model["uniques"]:
            model["uniques"].pop()
            return f"drop unique list of {model['table']}"
        model["uniques"].append({"text": f"columns: [mark, id], name: u{self.next()}"})
        return f"unique list of {model['table']}"

    def step_check(self):
        model = self.pick()
        if model["checks"]:
            model["checks"].pop()
            return f"drop check of {model['table']}"
        model["checks"].append({"text": f"expression: \"length(mark) > 0 AND id <> -{self.next()}\""
                                        f", name: k{self.next()}"})
        return f"check of {model['table']}"

    def step_generated(self):
        model = self.pick(lambda m: not any(str(c.get("generated")).startswith("len")
                                            for c in m["columns"]))
        if not model:
            return None
        model["columns"].append({"name": f"c{self.next()}", "type": "integer", "nullable": True,
                                 "generated": f"length(mark) + {self.next()}"})
        return f"generated column of {model['table']}"

    def step_key(self):
        model = self.pick(lambda m: not self.is_target(m) and not m["uniques"] and
                          not m["columns"][0].get("generated"))
        if not model:
            return None
        model["key"] = ["id", "mark"] if model["key"] == ["id"] else ["id"]
        return f"key of {model['table']}"

    def step_relation(self):
        model, target = self.pick(), self.pick(lambda m: m["key"] == ["id"])
        if not target:
            return None
        column = {"name": f"c{self.next()}", "type": "bigint", "nullable": True,
                  "to": target["name"], "on_delete": "set_null"}
        model["columns"].append(column)
        return f"relation {model['table']} to {target['table']}"

    def related(self):
        found = [(m, c) for m in self.models for c in m["columns"] if c.get("to")]
        return self.random.choice(found) if found else (None, None)

    def step_drop_relation(self):
        model, column = self.related()
        if not model:
            return None
        column.pop("to")
        column["filled"] = True
        if self.random.random() < 0.5 and column in self.free_columns(model):
            model["columns"].remove(column)
        return f"drop relation of {model['table']}.{column['name']}"

    def step_on_delete(self):
        model, column = self.related()
        if not model:
            return None
        column["on_delete"] = self.random.choice(["no_action", "cascade", "set_null", "restrict"])
        return f"on delete of {model['table']}.{column['name']} {column['on_delete']}"

    def step_enum(self):
        if len(self.enums) < 2:
            self.enums.append({"name": f"e{self.next()}", "used": "a",
                               "labels": ["a", f"l{self.next()}", "z"]})
            return "new enum"
        enum = self.random.choice(self.enums)
        how = self.random.choice(["add", "drop", "reorder", "rename"])
        if how == "rename":
            self.rename_label(enum, self.random.choice(enum["labels"]))
        elif how == "add":
            enum["labels"].insert(self.random.randint(0, len(enum["labels"])), f"l{self.next()}")
        elif how == "drop" and len(enum["labels"]) > 2:
            gone = self.random.choice([l for l in enum["labels"] if l != enum["used"]])
            enum["labels"].remove(gone)
            enum.get("renamed", {}).pop(gone, None)
        else:
            self.random.shuffle(enum["labels"])
        return f"enum {enum['name']} {how}"

    def rename_label(self, enum, old):
        new = f"l{self.next()}"
        renamed = enum.setdefault("renamed", {})
        renamed[new] = renamed.pop(old, old)
        enum["labels"][enum["labels"].index(old)] = new
        if enum["used"] != old:
            return
        enum["used"] = new
        for model in self.models:
            for column in model["columns"]:
                if column.get("enum") == enum["name"] and column.get("default") is not None:
                    column["default"] = new
        self.fills = [(model, column, f"'{new}'" if column.get("enum") == enum["name"] else value)
                      for model, column, value in self.fills]

    def step_drop_enum(self):
        unused = [e for e in self.enums if not any(c.get("enum") == e["name"]
                                                   for m in self.models for c in m["columns"])]
        if not unused:
            return None
        self.enums.remove(unused[0])
        return f"drop enum {unused[0]['name']}"

    def step_reorder(self):
        model = self.pick(lambda m: len(m["columns"]) > 3)
        if not model:
            return None
        rest = model["columns"][2:]
        self.random.shuffle(rest)
        model["columns"][2:] = rest
        return f"reorder {model['table']}"

    # Rows

    def insert_rows(self):
        for model in self.models:
            number = self.next()
            names, values = ["id", "mark"], [str(number), f"'mark {number}'"]
            for column in model["columns"][2:]:
                value = self.value_of(column, number)
                if value is not None:
                    names.append(column["name"])
                    values.append(value)
            self.sql(f"INSERT INTO {model['table']} ({', '.join(names)}) "
                     f"VALUES ({', '.join(values)});")
            self.kept[model["table"]][number] = f"mark {number}"

    def value_of(self, column, number):
        if column.get("generated"):
            return None
        if column.get("nullable") and number % 3 == 0:
            column["filled"] = column.get("filled") or column.get("default") is not None
            return None
        if column.get("to"):
            target = next(m for m in self.models if m["name"] == column["to"])
            return f"(SELECT min(id) FROM {target['table']})"
        column["written"] = True
        if column.get("enum"):
            return f"'{self.enum_of(column)['used']}'"
        value = TYPES[column["type"]](number)
        if self.database == "sqlite" and column["type"] == "boolean":
            return {"true": "1", "false": "0"}[value]
        return value

    def check_rows(self, what, tables):
        for table, rows in tables.items():
            found = dict(line.split("|") for line in
                         self.sql(f"SELECT id, mark FROM {table};").splitlines())
            wanted = {str(number): mark for number, mark in rows.items()}
            if found != wanted:
                raise SystemExit(f"{what}: the rows of {table} are {found}, not {wanted}")

    # The walk

    def go(self, number):
        steps = [getattr(self, name) for name in dir(self) if name.startswith("step_")]
        before = {table: dict(rows) for table, rows in self.kept.items()}
        tables = {m["name"]: m["table"] for m in self.models}
        self.fills, said = [], []
        while len(said) < self.random.choice([1, 1, 2, 4]):
            said.append(self.random.choice(steps)())
            said = [word for word in said if word]
        self.write("models.yaml")
        what = f"step {number}: {'; '.join(said)}"
        if os.environ.get("ORM_TEST_WALK_SAY"):
            print(what, flush=True)
        written = self.run("migrate", "new", f"step{number}", "models.yaml", "--dir", self.dir,
                           "--dialect", self.database, "--allow-destructive",
                           *[word for model, column, value in self.fills
                             if model in self.models and column in model["columns"] for word in
                             ("--fill", f"{model['table']}.{column['name']}={value}")],
                           *self.dev())
        if ".up.sql" in written:
            self.run("migrate", "up", "--url", self.url, "--dir", self.dir)
        self.run("diff", self.url, "models.yaml", *self.dev())
        self.check_rows(what, {m["table"]: self.kept[m["table"]] for m in self.models
                               if tables.get(m["name"])})
        if ".up.sql" in written and number % 2 == 0:
            self.run("migrate", "down", "--url", self.url, "--dir", self.dir)
            self.run("diff", self.url, "before.yaml", *self.dev())
            gone = [tables[name] for name in tables if name not in
                    {m["name"] for m in self.models}]
            self.check_rows(f"down of {what}",
                            {t: {} if t in gone else rows for t, rows in before.items()})
            self.run("migrate", "up", "--url", self.url, "--dir", self.dir)
            self.run("diff", self.url, "models.yaml", *self.dev())
        for model in self.models:
            model.pop("was", None)
            for column in model["columns"]:
                column.pop("was", None)
        for enum in self.enums:
            enum.pop("renamed", None)
        self.write("before.yaml")
        self.insert_rows()

    def dev(self):
        return ["--dev-url", self.url] if self.database == "postgresql" else []

    def begin_folder(self, number):
        """The database goes on in a folder that makes what it is now."""
        self.dir = f"migrations{number}"
        self.write("models.yaml")
        self.run("migrate", "new", "init", "models.yaml", "--dir", self.dir, "--dialect",
                 self.database, *self.dev())
        if number:
            self.sql("DROP TABLE orm_migrations;")
            self.run("migrate", "baseline", "--url", self.url, "--dir", self.dir)
        else:
            self.run("migrate", "up", "--url", self.url, "--dir", self.dir)

    def walk(self, steps):
        self.enums.append({"name": "e0", "used": "a", "labels": ["a", "b"]})
        for _ in range(4):
            self.new_model()
        for number in range(steps):
            if number % SEGMENT == 0:
                self.begin_folder(number)
                if number == 0:
                    self.write("before.yaml")
                    self.insert_rows()
            self.go(number)
        self.run("diff", self.dir, self.url, *self.dev())
        print(f"{steps} steps on {self.database}, no difference, all rows kept")
        shutil.rmtree(self.folder)


def main():
    orm, database = sys.argv[1:3]
    if database == "postgresql" and not os.environ.get("ORM_TEST_POSTGRESQL_URL"):
        print("skipped: ORM_TEST_POSTGRESQL_URL is not set")
        return 77
    seed = int(os.environ.get("ORM_TEST_WALK_SEED", "1"))
    Walk(orm, database, seed).walk(int(os.environ.get("ORM_TEST_WALK_STEPS", "12")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
