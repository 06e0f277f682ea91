#!/usr/bin/env python3
"""expect_failure.py COMPILER SOURCE FLAGS...: SOURCE must not compile, and for the stated reason.

The source says what to expect in comments, each a regular expression that an error must match:
    /* expect: regex */         from both compilers
    /* expect-gcc: regex */     from one of them (expect-clang likewise)
A comment that stands behind code speaks of an error on that very line. Without the lines that carry
such comments the source must compile, or it would fail for another reason.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXPECT = re.compile(r"/\*\s*expect(?:-(gcc|clang))?:\s*(.*?)\s*\*/")
ERROR = re.compile(r"^(?P<file>[^:\n]+):(?P<line>\d+):\d+: (?:fatal )?error: (?P<text>.*)$", re.M)
FLAGS = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only".split()


def expectations(text, compiler):
    """Pairs of the line an error must be on (None: any) and its expression."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for match in EXPECT.finditer(line):
            if match.group(1) in (None, compiler):
                behind_code = line[: match.start()].strip() != ""
                found.append((number if behind_code else None, match.group(2)))
    return found


def compile_source(compiler, source, flags):
    cxx = source.suffix == ".cc"
    program = {"gcc": "g++", "clang": "clang++"}[compiler] if cxx else compiler
    standard = "-std=c++17" if cxx else "-std=c11"
    command = [program, standard, *FLAGS, *flags, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return done.returncode, done.stderr


def control(compiler, source, text, flags):
    """The source without its faulty lines, which must compile (unused names aside)."""
    kept = [
        "" if EXPECT.search(line) and line[: EXPECT.search(line).start()].strip() else line
        for line in text.splitlines()
    ]
    if kept == text.splitlines():
        return 0, ""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / source.name
        copy.write_text("\n".join(kept) + "\n")
        flags = [*flags, f"-I{source.parent}", "-Wno-unused"]
        return compile_source(compiler, copy, flags)


def main():
    compiler, source, flags = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    if shutil.which(compiler) is None:
        print(f"skipped: no {compiler}")
        return 77
    text = source.read_text()
    wanted = expectations(text, compiler)
    if not wanted:
        print(f"{source}: no /* expect: */ comment")
        return 1
    status, output = compile_source(compiler, source, flags)
    if status == 0:
        print(f"{source}: compiles with {compiler}")
        return 1
    errors = [(int(m["line"]), m["text"]) for m in ERROR.finditer(output) if m["file"] == str(source)]
    missing = [
        (line, regex)
        for line, regex in wanted
        if not any(re.search(regex, said) and line in (None, at) for at, said in errors)
    ]
    for line, regex in missing:
        where = f"on line {line}" if line else "anywhere"
        print(f"{source}: no error {where} that matches: {regex}")
    status, control_output = control(compiler, source, text, flags)
    if status != 0:
        print(f"{source}: does not compile without its faulty lines:\n{control_output}")
    if missing:
        print(output)
    return 1 if missing or status != 0 else 0


sys.exit(main())
