#!/usr/bin/env python3
"""check_source.py [ROOT]: the limits every source file keeps. There are no exceptions.

Sizes        functions at most 85 lines, files at most 700, lines at most 100 columns.
Banned       everywhere: sprintf strcpy strcat strtok atoi gets and their kin;
             in orm/src: abort exit printf and their kin; malloc calloc realloc free outside
             orm/src/base/allocator.c.
"""

import re
import sys
from pathlib import Path

MAX_FUNCTION = 85
MAX_FILE = 700
MAX_COLUMNS = 100

FOLDERS = ["orm", "codegen", "tools", "tests", "examples"]
# Written by somebody's tool, or test inputs.
SKIPPED_PARTS = {"generated", "cases", "expect", "faulty", "build", "data"}
GENERATED = re.compile(r"\.orm\.[ch]$")

EVERYWHERE = "sprintf vsprintf strcpy stpcpy strcat strtok atoi atol atoll atof gets alloca".split()
RUNTIME = "abort exit _exit _Exit quick_exit printf fprintf vprintf vfprintf puts fputs putchar putc " \
    "fputc perror assert_perror system longjmp setjmp siglongjmp sigsetjmp".split()
HEAP = "malloc calloc realloc free strdup strndup asprintf vasprintf reallocarray aligned_alloc " \
    "posix_memalign getline getdelim open_memstream".split()
ALLOCATOR = "orm/src/base/allocator.c"

TOKENS = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)"""
    r"""|(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""", re.S)
CALL = re.compile(r"(?<![\w.>])(\w+)\s*\(")
ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)")
LINKAGE = re.compile(r'extern\s+""?\s*$')
KEYWORDS = {"if", "for", "while", "switch", "return", "sizeof", "_Alignof", "_Static_assert"}


def blank(match):
    """Comments and literals become blanks, lines stay where they are."""
    text = match.group(0)
    if match.lastgroup == "string":
        return '""' + " " * (len(text) - 2) if text[0] == '"' else "0" * len(text)
    return re.sub(r"[^\n]", " ", text)


def code_of(text):
    code = TOKENS.sub(blank, text)
    # Directives, with their continuation lines, are no code.
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", lambda m: re.sub(r"[^\n]", " ", m.group(0)),
                  code, flags=re.M)


def functions(code):
    """(name, first line, number of lines) of each function body at file scope."""
    depth, opened, name, line, head_from = 0, 0, None, 1, 0
    for at, char in enumerate(code):
        if char == "\n":
            line += 1
        elif char == "{":
            head = code[head_from:at]
            if depth == 0 and LINKAGE.search(head.rstrip()):
                head_from = at + 1
                continue
            if depth == 0:
                head = ATTRIBUTE.sub("", head)
                names = [n for n in CALL.findall(head) if n not in KEYWORDS]
                is_function = head.rstrip().endswith(")") and "=" not in head and names
                name, opened = (names[0], line) if is_function else (None, line)
            depth += 1
        elif char == "}":
            depth = max(depth - 1, 0)
            if depth == 0:
                if name:
                    yield name, opened, line - opened + 1
                name, head_from = None, at + 1
        elif char == ";" and depth == 0:
            head_from = at + 1


def banned_of(path):
    names = set(EVERYWHERE)
    if path.startswith("orm/src/"):
        names |= set(RUNTIME)
        if path != ALLOCATOR:
            names |= set(HEAP)
    return names


def check_c(path, text, note):
    lines = text.split("\n")
    if len(lines) - 1 > MAX_FILE:
        note(path, MAX_FILE, f"{len(lines) - 1} lines in the file, at most {MAX_FILE}")
    for number, line in enumerate(lines, 1):
        if len(line.expandtabs(8)) > MAX_COLUMNS:
            note(path, number, f"{len(line.expandtabs(8))} columns, at most {MAX_COLUMNS}")
    code = code_of(text)
    for name, number, length in functions(code):
        if length > MAX_FUNCTION:
            note(path, number, f"{name} has {length} lines, at most {MAX_FUNCTION}")
    # Macros hide calls too, so the bans look at directives as well.
    banned = banned_of(path)
    for number, line in enumerate(TOKENS.sub(blank, text).split("\n"), 1):
        for name in CALL.findall(line):
            if name in banned:
                note(path, number, f"{name}() is banned here")


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    faults, count = [], 0

    def note(path, line, text):
        faults.append(f"{path}:{line}: {text}")

    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.[ch]")):
            path = file.relative_to(root)
            if SKIPPED_PARTS & set(path.parts) or GENERATED.search(path.name):
                continue
            count += 1
            check_c(str(path), file.read_text(encoding="utf-8", errors="replace"), note)
    print("\n".join(faults + [f"check_source: {count} files, {len(faults)} faults"]))
    return 1 if faults or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
