#!/usr/bin/env python3
"""`orm fmt` over every YAML file of the repository and over random ones.

Formatted twice a file is as formatted once; C and SQL made of it stay the same byte for byte; every
comment is there once. One set of models written in random styles (order of keys, brackets or lines,
quotes, indentation, ends of lines) always becomes the same text.

ORM_TEST_FMT_RUNS: how many random files; ORM_TEST_FMT_SEED: of the first.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

ORM = os.environ["ORM_COMMAND"]
ROOT = os.environ["ORM_TEST_SOURCE_DIR"]
RUNS = int(os.environ.get("ORM_TEST_FMT_RUNS", "20"))
SEED = int(os.environ.get("ORM_TEST_FMT_SEED", "1"))


def orm(*words, **options):
    return subprocess.run([ORM, *words], capture_output=True, **options)


def fmt(text):
    done = orm("fmt", "-", input=text.encode())
    if done.returncode != 0:
        raise AssertionError(f"fmt: {done.returncode} {done.stderr.decode()}\n{text}")
    return done.stdout.decode()


def made_of(path):
    """All C and SQL, or that there are faults."""
    made = {}
    with tempfile.TemporaryDirectory() as out:
        done = orm("generate", path, "--out", out)
        made["generate"] = done.returncode
        for folder, _, names in os.walk(out):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    made[name] = file.read()
    for dialect in "postgresql", "sqlite":
        done = orm("schema", "--dialect", dialect, path)
        made[dialect] = done.returncode, done.stdout
    return made


def expect_same(what, first, second):
    if first != second:
        raise AssertionError(f"{what}:\n--- first\n{first}\n--- second\n{second}")


def expect_same_made(path, before, after):
    for name in sorted(set(before) | set(after)):
        if before.get(name) != after.get(name):
            raise AssertionError(f"{path}: {name} differs:\n{before.get(name)}\n{after.get(name)}")


# The repository.

def models_of_repository():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith((".", "build"))
                      and name != "faulty"]
        for name in names:
            if name.endswith((".yaml", ".yml")):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    if re.search(rb"^models:", file.read(), re.M):
                        yield path


def check_repository(copy):
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "build*", "*.c", "*.h", "faulty"))
    paths = [os.path.join(copy, os.path.relpath(path, ROOT)) for path in models_of_repository()]
    os.chdir(copy)
    formatted = 0
    for path in paths:
        before = made_of(path)
        done = orm("fmt", path)
        if done.returncode != 0:
            continue
        formatted += 1
        with open(path, encoding="utf-8") as file:
            text = file.read()
        expect_same(path, text, fmt(text))
        expect_same_made(path, before, made_of(path))
    if formatted < 35:
        raise AssertionError(f"only {formatted} of {len(paths)} files were formatted")
    return formatted


# Random models, in random styles.

TEXTS = ["a", "two words", "it's", 'say "x"', "back\\slash", "a: b", "# no comment", "ends:", "- x",
         "[x]", "{x}", "*a", "&a", "!a", "%a", "@a", "`a`", "ä ö", "  around ", "tab\there", "|", ">",
         "one\ntwo", "one\n\n  two\nthree", "one\ntwo\n", "null", "~", "yes", "x # y", "\u2028", "?",
         "a,b", "🙂", "trailing \nblank", "\n leads", "a\r\nb", "long " * 40, "x\n" * 3 + "\n"]


class Styled:
    """YAML of dicts and lists, in a style drawn for every part of it."""

    def __init__(self, draw, comments):
        self.draw = draw
        self.comments = comments
        self.given = []

    def comment(self):
        text = f"# {len(self.given)} " + self.draw.choice(["why", "{ a: b }", "- x", "it's # so", '"'])
        self.given.append(text)
        return text

    def chance(self, part):
        return self.draw.random() < part

    def quoted(self, text, block):
        quote = self.draw.choice("'\"\"")
        if quote == "'" and not re.search(r"[^\x20-\x7e\u00a0-\u1fff\U0001f000-\U0001ffff]", text) \
                and not re.search("^ | $|  ", text):
            return "'" + text.replace("'", "''") + "'"
        return '"' + re.sub(r'[\\"\n\t\r\u2028]', lambda found: {
            "\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r",
            "\u2028": "\\L"}[found[0]], text) + '"'

    def scalar(self, value, block, key=None):
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        plain = re.fullmatch(r"-?[A-Za-z_][A-Za-z0-9_]*( [a-z]+)*", value) and \
            value not in ("null", "yes", "true", "false")
        if plain and self.chance(0.7):
            return value
        return self.quoted(value, block)

    def pairs(self, mapping):
        pairs = list(mapping.items())
        self.draw.shuffle(pairs)
        return pairs

    def gap(self, indent):
        """Where a blank may stand in brackets."""
        if self.comments and self.chance(0.05):
            return " " + self.comment() + "\n" + " " * (indent + 1)
        if self.comments and self.chance(0.03):
            return "\n\n" + " " * (indent + 3) + self.comment() + "\n" + " " * (indent + 1)
        return self.draw.choice([" ", "", "  "]) if self.chance(0.9) else "\n" + " " * (indent + 2)

    def flow(self, value, indent):
        if isinstance(value, dict):
            parts = [f"{key}: {self.flow(inner, indent)}" for key, inner in self.pairs(value)]
            return "{" + ",".join(self.gap(indent) + part for part in parts) + self.gap(indent) + "}"
        if isinstance(value, list):
            return "[" + ",".join(self.gap(indent) + self.flow(inner, indent) for inner in value) + \
                self.gap(indent) + "]"
        return self.scalar(value, False)

    def above(self, indent):
        made = ""
        while self.chance(0.25):
            made += "\n" * self.draw.randrange(3)
            if self.comments:
                made += " " * indent + self.comment() + "\n"
        return made + "\n" * (self.draw.randrange(3) if self.chance(0.1) else 0)

    def end(self):
        return (" " + self.comment() if self.comments and self.chance(0.15) else "") + "\n"

    def literal(self, value, indent):
        """A text after |, when that can say it."""
        if not isinstance(value, str) or "\n" not in value or value[0] in " \n\t" or \
                re.search("[\r\u2028]|\n\n$", value) or self.chance(0.4):
            return None
        lines = value.split("\n")
        mark = "|-" if lines[-1] else "|"
        lines = lines if lines[-1] else lines[:-1]
        return mark + self.end() + "".join(" " * indent * bool(line) + line + "\n" for line in lines)

    def value(self, value, indent):
        """What stands behind "key:", with its line's end."""
        if isinstance(value, (dict, list)) and value and self.chance(0.6):
            step = self.draw.choice([0, 1, 2, 4]) if isinstance(value, list) else \
                self.draw.choice([1, 2, 3])
            return self.end() + self.block(value, indent + step)
        if not isinstance(value, (dict, list)):
            text = self.literal(value, indent + self.draw.choice([1, 2, 5]))
            if text:
                return " " + text
            return " " + self.scalar(value, True) + self.end()
        return " " + self.flow(value, indent) + self.end()

    def block(self, value, indent):
        made = ""
        if isinstance(value, dict):
            for key, inner in self.pairs(value):
                made += self.above(indent) + " " * indent + f"{key}:" + self.value(inner, indent)
        else:
            for inner in value:
                made += self.above(indent)
                if isinstance(inner, dict) and self.chance(0.5):
                    step = self.draw.choice([2, 3, 4])
                    body = self.block_behind(inner, indent + step)
                    made += " " * indent + "-" + " " * (step - 1) + body
                else:
                    made += " " * indent + "- " + self.flow(inner, indent) + self.end()
        if self.comments and self.chance(0.1):
            made += " " * indent + self.comment() + "\n"
        return made

    def block_behind(self, mapping, indent):
        made = ""
        for number, (key, inner) in enumerate(self.pairs(mapping)):
            made += (self.above(indent) + " " * indent if number else "") + f"{key}:" + \
                self.value(inner, indent)
        return made


def some(draw, mapping):
    """The keys of the mapping that chance leaves."""
    return {key: value for key, value in mapping.items() if draw.random() < 0.3}


def random_models(draw):
    models = []
    for number in range(draw.randrange(1, 4)):
        columns = [{"name": "id", "type": "bigint", "primary_key": True}]
        for at in range(draw.randrange(5)):
            columns.append({"name": f"c{at}", "type": draw.choice(["text", "varchar(20)", "integer"]),
                            **some(draw, {"comment": draw.choice(TEXTS), "nullable": True,
                                          "column": draw.choice(["Old", "a b", f"x{at}"]),
                                          "deferred": True, "was": f"old{at}"})})
        columns.append({"name": "owner_id", "type": "bigint", "nullable": True})
        model = {"name": f"m{number}", "columns": columns,
                 "relations": [{"name": "owner", "kind": "belongs_to", "model": "m0",
                                **some(draw, {"foreign_key": ["owner_id"], "on_delete": "set_null",
                                              "comment": draw.choice(TEXTS)})}],
                 **some(draw, {"table": f"t {number}", "comment": draw.choice(TEXTS),
                               "checks": [{"expression": "id > 0 or\n id < -5", "name": f"k{number}"}],
                               "indexes": [{"columns": ["owner_id", "-id"]},
                                           {"columns": ["id"], "where": "id <> 7", "name": f"i{number}"}],
                               "rows": [{"name": "card", "columns": ["id", "owner.id as owner"]},
                                        {"name": "sum", "columns": ["owner_id"], "group_by": ["owner_id"],
                                         "values": [{"name": "n", "count": "*"}]}]})}
        models.append(model)
    whole = {"models": models, **some(draw, {"version": 1, "prefix": "p",
                                             "after": [{"sql": "SELECT 1,\n  2", "dialect": "sqlite"}],
                                             "enums": [{"name": "mood", "values": ["sad", "so-so", "x y"],
                                                        "comment": draw.choice(TEXTS)}]})}
    return whole


def ended(draw, text):
    """With other ends of lines, a mark, or no last end."""
    text = draw.choice(["", "", "\ufeff"]) + draw.choice(["", "---\n", "\n\n"]) + text
    text = text.replace("\n", "\r\n") if draw.random() < 0.2 and "|" not in text else text
    return text.rstrip("\r\n") if draw.random() < 0.2 and "|" not in text else text


def check_random(seed):
    draw = random.Random(seed)
    models = random_models(draw)
    first = fmt(Styled(draw, False).block(models, 0))
    without_blanks = re.sub("\n+", "\n", first)
    expect_same("again", first, fmt(first))
    for _ in range(2):
        text = ended(draw, Styled(draw, False).block(models, draw.choice([0, 0, 1])))
        expect_same(f"another style of\n{text}", without_blanks, re.sub("\n+", "\n", fmt(text)))
    styled = Styled(draw, True)
    text = ended(draw, styled.block(models, 0))
    made = fmt(text)
    expect_same(f"again, with comments, of\n{text}", made, fmt(made))
    for comment in styled.given:
        if len(re.findall(re.escape(comment) + "$", made, re.M)) != 1:
            raise AssertionError(f"{comment} is not there once:\n{text}\n---\n{made}")
    if seed % 5 == 0:
        for name, content in ("models.yaml", text), ("other.yaml", made):
            os.makedirs(name + ".d", exist_ok=True)
            with open(name + ".d/models.yaml", "w", encoding="utf-8", newline="") as file:
                file.write(content)
        results = []
        for name in "models.yaml", "other.yaml":
            os.chdir(name + ".d")
            results.append(made_of("models.yaml"))
            os.chdir("..")
        expect_same_made(f"seed {seed}", *results)


def main():
    with tempfile.TemporaryDirectory() as folder:
        formatted = check_repository(os.path.join(folder, "copy"))
        os.chdir(folder)
        for seed in range(SEED, SEED + RUNS):
            try:
                check_random(seed)
            except AssertionError as fault:
                sys.exit(f"seed {seed}: {fault}")
        os.chdir("/")
    print(f"{formatted} files of the repository, {RUNS} random sets of models")


main()
