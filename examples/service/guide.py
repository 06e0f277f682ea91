"""guide.py ORM JOBS_MODELS: follows README.md, in a copy of this folder.

Adds what it says is to be added, and runs its blocks of shell, where ~/.local is the
place ORM was installed to, and where every request has to be answered by a 2xx; then the test that
it says is to be added. CC and CFLAGS are those of the environment. Exits with 77 without curl.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ORM, JOBS_MODELS = sys.argv[1:3]
PREFIX = os.path.dirname(os.path.dirname(os.path.abspath(ORM)))
BLOCK = re.compile(r"(?:<!-- add to (\S+) -->\n)?```(\w+)\n(.*?)```\n", re.S)

# Where a block goes: before this line of the file, or to its end.
BEFORE = {".h": "#endif\n", "router.c": '    {"DELETE", "/users/{id}"'}

PRELUDE = """
set -eu
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
curl() { echo "$@"; command curl -sS --fail-with-body --max-time 60 "$@"; echo; }
begin() {
    build/service &
    for _ in $(seq 600); do
        if command curl -s -o /dev/null localhost:$SERVICE_PORT/healthz; then return; fi
        sleep 0.1
    done
    exit 1
}
"""


def add(name, text):
    with open(name) as source:
        before = source.read()
    place = BEFORE.get(name) or BEFORE.get(os.path.splitext(name)[1])
    at = before.rindex(place) if place else len(before)
    with open(name, "w") as changed:
        changed.write(before[:at] + text + "\n" + before[at:])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(script, port):
    script = script.replace("build/service &", "begin").replace("~/.local", PREFIX).replace(
        "localhost:8080", f"localhost:{port}")
    environment = {**os.environ, "SERVICE_PORT": str(port), "ORM_DATABASE_URL": "sqlite:app.db",
                   "PATH": os.path.join(PREFIX, "bin") + ":" + os.environ["PATH"]}
    subprocess.run(["bash", "-c", PRELUDE + script], env=environment, check=True)


def follow(guide):
    """What is to be run up to an addition is run in one shell."""
    port, script, added = free_port(), "", []
    for name, language, text in BLOCK.findall(guide):
        if name and script:
            run(script, port)
            script = ""
        if name:
            add(name, text)
            added.append(name)
        elif language == "sh":
            script += text
    assert len(added) == 6, added
    run(script + f'"{sys.executable}" test.py build/service "{ORM}" "{JOBS_MODELS}" threads sqlite'
        " test_users.Users.test_activity", port)


def main():
    if shutil.which("curl") is None:
        return 77
    folder = tempfile.mkdtemp()
    shutil.copytree(HERE, os.path.join(folder, "service"),
                    ignore=shutil.ignore_patterns("build", "__pycache__"))
    os.chdir(os.path.join(folder, "service"))
    try:
        with open("README.md") as guide:
            follow(guide.read())
    finally:
        shutil.rmtree(folder)
    return 0


sys.exit(main())
