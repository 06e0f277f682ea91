#!/usr/bin/env python3
"""
Applies what `orm nplus1 fix` suggests for a share of the product's plain cases, compiles them and
runs them again: each finding that had a suggestion must be gone, or the command must have said why
it left it; nothing new may be found, and as many rows be written.

    fix_product.py --orm COMMAND --product PROGRAM --target NAME --build DIR --cases DIR
                   [--file NAME] [--one-of N] [--from I] [--keep DIR]

--file takes the cases of that file alone. ORM_TEST_PRODUCT_FIX=N in the environment takes every Nth
case of all files instead.
"""
import argparse
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import fix_catalogue  # noqa: E402


def play(program, cases, base):
    """The record of each case."""
    record = base + ".jsonl"
    if os.path.exists(record):
        os.remove(record)
    environment = dict(os.environ, ORM_TEST_PRODUCT_RECORD=record, ORM_TEST_PRODUCT_ROOT=cases)
    done = fix_catalogue.run([program], env=environment)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    with open(record, encoding="utf-8") as file:
        return {case["scope"]: case for case in map(json.loads, file)}


def label(finding):
    return "%s %s" % (finding["kind"], finding["subject"])


def with_code(case):
    return [finding for finding in case["findings"] if fix_catalogue.is_code(finding)]


def judge_case(name, before, after, left, total):
    """`left` is what the command said that it left alone."""
    faults = []
    had = {finding["subject"] for finding in before["findings"]}
    remaining = {label(finding) for finding in with_code(after)}
    for finding in with_code(before):
        place = "%s:%d: " % (finding["site"]["file"], finding["site"]["line"])
        total["wanted"] += 1
        total["gone"] += label(finding) not in remaining
        if label(finding) in remaining and place not in left:
            faults.append("%s: still there: %s" % (name, label(finding)))
    faults += ["%s: new: %s" % (name, finding["subject"]) for finding in after["findings"]
               if finding["subject"] not in had]
    for number in "affected", "errors":
        if before["statistics"][number] != after["statistics"][number]:
            faults.append("%s: %s differ" % (name, number))
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--orm", "--product", "--target", "--build", "--cases"):
        parser.add_argument(option, required=True)
    parser.add_argument("--one-of", type=int, default=1)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--file")
    parser.add_argument("--keep")
    asked = parser.parse_args()
    if "ORM_TEST_PRODUCT_FIX" in os.environ:
        asked.one_of, asked.file = int(os.environ["ORM_TEST_PRODUCT_FIX"]), None
    if shutil.which("ninja") is None:
        sys.exit(77)
    folder = asked.keep or tempfile.mkdtemp(prefix="orm_fix_")
    copies = os.path.join(folder, "cases")
    shutil.rmtree(copies, ignore_errors=True)
    shutil.copytree(asked.cases, copies)
    try:
        return mend(asked, folder, copies)
    finally:
        if not asked.keep:
            shutil.rmtree(folder)


def mend(asked, folder, copies):
    before = play(asked.product, asked.cases, os.path.join(folder, "before"))
    names = [name for name in before if with_code(before[name]) and
             (asked.file is None or with_code(before[name])[0]["site"]["file"] == asked.file)]
    chosen = names[asked.first::asked.one_of]
    record = os.path.join(folder, "chosen.jsonl")
    with open(record, "w", encoding="utf-8") as file:
        for name in chosen:
            file.write(json.dumps(before[name]) + "\n")
    fixed = fix_catalogue.run([asked.orm, "nplus1", "fix", "--apply", "--root", copies, record])
    if fixed.returncode not in (0, 3):
        sys.exit(fixed.stderr)
    program = os.path.join(folder, "product")
    fix_catalogue.Build(asked.build, asked.target, asked.cases).make(copies, program)
    after = play(program, copies, os.path.join(folder, "after"))
    total = {"wanted": 0, "gone": 0}
    faults = []
    for name in chosen:
        faults += judge_case(name, before[name], after[name], fixed.stderr, total)
    print("applied %d of %d suggestions with code, in %d of %d cases; the others it left with a "
          "reason" % (total["gone"], total["wanted"], len(chosen), len(names)))
    if total["gone"] * 4 < total["wanted"] * 3:
        faults.append("less than three quarters were applied")
    if faults:
        print(fixed.stderr, *faults, sep="\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
