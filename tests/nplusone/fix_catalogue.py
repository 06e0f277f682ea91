#!/usr/bin/env python3
"""
Applies what `orm nplus1 fix` suggests for the scenarios, compiles them and runs them again: each
finding that had a suggestion must be gone, and what the scenarios found out be what it was.

    fix_catalogue.py --orm COMMAND --catalogue PROGRAM --target NAME --build DIR
                     --scenarios DIR [--keep DIR] [NAME…]

The copies are compiled as the build compiles the scenarios, in a folder of their own.
"""
import argparse
import collections
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile


def run(command, **options):
    return subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **options)


def must(command, **options):
    done = run(command, **options)
    if done.returncode != 0:
        sys.exit("%s\n%s%s" % (" ".join(command), done.stdout, done.stderr))
    return done.stdout


def same(one, other):
    with open(one, encoding="utf-8") as left, open(other, encoding="utf-8") as right:
        return left.read() == right.read()


class Build:
    """How the build makes the program, applied to other sources."""

    def __init__(self, folder, target, scenarios):
        self.folder = folder
        self.compile = {}
        self.link = None
        for line in must(["ninja", "-C", folder, "-t", "commands", target]).splitlines():
            words = shlex.split(line) if scenarios in line or "-o " in line else []
            source = next((word for word in words if word.startswith(scenarios + os.sep)), None)
            if source and "-c" in words:
                self.compile[os.path.basename(source)] = (words, source)
            elif words and "-o" in words and words[words.index("-o") + 1].endswith(target):
                self.link = words
        if not self.compile or not self.link:
            sys.exit("%s: no commands for %s" % (folder, target))

    def make(self, scenarios, program):
        objects = {}
        for name, (words, source) in self.compile.items():
            if same(source, os.path.join(scenarios, name)):
                continue  # the build has made it
            words = list(words)
            made = os.path.join(scenarios, name + ".o")
            objects[words[words.index("-o") + 1]] = made
            for option in ("-MF", "-MT"):
                if option in words:
                    del words[words.index(option):words.index(option) + 2]
            words[words.index("-o") + 1] = made
            words[words.index(source)] = os.path.join(scenarios, name)
            words = [word for word in words if word != "-MD"]
            must(words + ["-Wall", "-Wextra", "-Werror"], cwd=self.folder)
        link = [objects.get(word, word) for word in self.link]
        link[link.index("-o") + 1] = program
        link = link[2:] if link[:2] == [":", "&&"] else link
        link = link[:link.index("&&")] if "&&" in link else link
        must(link, cwd=self.folder)


def play(program, scenarios, names, base):
    """The findings by scope, and what the scenarios told."""
    record, result = base + ".jsonl", base + ".txt"
    for path in (record, result):
        if os.path.exists(path):
            os.remove(path)
    must([program, "--record", record, "--result", result, "--root", scenarios,
          "--sources", scenarios] + names)
    with open(record, encoding="utf-8") as file:
        scopes = {scope["scope"]: scope["findings"] for scope in map(json.loads, file)}
    with open(result, encoding="utf-8") as file:
        return scopes, file.read()


def texts(folder):
    """What the sources of a folder say, by name."""
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".c"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                found[name] = file.read()
    return found


def judge_patch(command, record, scenarios, copies, folder):
    """The patch that is printed says the same as --apply does, and a second run has nothing to do."""
    patched = os.path.join(folder, "patched")
    shutil.rmtree(patched, ignore_errors=True)
    shutil.copytree(scenarios, patched)
    printed = run(command + ["--root", patched, record])
    applied = run(["patch", "-s", "-p1", "-d", patched], input=printed.stdout)
    faults = [] if applied.returncode == 0 else ["patch:\n" + applied.stdout + applied.stderr]
    once = texts(copies)
    if texts(patched) != once:
        faults.append("the patch is not what --apply does")
    run(command + ["--apply", "--root", copies, record])
    again = texts(copies)
    faults += ["changed by a second run: %s" % name for name in once if once[name] != again[name]]
    return faults


def label(scope, finding):
    return "%s: %s %s" % (scope, finding["kind"], finding["subject"])


def is_code(finding):
    """Whether it suggests more than words."""
    return any(finding[member] for member in ("fix", "replacement", "alternative", "in_loop"))


def suggested(scopes):
    return collections.Counter(label(scope, finding) for scope, findings in scopes.items()
                               for finding in findings if is_code(finding))


def by_scenario(told):
    """What each told, by name: those of changed sources may come in another order."""
    return dict((part.split("\n", 1) + [""])[:2] for part in told.split("== ") if part)


def compare(before, after):
    """What scenarios told differently."""
    old, new = by_scenario(before), by_scenario(after)
    return [("%s\n%s" % (name, old.get(name)), new.get(name))
            for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--orm", "--catalogue", "--target", "--build", "--scenarios"):
        parser.add_argument(option, required=True)
    parser.add_argument("--keep")
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    if shutil.which("ninja") is None:
        sys.exit(77)
    folder = asked.keep or tempfile.mkdtemp(prefix="orm_fix_")
    copies = os.path.join(folder, "scenarios")
    shutil.rmtree(copies, ignore_errors=True)
    shutil.copytree(asked.scenarios, copies)
    try:
        return judge(asked, folder, copies)
    finally:
        if not asked.keep:
            shutil.rmtree(folder)


def judge(asked, folder, copies):
    scopes, told = play(asked.catalogue, asked.scenarios, asked.names,
                        os.path.join(folder, "before"))
    wanted = suggested(scopes)
    fixed = run([asked.orm, "nplus1", "fix", "--apply", "--root", copies,
                 os.path.join(folder, "before.jsonl")])
    if fixed.returncode not in (0, 3):
        sys.exit(fixed.stderr)
    left = fixed.stderr
    patch_faults = judge_patch([asked.orm, "nplus1", "fix"], os.path.join(folder, "before.jsonl"),
                               asked.scenarios, copies, folder)
    program = os.path.join(folder, "catalogue")
    Build(asked.build, asked.target, asked.scenarios).make(copies, program)
    after, told_after = play(program, copies, asked.names, os.path.join(folder, "after"))
    remaining = suggested(after)
    faults = patch_faults + ["still there: %s" % name for name in wanted if remaining[name]]
    faults += ["new: %s" % label(scope, finding) for scope, findings in after.items()
               for finding in findings
               if label(scope, finding) not in {label(scope, one) for one in scopes[scope]}]
    for old, new in compare(told, told_after):
        faults.append("told before:\n%s\ntold after:\n%s" % (old, new))
    total = sum(wanted.values())
    gone = sum(count for name, count in wanted.items() if not remaining[name])
    words = [(label(scope, finding), finding["advice"]) for scope, findings in scopes.items()
             for finding in findings if not is_code(finding)]
    print("applied %d of %d suggestions with code; %d findings have words only:" %
          (gone, total, len(words)))
    for name, advice in words:
        print("  %s: %s" % (name, advice))
    if faults:
        print(left, *faults, sep="\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
