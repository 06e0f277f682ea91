#!/usr/bin/env python3
"""count_tests.py JUNIT_FILE: prints "passed failed skipped" of a CTest run."""

import sys
import xml.etree.ElementTree as ElementTree


def main():
    counts = {"run": 0, "fail": 0, "notrun": 0}
    for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
        status = case.get("status")
        # A program that could not be started is "notrun" too, but says no "skipped" of its own.
        skipped = case.find("skipped")
        if status == "notrun" and (skipped is None or "SKIP" not in skipped.get("message", "")):
            status = "fail"
        counts[status if status in counts else "fail"] += 1
    print(counts["run"], counts["fail"], counts["notrun"])
    return 0


sys.exit(main())
