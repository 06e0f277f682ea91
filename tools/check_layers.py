#!/usr/bin/env python3
"""check_layers.py [ROOT]: every #include goes down the layers. There are no exceptions.

Runtime     base < model < sql, driver < exec < map < session < relation < observe; async lies beside
            session: it may use what session may use, and nobody uses it. Within driver/ the folders
            of two databases do not know each other. Public headers include public headers only.
Beside it   orm/testing, orm/json, orm/jobs and orm/requests stand on the public headers alone, and
            on what is generated for them.
Generator   base < yaml < schema, naming, types (no cycle among them) < emit; nothing of the runtime.
Command     tools/orm includes the generator, the standard library and those it links.
"""

import re
import sys
from pathlib import Path

RUNTIME_RANKS = [
    ["base"], ["model"], ["sql", "driver"], ["exec"], ["map"], ["session"], ["relation"], ["observe"],
]
BESIDE = ["testing", "json", "jobs", "requests"]
GENERATOR_RANKS = [["base"], ["yaml"], ["schema", "naming", "types"], ["emit"]]
# Layers of one rank that may include each other as long as there is no cycle.
GENERATOR_PEERS = {"schema", "naming", "types"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SUFFIXES = {".c", ".h", ".inc"}


def rank_of(ranks):
    return {name: rank for rank, names in enumerate(ranks) for name in names}


RUNTIME = rank_of(RUNTIME_RANKS)
RUNTIME_BELOW_ASYNC = RUNTIME["session"]
GENERATOR = rank_of(GENERATOR_RANKS)


def includes(path):
    """(line number, bracket, name) of each #include of a file."""
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def sources(folder):
    if folder.is_dir():
        yield from sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES and p.is_file())


def runtime_fault(source, target):
    """Why orm/src/<source> may not include "<target>", or None."""
    here, there = source.parts[0], Path(target).parts[0]
    known = {*RUNTIME, "async"}
    if there not in known or len(Path(target).parts) < 2:
        return f'"{target}" is not written as "<layer>/<file>"'
    if here not in known:
        return f"{here} is no layer"
    if here == there:
        ours, theirs = source.parts[1:-1], Path(target).parts[1:-1]
        if here == "driver" and ours and theirs and ours != theirs:
            return f"the {ours[0]} driver includes the {theirs[0]} driver"
        if here == "driver" and theirs and not ours and source.name != "driver.c":
            return f"driver includes a database's own {target}"
        return None
    if there == "async":
        return f"{here} includes async, which only its users may"
    limit = RUNTIME_BELOW_ASYNC if here == "async" else RUNTIME[here]
    if RUNTIME[there] >= limit:
        return f"{here} includes {there}, which is not below it"
    return None


def generator_fault(source, target, edges):
    here, there = source.parts[0], Path(target).parts[0]
    if there not in GENERATOR or len(Path(target).parts) < 2:
        return f'"{target}" is not written as "<layer>/<file>"'
    if here not in GENERATOR:
        return f"{here} is no layer"
    if here == there:
        return None
    if {here, there} <= GENERATOR_PEERS:
        edges.setdefault(here, set()).add(there)
        return None
    if GENERATOR[there] >= GENERATOR[here]:
        return f"{here} includes {there}, which is not below it"
    return None


def cycles(edges):
    """Layers that reach themselves."""
    def reach(start):
        seen, todo = set(), list(edges.get(start, ()))
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo.extend(edges.get(name, ()))
        return seen
    return sorted(name for name in edges if name in reach(name))


def check(root):
    faults, edges, count = [], {}, 0

    def note(path, line, text):
        faults.append(f"{path.relative_to(root)}:{line}: {text}")

    for path in sources(root / "orm/src"):
        count += 1
        for line, bracket, name in includes(path):
            if bracket == '"':
                fault = runtime_fault(path.relative_to(root / "orm/src"), name)
                if fault:
                    note(path, line, fault)
    for path in sources(root / "orm/include"):
        count += 1
        for line, bracket, name in includes(path):
            if bracket == '"':
                note(path, line, f'a public header includes the internal "{name}"')
    for folder in BESIDE:
        for path in sources(root / "orm" / folder):
            count += 1
            for line, bracket, name in includes(path):
                generated = name.endswith(".orm.h")
                if bracket == '"' and not generated and not (path.parent / name).exists():
                    note(path, line, f'orm/{folder} includes the internal "{name}"')
    for path in sources(root / "codegen"):
        count += 1
        for line, bracket, name in includes(path):
            if bracket == "<" and name.startswith("orm/"):
                note(path, line, f"the generator includes the runtime's <{name}>")
            elif bracket == '"':
                fault = generator_fault(path.relative_to(root / "codegen"), name, edges)
                if fault:
                    note(path, line, fault)
    for path in sources(root / "tools/orm"):
        count += 1
        if path.parent.name == "library": # the one place where the command asks the runtime
            continue
        for line, bracket, name in includes(path):
            local = bracket == '"' and ((path.parent / name).exists() or (root / "tools/orm" / name).exists())
            generator = bracket == '"' and (root / "codegen" / name).exists()
            if name.startswith("orm/") and bracket == "<" or bracket == '"' and not (local or generator):
                note(path, line, f"the command includes {name}, which is not the generator's")
    for name in cycles(edges):
        faults.append(f"codegen/{name}: part of a cycle of includes")
    return faults, count


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    faults, count = check(root)
    print("\n".join(faults + [f"check_layers: {count} files, {len(faults)} faults"]))
    return 1 if faults or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
