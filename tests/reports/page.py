#!/usr/bin/env python3
"""page.py PAGE WIDTH [SCREENSHOT]: opens a report in headless Chromium, WIDTH pixels wide.

Prints what a person sees there as JSON: the findings in order, each with its kind, title, facts and
code; how many statements are drawn; and "faults": what is hidden, overlaps or runs out of the page.
Ends with 1 when there is a fault.
"""
import json
import pathlib
import sys

import browser

MEASURE = r"""
  const faults = [];
  const text = e => e.textContent.trim().replace(/\s+/g, ' ');
  const all = (root, what) => [...root.querySelectorAll(what)];
  const width = document.documentElement.clientWidth;
  const fault = (what, e) => faults.push(what + ': ' + text(e).slice(0, 60));
  if (document.documentElement.scrollWidth > width)
    faults.push('the page is ' + document.documentElement.scrollWidth + ' wide');
  for (const e of all(document, 'h1, h2, h3, dt, dd, summary, .finding, .numbers li, .fall')) {
    const closed = e.closest('details:not([open])');
    if (closed && e.tagName !== 'SUMMARY') continue;
    const box = e.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) fault('hidden', e);
    else if (box.left < 0 || box.right > width + 0.5) fault('outside', e);
    if (parseFloat(getComputedStyle(e).fontSize) < 12) fault('tiny', e);
  }
  for (const e of all(document, 'h3, dd, .lead, summary'))
    if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
      fault('cut', e);
  const cards = all(document, '.finding').map(e => e.getBoundingClientRect());
  for (let i = 1; i < cards.length; i++)
    if (cards[i].top < cards[i - 1].bottom) faults.push('findings overlap');
  const heads = all(document, 'h2').map(text);
  if (heads[0] !== 'Findings' || heads[1] !== 'Scopes') faults.push('findings do not come first');
  const findings = all(document, '.finding').map(e => ({
    kind: text(e.querySelector('.kind')),
    title: text(e.querySelector('h3')),
    facts: Object.fromEntries(all(e, 'dt').map(t => [text(t), text(t.nextElementSibling)])),
    code: all(e, 'pre').map(text),
  }));
  seen({
    numbers: all(document, '.numbers li').map(text), findings,
    scopes: all(document, 'summary').map(text),
    statements: all(document, '.fall').length,
    bad: all(document, '.fall.bad').length, faults,
  });
"""


def main():
    page = pathlib.Path(sys.argv[1]).resolve()
    width = int(sys.argv[2])
    told = browser.seen(page, width, MEASURE)
    print(json.dumps(told, indent=1))
    if len(sys.argv) > 3:
        browser.chromium(page, width, [f"--screenshot={sys.argv[3]}"])
    return 1 if told["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
