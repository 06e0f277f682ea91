"""Pages of the project in headless Chromium."""
import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile


def chromium(page, width, more):
    with tempfile.TemporaryDirectory() as profile:
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                   "--disable-dev-shm-usage", f"--user-data-dir={profile}",
                   f"--window-size={width},1600", *more, page.as_uri()]
        run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if run.returncode != 0:
        sys.exit(f"chromium ended with {run.returncode}\n{run.stderr}")
    return run.stdout


def seen(page, width, script, more=()):
    """What a script at the page's end says by `seen(value)`, the window `width` pixels wide."""
    wrapped = ("<script>(() => { const seen = value => document.documentElement.setAttribute("
               "'data-seen', JSON.stringify(value));\n" + script + "\n})();</script>")
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "page.html"
        copy.write_text(page.read_text() + wrapped)
        dom = chromium(copy, width, ["--dump-dom", *more])
    found = re.search(r'data-seen="([^"]*)"', dom)
    if found is None:
        sys.exit("the page was not measured")
    return json.loads(html.unescape(found.group(1)))
