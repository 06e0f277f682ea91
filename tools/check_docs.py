#!/usr/bin/env python3
"""check_docs.py [ROOT]: the documentation says what the project holds.

Code   A fenced block under the comment `<!-- file: PATH -->` is lines of that file that follow one
       another (indented as a whole or not). Every block of C in README.md has such a comment, so that
       what a newcomer copies is what the tests build and run.
Links  A relative link of any Markdown file leads to a file or folder that exists.
"""

import re
import sys
import textwrap
from pathlib import Path

FENCE = re.compile(r"^( *)(`{3,}|~{3,})\s*([\w+-]*)\s*$")
SOURCE = re.compile(r"^ *<!-- file: (\S+) -->$")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)\s]*\)")
CODE_SPAN = re.compile(r"`[^`]*`")
SKIPPED_PARTS = {"build", "node_modules"}


def blocks(lines):
    """(first line's number, language, source or None, text) of each fenced block."""
    at = 0
    while at < len(lines):
        fence = FENCE.match(lines[at])
        if not fence:
            at += 1
            continue
        above = at - 1
        while above >= 0 and not lines[above].strip():
            above -= 1
        source = SOURCE.match(lines[above]) if above >= 0 else None
        start = at + 1
        end = start
        while end < len(lines) and lines[end].strip() != fence[2]:
            end += 1
        yield start + 1, fence[3], source and source[1], "\n".join(lines[start:end])
        at = end + 1


def prose(lines):
    """(line number, text) outside fenced blocks, without code spans."""
    fence = None
    for number, line in enumerate(lines, 1):
        match = FENCE.match(line)
        if fence is None and match:
            fence = match[2]
        elif fence is not None and line.strip() == fence:
            fence = None
        elif fence is None:
            yield number, CODE_SPAN.sub("", line)


def is_excerpt(block, text):
    """Whether the block's lines follow one another in the text, whatever their common indent."""
    wanted = textwrap.dedent(block).split("\n")
    lines = text.split("\n")
    for at in range(len(lines) - len(wanted) + 1):
        if textwrap.dedent("\n".join(lines[at:at + len(wanted)])).split("\n") == wanted:
            return True
    return False


def check_blocks(root, path, lines):
    for number, language, source, block in blocks(lines):
        if source is None:
            if language == "c" and path == root / "README.md":
                yield number, "C without a `<!-- file: PATH -->` above it"
            continue
        file = root / source
        if not file.is_file():
            yield number, f"there is no file {source}"
        elif not block.strip() or not is_excerpt(block, file.read_text(encoding="utf-8")):
            yield number, f"this is not the text of {source}"


def check_links(path, lines):
    for number, line in prose(lines):
        for target in LINK.findall(line):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            if not (path.parent / target).exists():
                yield number, f"nothing at {target}"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    faults = 0
    pages = [path for path in sorted(root.rglob("*.md"))
             if not SKIPPED_PARTS & set(path.relative_to(root).parts[:-1])]
    for path in pages:
        lines = path.read_text(encoding="utf-8").split("\n")
        for number, fault in [*check_blocks(root, path, lines), *check_links(path, lines)]:
            print(f"{path.relative_to(root)}:{number}: {fault}")
            faults += 1
    print(f"check_docs: {len(pages)} pages, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
