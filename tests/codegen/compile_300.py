#!/usr/bin/env python3
"""compile_300.py ORM [COMPILER]: how long generated code takes to compile.

Generates 300 models of ten columns and two relations with the given orm command, compiles them on
two cores at -O0 and -O2, once file by file and once in the units of orm_generate(), and prints wall
and CPU seconds and the largest compiler's memory. Run by hand on a quiet machine.
"""

import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MODELS, UNITS, JOBS = 300, 16, 2
TYPES = ["text", "integer", "bigint", "boolean", "timestamptz", '"numeric(12,2)"', "uuid", "double"]
INCLUDE = Path(__file__).resolve().parents[2] / "orm/include"


def yaml():
    lines = ["models:"]
    for i in range(MODELS):
        lines += [
            f"  - name: model{i}",
            "    columns:",
            "      - { name: id, type: bigint, primary_key: true, generated: identity }",
            "      - { name: parent_id, type: bigint, nullable: true }",
        ]
        for k, name in enumerate(TYPES):
            nullable = ", nullable: true" if k % 2 else ""
            lines.append(f"      - {{ name: field{k}, type: {name}{nullable} }}")
        lines += [
            "    relations:",
            f"      - {{ name: parent, kind: belongs_to, model: model{(i + 1) % MODELS}, "
            "foreign_key: [parent_id] }",
            f"      - {{ name: children, kind: has_many, model: model{(i - 1) % MODELS}, "
            "foreign_key: [parent_id] }",
        ]
    return "\n".join(lines) + "\n"


def compile_all(compiler, level, folder, sources):
    def one(source):
        command = [compiler, "-std=c11", level, f"-I{INCLUDE}", f"-I{folder}", "-c", str(source)]
        subprocess.run([*command, "-o", str(source) + ".o"], check=True)

    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(one, sources))
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, after.ru_maxrss // 1024


def main():
    orm, compiler = sys.argv[1], (sys.argv[2:] or ["gcc"])[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "many.yaml").write_text(yaml())
        began = time.monotonic()
        subprocess.run([orm, "generate", folder / "many.yaml", "--out", folder], check=True)
        print(f"{MODELS} models generated in {time.monotonic() - began:.2f} s")
        files = sorted(folder.glob("*.orm.c"))
        units = []
        for i in range(UNITS):
            units.append(folder / f"unit{i}.c")
            units[i].write_text("".join(f'#include "{f.name}"\n' for f in files[i::UNITS]))
        # Memory is the maximum so far, so the smaller compilations come first.
        for what, sources in (("one by one", files), (f"in {UNITS} units", units)):
            for level in ("-O0", "-O2"):
                wall, cpu, memory = compile_all(compiler, level, folder, sources)
                print(f"{compiler} {level} {what}: {wall:.1f} s, CPU {cpu:.1f} s, {memory} MiB each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
