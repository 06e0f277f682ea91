#!/usr/bin/env python3
"""check_docs_page.py ORM FOLDER: what `orm docs` makes, as a person sees it in a browser."""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "reports"))
import browser

MEASURE = r"""
  const all = (root, what) => [...root.querySelectorAll(what)];
  const text = e => e.textContent.trim().replace(/\s+/g, ' ');
  const width = document.documentElement.clientWidth;
  const faults = [];
  if (document.documentElement.scrollWidth > width) faults.push('the page is too wide');
  for (const e of all(document, 'h1, h2, h3, p, nav a, li')) {
    const box = e.getBoundingClientRect();
    if (box.width < 1 || box.right > width + 0.5) faults.push('not to be seen: ' + text(e));
  }
  const svg = document.querySelector('.diagram svg');
  const box = svg && svg.getBoundingClientRect();
  if (svg && (box.width < 100 || box.right > width + 0.5)) faults.push('the diagram is cut');
  for (const a of all(document, 'a')) {
    const to = a.getAttribute('href') || a.getAttribute('xlink:href');
    if (to && !document.getElementById(to.slice(1))) faults.push('leads nowhere: ' + to);
  }
  seen({
    faults, title: text(document.querySelector('h1')), scripts: all(document, 'script').length - 1,
    nodes: svg ? all(svg, '.node').map(e => text(e.querySelector('text'))).sort() : null,
    edges: svg ? all(svg, '.edge').length : 0,
    models: all(document, 'section[id]').map(e => e.id),
    cells: all(document, 'td').map(text), other: all(document, 'b.hostile').length,
  });
"""

HOSTILE = """prefix: x
models:
  - name: node
    table: "<b class=hostile>&'\\"</b>"
    comment: "</style><script>alert(1)</script><b class=hostile>"
    columns:
      - { name: id, type: bigint, primary_key: true }
      - { name: note, type: text, default: "<b class=hostile>", comment: "a & b ]]> -->" }
      - { name: parent_id, type: bigint, nullable: true }
    relations:
      - { name: parent, kind: belongs_to, model: node, comment: "<b class=hostile>" }
    checks:
      - { expression: "note <> '<b class=hostile>'" }
"""


def make(command, folder, *words):
    page = folder / "page.html"
    subprocess.run([command, "docs", *words, "--out", page], check=True)
    return page


def expect(holds, what):
    if not holds:
        sys.exit(f"check_docs_page: {what}")


def check_chinook(command, checkout, folder):
    page = make(command, folder, checkout / "models/chinook.yaml", "--title", "Chinook")
    for width in (1280, 400):
        told = browser.seen(page, width, MEASURE)
        expect(not told["faults"], f"{width} wide: {told['faults']}")
        expect(told["title"] == "Chinook" and told["scripts"] == 0, told["title"])
        expect(len(told["nodes"]) == 11 and "playlist_track" in told["nodes"], told["nodes"])
        expect(told["edges"] == 11, f"{told['edges']} lines for 11 foreign keys")
        expect(len(told["models"]) == 11, told["models"])
        expect("varchar(160)" in told["cells"], "columns are missing")


def check_hostile(command, folder):
    models = folder / "hostile.yaml"
    models.write_text(HOSTILE)
    told = browser.seen(make(command, folder, models), 1280, MEASURE)
    expect(told["other"] == 0 and told["scripts"] == 0, "markup of the models is not escaped")
    expect(not told["faults"] and told["edges"] == 1, told)
    expect("<b class=hostile>" in told["cells"], told["cells"])


def check_words(command, checkout, folder):
    models = checkout / "models/chinook.yaml"
    run = subprocess.run([command, "docs", models, "--format", "dot"], capture_output=True,
                         text=True, check=True)
    expect(run.stdout.startswith("digraph"), "no DOT")
    run = subprocess.run([command, "docs", models, "--format", "svg"], capture_output=True,
                         text=True, check=True)
    expect(run.stdout.startswith("<svg") and run.stdout.rstrip().endswith("</svg>"), "no SVG")
    told = browser.seen(make(command, folder, models, "--no-diagram"), 1280, MEASURE)
    expect(told["nodes"] is None and not told["faults"], told)
    for words, code in ((["--format", "pdf", models], 2), ([], 2), (["--out"], 2),
                        ([folder / "nothing.yaml"], 1)):
        run = subprocess.run([command, "docs", *words], capture_output=True)
        expect(run.returncode == code, f"{words} ends with {run.returncode}")
    run = subprocess.run([command, "docs", models], capture_output=True, text=True,
                         env={"PATH": str(folder)})
    expect(run.returncode == 1 and "install the package graphviz" in run.stderr, run.stderr)


def main():
    command, checkout = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_words(command, checkout, folder)
        check_chinook(command, checkout, folder)
        check_hostile(command, folder)


if __name__ == "__main__":
    main()
