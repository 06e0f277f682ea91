#!/usr/bin/env python3
"""requests_page.py PAGE|URL WIDTH light|dark [SCREENSHOT]: opens the page of requests in headless Chromium.

Prints what a person sees there, WIDTH pixels wide, as JSON: the numbers, the findings, the requests
with their statements; and "faults": what is hidden, overlaps, runs out of the page, can hardly be
read, or is asked from elsewhere. Ends with 1 when there is a fault.
"""
import json
import pathlib
import re
import sys
import tempfile
import urllib.request

import browser

MEASURE = r"""
  const faults = [];
  const text = e => e.textContent.trim().replace(/\s+/g, ' ');
  const all = (root, what) => [...root.querySelectorAll(what)];
  const width = document.documentElement.clientWidth;
  const fault = (what, e) => faults.push(what + ': ' + text(e).slice(0, 60));
  const judge = () => {
    if (document.documentElement.scrollWidth > width)
      faults.push('the page is ' + document.documentElement.scrollWidth + ' wide');
    for (const e of all(document, 'h1, h2, h3, dt, dd, summary, .finding, .numbers li, pre, .said')) {
      const closed = e.parentElement.closest('details:not([open])');
      if (closed && !(e.tagName === 'SUMMARY' && e.parentElement === closed &&
                      !closed.parentElement.closest('details:not([open])'))) continue;
      const box = e.getBoundingClientRect();
      if (box.width < 1 || box.height < 1) fault('hidden', e);
      else if (box.left < 0 || box.right > width + 0.5) fault('outside', e);
      if (parseFloat(getComputedStyle(e).fontSize) < 12) fault('tiny', e);
    }
    for (const e of all(document, 'h3, dd, .lead, .request > summary, .figures'))
      if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
        fault('cut', e);
    const cards = all(document, '.finding, .request').map(e => e.getBoundingClientRect());
    for (let i = 1; i < cards.length; i++)
      if (cards[i].top < cards[i - 1].bottom) faults.push('cards overlap');
  };
  judge();
  const heads = all(document, 'h2').map(text);
  if (heads[0] !== 'Findings' || heads[1] !== 'Newest requests')
    faults.push('findings do not come first');
  const luminance = color => {
    const part = color.match(/[\d.]+/g).slice(0, 3).map(c => c / 255)
      .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const ground = e => {
    for (let at = e; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (!color.endsWith(', 0)') && color !== 'transparent') return color;
    }
    return 'rgb(255, 255, 255)';
  };
  for (const e of all(document, 'body, h3, dt, dd, .lead, .kind, .code, .figures, .what, .time, pre')) {
    const pair = [luminance(getComputedStyle(e).color), luminance(ground(e))].sort((a, b) => b - a);
    if ((pair[0] + 0.05) / (pair[1] + 0.05) < 4.5) fault('faint', e);
  }
  const findings = all(document, '.finding').map(e => ({
    title: text(e.querySelector('h3')),
    facts: Object.fromEntries(all(e, 'dt').map(t => [text(t), text(t.nextElementSibling)])),
    code: all(e, 'pre').map(text),
  }));
  const requests = all(document, '.request').map(e => ({
    id: e.id, title: text(e.querySelector('summary')), open: e.open,
    about: text(e.querySelector('.about')), statements: all(e, '.fall').length,
    bad: all(e, '.fall.bad').length, folded: all(e, '.more > summary').map(text),
  }));
  for (const e of all(document, '.fall')) {
    const bar = e.querySelector('.track b').style;
    if (parseFloat(bar.left) < 0 || parseFloat(bar.left) + parseFloat(bar.width) > 100.5)
      fault('a bar leaves its track', e);
  }
  for (const e of all(document, '.finding a'))
    if (!document.getElementById(e.getAttribute('href').slice(1))) fault('leads nowhere', e);
  if (all(document, 'script').length > 1 || all(document, 'link, img, iframe, object').length > 0)
    faults.push('it is not by itself');
  for (const e of all(document, 'details')) e.open = true;
  judge();
  seen({ numbers: all(document, '.numbers li').map(text), findings, requests,
         scheme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light', faults });
"""


def main():
    source, width = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(source).resolve()
        if re.match("https?:", source):
            page = pathlib.Path(folder) / "fetched.html"
            with urllib.request.urlopen(source, timeout=60) as answer:
                page.write_bytes(answer.read())
        scheme = ["--blink-settings=preferredColorScheme=" + ("0" if sys.argv[3] == "dark" else "1")]
        told = browser.seen(page, width, MEASURE, scheme)
        if told["scheme"] != sys.argv[3]:
            told["faults"].append("it is shown " + told["scheme"])
        print(json.dumps(told, indent=1, ensure_ascii=False))
        if len(sys.argv) > 4:
            browser.chromium(page, width, [f"--screenshot={sys.argv[4]}", *scheme])
    return 1 if told["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
